"""Charts over time: lines with bands, and small multiples. Plotly, no Streamlit.

Every time axis ends today, so that the age of the data shows as empty space. A band is the 95 %
interval; partial and artificial periods are hollow; dated events are thin vertical rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from math import ceil

import plotly.graph_objects as go
import polars as pl
from plotly.subplots import make_subplots

from pages.parts.charts import HOLLOW, canvas, faded
from pages.parts.events import draw_events, own_events
from pages.parts.palette import Palette

DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
COLUMNS = 2  # of small multiples: still readable on a phone


def lines(
    rows: pl.DataFrame,
    colours: Palette,
    today: date,
    *,
    tick_format: str = "",
    events: Sequence[tuple[date, str]] = (),
    zero: bool = True,
    height: int = 360,
) -> go.Figure:
    """Return one line per label over period_start, its name at its end when there are several."""
    figure = canvas(colours, height)
    known = rows.drop_nulls(("value", "period_start")).sort("period_start")
    labels = sorted(known["label"].unique())
    ends = []
    for position, label in enumerate(labels):
        part = known.filter(pl.col("label") == label)
        colour = colours.series[position % len(colours.series)]
        _band(figure, part, colour)
        _line(
            figure,
            part,
            label if len(labels) > 1 else "",
            colour,
            DASHES[position % 6],
            tick_format,
        )
        ends.append((label, part["value"][-1], part["period_start"][-1], colour))
    if len(labels) > 1:
        _end_labels(figure, ends, known["value"].max() or 1)
    draw_events(figure, [*events, *own_events(known, today)], colours, known)
    figure.update_yaxes(tickformat=tick_format, rangemode="tozero" if zero else "normal")
    figure.update_xaxes(showgrid=False, range=_span(known, today))
    return figure


def panels(
    rows: pl.DataFrame,
    colours: Palette,
    today: date,
    *,
    tick_format: str = "",
    zero: bool = True,
    base: float | None = None,
) -> go.Figure:
    """Return one small chart per label on shared scales, all other labels in grey behind it."""
    known = rows.drop_nulls(("value", "period_start")).sort("period_start")
    labels = sorted(known["label"].unique())
    if not labels:
        return canvas(colours, 100)
    deep = ceil(len(labels) / COLUMNS)
    grid = make_subplots(
        deep,
        COLUMNS,
        shared_xaxes="all",
        shared_yaxes="all",
        subplot_titles=labels,
        horizontal_spacing=0.04,
        vertical_spacing=0.22 / deep,
    )
    figure = canvas(colours, 60 + 190 * deep, grid)
    figure.update_layout(margin={"t": 30})
    for position, label in enumerate(labels):
        at = {"row": position // COLUMNS + 1, "col": position % COLUMNS + 1}
        for other in labels:
            if other != label:
                _grey(figure, known.filter(pl.col("label") == other), colours, at)
        part, colour = known.filter(pl.col("label") == label), colours.series[position % 6]
        _band(figure, part, colour, **at)
        _line(figure, part, label, colour, "solid", tick_format, **at)
    if base is not None:
        figure.add_hline(y=base, line={"color": colours.muted, "width": 1, "dash": "dot"})
    figure.update_annotations(font={"color": colours.text, "size": 13})
    figure.update_yaxes(tickformat=tick_format, rangemode="tozero" if zero else "normal")
    figure.update_xaxes(showgrid=False, range=_span(known, today), nticks=5)
    return figure


def _span(known: pl.DataFrame, today: date) -> list[str] | None:
    first = known["period_start"].min()
    return None if first is None else [(first - timedelta(days=7)).isoformat(), today.isoformat()]


def _band(figure: go.Figure, part: pl.DataFrame, colour: str, **at: int) -> None:
    known = part.drop_nulls(("lo", "hi"))
    if known.height:
        when = [day.isoformat() for day in known["period_start"]]
        figure.add_scatter(
            x=when + when[::-1],
            y=known["hi"].to_list() + known["lo"].to_list()[::-1],
            mode="lines",
            fill="toself",
            fillcolor=faded(colour, 0.16),
            line={"width": 0},
            hoverinfo="skip",
            **at,
        )


def _line(
    figure: go.Figure,
    part: pl.DataFrame,
    label: str,
    colour: str,
    dash: str,
    tick_format: str,
    **at: int,
) -> None:
    when = [day.isoformat() for day in part["period_start"]]
    form = f":{tick_format.replace('.0%', '.1%')}" if tick_format else ":,.4~g"
    figure.add_scatter(
        x=when,
        y=part["value"].to_list(),
        name=label,
        mode="lines",
        line={"color": colour, "width": 2, "dash": dash},
        hovertemplate="%{x|%b %Y}: %{y" + form + "}<extra>" + label + "</extra>",
        **at,
    )
    odd = part.filter(pl.col("flags").str.contains(HOLLOW))
    if odd.height:
        figure.add_scatter(
            x=[day.isoformat() for day in odd["period_start"]],
            y=odd["value"].to_list(),
            mode="markers",
            name=f"{label} (partial or an artefact)",
            hoverinfo="skip",
            marker={"symbol": "circle-open", "size": 8, "color": colour, "line": {"width": 2}},
            **at,
        )


def _grey(figure: go.Figure, part: pl.DataFrame, colours: Palette, at: dict[str, int]) -> None:
    figure.add_scatter(
        x=[day.isoformat() for day in part["period_start"]],
        y=part["value"].to_list(),
        mode="lines",
        line={"color": faded(colours.muted, 0.45), "width": 1},
        hoverinfo="skip",
        **at,
    )


def _end_labels(figure: go.Figure, ends: list[tuple[str, float, date, str]], top: float) -> None:
    """Write names at line ends, pushed apart so that they do not overlap."""
    position = None
    for label, at, when, colour in sorted(ends, key=lambda end: -end[1]):
        position = at if position is None else min(at, position - top * 0.06)
        figure.add_annotation(
            x=when.isoformat(),
            y=position,
            text=label,
            xanchor="left",
            xshift=8,
            showarrow=False,
            font={"color": colour, "size": 12},
            align="left",
        )
