"""Charts of categories: dots with intervals, stacked shares. Plotly, no Streamlit.

Each takes rows of `metric_values` with a `label` and returns a figure. A whisker is the 95 %
interval; partial periods and defective captures are hollow.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
import polars as pl

from pages.parts.canvas import HOLLOW, LEGEND, canvas
from pages.parts.palette import Palette

SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x")
ROW_HEIGHT = 30  # pixels per row of dots or bar
LABEL_WIDTH = 26  # characters before a category's name wraps: fits a phone
MOST_TICKED = 60  # largest over smallest value of a log axis with ticks within decades
ROOM_FOR_TEXT = 0.13  # of a bar, on a phone


def dots(
    rows: pl.DataFrame,
    colours: Palette,
    *,
    tick_format: str = "",
    log: bool = False,
    series: str | None = None,
    ranked: bool = True,
) -> go.Figure:
    """Return dots with whiskers, a row per label: largest on top (`ranked`), or as given.

    The values of the column `series` are compared side by side within a label.
    """
    known = rows.drop_nulls("value").with_columns(series=pl.col(series) if series else pl.lit(""))
    names = list(dict.fromkeys(known["series"]))
    order = _order(known, names[:ranked])
    beside = known.group_by("label").agg(pl.col("series").n_unique())["series"].max() or 1
    texts = [_wrapped(label) for label in order]
    looks = zip(names, colours.series, SYMBOLS, strict=False)
    traces = [
        _dots(known.filter(pl.col("series") == name), order, shift, look, tick_format)
        for (name, *look), shift in zip(looks, _shifts(len(names), beside), strict=True)
    ]
    ticks = {"tickvals": list(range(len(order))), "ticktext": texts, "ticklabelstandoff": 8}
    scale = {"type": "log", "dtick": _log_ticks(known)} if log else {"rangemode": "tozero"}
    axes = {
        "yaxis": {**ticks, "zeroline": False, "range": [len(order) - 0.4, -0.6]},
        "xaxis": {**scale, "tickformat": tick_format},
    }
    legend = {"showlegend": True, "legend": LEGEND, "top": 40} if series else {}
    return canvas(colours, 80 + _height(texts, beside), traces, axes, **legend)


def _log_ticks(known: pl.DataFrame) -> str | int:
    """Return ticks at 1, 2, 5 of each decade, or at decades where a phone has no room for them."""
    values = [value for name in ("lo", "value", "hi") for value in known[name].drop_nulls()]
    is_wide = bool(values) and min(values) > 0 and max(values) / min(values) > MOST_TICKED
    return 1 if is_wide else "D2"


def _shifts(names: int, beside: int) -> list[float]:
    """Return how far each series stands above or below a label's middle, `beside` of one label."""
    step = 0 if beside == 1 else min(0.24, 0.8 / names)
    return [(position - (names - 1) / 2) * step for position in range(names)]


def _height(texts: list[str], names: int) -> int:
    lines = max((text.count("<br>") + 1 for text in texts), default=1)
    return max(1, len(texts)) * max(ROW_HEIGHT + 4 + 12 * (names - 1), 15 * lines + 6)


def _order(known: pl.DataFrame, ranking: list[str]) -> list[str]:
    """Return the labels as given, or with those of the series `ranking` first, largest first."""
    first = known.filter(pl.col("series").is_in(ranking)).sort("value", descending=True)
    labels = first["label"].to_list() + known["label"].to_list()
    return list(dict.fromkeys(labels))


def _wrapped(label: str) -> str:
    return "<br>".join(textwrap.wrap(label, LABEL_WIDTH))


def _dots(
    part: pl.DataFrame, order: list[str], shift: float, look: list[str], tick_format: str
) -> dict[str, Any]:
    colour, symbol = look
    up, down = part["hi"] - part["value"], part["value"] - part["lo"]
    whiskers = {"array": up.fill_null(0).to_list(), "arrayminus": down.fill_null(0).to_list()}
    hollow = part["flags"].str.contains(HOLLOW)
    symbols = [f"{symbol}-open" if odd else symbol for odd in hollow]
    outline = {"color": colour, "width": 2}
    return {
        "type": "scatter",
        "mode": "markers",
        "x": part["value"].to_list(),
        "y": [order.index(label) + shift for label in part["label"]],
        "name": part["series"][0],
        "cliponaxis": False,
        "marker": {"color": colour, "size": 10, "line": outline, "symbol": symbols},
        "error_x": {"symmetric": False, "color": colour, "thickness": 2, "width": 4, **whiskers},
        "customdata": part.select("label", "n", "lo", "hi", "series").rows(),
        "hovertemplate": [_hover(row, tick_format) for row in part.rows(named=True)],
    }


def _hover(row: dict[str, Any], tick_format: str) -> str:
    """Return what a dot says when touched: label, value, interval and n."""
    form = tick_format.replace(".0%", ".1%").replace("$,.0f", "$,.2f") or ",.4~g"
    said = "%{customdata[0]}: %{x:" + form + "}"
    if row["lo"] is not None and "measure_spread" in row["flags"]:
        said += "<br>measures: %{customdata[2]:" + form + "} to %{customdata[3]:" + form + "}"
    elif row["lo"] is not None:
        said += "<br>95 %: %{customdata[2]:" + form + "} to %{customdata[3]:" + form + "}"
    if row["n"] is not None:
        said += "<br>n = %{customdata[1]:,}"
    return said + "<extra>%{customdata[4]}</extra>"


def stacked(
    rows: pl.DataFrame, colours: Palette, *, parts: Sequence[str], series: str = "part"
) -> go.Figure:
    """Return a bar of 100 % per label, split into `parts` (values of column `series`) in order."""
    known = rows.drop_nulls("value")
    first = known.filter(pl.col(series) == parts[0]).sort("value")
    order = [_wrapped(label) for label in first["label"]]
    traces = [
        _bars(known.filter(pl.col(series) == part), part, colours.series[position], colours)
        for position, part in enumerate(parts)
    ]
    axes = {
        "yaxis": {"categoryorder": "array", "categoryarray": order},
        "xaxis": {"tickformat": ".0%", "range": [0, 1.001]},
    }
    height = 100 + _height(order, 1)
    layout = {"barmode": "stack", "bargap": 0.3, "showlegend": True, "legend": LEGEND}
    return canvas(colours, height, traces, axes, top=40, **layout)


def _bars(here: pl.DataFrame, part: str, colour: str, colours: Palette) -> dict[str, Any]:
    hover = "%{y}: %{x:.1%}<br>95 %: %{customdata[0]:.1%} to %{customdata[1]:.1%}<br>"
    return {
        "type": "bar",
        "orientation": "h",
        "x": here["value"].to_list(),
        "y": [_wrapped(label) for label in here["label"]],
        "name": part,
        "text": [f"{share:.0%}" if share >= ROOM_FOR_TEXT else "" for share in here["value"]],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "constraintext": "none",
        "insidetextfont": {"color": colours.background, "size": 12},
        "marker": {"color": colour, "line": {"color": colours.background, "width": 2}},
        "customdata": here.select("lo", "hi", "n").rows(),
        "hovertemplate": hover + "n = %{customdata[2]:,}<extra>" + part + "</extra>",
    }
