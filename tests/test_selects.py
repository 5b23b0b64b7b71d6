"""No mart or metric without given rows and its whole answer (test_marts_*, test_metrics_*)."""

import pytest
import test_marts_counts
import test_marts_sightings
import test_metrics_ai
import test_metrics_cited
import test_metrics_competition
import test_metrics_listings
import test_metrics_price
import test_metrics_series
import test_metrics_shifts
import test_metrics_shock

from etl.marts import marts
from etl.metrics import metrics

MODULES = [
    test_marts_counts,
    test_marts_sightings,
    test_metrics_listings,
    test_metrics_ai,
    test_metrics_series,
    test_metrics_cited,
    test_metrics_competition,
    test_metrics_price,
    test_metrics_shifts,
    test_metrics_shock,
]
CASES = [case for module in MODULES for case in module.CASES]


@pytest.mark.parametrize("name", [*marts(), *metrics()])
def test_every_select_has_a_case(name: str):
    assert name in {case.name for case in CASES}, f"add given rows and the whole answer of {name}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_names_a_select_and_gives_exactly_what_it_reads(case):
    select = (dict(marts()) | metrics())[case.name]
    assert set(select.reads) <= set(case.given)
    assert case.expect.height


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_answers_have_no_two_rows_for_one_key(case):
    """A case that expects doubled rows would hide a join that multiplies."""
    assert not case.expect.is_duplicated().any()
