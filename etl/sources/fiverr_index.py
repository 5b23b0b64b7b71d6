"""Fiverr posted basic-package prices, matched-model index by category, with log standard errors.

Two panels that must never be chained: `panel` 2020Q1-2024Q4 (2020Q1 = 100) and `recent`
2024Q3-2026Q1 (2024Q3 = 100, collected after the producer repaired its parsing of landing pages).
The panel table carries a version whose sibling took landing pages for gigs: all of it is
`unverified`. The four files share one header, so the file name tells them apart, and the first
quarter (100 in a level, 0 in an error) must agree with it. An empty cell is a quarter without
enough matched gigs: the point stays, without a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from etl.contracts import Capture, Reject, Source, SourceChanged
from etl.sources._series import Point, dims, first_day_of_quarter, points

SOURCE = Source(
    id="fiverr_index",
    title="Fiverr matched-model price index by category, quarterly",
    publisher="AISmithLab, IntelligencePriceIndex",
    platform="fiverr",
    kind="series",
    url="https://github.com/AISmithLab/IntelligencePriceIndex",
    licence="none stated; cited figures only",
    licence_url="https://github.com/AISmithLab/IntelligencePriceIndex",
    citation="AISmithLab, IntelligencePriceIndex: Fiverr posted prices from archived gig pages,"
    " GEKS-Jevons, 2020Q1-2024Q4 and 2024Q3-2026Q1",
    caveat="Posted prices of gigs that a web archive happened to keep more than once, nominal"
    " dollars, no quantities. The 2020-2024 panel is unverified and must not be chained to the"
    " recent one. Standard errors of the log index are wide, most of all in translation and audio.",
    cadence_days=92,
    files="series/fiverr_price_index_*.csv",
    selected=True,
)

CATEGORIES = ["audio", "coding", "design", "marketing", "translation", "video", "writing"]
NAME = re.compile(r"fiverr_price_index_(panel|recent)_geks(_se)?\.csv$")
BASE_QUARTER = {"panel": "2020Q1", "recent": "2024Q3"}
FLAGS = {"panel": "unverified", "recent": ""}


def normalise(body: bytes, capture: Capture) -> Iterator[Point | Reject]:
    """Yield one point per quarter and category; the payload's name says which table it is."""
    match = NAME.search(capture.name)
    if not match:
        raise SourceChanged(
            "its name does not end in fiverr_price_index_panel_geks.csv, _panel_geks_se.csv,"
            " _recent_geks.csv or _recent_geks_se.csv, and nothing else tells the tables apart"
        )
    panel, error = match[1], bool(match[2])
    found = list(points(body, {("quarter", *CATEGORIES): _quarter}))
    rows = [point for point in found if not isinstance(point, Reject)]
    _check_base(rows, panel, 0.0 if error else 100.0)
    for point in found:
        if not isinstance(point, Reject):
            point["series_id"] = f"matched_price_index_{panel}" + ("_se_log" if error else "")
            point["flags"] = FLAGS[panel]
        yield point


def _check_base(rows: list[Point], panel: str, expected: float) -> None:
    base = first_day_of_quarter(BASE_QUARTER[panel])
    values = {row["value"] for row in rows if row["period_start"] == base}
    if values != {expected} or min(row["period_start"] for row in rows) != base:
        raise SourceChanged(
            f"its first quarter is not {BASE_QUARTER[panel]} with {expected:g} in every category,"
            " as its name promises"
        )


def _quarter(record: Mapping[str, str | None], newest: str) -> Iterator[Point]:
    for category in CATEGORIES:
        yield {
            "series_id": "matched_price_index",
            "grain": "quarter",
            "period_start": first_day_of_quarter(record["quarter"]),
            "dims": dims(category=category),
            "value": record[category],
        }
