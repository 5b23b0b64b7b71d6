"""Brackets, bids to come, chance and cost: by hand, what always holds, simulated truth."""

from datetime import date, datetime

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from benchmarks.competition_coverage import bids, bracketed, brackets, captures, negative_binomial
from etl.reference import _csv
from models import competition
from models._bid_path import bids_at_end, days_in_bands, pace
from models._brackets import (
    MAX_MISFIT,
    Brackets,
    Fit,
    capture_interval,
    cell_shares,
    fit,
    quantile_brackets,
    share_at_least,
    turnbull,
)
from models._win_chance import Estimate, cost_to_win, win_chance

SIX = Brackets.of(
    np.array([0, 5, 10, 15, 20, 50]),
    np.array([4, 10, 15, 20, 50, np.nan]),
    np.array([30, 20, 15, 10, 20, 5]),
)


def test_a_shared_end_belongs_to_the_upper_bracket():
    assert SIX.high.tolist() == [4, 9, 14, 19, 49, np.inf]


def test_turnbull_of_disjoint_brackets_is_their_shares():
    assert turnbull(SIX).weight == pytest.approx(np.array([30, 20, 15, 10, 20, 5]) / 100)


def test_share_above_a_count_is_a_number_at_a_start_and_bounds_elsewhere():
    assert share_at_least(SIX, 20) == pytest.approx((0.25, 0.25))
    assert share_at_least(SIX, 30) == pytest.approx((0.05, 0.25))


def test_turnbull_solves_self_consistency_by_hand():
    # [0,4] twice, [0,9] twice, [5,9] four times: p = (2 + 2 p) / 8, so p = 1/3
    known = Brackets(np.array([0.0, 0, 5]), np.array([4.0, 9, 9]), np.array([2.0, 2, 4]))
    assert turnbull(known).weight == pytest.approx([1 / 3, 2 / 3], abs=1e-6)


def test_median_is_a_bracket_and_its_interval_the_brackets_of_the_binomial_ranks():
    # up to 9: 50 of 100; ranks 40 and 61 lie in 5 to 9 and in 10 to 14
    assert quantile_brackets(SIX, 0.5) == (5, 9, 5, 14)
    assert quantile_brackets(SIX, 0.5, 1e3)[2:] == (None, None)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 80), min_size=20, max_size=200), st.sampled_from([0.25, 0.5, 0.75]))
def test_brackets_of_one_count_each_are_exact_quantiles(counts, p):
    ordered = np.sort(np.array(counts, float))
    values, weight = np.unique(ordered, return_counts=True)
    low, high, lo, hi = quantile_brackets(Brackets(values, values, weight.astype(float)), p)
    first, last = (stats.binom.ppf([0.025, 0.975], len(ordered), p) + np.array([0, 1])).astype(int)
    if first < 1 or last > len(ordered):
        assert (lo, hi) == (None, None)
    else:
        assert lo == min(low, ordered[first - 1])
        assert hi == max(high, ordered[last - 1])


def test_cell_shares_are_the_negative_binomials():
    mean, size = 12.0, 0.8
    cdf = stats.nbinom(size, size / (size + mean)).cdf
    expected = np.diff([0, *cdf([4, 9, 14, 19, 49]), 1])
    assert cell_shares(SIX, mean, size) == pytest.approx(expected, rel=1e-9)


def test_fit_finds_back_the_model_that_made_the_brackets():
    exact = Brackets(SIX.low, SIX.high, 1e5 * cell_shares(SIX, 22.0, 1.3))
    found = fit(exact)
    assert (found.mean, found.size) == pytest.approx((22.0, 1.3), rel=1e-3)
    assert found.misfit < 1e-4
    assert found.lo < 22.0 < found.hi


def test_profile_interval_is_where_the_likelihood_falls_by_half_of_chi_squared():
    found = fit(SIX)
    sizes = np.exp(np.linspace(-3, 4, 4001))

    def profile(mean: float) -> float:
        return max(float(SIX.weight @ np.log(cell_shares(SIX, mean, s))) for s in sizes)

    drops = [profile(found.mean) - profile(end) for end in (found.lo, found.hi)]
    assert drops == pytest.approx([1.9207, 1.9207], abs=0.01)


def test_one_bracket_gives_no_mean():
    assert fit(Brackets(SIX.low[:1], SIX.high[:1], SIX.weight[:1])) is None


def test_no_mean_where_brackets_have_another_shape():
    two_humps = Brackets(SIX.low, SIX.high, np.array([400.0, 10, 400, 10, 170, 10]))
    assert fit(two_humps).excess > MAX_MISFIT


def test_bracket_intervals_cover():
    given_share, _, covered, median = [
        float(x.rstrip("% ")) for x in brackets(negative_binomial(20, 1.0), 20, 14, 200, 60)
        .split(" | ")[1:]
    ]  # fmt: skip
    assert given_share > 0.9
    assert covered > 0.88  # 60 seeds of 0.95
    assert median > 0.88


def test_intervals_of_captures_that_disagree_are_not_those_of_sampling():
    _, covered, plain = map(float, captures(0.1, 2, 30).split(" | "))
    assert covered > plain + 0.1


def test_what_captures_disagree_on_in_the_mean_by_hand():
    # log means 0 and 0.4, errors 0.1: weights 100, centre 0.2, Q = 8; (8 - 1) / 100 = 0.07
    captures = [Fit(np.exp(m), np.exp(m - 0.196), np.exp(m + 0.196), 1, 0, 0) for m in (0.0, 0.4)]
    total = captures[0].log_error ** 2 + 0.035  # error 0.1: 0.045, df 2 x (0.045 / 0.035)^2
    half = stats.t.ppf(0.975, 2 * (total / 0.035) ** 2) * np.sqrt(total)
    lo, hi = capture_interval(captures[0], captures)
    assert (np.log(lo), np.log(hi)) == pytest.approx((-half, half), abs=2e-4)
    alone = captures[0].lo, captures[0].hi
    assert capture_interval(captures[0], captures[:1]) == alone
    assert capture_interval(captures[0], [captures[0]] * 2) == pytest.approx(alone)


def test_chance_and_cost_by_hand():
    # 25 proposals, half the listings hire: 1 in 50; twice the odds: 2 to 49, so 2 in 51
    assert win_chance(25, 0.5).value == pytest.approx(0.02)
    assert win_chance(25, 0.5, 2).value == pytest.approx(2 / 51)
    # 8 connects at 0.15 are 1.20 a proposal; 50 proposals: 60; 51 / 2 of them: 30.60
    assert cost_to_win(8, 0.15, 25, 0.5).value == pytest.approx(60)
    assert cost_to_win(8, 0.15, 25, 0.5, 2).value == pytest.approx(30.6)
    cost = cost_to_win(Estimate(4, 2, 8), 0.15, Estimate(25, 20, 30), Estimate(0.5, 0.4, 0.6))
    assert cost == pytest.approx((30, 2 * 0.15 * 20 / 0.6, 8 * 0.15 * 30 / 0.4))


@given(
    st.floats(1, 500), st.floats(0.01, 1), st.floats(0.1, 10), st.floats(0, 60), st.floats(1.01, 2)
)
def test_cost_rises_with_rivals_and_falls_with_odds_and_hires(rivals, hires, odds, tokens, more):
    cost = cost_to_win(tokens, 0.15, rivals, hires, odds).value
    slack = 1e-9 + 1e-9 * cost
    assert cost_to_win(tokens, 0.15, rivals * more, hires, odds).value >= cost - slack
    assert cost_to_win(tokens, 0.15, rivals, hires, odds * more).value <= cost + slack
    assert cost_to_win(tokens, 0.15, rivals, hires * more, odds).value <= cost + slack
    assert 0 < win_chance(rivals, hires, odds).value <= 1


@pytest.mark.parametrize("bad", [(0, 1, 1), (5, 0, 1), (5, 1, 0)])
def test_a_chance_needs_rivals_hires_and_odds(bad):
    with pytest.raises(ValueError, match="above 0"):
        win_chance(*bad)


def test_a_negative_price_is_no_price():
    with pytest.raises(ValueError, match="negative"):
        cost_to_win(1, -0.15, 5, 1)


def test_paces_by_band_are_found_back_without_noise():
    days = days_in_bands(np.tile([1.0, 4, 7], 12), 0.0)
    rates = np.array([0.5, 1.0, 4.0])
    found, covariance = pace(days, days @ rates)
    assert found == pytest.approx(rates)
    assert np.abs(covariance).max() < 1e-20
    # 7 days left: 3 at 0.5, 2 at 1 and 2 at 4 bids: 11.5 to come; none left: none
    end = bids_at_end(np.array([10.0, 20]), np.array([7.0, 0]), (found, covariance))
    assert end.value == pytest.approx((21.5 + 20) / 2)


def test_no_pace_without_enough_pairs_or_with_an_unseen_band():
    days = days_in_bands(np.full(40, 2.0), 0.0)
    assert pace(days, np.ones(40)) is None
    mixed = days_in_bands(np.tile([1.0, 4, 7], 9), 0.0)
    assert pace(mixed, np.ones(27)) is None


def test_bids_at_the_end_are_unbiased_and_covered():
    bias, covered = bids(150, 200, 100)
    assert abs(bias) < 0.03
    assert covered > 0.88


AT = datetime(2025, 11, 1)


def sightings(**columns) -> pl.DataFrame:
    """Return rows of mart_sightings with what the model reads, one value for all where alone."""
    same = {
        "source_id": "s", "native_id": "x", "platform": "upwork", "side": "demand",
        "period_start": date(2023, 1, 1), "grain": "snapshot", "family": "writing", "flags": "",
        "capture": "", "is_defect": False, "sample_window": None, "observed_at": AT,
        "proposals_low": None, "proposals_high": None, "age_band": None, "bids": None,
        "days_left": None,
    }  # fmt: skip
    kinds = dict.fromkeys(("proposals_low", "proposals_high", "bids"), pl.Int64)
    kinds |= {"days_left": pl.Float64, "sample_window": pl.String, "age_band": pl.String}
    given_rows = pl.DataFrame(columns)
    return (
        given_rows.with_columns(*(pl.lit(v).alias(k) for k, v in same.items() if k not in columns))
        .cast(kinds)
        .select(sorted(same))
    )


PAIRS = {
    "source_id": pl.String, "native_id": pl.String, "first_at": pl.Datetime("us"),
    "last_at": pl.Datetime("us"), "first_bids": pl.Int64, "last_bids": pl.Int64,
}  # fmt: skip


def estimated(seen: pl.DataFrame, pairs: pl.DataFrame | None = None) -> pl.DataFrame:
    pairs = pl.DataFrame(schema=PAIRS) if pairs is None else pairs
    costs = _csv("bidding_costs.csv")
    return competition.estimate(
        {"mart_sightings": seen, "mart_bid_pairs": pairs, "ref_bidding_costs": costs}
    )


def test_brackets_become_rows_at_equal_age_with_costs_that_name_their_assumptions():
    counts = negative_binomial(20, 1.0)(np.random.default_rng(1), 400)
    table = bracketed(counts)
    low = np.repeat(table.low, table.weight.astype(int)).astype(int)
    ends = {0: 4, 5: 10, 10: 15, 15: 20, 20: 50, 50: None}
    found = estimated(
        sightings(
            proposals_low=low,
            proposals_high=[ends[x] for x in low.tolist()],
            age_band=["00-12h"] * len(low),
        )
    )
    whole = found.filter(family="*")
    mean = whole.filter(measure="proposals_at_age", stat="mean").row(0, named=True)
    assert mean["value"] == pytest.approx(fit(table).mean)
    assert mean["lo"] < 20 < mean["hi"]
    median = whole.filter(measure="proposals_at_age", stat="median").row(0, named=True)
    assert (median["value"], median["value_text"]) == (None, "10 to 14")
    cost = whole.filter(measure="cost_to_win")
    assert cost["dims"].to_list() == [
        f"age_band=00-12h;hires_per_listing=1;tokens={n}" for n in (1, 6)
    ]
    assert cost["value"].to_list() == pytest.approx([0.15 * mean["value"], 0.9 * mean["value"]])
    assert cost["flags"].to_list() == ["assumed_hires"] * 2


def test_the_order_of_the_rows_changes_no_digit():
    chance = np.random.default_rng(4)
    bids, start, gains = (
        chance.integers(5, 60, 400),
        chance.uniform(1, 9, 400),
        chance.poisson(2, 400),
    )
    names, day = [f"{n:03}" for n in range(400)], ["2025-11-01"] * 400
    seen = pl.concat([
        sightings(native_id=names, bids=bids, days_left=start, capture=day),
        sightings(native_id=names, bids=bids + gains, days_left=start - 1),
    ])  # fmt: skip
    pairs = pl.DataFrame(
        {"source_id": "s", "native_id": names, "first_at": AT, "last_at": datetime(2025, 11, 2),
         "first_bids": bids, "last_bids": bids + gains}
    ).cast(PAIRS)  # fmt: skip
    once = estimated(seen, pairs)
    assert once.filter(measure="expected_bids")["value"].drop_nulls().len()
    for _ in range(5):
        mixed, other = chance.permutation(800).tolist(), chance.permutation(400).tolist()
        assert estimated(seen[mixed], pairs[other]).equals(once)


def test_where_tokens_or_paces_are_unknown_the_row_says_so():
    later = {"period_start": date(2025, 3, 1)}
    seen = sightings(bids=list(range(1, 31)), days_left=[2.0] * 30).with_columns(
        pl.lit(later["period_start"]).alias("period_start")
    )
    found = estimated(seen).filter(family="*")
    assert found.filter(measure="expected_bids")["reason"].to_list() == [competition.NO_PAIRS]
    assert "posting by posting" in found.filter(measure="cost_to_win")["reason"][0]
    undated = estimated(seen.with_columns(pl.lit(None, pl.Float64).alias("days_left")))
    assert undated.filter(measure="expected_bids")["reason"].to_list() == [competition.NO_DAYS]


def test_exact_bids_get_those_to_come_and_their_concentration():
    names = [f"p{i}" for i in range(60)]
    start = [1.0, 4.0, 7.0] * 20
    first = sightings(native_id=names, bids=[10] * 60, days_left=start, capture=["2025-11-01"] * 60)
    gains = [1, 1, 4] * 20  # of one day each: below 3, from 4 to 3, from 7 to 6 days left
    last = sightings(
        native_id=names, bids=[10 + g for g in gains], days_left=[d - 1 for d in start]
    )
    pairs = pl.DataFrame(
        {
            "source_id": "s", "native_id": names, "first_at": AT, "last_at": datetime(2025, 11, 2),
            "first_bids": 10, "last_bids": [10 + g for g in gains],
        }
    ).cast(PAIRS)  # fmt: skip
    found = estimated(pl.concat([first, last]), pairs).filter(family="*")
    # left: 0, 3 and 6 days; to come 0, 3 x 1 and 3 x 1 + 2 x 1 + 1 x 4 = 9
    end = found.filter(measure="expected_bids").row(0, named=True)
    assert end["value"] == pytest.approx((11 + (11 + 3) + (14 + 9)) / 3)
    held = found.filter(measure="bid_concentration").row(0, named=True)
    assert held["value"] == pytest.approx(6 * 14 / (20 * 11 + 20 * 11 + 20 * 14))
    assert held["lo"] <= held["value"] <= held["hi"]


def test_prices_are_dated_and_cited():
    costs = _csv("bidding_costs.csv")
    assert costs["source"].null_count() == costs["url"].null_count() == 0
    assert (
        costs.filter(pl.col("tokens_low").is_null() != pl.col("tokens_high").is_null()).height == 0
    )
