"""Coarse distributions fit to publish: bins of at least 15 listings, from which numbers follow.

Amounts: each bin gives its smallest and largest amount and its listings. Cuts stand at the ranks
that a median, quartile or 10th/90th percentile needs, so these can be recomputed exactly from the
bins wherever both sides of the cut hold 15 listings. Brackets (proposals, requested duration) keep
their bounds, thin ones joined to their neighbour, never across 20 proposals; a cell that would
still hold a thin bin is withheld. `listings` are counts per family: one bin without bounds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl

READS = ("mart_amounts", "mart_bracket_counts", "mart_duration_counts", "mart_listing_counts")
WRITES = "est_distributions"

MIN_LISTINGS = 15
PROBABILITIES = (0.5, 0.25, 0.75, 0.1, 0.9)  # in the order in which they get their cut
BIN_TARGET = 20  # bins a large cell is split into
CROWDED_FROM = 20  # proposals: the cut of `proposals_20_plus`, which no bin crosses
DURATIONS = {  # days; the brackets of mart_duration_counts
    "duration=0-30d": (0.0, 30.0),
    "duration=30-90d": (30.0, 90.0),
    "duration=90-180d": (90.0, 180.0),
    "duration=180d+": (180.0, None),
}
Bin = tuple[float | None, float | None, int]  # smallest, largest (None: open), listings
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
        if all(b - a >= MIN_LISTINGS for a, b in pairwise(edges)):
            cuts.append(cut)
    edges = [0, *sorted(cuts), n]
    return [(float(ordered[a]), float(ordered[b - 1]), b - a) for a, b in pairwise(edges)]


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


def merged(brackets: list[Bin], cut: float = np.inf) -> list[Bin]:
    """Return brackets with thin ones joined to a neighbour on their side of `cut`; [] if none can.

    >>> merged([(0, 4, 20), (5, 10, 3), (10, 15, 30), (20, None, 16)], cut=20)
    [(0, 4, 20), (5, 15, 33), (20, None, 16)]
    >>> merged([(0, 4, 20), (20, None, 3)], cut=20)
    []
    """
    ordered = sorted(brackets, key=lambda bracket: bracket[0])
    sides = ([b for b in ordered if b[0] < cut], [b for b in ordered if b[0] >= cut])
    joined = [_joined(side) for side in sides if side]
    return [bracket for side in joined for bracket in side] if all(joined) else []


def _joined(side: list[Bin]) -> list[Bin]:
    """Join neighbours from the left until each holds MIN_LISTINGS; [] where all hold fewer."""
    done: list[Bin] = []
    waiting: list[Bin] = []
    for bracket in side:
        waiting.append(bracket)
        if sum(listings for _, _, listings in waiting) >= MIN_LISTINGS:
            done.append(_union(waiting))
            waiting = []
    if waiting and done:
        done[-1] = _union([done[-1], *waiting])
    return done


def _union(parts: list[Bin]) -> Bin:
    highs = [high for _, high, _ in parts]
    high = None if None in highs else max(highs)
    return min(low for low, _, _ in parts), high, sum(listings for _, _, listings in parts)


def estimate(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return bins per measure, source, period and family (periods as a whole, no niches)."""
    amounts = frames["mart_amounts"].filter(pl.col("capture") == "").drop_nulls("amount")
    rows = [row for level in _levels(amounts) for row in _binned(level)]
    durations = frames["mart_duration_counts"].filter(pl.col("dims").is_in(list(DURATIONS)))
    rows += _bracketed(frames["mart_bracket_counts"].iter_rows(named=True), CROWDED_FROM)
    rows += _bracketed(map(_duration, _families(durations).iter_rows(named=True)), np.inf)
    rows += _counted(_families(frames["mart_listing_counts"]))
    schema = {name: amounts.schema[name] for name in KEY} | {
        "bin_low": pl.Float64,
        "bin_high": pl.Float64,
        "listings": pl.Int64,
    }
    return pl.DataFrame(rows, schema=schema).sort([*KEY, "bin_low", "bin_high", "listings"])


def _levels(amounts: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    return amounts.with_columns(pl.lit("*").alias("family")), amounts


def _families(counts: pl.DataFrame) -> pl.DataFrame:
    return counts.filter((pl.col("capture") == "") & (pl.col("niche") == "*"))


def _binned(amounts: pl.DataFrame) -> Iterator[dict[str, Any]]:
    for key, cell in amounts.group_by(KEY, maintain_order=True):
        if cell.height >= MIN_LISTINGS:
            yield from _rows(key, bins(np.sort(cell["amount"].to_numpy())))


def _bracketed(brackets: Iterable[dict[str, Any]], cut: float) -> Iterator[dict[str, Any]]:
    cells: dict[tuple[Any, ...], list[Bin]] = defaultdict(list)
    for row in brackets:
        bracket = row["bracket_low"], row["bracket_high"], row["listings"]
        cells[tuple(row[name] for name in KEY)].append(bracket)
    for key, cell in cells.items():
        yield from _rows(key, merged(cell, cut))


def _duration(row: dict[str, Any]) -> dict[str, Any]:
    low, high = DURATIONS[row["dims"]]
    return row | {"dims": "", "bracket_low": low, "bracket_high": high, "listings": row["k"]}


def _counted(counts: pl.DataFrame) -> Iterator[dict[str, Any]]:
    for row in counts.filter(pl.col("k") >= MIN_LISTINGS).iter_rows(named=True):
        key = tuple((row | {"measure": "listings"})[name] for name in KEY)
        yield from _rows(key, [(None, None, row["k"])])


def _rows(key: Iterable[Any], table: Iterable[Bin]) -> Iterator[dict[str, Any]]:
    for low, high, listings in table:
        yield dict(zip(KEY, key, strict=True)) | {
            "bin_low": low,
            "bin_high": high,
            "listings": listings,
        }
