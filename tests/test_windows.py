"""Intervals of samples drawn by windows: by hand, what always holds, coverage of known truth."""

from datetime import date
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import backfill_coverage
from etl.sources._freelancer_draw import draw, window_name
from models import quantile_intervals
from models._intervals import quantile_interval
from models._windows import Draw, window_quantile

PLACE = dict.fromkeys(("source_id", "platform", "side", "grain", "flags", "dims", "capture"), "s")
PLACE |= {"measure": "bids", "period_start": date(2025, 1, 1)}


def quantile(of: dict[str, list[float]], p: float, draw: Draw) -> tuple:
    """Return window_quantile of the values of each window."""
    names = np.repeat(list(of), [len(values) for values in of.values()])
    return window_quantile(np.array([v for values in of.values() for v in values]), names, p, draw)


@pytest.mark.parametrize(
    ("values", "p", "expected"),
    [
        (range(1, 41), 0.5, (20.5, 20, 21)),  # 20 of 40 lie below
        (range(1, 42), 0.5, (21, 20, 22)),  # 20.5 of 41: both neighbours
        (range(1, 11), 0.9, (9.1, 9, 10)),
        (range(1, 5), 0.1, (1.3, 1, 2)),  # 0.4 of 4: the first
        ([7], 0.9, (7, 7, 7)),
    ],
)
@pytest.mark.parametrize("windows", [1, 2, 7])
def test_a_month_read_whole_leaves_only_the_neighbours(values, p, expected, windows):
    """Whatever it was cut into, also where only one window holds such a listing."""
    values = np.array(values, dtype=float)
    for names in (np.zeros(len(values)), np.arange(len(values)) % windows):
        found = window_quantile(values, names, p, Draw(windows, windows))
        assert found == pytest.approx(expected)


def test_interval_by_hand():
    """Five of ten windows drawn, two listings each; all in one window are alike, as far as can be.

    Median 5.5, 5 of 10 below: residuals 1, 1, 0, -1, -1. Variance (1 - 5/10) * 5/4 * 4 / 10^2 =
    0.025, t(4) 2.776445: half 0.438993. Ranks floor(0.61) = 0: no such listing. Five times as many
    of each (variance and half unchanged): ranks floor(3.05) = 3 and ceil(46.95) + 1 = 48 of 50.
    """
    pairs = {"a": [1, 2], "b": [3, 4], "c": [5, 6], "d": [7, 8], "e": [9, 10]}
    assert quantile(pairs, 0.5, Draw(10, 5)) == (5.5, None, None)
    many = {name: values * 5 for name, values in pairs.items()}
    spread = {name: [v + i / 10 for i, v in enumerate(many[name])] for name in many}
    ordered = sorted(v for values in spread.values() for v in values)
    below = [sum(v <= np.median(ordered) for v in spread[name]) for name in spread]
    assert below == [10, 10, 5, 0, 0]
    value, lo, hi = quantile(spread, 0.5, Draw(10, 5))
    assert (value, lo, hi) == (np.median(ordered), ordered[2], ordered[47])


def test_windows_of_unequal_size_by_hand():
    """A window counts by how far its listings depart from its size, not by their number alone.

    Sizes 40, 10, 10, 20, 20, of which 20, 5, 5, 10, 10 lie below the median: no window departs, so
    its variance is 0 and that of as many listings one by one stands in: (1 - 5/10) * 0.25 / 100 =
    0.00125, half 2.776445 * 0.0353553 = 0.098162: ranks floor(40.18) = 40, ceil(59.82) + 1 = 61.
    Then 25, 5, 0, 10, 10 below: residuals 5, 0, -5, 0, 0, variance 0.5 * 5/4 * 50 / 100^2 =
    0.003125, half 2.776445 * 0.0559017 = 0.155208: ranks floor(34.48) = 34, ceil(65.52) + 1 = 67.
    """
    for below, ranks in (([20, 5, 5, 10, 10], (40, 61)), ([25, 5, 0, 10, 10], (34, 67))):
        low, high = iter(range(1, 51)), iter(range(51, 101))
        of = {
            f"w{i}": [*(next(low) for _ in range(k)), *(next(high) for _ in range(size - k))]
            for i, (size, k) in enumerate(zip([40, 10, 10, 20, 20], below, strict=True))
        }
        assert quantile(of, 0.5, Draw(10, 5)) == (50.5, *ranks)


def test_windows_drawn_without_a_listing_count_as_drawn():
    """Six windows hold listings, eight were drawn: t has 7 degrees, the correction 8 of 80.

    In turn 14 and 6 of 20 below: residuals 4, variance 0.9 * 8/7 * 6 * 4^2 / 120^2 = 0.00685714,
    half 2.364624 * 0.0828079 = 0.195810: ranks floor(36.50) = 36, ceil(83.50) + 1 = 85 of 120. Had
    six been drawn (t of 5: 2.570582, 54/60 * 6/5): half 0.2181, ranks 33 and 88.
    """
    low, high = iter(range(1, 61)), iter(range(61, 121))
    of = {
        f"w{i}": [*(next(low) for _ in range(k)), *(next(high) for _ in range(20 - k))]
        for i, k in enumerate([14, 6] * 3)
    }
    assert quantile(of, 0.5, Draw(80, 8)) == (60.5, 36, 85)
    assert quantile(of, 0.5, Draw(60, 6)) == (60.5, 33, 88)


@pytest.mark.parametrize("drawn", [2, 4])
@pytest.mark.parametrize("windows", [5, 300])
def test_few_windows_say_nothing(windows: int, drawn: int):
    """Two drawn windows, or four, tell too little of how windows differ; nor do four that hold."""
    of = {f"w{i}": [float(x) for x in range(30 * i, 30 * i + 30)] for i in range(drawn)}
    assert quantile(of, 0.5, Draw(windows, drawn))[1:] == (None, None)
    assert quantile(of, 0.5, Draw(300, 17))[1:] == (None, None)
    assert quantile(of, 0.5, Draw(drawn, drawn))[1] is not None


def test_ties_take_the_wider_side_and_are_no_certainty():
    """Heaps: the jump at the quantile counts from both sides, and a heap of few proves nothing.

    Of 100 listings 60 ask 20 and 40 ask more. Below or at 20 are 60 %; below 20 none, so the
    variance of the former counts: residuals 6, -6, 0, 0, 0, 0.9 * 5/4 * 72 / 100^2 = 0.0081,
    half 2.776445 * 0.09 = 0.24988: rank ceil(74.988) + 1 = 76.
    """
    more = iter(range(101, 141))
    of = {
        f"w{i}": [20.0] * k + [float(next(more)) for _ in range(20 - k)]
        for i, k in enumerate([18, 6, 12, 12, 12])
    }
    assert quantile(of, 0.5, Draw(50, 5)) == (20, 20, 116)  # the 16th of those above
    for n, known in ((8, False), (20, True)):
        alike = window_quantile(np.full(n * 5, 20.0), np.arange(n * 5) % 5, 0.9, Draw(50, 5))
        assert alike == ((20, 20, 20) if known else (20, None, None))


@pytest.mark.parametrize(("share", "p"), [(0.88, 0.9), (0.73, 0.75), (0.12, 0.1)])
@pytest.mark.parametrize("n", [15, 40])
def test_coverage_where_a_heap_ends_just_before_the_quantile(n: int, share: float, p: float):
    """Small samples often hold nothing but the heap; that is no proof of a quantile on it."""
    rng = np.random.default_rng(n)
    truth = 100.0 if share < p else 20.0
    held = []
    for _ in range(400):
        values = np.where(rng.random(n) < share, 20.0, 100.0)
        _, lo, hi = window_quantile(values, rng.integers(0, 17, n), p, Draw(1000, 17))
        if lo is not None:
            held.append(lo <= truth <= hi)
    assert np.mean(held or [1.0]) >= 0.95


def test_tails_of_small_samples_have_no_interval():
    """The interval would reach beyond the least or the greatest listing drawn."""
    values, windows = np.arange(20.0), np.arange(20) % 10
    for p in (0.1, 0.9):
        assert window_quantile(values, windows, p, Draw(100, 10))[1:] == (None, None)
    assert window_quantile(values, windows, 0.5, Draw(100, 10))[1] is not None


samples = st.lists(
    st.tuples(st.integers(0, 30).map(float), st.integers(0, 16)), min_size=1, max_size=300
)
ps = st.sampled_from(list(quantile_intervals.QUANTILES.values()))


@settings(deadline=None)
@given(samples, ps, st.sampled_from([Draw(17, 17), Draw(18, 17), Draw(900, 17)]), st.randoms())
def test_an_interval_holds_its_point_whatever_the_order(sample, p, draw, random):
    def found(rows: list[tuple]) -> tuple:
        values, windows = zip(*rows, strict=True)
        return window_quantile(np.array(values), np.array(windows), p, draw)

    value, lo, hi = found(sample)
    assert found(random.sample(sample, len(sample))) == (value, lo, hi)
    assert value == np.quantile([v for v, _ in sample], p)
    if lo is not None:
        values = [v for v, _ in sample]
        assert min(values) <= lo <= value <= hi <= max(values)
    else:
        assert draw.drawn < draw.windows


@settings(deadline=None)
@given(samples, st.sampled_from([0.25, 0.5]))
def test_a_mirrored_sample_has_the_mirrored_interval(sample, p):
    """Neither end is treated better than the other."""
    values, windows = (np.array(column) for column in zip(*sample, strict=True))
    value, lo, hi = window_quantile(values, windows, p, Draw(900, 17))
    mirrored = window_quantile(-values, windows, 1 - p, Draw(900, 17))
    assert mirrored[0] == pytest.approx(-value)
    assert mirrored[1:] == ((None, None) if lo is None else pytest.approx((-hi, -lo)))


@settings(deadline=None)
@given(samples, ps)
def test_fewer_windows_drawn_of_as_many_listings_are_less_sure(sample, p):
    values, windows = (np.array(column) for column in zip(*sample, strict=True))
    ends = [window_quantile(values, windows, p, Draw(m, 17))[1:] for m in (18, 40, 4000)]
    known = [(lo, hi) for lo, hi in ends if lo is not None]
    assert ends[len(known) :] == [(None, None)] * (3 - len(known))
    for (lo, hi), (low, high) in pairwise(known):
        assert low <= lo <= hi <= high


@pytest.mark.parametrize(("total", "per_month"), [(0, 200), (30, 200), (12_000, 200), (999, 1)])
def test_every_name_says_its_draw(total: int, per_month: int):
    """What the backfill writes is what the model reads."""
    windows = list(draw(date(2020, 1, 1), total, per_month))
    expected = Draw(windows[0][0]["windows"], len(windows))
    names = pl.Series([window_name(note) for note, _, _ in windows])
    assert names.n_unique() == len(windows)
    assert Draw.of(names) == expected
    # notes come back from an address as texts
    texts = [window_name({key: str(value) for key, value in note.items()}) for note, *_ in windows]
    assert texts == names.to_list()


def test_names_that_are_none_and_names_of_two_draws():
    for name in ("", "2020-01", "2020-01 window 3 of 70", "2020-01 window 3 of 70, 17 drawn twice"):
        with pytest.raises(ValueError, match="names no draw"):
            Draw.of(pl.Series([name]))
    # a month drawn again at another size: the smaller draw of the more windows, in any order
    names = ["2020-01 window 3 of 70, 42 drawn", "2020-01 window 3 of 71, 17 drawn"]
    assert Draw.of(pl.Series(names)) == Draw.of(pl.Series(names[::-1])) == Draw(71, 17)
    first_try = pl.Series(["2020-01 window 3 of 70, 1 drawn", *names])
    many, of = np.arange(60.0), np.arange(60) % 20
    assert window_quantile(many, of, 0.5, Draw.of(first_try)) == (29.5, None, None)


def test_only_sampled_periods_go_by_their_windows():
    """One source drawn by windows, one not; families; two draws of different months."""
    rng = np.random.default_rng(3)
    amounts = pl.DataFrame(
        {
            "amount": rng.permutation(np.arange(200.0)),
            "family": rng.choice(["web", "legal"], 200),
            "month": [1] * 100 + [2] * 100,
            "window": rng.integers(0, 10, 200),
        }
    ).with_columns(niche=pl.lit("x"), **{n: pl.lit(v) for n, v in PLACE.items()})
    amounts = amounts.with_columns(period_start=pl.date(2025, "month", 1), capture=pl.lit(""))
    sizes = {1: Draw(400, 10), 2: Draw(12, 10)}
    name = "2025-0{} window {} of {}, {} drawn"
    named = [
        name.format(m, w, sizes[m].windows, sizes[m].drawn)
        for m, w in amounts.select("month", "window").iter_rows()
    ]
    sampled = amounts.with_columns(sample_window=pl.Series(named), source_id=pl.lit("panel"))
    plain = amounts.with_columns(sample_window=pl.lit(None, pl.String))
    found = quantile_intervals.estimate({"mart_amounts": pl.concat([sampled, plain])})
    assert found.height == 2 * 2 * 5 * 5  # sources, months, cells (all, 2 families, 2 niches)
    for row in found.iter_rows(named=True):
        mine = pl.col("period_start") == row["period_start"]
        if row["family"] != "*":
            mine &= pl.col("family") == row["family"]
        part, p = amounts.filter(mine), quantile_intervals.QUANTILES[row["stat"]]
        values, month = part["amount"].to_numpy(), row["period_start"].month
        by_window = window_quantile(values, part["window"].to_numpy(), p, sizes[month])
        by_listing = quantile_interval(np.sort(values), p)
        is_panel = row["source_id"] == "panel"
        assert (row["value"], row["lo"], row["hi"]) == (by_window if is_panel else by_listing)
        assert row["n"] == len(values)
        assert (row["reason"] is None) == (row["lo"] is not None)
        assert (row["dispersion"] is None) == is_panel
    assert by_window != by_listing


def test_too_few_windows_are_given_as_the_reason():
    names = [f"2025-01 window {w % 4} of 90, 17 drawn" for w in range(60)]
    amounts = pl.DataFrame({"amount": np.arange(60.0), "sample_window": names}).with_columns(
        **{n: pl.lit(v) for n, v in (PLACE | {"family": "web", "niche": "x"}).items()}
    )
    found = quantile_intervals.estimate({"mart_amounts": amounts})
    assert found["reason"].unique().to_list() == [quantile_intervals.TOO_FEW_WINDOWS]
    assert found["lo"].null_count() == found["hi"].null_count() == found.height
    assert found["value"].null_count() == 0


# Coverage: the floor lies three standard errors below the least of docs/methods/intervals.md.
def test_coverage_of_a_known_history(monkeypatch):
    found = backfill_coverage.coverage(200)
    assert {name: n for name, (_, _, n) in found.items()} == dict.fromkeys(found, 200)
    assert set(found) == {"budget", "bids", "average bid"}
    assert min(held for held, _, _ in found.values()) >= 0.93

    def by_listing(values: np.ndarray, windows: np.ndarray, p: float, draw: Draw) -> tuple:
        return quantile_interval(np.sort(values), p)

    # listings of one window resemble each other: as if drawn one by one, they promise too much
    monkeypatch.setattr(backfill_coverage, "window_quantile", by_listing)
    naive = backfill_coverage.coverage(200)
    assert naive["average bid"][0] < 0.93
    for name in ("bids", "average bid"):
        assert naive[name][1] < found[name][1], "narrower"
        assert naive[name][0] <= found[name][0]
