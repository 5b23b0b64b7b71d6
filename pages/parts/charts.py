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

from pages.parts.palette import Palette

SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x")
ROW_HEIGHT = 30  # pixels per row of dots or bar
LABEL_WIDTH = 26  # characters before a category's name wraps: fits a phone
HOLLOW = "partial|anomaly|incomplete|defect"
LEGEND = {"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "traceorder": "normal"}


def canvas(colours: Palette, height: int, figure: go.Figure | None = None) -> go.Figure:
    """Return a figure in the house style."""
    figure = figure or go.Figure()
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 12, "t": 12, "b": 8},
        showlegend=False,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        dragmode=False,
        font={"color": colours.text, "size": 13, "family": "Source Sans, sans-serif"},
        hoverlabel={"bgcolor": colours.background, "font": {"color": colours.text}},
        legend={"font": {"color": colours.text, "size": 12}},
    )
    axis = {
        "gridcolor": colours.grid,
        "zerolinecolor": colours.grid,
        "linecolor": colours.grid,
        "tickfont": {"color": colours.muted, "size": 12},
        "automargin": True,
        "fixedrange": True,
        "title": {"font": {"color": colours.muted, "size": 12}},
    }
    figure.update_xaxes(**axis)
    figure.update_yaxes(**axis)
    return figure


def faded(colour: str, opacity: float) -> str:
    """Return a #rrggbb colour with an opacity."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def dots(
    rows: pl.DataFrame,
    colours: Palette,
    *,
    tick_format: str = "",
    axis_title: str = "",
    log: bool = False,
    series: str | None = None,
    ranked: bool = True,
) -> go.Figure:
    """Return dots with whiskers, a row per label: largest on top, or in the order given.

    `series` names a column whose values are compared side by side within a label.
    """
    known = rows.drop_nulls("value")
    order = known["label"].unique(maintain_order=True).to_list()
    names = known[series].unique(maintain_order=True).to_list() if series else [""]
    if ranked:
        first = known.filter(pl.col(series) == names[0]) if names and series else known
        order = first.sort("value", descending=True)["label"].to_list()
        order += [
            label for label in known["label"].unique(maintain_order=True) if label not in order
        ]
    height = ROW_HEIGHT + (12 * (len(names) - 1) if len(names) > 1 else 0)
    figure = canvas(colours, 80 + height * max(1, len(order)))
    for position, name in enumerate(names):
        part = known.filter(pl.col(series) == name) if series else known
        shift = (position - (len(names) - 1) / 2) * 0.24
        at = [order.index(label) + shift for label in part["label"]]
        _dots(figure, part, at, colours.series[position], SYMBOLS[position], name, tick_format)
    figure.update_yaxes(
        tickvals=list(range(len(order))),
        ticktext=[_wrapped(label) for label in order],
        range=[len(order) - 0.4, -0.6],
        zeroline=False,
    )
    figure.update_xaxes(
        tickformat=tick_format,
        title_text=axis_title,
        type="log" if log else "linear",
        rangemode="normal" if log else "tozero",
        **({"dtick": "D2"} if log else {}),
    )
    if series:
        figure.update_layout(showlegend=True, legend=LEGEND, margin={"t": 40})
    return figure


def _wrapped(label: str) -> str:
    return "<br>".join(textwrap.wrap(label, LABEL_WIDTH))


def _dots(
    figure: go.Figure,
    part: pl.DataFrame,
    at: list[float],
    colour: str,
    symbol: str,
    name: str,
    tick_format: str,
) -> None:
    hollow = part["flags"].str.contains(HOLLOW).to_list()
    form = f":{tick_format.replace('.0%', '.1%').replace('$,.0f', '$,.2f') or ',.4~g'}"
    around = f"<br>95 %: %{{customdata[2]{form}}} to %{{customdata[3]{form}}}"
    figure.add_scatter(
        x=part["value"].to_list(),
        y=at,
        mode="markers",
        cliponaxis=False,
        name=name,
        marker={
            "color": colour,
            "size": 10,
            "line": {"color": colour, "width": 2},
            "symbol": [f"{symbol}-open" if odd else symbol for odd in hollow],
        },
        error_x={
            "type": "data",
            "symmetric": False,
            "color": colour,
            "thickness": 2,
            "width": 4,
            "array": (part["hi"] - part["value"]).fill_null(0).to_list(),
            "arrayminus": (part["value"] - part["lo"]).fill_null(0).to_list(),
        },
        customdata=part.select("label", "n", "lo", "hi").rows(),
        hovertemplate=[
            f"%{{customdata[0]}}: %{{x{form}}}"
            + (around if low is not None else "")
            + ("<br>n = %{customdata[1]:,}" if n is not None else "")
            + f"<extra>{name}</extra>"
            for n, low in part.select("n", "lo").iter_rows()
        ],
    )


def stacked(
    rows: pl.DataFrame, colours: Palette, *, parts: Sequence[str], series: str = "part"
) -> go.Figure:
    """Return a bar of 100 % per label, split into `parts` (values of column `series`) in order."""
    known = rows.drop_nulls("value")
    order = known.filter(pl.col(series) == parts[0]).sort("value")["label"].to_list()
    figure = canvas(colours, 100 + (ROW_HEIGHT + 4) * max(1, len(order)))
    for position, part in enumerate(parts):
        here = known.filter(pl.col(series) == part)
        figure.add_bar(
            x=here["value"].to_list(),
            y=[_wrapped(label) for label in here["label"]],
            name=part,
            orientation="h",
            text=[f"{share:.0%}" if share >= 0.05 else "" for share in here["value"]],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            constraintext="none",
            insidetextfont={"color": colours.background, "size": 12},
            marker={
                "color": colours.series[position],
                "line": {"color": colours.background, "width": 2},
            },
            customdata=here.select("lo", "hi", "n").rows(),
            hovertemplate="%{y}: %{x:.1%}<br>95 %: %{customdata[0]:.1%} to %{customdata[1]:.1%}"
            "<br>n = %{customdata[2]:,}<extra>" + part + "</extra>",
        )
    figure.update_layout(
        barmode="stack", showlegend=True, bargap=0.3, legend=LEGEND, margin={"t": 40}
    )
    ticks: dict[str, Any] = {
        "categoryorder": "array",
        "categoryarray": [_wrapped(x) for x in order],
    }
    figure.update_yaxes(**ticks)
    figure.update_xaxes(tickformat=".0%", range=[0, 1.001])
    return figure
