"""The chart forms: lines with bands, dots with intervals, stacked shares. Plotly, no Streamlit.

Each takes rows of `metric_values` (with a `label` column) and returns a figure. A band or whisker
is the 95 % interval; partial periods are hollow; dated events are thin vertical rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import plotly.graph_objects as go
import polars as pl

from pages.parts.palette import Palette

DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x")
ROW_HEIGHT = 30  # pixels per category of a horizontal chart


def _figure(colours: Palette, height: int, **axes: Any) -> go.Figure:
    axis = {
        "gridcolor": colours.grid, "zerolinecolor": colours.grid, "linecolor": colours.grid,
        "tickfont": {"color": colours.muted, "size": 12}, "automargin": True,
        "title": {"font": {"color": colours.muted, "size": 12}},
    }
    figure = go.Figure()
    figure.update_layout(
        height=height, margin={"l": 8, "r": 8, "t": 28, "b": 8}, showlegend=False,
        paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)", dragmode=False,
        font={"color": colours.text, "size": 13, "family": "Source Sans, sans-serif"},
        hoverlabel={"bgcolor": colours.background, "font": {"color": colours.text}},
        xaxis=axis, yaxis=axis,
    )
    return figure


def _faded(colour: str, opacity: float) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def lines(
    rows: pl.DataFrame, colours: Palette, *, tick_format: str = "", events: Sequence[tuple] = (),
    height: int = 380, zero: bool = True,
) -> go.Figure:
    """Return one line per label over period_start, its interval as a band, its name at its end."""
    figure = _figure(colours, height)
    order = (
        rows.filter(pl.col("value").is_not_null()).group_by("label", maintain_order=True)
        .agg(pl.col("value").last()).sort("value", descending=True)["label"].to_list()
    )
    labels = sorted(order)
    ends: list[tuple[str, float, date, str]] = []
    for label in labels:
        colour = colours.series[labels.index(label) % len(colours.series)]
        part = rows.filter(pl.col("label") == label).sort("period_start")
        _band(figure, part, colour)
        _line(figure, part, label, colour, DASHES[labels.index(label) % len(DASHES)])
        last = part.drop_nulls("value").tail(1)
        ends.append((label, last["value"].item(), last["period_start"].item(), colour))
    _end_labels(figure, ends, rows)
    _events(figure, events, colours)
    figure.update_yaxes(tickformat=tick_format, rangemode="tozero" if zero else "normal")
    figure.update_xaxes(showgrid=False)
    return figure


def _band(figure: go.Figure, part: pl.DataFrame, colour: str) -> None:
    known = part.drop_nulls(("lo", "hi"))
    if known.height:
        when = known["period_start"].to_list()
        figure.add_scatter(
            x=when + when[::-1], y=known["hi"].to_list() + known["lo"].to_list()[::-1],
            fill="toself", fillcolor=_faded(colour, 0.16), line={"width": 0}, hoverinfo="skip",
        )


def _line(figure: go.Figure, part: pl.DataFrame, label: str, colour: str, dash: str) -> None:
    partial = part["flags"].str.contains("partial|anomaly").to_list()
    figure.add_scatter(
        x=part["period_start"].to_list(), y=part["value"].to_list(), name=label,
        mode="lines+markers", line={"color": colour, "width": 2, "dash": dash},
        marker={
            "size": [8 if odd else 0.1 for odd in partial], "symbol": "circle-open",
            "color": colour, "line": {"width": 2},
        },
        hovertemplate="%{x|%b %Y}: %{y}<extra>" + label + "</extra>",
    )


def _end_labels(figure: go.Figure, ends: list[tuple[str, float, date, str]], rows: pl.DataFrame) -> None:
    """Write names at line ends, pushed apart so that they do not overlap."""
    span = (rows["value"].max() or 1) - min(0, rows["value"].min() or 0) or 1
    position = None
    for label, value, when, colour in sorted(ends, key=lambda end: -end[1]):
        position = value if position is None else min(value, position - span * 0.055)
        figure.add_annotation(
            x=when, y=position, text=label, xanchor="left", xshift=6, showarrow=False,
            font={"color": colour, "size": 12}, align="left",
        )
    longest = max((len(end[0]) for end in ends), default=0)
    figure.update_layout(margin={"r": min(190, 16 + longest * 7)})


def _events(figure: go.Figure, events: Sequence[tuple], colours: Palette) -> None:
    for when, text in events:
        figure.add_vline(x=when.isoformat(), line={"color": colours.muted, "width": 1, "dash": "dot"})
        figure.add_annotation(
            x=when.isoformat(), y=1.02, yref="paper", text=text, showarrow=False, yanchor="bottom",
            xanchor="center", font={"color": colours.muted, "size": 11},
        )


def dots(
    rows: pl.DataFrame, colours: Palette, *, tick_format: str = "", axis_title: str = "",
    log: bool = False, series: str | None = None,
) -> go.Figure:
    """Return one dot and whisker per label, largest on top; `series` names a column to compare."""
    known = rows.filter(pl.col("value").is_not_null())
    ranked = known.group_by("label").agg(pl.col("value").first()).sort("value")
    order = ranked["label"].to_list()
    figure = _figure(colours, 70 + ROW_HEIGHT * len(order) + (28 if series else 0))
    names = known[series].unique(maintain_order=True).to_list() if series else [""]
    for position, name in enumerate(names):
        part = known.filter(pl.col(series) == name) if series else known
        _dots(figure, part, colours.series[position], SYMBOLS[position], name)
    figure.update_yaxes(categoryorder="array", categoryarray=order, showgrid=True)
    figure.update_xaxes(
        tickformat=tick_format, title_text=axis_title, type="log" if log else "linear",
        rangemode="normal" if log else "tozero",
    )
    if series:
        figure.update_layout(
            showlegend=True, legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0}
        )
    return figure


def _dots(figure: go.Figure, part: pl.DataFrame, colour: str, symbol: str, name: str) -> None:
    up = (part["hi"] - part["value"]).fill_null(0).to_list()
    down = (part["value"] - part["lo"]).fill_null(0).to_list()
    figure.add_scatter(
        x=part["value"].to_list(), y=part["label"].to_list(), mode="markers", name=name,
        marker={"color": colour, "size": 10, "symbol": symbol},
        error_x={
            "type": "data", "symmetric": False, "array": up, "arrayminus": down,
            "color": colour, "thickness": 2, "width": 4,
        },
        customdata=part.select("n", "lo", "hi").rows(),
        hovertemplate="%{y}: %{x}<br>95 %: %{customdata[1]:.4~g} to %{customdata[2]:.4~g}"
        "<br>n = %{customdata[0]}<extra>" + name + "</extra>",
    )


def stacked(
    rows: pl.DataFrame, colours: Palette, *, parts: Sequence[str], tick_format: str = ".0%"
) -> go.Figure:
    """Return a horizontal bar per label, split into `parts` (column `part`), in their order."""
    first = rows.filter(pl.col("part") == parts[0]).sort("value")
    order = first["label"].to_list()
    figure = _figure(colours, 90 + ROW_HEIGHT * len(order))
    for position, part in enumerate(parts):
        here = rows.filter(pl.col("part") == part)
        figure.add_bar(
            x=here["value"].to_list(), y=here["label"].to_list(), name=part, orientation="h",
            marker={"color": colours.series[position], "line": {"color": colours.background, "width": 1}},
            hovertemplate="%{y}: %{x}<extra>" + part + "</extra>",
        )
    figure.update_layout(
        barmode="stack", showlegend=True, bargap=0.35,
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
    )
    figure.update_yaxes(categoryorder="array", categoryarray=order)
    figure.update_xaxes(tickformat=tick_format, range=[0, 1])
    return figure
