"""Colours per theme: every mark at least 3:1 against its background, told apart when colour-blind.

tests/test_page_parts.py computes the ratios; a designer may change the hues, not the test.
"""

from __future__ import annotations

from typing import NamedTuple


class Palette(NamedTuple):
    """Colours of one theme."""

    background: str
    text: str
    muted: str
    grid: str
    accent: str
    series: tuple[str, ...]


LIGHT = Palette(
    background="#fcfbf8",
    text="#1c2126",
    muted="#5d6670",
    grid="#e4e0d6",
    accent="#8a1f10",
    series=("#0b5c6b", "#8a1f10", "#7a4cc2", "#8a6a00", "#2f7d4f", "#4f3540"),
)
DARK = Palette(
    background="#14181c",
    text="#e9e6df",
    muted="#a3acb5",
    grid="#2c343b",
    accent="#ff8a6b",
    series=("#4fb3c4", "#ff8a6b", "#b592ff", "#f3d671", "#6cc48f", "#f2ece0"),
)


def palette(theme: str | None) -> Palette:
    """Return the palette of a theme ("dark", else light)."""
    return DARK if theme == "dark" else LIGHT
