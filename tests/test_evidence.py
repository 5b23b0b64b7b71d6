"""Grades at their edges, what lowers them, what is withheld, and which rows are refused."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from etl.contracts import ContractError, Metric
from etl.evidence import KEY, SCHEMA, with_evidence

METRIC = Metric(
    id="wage", title="", unit="", question="", method="", caveat="", reads=(), pages=(),
    dims=("capture", "age_band"), stats=("median",), sql="",
)  # fmt: skip
ROW = {
    "stat": "median", "source_id": "s", "platform": "p", "side": "demand", "geo": "*",
    "period_start": date(2025, 1, 1), "grain": "month", "family": "*", "niche": "*", "dims": "",
    "n": 500, "value": 2.0, "lo": 1.0, "hi": 3.0, "flags": "",
}  # fmt: skip


def graded(*changes: dict[str, Any], **arguments: Any) -> list[dict[str, Any]]:
    """Return the rows that come of rows like ROW with changes, in the order given."""
    own = ({"geo": f"{number:03}"} for number in range(len(changes)))
    frame = pl.DataFrame([ROW | geo | change for geo, change in zip(own, changes, strict=True)],
                         schema_overrides={"value": pl.Float64, "lo": pl.Float64, "hi": pl.Float64,
                                           "n": pl.Int64, "reason": pl.String})  # fmt: skip
    return with_evidence(METRIC, frame, **arguments).rows(named=True)


def grade(n: int | None, flags: str = "") -> str:
    return graded({"n": n, "flags": flags})[0]["grade"]


def test_a_plain_row_passes_unchanged_in_the_shape_of_metric_values():
    (row,) = graded({})
    assert list(row) == list(SCHEMA)
    assert row == ROW | {
        "metric_id": "wage", "geo": "000", "value_text": None, "grade": "A", "reason": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("n", "expected"),
    [(200, "A"), (199, "B"), (50, "B"), (49, "C"), (15, "C"), (14, "D"), (0, "D")],
)
def test_grades_at_their_edges(n: int, expected: str):
    assert grade(n) == expected


@pytest.mark.parametrize("flag", ["partial", "selected_query", "single_snapshot"])
def test_each_weak_design_costs_one_step(flag: str):
    assert [grade(n, flag) for n in (200, 199, 49, 14)] == ["B", "C", "D", "D"]
    assert grade(200, f"carried;{flag};undated") == "B"


def test_steps_add_up_and_other_flags_cost_nothing():
    assert grade(200, "partial;selected_query") == "C"
    assert grade(200, "partial;selected_query;single_snapshot") == "D"
    assert grade(200, "undated;capped_page;title_only;defect_capture;not_partial") == "A"


def test_series_have_grade_r_whatever_their_n_and_lose_the_marker():
    rows = graded({"n": None, "flags": "reference;partial"}, {"n": 3, "flags": "reference"})
    assert [(row["grade"], row["flags"], row["value"]) for row in rows] == [
        ("R", "partial", 2.0),
        ("R", "", 2.0),
    ]


def test_a_thin_cell_is_withheld_whole_with_its_reason():
    shown, thin = graded(
        {"n": 15, "reason": "kept"}, {"n": 14, "reason": "lost", "flags": "undated"}
    )
    assert (shown["value"], shown["lo"], shown["hi"], shown["reason"]) == (2.0, 1.0, 3.0, "kept")
    assert (thin["value"], thin["lo"], thin["hi"], thin["n"]) == (None, None, None, 14)
    assert thin["flags"] == "suppressed;undated"
    assert thin["reason"] == "n = 14: fewer than 15 listings"


def test_a_thin_cell_withholds_its_word_too():
    shown, thin = graded({"n": 15, "value_text": "growing"}, {"n": 14, "value_text": "growing"})
    assert (shown["value_text"], thin["value_text"]) == ("growing", "cannot tell")


def test_a_cell_withheld_for_its_design_does_not_claim_to_be_small():
    (row,) = graded({"n": 199, "flags": "selected_query;single_snapshot"})
    assert (row["grade"], row["value"]) == ("D", None)
    assert row["reason"] == "n = 199: too few for what this source can see"


def test_flags_are_sorted_and_said_once():
    (row,) = graded({"flags": "undated;capped_page;;undated"})
    assert row["flags"] == "capped_page;undated"


def test_families_that_only_a_model_labels_say_so():
    rows = graded(
        {"family": "web", "flags": "undated"}, {"family": "*"}, {"family": "web", "source_id": "t"},
        model_labelled=frozenset({"s"}),
    )  # fmt: skip
    assert [row["flags"] for row in sorted(rows, key=lambda row: row["geo"])] == [
        "model_labelled;undated",
        "",
        "",
    ]


def test_rows_come_in_key_order_with_missing_periods_first():
    rows = graded(
        {"period_start": date(2025, 2, 1), "geo": "a"}, {"period_start": None, "geo": "a"}
    )
    assert [row["period_start"] for row in rows] == [None, date(2025, 2, 1)]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ([{"lo": 2.1}], "outside its interval"),
        ([{"hi": 1.9}], "outside its interval"),
        ([{"geo": "x"}, {"geo": "x", "value": 2.5}], "two rows for one key"),
        ([{"value": None, "lo": None, "hi": None}], "without a reason"),
        ([{"n": None}], "without a reason"),
        ([{"stat": "mean"}], "undeclared stat mean"),
        ([{"dims": "capture=2025-01-01;skill=php"}], "undeclared dims .'skill'"),
    ],
)
def test_rows_that_would_lie_are_refused(changes: list[dict[str, Any]], says: str):
    with pytest.raises(ContractError, match=f"metric wage.*{says}"):
        graded(*changes)


def test_a_value_at_the_end_of_its_interval_and_one_with_a_reason_pass():
    rows = graded({"lo": 2.0, "hi": 2.0}, {"value": None, "lo": None, "hi": None, "reason": "why"})
    assert [row["value"] for row in rows] == [2.0, None]


@pytest.mark.parametrize("column", [name for name in KEY if name not in ("metric_id", "stat")])
def test_every_key_column_tells_rows_apart(column: str):
    known = {"period_start": date(2025, 2, 1), "dims": "age_band=72h+"}
    assert len(graded({"geo": "x"}, {"geo": "x", column: known.get(column, "other")})) == 2
