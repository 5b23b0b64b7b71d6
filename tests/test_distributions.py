"""What is published suffices: medians and shares recomputed from the exported bins."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.config import SHIPPED, SUPPRESS_BELOW_N
from etl.edition import Edition
from etl.export import csv_bytes
from models.distribution_bins import READS, Bin, bins, estimate, merged, quantile_from_bins

AMOUNTS = {
    "hourly_rate": "hourly_rate",
    "fixed_budget": "fixed_budget",
    "bids_per_listing": "bids",
    "bid_window_days": "days_left",
    "gig_start_price": "gig_start_price",
}
STATS = {"median": 0.5, "p25": 0.25, "p75": 0.75, "p10": 0.1, "p90": 0.9}
PLACE = ("source_id", "platform", "side", "period_start", "grain", "family")


@cache
def exported() -> tuple[dict[str, str], ...]:
    """Return the rows of the distributions of the shipped edition, by way of CSV."""
    body = csv_bytes(Edition(SHIPPED).distributions(), {"edition": "shipped"})
    lines = io.StringIO(body.decode("utf-8-sig"), newline="")
    return tuple(csv.DictReader(line for line in lines if not line.startswith("#")))


@cache
def tables() -> dict[tuple[str, ...], list[Bin]]:
    """Return the bins of each cell, keyed by measure, place and dims."""
    found: dict[tuple[str, ...], list[Bin]] = defaultdict(list)
    for row in exported():
        low, high = (float(row[name]) if row[name] else None for name in ("bin_low", "bin_high"))
        key = (row["measure"], *(row[name] for name in PLACE), row["dims"])
        found[key].append((low, high, int(row["listings"])))
    return dict(found)


def wholes(metric: str) -> Iterator[tuple[dict[str, Any], tuple[str, ...]]]:
    """Yield the rows of a metric over whole periods and families, with their place as text."""
    values = Edition(SHIPPED).values(metric).filter(
        (pl.col("niche") == "*") & ~pl.col("dims").str.contains("capture=")
    )  # fmt: skip
    for row in values.iter_rows(named=True):
        yield row, tuple("" if row[name] is None else str(row[name]) for name in PLACE)


def test_no_bin_is_thinner_than_what_may_be_shown():
    assert min(int(row["listings"]) for row in exported()) >= SUPPRESS_BELOW_N


@pytest.mark.parametrize("metric", AMOUNTS)
def test_quantiles_follow_from_the_bins_and_most_medians_do(metric: str):
    medians, told = 0, 0
    for row, place in wholes(metric):
        table = tables().get((AMOUNTS[metric], *place, row["dims"]))
        assert (table is None) == (row["n"] < SUPPRESS_BELOW_N), row
        if table is None:
            continue
        assert sum(listings for _, _, listings in table) == row["n"]
        found = quantile_from_bins(table, STATS[row["stat"]])
        if found is not None and row["value"] is not None:
            assert found == pytest.approx(row["value"], rel=1e-12), row
        if row["stat"] == "median" and row["n"] >= 2 * SUPPRESS_BELOW_N:
            medians, told = medians + 1, told + (found is not None)
    assert medians and told / medians > 0.95


def test_share_of_crowded_listings_follows_from_the_brackets():
    compared = 0
    for row, place in wholes("proposals_20_plus"):
        table = tables().get(("proposals", *place, ""))
        if row["dims"] or table is None:
            continue
        assert sum(listings for _, _, listings in table) == row["n"]
        crowded = sum(listings for low, _, listings in table if low >= 20)
        assert all(high is None or high <= 20 or low >= 20 for low, high, _ in table)
        if row["value"] is not None:
            assert crowded / row["n"] == pytest.approx(row["value"], rel=1e-12)
            compared += 1
    assert compared >= 20


def test_shares_of_durations_follow_from_the_brackets():
    """A joined bracket has the sum of the shares of its parts."""
    ends = {"0-30d": (0, 30), "30-90d": (30, 90), "90-180d": (90, 180), "180d+": (180, np.inf)}
    shares: dict[tuple[str, ...], dict[str, float]] = defaultdict(dict)
    for row, place in wholes("requested_duration"):
        if row["value"] is not None:
            shares[place][row["dims"].removeprefix("duration=")] = row["value"]
    alone = 0
    for place, told in shares.items():
        table = tables()[("requested_duration", *place, "")]
        n = sum(listings for _, _, listings in table)
        for low, high, listings in table:
            high = np.inf if high is None else high
            parts = [told.get(name, 0.0) for name, (a, b) in ends.items() if low <= a and b <= high]
            assert sum(parts) == pytest.approx(listings / n, rel=1e-12), (place, low, high)
            alone += len(parts) == 1
    assert alone >= 40


def test_shares_of_listings_follow_from_the_counts():
    compared = 0
    for row, place in wholes("listing_share"):
        (whole,) = tables()[("listings", *place[:-1], "*", "")]
        assert whole == (None, None, row["n"])
        own = tables().get(("listings", *place, ""))
        if row["value"] is not None and row["value"] * row["n"] >= SUPPRESS_BELOW_N - 0.5:
            assert own[0][2] / whole[2] == pytest.approx(row["value"], rel=1e-12)
            compared += 1
    assert compared >= 12


@given(st.lists(st.integers(0, 40), max_size=400), st.sampled_from(list(STATS.values())))
@settings(deadline=None)
def test_bins_hold_all_amounts_and_never_a_wrong_quantile(amounts: list[int], p: float):
    ordered = np.sort(np.array(amounts, dtype=float))
    if len(ordered) < SUPPRESS_BELOW_N:
        return
    table = bins(ordered)
    assert sum(listings for _, _, listings in table) == len(ordered)
    assert min(listings for _, _, listings in table) >= SUPPRESS_BELOW_N
    assert [low for low, _, _ in table] == sorted(low for low, _, _ in table)
    found = quantile_from_bins(table, p)
    assert found is None or found == pytest.approx(np.quantile(ordered, p), rel=1e-12)
    if len(ordered) >= 2 * SUPPRESS_BELOW_N + 1:
        assert quantile_from_bins(table, 0.5) is not None


@given(st.randoms())
@settings(max_examples=10, deadline=None)
def test_the_order_of_rows_does_not_matter(random):
    """Nor among bins of one price that differ by their listings alone."""
    amounts = [20.0] * 90 + [25.0] * 63 + [float(x) for x in range(40)]
    assert _estimate(random.sample(amounts, len(amounts))) == _estimate(amounts)


def _estimate(amounts: list[float]) -> list[tuple]:
    place = dict.fromkeys([*PLACE, "measure", "dims"], "x") | {"capture": "", "niche": "y"}
    columns = [*place, "bracket_low", "bracket_high", "listings", "k", "amount"]
    frame = pl.DataFrame({"amount": amounts} | {n: [v] * len(amounts) for n, v in place.items()})
    empty = pl.DataFrame(schema=dict.fromkeys(columns, pl.String) | {"k": pl.Int64})
    return estimate(dict.fromkeys(READS, empty) | {"mart_amounts": frame}).rows()


brackets = st.lists(st.integers(0, 60), min_size=6, max_size=6).map(
    lambda counts: [
        (low, high, listings)
        for (low, high), listings in zip(
            [(0, 4), (5, 10), (10, 15), (15, 20), (20, 50), (50, None)], counts, strict=True
        )
        if listings
    ]
)


@given(brackets)
@settings(deadline=None)
def test_joined_brackets_lose_no_listing_and_never_cross_the_cut(cell: list[Bin]):
    table = merged(cell, cut=20)
    before, after = (
        [sum(n for low, _, n in found if (low >= 20) is crowded) for crowded in (False, True)]
        for found in (cell, table)
    )
    shown = all(n == 0 or n >= SUPPRESS_BELOW_N for n in before)
    assert after == (before if shown else [0, 0])
    assert all(listings >= SUPPRESS_BELOW_N for _, _, listings in table)
    assert all(high is None or high <= 20 or low >= 20 for low, high, _ in table)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ([(0, 4, 20), (5, 10, 3), (10, 15, 30), (20, None, 16)],
         [(0, 4, 20), (5, 15, 33), (20, None, 16)]),
        ([(0, 4, 20), (5, 10, 14), (20, 50, 15), (50, None, 2)], [(0, 10, 34), (20, None, 17)]),
        ([(0, 4, 20), (20, 50, 14)], []),  # joined, it would cross the cut; shown, it is too thin
        ([(20, 50, 15)], [(20, 50, 15)]),
        ([], []),
    ],
)  # fmt: skip
def test_brackets_by_hand(cell: list[Bin], expected: list[Bin]):
    assert merged(cell[::-1], cut=20) == expected
