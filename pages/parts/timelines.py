"""Charts over time: one line with its band, and small multiples of several. Plotly, no Streamlit.

Every time axis ends today, so that the age of the data shows as empty space. A band is the 95 %
interval; partial and artificial periods are hollow; dated events are thin vertical rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from math import ceil
from typing import Any

import plotly.graph_objects as go
import polars as pl

from pages.parts.canvas import HOLLOW, canvas, faded
from pages.parts.events import Event, above, inside, own_events
from pages.parts.palette import Palette

COLUMNS = 2  # of small multiples: still readable on a phone
PANEL_HEIGHT = 190  # pixels, with its title
GAP = 0.05  # of the chart's width between panels
DIGITS = 5  # of a drawn value: no eye sees more, and a page weighs half
HEADROOM = 1.06  # of the value axis above the highest interval


def line(
    rows: pl.DataFrame,
    colours: Palette,
    today: date,
    *,
    tick_format: str = "",
    events: Sequence[Event] = (),
) -> go.Figure:
    """Return one series as a line over time, with its events."""
    known = _known(rows)
    shapes, notes, top = above([*events, *own_events(known, today)], colours, known)
    axes = {
        "yaxis": {"tickformat": tick_format, "range": _scale(known, zero=True)},
        "xaxis": {"showgrid": False, "range": _span(known, today), "type": "date"},
    }
    traces = _series(known, "", colours.series[0], tick_format, "")
    return canvas(colours, 340, traces, axes, top=top, shapes=shapes, annotations=notes)


def panels(
    rows: pl.DataFrame,
    colours: Palette,
    today: date,
    *,
    tick_format: str = "",
    events: Sequence[Event] = (),
    base: float | None = None,
) -> go.Figure:
    """Return a small chart per label on shared scales, the others in grey; `base` of an index."""
    known = _known(rows)
    labels = list(dict.fromkeys(known["label"]))
    deep = max(1, ceil(len(labels) / COLUMNS))
    scale = {"tickformat": tick_format, "range": _scale(known, zero=base is None)}
    span = {"range": _span(known, today), "type": "date", "showgrid": False, "nticks": 5}
    traces, axes, shapes, notes = [], {}, [], []
    for place, label in enumerate(labels):
        at = str(place + 1) if place else ""
        part = known.filter(pl.col("label") == label)
        traces += [_grey(known.filter(pl.col("label") != label), colours, at)]
        traces += _series(part, label, colours.series[place % 6], tick_format, at)
        axes |= _panel_axes(place, deep, len(labels), at, span, scale)
        notes.append(_title(label, colours, at))
        shapes += [_base(base, colours, at)] if base is not None else []
        rules, texts = inside(events, colours, at, named=place < COLUMNS)
        shapes, notes = shapes + rules, notes + texts
    drawn = {"shapes": shapes, "annotations": notes}
    return canvas(colours, 60 + PANEL_HEIGHT * deep, traces, axes, top=4, **drawn)


def _panel_axes(
    place: int, deep: int, count: int, at: str, span: dict[str, Any], scale: dict[str, Any]
) -> dict[str, dict[str, Any]]:
    """Return the axes of the panel at `place`, counted row by row from the top."""
    row, column = divmod(place, COLUMNS)
    wide, high = (1 - GAP * (COLUMNS - 1)) / COLUMNS, 1 / deep
    left, low = column * (wide + GAP), 1 - (row + 1) * high
    lowest = place + COLUMNS >= count
    across = {"domain": [left, left + wide], "anchor": f"y{at}", "showticklabels": lowest}
    up = {"domain": [low, low + high * 0.78], "anchor": f"x{at}", "showticklabels": column == 0}
    return {f"xaxis{at}": {**span, **across}, f"yaxis{at}": {**scale, **up}}


def _title(label: str, colours: Palette, at: str) -> dict[str, Any]:
    font = {"color": colours.text, "size": 13}
    place = {"xref": f"x{at} domain", "yref": f"y{at} domain", "x": 0.5, "y": 1}
    return {"text": label, "font": font, "showarrow": False, "yanchor": "bottom", **place}


def _base(value: float, colours: Palette, at: str) -> dict[str, Any]:
    ends = {"xref": f"x{at} domain", "yref": f"y{at}", "x0": 0, "x1": 1, "y0": value, "y1": value}
    return {"type": "line", "line": {"color": colours.muted, "width": 1, "dash": "dot"}, **ends}


def _known(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that can be drawn, labels in the order given, each in order of time."""
    known = rows.drop_nulls(("value", "period_start"))
    order = {label: place for place, label in enumerate(dict.fromkeys(known["label"]))}
    place = pl.col("label").replace_strict(order, return_dtype=pl.Int64)
    drawn = pl.col("value", "lo", "hi").round_sig_figs(DIGITS)
    return known.sort(place, "period_start").with_columns(drawn)


def _scale(known: pl.DataFrame, *, zero: bool) -> list[float] | None:
    """Return the range of the value axis, the same for all panels."""
    high = max(known[name].max() or 0 for name in ("value", "hi"))
    low = 0 if zero else min(known[name].min() or high for name in ("value", "lo"))
    return [low / HEADROOM, high * HEADROOM] if high else None


def _span(known: pl.DataFrame, today: date) -> list[str] | None:
    first = known["period_start"].min()
    return None if first is None else [(first - timedelta(days=7)).isoformat(), today.isoformat()]


def _days(part: pl.DataFrame) -> list[str]:
    return [day.isoformat() for day in part["period_start"]]


def _series(
    part: pl.DataFrame, name: str, colour: str, tick_format: str, at: str
) -> list[dict[str, Any]]:
    """Return one series: band, line, and hollow marks on its odd periods."""
    common = {"type": "scatter", "xaxis": f"x{at}", "yaxis": f"y{at}"}
    drawn = []
    band = part.drop_nulls(("lo", "hi"))
    if band.height:
        around = {"x": _days(band) + _days(band)[::-1], "hoverinfo": "skip", "mode": "lines"}
        around |= {"y": band["hi"].to_list() + band["lo"].to_list()[::-1], "line": {"width": 0}}
        drawn.append({**common, **around, "fill": "toself", "fillcolor": faded(colour, 0.16)})
    form = f":{tick_format.replace('.0%', '.1%')}" if tick_format else ":,.4~g"
    hover = "%{x|%b %Y}: %{y" + form + "}<extra>" + name + "</extra>"
    points = {"x": _days(part), "y": part["value"].to_list(), "name": name, "mode": "lines"}
    style = {"line": {"color": colour, "width": 2}, "hovertemplate": hover}
    drawn.append({**common, **points, **style})
    odd = part.filter(pl.col("flags").str.contains(HOLLOW))
    if odd.height:
        marker = {"symbol": "circle-open", "size": 8, "color": colour, "line": {"width": 2}}
        points = {"x": _days(odd), "y": odd["value"].to_list(), "mode": "markers"}
        drawn.append({**common, **points, "marker": marker, "hoverinfo": "skip"})
    return drawn


def _grey(others: pl.DataFrame, colours: Palette, at: str) -> dict[str, Any]:
    """Return all other labels as one grey trace, a gap between each."""
    days: list[str | None] = []
    values: list[float | None] = []
    for _, part in others.group_by("label", maintain_order=True):
        days += [*_days(part), None]
        values += [*part["value"], None]
    style = {"mode": "lines", "line": {"color": faded(colours.muted, 0.45), "width": 1}}
    axes = {"xaxis": f"x{at}", "yaxis": f"y{at}"}
    return {"type": "scatter", "x": days, "y": values, "hoverinfo": "skip", **style, **axes}
