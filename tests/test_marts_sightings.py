"""Given rows and whole answers of the marts that keep single listings."""
# ruff: noqa: E501 -- literal tables

from datetime import date

import pytest
from given import Case, answer_of, assert_answer, rows

from etl.marts import marts

# what a sighting carries through unchanged: every value other than every other
CARRIED = {
    "pricing_type": "hourly", "price_min": 11.0, "price_max": 12.0, "price_min_usd": 13.0, "price_max_usd": 14.0,
    "currency": "EUR", "source_category": "Web", "bid_avg_usd": 15.0, "proposals_low": 16, "proposals_high": 17,
    "days_left": 18.0, "duration_days_low": 19.0, "duration_days_high": 20.0, "experience_level": "entry",
    "interviewing": 21, "hires": 22, "reviews_low": 23, "reviews_high": 24, "side": "demand",
    "sample_window": "25",
}  # fmt: skip
SOURCES = rows("""
    source_id | platform   | scope
    up        | upwork     | newest
    fl        | freelancer | query
    hn        | hackernews | window
    un        | fiverr     | capped
    live      | freelancer | window
    eve       | freelancer | window
    shut      | freelancer | window
    panel     | freelancer | sample
    stream    | freelancer | window
    lost      | freelancer | window
""")
# pulled without a break from the middle of January to the first of March, in two captures
# came short after it, and begun anew; of `lost` a payload is gone
CAPTURES = rows("""
    source_id | whole_from       | whole_to         | is_lost
    stream    | 2025-01-15 09:00 | 2025-02-10 09:00 | false
    stream    | 2025-01-15 09:00 | 2025-03-01 00:00 | -
    stream    | 2025-03-02 00:00 | 2025-03-20 08:00 | false
    lost      | 2025-01-15 09:00 | 2025-03-01 00:00 | false
    lost      | 2025-01-15 09:00 | 2025-02-09 00:00 | true
    live      | -                | -                | false
""")
DEFECTS = rows("""
    source_id | capture_on | reason
    fl        | 2025-10-25 | bids overstated
    un        | 2023-01-01 | known to the year only: no day to be defective
""")
LABELS = rows("""
    source_id | native_id | family  | niche
    up        | a         | web     | sites
    up        | b         | writing | -
    fl        | c         | legal   | other_source
""")
MENTIONS = rows("""
    source_id | native_id | ai_mention | genai_mention
    up        | a         | true       | false
""")
# no two marks are read alike of these four
READINGS = rows("""
    source_id | native_id | ai_relation | ai_service       | substitutability | human_only | ai_tool_welcome | originality_clause | disclosure | urgent | creativity | strategy | communication | ai_literacy
    up        | a         | ai_build    | ai_chatbot_agent | complementary    | true       | false           | true               | false      | true   | false      | true     | false         | true
    up        | b         | none        | none             | substitutable    | false      | true            | true               | false      | false  | true       | true     | false         | false
    up        | c         | ai_context  | none             | unaffected       | false      | false           | false              | true       | true   | true       | true     | false         | false
    fl        | d         | ai_content  | ai_design        | substitutable    | false      | false           | false              | false      | false  | false      | false    | true          | true
    fl        | a         | ai_assisted | none             | substitutable    | true       | true            | true               | true       | true   | true       | true     | true          | true
""")
REFERENCE = {
    "core_readings": READINGS,
    "core_captures": CAPTURES,
    "ref_sources": SOURCES,
    "ref_capture_defects": DEFECTS,
    "est_listing_labels": LABELS,
    "est_ai_mentions": MENTIONS,
}

# a: twice in one capture, once in the next; b: once; c: twice at one moment (first hash counts).
# d: sound and defective captures, and a later month; e: only in the defective one, so not in the
# whole. f: no capture time, posted in March; g: not even that. h: the year alone; i: a day of it.
SEEN = rows(
    """
    source_id | native_id | raw_sha256 | observed_at      | observed_precision | posted_at        | posted_precision | bids | flags
    up        | a         | x1         | 2025-01-05 08:00 | second             | 2025-01-04 20:00 | second           | 3    |
    up        | a         | x2         | 2025-01-05 20:00 | second             | 2025-01-04 20:00 | second           | 4    |
    up        | a         | x3         | 2025-01-07 10:00 | second             | 2025-01-04 20:00 | second           | 9    |
    up        | b         | x1         | 2025-01-05 08:00 | second             | -                | -                | 1    | price_implausible
    up        | c         | x4         | 2025-01-07 10:00 | second             | -                | -                | 8    | -
    up        | c         | x3         | 2025-01-07 10:00 | second             | -                | -                | 7    | rate_missing
    fl        | d         | y1         | 2025-10-25 00:00 | day                | -                | -                | 31   |
    fl        | d         | y2         | 2025-10-24 00:00 | day                | -                | -                | 24   |
    fl        | d         | y3         | 2025-11-02 00:00 | day                | -                | -                | 26   |
    fl        | e         | y1         | 2025-10-25 00:00 | day                | -                | -                | 50   |
    hn        | f         | z1         | -                | unknown            | 2024-03-10 00:00 | second           | -    | partial_window
    hn        | f         | z2         | -                | unknown            | 2024-03-10 00:00 | second           | 2    | partial_window
    hn        | g         | z1         | -                | unknown            | -                | -                | -    |
    un        | h         | w1         | 2023-01-01 00:00 | year               | -                | -                | -    |
    un        | i         | w2         | 2023-01-15 00:00 | day                | -                | -                | -    |
    un        | j         | w3         | -                | unknown            | -                | -                | -    |
    """,
    "core_sightings",
    **CARRIED,
)
STACKED = """
    source_id | native_id | raw_sha256 | bids | capture    | period_start | captures | recency | recency_in_capture | flags
    up        | a         | x3         | 9    |            | 2025-01-01   | 2        | 1       | 1                  | few_captures
    up        | a         | x2         | 4    | 2025-01-05 | 2025-01-01   | 2        | 2       | 1                  | single_snapshot
    up        | a         | x3         | 9    | 2025-01-07 | 2025-01-01   | 2        | 1       | 1                  | single_snapshot
    up        | b         | x1         | 1    |            | 2025-01-01   | 2        | 1       | 1                  | few_captures
    up        | b         | x1         | 1    | 2025-01-05 | 2025-01-01   | 2        | 1       | 1                  | single_snapshot
    up        | c         | x3         | 7    |            | 2025-01-01   | 2        | 1       | 1                  | few_captures
    up        | c         | x3         | 7    | 2025-01-07 | 2025-01-01   | 2        | 1       | 1                  | single_snapshot
    fl        | d         | y2         | 24   |            | 2025-10-01   | 1        | 1       | 1                  | selected_query;single_snapshot
    fl        | d         | y2         | 24   | 2025-10-24 | 2025-10-01   | 1        | 1       | 1                  | selected_query;single_snapshot
    fl        | d         | y1         | 31   | 2025-10-25 | 2025-10-01   | 1        | 2       | 1                  | selected_query;single_snapshot;defect_capture
    fl        | d         | y3         | 26   |            | 2025-11-01   | 1        | 1       | 1                  | selected_query;single_snapshot
    fl        | d         | y3         | 26   | 2025-11-02 | 2025-11-01   | 1        | 1       | 1                  | selected_query;single_snapshot
    fl        | e         | y1         | 50   | 2025-10-25 | 2025-10-01   | 1        | 1       | 1                  | selected_query;single_snapshot;defect_capture
    hn        | f         | z1         | -    |            | 2024-03-01   | 0        | 1       | 1                  | partial
    hn        | g         | z1         | -    |            | -            | 0        | 1       | 1                  | undated
    un        | h         | w1         | -    |            | 2023-01-01   | 1        | 1       | 1                  | capped_page;single_snapshot;undated
    un        | i         | w2         | -    |            | 2023-01-01   | 1        | 1       | 1                  | capped_page;single_snapshot;undated
    un        | i         | w2         | -    | 2023-01-15 | 2023-01-01   | 1        | 1       | 1                  | capped_page;single_snapshot
    un        | j         | w3         | -    |            | -            | 0        | 1       | 1                  | capped_page;single_snapshot;undated
"""
OF_LISTING = """
    native_id | platform   | scope  | grain    | family       | niche        | ai_mention | genai_mention | is_price_implausible | is_undated | holds_undated | is_partial | is_open | is_stream | is_partial_period
    a         | upwork     | newest | snapshot | web          | sites        | true       | false         | false                | false      | 0             | false      | false   | false     | false
    b         | upwork     | newest | snapshot | writing      | unclassified | -          | -             | true                 | false      | 0             | false      | false   | false     | false
    c         | upwork     | newest | snapshot | unclassified | unclassified | -          | -             | false                | false      | 0             | false      | false   | false     | false
    d         | freelancer | query  | snapshot | unclassified | unclassified | -          | -             | false                | false      | 0             | false      | false   | false     | false
    e         | freelancer | query  | snapshot | unclassified | unclassified | -          | -             | false                | false      | 0             | false      | false   | false     | false
    f         | hackernews | window | month    | unclassified | unclassified | -          | -             | false                | false      | 0             | true       | -       | false     | true
    g         | hackernews | window | month    | unclassified | unclassified | -          | -             | false                | true       | 1             | false      | -       | false     | false
    h         | fiverr     | capped | snapshot | unclassified | unclassified | -          | -             | false                | true       | 1             | false      | false   | false     | false
    i         | fiverr     | capped | snapshot | unclassified | unclassified | -          | -             | false                | false      | 1             | false      | false   | false     | false
    j         | fiverr     | capped | snapshot | unclassified | unclassified | -          | -             | false                | true       | 1             | false      | false   | false     | false
"""
# a was posted 62 hours before x3 and exactly 24 before x2
OF_SIGHTING = """
    native_id | raw_sha256 | observed_at      | capture_on | is_defect | age_band
    a         | x2         | 2025-01-05 20:00 | 2025-01-05 | false     | 24-72h
    a         | x3         | 2025-01-07 10:00 | 2025-01-07 | false     | 24-72h
    b         | x1         | 2025-01-05 08:00 | 2025-01-05 | false     | -
    c         | x3         | 2025-01-07 10:00 | 2025-01-07 | false     | -
    d         | y1         | 2025-10-25 00:00 | 2025-10-25 | true      | -
    d         | y2         | 2025-10-24 00:00 | 2025-10-24 | false     | -
    d         | y3         | 2025-11-02 00:00 | 2025-11-02 | false     | -
    e         | y1         | 2025-10-25 00:00 | 2025-10-25 | true      | -
    f         | z1         | -                | -          | false     | -
    g         | z1         | -                | -          | false     | -
    h         | w1         | 2023-01-01 00:00 | -          | false     | -
    i         | w2         | 2023-01-15 00:00 | 2023-01-15 | false     | -
    j         | w3         | -                | -          | false     | -
"""
STATED = (
    rows(STACKED, **CARRIED)
    .join(rows(OF_LISTING), on="native_id")
    .join(READINGS, on=["source_id", "native_id"], how="left")
    .join(rows(OF_SIGHTING), on=["native_id", "raw_sha256"])
)
# a month is open as long as its source was not asked after it: jan, seen in January only, is not,
# since its source was asked in February, but a listing beside it was held in part; done was asked at the very end, eve a second before; twice
# was drawn in two draws, the later counts; year is drawn, but posted no one knows when; of stream the unbroken pulls
# hold February whole, whatever else was landed of it, and of January and March a part
MONTHLY_OF = rows(
    """
    source_id | native_id | raw_sha256 | observed_at         | observed_precision | posted_at        | posted_precision | sample_window | flags
    live      | jan       | s1         | 2025-01-31 20:00:00 | second             | 2025-01-03 08:00 | second           | -             |
    live      | began     | s1         | 2025-01-31 20:00:00 | second             | 2025-01-03 08:00 | second           | -             | partial_window
    live      | feb       | s2         | 2025-02-10 12:00:00 | second             | 2025-02-05 08:00 | second           | -             |
    live      | both      | s2         | 2025-02-10 12:00:00 | second             | 2025-02-05 08:00 | second           | -             | partial_window
    shut      | done      | s3         | 2025-03-01 00:00:00 | second             | 2025-02-20 08:00 | second           | -             |
    eve       | eve       | s4         | 2025-02-28 23:59:59 | second             | 2025-02-20 08:00 | second           | -             |
    panel     | twice     | s5         | 2025-05-01 10:00:00 | second             | 2024-06-10 08:00 | second           | 3 of 9        |
    panel     | twice     | s6         | 2025-05-20 10:00:00 | second             | 2024-06-10 08:00 | second           | 5 of 9        |
    panel     | once      | s5         | 2025-05-01 11:00:00 | second             | 2024-06-30 08:00 | minute           | 4 of 9        |
    panel     | early     | s6         | 2025-05-20 10:00:00 | second             | 2025-05-02 08:00 | second           | 1 of 2        |
    panel     | year      | s6         | 2025-05-20 10:00:00 | second             | 2023-01-01 00:00 | year             | 1 of 1        |
    stream    | begun     | s7         | 2025-03-20 10:00:00 | second             | 2025-01-20 00:00 | second           | -             |
    stream    | whole     | s7         | 2025-03-20 10:00:00 | second             | 2025-02-01 00:00 | second           | -             |
    stream    | page      | s7         | 2025-03-20 10:00:00 | second             | 2025-02-03 00:00 | second           | -             | partial_window
    stream    | runs      | s7         | 2025-03-20 10:00:00 | second             | 2025-03-01 00:00 | second           | -             |
    lost      | some      | s8         | 2025-02-20 10:00:00 | second             | 2025-02-01 00:00 | second           | -             |
    """,
    "core_sightings",
    **{name: value for name, value in CARRIED.items() if name != "sample_window"},
)
MONTHLY = rows(
    """
    source_id | scope  | native_id | raw_sha256 | observed_at         | capture_on | period_start | captures | sample_window | is_undated | holds_undated | is_partial | is_partial_period | is_open | is_stream | age_band | flags
    live      | window | jan       | s1         | 2025-01-31 20:00:00 | 2025-01-31 | 2025-01-01   | 1        | -             | false      | 0             | false      | true              | false   | false     | 72h+     | partial
    live      | window | began     | s1         | 2025-01-31 20:00:00 | 2025-01-31 | 2025-01-01   | 1        | -             | false      | 0             | true       | true              | false   | false     | 72h+     | partial
    live      | window | feb       | s2         | 2025-02-10 12:00:00 | 2025-02-10 | 2025-02-01   | 1        | -             | false      | 0             | false      | true              | true    | false     | 72h+     | partial
    live      | window | both      | s2         | 2025-02-10 12:00:00 | 2025-02-10 | 2025-02-01   | 1        | -             | false      | 0             | true       | true              | true    | false     | 72h+     | partial
    shut      | window | done      | s3         | 2025-03-01 00:00:00 | 2025-03-01 | 2025-02-01   | 1        | -             | false      | 0             | false      | false             | false   | false     | 72h+     |
    eve       | window | eve       | s4         | 2025-02-28 23:59:59 | 2025-02-28 | 2025-02-01   | 1        | -             | false      | 0             | false      | false             | true    | false     | 72h+     | partial
    panel     | sample | twice     | s6         | 2025-05-20 10:00:00 | 2025-05-20 | 2024-06-01   | 2        | 5 of 9        | false      | 0             | false      | false             | false   | false     | 72h+     |
    panel     | sample | once      | s5         | 2025-05-01 11:00:00 | 2025-05-01 | 2024-06-01   | 2        | 4 of 9        | false      | 0             | false      | false             | false   | false     | 72h+     |
    panel     | sample | early     | s6         | 2025-05-20 10:00:00 | 2025-05-20 | 2025-05-01   | 1        | 1 of 2        | false      | 0             | false      | false             | true    | false     | 72h+     | partial
    panel     | sample | year      | s6         | 2025-05-20 10:00:00 | 2025-05-20 | 2023-01-01   | 1        | 1 of 1        | true       | 1             | false      | false             | false   | false     | -        | undated
    stream    | window | begun     | s7         | 2025-03-20 10:00:00 | 2025-03-20 | 2025-01-01 | 1        | -             | false      | 0             | false      | false             | true    | true      | 72h+     | partial
    stream    | window | whole     | s7         | 2025-03-20 10:00:00 | 2025-03-20 | 2025-02-01 | 1        | -             | false      | 0             | false      | true              | false   | true      | 72h+     |
    lost      | window | some      | s8         | 2025-02-20 10:00:00 | 2025-02-20 | 2025-02-01 | 1        | -             | false      | 0             | false      | false             | true    | false     | 72h+     | partial
    stream    | window | page      | s7         | 2025-03-20 10:00:00 | 2025-03-20 | 2025-02-01 | 1        | -             | false      | 0             | true       | true              | false   | true      | 72h+     |
    stream    | window | runs      | s7         | 2025-03-20 10:00:00 | 2025-03-20 | 2025-03-01 | 1        | -             | false      | 0             | false      | false             | true    | true      | 72h+     | partial
    """,
    **{name: value for name, value in CARRIED.items() if name != "sample_window"},
    platform="freelancer", grain="month", capture="", family="unclassified", niche="unclassified",
    ai_mention=None, genai_mention=None, ai_relation=None, ai_service=None, substitutability=None,
    human_only=None, ai_tool_welcome=None, originality_clause=None, disclosure=None, urgent=None,
    creativity=None, strategy=None, communication=None, ai_literacy=None, is_price_implausible=False, is_defect=False,
    bids=None, recency=1, recency_in_capture=1,
)  # fmt: skip
AGES = rows(
    """
    native_id | observed_at      | observed_precision | posted_at           | posted_precision
    0h        | 2025-01-05 12:00 | second             | 2025-01-05 12:00:00 | second
    11h       | 2025-01-05 12:00 | day                | 2025-01-05 00:00:01 | minute
    12h       | 2025-01-05 12:00 | minute             | 2025-01-05 00:00:00 | second
    24h       | 2025-01-05 12:00 | second             | 2025-01-04 12:00:00 | second
    71h       | 2025-01-05 12:00 | second             | 2025-01-02 12:00:01 | second
    72h       | 2025-01-05 12:00 | second             | 2025-01-02 12:00:00 | second
    future    | 2025-01-05 12:00 | second             | 2025-01-05 12:00:01 | second
    posted    | 2025-01-05 12:00 | second             | 2025-01-05 00:00:00 | day
    seen      | 2025-01-05 12:00 | month              | 2025-01-05 00:00:00 | second
    midnight  | 2025-01-05 00:00 | day                | 2025-01-04 12:00:00 | second
    """,
    "core_sightings", source_id="up", raw_sha256="x", flags=[], **CARRIED,
)  # fmt: skip
BANDS = ["00-12h", "00-12h", "12-24h", "24-72h", "24-72h", "72h+", None, None, None, None]


def test_age_bands_at_their_edges_and_only_where_the_hour_is_known():
    """Twelve hours to the second belong to the next band; a midnight stands for a whole day."""
    found = answer_of(marts()["mart_sightings"].sql, REFERENCE | {"core_sightings": AGES})
    bands = dict(found.filter(capture="").select("native_id", "age_band").iter_rows())
    assert bands == dict(zip(AGES["native_id"], BANDS, strict=True))


CELL = {
    "source_id": "s",
    "platform": "p",
    "period_start": date(2025, 1, 1),
    "grain": "snapshot",
    "flags": "f",
    "family": "web",
    "niche": "sites",
}
AMOUNTS_OF = rows(
    """
    native_id | side   | capture    | pricing_type | price_min | currency | price_min_usd | price_max_usd | is_price_implausible | bids | days_left | bid_avg_usd | sample_window | ai_relation
    range     | demand |            | hourly       | 9         | EUR      | 10            | 30            | false                | -    | -         | 22.5        | w_range       | ai_build
    range     | demand | 2025-01-05 | hourly       | 9         | EUR      | 10            | 20            | false                | -    | -         | 21          | w_range       | ai_build
    low_end   | demand |            | hourly       | 15        | USD      | 15            | -             | false                | -    | -         | -           | -             | none
    high_end  | demand |            | hourly       | -         | USD      | -             | 40            | false                | 3    | -         | -           | w_high_end    | -
    no_price  | demand |            | hourly       | -         | USD      | -             | -             | false                | -    | 2.5       | 18          | w_no_price    | ai_build
    absurd    | demand |            | hourly       | 5000      | USD      | 5000          | 5000          | true                 | 7    | -         | 44          | w_absurd      | ai_context
    fixed     | demand |            | fixed        | 100       | USD      | 100           | 350           | false                | 0    | -         | 210         | w_fixed       | ai_content
    fixed     | demand | 2025-01-05 | fixed        | 100       | USD      | 100           | 300           | false                | 1    | -         | -           | w_fixed       | ai_content
    unread    | demand |            | fixed        | 80        | USD      | 80            | 80            | false                | -    | -         | -           | w_unread      | -
    offer     | supply |            | fixed        | 100       | USD      | 100           | 100           | false                | -    | -         | -           | w_offer       | ai_content
    unknown   | demand |            | unknown      | 60        | USD      | 60            | 60            | false                | -    | -         | 61          | w_unknown     | none
    gig       | supply |            | package      | 900       | PKR      | -             | -             | false                | -    | -         | 62          | -             | -
    gig_eur   | supply |            | package      | 5         | EUR      | 6             | 80            | false                | -    | -         | -           | w_gig_eur     | ai_content
    gig_eur   | supply | 2025-01-05 | package      | 4         | EUR      | 6             | 80            | false                | -    | -         | -           | w_gig_eur     | ai_content
    no_coin   | supply |            | package      | 5         | -        | -             | -             | false                | -    | -         | -           | w_no_coin     | ai_build
    no_start  | supply |            | package      | -         | EUR      | -             | 80            | false                | -    | -         | -           | w_no_start    | ai_build
    gig_mad   | supply |            | package      | 0.01      | EUR      | 0.01          | -             | true                 | -    | -         | -           | w_gig_mad     | ai_build
    """,
    **CELL,
)  # fmt: skip
# range: (10 + 30) / 2; a range with one end is that end; a gig's price is the start, as asked; an
# average bid is of its type of pricing, and no worse for an absurd budget; by relation to AI only
# what was read, over all captures together
AMOUNTS = rows(
    """
    measure               | native_id | side   | capture    | dims                                | amount | sample_window
    hourly_rate           | range     | demand |            |                                     | 20     | w_range
    hourly_rate           | range     | demand | 2025-01-05 |                                     | 15     | w_range
    hourly_rate           | low_end   | demand |            |                                     | 15     | -
    hourly_rate           | high_end  | demand |            |                                     | 40     | w_high_end
    hourly_rate_by_ai     | range     | demand |            | ai_relation=ai_build                | 20     | w_range
    hourly_rate_by_ai     | range     | demand | 2025-01-05 | ai_relation=ai_build                | 15     | w_range
    hourly_rate_by_ai     | low_end   | demand |            | ai_relation=none                    | 15     | -
    fixed_budget          | fixed     | demand |            |                                     | 225    | w_fixed
    fixed_budget          | fixed     | demand | 2025-01-05 |                                     | 200    | w_fixed
    fixed_budget          | unread    | demand |            |                                     | 80     | w_unread
    fixed_budget_by_ai    | fixed     | demand |            | ai_relation=ai_content              | 225    | w_fixed
    fixed_budget_by_ai    | fixed     | demand | 2025-01-05 | ai_relation=ai_content              | 200    | w_fixed
    bids                  | high_end  | demand |            |                                     | 3      | w_high_end
    bids                  | absurd    | demand |            |                                     | 7      | w_absurd
    bids                  | fixed     | demand |            |                                     | 0      | w_fixed
    bids                  | fixed     | demand | 2025-01-05 |                                     | 1      | w_fixed
    bids_by_ai            | absurd    | demand |            | ai_relation=ai_context              | 7      | w_absurd
    bids_by_ai            | fixed     | demand |            | ai_relation=ai_content              | 0      | w_fixed
    bids_by_ai            | fixed     | demand | 2025-01-05 | ai_relation=ai_content              | 1      | w_fixed
    days_left             | no_price  | demand |            |                                     | 2.5    | w_no_price
    gig_start_price       | gig       | supply |            | currency=PKR                        | 900    | -
    gig_start_price       | gig_eur   | supply |            | currency=EUR                        | 5      | w_gig_eur
    gig_start_price       | gig_eur   | supply | 2025-01-05 | currency=EUR                        | 4      | w_gig_eur
    gig_start_price_by_ai | gig_eur   | supply |            | ai_relation=ai_content;currency=EUR | 5      | w_gig_eur
    gig_start_price_by_ai | gig_eur   | supply | 2025-01-05 | ai_relation=ai_content;currency=EUR | 4      | w_gig_eur
    average_bid           | range     | demand |            | pricing_type=hourly                 | 22.5   | w_range
    average_bid           | range     | demand | 2025-01-05 | pricing_type=hourly                 | 21     | w_range
    average_bid           | no_price  | demand |            | pricing_type=hourly                 | 18     | w_no_price
    average_bid           | absurd    | demand |            | pricing_type=hourly                 | 44     | w_absurd
    average_bid           | fixed     | demand |            | pricing_type=fixed                  | 210    | w_fixed
    """,
    **CELL,
)
# a: the defective capture is neither first nor last, the whole repeats a capture, bids may fall;
# b: seen once; c: two rows, one moment; d: known to the month; e: the last sighting has no bids
PAIRS_OF = rows(
    """
    source_id | native_id | bids | observed_at      | capture_on | capture    | is_defect | family
    s         | a         | 31   | 2025-10-25 00:00 | 2025-10-25 | 2025-10-25 | true      | web
    s         | a         | 24   | 2025-10-29 00:00 | 2025-10-29 |            | false     | web
    s         | a         | 40   | 2025-11-17 00:00 | 2025-11-17 | 2025-11-17 | false     | web
    s         | a         | 35   | 2025-11-20 12:00 | 2025-11-20 |            | false     | web
    s         | a         | 35   | 2025-11-20 12:00 | 2025-11-20 | 2025-11-20 | false     | web
    s         | b         | 5    | 2025-10-29 00:00 | 2025-10-29 |            | false     | web
    s         | c         | 6    | 2025-11-17 00:00 | 2025-11-17 |            | false     | web
    s         | c         | 6    | 2025-11-17 00:00 | 2025-11-17 | 2025-11-17 | false     | web
    s         | d         | 1    | 2025-10-01 00:00 | -          |            | false     | web
    s         | d         | 2    | 2025-11-01 00:00 | -          |            | false     | web
    s         | e         | 3    | 2025-10-29 00:00 | 2025-10-29 |            | false     | legal
    s         | e         | 4    | 2025-11-17 00:00 | 2025-11-17 |            | false     | legal
    s         | e         | -    | 2025-11-20 00:00 | 2025-11-20 |            | false     | legal
    t         | a         | 90   | 2025-10-01 00:00 | 2025-10-01 |            | false     | web
    t         | a         | 99   | 2025-12-01 00:00 | 2025-12-01 |            | false     | web
    """,
    platform="p", side="demand",
)  # fmt: skip
PAIRS = rows(
    """
    source_id | native_id | family | first_at         | last_at          | first_bids | last_bids
    s         | a         | web    | 2025-10-29 00:00 | 2025-11-20 12:00 | 24         | 35
    s         | e         | legal  | 2025-10-29 00:00 | 2025-11-17 00:00 | 3          | 4
    t         | a         | web    | 2025-10-01 00:00 | 2025-12-01 00:00 | 90         | 99
    """,
    platform="p", side="demand",
)  # fmt: skip
REVIEWS_OF = rows(
    """
    native_id | side   | capture    | reviews_low | reviews_high
    a         | supply |            | 12          | 12
    a         | supply | 2025-01-05 | 11          | 11
    b         | supply |            | 1000        | -
    c         | supply |            | -           | -
    d         | demand |            | 3           | 3
    e         | supply |            | 0           | 0
    """,
    **CELL,
)
REVIEWS = rows(
    """
    native_id | side   | capture | reviews_low | is_censored
    a         | supply |         | 12          | false
    b         | supply |         | 1000        | true
    e         | supply |         | 0           | false
    """,
    **{name: value for name, value in CELL.items() if name != "niche"},
)
CASES = [
    Case("mart_sightings", REFERENCE | {"core_sightings": SEEN}, STATED),
    Case("mart_sightings", REFERENCE | {"core_sightings": MONTHLY_OF}, MONTHLY),
    Case("mart_amounts", {"mart_sightings": AMOUNTS_OF}, AMOUNTS),
    Case("mart_bid_pairs", {"mart_sightings": PAIRS_OF}, PAIRS),
    Case("mart_gig_reviews", {"mart_sightings": REVIEWS_OF}, REVIEWS),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_whole_answer(case: Case):
    assert_answer(marts()[case.name].sql, case)
