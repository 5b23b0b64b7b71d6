"""The house style of a chart. A figure is made in one go from plain dicts: Plotly's own way of
adding traces and updating axes one by one takes ten times as long.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from pages.parts.palette import Palette

HOLLOW = "partial|anomaly|incomplete|defect"  # flags of points drawn hollow
LEGEND = {"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "traceorder": "normal"}
CLEAR = "rgba(0,0,0,0)"


def canvas(
    colours: Palette,
    height: int,
    traces: Sequence[Mapping[str, Any]],
    axes: Mapping[str, Mapping[str, Any]],
    *,
    top: int = 12,
    **layout: Any,
) -> go.Figure:
    """Return a figure of `traces` on `axes` (xaxis, yaxis, xaxis2, …) in the house style."""
    font = {"color": colours.text, "size": 13, "family": "Source Sans, sans-serif"}
    hover = {"bgcolor": colours.background, "font": {"color": colours.text}}
    style = {
        "height": height,
        "margin": {"l": 8, "r": 12, "t": top, "b": 8},
        "showlegend": False,
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "dragmode": False,
        "font": font,
        "hoverlabel": hover,
        "template": None,
    }
    drawn = {name: _axis(colours) | dict(axis) for name, axis in axes.items()}
    return go.Figure(list(traces), style | drawn | layout)


def _axis(colours: Palette) -> dict[str, Any]:
    lines = dict.fromkeys(("gridcolor", "zerolinecolor", "linecolor"), colours.grid)
    font = {"color": colours.muted, "size": 12}
    return {**lines, "tickfont": font, "automargin": True, "fixedrange": True}


def faded(colour: str, opacity: float) -> str:
    """Return a #rrggbb colour with an opacity."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"
