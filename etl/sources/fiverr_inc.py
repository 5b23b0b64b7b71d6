"""Fiverr Inc., yearly: active buyers, spend per buyer, gross merchandise value.

The last row may be the twelve months up to a quarter ("TTM-Q2" of 2026 starts on 1 July 2025): it
overlaps the year before and carries `trailing_twelve_months`. `derived` marks a figure that the
table's compiler computed from the two others instead of reading it in a filing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from etl.contracts import Capture, Reject, Source
from etl.sources._series import Point, first_day, points

SOURCE = Source(
    id="fiverr_inc",
    title="Fiverr Inc.: buyers, spend per buyer, GMV",
    publisher="Fiverr International Ltd., compiled by a third party",
    platform="fiverr",
    kind="series",
    url="https://investors.fiverr.com/",
    licence="company figures; cited facts",
    licence_url="https://investors.fiverr.com/",
    citation="Fiverr International Ltd., annual reports and quarterly results 2017 to 2026Q2,"
    " through a third-party table",
    caveat="Company filings read through a third party; buyers are rounded to 0.1 million and some"
    " figures are derived from the others. The last point is twelve months that overlap the year"
    " before it.",
    cadence_days=92,
    files="series/fiverr_inc_*.csv",
)

COLUMNS = [
    "year",
    "period",
    "active_buyers_m",
    "spend_per_buyer_usd",
    "gmv_usd_m",
    "gmv_source",
    "notes",
]


def normalise(body: bytes, capture: Capture) -> Iterator[Point | Reject]:
    """Yield three points per year."""
    yield from points(body, {tuple(COLUMNS): _year})


def _year(record: Mapping[str, str | None], newest: str) -> Iterator[Point]:
    if record["gmv_source"] not in ("reported", "derived"):
        raise ValueError(f"gmv_source {record['gmv_source']!r} is neither reported nor derived")
    derived = {
        "active_buyers_m": (record["notes"] or "").startswith("buyers derived"),
        "gmv_usd_m": record["gmv_source"] == "derived",
    }
    start, flag = _start(record)
    for series_id in ("active_buyers_m", "spend_per_buyer_usd", "gmv_usd_m"):
        flags = ("derived" if derived.get(series_id) else "", flag)
        yield {
            "series_id": series_id,
            "grain": "year",
            "period_start": start,
            "value": record[series_id],
            "flags": ";".join(filter(None, flags)),
        }


def _start(record: Mapping[str, str | None]) -> tuple[datetime, str]:
    year = first_day(record["year"], "year")
    if record["period"] == "FY":
        return year, ""
    match = re.fullmatch("TTM-Q([1-4])", record["period"] or "")
    if not match:
        raise ValueError(f"period {record['period']!r} is neither FY nor TTM-Q1 to TTM-Q4")
    if match[1] == "4":  # four quarters up to the last one are the year itself
        return year, "trailing_twelve_months"
    return datetime(year.year - 1, 3 * int(match[1]) + 1, 1), "trailing_twelve_months"
