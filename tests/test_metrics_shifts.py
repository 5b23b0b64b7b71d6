"""Given rows and whole answers of the metrics on shifts, outlooks, claims and findings."""
# ruff: noqa: E501 -- literal tables

import pytest
from given import Case, assert_answer, rows

from etl.metrics import metrics

CELL = {"geo": "*", "niche": "*", "grain": "month"}
SHIFTS = """
    measure      | stat       | source_id | platform | side   | period_start | family  | dims               | n   | value | lo   | hi  | value_text  | reason | flags
    share_change | difference | later     | upwork   | demand | 2026-07-13   | writing | against=2023-01-01 | 976 | -0.06 | -0.1 | 0   | cannot tell | -      | method_break
    group_change | difference | oli       | index    | demand | 2024-07-01   | *       | against=2022-11-01 | -   | 0.01  | 0    | 0.1 | rising      | one    | reference
    value_change | volume     | live      | market   | demand | 2026-05-01   | *       | against=2025-05-01 | 20  | 10.25 | -    | -   | -           | exact  |
    value_change | total      | query     | market   | demand | 2026-05-01   | *       |                    | 30  | -     | -    | -   | cannot tell | part   | selected_query
"""
OUTLOOK = """
    measure  | stat     | source_id | platform | side   | period_start | family | dims                                        | n | value | lo  | hi  | value_text | reason | flags
    outlook  | forecast | indeed    | indeed   | demand | 2026-07-01   | *      | horizon=1;made_on=2026-08-10;target=x       | - | 0.5   | 0.4 | 0.7 | damped     | chosen | reference
    outlook  | forecast | oli       | index    | demand | -            | *      | target=oli_level                            | - | -     | -   | -   | no outlook | ended  | reference
    backtest | mase     | indeed    | indeed   | demand | 2026-06-01   | *      | target=x                                    | - | 0.8   | -   | -   | damped     | 237    | reference
    score    | inside   | pooled    | pooled   | both   | -            | *      |                                             | - | -     | -   | -   | not yet    | none   | reference
"""
CLAIMS = rows(
    """
    stat    | source_id | platform | side   | period_start | dims              | n  | value | lo  | hi  | value_text  | reason | flags
    verdict | pooled    | pooled   | both   | -            | claim=a           | -  | -     | -   | -   | cannot tell | why    | reference
    test    | hn        | hn       | demand | 2025-11-01   | claim=a;test=b    | 40 | 0.1   | 0.0 | 0.2 | supports    | beside |
    """,
    family="*",
    **CELL,
)
FINDINGS = rows(
    """
    finding_id | claim_id | study | year | platform | study_window | outcome | group_studied | estimate | lo    | hi   | method | comparison | evidence | source
    f1         | reshaped | A & B | 2024 | Upwork   | 2022..2023   | jobs    | writers       | -2.0     | -2.8  | -1.2 | DiD    | others     | B        | doi
    f2         | prices   | Press | 2023 | Any      | 2023         | pay     | all           | 40       | -     | -    | raw    | -          | C        | url
    """,
)  # fmt: skip
FOUND = rows(
    """
    stat     | dims                      | value | lo   | hi   | value_text             | reason                                    | flags
    estimate | claim=reshaped;finding=f1 | -2    | -2.8 | -1.2 | A & B 2024: jobs       | -                                         | reference;evidence_b
    group    | claim=reshaped;finding=f1 | -     | -    | -    | writers, beside others | -                                         | reference;evidence_b
    where    | claim=reshaped;finding=f1 | -     | -    | -    | Upwork, 2022..2023     | -                                         | reference;evidence_b
    method   | claim=reshaped;finding=f1 | -     | -    | -    | DiD                    | -                                         | reference;evidence_b
    source   | claim=reshaped;finding=f1 | -     | -    | -    | doi                    | -                                         | reference;evidence_b
    estimate | claim=prices;finding=f2   | 40    | -    | -    | Press 2023: pay        | the study's standard error is not at hand | reference;evidence_c
    group    | claim=prices;finding=f2   | -     | -    | -    | all                    | -                                         | reference;evidence_c
    where    | claim=prices;finding=f2   | -     | -    | -    | Any, 2023              | -                                         | reference;evidence_c
    method   | claim=prices;finding=f2   | -     | -    | -    | raw                    | -                                         | reference;evidence_c
    source   | claim=prices;finding=f2   | -     | -    | -    | url                    | -                                         | reference;evidence_c
    """,
    source_id="pooled", platform="pooled", side="both", period_start=None,
    family="*", n=None, **CELL | {"grain": "snapshot"},
)  # fmt: skip


def _table(text: str) -> dict:
    return rows(text, **CELL)


def _part(text: str, *measures: str):
    return _table(text).filter(_table(text)["measure"].is_in(measures)).drop("measure")


SHIFTED, AHEAD = {"est_category_shifts": _table(SHIFTS)}, {"est_outlook": _table(OUTLOOK)}
CASES = [
    Case("category_share_change", SHIFTED, _part(SHIFTS, "share_change", "group_change")),
    Case("value_decomposition", SHIFTED, _part(SHIFTS, "value_change")),
    Case("outlook", AHEAD, _part(OUTLOOK, "outlook")),
    Case("outlook_backtest", AHEAD, _part(OUTLOOK, "backtest")),
    Case("outlook_score", AHEAD, _part(OUTLOOK, "score")),
    Case("claim_verdict", {"est_claims": CLAIMS}, CLAIMS),
    Case("published_finding", {"ref_findings": FINDINGS}, FOUND),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_whole_answer(case: Case):
    assert_answer(metrics()[case.name].sql, case)
