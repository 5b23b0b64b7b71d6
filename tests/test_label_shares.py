"""Shares of labels: as read, and corrected for known confusions; numbers worked out by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest
from given import rows

from models import label_shares
from models.share_intervals import wilson

CELL = {
    "source_id": "s", "platform": "p", "scope": "newest", "side": "demand",
    "period_start": date(2025, 1, 1), "grain": "snapshot", "flags": "f",
}  # fmt: skip
LEVELS = rows("""
    label            | level
    urgent           | true
    disclosure       | true
    ai_service       | ai_design
    ai_service       | ai_automation
    substitutability | complementary
    substitutability | substitutable
    substitutability | unaffected
""")
# one in twenty that are not urgent is read as urgent, 85 of 100 that are; three classes: 0.9, 0.1,
# 0; 0.2, 0.7, 0.1; 0, 0.2, 0.8
ERRORS = rows("""
    label            | truth         | said          | listings
    urgent           | false         | false         | 190
    urgent           | false         | true          | 10
    urgent           | true          | false         | 15
    urgent           | true          | true          | 85
    ai_service       | none          | none          | 190
    ai_service       | none          | ai_design     | 10
    ai_service       | ai_design     | none          | 15
    ai_service       | ai_design     | ai_design     | 85
    substitutability | complementary | complementary | 180
    substitutability | complementary | substitutable | 20
    substitutability | substitutable | complementary | 40
    substitutability | substitutable | substitutable | 140
    substitutability | substitutable | unaffected    | 20
    substitutability | unaffected    | substitutable | 40
    substitutability | unaffected    | unaffected    | 160
""")


def shares(text: str, **same: Any) -> pl.DataFrame:
    """Return est_shares: the cells given, with value and interval as they would be."""
    table = rows(text, **(CELL | {"capture": "", "niche": "*", "dispersion": 1.0} | same))
    ends = [wilson(k, n) for k, n in table.select("k", "n").iter_rows()]
    return table.with_columns(
        value=pl.col("k") / pl.col("n"),
        lo=pl.Series([low for low, _ in ends]),
        hi=pl.Series([high for _, high in ends]),
    )


def estimate(cells: pl.DataFrame, errors: pl.DataFrame = ERRORS) -> pl.DataFrame:
    return label_shares.estimate(
        {"est_shares": cells, "core_reader_errors": errors, "ref_listing_labels": LEVELS}
    )


URGENT = shares("""
    measure | family | dims        | k   | n
    urgent  | *      | urgent=true | 170 | 1000
""")


def test_a_mark_by_hand():
    """170 of 1,000 are read as urgent: (0.17 - 0.05) / (0.85 + 0.95 - 1) = 0.15."""
    found = estimate(URGENT)
    assert found.columns == list(label_shares.SCHEMA)
    assert found["stat"].to_list() == ["found", "share"]
    as_read, corrected = found.iter_rows(named=True)
    assert (as_read["value"], as_read["lo"], as_read["hi"]) == URGENT.select(
        "value", "lo", "hi"
    ).row(0)
    assert corrected["value"] == pytest.approx(0.15)
    assert corrected["lo"] < 0.15 < corrected["hi"]
    assert (as_read["reason"], corrected["reason"]) == (None, None)
    for row in (as_read, corrected):
        assert row["n"] == 1000 and row["dims"] == "urgent=true" and row["measure"] == "urgent"
        assert {name: row[name] for name in CELL if name != "scope"} == {
            name: value for name, value in CELL.items() if name != "scope"
        }


def test_both_errors_are_in_the_interval():
    """Wider than that of the listings alone, shifted and stretched by 1 / 0.8."""
    as_read, corrected = estimate(URGENT).iter_rows(named=True)
    assert corrected["hi"] - corrected["lo"] > 1.25 * (as_read["hi"] - as_read["lo"])
    surer = estimate(URGENT, ERRORS.with_columns(pl.col("listings") * 1000)).row(1, named=True)
    assert surer["lo"] == pytest.approx((as_read["lo"] - 0.05) / 0.8, abs=0.006)


def test_the_interval_holds_that_of_the_share_as_read():
    """Readers err otherwise elsewhere: what was read may be true, however sure the correction."""
    as_read, corrected = estimate(URGENT, ERRORS.with_columns(pl.col("listings") * 1000)).iter_rows(
        named=True
    )
    assert (as_read["hi"] - 0.05) / 0.8 < as_read["hi"]
    assert corrected["hi"] == pytest.approx(as_read["hi"], abs=1e-6)
    # as many as false alarms alone would give: nothing is left, but nothing is certain either
    gone = estimate(URGENT.with_columns(k=pl.lit(50, pl.Int64))).row(1, named=True)
    assert gone["value"] == 0 and gone["hi"] == pytest.approx(as_read["hi"], abs=1e-6)


def test_three_levels_by_hand():
    """Truly 0.5, 0.3, 0.2 are read as 0.51, 0.30, 0.19, as 0.5 x 0.9 + 0.3 x 0.2 = 0.51."""
    found = estimate(
        shares("""
            measure          | family | dims                           | k   | n
            substitutability | *      | substitutability=unaffected    | 190 | 1000
            substitutability | *      | substitutability=complementary | 510 | 1000
            substitutability | *      | substitutability=substitutable | 300 | 1000
        """)
    ).filter(stat="share")
    values = dict(found.select("dims", "value").iter_rows())
    assert values["substitutability=complementary"] == pytest.approx(0.5, abs=1e-3)
    assert values["substitutability=substitutable"] == pytest.approx(0.3, abs=1e-3)
    assert values["substitutability=unaffected"] == pytest.approx(0.2, abs=1e-3)
    assert sum(values.values()) == pytest.approx(1, abs=3e-6)
    assert (found["lo"] < found["value"]).all() and (found["value"] < found["hi"]).all()


def test_corrected_levels_sum_to_one_in_every_cell():
    random = np.random.default_rng(3)
    lines = ["measure | family | dims | k | n"]
    for family in range(20):
        n = int(random.integers(15, 900))
        counts = random.multinomial(n, random.dirichlet([3, 2, 2]))
        for level, k in zip(LEVELS["level"][-3:], counts, strict=True):
            lines.append(f"substitutability|f{family}|substitutability={level}|{k}|{n}")
    found = estimate(shares("\n".join(lines))).filter(stat="share")
    told = found.drop_nulls("value")
    assert told.height >= 45
    sums = told.group_by("family").agg(pl.col("value").sum(), pl.len())
    assert sums["value"].to_list() == pytest.approx([1] * sums.height, abs=3e-6)
    assert set(sums["len"]) == {3}
    assert told.select(((pl.col("lo") >= 0) & (pl.col("hi") <= 1)).all()).item()
    assert found.filter(pl.col("value").is_null())["reason"].null_count() == 0


def test_what_no_listed_level_holds_is_the_level_left_over():
    """No AI service is no level of its own: 830 of 1,000 are read as none, 170 as design."""
    found = estimate(
        shares("""
            measure    | family | dims                     | k   | n
            ai_service | *      | ai_service=ai_design     | 170 | 1000
            ai_service | *      | ai_service=ai_automation | 0   | 1000
        """)
    )
    value = dict(found.filter(stat="share").select("dims", "value").iter_rows())
    assert value["ai_service=ai_design"] == pytest.approx(0.15)
    assert value["ai_service=ai_automation"] is None
    reason = dict(found.filter(stat="share").select("dims", "reason").iter_rows())
    assert reason["ai_service=ai_design"] is None
    assert reason["ai_service=ai_automation"] == label_shares.NOT_CHECKED


def test_a_level_never_checked_is_not_counted_as_none():
    """500 are read as automation, 85 as design: of the 500 others that is 17 %, truly 15 %."""
    found = estimate(
        shares("""
            measure    | family | dims                     | k   | n
            ai_service | *      | ai_service=ai_design     | 85  | 1000
            ai_service | *      | ai_service=ai_automation | 500 | 1000
        """)
    )
    design = found.filter(stat="share", dims="ai_service=ai_design")["value"].item()
    assert design is None or design == pytest.approx(0.075) or design == pytest.approx(0.15)


def test_nothing_is_corrected_by_guess():
    unchecked = shares("""
        measure    | family | dims            | k | n
        disclosure | *      | disclosure=true | 9 | 100
    """)
    for cells, errors in ((unchecked, ERRORS), (URGENT, ERRORS.clear())):
        as_read, corrected = estimate(cells, errors).iter_rows(named=True)
        assert as_read["value"] == cells["value"].item() and as_read["reason"] is None
        assert (corrected["value"], corrected["lo"], corrected["hi"]) == (None, None, None)
        assert corrected["reason"] == label_shares.NOT_CHECKED


def test_too_few_checked_listings_are_a_reason():
    few = ERRORS.with_columns(
        pl.when(pl.col("truth") == "true").then(7).otherwise("listings").alias("listings")
    )
    corrected = estimate(URGENT, few).row(1, named=True)
    assert corrected["value"] is None
    assert corrected["reason"].startswith("only 14 hand-labelled listings of a class")


def test_thin_cells_single_captures_and_other_measures_are_left_out():
    found = estimate(
        shares("""
            measure       | family | capture    | dims        | k  | n
            urgent        | thin   |            | urgent=true | 3  | 14
            urgent        | enough |            | urgent=true | 3  | 15
            urgent        | enough | 2025-01-05 | urgent=true | 30 | 150
            listing_share | enough |            |             | 30 | 150
        """)
    )
    assert found.select("family", "measure", "n").unique().rows() == [("enough", "urgent", 15)]
    assert found.height == 2


def test_captures_that_disagree_widen_the_interval():
    """Four times the variance counts like a quarter of the listings: the same value, less sure."""
    once = estimate(URGENT).row(1, named=True)
    low, high = wilson(42.5, 250)
    disagreeing = URGENT.with_columns(dispersion=pl.lit(4.0), lo=pl.lit(low), hi=pl.lit(high))
    wider = estimate(disagreeing).row(1, named=True)
    quarter = estimate(
        shares(
            """
            measure | family | dims        | k    | n
            urgent  | *      | urgent=true | 42.5 | 250
        """.replace("42.5", "42")
        ).with_columns(k=pl.lit(42.5), lo=pl.lit(low), hi=pl.lit(high))
    ).row(1, named=True)
    assert wider["value"] == once["value"]
    assert wider["hi"] - wider["lo"] > 1.4 * (once["hi"] - once["lo"])
    assert (wider["lo"], wider["hi"]) == pytest.approx((quarter["lo"], quarter["hi"]), abs=1e-6)
    less = estimate(URGENT.with_columns(dispersion=pl.lit(0.2))).row(1, named=True)
    assert (less["lo"], less["hi"]) == (once["lo"], once["hi"])


def test_each_cell_is_corrected_on_its_own_and_order_does_not_matter():
    two = pl.concat([
        URGENT,
        URGENT.with_columns(side=pl.lit("supply"), k=pl.lit(50, pl.Int64)),
        URGENT.with_columns(period_start=pl.lit(None, pl.Date), k=pl.lit(90, pl.Int64)),
    ])  # fmt: skip
    found = estimate(two).filter(stat="share")
    by_cell = {(r["side"], r["period_start"]): r["value"] for r in found.iter_rows(named=True)}
    # (0.05 - 0.05) / 0.8 and (0.09 - 0.05) / 0.8
    assert by_cell["supply", date(2025, 1, 1)] == pytest.approx(0, abs=1e-9)
    assert by_cell["demand", None] == pytest.approx(0.05)
    assert by_cell["demand", date(2025, 1, 1)] == pytest.approx(0.15)
    assert estimate(two.reverse(), ERRORS.reverse()).equals(estimate(two))


def test_intervals_cover_the_truth():
    """Truly 15 %, with another check set and other listings each time: 0.95 less three errors."""
    random = np.random.default_rng(1)
    covered, values, as_read, runs = 0, [], [], 150
    for _ in range(runs):
        wrong, right = random.binomial(200, 0.05), random.binomial(100, 0.85)
        errors = ERRORS.filter(label="urgent").with_columns(
            listings=pl.Series([200 - wrong, wrong, 100 - right, right])
        )
        said = random.binomial(150, 0.85) + random.binomial(850, 0.05)
        cell = URGENT.with_columns(k=pl.lit(said), value=pl.lit(said / 1000))
        found, share = estimate(cell, errors).iter_rows(named=True)
        covered += share["lo"] <= 0.15 <= share["hi"]
        values.append(share["value"])
        as_read.append(found["value"])
    assert covered / runs >= 0.897
    assert np.mean(values) == pytest.approx(0.15, abs=0.006)
    assert np.mean(as_read) == pytest.approx(0.17, abs=0.004)
