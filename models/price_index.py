"""How did prices move, quality held fixed? Indices, comparisons, changes, premiums, trend class.

Prices are advertised ones: ranges by their middle, never bids, hourly and fixed kept apart.
Every kind of row is a `measure` of one table; see the card for the rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from models._price_pairs import comparison_rows, repost_rows, resighting_rows
from models._price_premiums import premium_rows
from models._price_rows import SCHEMA, cpi_u, priced
from models._price_series import published_rows, series_rows

READS = (
    "core_listings", "core_observations", "core_readings", "core_series", "mart_amounts",
    "ref_cpi_u", "ref_sources",
)  # fmt: skip
WRITES = "est_price_index"


def estimate(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the rows of every price metric, told apart by `measure`.

    Measures: price_index (index, base period = 100; dims estimator, prices, pricing_type),
    price_index_published (the published index in real terms), price_trend (percent a year and a
    class in value_text), price_comparison (percent between two dated cross-sections at fixed mix),
    price_change (share of pairs changed, mean change in percent), repost_share, skill_premium
    (percent). Columns: measure, stat, source_id, platform, side, geo, period_start, grain, family,
    niche, dims, n, value, lo, hi, value_text, reason, flags.
    """
    rows = sorted(_rows(frames), key=lambda row: str([row[name] for name in _ORDER]))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


_ORDER = ("measure", "stat", "source_id", "side", "family", "niche", "dims", "period_start")


def _rows(frames: Mapping[str, pl.DataFrame]) -> Iterator[dict[str, Any]]:
    cpi, rows, sources = cpi_u(frames), priced(frames), frames["ref_sources"]
    yield from series_rows(rows, cpi)
    yield from published_rows(frames["core_series"], sources, cpi)
    yield from comparison_rows(rows, cpi)
    yield from resighting_rows(frames["core_observations"], rows)
    yield from repost_rows(frames["core_listings"], rows, sources)
    yield from premium_rows(rows)
