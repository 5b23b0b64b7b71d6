"""Dated events drawn on charts over time: thin rules with a note. Plotly, no Streamlit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import plotly.graph_objects as go
import polars as pl

from pages.parts.palette import Palette
from pages.parts.wording import BREAKS

CHATGPT = (date(2022, 11, 30), "ChatGPT")
PANDEMIC = (date(2020, 3, 11), "Covid-19 pandemic")
LONG_AGO = 180  # days after which the end of the data is marked on the chart


def own_events(known: pl.DataFrame, today: date) -> list[tuple[date, str]]:
    """Return where the source may have changed, and where its data end if that is long ago."""
    found: list[tuple[date, str]] = []
    for when in known.filter(pl.col("flags").str.contains(BREAKS))["period_start"].unique().sort():
        if not found or (when - found[-1][0]).days > LONG_AGO:  # one note for neighbouring months
            found.append((when, "source may have changed"))
    last = known["period_start"].max()
    if last is not None and (today - last).days >= LONG_AGO:
        found.append((last, f"newest data: {last:%b %Y}"))
    return found


def draw_events(
    figure: go.Figure, events: Sequence[tuple[date, str]], colours: Palette, known: pl.DataFrame
) -> None:
    """Draw dated rules, their notes on alternating heights so that neighbours do not overlap."""
    first = known["period_start"].min()
    drawn = sorted(event for event in events if first is not None and event[0] >= first)
    for position, (when, text) in enumerate(drawn):
        figure.add_vline(
            x=when.isoformat(), line={"color": colours.muted, "width": 1, "dash": "dot"}
        )
        figure.add_annotation(
            x=when.isoformat(),
            y=1.0,
            yref="paper",
            text=text,
            showarrow=False,
            yanchor="bottom",
            xanchor="center",
            yshift=16 * (position % 2),
            xshift=2,
            font={"color": colours.muted, "size": 11},
        )
    if drawn:
        figure.update_layout(margin={"t": 40})
