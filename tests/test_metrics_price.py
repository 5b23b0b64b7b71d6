"""Given rows and whole answers of the metrics over price indices and the price guide."""
# ruff: noqa: E501 -- literal tables

from datetime import date

import pytest
from given import Case, assert_answer, rows

from etl.metrics import metrics

PLACE = {
    "source_id": "s",
    "platform": "upwork",
    "side": "demand",
    "geo": "*",
    "period_start": date(2025, 3, 1),
    "grain": "snapshot",
    "family": "*",
    "niche": "*",
}
CELLS = """
    measure               | stat  | dims                    | n  | value | lo  | hi  | value_text  | reason  | flags
    price_index           | index | estimator=hedonic       | 40 | 95    | 90  | 99  | -           | -       | single_snapshot
    price_index           | index | estimator=geks          | 0  | -     | -   | -   | -           | no link |
    price_index_published | index | panel=recent            | -  | 101   | 99  | 103 | -           | -       | reference
    price_trend           | ratio | prices=real             | 80 | 2     | -1  | 5   | cannot tell | wide    |
    price_comparison      | ratio | against=t               | 70 | 4     | -5  | 13  | cannot tell | -       | cross_section
    price_comparison      | placebo | against=u             | 60 | 12    | -4  | 31  | -           | -       | cross_section
    price_change          | share | pair=repost             | 61 | 0.2   | 0.1 | 0.3 | -           | -       | selected_query
    price_change          | mean  | pair=repost             | 61 | 12    | 3   | 22  | -           | -       | selected_query
    repost_share          | share |                         | 99 | 0.05  | 0   | 0.1 | -           | -       | selected_query
    skill_premium         | coef  | skill=Python            | 55 | 8     | 2   | 14  | pays more   | -       |
"""
MEASURES = {
    "price_index": ("price_index", None),
    "price_index_real": ("price_index_published", None),
    "price_trend": ("price_trend", None),
    "price_comparison": ("price_comparison", None),
    "price_change_share": ("price_change", "share"),
    "price_change_size": ("price_change", "mean"),
    "price_repost_share": ("repost_share", None),
    "skill_premium": ("skill_premium", None),
}


def _expected(measure: str, stat: str | None):
    head, *lines = CELLS.strip().splitlines()
    own = [line for line in lines if line.split("|")[0].strip() == measure]
    own = [line for line in own if stat in (None, line.split("|")[1].strip())]
    return rows("\n".join([head, *own]), **PLACE).drop("measure")


GUIDE = rows(
    """
    measure              | stat  | dims        | n    | value | lo   | hi   | value_text | reason | flags
    price_guide_accuracy | share | model=guide | 1057 | 0.81  | 0.78 | 0.83 | within     | -      | selected_query
    price_guide_accuracy | ratio | model=niche | 1057 | 0.91  | 0.88 | 0.94 | -          | -      | selected_query
    """,
    **{name: value for name, value in PLACE.items() if name != "period_start"},
)
CASES = [
    Case(name, {"est_price_index": rows(CELLS, **PLACE)}, _expected(*which))
    for name, which in MEASURES.items()
] + [
    Case(
        "price_guide_accuracy",
        {"core_price_guide": GUIDE},
        rows(
            """
            stat  | dims        | n    | value | lo   | hi   | value_text | reason | flags
            share | model=guide | 1057 | 0.81  | 0.78 | 0.83 | within     | -      | selected_query
            ratio | model=niche | 1057 | 0.91  | 0.88 | 0.94 | -          | -      | selected_query
            """,
            **(PLACE | {"period_start": None}),
        ),
    )
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_whole_answer(case: Case):
    assert_answer(metrics()[case.name].sql, case)
