"""Given rows and whole answers of the metrics over listings."""
# ruff: noqa: E501 -- literal tables

from datetime import date

import pytest
from given import Case, assert_answer, rows

from etl.metrics import metrics

PLACE = {"platform": "p", "side": "demand", "period_start": date(2025, 1, 1), "grain": "snapshot"}
ROW = PLACE | {"geo": "*"}
SOURCES = rows("""
    source_id | platform | scope  | crosswalk | title_only
    market    | p        | newest | upwork    | true
    month     | p        | window | freelance | false
    guessed   | p        | newest | -         | false
    query     | p        | query  | upwork    | false
    capped    | p        | capped | fiverr    | false
""")

# one table for all shares: a metric must take its own measure and nothing else
SHARES = rows(
    """
    measure            | source_id | scope  | capture    | flags          | family       | niche        | dims           | k  | n  | value | lo   | hi
    listing_share      | market    | newest |            |                | *            | *            |                | 90 | 90 | 1     | 0.9  | 1
    listing_share      | market    | newest |            |                | web          | *            |                | 15 | 90 | 0.1   | 0.05 | 0.2
    listing_share      | market    | newest | 2025-01-05 | single         | web          | sites        |                | 14 | 80 | 0.1   | 0.04 | 0.3
    listing_share      | market    | newest |            |                | web          | unclassified |                | 1  | 90 | 0.01  | 0    | 0.1
    listing_share      | market    | newest |            |                | unclassified | *            |                | 2  | 90 | 0.02  | 0    | 0.1
    listing_share      | month     | window |            |                | legal        | *            |                | 16 | 40 | 0.1   | 0.03 | 0.4
    listing_share      | guessed   | newest |            |                | web          | *            |                | 5  | 50 | 0.1   | 0.03 | 0.4
    listing_share      | query     | query  |            | selected_query | web          | *            |                | 6  | 60 | 0.1   | 0.03 | 0.4
    listing_share      | capped    | capped |            | capped_page    | web          | *            |                | 7  | 70 | 0.1   | 0.03 | 0.4
    ai_mention         | market    | newest |            |                | *            | *            |                | 2  | 20 | 0.11  | 0.01 | 0.31
    ai_mention         | query     | query  | 2025-01-05 | selected_query | web          | sites        |                | 3  | 20 | 0.12  | 0.02 | 0.32
    genai_mention      | market    | newest |            | single         | *            | *            |                | 4  | 20 | 0.13  | 0.03 | 0.33
    entry_level        | market    | newest | 2025-01-05 |                | web          | *            |                | 5  | 20 | 0.14  | 0.04 | 0.34
    interviewing       | query     | query  |            | selected_query | *            | *            | proposals=0-4  | 6  | 20 | 0.15  | 0.05 | 0.35
    interviewing       | query     | query  | 2025-01-05 | selected_query | *            | *            |                | 6  | 20 | 0.16  | 0.05 | 0.35
    proposals_20_plus  | market    | newest |            |                | *            | *            |                | 8  | 20 | 0.18  | 0.08 | 0.38
    proposals_20_plus  | market    | newest | 2025-01-05 |                | *            | *            |                | 8  | 20 | 0.19  | 0.08 | 0.38
    proposals_20_plus  | market    | newest | 2025-01-05 |                | web          | *            | age_band=72h+  | 8  | 20 | 0.2   | 0.08 | 0.38
    requested_duration | market    | newest |            |                | *            | *            | duration=180d+ | 9  | 20 | 0.19  | 0.09 | 0.39
    requested_duration | market    | newest | 2025-01-05 |                | web          | *            | duration=0-30d | 9  | 20 | 0.21  | 0.09 | 0.39
    """,
    **PLACE,
)
SHARE = ROW | {"stat": "share"}
WANTED = {
    "listing_share": """
        source_id | family       | niche | dims               | n  | value | lo   | hi  | flags             | reason
        market    | web          | *     |                    | 90 | 0.1   | 0.05 | 0.2 |                   | -
        market    | web          | sites | capture=2025-01-05 | 80 | -     | -    | -   | single;suppressed | fewer than 15 listings of this kind
        market    | unclassified | *     |                    | 90 | -     | -    | -   | suppressed        | fewer than 15 listings of this kind
        month     | legal        | *     |                    | 40 | 0.1   | 0.03 | 0.4 |                   | -
    """,
    "ai_mention_share": """
        source_id | family | niche | dims               | n  | value | lo   | hi   | flags
        market    | *      | *     |                    | 20 | 0.11  | 0.01 | 0.31 | title_only
        query     | web    | sites | capture=2025-01-05 | 20 | 0.12  | 0.02 | 0.32 | selected_query
    """,
    "genai_mention_share": """
        source_id | family | niche | dims | n  | value | lo   | hi   | flags
        market    | *      | *     |      | 20 | 0.13  | 0.03 | 0.33 | single;title_only
    """,
    "entry_level_share": """
        source_id | family | niche | dims               | n  | value | lo   | hi   | flags
        market    | web    | *     | capture=2025-01-05 | 20 | 0.14  | 0.04 | 0.34 |
    """,
    "interviewing_share": """
        source_id | family | niche | dims          | n  | value | lo   | hi   | flags
        query     | *      | *     | proposals=0-4 | 20 | 0.15  | 0.05 | 0.35 | selected_query
    """,
    "proposals_20_plus": """
        source_id | family | niche | dims                             | n  | value | lo   | hi   | flags
        market    | *      | *     |                                  | 20 | 0.18  | 0.08 | 0.38 |
        market    | *      | *     | capture=2025-01-05               | 20 | 0.19  | 0.08 | 0.38 |
        market    | web    | *     | age_band=72h+;capture=2025-01-05 | 20 | 0.2   | 0.08 | 0.38 |
    """,
    "requested_duration": """
        source_id | family | niche | dims                              | n  | value | lo   | hi   | flags
        market    | *      | *     | duration=180d+                    | 20 | 0.19  | 0.09 | 0.39 |
        market    | web    | *     | capture=2025-01-05;duration=0-30d | 20 | 0.21  | 0.09 | 0.39 |
    """,
}

QUANTILES = rows(
    """
    measure         | stat   | capture    | family | niche | dims                | n  | value | lo  | hi  | reason
    hourly_rate     | median |            | web    | sites |                     | 30 | 20    | 15  | 25  | -
    hourly_rate     | p90    | 2025-01-05 | *      | *     |                     | 5  | 90    | -   | -   | n is too small
    fixed_budget    | p10    |            | *      | *     |                     | 31 | 50    | 40  | 60  | -
    fixed_budget    | p10    | 2025-01-05 | *      | *     |                     | 31 | 51    | 40  | 60  | -
    bids            | p25    | 2025-01-05 | web    | *     |                     | 32 | 7     | 5   | 9   | -
    days_left       | p75    |            | *      | *     |                     | 33 | 4.5   | 3.5 | 6   | -
    days_left       | p75    | 2025-01-05 | *      | *     |                     | 33 | 4     | 3.5 | 6   | -
    gig_start_price | median |            | *      | *     | currency=EUR        | 34 | 14    | 13  | 15  | -
    gig_start_price | median | 2025-01-05 | *      | *     | currency=EUR        | 34 | 15    | 13  | 15  | -
    average_bid     | median |            | *      | *     | pricing_type=hourly | 35 | 22    | 18  | 27  | -
    average_bid     | median |            | *      | *     | pricing_type=fixed  | 36 | 210   | 180 | 250 | -
    average_bid     | p90    | 2025-01-05 | web    | sites | pricing_type=fixed  | 6  | 900   | -   | -   | n is too small
    """,
    source_id="market",
    flags="f",
    **PLACE,
)
MEASURED = {
    "hourly_rate": """
        stat   | family | niche | dims               | n  | value | lo | hi | reason
        median | web    | sites |                    | 30 | 20    | 15 | 25 | -
        p90    | *      | *     | capture=2025-01-05 | 5  | 90    | -  | -  | n is too small
    """,
    "fixed_budget": """
        stat | family | niche | dims               | n  | value | lo | hi | reason
        p10  | *      | *     |                    | 31 | 50    | 40 | 60 | -
        p10  | *      | *     | capture=2025-01-05 | 31 | 51    | 40 | 60 | -
    """,
    "bids_per_listing": """
        stat | family | niche | dims               | n  | value | lo | hi | reason
        p25  | web    | *     | capture=2025-01-05 | 32 | 7     | 5  | 9  | -
    """,
    "bid_window_days": """
        stat | family | niche | dims               | n  | value | lo  | hi | reason
        p75  | *      | *     | capture=2025-01-05 | 33 | 4     | 3.5 | 6  | -
    """,
    "average_bid": """
        stat   | family | niche | dims                                  | n  | value | lo  | hi  | reason
        median | *      | *     | pricing_type=hourly                   | 35 | 22    | 18  | 27  | -
        median | *      | *     | pricing_type=fixed                    | 36 | 210   | 180 | 250 | -
        p90    | web    | sites | capture=2025-01-05;pricing_type=fixed | 6  | 900   | -   | -   | n is too small
    """,
    "gig_start_price": """
        stat   | family | niche | dims         | n  | value | lo | hi | reason
        median | *      | *     | currency=EUR | 34 | 14    | 13 | 15 | -
    """,
}

GROWTH = rows(
    """
    source_id | platform | stat   | n | value | lo | hi
    query     | p        | median | 9 | 1.5   | 1  | 2
    capped    | p        | p25    | 8 | 0.5   | 0  | 1
    market    | p        | p75    | 3 | 2.5   | -  | -
    """,
    side="demand",
    period_start=date(2025, 1, 1),
)
GREW = rows(
    """
    source_id | stat   | n | value | lo | hi | flags          | reason
    query     | median | 9 | 1.5   | 1  | 2  | selected_query | -
    capped    | p25    | 8 | 0.5   | 0  | 1  | capped_page    | -
    market    | p75    | 3 | 2.5   | -  | -  |                | n is too small for a 95 % interval
    """,
    family="*",
    niche="*",
    dims="",
    **ROW,
)

# the count itself is the n of its grade; no interval, and the reason says why
COUNTS = rows(
    """
    source_id | capture    | family | niche | k  | n  | flags
    market    |            | *      | *     | 90 | 90 |
    market    | 2025-01-05 | web    | sites | 8  | 80 | single
    query     |            | *      | *     | 60 | 60 | selected_query
    """,
    **PLACE,
)
COUNTED = rows(
    """
    source_id | family | niche | dims               | n  | value | lo | hi | flags
    market    | *      | *     |                    | 90 | 90    | -  | -  |
    market    | web    | sites | capture=2025-01-05 | 8  | 8     | -  | -  | single
    query     | *      | *     |                    | 60 | 60    | -  | -  | selected_query
    """,
    stat="count",
    reason="a count of what was captured has no sampling interval",
    **ROW,
)

REVIEWS = """
    family | n  | value | lo  | hi  | flags
    *      | 40 | 0.6   | 0.5 | 0.7 | lower_bound
    web    | 20 | 0.4   | 0.3 | 0.8 |
"""
HELD = {"source_id": "capped"}
CASES = [
    *(
        Case(name, {"est_shares": SHARES, "ref_sources": SOURCES}, rows(text, **SHARE))
        for name, text in WANTED.items()
    ),
    *(
        Case(name, {"est_quantiles": QUANTILES}, rows(text, source_id="market", flags="f", **ROW))
        for name, text in MEASURED.items()
    ),
    Case("bid_growth", {"est_bid_growth": GROWTH, "ref_sources": SOURCES}, GREW),
    Case("listings", {"mart_listing_counts": COUNTS}, COUNTED),
    Case(
        "review_concentration",
        {"est_review_concentration": rows(REVIEWS, **HELD, **PLACE)},
        rows(REVIEWS, niche="*", dims="", **HELD, **SHARE),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_whole_answer(case: Case):
    assert_answer(metrics()[case.name].sql, case)
