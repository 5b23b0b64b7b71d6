"""Given rows and whole answers of the metrics over published indices and market reports."""
# ruff: noqa: E501 -- literal tables

from datetime import date, datetime

import polars as pl
import pytest
from given import Case, assert_answer, rows

from etl.metrics import metrics

SOURCES = rows("""
    source_id    | platform
    oli          | online_labour_index
    indeed       | indeed
    snipework    | upwork
""")
NO_INTERVAL = "the producer publishes no interval"
SERIES = {"family": "*", "niche": "*", "n": None, "lo": None, "hi": None}

OLI = rows(
    """
    source_id | series_id  | geo | period_start | dims                         | value | n | flags
    oli       | oli_level  | *   | 2024-06-01   | occupation_group=all         | 100   | 7 |
    oli       | oli_level  | *   | 2024-06-01   | occupation_group=microwork   | 20    | - | method_break
    oli       | oli_level  | *   | 2024-06-01   | occupation_group=writing     | 8     | - |
    oli       | oli_level  | *   | 2024-06-01   | occupation_group=software    | 72    | - | partial
    oli       | oli_level  | *   | 2024-07-01   | occupation_group=writing     | 10    | - |
    oli       | oli_level  | *   | 2024-07-01   | occupation_group=software    | 10    | - |
    oli       | other      | *   | 2024-07-01   | occupation_group=writing     | 99    | - |
    indeed    | oli_level  | *   | 2024-07-01   | occupation_group=writing     | 99    | - |
    """,
    "core_series",
    grain="month",
)
OLI_ROW = SERIES | {
    "source_id": "oli",
    "platform": "online_labour_index",
    "side": "demand",
    "geo": "*",
    "grain": "month",
    "reason": NO_INTERVAL,
}
OLI_LEVEL = rows(
    """
    period_start | dims                       | value | n | flags
    2024-06-01   | occupation_group=all       | 100   | 7 | reference
    2024-06-01   | occupation_group=microwork | 20    | - | reference;method_break
    2024-06-01   | occupation_group=writing   | 8     | - | reference
    2024-06-01   | occupation_group=software  | 72    | - | reference;partial
    2024-07-01   | occupation_group=writing   | 10    | - | reference
    2024-07-01   | occupation_group=software  | 10    | - | reference
    """,
    stat="index",
    **OLI_ROW,
)
# of the groups without microwork: 8 / (8 + 72), not 8 / 100
OLI_SHARE = rows(
    """
    period_start | dims                      | value | flags
    2024-06-01   | occupation_group=writing  | 0.1   | reference
    2024-06-01   | occupation_group=software | 0.9   | reference;partial
    2024-07-01   | occupation_group=writing  | 0.5   | reference
    2024-07-01   | occupation_group=software | 0.5   | reference
    """,
    stat="share",
    **OLI_ROW,
)

# February 2026 is whole: fourteen odd days of 1, thirteen even days of 3, the 28th with 10
DAYS = "\n".join(
    f"ai_posting_share_pct | US | 2026-02-{day:02} |  | {10 if day == 28 else 1 if day % 2 else 3}"
    for day in range(2, 29)
)
# a year before: all 28 days are listed, but 27 have no value
MISSING = "\n".join(
    f"ai_posting_share_pct | US | 2025-02-{day:02} |  | {2 if day == 1 else '-'}"
    for day in range(1, 29)
)
INDEED = rows(
    f"""
    series_id            | geo | period_start | dims                    | value
    ai_posting_share_pct | US  | 2026-02-01   |                         | 1
    {DAYS}
    ai_posting_share_pct | US  | 2026-03-01   |                         | 2
    ai_posting_share_pct | US  | 2026-03-02   |                         | 7
    ai_posting_share_pct | US  | 2026-03-03   |                         | -
    ai_posting_share_pct | GB  | 2026-03-01   |                         | 4
    {MISSING}
    postings_index_sa    | US  | 2020-02-01   | variable=total_postings | 100
    postings_index_sa    | US  | 2020-02-02   | variable=total_postings | 103
    postings_index_sa    | US  | 2020-02-01   | variable=new_postings   | 90
    postings_index_nsa   | US  | 2020-02-01   | variable=total_postings | 77
    """,
    "core_series",
    source_id="indeed",
    grain="day",
    flags="",
)
INDEED_ROW = SERIES | {
    "source_id": "indeed",
    "platform": "indeed",
    "side": "demand",
    "grain": "month",
    "reason": NO_INTERVAL,
}
# (14 + 39 + 10) / 28 = 2.25 percent (the median is 2); a day without a value is no day
AI_SHARE = rows(
    """
    geo | period_start | value  | flags
    US  | 2026-02-01   | 0.0225 | reference
    US  | 2026-03-01   | 0.045  | reference;partial
    GB  | 2026-03-01   | 0.04   | reference;partial
    US  | 2025-02-01   | 0.02   | reference;partial
    """,
    stat="mean",
    dims="",
    **INDEED_ROW,
)
POSTINGS = rows(
    """
    dims                    | value
    variable=total_postings | 101.5
    variable=new_postings   | 90
    """,
    stat="index",
    geo="US",
    period_start=date(2020, 2, 1),
    flags="reference;partial",
    **INDEED_ROW,
)

CROSSWALK = rows("""
    crosswalk | label   | family
    snipework | writing | writing
    snipework | odd     | -
    upwork    | legal   | legal
""")
SNIPEWORK = rows(
    """
    series_id                 | dims             | value | flags
    entry_share               |                  | 0.21  |
    median_fixed_usd          |                  | 150   | partial
    category_median_fixed_usd | category=writing | 90    |
    category_median_fixed_usd | category=odd     | 91    |
    category_median_fixed_usd | category=legal   | 92    |
    avg_fixed_usd             |                  | 766   |
    avg_hourly_usd            |                  | 23    |
    category_avg_hourly_usd   | category=writing | 31    | partial
    category_share            | category=writing | 0.04  |
    category_jobs             | category=writing | 500   |
    """,
    "core_series",
    source_id="snipework",
    geo="*",
    grain="week",
    period_start=datetime(2026, 8, 10),
)
WEEKS = {
    "snipework_entry_share": """
        stat  | family | value | flags
        share | *      | 0.21  | reference
    """,
    "snipework_fixed_median": """
        stat   | family  | value | flags
        median | *       | 150   | reference;partial
        median | writing | 90    | reference
    """,
    "snipework_hourly_mean": """
        stat | family  | value | flags
        mean | *       | 23    | reference
        mean | writing | 31    | reference;partial
    """,
    "snipework_listing_share": """
        stat  | family  | value | flags
        share | writing | 0.04  | reference
    """,
}
WEEK = {
    "source_id": "snipework",
    "platform": "upwork",
    "side": "demand",
    "geo": "*",
    "grain": "week",
    "niche": "*",
    "dims": "",
    "n": None,
    "lo": None,
    "hi": None,
    "reason": NO_INTERVAL,
    "period_start": date(2026, 8, 10),
}

# every metric is given all series: it must take its own and nothing else
GIVEN = {
    "core_series": pl.concat([OLI, INDEED, SNIPEWORK]),
    "ref_sources": SOURCES,
    "ref_crosswalk": CROSSWALK,
}
CASES = [
    Case(name, GIVEN, expect)
    for name, expect in {
        "oli_level": OLI_LEVEL,
        "oli_group_share": OLI_SHARE,
        "indeed_ai_posting_share": AI_SHARE,
        "indeed_postings_index": POSTINGS,
    }.items()
] + [Case(name, GIVEN, rows(text, **WEEK)) for name, text in WEEKS.items()]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_whole_answer(case: Case):
    assert_answer(metrics()[case.name].sql, case)
