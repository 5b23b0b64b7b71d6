"""Intervals: values by hand or from elsewhere, what always holds, coverage of simulated truth."""

from datetime import date, datetime
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from benchmarks.interval_coverage import (
    binomial_coverage,
    concentration,
    price_captures,
    price_coverage,
    share_captures,
)
from models import bid_growth, quantile_intervals, review_concentration, share_intervals
from models._intervals import Dispersion, dispersion, quantile_interval, wilson

MILD = Dispersion(factor=2.0, df=12.0)
SHIFTED = Dispersion(factor=1.5, df=12.0, shift=0.05, captures=3)


@pytest.mark.parametrize(
    ("k", "n", "lo", "hi"),
    [
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, table I, method 3
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_against_newcombe(k: int, n: int, lo: float, hi: float):
    assert wilson(k, n) == pytest.approx((lo, hi), abs=5e-5)


@pytest.mark.parametrize("n", [15, 16, 40, 99])
@pytest.mark.parametrize("p", [0.1, 0.25, 0.5, 0.9])
def test_order_statistics_against_brute_force(n: int, p: float):
    """The innermost ranks that each leave at most 2.5 percent outside, by summing all outcomes."""
    below = np.cumsum([stats.binom.pmf(i, n, p) for i in range(n + 1)])  # P(at most i below)
    low = max((r for r in range(1, n + 1) if below[r - 1] <= 0.025), default=None)
    high = min((r for r in range(1, n + 1) if 1 - below[r - 1] <= 0.025), default=None)
    value, lo, hi = quantile_interval(np.arange(1.0, n + 1), p)
    assert value == pytest.approx(1 + (n - 1) * p)
    assert (lo, hi) == ((low, high) if low and high else (None, None))


def test_dispersion_by_hand():
    """Two families, two captures of 100, shares 40 and 60 of 100, and 60 and 40.

    Pooled p = 0.5, so n p q = 25 and each residual is -2 or +2: chi-square 16. The shifts cancel
    (2 - 2 = 0 in both captures), so nothing is common, and 16 / (2 * 1 - 1) = 16 is left.
    """
    arguments = np.array([100] * 4), np.array(list("aabb")), np.array([1, 2, 1, 2])
    assert dispersion(np.array([40, 60, 60, 40]), *arguments) == Dispersion(16.0, 1.0, 0.0, 2)
    # both rise by the same: common = 2 captures * (4 * 5 / sqrt(50))^2 = 16, nothing is left; the
    # excess 16 / 1 - 1 over n p q = 50 per capture is a variance of 0.3 on the log-odds
    together = dispersion(np.array([40, 60, 40, 60]), *arguments)
    assert (together.factor, together.df, together.captures) == (1.0, np.inf, 2)
    assert together.shift == pytest.approx(0.3)


def test_inflation_by_hand():
    """Factor alone: 2 t(12)^2 / z^2. With a shift: 1.5 + 0.05 / 3 * 60 = 2.5, and 1.0 of it known
    to three degrees: 2.5^2 / (1.5^2 / 12 + 1 / 3) = 12 degrees."""
    ratio = (2.178813 / 1.959964) ** 2  # t and normal, 97.5 percent, from a printed table
    assert MILD.inflation(60) == pytest.approx(2 * ratio, rel=1e-5)
    assert SHIFTED.inflation(60) == pytest.approx(2.5 * ratio, rel=1e-5)
    assert Dispersion().inflation(60) == 1.0


def test_thin_or_single_captures_say_nothing():
    one = dispersion(np.array([5]), np.array([100]), np.array(["a"]), np.array([1]))
    thin = dispersion(np.array([4, 0]), np.array([10, 10]), np.array(["a", "a"]), np.array([1, 2]))
    apart = dispersion(
        np.array([9, 40]), np.array([80, 80]), np.array(["a", "b"]), np.array([1, 2])
    )
    none = dispersion(*(np.array([], dtype=kind) for kind in (int, int, str, str)))
    assert one == thin == apart == none == Dispersion()


counts = st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
spreads = st.builds(
    Dispersion,
    factor=st.floats(1, 20),
    df=st.one_of(st.just(np.inf), st.integers(1, 50).map(float)),
    shift=st.one_of(st.just(0.0), st.floats(1e-4, 1)),
    captures=st.integers(2, 9),
)


@settings(deadline=None)
@given(counts, spreads)
def test_shares_hold_their_value_and_widen_with_dispersion(count: tuple[int, int], spread):
    (lo, hi), (low, high) = wilson(*count), wilson(*count, spread)
    value = count[0] / count[1]
    assert 0 <= low <= lo <= value <= hi <= high <= 1


@settings(deadline=None)
@given(
    st.lists(st.floats(0, 1e6), min_size=1, max_size=200), st.sampled_from([0.1, 0.5, 0.9]), spreads
)
def test_quantiles_hold_their_value_and_come_from_the_data(values: list[float], p: float, spread):
    ordered = np.sort(values)
    value, lo, hi = quantile_interval(ordered, p, spread)
    assert ordered[0] <= value <= ordered[-1]
    if lo is not None:
        assert ordered[0] <= lo <= value <= hi <= ordered[-1]
    else:
        assert quantile_interval(ordered, p, Dispersion(spread.factor * 9))[1] is None


@settings(deadline=None)
@given(st.integers(20, 400), st.sampled_from([0.1, 0.25, 0.5, 0.75]))
def test_quantiles_widen_with_dispersion(n: int, p: float):
    """By ranks; shrinking n rounds, so an end may come in by the gap between two of its ranks."""
    ends = [quantile_interval(np.arange(1.0, n + 1), p, Dispersion(f))[1:] for f in (1.0, 2.0, 4.0)]
    known = [(lo, hi) for lo, hi in ends if lo is not None]
    for (lo, hi), (low, high) in pairwise(known):
        assert high - low > hi - lo
    assert ends[len(known) :] == [(None, None)] * (3 - len(known))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(10, 90), st.sampled_from("abc"), st.integers(1, 3)),
                min_size=2, max_size=9, unique_by=lambda t: t[1:]), st.randoms())  # fmt: skip
def test_the_order_of_rows_does_not_matter(rows: list[tuple], random):
    def found(rows: list[tuple]) -> Dispersion:
        k, cell, capture = zip(*rows, strict=True)
        return dispersion(np.array(k), np.full(len(k), 100), np.array(cell), np.array(capture))

    first, second = found(rows), found(random.sample(rows, len(rows)))
    assert first.factor == pytest.approx(second.factor)
    assert first.shift == pytest.approx(second.shift, abs=1e-9)


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=40), st.randoms())
@settings(max_examples=10, deadline=None)
def test_concentration_holds_its_value_whatever_the_order(reviews: list[int], random):
    def found(reviews: list[int]) -> tuple:
        rows = {"reviews_low": reviews, "family": ["web"] * len(reviews)}
        return review_concentration.estimate({"mart_gig_reviews": _gigs(rows)}).rows()

    first = found(reviews)
    assert first == found(random.sample(reviews, len(reviews)))
    for *_, value, lo, hi in first:
        assert 0 <= lo <= value <= hi <= 1


def _gigs(columns: dict[str, list], **more: object) -> pl.DataFrame:
    place = {"source_id": "s", "platform": "p", "side": "supply", "grain": "snapshot", "flags": ""}
    place |= {"period_start": date(2025, 1, 1), "is_censored": False} | more
    return pl.DataFrame(columns).with_columns(pl.lit(v).alias(k) for k, v in place.items())


def test_concentration_by_hand():
    """The top tenth of 20 gigs is two of them: (50 + 30) / (50 + 30 + 18 * 1 + 0) without zeros."""
    reviews = [1] * 18 + [30, 50] + [0] * 30
    frame = _gigs(
        {"reviews_low": reviews, "family": ["web"] * 50}, is_censored=True, flags="undated"
    )
    for row in review_concentration.estimate({"mart_gig_reviews": frame}).rows(named=True):
        assert (row["n"], row["value"]) == (20, pytest.approx(80 / 98))
        assert row["flags"] == "undated;lower_bound"
        # by percentiles alone; by bootstrap-t alone the low end would be 0.80
        assert row["lo"] < 0.6 < row["value"] < row["hi"]


def test_bid_growth_by_hand():
    """1 to 19 bids in a day and a half, and one fall: median 9.5 / 1.5; the mean is below 0."""
    gained = [*range(1, 20), -400]
    pairs = pl.DataFrame({"last_bids": gained}).with_columns(
        first_bids=pl.lit(0), first_at=pl.lit(datetime(2025, 10, 30, 12)),
        last_at=pl.lit(datetime(2025, 11, 1)), source_id=pl.lit("s"), platform=pl.lit("p"),
        side=pl.lit("demand"),
    )  # fmt: skip
    found = {
        row["stat"]: row for row in bid_growth.estimate({"mart_bid_pairs": pairs}).rows(named=True)
    }
    assert found["median"]["value"] == pytest.approx(9.5 / 1.5)
    assert found["median"]["period_start"] == date(2025, 10, 1)
    # ranks 6 and 15 of 20 bound the median: 5 and 14 bids
    assert (found["median"]["lo"], found["median"]["hi"]) == pytest.approx((5 / 1.5, 14 / 1.5))
    assert {row["n"] for row in found.values()} == {20}


def test_captures_widen_the_whole_and_defective_ones_do_not():
    """Captures that say 30 and 50 percent; a single sound one tells nothing beyond sampling."""
    wide, narrow = (_entry_share(second) for second in ("", "defect_capture"))
    assert wide[""][2] - wide[""][1] > 2 * (narrow[""][2] - narrow[""][1])
    assert narrow[""][1:] == pytest.approx(wilson(80, 200))
    assert wide["c1"] == narrow["c1"] == pytest.approx((0.3, *wilson(30, 100)))


def test_thin_captures_are_not_surer_than_full_ones():
    """Captures of 3 of 6 and 1 of 6 tell no dispersion: that of the full ones stands in."""
    full, thin = (
        _counts([80, 30, 50], [200, 100, 100], ""),
        _counts([4, 3, 1], [12, 6, 6], "age=old"),
    )
    alone, beside = (_whole(pl.concat(parts)) for parts in ([thin], [full, thin]))
    assert alone["age=old"] == pytest.approx(wilson(4, 12))
    spread = dispersion(
        np.array([30, 50]), np.array([100, 100]), np.array(["*", "*"]), np.array(["c1", "c2"])
    )
    assert beside["age=old"] == pytest.approx(wilson(4, 12, spread))
    assert beside["age=old"][0] < alone["age=old"][0] < alone["age=old"][1] < beside["age=old"][1]


def _whole(counts: pl.DataFrame) -> dict[str, tuple[float, float]]:
    frames = {name: counts.clear() for name in share_intervals.READS}
    rows = share_intervals.estimate(frames | {"mart_entry_counts": counts}).rows(named=True)
    return {row["dims"]: (row["lo"], row["hi"]) for row in rows if row["capture"] == ""}


def _counts(k: list[int], n: list[int], dims: str) -> pl.DataFrame:
    return pl.DataFrame({"capture": ["", "c1", "c2"], "k": k, "n": n}).with_columns(
        period_start=pl.lit(date(2025, 1, 1)), flags=pl.lit(""),
        **{name: pl.lit(name) for name in ("measure", "source_id", "platform", "scope")},
        side=pl.lit("demand"), grain=pl.lit("snapshot"),
        family=pl.lit("*"), niche=pl.lit("*"), dims=pl.lit(dims),
    )  # fmt: skip


def _entry_share(second_flags: str) -> dict[str, tuple[float, float, float]]:
    counts = pl.DataFrame(
        {"capture": ["", "c1", "c2"], "k": [80, 30, 50], "n": [200, 100, 100],
         "flags": ["", "", second_flags]}
    ).with_columns(
        period_start=pl.lit(date(2025, 1, 1)),
        **{name: pl.lit(name) for name in ("measure", "source_id", "platform", "scope")},
        side=pl.lit("demand"), grain=pl.lit("snapshot"),
        family=pl.lit("*"), niche=pl.lit("*"), dims=pl.lit(""),
    )  # fmt: skip
    frames = {name: counts.clear() for name in share_intervals.READS}
    rows = share_intervals.estimate(frames | {"mart_entry_counts": counts}).rows(named=True)
    return {row["capture"]: (row["value"], row["lo"], row["hi"]) for row in rows}


def test_quantiles_of_cells_by_hand():
    """Skewed on purpose: family medians 3 and 50, of all 3.5 (the mean is 43); a capture apart."""
    amounts = pl.DataFrame(
        {"family": list("aaaaab") * 2, "capture": [""] * 6 + ["c1"] * 6,
         "amount": [1.0, 2, 3, 4, 200, 50] + [9.0] * 6}
    ).with_columns(
        period_start=pl.lit(date(2025, 1, 1)), flags=pl.lit(""), niche=pl.lit("x"), dims=pl.lit(""),
        sample_window=pl.lit(None, pl.String),
        **{name: pl.lit(name) for name in ("measure", "source_id", "platform", "side", "grain")},
    )  # fmt: skip
    found = quantile_intervals.estimate({"mart_amounts": amounts}).filter(stat="median")
    cells = {
        (r["family"], r["niche"], r["capture"]): (r["n"], r["value"])
        for r in found.rows(named=True)
    }
    assert cells == {
        ("*", "*", ""): (6, 3.5), ("a", "*", ""): (5, 3.0), ("a", "x", ""): (5, 3.0),
        ("b", "*", ""): (1, 50.0), ("b", "x", ""): (1, 50.0), ("*", "*", "c1"): (6, 9.0),
        ("a", "*", "c1"): (5, 9.0), ("a", "x", "c1"): (5, 9.0), ("b", "*", "c1"): (1, 9.0),
        ("b", "x", "c1"): (1, 9.0),
    }  # fmt: skip
    assert found.filter(family="b")["reason"].unique().to_list() == [quantile_intervals.TOO_FEW]


def test_captures_widen_medians_and_defective_ones_do_not():
    wide, narrow = (_medians(range(21, 121), second) for second in ("", "defect_capture"))
    assert narrow[""][:3] == quantile_interval(np.sort([*range(1, 101), *range(21, 121)]), 0.5)
    assert wide["c1"][:3] == narrow["c1"][:3] == quantile_interval(np.arange(1.0, 101), 0.5)
    assert wide[""][0] == narrow[""][0] == 60.5
    assert wide[""][1] < narrow[""][1] < narrow[""][2] < wide[""][2]
    apart = _medians(range(81, 181), "")
    assert apart[""] == (90.5, None, None, quantile_intervals.DISAGREE)


def _medians(second: range, second_flags: str) -> dict[str, tuple]:
    both = [float(x) for x in (*range(1, 101), *second)]
    columns = {"capture": [""] * 200 + ["c1"] * 100 + ["c2"] * 100, "amount": both * 2}
    texts = ("measure", "source_id", "platform", "side", "grain", "niche", "family")
    amounts = pl.DataFrame(columns | {"flags": [""] * 300 + [second_flags] * 100}).with_columns(
        pl.lit(date(2025, 1, 1)).alias("period_start"), pl.lit("").alias("dims"),
        pl.lit(None, pl.String).alias("sample_window"),
        *(pl.lit(name).alias(name) for name in texts),
    )  # fmt: skip
    found = quantile_intervals.estimate({"mart_amounts": amounts}).filter(stat="median", family="*")
    return {
        r["capture"]: (r["value"], r["lo"], r["hi"], r["reason"]) for r in found.rows(named=True)
    }


# Coverage: floors below the long study in docs/methods/intervals.md by three standard errors.
@pytest.mark.parametrize("n", [15, 50, 200])
def test_coverage_of_shares(n: int):
    covered = [binomial_coverage(n, p) for p in np.arange(0.05, 0.96, 0.05)]
    assert min(covered) > 0.90
    assert np.mean(covered) > 0.945


@pytest.mark.parametrize("step", [None, 5, 10])
@pytest.mark.parametrize("n", [15, 60])
def test_coverage_of_medians_also_of_heaped_prices(n: int, step: float | None):
    assert price_coverage(n, 0.5, step, seeds=400) > 0.93


@pytest.mark.parametrize(
    ("captures", "kind", "family", "whole"),
    [
        (2, "none", 0.93, 0.95), (2, "own", 0.92, 0.92), (2, "common", 0.83, 0.73),
        (3, "none", 0.93, 0.95), (3, "own", 0.92, 0.91), (3, "common", 0.87, 0.85),
        (8, "none", 0.93, 0.94), (8, "own", 0.90, 0.92), (8, "common", 0.90, 0.91),
    ],
)  # fmt: skip
def test_coverage_over_captures(captures: int, kind: str, family: float, whole: float):
    found = [share_captures(seed, captures, kind) for seed in range(200)]
    assert np.mean([outcome["f00"][0] for outcome in found]) >= family
    assert np.mean([outcome["*"][0] for outcome in found]) >= whole


def test_coverage_of_medians_over_captures():
    found = [price_captures(seed, 3, "own") for seed in range(40)]
    assert np.mean([outcome["f00"][0] for outcome in found]) >= 0.9


def test_coverage_of_concentration():
    found = [concentration(seed, 100, 1.8, 1_000)["gigs"] for seed in range(50)]
    assert np.mean([holds for holds, _ in found]) >= 0.8
