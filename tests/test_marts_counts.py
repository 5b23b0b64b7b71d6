"""Given rows and whole answers of the marts that count k of n per cell."""
# ruff: noqa: E501 -- literal tables

from datetime import date

import polars as pl
import pytest
from given import Case, assert_answer, repeated, rows

from etl.marts import marts
from etl.reference import listing_labels

PLACE = {
    "source_id": "s",
    "platform": "p",
    "side": "demand",
    "period_start": date(2025, 1, 1),
    "grain": "snapshot",
}
CELL = PLACE | {"scope": "newest", "flags": "f"}

LISTINGS_OF = rows(
    """
    source_id | side   | period_start | capture    | family       | niche        | scope
    s         | demand | 2025-01-01   |            | web          | sites        | newest
    s         | demand | 2025-01-01   |            | web          | sites        | newest
    s         | demand | 2025-01-01   |            | web          | unclassified | newest
    s         | demand | 2025-01-01   |            | unclassified | unclassified | newest
    s         | demand | 2025-01-01   | 2025-01-05 | web          | sites        | newest
    s         | supply | 2025-01-01   |            | web          | sites        | newest
    t         | demand | -            |            | legal        | other        | newest
    m         | demand | 2025-01-01   |            | web          | sites        | window
    u         | demand | 2025-01-01   |            | web          | sites        | sample
    u         | demand | 2025-01-01   |            | legal        | other        | sample
    """,
    platform="p", grain="snapshot", flags="f",
)  # fmt: skip
# n is the source's whole in the same capture and side: 4, 1, 1, 1, 1; a sample has no counts
LISTINGS = rows(
    """
    source_id | side   | period_start | capture    | family       | niche        | k | n | scope
    s         | demand | 2025-01-01   |            | *            | *            | 4 | 4 | newest
    s         | demand | 2025-01-01   |            | web          | *            | 3 | 4 | newest
    s         | demand | 2025-01-01   |            | web          | sites        | 2 | 4 | newest
    s         | demand | 2025-01-01   |            | web          | unclassified | 1 | 4 | newest
    s         | demand | 2025-01-01   |            | unclassified | *            | 1 | 4 | newest
    s         | demand | 2025-01-01   |            | unclassified | unclassified | 1 | 4 | newest
    s         | demand | 2025-01-01   | 2025-01-05 | *            | *            | 1 | 1 | newest
    s         | demand | 2025-01-01   | 2025-01-05 | web          | *            | 1 | 1 | newest
    s         | demand | 2025-01-01   | 2025-01-05 | web          | sites        | 1 | 1 | newest
    s         | supply | 2025-01-01   |            | *            | *            | 1 | 1 | newest
    s         | supply | 2025-01-01   |            | web          | *            | 1 | 1 | newest
    s         | supply | 2025-01-01   |            | web          | sites        | 1 | 1 | newest
    t         | demand | -            |            | *            | *            | 1 | 1 | newest
    t         | demand | -            |            | legal        | *            | 1 | 1 | newest
    t         | demand | -            |            | legal        | other        | 1 | 1 | newest
    m         | demand | 2025-01-01   |            | *            | *            | 1 | 1 | window
    m         | demand | 2025-01-01   |            | web          | *            | 1 | 1 | window
    m         | demand | 2025-01-01   |            | web          | sites        | 1 | 1 | window
    """,
    measure="listing_share",
    platform="p",
    grain="snapshot",
    flags="f",
    dims="",
)

LEVELS_OF = rows(
    """
    capture    | family | niche | experience_level
               | web    | sites | entry
               | web    | sites | entry
               | web    | apps  | expert
               | legal  | law   | intermediate
               | legal  | law   | -
    2025-01-05 | web    | sites | entry
    """,
    **CELL,
)
LEVELS = rows(
    """
    capture    | family | niche | k | n
               | *      | *     | 2 | 4
               | web    | *     | 2 | 3
               | web    | sites | 2 | 2
               | web    | apps  | 0 | 1
               | legal  | *     | 0 | 1
               | legal  | law   | 0 | 1
    2025-01-05 | *      | *     | 1 | 1
    2025-01-05 | web    | *     | 1 | 1
    2025-01-05 | web    | sites | 1 | 1
    """,
    measure="entry_level",
    dims="",
    **CELL,
)

# edges: 30 days still belong to the first bracket; 10-40, "30 or more" and "up to 90" fit in none
DURATIONS_OF = rows(
    """
    capture    | family | niche | duration_days_low | duration_days_high
               | web    | sites | 0                 | 30
               | web    | sites | 30                | 30
               | web    | apps  | 5                 | 5
               | web    | apps  | 30                | 90
               | web    | apps  | 180               | -
               | legal  | law   | 90                | 180
               | legal  | law   | 365               | 365
               | legal  | law   | 10                | 40
               | legal  | law   | 30                | -
               | legal  | law   | 0                 | 90
               | legal  | law   | 30                | 180
               | legal  | law   | -                 | -
    2025-01-05 | web    | sites | 0                 | 30
    """,
    **CELL,
)
DURATIONS = rows(
    """
    capture    | family | niche | dims             | k | n
               | *      | *     | duration=0-30d   | 3 | 7
               | *      | *     | duration=30-90d  | 1 | 7
               | *      | *     | duration=90-180d | 1 | 7
               | *      | *     | duration=180d+   | 2 | 7
               | web    | *     | duration=0-30d   | 3 | 5
               | web    | *     | duration=30-90d  | 1 | 5
               | web    | *     | duration=180d+   | 1 | 5
               | web    | sites | duration=0-30d   | 2 | 2
               | web    | apps  | duration=0-30d   | 1 | 3
               | web    | apps  | duration=30-90d  | 1 | 3
               | web    | apps  | duration=180d+   | 1 | 3
               | legal  | *     | duration=90-180d | 1 | 2
               | legal  | *     | duration=180d+   | 1 | 2
               | legal  | law   | duration=90-180d | 1 | 2
               | legal  | law   | duration=180d+   | 1 | 2
    2025-01-05 | *      | *     | duration=0-30d   | 1 | 1
    2025-01-05 | web    | *     | duration=0-30d   | 1 | 1
    2025-01-05 | web    | sites | duration=0-30d   | 1 | 1
    """,
    measure="requested_duration",
    **CELL,
)

# the bracket 15-20 is not crowded, 20-50 is; no age: in the whole, in no age band; by relation to
# AI only what was read, at a known age, over all captures together
PROPOSALS_OF = rows(
    """
    capture    | family | niche | age_band | proposals_low | proposals_high | ai_relation
               | web    | sites | 00-12h   | 15            | 20             | ai_build
               | web    | sites | 00-12h   | 20            | 50             | -
               | web    | apps  | 72h+     | 50            | -              | none
               | web    | apps  | -        | 20            | 50             | ai_build
               | legal  | law   | 72h+     | 0             | 4              | none
               | legal  | law   | 72h+     | -             | -              | none
    2025-01-05 | web    | sites | 00-12h   | 20            | 50             | ai_build
    """,
    **CELL,
)
PROPOSALS = rows(
    """
    capture    | family | niche | dims            | k | n
               | *      | *     |                 | 3 | 5
               | *      | *     | age_band=00-12h | 1 | 2
               | *      | *     | age_band=72h+   | 1 | 2
               | web    | *     |                 | 3 | 4
               | web    | *     | age_band=00-12h | 1 | 2
               | web    | *     | age_band=72h+   | 1 | 1
               | web    | sites |                 | 1 | 2
               | web    | apps  |                 | 2 | 2
               | legal  | *     |                 | 0 | 1
               | legal  | *     | age_band=72h+   | 0 | 1
               | legal  | law   |                 | 0 | 1
    2025-01-05 | *      | *     |                 | 1 | 1
    2025-01-05 | *      | *     | age_band=00-12h | 1 | 1
    2025-01-05 | web    | *     |                 | 1 | 1
    2025-01-05 | web    | *     | age_band=00-12h | 1 | 1
    2025-01-05 | web    | sites |                 | 1 | 1
    """,
    measure="proposals_20_plus",
    **CELL,
)
PROPOSALS_BY_AI = rows(
    """
    capture    | family | dims                                 | k | n
               | *      | age_band=00-12h;ai_relation=ai_build | 0 | 1
               | web    | age_band=00-12h;ai_relation=ai_build | 0 | 1
               | *      | age_band=72h+;ai_relation=none       | 1 | 2
               | web    | age_band=72h+;ai_relation=none       | 1 | 1
               | legal  | age_band=72h+;ai_relation=none       | 0 | 1
    2025-01-05 | *      | age_band=00-12h;ai_relation=ai_build | 1 | 1
    2025-01-05 | web    | age_band=00-12h;ai_relation=ai_build | 1 | 1
    """,
    measure="proposals_20_plus_by_ai",
    niche="*",
    **CELL,
)
BRACKETS = rows(
    """
    family | bracket_low | bracket_high | listings
    *      | 0           | 4            | 1
    *      | 15          | 20           | 1
    *      | 20          | 50           | 2
    *      | 50          | -            | 1
    web    | 15          | 20           | 1
    web    | 20          | 50           | 2
    web    | 50          | -            | 1
    legal  | 0           | 4            | 1
    """,
    measure="proposals",
    dims="",
    **PLACE,
)

MENTIONS_OF = rows(
    """
    capture    | family | niche | ai_mention | genai_mention | scope
               | web    | sites | true       | true          | newest
               | web    | sites | true       | false         | newest
               | web    | sites | false      | false         | newest
               | legal  | law   | true       | false         | newest
               | legal  | law   | -          | -             | newest
    2025-01-05 | web    | sites | true       | true          | newest
               | web    | sites | true       | true          | sample
               | legal  | law   | false      | false         | sample
    """,
    **PLACE,
    flags="f",
)
MENTIONS = rows(
    """
    measure       | capture    | family | niche | k | n
    ai_mention    |            | *      | *     | 3 | 4
    ai_mention    |            | web    | *     | 2 | 3
    ai_mention    |            | web    | sites | 2 | 3
    ai_mention    |            | legal  | *     | 1 | 1
    ai_mention    |            | legal  | law   | 1 | 1
    ai_mention    | 2025-01-05 | *      | *     | 1 | 1
    ai_mention    | 2025-01-05 | web    | *     | 1 | 1
    ai_mention    | 2025-01-05 | web    | sites | 1 | 1
    genai_mention |            | *      | *     | 1 | 4
    genai_mention |            | web    | *     | 1 | 3
    genai_mention |            | web    | sites | 1 | 3
    genai_mention |            | legal  | *     | 0 | 1
    genai_mention |            | legal  | law   | 0 | 1
    genai_mention | 2025-01-05 | *      | *     | 1 | 1
    genai_mention | 2025-01-05 | web    | *     | 1 | 1
    genai_mention | 2025-01-05 | web    | sites | 1 | 1
    """,
    dims="",
    **CELL,
)

# an open bracket from 10 is in the whole and in no bracket; hires are not always shown
INTERVIEWS_OF = rows(
    """
    capture    | proposals_low | proposals_high | interviewing | hires
               | 0             | 4              | 0            | 0
               | 5             | 10             | 2            | 1
               | 5             | 10             | 0            | -
               | 20            | 50             | 3            | 0
               | 50            | -              | 1            | -
               | 10            | -              | 1            | 2
               | 10            | 15             | -            | 1
               | -             | -              | 4            | 1
    2025-01-05 | 15            | 20             | 1            | 0
    """,
    **CELL,
)
INTERVIEWS = rows(
    """
    measure      | capture    | dims            | k | n
    interviewing |            |                 | 4 | 6
    interviewing |            | proposals=0-4   | 0 | 1
    interviewing |            | proposals=5-10  | 1 | 2
    interviewing |            | proposals=20-50 | 1 | 1
    interviewing |            | proposals=50+   | 1 | 1
    interviewing | 2025-01-05 |                 | 1 | 1
    interviewing | 2025-01-05 | proposals=15-20 | 1 | 1
    """,
    family="*",
    niche="*",
    **CELL,
)

# a niche of 15 has a row of its own, one of 14 has none, nor has any niche in a single capture;
# what was not read and what was sampled is left out
LABELLED_OF = repeated(
    """
    times | source_id | side   | scope  | capture    | family | niche | ai_relation | urgent
    3     | s         | demand | newest |            | web    | sites | ai_build    | true
    12    | s         | demand | newest |            | web    | sites | none        | false
    1     | s         | demand | newest |            | web    | apps  | ai_build    | false
    13    | s         | demand | newest |            | web    | apps  | none        | false
    20    | s         | demand | newest |            | legal  | law   | -           | -
    16    | s         | demand | newest | 2025-01-05 | web    | sites | ai_build    | true
    2     | s         | supply | newest |            | web    | sites | none        | true
    20    | u         | demand | sample |            | web    | sites | ai_build    | true
    """,
    platform="p", period_start=date(2025, 1, 1), grain="snapshot", flags="f", ai_service="none",
    substitutability="unaffected", human_only=False, ai_tool_welcome=False,
    originality_clause=False, disclosure=False, creativity=False, strategy=False,
    communication=False, ai_literacy=False,
)  # fmt: skip
TWO_LEVELS = rows("""
    label       | level
    ai_relation | ai_build
    urgent      | true
""")
LABELLED = rows(
    """
    measure     | dims                 | side   | capture    | family | niche | k  | n
    ai_relation | ai_relation=ai_build | demand |            | *      | *     | 4  | 29
    ai_relation | ai_relation=ai_build | demand |            | web    | *     | 4  | 29
    ai_relation | ai_relation=ai_build | demand |            | web    | sites | 3  | 15
    ai_relation | ai_relation=ai_build | demand | 2025-01-05 | *      | *     | 16 | 16
    ai_relation | ai_relation=ai_build | demand | 2025-01-05 | web    | *     | 16 | 16
    ai_relation | ai_relation=ai_build | supply |            | *      | *     | 0  | 2
    ai_relation | ai_relation=ai_build | supply |            | web    | *     | 0  | 2
    urgent      | urgent=true          | demand |            | *      | *     | 3  | 29
    urgent      | urgent=true          | demand |            | web    | *     | 3  | 29
    urgent      | urgent=true          | demand |            | web    | sites | 3  | 15
    urgent      | urgent=true          | demand | 2025-01-05 | *      | *     | 16 | 16
    urgent      | urgent=true          | demand | 2025-01-05 | web    | *     | 16 | 16
    urgent      | urgent=true          | supply |            | *      | *     | 2  | 2
    urgent      | urgent=true          | supply |            | web    | *     | 2  | 2
    """,
    **{name: value for name, value in CELL.items() if name != "side"},
)

# every level of the reference table, each as often as no other of its label
LEVELS_READ_OF = repeated(
    """
    times | ai_service         | ai_relation | substitutability | human_only | ai_tool_welcome | originality_clause | disclosure | urgent | creativity | strategy | communication | ai_literacy
    1     | prompt_engineering | ai_build    | substitutable    | true       | false           | false              | false      | false  | false      | false    | false         | false
    2     | ai_content_editing | ai_content  | substitutable    | false      | true            | false              | false      | false  | false      | false    | false         | false
    3     | ai_marketing       | ai_assisted | substitutable    | false      | false           | true               | false      | false  | false      | false    | false         | false
    4     | ai_design          | ai_context  | substitutable    | false      | false           | false              | true       | false  | false      | false    | false         | false
    5     | ai_video_audio     | none        | substitutable    | false      | false           | false              | false      | true   | false      | false    | false         | false
    6     | ai_consulting      | none        | complementary    | false      | false           | false              | false      | false  | true       | false    | false         | false
    7     | ai_chatbot_agent   | none        | complementary    | false      | false           | false              | false      | false  | false      | true     | false         | false
    8     | ai_automation      | none        | complementary    | false      | false           | false              | false      | false  | false      | false    | true          | false
    9     | ml_data_science    | none        | unaffected       | false      | false           | false              | false      | false  | false      | false    | false         | true
    10    | ai_data_training   | none        | unaffected       | false      | false           | false              | false      | false  | false      | false    | false         | false
    11    | other_ai           | none        | unaffected       | false      | false           | false              | false      | false  | false      | false    | false         | false
    12    | none               | none        | -                | false      | false           | false              | false      | false  | false      | false    | false         | false
    """,
    capture="", family="web", niche="sites", **CELL,
)  # fmt: skip
LEVELS_READ = rows(
    """
    measure            | dims                           | k
    ai_relation        | ai_relation=ai_build           | 1
    ai_relation        | ai_relation=ai_content         | 2
    ai_relation        | ai_relation=ai_assisted        | 3
    ai_relation        | ai_relation=ai_context         | 4
    ai_relation        | ai_relation=none               | 68
    ai_service         | ai_service=prompt_engineering  | 1
    ai_service         | ai_service=ai_content_editing  | 2
    ai_service         | ai_service=ai_marketing        | 3
    ai_service         | ai_service=ai_design           | 4
    ai_service         | ai_service=ai_video_audio      | 5
    ai_service         | ai_service=ai_consulting       | 6
    ai_service         | ai_service=ai_chatbot_agent    | 7
    ai_service         | ai_service=ai_automation       | 8
    ai_service         | ai_service=ml_data_science     | 9
    ai_service         | ai_service=ai_data_training    | 10
    ai_service         | ai_service=other_ai            | 11
    substitutability   | substitutability=substitutable | 15
    substitutability   | substitutability=complementary | 21
    substitutability   | substitutability=unaffected    | 30
    human_only         | human_only=true                | 1
    ai_tool_welcome    | ai_tool_welcome=true           | 2
    originality_clause | originality_clause=true        | 3
    disclosure         | disclosure=true                | 4
    urgent             | urgent=true                    | 5
    creativity         | creativity=true                | 6
    strategy           | strategy=true                  | 7
    communication      | communication=true             | 8
    ai_literacy        | ai_literacy=true               | 9
    """,
    n=78, capture="", **CELL,
).join(
    rows("""
        family | niche
        *      | *
        web    | *
        web    | sites
    """),
    how="cross",
)  # fmt: skip
CASES = [
    Case("mart_listing_counts", {"mart_sightings": LISTINGS_OF}, LISTINGS),
    Case("mart_entry_counts", {"mart_sightings": LEVELS_OF}, LEVELS),
    Case("mart_duration_counts", {"mart_sightings": DURATIONS_OF}, DURATIONS),
    Case(
        "mart_proposal_counts",
        {"mart_sightings": PROPOSALS_OF},
        pl.concat([PROPOSALS, PROPOSALS_BY_AI.select(PROPOSALS.columns)]),
    ),
    Case("mart_bracket_counts", {"mart_sightings": PROPOSALS_OF}, BRACKETS),
    Case("mart_mention_counts", {"mart_sightings": MENTIONS_OF}, MENTIONS),
    Case(
        "mart_label_counts",
        {"mart_sightings": LABELLED_OF, "ref_listing_labels": TWO_LEVELS},
        LABELLED,
    ),
    Case(
        "mart_label_counts",
        {"mart_sightings": LEVELS_READ_OF, "ref_listing_labels": listing_labels()},
        LEVELS_READ,
    ),
    Case("mart_interview_counts", {"mart_sightings": INTERVIEWS_OF}, INTERVIEWS),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_whole_answer(case: Case):
    assert_answer(marts()[case.name].sql, case)
