"""Shock effects: closed forms, hand-computed answers, simulated truths (S1-S7, S13, S14), R1-R8."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import ruptures
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from benchmarks.shock_coverage import TRUTH, cell_iid, cleaned, market, noise, plus_one
from etl.reference import reference_tables
from models import shock
from models._break_search import best_split, single_break
from models._panel import (
    log_changes,
    log_ols,
    panel,
    ppml,
    pre_slope,
    trend_extrapolated,
    trend_interaction,
)
from models._panel_anomaly import breaks, spells
from models._panel_checks import Findings
from models._panel_fit import exposure_effects, fixed_effects_poisson, frame
from models._panel_inference import Effect, effect, labellings, permutation_p, smallest_p, wild_p
from models._panel_trend import extrapolated, hac
from models._sdid import sdid, simplex_weights

SERIES = Path(__file__).resolve().parents[2] / "shared" / "data" / "series"
SEEDS = 200


@cache
def markets(**options) -> tuple:
    return tuple(market(seed, **options) for seed in range(SEEDS))


def percents(found) -> np.ndarray:
    return 100 * np.expm1(np.array(found, float))


def one(estimator, p) -> float:
    return float(estimator(p, *p.label)[0])


def small():
    """Two treated, two controls, two periods before, two after."""
    counts = [[10, 10, 4, 8], [20, 40, 20, 20], [10, 10, 10, 20], [30, 30, 30, 30]]
    return panel(counts, [True, True, False, False], 2)


def test_ppml_by_hand_is_the_ratio_of_ratios():
    # treated 80 -> 52, controls 80 -> 90
    assert one(ppml, small()) == pytest.approx(np.log(52 / 80 / (90 / 80)))


def test_log_ols_by_hand():
    p = panel([[1, 4, 2, 8], [1, 1, 4, 1]], [True, False], 2)
    # mean logs: treated ln 2 -> ln 4, control 0 -> ln 2
    assert one(log_ols, p) == pytest.approx(0, abs=1e-12)
    assert log_changes(p) == pytest.approx([np.log(2), np.log(2)])


def test_s1_closed_form_equals_pyfixest_and_the_truth():
    base = np.array([[50.0], [80], [20], [40], [10]]) * (1 + 0.1 * np.arange(10))
    base[:2, 6:] *= 0.8
    p = panel(base, [True, True, False, False, False], 6)
    fitted, _ = fixed_effects_poisson(frame(p), ("effect",))["effect"]
    assert one(ppml, p) == pytest.approx(fitted, abs=1e-8)
    assert percents([one(ppml, p), one(log_ols, p), one(trend_interaction, p)]) == pytest.approx(
        [-20.0] * 3
    )


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_closed_forms_equal_pyfixest_on_noise(seed):
    p = market(seed, categories=7, treated=3, weeks=12, first=7, mean=15)
    data = frame(p)
    assert one(ppml, p) == pytest.approx(
        fixed_effects_poisson(data, ("effect",))["effect"][0], abs=1e-6
    )
    both = fixed_effects_poisson(data, ("effect", "trend"))
    assert one(trend_interaction, p) == pytest.approx(both["effect"][0], abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 10), st.floats(0.1, 10))
def test_common_changes_and_sizes_of_categories_change_nothing(seed, period, size):
    p = market(seed, categories=6, treated=2, weeks=20, first=12)
    counts = p.counts.copy()
    counts[:, 5] *= period
    assert one(log_ols, panel(counts, p.treated, 12)) == pytest.approx(one(log_ols, p))
    counts[3] *= size
    assert one(log_ols, panel(counts, p.treated, 12)) == pytest.approx(one(log_ols, p))
    whole = panel(p.counts * size, p.treated, 12)
    assert one(ppml, whole) == pytest.approx(one(ppml, p))


def test_s2_and_s3_bias_spread_and_coverage():
    for truth, options in ((TRUTH, {}), (0.0, {"effect": 0.0})):
        for estimator in (ppml, log_ols):
            told = [effect(p, estimator) for p in markets(**options)]
            found = percents([e.value for e in told])
            assert abs(found.mean() - 100 * np.expm1(truth)) < 1
            assert 2.5 < found.std() < 5.5
            covered = np.mean([e.interval[0] <= truth <= e.interval[1] for e in told])
            assert 0.90 <= covered <= 0.99
    naive = [cell_iid(p) for p in markets(effect=0.0)]
    assert np.mean([e.p <= 0.05 for e in naive]) > 0.2, "independent cells are too sure"


def test_s4_power_of_permutation_with_few_categories():
    for categories, treated, least in ((12, 4, 0.85), (8, 3, 0.5)):
        panels = markets(categories=categories, treated=treated)
        assert np.mean([permutation_p(p, log_ols) <= 0.05 for p in panels]) >= least


def test_s5_few_posts_per_cell():
    panels = markets(mean=2)
    assert abs(percents([one(ppml, p) for p in panels]).mean() + 20) < 2
    assert np.isnan([one(log_ols, p) for p in panels]).all(), "a zero has no logarithm"
    assert np.mean([plus_one(p) for p in panels]) == pytest.approx(-14, abs=1.5)


def test_s6_a_trend_before_the_shock():
    panels = markets(effect=0.0, trend=-0.0025)
    assert percents([one(ppml, p) for p in panels]).mean() == pytest.approx(-12, abs=1)
    for estimator in (trend_interaction, trend_extrapolated):
        found = percents([one(estimator, p) for p in panels])
        assert abs(found.mean()) < 1.5
        assert 3 < found.std() < 7
    both = panels, markets(effect=0.0)
    warned, false = (np.mean([permutation_p(p, pre_slope) <= 0.05 for p in ps]) for ps in both)
    assert warned >= 0.65
    assert false <= 0.08


def test_s7_a_spike_before_the_shock_is_found_and_left_out():
    panels, plain = markets(spike=True)[:60], markets()[:60]
    clean = np.mean([one(log_ols, p) for p in plain])
    spoiled = 100 * (np.mean([one(log_ols, p) for p in panels]) - clean)
    assert spoiled == pytest.approx(-4.6, abs=0.3)
    assert abs(100 * (np.mean([one(log_ols, cleaned(p)) for p in panels]) - clean)) <= 0.5


def test_s13_the_search_finds_a_break_and_none_in_noise():
    for memory in (0.0, 0.6):
        real = [single_break(noise(s, memory, jump=TRUTH), 6) for s in range(SEEDS)]
        assert np.mean([abs(b.at - 20) <= 2 for b in real]) >= 0.97
        assert np.mean([b.is_found for b in real]) >= 0.95
    none = [single_break(noise(s, 0.6), 6) for s in range(SEEDS)]
    assert np.mean([b.is_found for b in none]) <= 0.10


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(14, 60))
def test_the_search_is_ruptures_best_split(seed, months):
    series = np.random.default_rng(seed).normal(size=months)
    (at,), _ = best_split(series[None], 6)
    assert ruptures.Dynp(model="l2", min_size=6, jump=1).fit(series).predict(1)[0] == at


def test_a_series_too_short_for_two_parts_has_no_break():
    assert single_break(np.zeros(11), 6) is None


def test_s14_one_treated_of_six_is_descriptive_whatever_the_effect():
    p = panel(np.ones((6, 20)) * 50, [True] + [False] * 5, 10)
    counts = p.counts.copy()
    counts[0, 10:] *= 0.01
    p = panel(counts, p.treated, 10)
    assert permutation_p(p, ppml) == smallest_p(p) == pytest.approx(1 / 6)
    sure = Effect(-4.6, 0.01, 4)
    word, why = shock.verdict("fall", Findings(sure, sure, -4.6, -4.6, 1 / 6, 1 / 6), [-99.0], [])
    assert word == "descriptive"
    assert "0.167" in why


def findings(**changed) -> Findings:
    sure = {"main": Effect(-0.2, 0.03, 20), "adjusted": Effect(-0.15, 0.04, 20)}
    return Findings(
        **(sure | {"log": -0.2, "synthetic": -0.2, "p": 0.01, "p_floor": 0.001} | changed)
    )


def test_the_verdict_rule_line_by_line():
    rise = {"main": Effect(0.2, 0.03, 20), "adjusted": Effect(0.15, 0.04, 20), "log": 0.2}
    assert shock.verdict("fall", findings(), [-18.0], [-0.05])[0] == "supported"
    assert shock.verdict("fall", findings(**rise, synthetic=0.2), [], [])[0] == "contradicted"
    assert shock.verdict("rise", findings(), [], [])[0] == "contradicted"
    unsure = [
        (findings(log=0.1), [], []), (findings(), [3.0], []), (findings(p=0.06), [], []),
        (findings(p=float("nan")), [], []), (findings(), [], [0.21]),
        (findings(adjusted=Effect(-0.05, 0.04, 20)), [], []),
        (findings(adjusted=Effect(-0.05)), [], []),
    ]  # fmt: skip
    for told, windows, placebos in unsure:
        assert shock.verdict("fall", told, windows, placebos)[0] == "cannot tell"
    # a synthetic DiD that cannot be computed says nothing against
    assert shock.verdict("fall", findings(synthetic=float("nan")), [], [])[0] == "supported"


def test_interval_of_log_ols_is_welch_on_category_changes():
    p = market(3)
    change = log_changes(p)
    told = effect(p, log_ols)
    welch = stats.ttest_ind(change[p.treated], change[~p.treated], equal_var=False)
    assert told.p == pytest.approx(welch.pvalue)
    assert told.interval == pytest.approx(tuple(welch.confidence_interval()))


def test_one_treated_category_borrows_the_spread_of_the_controls():
    p = panel([[10, 5], [10, 10], [10, 20], [10, 40]], [True, False, False, False], 1)
    told = effect(p, log_ols)
    # controls change by 0, ln 2, 2 ln 2: as placebos against the mean of the others -1.5, 0, 1.5
    assert told.se == pytest.approx(np.log(2) * np.sqrt((1.5**2 + 0 + 1.5**2) / 3))
    assert told.df == 2
    lonely = panel([[10, 5], [10, 10]], [True, False], 1)
    assert effect(lonely, log_ols).interval == (None, None)


def test_labellings_are_all_or_a_sample_with_the_right_number_treated():
    assert labellings(6, 2).shape == (15, 6)
    many = labellings(24, 8)
    assert (many.sum(axis=1) == 8).all()
    assert len(many) == 1_999


def test_wild_bootstrap_rejects_a_large_effect_and_needs_two_of_each():
    assert wild_p(market(0)) < 0.05
    assert np.isnan(wild_p(panel(np.ones((4, 4)), [True, False, False, False], 2)))
    none = [wild_p(p) <= 0.05 for p in markets(effect=0.0)]
    assert 0.01 <= np.mean(none) <= 0.09


def test_hac_without_lags_of_white_noise_is_near_classical_and_the_gap_line_is_extrapolated():
    x = np.stack([np.ones(6), np.arange(6.0)], axis=1)
    b, cov = hac(np.array([0.0, 1, 2, 3, 4, 5]), x, 2)
    assert b == pytest.approx([0, 1])
    assert cov == pytest.approx(np.zeros((2, 2)), abs=1e-20)
    p = market(5)
    assert extrapolated(p, "week").value == pytest.approx(one(trend_extrapolated, p))
    t = np.arange(8)
    line = panel([100 * np.exp(-0.1 * t - 0.3 * (t >= 5)), 50.0 * np.ones(8), 70.0 * np.ones(8)],
                 [True, False, False], 5)  # fmt: skip
    assert one(pre_slope, line) == pytest.approx(-0.1)
    assert one(trend_extrapolated, line) == pytest.approx(-0.3)
    assert one(trend_interaction, line) == pytest.approx(-0.3, abs=1e-9)


def test_sdid_finds_the_twin_and_the_effect():
    t = np.arange(30)
    slopes = np.array([0.02, 0.02, 0.0, -0.02, -0.01])
    logs = 4 + np.outer(slopes, t)
    logs[0] -= 0.2 * (t >= 20)
    p = panel(np.exp(logs), [True, False, False, False, False], 20)
    assert abs(one(log_ols, p) + 0.2) > 0.3, "the controls' mean falls, the treated rose"
    assert sdid(p).value == pytest.approx(-0.2, abs=0.02)
    assert np.isnan(sdid(panel(np.zeros((4, 9)), [True, False, False, False], 5)).value)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 6))
def test_simplex_weights_are_weights_and_no_corner_is_better(seed, controls):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(12, controls)), rng.normal(size=12)
    w = simplex_weights(x, y, 0.1)
    assert w.sum() == pytest.approx(1)
    assert (w >= 0).all()
    loss = [((y - x @ v) - (y - x @ v).mean()) @ (y - x @ v) / 12 + 0.01 * v @ v
            for v in (w, *np.eye(controls), np.full(controls, 1 / controls))]  # fmt: skip
    assert loss[0] <= min(loss[1:]) + 1e-6


def test_exposure_effect_and_its_horse_race():
    t, e = np.arange(24), np.array([0.0, 1, 2, 3, 4, 5])
    dose = (e - e.mean()) / e.std()
    fall = panel(1e4 * np.exp(-0.1 * np.outer(dose, t >= 12)), [True] * 3 + [False] * 3, 12)
    told = exposure_effects(fall, e)
    assert told["plain"].value == pytest.approx(-0.1, abs=1e-6)
    assert told["trend"].value == pytest.approx(-0.1, abs=1e-6)
    # a plain trend, and a small rise at the shock: the naive effect has the wrong sign
    drift = panel(1e4 * np.exp(np.outer(dose, -0.02 * t + 0.05 * (t >= 12))), fall.treated, 12)
    told = exposure_effects(drift, e)
    assert told["plain"].value < 0 < told["trend"].value
    assert exposure_effects(fall, np.array([1.0, 2, 3, np.nan, np.nan, np.nan])) == {}


def test_spells_are_short_and_steps_are_steep():
    beyond = np.tile([0.01, -0.01, 0.02, -0.02], 10)
    beyond[10:12] += 0.5
    assert np.flatnonzero(spells(beyond, 6)).tolist() == [10, 11]
    beyond[20:30] += 0.5  # ten periods away is a change
    assert np.flatnonzero(spells(beyond, 6)).tolist() == [10, 11]
    assert np.flatnonzero(breaks(np.log([[1.0, 1, 2, 2], [1, 1, 1, 1], [1, 1, 1, 1]]))[0]) == [2]


# --- the whole model -----------------------------------------------------------------------------

LABELS = {
    "clerical_data_entry": "admin_support", "creative_multimedia": "design_creative",
    "professional_services": "legal", "sales_marketing": "sales_marketing",
    "software_dev_tech": "web_mobile_software", "writing_translation": "writing",
}  # fmt: skip
GROUP_BETA = {
    "writing_translation": 0.759, "software_dev_tech": 0.751, "microwork": 0.734,
    "clerical_data_entry": 0.608, "professional_services": 0.524, "sales_marketing": 0.460,
    "creative_multimedia": 0.408,
}  # fmt: skip


def given_frames(series: pl.DataFrame, listings: pl.DataFrame | None = None) -> dict:
    groups = [("oli", label, family) for label, family in LABELS.items()]
    exposure = [(LABELS[label], beta) for label, beta in GROUP_BETA.items() if label in LABELS]
    empty = {"source_id": pl.String, "platform": pl.String, "scope": pl.String, "side": pl.String,
             "period_start": pl.Date, "grain": pl.String, "capture": pl.String, "flags": pl.String,
             "family": pl.String, "niche": pl.String, "k": pl.Int64}  # fmt: skip
    return {
        "core_series": series,
        "est_niche_exposure": pl.DataFrame(exposure, ["family", "prior_rank"], orient="row"),
        "mart_listing_counts": pl.DataFrame([], empty) if listings is None else listings,
        "ref_exposure_groups": pl.DataFrame(groups, ["source_id", "label", "family"], orient="row"),
        "ref_shocks": reference_tables([])["ref_shocks"],
        "ref_sources": pl.DataFrame({
            "source_id": ["late", "oli"], "platform": ["late", "online_labour_index"],
            "kind": ["listing", "series"], "scope": ["window", "window"],
            "selected": [False, False],
        }),
    }  # fmt: skip


def levels(counts: dict[str, list[float]], months: list[date]) -> pl.DataFrame:
    rows = [
        ("oli", "oli_level", "*", "month", month, f"occupation_group={group}", value, "")
        for group, values in counts.items()
        for month, value in zip(months, values, strict=True)
    ]
    names = ["source_id", "series_id", "geo", "grain", "period_start", "dims", "value", "flags"]
    return pl.DataFrame(rows, names, orient="row")


@cache
def oli_answer() -> pl.DataFrame:
    table = pl.read_csv(SERIES / "oli_levels_monthly.csv", try_parse_dates=True).drop("total")
    table = table.filter(pl.col("date") < date(2024, 8, 1))
    counts = {name: table[name].to_list() for name in table.columns if name != "date"}
    return shock.estimate(given_frames(levels(counts, table["date"].to_list())))


def value(stat: str, **dims: str) -> dict:
    rows = oli_answer().filter(
        (pl.col("stat") == stat)
        & (pl.col("dims") == ";".join(f"{k}={v}" for k, v in sorted(dims.items())))
    )
    assert rows.height == 1, rows
    return rows.row(0, named=True)


MAIN = {"shock": "chatgpt", "check": "main"}
WRITING = {"occupation_group": "writing_translation"}
WINDOWS = ("2021-07/2023-07", "2021-09/2023-08", "2021-11/2023-09", "2021-11/2024-02",
           "2021-01/2024-08")  # fmt: skip
with_shared = pytest.mark.skipif(
    not SERIES.is_dir(), reason="needs ../shared/data/series, which is not part of the project"
)


@with_shared
def test_r1_writing_and_translation_in_all_windows():
    place = MAIN | WRITING
    assert value("effect_pct", estimator="log_ols", **place)["value"] == pytest.approx(
        -23.1, abs=0.5
    )
    assert value("effect_pct", estimator="ppml", **place)["value"] == pytest.approx(-23.2, abs=0.5)
    for window in WINDOWS:  # the first is the main one, told without its name
        named = {"window": window} if window != WINDOWS[0] else {}
        for estimator in ("ppml", "log_ols"):
            cell = value("effect_pct", estimator=estimator, **(place | named))
            assert cell["value"] < 0
    left_out = value("periods_left_out", estimator="ppml", **place)
    assert left_out["value_text"] == "2022-03, 2022-04"
    kept = value("effect_pct", estimator="ppml", **(place | {"check": "all_months"}))
    assert kept["value"] == pytest.approx(-25.1, abs=0.1)


@with_shared
def test_r2_the_trend_before_and_the_adjusted_effect():
    place = MAIN | WRITING
    slope = value("slope_pct", estimator="pre_trend", **place)["value"]
    assert slope == pytest.approx(-0.85, abs=0.1)
    adjusted = value("effect_pct", estimator="gap_trend", **place)["value"]
    assert adjusted == pytest.approx(-14.3, abs=1)


@with_shared
def test_r3_software():
    cell = value("effect_pct", estimator="log_ols", occupation_group="software_dev_tech", **MAIN)
    assert cell["value"] == pytest.approx(-13.8, abs=0.5)


@with_shared
def test_r4_the_order_of_groups_follows_exposure():
    table = pl.read_csv(SERIES / "oli_levels_monthly.csv", try_parse_dates=True).drop("total")
    odd = table["date"].dt.strftime("%Y-%m").is_in(["2022-03", "2022-04"])
    inside = table.filter(pl.col("date").is_between(date(2021, 7, 1), date(2023, 7, 1)) & ~odd)
    names = [name for name in table.columns if name != "date"]
    p = panel(inside.select(names).to_numpy().T, [True] + [False] * 6, 15)
    assert inside["date"][15] == date(2022, 12, 1)
    change = dict(zip(names, log_changes(p), strict=True))
    rho = stats.spearmanr([GROUP_BETA[n] for n in names], list(change.values())).statistic
    assert rho <= -0.8
    six = sorted((n for n in names if n != "microwork"), key=change.__getitem__)
    assert six[:2] == ["writing_translation", "software_dev_tech"]
    told = value(
        "rank_correlation", estimator="exposure_1sd", occupation_group="by_exposure", **MAIN
    )
    assert told["value"] <= -0.8


@with_shared
def test_r5_the_break_of_the_share_is_found_near_february_2023():
    place = {"check": "main", "estimator": "break", "shock": "chatgpt"} | WRITING
    assert value("jump_pct", **place)["value_text"] in ("2023-01", "2023-02", "2023-03", "2023-04")
    assert value("p", **place)["value"] <= 0.05


@with_shared
def test_r6_the_placebo_date_stands_beside_the_estimate():
    place = MAIN | WRITING | {"check": "placebo_date_2021-11"}
    cell = value("effect_pct", estimator="log_ols", **place)
    assert cell["value"] == pytest.approx(-12, abs=1)


@with_shared
def test_r7_creative_work_after_image_models_hardly_moved():
    for window in ({}, {"window": "2021-07/2022-11"}):  # the main one has no name
        place = {"shock": "dalle2", "check": "main"} | window
        for estimator in ("ppml", "log_ols"):
            cell = value("effect_pct", estimator=estimator, occupation_group="creative_multimedia",
                         **place)  # fmt: skip
            assert -10 < cell["value"] < 0


@with_shared
def test_r8_odd_months_are_found():
    place = {"check": "main", "estimator": "anomaly"}
    for group in ("writing_translation", "clerical_data_entry"):
        text = value("months", occupation_group=group, **place)["value_text"]
        assert {"2022-03", "2022-04"} <= set(text.split(", "))
    steps = value("months", check="main", estimator="step", occupation_group="microwork")
    assert {"2021-03", "2021-04"} <= set(steps["value_text"].split(", "))


@with_shared
def test_one_of_six_groups_is_descriptive_and_says_the_floor():
    place = MAIN | WRITING | {"check": "all_groups", "estimator": "ppml"}
    assert value("p_floor", **place)["value"] == pytest.approx(1 / 6)
    assert value("p_permutation", **place)["value"] == pytest.approx(1 / 6)
    word = value("verdict", shock="chatgpt", **WRITING)
    assert word["value_text"] == "descriptive"


def test_sources_that_begin_after_a_shock_say_so_and_a_market_with_many_families_gets_a_verdict():
    p = market(1, categories=24, treated=8, weeks=60, first=30)
    families = ["writing", "translation", "web_mobile_software"] + [f"f{i:02}" for i in range(9)]
    order = [0, 1, 2, *range(8, 17)]  # treated first
    months = [date(2020 + (m + 5) // 12, (m + 5) % 12 + 1, 1) for m in range(60)]
    rows = [
        ("late", "late", "window", "demand", month, "month", "", "", family, "*", int(count))
        for family, at in zip(families, order, strict=True)
        for month, count in zip(months, p.counts[at], strict=True)
    ]
    names = ["source_id", "platform", "scope", "side", "period_start", "grain", "capture", "flags",
             "family", "niche", "k"]  # fmt: skip
    listings = pl.DataFrame(rows, names, orient="row")
    nothing = levels({"sales_marketing": [1.0]}, [date(2020, 1, 1)]).clear()
    told = shock.estimate(given_frames(nothing, listings)).filter(pl.col("measure") == "verdict")
    words = dict(told.select("dims", "value_text").iter_rows())
    reasons = dict(told.select("dims", "reason").iter_rows())
    assert months[30] == date(2022, 12, 1)
    group = "occupation_group=treated_together;shock=chatgpt"
    assert words[group] in ("supported", "cannot tell")
    late = listings.filter(pl.col("period_start") >= date(2023, 1, 1))
    told = shock.estimate(given_frames(nothing, late)).filter(pl.col("dims") == "shock=chatgpt")
    assert told["value_text"].to_list() == ["cannot tell"]
    assert "its first month, 2023-01, lies after the shock" in told["reason"][0]
    assert "last whole month" in reasons["shock=gpt5"]


def test_every_shock_is_dated_and_cited():
    for row in reference_tables([])["ref_shocks"].iter_rows(named=True):
        assert date(2022, 1, 1) < date.fromisoformat(row["announced_on"]) < date(2026, 1, 1)
        assert row["source_url"].startswith("https://")
        assert row["expected"] in ("fall", "rise")
