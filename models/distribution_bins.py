"""Coarse distributions fit to publish: bins of at least 15 listings, cut where quantiles lie.

Each bin gives its smallest and largest amount and its listings. Cuts stand at the ranks that a
median, quartile or 10th/90th percentile needs, so these can be recomputed exactly from the bins
wherever both sides of the cut hold 15 listings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import polars as pl

READS = ("mart_amounts",)
WRITES = "est_distributions"

MIN_LISTINGS = 15
PROBABILITIES = (0.5, 0.25, 0.75, 0.1, 0.9)  # in the order in which they get their cut
BIN_TARGET = 20  # bins a large cell is split into
KEY = ["measure", "source_id", "platform", "side", "period_start", "grain", "family", "dims"]


def bins(ordered: np.ndarray) -> list[tuple[float, float, int]]:
    """Return (smallest, largest, listings) per bin of sorted amounts.

    >>> bins(np.arange(1.0, 41.0))
    [(1.0, 20.0, 20), (21.0, 40.0, 20)]
    """
    n = len(ordered)
    cuts: list[int] = []
    wanted = [int(np.floor((n - 1) * p)) + 1 for p in PROBABILITIES]
    wanted += [round(n * step / BIN_TARGET) for step in range(1, BIN_TARGET)]
    for cut in wanted:
        edges = sorted([0, *cuts, cut, n])
        if all(b - a >= MIN_LISTINGS for a, b in zip(edges, edges[1:], strict=False)):
            cuts.append(cut)
    edges = [0, *sorted(cuts), n]
    return [
        (float(ordered[a]), float(ordered[b - 1]), b - a)
        for a, b in zip(edges, edges[1:], strict=False)
    ]


def quantile_from_bins(table: list[tuple[float, float, int]], p: float) -> float | None:
    """Return the p-quantile the bins determine, or None where they do not determine it.

    >>> quantile_from_bins([(1.0, 20.0, 20), (21.0, 40.0, 20)], 0.5)
    20.5
    """
    n = sum(listings for _, _, listings in table)
    position = (n - 1) * p
    rank = int(np.floor(position))
    low, high = _at_rank(table, rank), _at_rank(table, min(rank + 1, n - 1))
    if position == rank:
        return low
    return None if low is None or high is None else low + (high - low) * (position - rank)


def _at_rank(table: list[tuple[float, float, int]], rank: int) -> float | None:
    """Return the amount at a rank (from 0) if it is an end of its bin, or the bin is one value."""
    start = 0
    for smallest, largest, listings in table:
        if rank < start + listings:
            if rank == start or smallest == largest:
                return smallest
            return largest if rank == start + listings - 1 else None
        start += listings
    return None


def estimate(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return bins per measure, source, period and family (periods as a whole, no niches)."""
    amounts = frames["mart_amounts"].filter(pl.col("capture") == "").drop_nulls("amount")
    rows = [row for level in _levels(amounts) for row in _binned(level)]
    schema = {name: amounts.schema[name] for name in KEY} | {
        "bin_low": pl.Float64, "bin_high": pl.Float64, "listings": pl.Int64,
    }
    return pl.DataFrame(rows, schema=schema).sort([*KEY, "bin_low", "bin_high"])


def _levels(amounts: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    return amounts.with_columns(pl.lit("*").alias("family")), amounts


def _binned(amounts: pl.DataFrame) -> Iterator[dict[str, Any]]:
    for key, cell in amounts.group_by(KEY, maintain_order=True):
        if cell.height < MIN_LISTINGS:
            continue
        for low, high, listings in bins(np.sort(cell["amount"].to_numpy())):
            yield dict(zip(KEY, key, strict=True)) | {
                "bin_low": low, "bin_high": high, "listings": listings,
            }
