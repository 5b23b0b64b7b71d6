"""Outlook: methods by hand, nothing known before its time, choice, intervals, and the record."""

from datetime import date
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.outlook_backtest import simulated
from etl.evidence import SCHEMA
from models import outlook
from models._forecast_choice import Outlook, choose, judge, scaled_errors
from models._forecast_choice import outlook as made_at
from models._forecast_methods import HORIZON, METHODS, Monthly, damped, forecasts

YEAR = np.arange(1.0, 13.0)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.booleans())
def test_scales_there_and_back(values: list[float], is_share: bool):
    one = Monthly(0, np.array(values) + (0 if is_share else 0.1), is_share)
    assert one.unscaled(one.scaled) == pytest.approx(one.values, abs=1e-12)


def test_naive_forecasts_by_hand():
    """Three equal years 1 to 12: the month a year before is exact, the last month repeats 12."""
    one = Monthly(0, np.tile(YEAR, 3), False)
    made = forecasts([one])[0]
    assert one.unscaled(made["seasonal"][-1]) == pytest.approx(YEAR[:HORIZON])
    assert one.unscaled(made["last"][-1]) == pytest.approx([12.0] * HORIZON)
    assert one.unscaled(made["seasonal"][28]) == pytest.approx(YEAR[5:11])
    assert np.isnan(made["last"][:23]).all() and not np.isnan(made["last"][23:]).any()
    errors = scaled_errors(one, made)
    assert np.isnan(errors["last"]).all()  # nothing moved from year to year: no scale


def test_scaled_error_by_hand():
    """A line that gains 1 a month: the year before errs 12, so the last month errs h / 12."""
    one = Monthly(0, np.arange(1.0, 41.0), False)
    errors = scaled_errors(one, forecasts([one])[0])
    assert errors["last"][30] == pytest.approx(np.arange(1, 7) / 12)
    assert errors["seasonal"][30] == pytest.approx([1.0] * HORIZON)


def test_damped_trend_follows_and_flattens():
    """A line is followed at first; every further step adds less than the one before."""
    ahead = damped(np.arange(60.0))[-1]
    steps = np.diff(np.concatenate([[59.0], ahead]))
    assert steps[0] == pytest.approx(1, abs=0.05)
    assert all(later < earlier for earlier, later in pairwise(steps)) and steps[-1] > 0.8


def test_damped_trend_by_hand():
    """Alpha 1, no trend weight: the last value for ever, the best of all for a random walk."""
    y = np.concatenate([np.zeros(30), [1.0, 0.0] * 4])
    assert abs(damped(y)[29]).max() == 0
    assert 0 < damped(y)[-1, 0] < 0.6  # a flicker is smoothed, not followed


@settings(max_examples=2, deadline=None)
@given(st.integers(0, 10**6))
def test_nothing_is_known_before_its_time(seed: int):
    """Another future changes no forecast, choice or interval of an earlier origin."""
    rng = np.random.default_rng(seed)
    origin = 70
    past = simulated("trend", 3, 90, seed)
    other = [
        Monthly(one.first_month,
                np.concatenate([one.values[: origin + 1], rng.uniform(0.5, 9, 89 - origin)]), False)
        for one in past
    ]  # fmt: skip
    for one, two, a, b in zip(past, other, forecasts(past), forecasts(other), strict=True):
        for name in METHODS:
            np.testing.assert_array_equal(a[name][: origin + 1], b[name][: origin + 1])
        first, second = (
            made_at(x, made, scaled_errors(x, made), origin) for x, made in ((one, a), (two, b))
        )
        assert first.method == second.method
        np.testing.assert_array_equal(first.lo, second.lo)


def _errors(**level: float) -> dict[str, np.ndarray]:
    return {name: np.full((90, HORIZON), level.get(name, 9.0)) for name in METHODS}


def test_choice_by_hand():
    """Naive unless another errs at least 5 % less; errors that had not come true count nothing."""
    assert choose(_errors(last=1.0, damped=0.96), 80) == ("last", "last")
    assert choose(_errors(last=1.0, damped=0.95), 80) == ("damped", "last")
    assert choose(_errors(seasonal=1.0, last=2.0), 80) == ("seasonal", "seasonal")
    future = _errors(last=1.0, damped=2.0)
    future["damped"][80:] = 0.0
    assert choose(future, 80) == ("last", "last")
    assert choose({name: np.full((90, 6), np.nan) for name in METHODS}, 80) == ("last", "last")


def test_interval_is_a_rank_of_past_errors():
    """One month ahead from origins 24 to 43: 19 errors are known at origin 43, the largest is the
    half-width; one month earlier there are 18 and no interval."""
    y = np.exp(np.cumsum(np.r_[np.zeros(24), 0.01 * np.arange(1, 40)]))
    one = Monthly(0, y, False)
    made = forecasts([one])[0]
    errors = {name: np.full_like(rows, 9.0) for name, rows in made.items()}
    errors["last"][:] = 1.0
    told: Outlook = made_at(one, made, errors, 42)
    assert told.method == "last" and not np.isnan(told.lo[0]) and np.isnan(told.lo[1])
    largest = np.log(y[42] / y[41])
    assert np.log(told.hi[0] / told.value[0]) == pytest.approx(largest)
    assert np.log(told.value[0] / told.lo[0]) == pytest.approx(largest)
    assert np.isnan(made_at(one, made, errors, 41).lo).all()
    # of 20 errors the rank is 21 × 0.95, rounded up: the largest again, not the 19th
    told = made_at(one, made, errors, 43)
    assert np.log(told.hi[0] / told.value[0]) == pytest.approx(np.log(y[43] / y[42]))


@pytest.mark.parametrize(
    ("kind", "best"),
    [("walk", {"last"}), ("seasonal", {"seasonal"}), ("trend", {"damped", "boosting"})],
)
def test_the_right_method_is_chosen_and_intervals_hold(kind: str, best: set[str]):
    """40 series of 96 months, seed 0: most choices are right, intervals hold 0.90 or more."""
    series = simulated(kind, 40)
    chosen, judged = [], []
    for one, made in zip(series, forecasts(series), strict=True):
        errors = scaled_errors(one, made)
        chosen.append(choose(errors, len(one.values) - 1)[0])
        judged.append(judge(one, made, errors))
    assert sum(name in best for name in chosen) >= 24
    assert 0.90 <= np.mean([j.coverage for j in judged]) <= 0.99
    assert np.mean([j.mase for j in judged]) <= 1.02 * np.mean([j.mase_naive for j in judged])


# ---- rows ----

PLACE = {"metric_id": "indeed_ai_posting_share", "stat": "mean", "source_id": "indeed",
         "platform": "indeed", "side": "demand", "geo": "US", "grain": "month", "family": "*",
         "niche": "*", "dims": "", "n": None, "lo": None, "hi": None, "value_text": None,
         "grade": "R", "flags": "", "reason": None}  # fmt: skip


def months(first: date, values: list[float], **other: object) -> pl.DataFrame:
    start = first.year * 12 + first.month - 1
    rows = [
        PLACE | {"period_start": date((start + i) // 12, (start + i) % 12 + 1, 1), "value": value}
        | other for i, value in enumerate(values)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=SCHEMA, orient="row").select(list(SCHEMA))


def alone(values: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Return what the model reads where no edition before published an outlook."""
    day = pl.DataFrame(schema={"published_on": pl.Date})
    none = values.clear()
    return {"metric_values": values, "core_past_outlooks": none, "core_published_on": day}


def shares(count: int) -> list[float]:
    return list(0.05 + 0.01 * np.sin(np.arange(count)))


def test_rows_of_one_series():
    """72 months to 2026-06, newest data 2026-08: six months ahead, each beside naive."""
    newest = months(date(2026, 8, 1), [1.0], metric_id="other")
    found = outlook.estimate(alone(pl.concat([months(date(2020, 7, 1), shares(72)), newest])))
    ahead = found.filter(measure="outlook", stat="forecast").sort("period_start")
    assert ahead["period_start"].to_list() == [
        date(2026, 7, 1), date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1),
        date(2026, 11, 1), date(2026, 12, 1),
    ]  # fmt: skip
    assert ahead["dims"][0] == "horizon=1;made_on=2026-08-01;target=indeed_ai_posting_share"
    assert set(ahead["flags"]) <= {"reference", "reference;too_narrow"}
    assert (ahead["lo"] <= ahead["value"]).all() and (ahead["value"] <= ahead["hi"]).all()
    assert ((ahead["lo"] >= 0) & (ahead["hi"] <= 1)).all()
    assert found.filter(measure="outlook", stat="naive").height == 6
    assert set(found.filter(measure="backtest")["stat"]) == {"mase", "mase_naive", "coverage"}
    score = found.filter(measure="score").row(0, named=True)
    assert (score["value"], score["reason"]) == (None, outlook.NOT_DUE)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (months(date(2018, 8, 1), shares(72), metric_id="oli_group_share", stat="share"),
         "the last whole month, 2024-07, is 25 months old"),
        (months(date(2020, 6, 1), shares(72)), "2026-05, is 3 months old"),
        (months(date(2024, 1, 1), shares(30)), "30 months without a gap, 60 are needed"),
        (months(date(2020, 7, 1), shares(72)).filter(pl.col("period_start") != date(2024, 6, 1)),
         "24 months without a gap"),
        (months(date(2020, 7, 1), shares(72), flags="selected_query"), "no whole month"),
        (months(date(2026, 7, 6), [0.1], grain="week"), "1 weeks are too few"),
    ],
)  # fmt: skip
def test_no_outlook_and_why(rows: pl.DataFrame, reason: str):
    newest = months(date(2026, 8, 1), [1.0], metric_id="other")
    found = outlook.estimate(alone(pl.concat([rows, newest])))
    row = found.filter(measure="outlook").row(0, named=True)
    assert (row["value"], row["value_text"], row["period_start"]) == (None, "no outlook", None)
    assert reason in row["reason"]
    assert found.filter(measure="outlook").height == 1
    tried = found.filter(measure="backtest")["stat"].to_list()  # a series too old was once fit
    assert tried == (["coverage", "mase", "mase_naive"] if reason.endswith("months old") else [])


def test_partial_months_are_not_looked_ahead_from():
    rows = months(date(2020, 7, 1), shares(72)).with_columns(
        flags=pl.when(pl.col("period_start") == date(2026, 6, 1))
        .then(pl.lit("partial"))
        .otherwise("flags")
    )
    found = outlook.estimate(alone(rows)).filter(measure="outlook", stat="forecast")
    assert found["period_start"].min() == date(2026, 6, 1)


def test_outlooks_of_an_edition_are_no_data_day():
    """Their months lie ahead: taken for the newest data they would make every series too old."""
    rows = months(date(2020, 7, 1), shares(72))
    ahead = months(date(2026, 12, 1), [0.1], metric_id="outlook", stat="forecast")
    found = outlook.estimate(alone(pl.concat([rows, ahead])))
    assert "made_on=2026-06-01" in found.filter(measure="outlook", stat="forecast")["dims"][0]


def told(month: int, value: float, naive: float, made_on: str, half: float | None) -> pl.DataFrame:
    dims = f"horizon=1;made_on={made_on};target=indeed_ai_posting_share"
    ends = {} if half is None else {"lo": value - half, "hi": value + half}
    same = {"metric_id": "outlook", "dims": dims}
    return pl.concat([
        months(date(2026, month, 1), [value], stat="forecast", **same, **ends),
        months(date(2026, month, 1), [naive], stat="naive", **same),
    ])  # fmt: skip


def test_score_by_hand():
    """Three came due: errors 1, 2, 0 points beside naive 2, 2, 2, so 0.5; two of three inside.

    The repeat by a later edition, and the month that has not come, count nothing.
    """
    past = pl.concat([
        told(7, 0.11, 0.12, "2026-06-30", 0.02), told(8, 0.12, 0.12, "2026-07-31", 0.01),
        told(9, 0.10, 0.12, "2026-08-31", 0.01), told(7, 0.55, 0.12, "2026-07-02", 0.02),
        told(12, 0.9, 0.9, "2026-11-30", 0.01),
    ])  # fmt: skip
    found = outlook.score(past, months(date(2026, 7, 1), [0.10, 0.10, 0.10]))
    rows = {row["stat"]: row for row in found.iter_rows(named=True)}
    assert rows["inside"]["value"] == pytest.approx(2 / 3)
    assert rows["error_ratio"]["value"] == pytest.approx(0.5)
    assert (rows["inside"]["lo"], rows["inside"]["hi"]) == pytest.approx((0.2077, 0.9385), abs=1e-4)
    assert rows["inside"]["dims"] == "horizon=1;target=indeed_ai_posting_share"
    assert rows["inside"]["reason"].startswith("3 outlooks")


def test_a_published_outlook_can_be_scored_by_the_next_edition():
    """Rows as an edition publishes them are what `score` reads: no key is lost on the way."""
    first = months(date(2020, 7, 1), shares(72), dims="keyword=llm", metric_id="hn_keyword_share",
                   stat="share")  # fmt: skip
    rows = outlook.estimate(alone(first)).filter(measure="outlook")
    past = rows.with_columns(metric_id=pl.lit("outlook"))
    later = months(date(2020, 7, 1), shares(75), dims="keyword=llm", metric_id="hn_keyword_share",
                   stat="share")  # fmt: skip
    found = outlook.estimate(alone(later) | {"core_past_outlooks": past})
    score = found.filter(measure="score", stat="error_ratio")
    assert score["dims"].to_list() == [
        f"horizon={h};target=hn_keyword_share" for h in (1, 2, 3)
    ]  # fmt: skip
