"""Given rows and whole answers of the metrics that rest on what listings were read as."""
# ruff: noqa: E501 -- literal tables

from datetime import date

import pytest
from given import Case, answer_of, assert_answer, rows

from etl.evidence import with_evidence
from etl.metrics import metrics

PLACE = {"platform": "p", "side": "demand", "period_start": date(2025, 1, 1), "grain": "snapshot"}
ROW = PLACE | {"geo": "*"}
SOURCES = rows("""
    source_id | title_only
    full      | false
    bare      | true
""")

# one table for all labels: a metric must take its own and nothing else
LABEL_SHARES = rows(
    """
    measure            | stat  | source_id | flags | family | niche | dims                           | n  | value | lo   | hi   | reason
    ai_relation        | found | full      | f     | *      | *     | ai_relation=ai_build           | 90 | 0.11  | 0.05 | 0.2  | -
    ai_relation        | share | full      | f     | *      | *     | ai_relation=ai_build           | 90 | 0.12  | 0.04 | 0.3  | -
    ai_relation        | share | bare      |       | web    | sites | ai_relation=none               | 30 | -     | -    | -    | not corrected
    ai_service         | found | bare      | f     | web    | *     | ai_service=ai_design           | 40 | 0.13  | 0.06 | 0.21 | -
    substitutability   | share | full      |       | legal  | law   | substitutability=substitutable | 41 | 0.14  | 0.07 | 0.22 | -
    human_only         | found | full      |       | *      | *     | human_only=true                | 42 | 0.15  | 0.08 | 0.23 | -
    ai_tool_welcome    | found | full      |       | *      | *     | ai_tool_welcome=true           | 43 | 0.16  | 0.09 | 0.24 | -
    originality_clause | found | full      |       | *      | *     | originality_clause=true        | 44 | 0.17  | 0.1  | 0.25 | -
    disclosure         | share | bare      | f     | *      | *     | disclosure=true                | 45 | -     | -    | -    | not corrected
    urgent             | found | full      |       | *      | *     | urgent=true                    | 46 | 0.18  | 0.11 | 0.26 | -
    creativity         | found | full      |       | *      | *     | creativity=true                | 47 | 0.19  | 0.12 | 0.27 | -
    strategy           | found | full      |       | *      | *     | strategy=true                  | 48 | 0.2   | 0.13 | 0.28 | -
    communication      | found | full      |       | *      | *     | communication=true             | 49 | 0.21  | 0.14 | 0.29 | -
    ai_literacy        | share | full      |       | *      | *     | ai_literacy=true               | 50 | 0.22  | 0.15 | 0.3  | -
    something_else     | share | full      |       | *      | *     | something_else=true            | 51 | 0.23  | 0.16 | 0.31 | -
    """,
    **PLACE,
)
LABEL_WANTED = {
    "ai_relation_share": """
        stat  | source_id | flags      | family | niche | dims                 | n  | value | lo   | hi  | reason
        found | full      | f          | *      | *     | ai_relation=ai_build | 90 | 0.11  | 0.05 | 0.2 | -
        share | full      | f          | *      | *     | ai_relation=ai_build | 90 | 0.12  | 0.04 | 0.3 | -
        share | bare      | title_only | web    | sites | ai_relation=none     | 30 | -     | -    | -   | not corrected
    """,
    "ai_service_share": """
        stat  | source_id | flags        | family | niche | dims                 | n  | value | lo   | hi   | reason
        found | bare      | f;title_only | web    | *     | ai_service=ai_design | 40 | 0.13  | 0.06 | 0.21 | -
    """,
    "substitutability_share": """
        stat  | source_id | flags | family | niche | dims                           | n  | value | lo   | hi   | reason
        share | full      |       | legal  | law   | substitutability=substitutable | 41 | 0.14  | 0.07 | 0.22 | -
    """,
    "expectation_share": """
        stat  | source_id | flags        | family | niche | dims                    | n  | value | lo   | hi   | reason
        found | full      |              | *      | *     | human_only=true         | 42 | 0.15  | 0.08 | 0.23 | -
        found | full      |              | *      | *     | ai_tool_welcome=true    | 43 | 0.16  | 0.09 | 0.24 | -
        found | full      |              | *      | *     | originality_clause=true | 44 | 0.17  | 0.1  | 0.25 | -
        share | bare      | f;title_only | *      | *     | disclosure=true         | 45 | -     | -    | -    | not corrected
        found | full      |              | *      | *     | urgent=true             | 46 | 0.18  | 0.11 | 0.26 | -
        found | full      |              | *      | *     | creativity=true         | 47 | 0.19  | 0.12 | 0.27 | -
        found | full      |              | *      | *     | strategy=true           | 48 | 0.2   | 0.13 | 0.28 | -
        found | full      |              | *      | *     | communication=true      | 49 | 0.21  | 0.14 | 0.29 | -
        share | full      |              | *      | *     | ai_literacy=true        | 50 | 0.22  | 0.15 | 0.3  | -
    """,
}

# the outer tenths are not shown; gigs by niche would be too thin
# a single capture is there to tell how far captures disagree, and is not shown
QUANTILES = rows(
    """
    measure               | stat   | family | niche | dims                                | n  | value | lo  | hi  | reason | capture
    hourly_rate           | median | *      | *     |                                     | 29 | 19    | 14  | 24  | - |
    hourly_rate_by_ai     | median | web    | sites | ai_relation=ai_build                | 30 | 20    | 15  | 25  | - |
    hourly_rate_by_ai     | p10    | *      | *     | ai_relation=ai_build                | 30 | 10    | 5   | 15  | - |
    hourly_rate_by_ai     | p75    | *      | *     | ai_relation=none                    | 5  | 90    | -   | -   | n is too small |
    fixed_budget          | p25    | *      | *     |                                     | 28 | 49    | 39  | 59  | - |
    fixed_budget_by_ai    | p25    | *      | *     | ai_relation=ai_content              | 31 | 50    | 40  | 60  | - |
    fixed_budget_by_ai    | p90    | *      | *     | ai_relation=ai_content              | 31 | 500   | 400 | 600 | - |
    bids                  | median | web    | *     |                                     | 27 | 6     | 4   | 8   | - |
    bids_by_ai            | median | web    | *     | ai_relation=none                    | 32 | 7     | 5   | 9   | - |
    bids_by_ai            | p90    | web    | *     | ai_relation=none                    | 32 | 70    | 50  | 90  | - |
    gig_start_price       | median | *      | *     | currency=EUR                        | 26 | 13    | 12  | 14  | - |
    gig_start_price_by_ai | median | web    | *     | ai_relation=ai_content;currency=EUR | 34 | 14    | 13  | 15  | - |
    gig_start_price_by_ai | median | web    | sites | ai_relation=ai_content;currency=EUR | 34 | 14.5  | 13  | 15  | - |
    hourly_rate_by_ai     | median | *      | *     | ai_relation=ai_build                | 30 | 21    | 15  | 25  | - | 2025-01-05
    fixed_budget_by_ai    | median | *      | *     | ai_relation=ai_build                | 30 | 21    | 15  | 25  | - | 2025-01-05
    bids_by_ai            | median | *      | *     | ai_relation=ai_build                | 30 | 21    | 15  | 25  | - | 2025-01-05
    gig_start_price_by_ai | median | *      | *     | ai_relation=ai_build;currency=EUR   | 30 | 21    | 15  | 25  | - | 2025-01-05
    gig_start_price_by_ai | p10    | web    | *     | ai_relation=ai_content;currency=EUR | 34 | 5     | 4   | 6   | - |
    """,
    source_id="full",
    flags="f",
    **PLACE,
)
MEASURED = {
    "hourly_rate_by_ai_relation": """
        stat   | family | niche | dims                 | n  | value | lo | hi | reason
        median | web    | sites | ai_relation=ai_build | 30 | 20    | 15 | 25 | -
        p75    | *      | *     | ai_relation=none     | 5  | 90    | -  | -  | n is too small
    """,
    "fixed_budget_by_ai_relation": """
        stat | family | niche | dims                   | n  | value | lo | hi | reason
        p25  | *      | *     | ai_relation=ai_content | 31 | 50    | 40 | 60 | -
    """,
    "bids_by_ai_relation": """
        stat   | family | niche | dims             | n  | value | lo | hi | reason
        median | web    | *     | ai_relation=none | 32 | 7     | 5  | 9  | -
    """,
    "gig_start_price_by_ai_relation": """
        stat   | family | niche | dims                                | n  | value | lo | hi | reason
        median | web    | *     | ai_relation=ai_content;currency=EUR | 34 | 14    | 13 | 15 | -
    """,
}

SHARES = rows(
    """
    measure                 | source_id | flags | family | niche | dims                             | n  | value | lo   | hi   | capture
    proposals_20_plus       | full      | f     | *      | *     | age_band=72h+                    | 20 | 0.18  | 0.08 | 0.38 |
    proposals_20_plus_by_ai | full      | f     | web    | *     | age_band=72h+;ai_relation=none   | 21 | 0.19  | 0.09 | 0.39 |
    proposals_20_plus_by_ai | full      | f     | *      | *     | age_band=72h+;ai_relation=none   | 22 | 0.2   | 0.09 | 0.39 | 2025-01-05
    """,
    **PLACE,
)
CROWDED = rows(
    """
    source_id | flags | family | niche | dims                           | n  | value | lo   | hi
    full      | f     | web    | *     | age_band=72h+;ai_relation=none | 21 | 0.19  | 0.09 | 0.39
    """,
    stat="share",
    **ROW,
)

# thin: 14 listings do not count as listings; unknown: no measure, no listing
EXPOSURE = rows("""
    niche   | family | n  | class_shown   | reason     | says_prior    | says_listings | says_market   | prior_rank | prior_low | prior_high
    entry   | admin  | 15 | substitutable | two agree  | substitutable | substitutable | cannot tell   | 0.9        | 0.8       | 0.95
    thin    | web    | 14 | contested     | they differ| unaffected    | cannot tell   | complementary | 0.2        | 0.1       | 0.3
    unknown | web    | 0  | cannot tell   | no voice   | cannot tell   | cannot tell   | cannot tell   | -          | -         | -
""")
EXPOSED = rows(
    """
    stat  | niche   | family | dims           | n  | value | lo  | hi   | value_text    | reason      | flags
    class | entry   | admin  |                | 15 | -     | -   | -    | substitutable | two agree   |
    rank  | entry   | admin  | voice=prior    | -  | 0.9   | 0.8 | 0.95 | substitutable | -           | reference;measure_spread
    class | entry   | admin  | voice=listings | 15 | -     | -   | -    | substitutable | -           |
    class | entry   | admin  | voice=market   | -  | -     | -   | -    | cannot tell   | -           | reference
    class | thin    | web    |                | -  | -     | -   | -    | contested     | they differ | reference
    rank  | thin    | web    | voice=prior    | -  | 0.2   | 0.1 | 0.3  | unaffected    | -           | reference;measure_spread
    class | thin    | web    | voice=listings | -  | -     | -   | -    | cannot tell   | -           | reference
    class | thin    | web    | voice=market   | -  | -     | -   | -    | complementary | -           | reference
    class | unknown | web    |                | -  | -     | -   | -    | cannot tell   | no voice    | reference
    rank  | unknown | web    | voice=prior    | -  | -     | -   | -    | cannot tell   | -           | reference;measure_spread
    class | unknown | web    | voice=listings | -  | -     | -   | -    | cannot tell   | -           | reference
    class | unknown | web    | voice=market   | -  | -     | -   | -    | cannot tell   | -           | reference
    """,
    source_id="pooled", platform="pooled", side="both", geo="*", period_start=None, grain="snapshot",
)  # fmt: skip

SERVICES = rows(
    """
    source_id | platform | basis    | service_id | name    | stage       | reason  | staged_on  | born_on    | n_recent | n_before | n_all | growth | growth_lo | growth_hi | year_growth | year_growth_lo | year_growth_hi | n_priced | price_ratio | price_ratio_lo | price_ratio_hi | n_competition | competition | competition_lo | competition_hi
    s         | p        | listings | agents     | agents  | growing     | -       | 2025-06-01 | 2025-02-01 | 15       | 20       | 40    | 2      | 1.5       | 3         | 1.4         | 1.2            | 1.7            | 20       | 1.2         | 1              | 1.4            | 30            | 0.6         | 0.5            | 0.7
    h         | q        | series   | agents     | agents  | cannot tell | no text | 2025-05-01 | 2025-03-01 | -        | -        | 50    | -      | -         | -         | -           | -              | -              | 3        | -           | -              | -              | 4             | -           | -              | -
    s         | p        | listings | c0ffee     | -       | new         | -       | 2025-06-01 | 2025-04-01 | 15       | 20       | 60    | 9      | 8         | 10        | 7           | 6              | 8              | 21       | 1.3         | 1.1            | 1.5            | 31            | 0.7         | 0.6            | 0.8
    s         | p        | listings | tutors     | tutors  | established | -       | 2025-06-01 | -          | 30       | 31       | 70    | 1      | 0.9       | 1.1       | -           | -              | -              | -        | -           | -              | -              | -             | -           | -              | -
    """,
)
SCOPES = rows("""
    source_id | scope
    s         | query
    h         | window
""")
STAGED = rows(
    """
    stat        | source_id | platform | period_start | dims                          | n  | value | lo  | hi  | value_text  | reason  | flags
    growth      | s         | p        | 2025-06-01   | basis=listings;service=agents | 35 | 2     | 1.5 | 3   | growing     | -       | selected_query
    year_growth | s         | p        | 2025-06-01   | basis=listings;service=agents | 35 | 1.4   | 1.2 | 1.7 | -           | -       | selected_query
    born        | s         | p        | 2025-02-01   | basis=listings;service=agents | 40 | -     | -   | -   | 2025-02-01  | -       | selected_query
    price_ratio | s         | p        | 2025-06-01   | basis=listings;service=agents | 20 | 1.2   | 1   | 1.4 | -           | -       | selected_query
    competition | s         | p        | 2025-06-01   | basis=listings;service=agents | 30 | 0.6   | 0.5 | 0.7 | -           | -       | selected_query
    growth      | h         | q        | 2025-05-01   | basis=series;service=agents   | 50 | -     | -   | -   | cannot tell | no text | reference
    born        | h         | q        | 2025-03-01   | basis=series;service=agents   | 50 | -     | -   | -   | 2025-03-01  | -       | reference
    growth      | s         | p        | 2025-06-01   | basis=listings;service=tutors | 61 | 1     | 0.9 | 1.1 | established | -       | selected_query
    """,
    side="both", geo="*", grain="month", family="*", niche="*",
)  # fmt: skip

CASES = [
    *(
        Case(name, {"est_label_shares": LABEL_SHARES, "ref_sources": SOURCES}, rows(text, **ROW))
        for name, text in LABEL_WANTED.items()
    ),
    *(
        Case(name, {"est_quantiles": QUANTILES}, rows(text, source_id="full", flags="f", **ROW))
        for name, text in MEASURED.items()
    ),
    Case("proposals_20_plus_by_ai_relation", {"est_shares": SHARES}, CROWDED),
    Case("niche_exposure", {"est_niche_exposure": EXPOSURE}, EXPOSED),
    Case("ai_service_stage", {"est_services": SERVICES, "ref_sources": SCOPES}, STAGED),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_whole_answer(case: Case):
    assert_answer(metrics()[case.name].sql, case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_an_answer_can_be_graded_and_published(case: Case):
    """Stats and dimensions are declared, keys are single, what is missing says why or what."""
    metric = metrics()[case.name]
    graded = with_evidence(metric, answer_of(metric.sql, case.given))
    assert graded.height == case.expect.height
