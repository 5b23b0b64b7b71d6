"""Given rows and whole answers of the metrics over shocks."""
# ruff: noqa: E501 -- literal tables

from datetime import date

import pytest
from given import Case, answer_of, assert_answer, rows

from etl.evidence import with_evidence
from etl.metrics import metrics

PLACE = {"platform": "p", "side": "demand", "grain": "month"}
# one table for all four: a metric must take its own measure and nothing else
SHOCK = rows(
    """
    measure | source_id | period_start | dims                                                                                                | stat          | n   | value | lo    | hi   | value_text  | reason       | flags
    effect  | oli       | 2022-12-01   | check=main;estimator=ppml;occupation_group=writing;shock=chatgpt;window=2021-07/2023-07              | effect_pct    | -   | -23.2 | -28.7 | -17.3 | -          | -            | reference
    effect  | oli       | 2022-12-01   | check=main;estimator=ppml;occupation_group=writing;shock=chatgpt;window=2021-07/2023-07              | p_floor       | -   | 0.2   | -     | -    | -           | no interval  | reference
    effect  | live      | 2022-12-01   | check=main;estimator=log_ols;occupation_group=writing;shock=chatgpt;window=2021-07/2023-07           | effect_pct    | 900 | -     | -     | -    | -           | no logarithm |
    event   | oli       | 2022-12-01   | event_month=-2;occupation_group=writing;shock=chatgpt      | effect_pct    | -   | 1.5   | -2    | 5    | -           | -            | reference
    verdict | oli       | 2022-12-01   | occupation_group=writing;shock=chatgpt                                                              | verdict       | -   | -     | -     | -    | descriptive | floor 0.200  | reference
    verdict | late      | 2022-12-01   | shock=chatgpt                                                                                       | verdict       | 400 | -     | -     | -    | cannot tell | begins after | selected_query
    break   | oli       | 2022-12-01   | check=main;estimator=break;occupation_group=writing;shock=chatgpt                                   | jump_pct      | -   | -31.9 | -     | -    | 2023-03     | searched     | reference
    break   | oli       | 2016-05-01   | check=main;estimator=anomaly;occupation_group=writing                                               | months        | -   | 2     | -     | -    | 2022-03, 2022-04 | by rule | reference
    """,
    **PLACE,
)
METRIC_OF = {
    "shock_effect": "effect",
    "shock_event_study": "event",
    "shock_verdict": "verdict",
    "shock_break": "break",
}
WHOLE = {"geo": "*", "family": "*", "niche": "*"}
WANTED = {
    "shock_effect": """
        source_id | period_start | dims                                                                                       | stat       | n   | value | lo    | hi    | value_text | reason       | flags
        oli       | 2022-12-01   | check=main;estimator=ppml;occupation_group=writing;shock=chatgpt;window=2021-07/2023-07    | effect_pct | -   | -23.2 | -28.7 | -17.3 | -          | -            | reference
        oli       | 2022-12-01   | check=main;estimator=ppml;occupation_group=writing;shock=chatgpt;window=2021-07/2023-07    | p_floor    | -   | 0.2   | -     | -     | -          | no interval  | reference
        live      | 2022-12-01   | check=main;estimator=log_ols;occupation_group=writing;shock=chatgpt;window=2021-07/2023-07 | effect_pct | 900 | -     | -     | -     | -          | no logarithm |
    """,
    "shock_event_study": """
        source_id | period_start | dims                                                                                           | stat       | n | value | lo | hi | value_text | reason | flags
        oli       | 2022-12-01   | event_month=-2;occupation_group=writing;shock=chatgpt | effect_pct | - | 1.5   | -2 | 5  | -          | -      | reference
    """,
    "shock_verdict": """
        source_id | period_start | dims                                   | stat    | n   | value | lo | hi | value_text  | reason       | flags
        oli       | 2022-12-01   | occupation_group=writing;shock=chatgpt | verdict | -   | -     | -  | -  | descriptive | floor 0.200  | reference
        late      | 2022-12-01   | shock=chatgpt                          | verdict | 400 | -     | -  | -  | cannot tell | begins after | selected_query
    """,
    "shock_break": """
        source_id | period_start | dims                                                              | stat     | n | value | lo | hi | value_text       | reason   | flags
        oli       | 2022-12-01   | check=main;estimator=break;occupation_group=writing;shock=chatgpt | jump_pct | - | -31.9 | -  | -  | 2023-03          | searched | reference
        oli       | 2016-05-01   | check=main;estimator=anomaly;occupation_group=writing             | months   | - | 2     | -  | -  | 2022-03, 2022-04 | by rule  | reference
    """,
}
CASES = [
    Case(name, {"est_shock": SHOCK}, rows(wanted, **PLACE, **WHOLE))
    for name, wanted in WANTED.items()
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_given_rows_give_the_whole_answer(case: Case):
    assert_answer(metrics()[case.name].sql, case)


@pytest.mark.parametrize("name", WANTED)
def test_answers_fit_their_declaration(name: str):
    answer = answer_of(metrics()[name].sql, {"est_shock": SHOCK})
    values = with_evidence(metrics()[name], answer)
    assert values.height == SHOCK.filter(measure=METRIC_OF[name]).height
    assert date(2022, 12, 1) in values["period_start"].to_list()


def test_a_source_that_cannot_show_a_shock_keeps_its_reason_and_is_lowered():
    answer = answer_of(metrics()["shock_verdict"].sql, {"est_shock": SHOCK})
    late = (
        with_evidence(metrics()["shock_verdict"], answer)
        .filter(source_id="late")
        .row(0, named=True)
    )
    assert (late["grade"], late["value_text"], late["reason"]) == (
        "B",
        "cannot tell",
        "begins after",
    )
