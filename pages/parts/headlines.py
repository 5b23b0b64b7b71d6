"""Headlines computed from the rows shown: what the data say, or that they cannot tell."""

from __future__ import annotations

import polars as pl

from pages.parts.wording import interval, number, period


def top_and_bottom(rows: pl.DataFrame, unit: str, decimals: int, what: str) -> str:
    """Say which label stands highest and lowest, and whether their intervals part them."""
    known = rows.drop_nulls("value").sort("value", descending=True)
    if known.height == 0:
        return f"Too few listings to show {what}"
    top, bottom = known.row(0, named=True), known.row(-1, named=True)
    if known.height == 1:
        return f"{top['label']}: {number(top['value'], unit, decimals)} {what}"
    apart = top["lo"] is not None and bottom["hi"] is not None and top["lo"] > bottom["hi"]
    said = (
        f"{top['label']} {number(top['value'], unit, decimals)}, {bottom['label']}"
        f" {number(bottom['value'], unit, decimals)} {what}"
    )
    return said if apart else f"{said}, but the data cannot tell them apart"


def change(rows: pl.DataFrame, unit: str, decimals: int, what: str) -> str:
    """Say how a series moved between the first and last full period of `rows`."""
    known = rows.filter(~pl.col("flags").str.contains("partial|anomaly")).drop_nulls("value")
    known = known.sort("period_start")
    if known.height < 2:
        return f"Too few periods to say how {what} moved"
    first, last = known.row(0, named=True), known.row(-1, named=True)
    verb = "rose" if last["value"] > first["value"] else "fell"
    if _overlap(first, last):
        verb = "did not clearly move"
    return (
        f"{what} {verb} from {number(first['value'], unit, decimals)}"
        f" ({period(first['period_start'], first['grain'])}) to"
        f" {number(last['value'], unit, decimals)}"
        f" ({period(last['period_start'], last['grain'])})"
    )


def _overlap(first: dict, last: dict) -> bool:
    bounds = (first["lo"], first["hi"], last["lo"], last["hi"])
    if any(bound is None for bound in bounds):
        return False
    return first["lo"] <= last["hi"] and last["lo"] <= first["hi"]


def value(row: dict, unit: str, decimals: int) -> str:
    """Say one number with its interval.

    >>> value({"value": 0.25, "lo": 0.24, "hi": 0.26}, "share", 3)
    '25.0 % (24.0 % to 26.0 %)'
    """
    said = number(row["value"], unit, decimals)
    around = interval(row["lo"], row["hi"], unit, decimals)
    return f"{said} ({around})" if around else said
