"""Dated events drawn on charts over time: thin rules with a note. Plotly, no Streamlit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

from pages.parts.palette import Palette
from pages.parts.wording import BREAKS, period_end, period_of

Event = tuple[date, str]

CHATGPT = (date(2022, 11, 30), "ChatGPT")
PANDEMIC = (date(2020, 3, 11), "Covid-19 pandemic")
BOTH = (PANDEMIC, CHATGPT)
LONG_AGO = 180  # days after which the end of the data is marked on the chart
HEIGHTS = (0, 15, 30)  # pixels above the chart: neighbouring notes do not overlap


def own_events(known: pl.DataFrame, today: date) -> list[tuple[date, str]]:
    """Return where the source may have changed, and where its data end if that is long ago."""
    found: list[tuple[date, str]] = []
    for when in known.filter(pl.col("flags").str.contains(BREAKS))["period_start"].unique().sort():
        if not found or (when - found[-1][0]).days > LONG_AGO:  # one note for neighbouring months
            found.append((when, "source may have changed"))
    if known.height:
        last = known.sort("period_start").row(-1, named=True)
        if (today - period_end(last["period_start"], last["grain"])).days >= LONG_AGO:
            found.append((last["period_start"], f"newest data: {period_of(last)}"))
    return found


def above(
    events: Sequence[Event], colours: Palette, known: pl.DataFrame
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], int]:
    """Return the rules of a chart, their notes above it, and the room these need."""
    first = known["period_start"].min()
    drawn = sorted(event for event in events if first is not None and event[0] >= first)
    notes = [
        _note(when, text, colours)
        | {"yref": "paper", "yanchor": "bottom", "yshift": HEIGHTS[place % len(HEIGHTS)]}
        for place, (when, text) in enumerate(drawn)
    ]
    room = 25 + HEIGHTS[min(len(drawn), len(HEIGHTS)) - 1] if drawn else 12
    return [_rule(when, colours) for when, _ in drawn], notes, room


def inside(
    events: Sequence[Event], colours: Palette, at: str, *, named: bool
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the rules of panel `at` and, where `named`, their notes inside it."""
    rules = [_rule(when, colours, at) for when, _ in events]
    place = {"xref": f"x{at}", "yref": f"y{at} domain", "yanchor": "top", "xanchor": "right"}
    return rules, [_note(when, text, colours) | place for when, text in events if named]


def _rule(when: date, colours: Palette, at: str = "") -> dict[str, Any]:
    ends = {"x0": when.isoformat(), "x1": when.isoformat(), "y0": 0, "y1": 1}
    axes = {"xref": f"x{at}", "yref": f"y{at} domain"}
    style = {"color": colours.muted, "width": 1, "dash": "dot"}
    return {"type": "line", "line": style, **ends, **axes}


def _note(when: date, text: str, colours: Palette) -> dict[str, Any]:
    font = {"color": colours.muted, "size": 11}
    return {"x": when.isoformat(), "y": 1, "text": text, "font": font, "showarrow": False}
