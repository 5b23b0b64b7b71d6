"""Given rows and whole answers of the metrics over est_competition and est_fill_time."""
# ruff: noqa: E501 -- literal tables

from datetime import date

import pytest
from given import Case, assert_answer, rows

from etl.metrics import metrics

SAME = {"platform": "p", "side": "demand", "geo": "*", "grain": "snapshot", "niche": "*"}

# each table holds a row of every other measure: a select that takes it in fails
COMPETITION = """
    measure           | stat   | source_id | family  | dims                                           | n   | value | lo   | hi   | value_text | reason    | flags
    proposals_at_age  | median | u         | *       | age_band=00-12h                                | 400 | -     | 10   | 19   | 10 to 14   | brackets  | few_captures
    proposals_at_age  | mean   | u         | writing | age_band=00-12h                                | 60  | 12.5  | 10.5 | 15.5 | -          | -         | few_captures
    expected_bids     | mean   | f         | *       |                                                | 90  | 45.5  | 40   | 52   | -          | -         | selected_query
    expected_bids     | mean   | g         | *       |                                                | 90  | -     | -    | -    | -          | no pace   |
    cost_to_win       | mean   | u         | *       | age_band=00-12h;hires_per_listing=1;tokens=8   | 400 | 21.25 | 14   | 35   | -          | -         | assumed_hires
    bid_concentration | share  | f         | *       |                                                | 90  | 0.33  | 0.31 | 0.36 | -          | -         | selected_query
"""
FILL_TIME = """
    measure          | stat   | source_id | family  | dims        | n   | value | lo   | hi   | value_text  | reason       | flags
    time_to_close    | median | f         | *       |             | 300 | 6.5   | 5    | 8    | -           | -            |
    time_to_close    | mean   | f         | *       | horizon=30d | 300 | 9.25  | 8    | 10.5 | -           | -            |
    time_to_close    | median | u         | *       |             | 300 | -     | -    | -    | cannot tell | never closed |
    time_listed      | median | u         | *       |             | 300 | -     | -    | -    | cannot tell | seen once    |
    ordered_duration | share  | u         | writing |             | 90  | 0.62  | 0.58 | 0.66 | -           | -            | few_captures
"""


def _case(name: str, table: str, text: str) -> Case:
    given = rows(text, period_start=date(2023, 1, 1), **SAME)
    answer = given.filter(measure=name).drop("measure")
    return Case(name, {table: given}, answer)


CASES = [
    _case(name, "est_competition", COMPETITION)
    for name in ("proposals_at_age", "expected_bids", "cost_to_win", "bid_concentration")
] + [
    _case(name, "est_fill_time", FILL_TIME)
    for name in ("time_to_close", "time_listed", "ordered_duration")
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_metric(case):
    assert_answer(metrics()[case.name].sql, case)
