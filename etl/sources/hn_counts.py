"""Hacker News, monthly: hiring posts, seekers against hiring posts, and keyword shares in percent.

Counted by others from the threads "Who is hiring?" and "Who wants to be hired?". July 2011 and
April and May 2015 are missing at the producer and stay missing. December 2011 is `incomplete`: one
post where its neighbours hold two hundred. The newest month of the hiring and keyword files is
`partial`, because the producer leaves that month out of the paired table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from etl.contracts import Capture, Reject, Source
from etl.sources._series import Point, dims, first_day, points

SOURCE = Source(
    id="hn_counts",
    title="Hacker News hiring threads: monthly counts and keyword shares",
    publisher="a public repository of thread counts; threads: Hacker News",
    platform="hackernews",
    kind="series",
    url="https://news.ycombinator.com/submitted?id=whoishiring",
    licence="none stated; cited figures only",
    licence_url="https://www.ycombinator.com/legal/",
    citation="Monthly counts of the Hacker News threads Who is hiring? and Who wants to be hired?,"
    " April 2011 to July 2026",
    caveat="Start-up employment mostly, little freelance work. Keyword shares are percent of hiring"
    " posts that match the producer's unpublished patterns. Three months are missing, December 2011"
    " holds one post, and the newest month may not be over.",
    cadence_days=31,
    files="series/hn_*.csv",
)

INCOMPLETE = {"2011-12"}
HIRING, SEEKING = "구인", "구직"  # the producer's column names: hiring and seeking


def normalise(body: bytes, capture: Capture) -> Iterator[Point | Reject]:
    """Yield the points of any of the three files."""
    files = {
        ("month", HIRING, SEEKING): _paired,
        ("month", "LLM"): _keywords,
        ("month", "0"): _volume,
    }
    yield from points(body, files)


def _volume(record: Mapping[str, str | None], newest: str) -> Iterator[Point]:
    yield _month(record, newest) | {"series_id": "hiring_posts", "value": record["0"]}


def _paired(record: Mapping[str, str | None], newest: str) -> Iterator[Point]:
    for series_id, column in (("hiring_posts_paired", HIRING), ("seeking_posts", SEEKING)):
        yield _month(record, "") | {"series_id": series_id, "value": record[column]}


def _keywords(record: Mapping[str, str | None], newest: str) -> Iterator[Point]:
    for name in list(record)[1:]:
        yield _month(record, newest) | {
            "series_id": "keyword_share_pct",
            "dims": dims(keyword=re.sub("[^a-z0-9]+", "_", name.lower()).strip("_")),
            "value": record[name],
        }


def _month(record: Mapping[str, str | None], newest: str) -> Point:
    month = record["month"]
    flag = "incomplete" if month in INCOMPLETE else "partial" if month == newest else ""
    return {"grain": "month", "period_start": first_day(month, "month"), "flags": flag}
