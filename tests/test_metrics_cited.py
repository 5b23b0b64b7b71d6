"""Given rows and whole answers of the metrics over cited counts and prices."""
# ruff: noqa: E501 -- literal tables

import polars as pl
import pytest
from given import Case, assert_answer, rows

from etl.metrics import metrics

SOURCES = rows("""
    source_id         | platform
    hn_counts         | hackernews
    fiverr_index      | fiverr
    fiverr_inc        | fiverr
    freelancer_counts | freelancer
""")
# Wilson, by scipy.stats.binomtest: 10 of 100, 0 of 80, and 50 of 150 turned into odds
HACKERNEWS = rows(
    """
    series_id           | period_start | dims          | value | flags
    hiring_posts        | 2026-01-01   |               | 100   |
    hiring_posts        | 2026-02-01   |               | 80    | partial
    hiring_posts        | 2026-03-01   |               | 0     |
    keyword_share_pct   | 2026-01-01   | keyword=llm   | 10    |
    keyword_share_pct   | 2026-02-01   | keyword=llm   | 0     | partial
    keyword_share_pct   | 2026-02-01   | keyword=cobol | 30    |
    keyword_share_pct   | 2026-03-01   | keyword=llm   | 0     |
    keyword_share_pct   | 2026-04-01   | keyword=llm   | 5     |
    seeking_posts       | 2026-01-01   |               | 50    |
    hiring_posts_paired | 2026-01-01   |               | 100   | partial
    seeking_posts       | 2026-02-01   |               | 50    |
    hiring_posts_paired | 2026-02-01   |               | 0     |
    seeking_posts       | 2026-03-01   |               | 50    |
    """,
    "core_series",
    source_id="hn_counts",
    geo="*",
    grain="month",
)
THREADS = {
    "source_id": "hn_counts",
    "platform": "hackernews",
    "geo": "*",
    "grain": "month",
    "family": "*",
    "niche": "*",
    "n": None,
}
KEYWORDS = rows(
    """
    period_start | value | lo         | hi         | flags
    2026-01-01   | 0.1   | 0.05522914 | 0.17436566 | reference
    2026-02-01   | 0     | 0          | 0.04581813 | reference;partial
    """,
    stat="share",
    side="demand",
    dims="keyword=llm",
    **THREADS,
)
SEEKERS = rows(
    """
    period_start | value | lo         | hi         | flags
    2026-01-01   | 0.5   | 0.35664529 | 0.70097659 | reference;partial
    """,
    stat="ratio",
    side="both",
    dims="",
    **THREADS,
)

# 120 x exp(-+ 1.959964 x 0.05) = 108.79806, 132.35530; an error belongs to its own panel
PANELS = rows(
    """
    series_id                         | period_start | dims             | value | flags
    matched_price_index_panel         | 2020-01-01   | category=writing | 100   | unverified
    matched_price_index_panel_se_log  | 2020-01-01   | category=writing | 0     | unverified
    matched_price_index_panel         | 2024-07-01   | category=writing | 120   | unverified
    matched_price_index_panel_se_log  | 2024-07-01   | category=writing | 0.05  | unverified
    matched_price_index_recent        | 2024-07-01   | category=writing | 100   |
    matched_price_index_recent_se_log | 2024-10-01   | category=writing | 0.05  |
    matched_price_index_recent        | 2024-10-01   | category=audio   | -     |
    """,
    "core_series",
    source_id="fiverr_index",
    geo="*",
    grain="quarter",
)
MATCHED = rows(
    """
    period_start | dims                          | value | lo        | hi       | flags                | reason
    2020-01-01   | category=writing;panel=panel  | 100   | 100       | 100      | reference;unverified | -
    2024-07-01   | category=writing;panel=panel  | 120   | 108.79806 | 132.3553 | reference;unverified | -
    2024-07-01   | category=writing;panel=recent | 100   | -         | -        | reference            | the producer publishes no standard error
    2024-10-01   | category=audio;panel=recent   | -     | -         | -        | reference            | the producer publishes no value
    """,
    stat="index",
    source_id="fiverr_index",
    platform="fiverr",
    side="supply",
    geo="*",
    grain="quarter",
    family="*",
    niche="*",
    n=None,
)

FIVERR = rows(
    """
    series_id           | period_start | value | flags
    active_buyers_m     | 2024-01-01   | 3.6   |
    spend_per_buyer_usd | 2024-01-01   | 302   | derived
    """,
    "core_series",
    source_id="fiverr_inc",
    geo="*",
    grain="year",
    dims="",
)
TOTALS = rows(
    """
    stat  | period_start | dims                       | value | flags
    total | 2024-01-01   | series=active_buyers_m     | 3.6   | reference
    mean  | 2024-01-01   | series=spend_per_buyer_usd | 302   | reference;derived
    """,
    source_id="fiverr_inc",
    platform="fiverr",
    side="both",
    geo="*",
    grain="year",
    reason="reported totals have no interval",
    family="*",
    niche="*",
    n=None,
    lo=None,
    hi=None,
)
# a family has its name, the whole the star; another source's series of the same name is not ours
FREELANCER = rows(
    """
    source_id         | series_id          | grain | period_start | dims           | value | n    | flags
    freelancer_counts | projects_posted    | month | 2025-01-01   |                | 9000  | 9000 |
    freelancer_counts | projects_posted    | month | 2025-01-01   | family=web     | 4000  | 4000 | odd
    freelancer_counts | projects_posted    | month | 2025-02-01   |                | 0     | 0    |
    freelancer_counts | projects_posted    | month | 2025-02-01   | family=web     | -     | -    |
    freelancer_counts | freelancers_listed | day   | 2025-03-05   |                | 700   | 700  |
    freelancer_counts | freelancers_listed | day   | 2025-03-05   | family=writing | 300   | 300  | odd
    hn_counts         | projects_posted    | month | 2025-01-01   |                | 1     | 1    |
    hn_counts         | freelancers_listed | day   | 2025-03-05   |                | 2     | 2    |
    """,
    "core_series",
    geo="*",
)
COUNTED = {
    "stat": "count",
    "source_id": "freelancer_counts",
    "platform": "freelancer",
    "geo": "*",
    "niche": "*",
    "dims": "",
    "lo": None,
    "hi": None,
    "reason": "a count has no sampling interval",
}
POSTED = rows(
    """
    period_start | family | n    | value | flags
    2025-01-01   | *      | 9000 | 9000  |
    2025-01-01   | web    | 4000 | 4000  | odd
    2025-02-01   | *      | 0    | 0     |
    2025-02-01   | web    | -    | -     |
    """,
    side="demand",
    grain="month",
    **COUNTED,
)
LISTED = rows(
    """
    period_start | family  | n   | value | flags
    2025-03-05   | *       | 700 | 700   |
    2025-03-05   | writing | 300 | 300   | odd
    """,
    side="supply",
    grain="snapshot",
    **COUNTED,
)
# every metric is given all series: it must take its own and nothing else
GIVEN = {
    "core_series": pl.concat([HACKERNEWS, PANELS, FIVERR, FREELANCER]),
    "ref_sources": SOURCES,
}
CASES = [
    Case("hn_keyword_share", GIVEN, KEYWORDS),
    Case("hn_seekers_per_hiring_post", GIVEN, SEEKERS),
    Case("fiverr_matched_price_index", GIVEN, MATCHED),
    Case("fiverr_company_totals", GIVEN, TOTALS),
    Case("projects_posted", GIVEN, POSTED),
    Case("freelancers_listed", GIVEN, LISTED),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_whole_answer(case: Case):
    assert_answer(metrics()[case.name].sql, case)
