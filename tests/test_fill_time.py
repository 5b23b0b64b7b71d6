"""Time to close and requested durations: by hand, against statsmodels, simulated truth."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.duration.survfunc import SurvfuncRight

from benchmarks.competition_coverage import closing, ordered
from models import fill_time
from models._ordered import between_captures, superiority, superiority_interval
from models._survival import first_safe_age, kaplan_meier, quantile_age, restricted_mean

# Freireich et al. 1963, remission under 6-MP, weeks: the textbook case of the estimator
WEEKS = np.array([6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35.0])
RELAPSED = np.array([1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0], bool)


def test_the_textbook_curve():
    curve = kaplan_meier(np.zeros(21), WEEKS, RELAPSED)
    assert curve.ages.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert curve.at_risk.tolist() == [21, 17, 15, 12, 11, 7, 6]
    published = [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]  # Klein & Moeschberger 4.1
    assert curve.open_share == pytest.approx(published, abs=5e-4)
    assert quantile_age(curve) == (23, 13, None)


def random_spells(seed: int, late: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    entry = np.round(random.uniform(0, 5, 80) * late, 1)
    return entry, entry + np.round(random.exponential(8, 80), 1) + 0.1, random.random(80) < 0.7


@pytest.mark.parametrize("late", [False, True])
def test_statsmodels_gives_the_same_curve(late):
    entry, leaving, closed = random_spells(1, late)
    curve = kaplan_meier(entry, leaving, closed)
    other = SurvfuncRight(leaving, closed.astype(int), entry=entry if late else None)
    assert curve.ages == pytest.approx(other.surv_times)
    assert curve.at_risk == pytest.approx(other.n_risk)
    assert curve.open_share == pytest.approx(other.surv_prob)
    inside = curve.open_share > 0
    greenwood = curve.open_share * np.sqrt(curve.variance, where=inside, out=np.zeros(len(inside)))
    assert greenwood[inside] == pytest.approx(other.surv_prob_se[inside])


def test_log_log_interval_by_hand():
    # 2 of 10 closed at 1: 0.8, Greenwood 2 / (10 x 8) = 0.025; half 1.96 x sqrt(0.025) / ln 0.8
    curve = kaplan_meier(np.zeros(10), np.array([1.0] * 2 + [5] * 8), np.arange(10) < 2)
    low, high = curve.interval()
    half = 1.959964 * np.sqrt(0.025) / abs(np.log(0.8))
    assert (low[0], high[0]) == pytest.approx((0.8 ** np.exp(half), 0.8 ** np.exp(-half)))


def test_late_entry_by_hand():
    # at 1: only two are at risk, one closes; at 4: the other and the late one
    curve = kaplan_meier(np.array([0, 0, 3.0]), np.array([1, 4, 4.0]), np.array([1, 1, 0], bool))
    assert curve.at_risk.tolist() == [2, 2]
    assert curve.open_share.tolist() == [0.5, 0.25]
    assert first_safe_age(np.array([0, 0, 3.0]), np.array([1, 4, 4.0]), 3) is None


def test_restricted_mean_is_the_area_and_of_uncensored_ages_their_plain_mean():
    ages = np.array([1.0, 2, 5, 9, 12])
    curve = kaplan_meier(np.zeros(5), ages, np.ones(5, bool))
    mean, lo, hi = restricted_mean(curve, 10.0)
    cut = np.minimum(ages, 10)
    assert mean == pytest.approx(cut.mean())
    assert (hi - lo) / 2 == pytest.approx(1.959964 * cut.std() / np.sqrt(5), rel=0.12) or hi == 10
    assert restricted_mean(kaplan_meier(np.zeros(2), np.ones(2), np.array([1, 0], bool)), 9) is None


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.booleans(), st.sampled_from([0.25, 2.0, 32.0]))
def test_curves_fall_and_change_with_the_unit_alone(seed, late, unit):
    entry, leaving, closed = random_spells(seed, late)
    curve = kaplan_meier(entry, leaving, closed)
    assert (np.diff(curve.open_share) <= 0).all()
    low, high = curve.interval()
    known = ~np.isnan(low)
    assert (low <= curve.open_share)[known].all()
    assert (high >= curve.open_share)[known].all()
    scaled = kaplan_meier(unit * entry, unit * leaving, closed)
    assert scaled.open_share == pytest.approx(curve.open_share)


def test_a_listing_at_risk_for_no_time_is_an_error():
    with pytest.raises(ValueError, match="some time"):
        kaplan_meier(np.array([2.0]), np.array([2.0]), np.array([True]))


def test_simulated_truth_is_covered_and_late_entry_matters():
    told, bias, mean, median, naive = (
        float(x.rstrip("% ")) for x in closing(200, True, 80).split(" | ")
    )
    assert told > 0.9
    assert abs(bias) < 3  # percent
    assert mean > 0.87  # 80 seeds of 0.95
    assert median > 0.87
    assert naive > 10


POSTED = datetime(2026, 1, 1, 12)
CORE = {"source_id": pl.String, "native_id": pl.String, "observed_at": pl.Datetime("us")}


def frames(sightings: list[tuple[int, float, str]], scope: str = "window", **listing):
    """Return what the model reads; `sightings` are (listing, age in days, status)."""
    names = sorted({name for name, _, _ in sightings})
    same = {"source_id": "s", "side": "demand", "posted_at": POSTED, "posted_precision": "second",
            "closed_at": None} | listing  # fmt: skip
    kinds = {"posted_at": pl.Datetime("us"), "closed_at": pl.Datetime("us")}
    return {
        "core_listings": pl.DataFrame(
            [same | {"native_id": str(name)} for name in names], schema_overrides=kinds
        ),
        "core_observations": pl.DataFrame(
            [("s", str(n), POSTED + timedelta(days=age), status) for n, age, status in sightings],
            schema=CORE | {"status": pl.String}, orient="row",
        ),
        "core_captures": pl.DataFrame({"source_id": ["s", "s"]}),
        "est_listing_labels": pl.DataFrame(
            {"source_id": "s", "native_id": list(map(str, names)), "family": "writing"}
        ),
        "mart_duration_counts": durations([]),
        "ref_sources": pl.DataFrame({"source_id": ["s"], "platform": ["p"], "scope": [scope]}),
    }  # fmt: skip


def durations(rows: list[tuple[str, str, str, int]]) -> pl.DataFrame:
    """Return mart_duration_counts of (capture, family, duration, listings)."""
    schema = {"capture": pl.String, "family": pl.String, "dims": pl.String, "k": pl.Int64}
    same = {"source_id": "s", "platform": "p", "side": "demand", "grain": "snapshot",
            "niche": "*", "flags": ""}  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        *(pl.lit(value).alias(name) for name, value in same.items()),
        pl.lit(None, pl.Date).alias("period_start"),
        ("duration=" + pl.col("dims")).alias("dims"),
    )


def watched(n: int = 40) -> list[tuple[int, float, str]]:
    """Return daily sightings: listing i closes on day 1 + i % 8, every fifth is never seen to."""
    rows = []
    for i in range(n):
        last = 1 + i % 8
        rows += [(i, float(age), "open") for age in range(last)]
        rows.append((i, float(last), "open" if i % 5 == 0 else "complete"))
    return rows


def test_daily_sightings_give_the_time_to_close():
    found = fill_time.estimate(frames(watched())).filter(measure="time_to_close", family="*")
    leaving = np.array([1.0 + i % 8 for i in range(40)])
    curve = kaplan_meier(np.zeros(40), leaving, np.arange(40) % 5 != 0)
    median = found.filter(stat="median").row(0, named=True)
    assert (median["value"], median["lo"], median["hi"]) == quantile_age(curve)
    assert median["n"] == 40


def reason_of(given_frames: dict[str, pl.DataFrame], measure: str = "time_to_close") -> str:
    found = fill_time.estimate(given_frames).filter(measure=measure, family="*", stat="median")
    assert found["value"].to_list() == [None]
    return found["reason"][0]


def test_absence_is_no_closing():
    seen_twice_then_gone = [(i, float(age), "open") for i in range(40) for age in (0, 1)]
    assert reason_of(frames(seen_twice_then_gone)) == fill_time.NEVER_CLOSED
    assert reason_of(frames(seen_twice_then_gone), "time_listed") == fill_time.NO_ABSENCE


def test_closings_between_distant_sightings_are_refused():
    weekly = [(i, age, s) for i in range(40) for age, s in ((0.0, "open"), (7.0, "complete"))]
    assert "not known to the day" in reason_of(frames(weekly))


def test_without_the_moment_of_posting_there_is_no_age():
    assert reason_of(frames(watched(), posted_precision="day")) == fill_time.NO_POSTING


def test_listings_of_a_result_page_enter_when_first_seen():
    late = [(i, age + 5, status) for i, age, status in watched()]
    assert "first day" in reason_of(frames(late, "newest"))
    spells = fill_time.spells(
        frames(late, "newest")["core_listings"].with_columns(
            pl.lit("newest").alias("scope"), pl.lit("p").alias("platform"),
            pl.lit("writing").alias("family"),
        ),
        frames(late, "newest")["core_observations"],
    )  # fmt: skip
    assert spells["entry"].unique().to_list() == [5.0]


def test_superiority_by_hand_and_against_mann_whitney():
    one, other = np.array([1.0, 4, 2, 3]), np.array([5.0, 2, 2, 1])
    p, _ = superiority(one, other)
    # above and half the ties: 1 x 2.5 + 4 x (5 + 1) + 2 x (7 + 1) + 3 x (9 + 0.5) = 71 of 100
    assert p == pytest.approx(0.71)
    u = stats.mannwhitneyu(
        np.repeat(range(4), one.astype(int)), np.repeat(range(4), other.astype(int))
    )
    assert p == pytest.approx(u.statistic / 100)


def test_variance_is_that_of_brunner_and_munzel():
    one, other = np.array([10.0, 40, 20, 30]), np.array([50.0, 20, 20, 10])
    p, variance = superiority(one, other)
    test = stats.brunnermunzel(
        np.repeat(range(4), other.astype(int)), np.repeat(range(4), one.astype(int))
    )
    assert abs(p - 0.5) / np.sqrt(variance) == pytest.approx(abs(test.statistic))


def test_no_overlap_has_no_interval_and_captures_widen():
    apart = np.array([9.0, 0]), np.array([0, 9.0])
    assert superiority_interval(*apart)[1:] == (None, None)
    one, other = np.array([10.0, 40, 20, 30]), np.array([50.0, 20, 20, 10])
    _, lo, hi = superiority_interval(one, other)
    _, wide_lo, wide_hi = superiority_interval(one, other, 0.01, 3)
    assert wide_lo < lo < hi < wide_hi
    assert between_captures([[(one, other)]]) == (0.0, np.inf)
    assert between_captures([[(one, other), (other, one)]])[0] > 0


@pytest.mark.parametrize(("n", "shift"), [(100, 0.0), (1000, 0.2)])
def test_families_that_do_not_differ_are_rarely_told_apart(n, shift):
    _, covered, called = map(float, ordered(n, 0.0, shift, 80).split(" | "))
    assert covered > 0.85
    assert called < 0.15


def test_families_are_compared_with_all_others_and_no_lengths_enter():
    rows = [("", "a", "0-30d", 30), ("", "a", "180d+", 10), ("", "b", "0-30d", 20),
            ("", "b", "180d+", 20), ("", "*", "0-30d", 50), ("", "a", "odd", 99)]  # fmt: skip
    given_frames = frames([(1, 0.0, "open")]) | {"mart_duration_counts": durations(rows)}
    found = fill_time.estimate(given_frames).filter(measure="ordered_duration")
    assert found["family"].to_list() == ["a", "b"]
    assert found["n"].to_list() == [40, 40]
    # a longer 1/4 x 1/2, ties 3/4 x 1/2 + 1/4 x 1/2: 0.125 + 0.25
    assert found["value"].to_list() == pytest.approx([0.375, 0.625])
