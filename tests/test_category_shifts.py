"""Category shifts: parts of a total to the cent, shares by hand, and the two points of Upwork."""

from datetime import date, datetime
from fractions import Fraction
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from models import category_shifts
from models._share_change import Section, log_odds, share_change
from models._value_mix import decompose, joined, totals

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
CELLS = st.dictionaries(
    st.sampled_from("abcdef"), st.tuples(st.integers(0, 10**4), st.integers(0, 10**9)), max_size=6
)


def test_parts_by_hand():
    """a: 10 at $10 → 11 at $11; b: 10 at $20 → 13 at $20. N 20 → 24, growth 1.2.

    volume a = 0.2 × 100 = 20, b = 0.2 × 200 = 40; mix a = (11 - 12) × 10 = -10,
    b = (13 - 12) × 20 = 20; price a = 121 - 110 = 11, b = 0. Together 81 = 381 - 300.
    """
    before, after = {"a": (10, 10_000), "b": (10, 20_000)}, {"a": (11, 12_100), "b": (13, 26_000)}
    parts = decompose(before | {"gone": (1, 700)}, after | {"new": (2, 900), "empty": (0, 0)})
    assert parts == {
        "a": {"volume": 2000, "mix": -1000, "price": 1100, "births": 0, "deaths": 0},
        "b": {"volume": 4000, "mix": 2000, "price": 0, "births": 0, "deaths": 0},
        "gone": {"volume": 0, "mix": 0, "price": 0, "births": 0, "deaths": -700},
        "new": {"volume": 0, "mix": 0, "price": 0, "births": 900, "deaths": 0},
    }
    assert totals(parts) == {
        "volume": 6000, "mix": 1000, "price": 1100, "births": 900, "deaths": -700, "total": 8300,
    }  # fmt: skip


@given(CELLS, CELLS)
def test_parts_add_up_to_the_cent(before: dict, after: dict):
    parts = decompose(before, after)
    seen = {name: {k: c for k, c in side.items() if c[0]} for name, side in
            (("before", before), ("after", after))}  # fmt: skip
    for niche, row in parts.items():
        change = seen["after"].get(niche, (0, 0))[1] - seen["before"].get(niche, (0, 0))[1]
        assert sum(row.values()) == change
        assert all(isinstance(cents, int) for cents in row.values())
    whole = [sum(s for _, s in side.values()) for side in seen.values()]
    assert totals(parts)["total"] == whole[1] - whole[0]


@given(CELLS, CELLS)
def test_rounding_moves_no_part_by_a_cent(before: dict, after: dict):
    both = {k for k in before.keys() & after.keys() if before[k][0] and after[k][0]}
    for niche in both:
        growth = Fraction(sum(after[i][0] for i in both), sum(before[i][0] for i in both))
        row = decompose(before, after)[niche]
        assert abs(row["volume"] - (growth - 1) * before[niche][1]) < 1
        price = after[niche][1] - Fraction(before[niche][1], before[niche][0]) * after[niche][0]
        assert abs(row["price"] - price) < 1


@given(CELLS)
def test_nothing_changed_or_all_prices_doubled(cells: dict):
    assert not any(totals(decompose(cells, cells)).values())
    doubled = {niche: (n, 2 * cents) for niche, (n, cents) in cells.items()}
    total = totals(decompose(cells, doubled))
    assert total["price"] == total["total"] == sum(s for n, s in cells.values() if n)


def test_renames_splits_and_mergers_are_one():
    names = joined("abcdxyz", [("a", "x"), ("b", "y"), ("b", "z"), ("c", "d")])
    assert names == {"a": "x", "x": "x", "b": "y", "y": "y", "z": "y", "c": "d", "d": "d"}
    assert joined("ab", [("a", "b"), ("b", "a")]) == {"a": "a", "b": "a"}  # there and back


def section(k: list, source: str = "s", day: date = date(2023, 1, 1)) -> Section:
    k = np.array(k, dtype=float)
    return Section(source, "p", day, tuple("abcdefghijkl"[: len(k)]), k, k.sum(axis=0))


def test_log_odds_by_hand():
    """One capture: sampling alone. Two that differ: what is beyond sampling is halved and added."""
    share, odds, variance, df = log_odds(section([[200], [800]]))
    assert share == pytest.approx([0.2, 0.8])
    assert odds[0] == pytest.approx(np.log(0.25))
    assert (variance[0], df) == (pytest.approx(1 / (1000 * 0.16)), 0)
    _, _, variance, df = log_odds(section([[400, 200], [600, 800]]))
    each = [np.log(p / (1 - p)) for p in (400.5 / 1001, 200.5 / 1001)]
    excess = np.var(each, ddof=1) - 1 / (1000 * 0.21)  # the pooled share is 0.3
    assert variance[0] == pytest.approx(1 / (2000 * 0.21) + excess / 2)
    assert df == 1


def test_change_by_hand_without_captures():
    """20 % of 1,000 against 30 % of 1,000: odds ratio (3 / 7) / (2 / 8), variance of its log
    1 / 160 + 1 / 210; the difference by Newcombe's method with log-odds ends."""
    rows = share_change(section([[200], [800]]), section([[300], [700]], day=date(2026, 1, 1)))
    found = {row["stat"]: row for row in rows if row["family"] == "a"}
    se = np.sqrt(1 / 160 + 1 / 210)
    assert found["odds_ratio"]["value"] == pytest.approx(12 / 7)
    assert found["odds_ratio"]["lo"] == pytest.approx(12 / 7 * np.exp(-1.959964 * se))
    assert found["undone_by"]["value"] == pytest.approx(found["odds_ratio"]["lo"])
    ends = [stats.logistic.cdf(np.log(p / (1 - p)) + 1.959964 * s / np.sqrt(1000 * p * (1 - p)))
            for p, s in ((0.2, 1), (0.3, -1))]  # fmt: skip
    down = np.hypot(ends[0] - 0.2, 0.3 - ends[1])
    assert found["difference"]["value"] == pytest.approx(0.1)
    assert found["difference"]["lo"] == pytest.approx(0.1 - down)
    assert found["difference"]["value_text"] == "higher"
    assert found["difference"]["n"] == 1000


def test_two_collectors_need_more_than_sampling():
    """The same counts from another collector: undone by 1.41 is told, by 1.06 it is not."""
    before = section([[200], [800]])
    for count, verdict in ((300, "higher"), (235, "cannot tell")):
        counts = [[count * 10], [10_000 - count * 10]]
        rows = share_change(before, section(counts, "other", date(2026, 1, 1)))
        one = next(r for r in rows if r["stat"] == "difference" and r["family"] == "a")
        assert one["value_text"] == verdict
        assert "two_collectors" in one["flags"] and "method_break" in one["flags"]
    rows = share_change(before, section([[2350], [7650]], day=date(2026, 1, 1)))  # one collector
    assert next(r for r in rows if r["stat"] == "difference")["value_text"] == "higher"


def test_no_change_is_an_answer():
    rows = share_change(section([[40_000], [60_000]]), section([[40_100], [59_900]]))
    assert {r["value_text"] for r in rows if r["stat"] == "difference"} == {"unchanged"}


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(1, 400), st.integers(1, 400)), min_size=2, max_size=12),
    st.lists(st.tuples(st.integers(1, 400), st.integers(1, 400)), min_size=2, max_size=12),
)
def test_values_lie_within_their_ends(before: list, after: list):
    for row in share_change(section(before), section(after)):
        if row["lo"] is not None:
            assert row["lo"] - 1e-9 <= row["value"] <= row["hi"] + 1e-9
            if row["stat"] in ("before", "after"):
                assert row["lo"] >= 0 and row["hi"] <= 1


@pytest.mark.parametrize("captures", [2, 4])
def test_no_false_discoveries_in_a_market_that_stands_still(captures: int):
    """120 seeds, twelve families, captures that differ by 0.1 on the log-odds scale: any family
    called higher or lower in at most 10 % of comparisons, intervals hold 0.93 or more."""
    p = np.linspace(1, 12, 12) / 78
    called, held = 0, []
    for seed in range(120):
        rng = np.random.default_rng(seed)
        made = []
        for _ in range(2):
            each = p[:, None] * np.exp(rng.normal(0, 0.1, (12, captures)))
            k = np.column_stack([rng.multinomial(5000, q / q.sum()) for q in each.T])
            made.append(section(k.tolist()))
        rows = share_change(*made)
        called += any(r["value_text"] in ("higher", "lower") for r in rows)
        held += [r["lo"] <= 1 <= r["hi"] for r in rows if r["stat"] == "odds_ratio"]
    assert called <= 12
    assert np.mean(held) >= 0.93


# ---- series: groups beside equally long earlier changes ----

MONTHS = [date(2016 + i // 12, i % 12 + 1, 1) for i in range(97)]  # 2016-01 to 2024-01


def oli(writing: list[float], flags: dict[date, str] | None = None) -> dict[str, pl.DataFrame]:
    """Two groups whose levels add up to 100, so that a level is a share in percent."""
    rows = [
        ("oli", "oli_level", datetime(m.year, m.month, 1), f"occupation_group={g}", v,
         (flags or {}).get(m, ""))
        for m, w in zip(MONTHS, writing, strict=True)
        for g, v in (("writing", w), ("rest", 100 - w), ("microwork", 50.0), ("all", 150.0))
    ]  # fmt: skip
    names = ["source_id", "series_id", "period_start", "dims", "value", "flags"]
    series = pl.DataFrame(rows, schema=names, orient="row").with_columns(grain=pl.lit("month"))
    sources = pl.DataFrame({"source_id": ["oli"], "platform": ["index"], "kind": ["series"],
                            "scope": ["window"], "selected": [False], "crosswalk": [None]},
                           schema_overrides={"crosswalk": pl.String})  # fmt: skip
    texts = ("measure", "source_id", "platform", "side", "grain", "capture", "family", "niche")
    counts = dict.fromkeys((*texts, "flags", "scope"), pl.String)
    counts |= {"period_start": pl.Date, "k": pl.Int64, "n": pl.Int64}
    amounts = {k: v for k, v in counts.items() if k not in "kn"} | {"amount": pl.Float64}
    crosswalk = dict.fromkeys(("crosswalk", "label", "family"), pl.String)
    return {"core_series": series, "ref_sources": sources,
            "mart_listing_counts": pl.DataFrame(schema=counts),
            "mart_amounts": pl.DataFrame(schema=amounts),
            "ref_crosswalk": pl.DataFrame(schema=crosswalk)}  # fmt: skip


def changes_of(frames: dict[str, pl.DataFrame], month: date) -> dict[str, dict]:
    found = category_shifts.estimate(frames).filter(
        pl.col("period_start") == month, pl.col("dims").str.contains("writing")
    )
    return {row["dims"].split(";")[0]: row for row in found.iter_rows(named=True)}


def test_group_change_beside_earlier_changes():
    """Up and down by 2 points every year until 2022, then a fall by 5: beyond all earlier."""
    wave = [20 + (1 if (i // 12) % 2 else -1) for i in range(83)]  # to 2022-11
    rows = changes_of(oli(wave + [14.0] * 14), date(2024, 1, 1))
    year, since = rows["against=2023-01-01"], rows["against=2022-11-01"]
    assert year["value"] == pytest.approx(0) and year["value_text"] == "cannot tell"
    assert since["value"] == pytest.approx(-0.05)
    assert (since["lo"], since["hi"]) == (pytest.approx(-0.07), pytest.approx(-0.03))
    assert since["value_text"] == "falling"
    # 83 - 14 = 69 changes of 14 months, 5 of them without overlap: 1 / 6 at best
    assert "69 earlier changes of 14 months, 5 without overlap" in since["reason"]
    assert "0.17" in since["reason"] and since["flags"] == "reference"


def test_odd_months_are_no_yardstick_and_flagged():
    """A spike of ten points in March 2022 widens nothing, and changes that touch it say so."""
    wave = [20.0 + (i % 2) for i in range(83)] + [14.0] * 14
    wave[74] = 40.0
    rows = changes_of(oli(wave, {MONTHS[74]: "anomaly_spike"}), date(2024, 1, 1))
    assert rows["against=2022-11-01"]["hi"] - rows["against=2022-11-01"]["value"] < 0.011
    touched = changes_of(oli(wave, {MONTHS[74]: "anomaly_spike"}), date(2023, 3, 1))
    assert touched["against=2022-03-01"]["flags"] == "reference;anomaly"


def test_too_few_earlier_changes_cannot_tell():
    frames = oli([20.0] * 83 + [14.0] * 14)
    frames["core_series"] = frames["core_series"].filter(pl.col("period_start").dt.year() >= 2021)
    row = changes_of(frames, date(2024, 1, 1))["against=2022-11-01"]
    assert (row["value_text"], row["lo"]) == ("cannot tell", None)
    assert row["reason"] == "only 9 earlier changes of 14 months"


# ---- value on offer ----


def budgets(rows: list[tuple[date, str, float]], scope: str) -> dict[str, pl.DataFrame]:
    frames = oli([20.0] * 97)
    sources = frames["ref_sources"].with_columns(
        source_id=pl.lit("live"), kind=pl.lit("listing"), scope=pl.lit(scope)
    )
    frames["ref_sources"] = pl.concat([frames["ref_sources"], sources])
    amounts = [{"measure": "fixed_budget", "source_id": "live", "platform": "index",
                "side": "demand", "grain": "month", "capture": "", "family": niche[0],
                "niche": niche, "flags": "", "scope": scope, "period_start": month,
                "amount": usd} for month, niche, usd in rows]  # fmt: skip
    frames["mart_amounts"] = pl.DataFrame(amounts, schema=frames["mart_amounts"].schema)
    return frames


def test_offered_value_of_a_whole_market_and_of_a_query():
    now, then = date(2026, 5, 1), date(2025, 5, 1)
    rows = [(then, "aa", 10.0)] * 2 + [(now, "aa", 12.5)] * 3 + [(now, "new", 7.77)]
    frames = budgets(rows, "window")
    frames["ref_label_changes"] = pl.DataFrame(
        {"source_id": ["live"], "old": ["old"], "new": ["aa"]}
    )
    found = category_shifts.estimate(frames).filter(measure="value_change")
    whole = dict(found.filter(niche="*").select("stat", "value").iter_rows())
    # 20.00 → 45.27: half as many more (10.00), 3 × 2.50 dearer, 7.77 new
    assert whole == {"volume": 10.0, "mix": 0.0, "price": 7.5, "births": 7.77, "deaths": 0.0,
                     "total": 25.27}  # fmt: skip
    assert found.filter(niche="new", stat="births").item(0, "family") == "n"
    assert set(found["n"]) == {2, 5, 1}
    refused = category_shifts.estimate(budgets(rows, "query")).filter(measure="value_change")
    assert refused.height == 1 and refused.item(0, "value") is None
    assert "whole market" in refused.item(0, "reason")


def test_a_rename_is_no_birth():
    now, then = date(2026, 5, 1), date(2025, 5, 1)
    frames = budgets([(then, "old", 10.0), (now, "new", 10.0)], "window")
    without = category_shifts.estimate(frames).filter(measure="value_change", niche="*")
    frames["ref_label_changes"] = pl.DataFrame(
        {"source_id": ["live"], "old": ["old"], "new": ["new"]}
    )
    linked = category_shifts.estimate(frames).filter(measure="value_change", niche="*")
    assert dict(without.select("stat", "value").iter_rows())["births"] == 10
    assert set(linked["value"]) == {0.0}


def test_a_month_without_its_year_before_says_so():
    frames = budgets([(date(2026, 5, 1), "aa", 1.0)], "window")
    row = category_shifts.estimate(frames).filter(measure="value_change").row(0, named=True)
    assert (row["value"], row["reason"]) == (None, "no two months a year apart")


# ---- the two points of Upwork, from the shared files ----


@pytest.mark.skipif(not SHARED.exists(), reason="needs ../shared/data")
def test_upwork_january_2023_beside_july_2026():
    """The targets of the issue, in percent, and Design's interval that holds both snapshots."""
    weeks = pl.read_csv(SHARED / "series" / "snipework_categories.csv")
    after = _shared_section(
        weeks.filter(pl.col("week").is_in([f"2026-W{week}" for week in range(29, 33)])).select(
            family="category", capture="week", k="jobs"
        ), "later"
    )  # fmt: skip
    before = _shared_section(
        pl.concat(
            pl.read_csv(SHARED / "upwork_search" / f"{day}.csv", infer_schema_length=0)
            .unique("uid").drop_nulls("occupations_category_pref_label")
            .group_by(family="occupations_category_pref_label").agg(k=pl.len())
            .with_columns(capture=pl.lit(day))
            for day in ("2023-01-01", "2023-01-03")
        ), "earlier"
    )  # fmt: skip
    shares = {(r["family"], r["stat"]): r for r in share_change(before, after)}
    targets = {
        "Writing": (9.1, 2.7, "lower"), "Translation": (2.4, 1.3, "lower"),
        "Design & Creative": (20.7, 29.5, "higher"),
        "Web, Mobile & Software Dev": (25.6, 20.5, "lower"),
    }  # fmt: skip
    for family, (earlier, later, verdict) in targets.items():
        found = [100 * shares[family, stat]["value"] for stat in ("before", "after")]
        assert found == pytest.approx([earlier, later], abs=0.051)
        assert shares[family, "difference"]["value_text"] == verdict
    design = shares["Design & Creative", "before"]
    assert design["lo"] < 0.190 and design["hi"] > 0.222


def _shared_section(cells: pl.DataFrame, source: str) -> Section:
    table = cells.pivot(on="capture", index="family", values="k").sort("family")
    k = table.drop("family").to_numpy().astype(float)
    day = date(2023 if source == "earlier" else 2026, 1, 1)
    return Section(source, "upwork", day, tuple(table["family"]), k, k.sum(axis=0))
