"""Hacker News "Who is hiring?" posts: full texts, mostly of employment, dated to the month.

Only posts of 2026 carry their second; the others are dated by their thread's month. Salaries stay
in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from etl.contracts import Capture, Reject, Source
from etl.parse.dates import parse_timestamp
from etl.parse.records import parquet_records
from etl.sources._listing import LICENCE, moment_cell, rows, text_cell

SOURCE = Source(
    id="hn_hiring",
    title="Hacker News: Who is hiring? posts",
    publisher="Hacker News authors, collected by public repositories",
    platform="hackernews",
    kind="listing",
    url="https://news.ycombinator.com/submitted?id=whoishiring",
    licence=LICENCE,
    licence_url="https://www.ycombinator.com/legal/",
    citation="Hacker News monthly hiring threads, January 2012 to June 2018 and single months of"
    " 2023 and 2026, from four public repositories",
    caveat="Employment mostly, freelance work is a small share; software firms that read Hacker"
    " News; months between July 2018 and 2026 are missing but for two; four are held in part.",
    scope="window",
    files="hn/who_is_hiring_posts.parquet",
)

TITLE_CHARS = 200
# Threads of which the file holds a part: 19, 43, 50 and 89 % of the posts that another count has.
# The other months hold 97 to 108 %.
PARTIAL_THREADS = {"2018-06", "2023-08", "2023-12", "2026-05"}
REMOTE = re.compile(r"(?<!\b[Nn][Oo] )(?<!\b[Nn][Oo][Tt] )(?<!\b[Nn][Oo][Nn]-)\bREMOTE\b")
REQUIRED = ["id", "thread_month", "text", "ts"]


def normalise(body: bytes, capture: Capture) -> Iterator[dict[str, Any] | Reject]:
    """Yield one listing per post."""
    yield from rows(parquet_records(body, REQUIRED), _row)


def _row(record: dict[str, Any]) -> dict[str, Any]:
    text = (text_cell(record, "text") or "").strip()
    if not text or record["id"] is None:
        raise ValueError("a post without text or id")
    title = text.split("\n", 1)[0].strip()[:TITLE_CHARS]  # 2,609 posts came as a single line
    posted_at, precision = _posted(record)
    return {
        "native_id": str(record["id"]),
        "side": "demand",
        "posted_at": posted_at,
        "posted_precision": precision,
        "title": title,
        "text": text,
        "pricing_type": "unknown",
        # Lower-case "remote" is prose ("local preferred, but remote is possible"): not counted.
        "remote": True if REMOTE.search(title) else None,
        "flags": ["partial_window"] if record["thread_month"] in PARTIAL_THREADS else [],
        "url": f"https://news.ycombinator.com/item?id={record['id']}",
    }


def _posted(record: dict[str, Any]) -> tuple[datetime | None, str | None]:
    if moment := moment_cell(record, "ts"):
        return moment, "second"
    return parse_timestamp(text_cell(record, "thread_month")) or (None, None)
