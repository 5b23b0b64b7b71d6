"""Upwork's RSS feed for an AI-heavy query, read once in June 2024: full texts and prices.

`published` is written in the collector's clock, six hours behind UTC: so say all 182 descriptions
that still carry the feed's own "Posted On ... UTC".
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from etl.contracts import Capture, Reject, Source
from etl.parse.dates import parse_timestamp
from etl.parse.html import html_to_text
from etl.parse.money import Money, parse_money
from etl.parse.records import csv_records
from etl.sources._listing import LICENCE, price_cells, rows
from etl.sources._upwork import feed_id, feed_skills, feed_text, newest_post, price_range

SOURCE = Source(
    id="upwork_rss",
    title="Upwork: RSS feed of one query for AI work, June 2024",
    publisher="Upwork clients, collected by a public data set",
    platform="upwork",
    kind="listing",
    url="https://www.upwork.com/ab/feed/jobs/rss",
    licence=LICENCE,
    licence_url="https://www.upwork.com/legal",
    citation="Public data set of an Upwork RSS feed, May to June 2024",
    caveat="One AI-heavy query over about three days, so neither a market share nor a volume;"
    " times were moved from the collector's clock to UTC by six hours.",
    scope="query",
    crosswalk="upwork",
    files="upwork_rss_2024-06/*.csv",
)

BEHIND_UTC = timedelta(hours=6)
REQUIRED = [
    "title", "url", "published", "description", "skills", "category", "country", "budget",
    "hourly_range_min", "hourly_range_max",
]  # fmt: skip


def normalise(body: bytes, capture: Capture) -> Iterator[dict[str, Any] | Reject]:
    """Yield one listing per feed entry."""
    read = list(rows(csv_records(body, REQUIRED), _row))
    seen = newest_post((row["posted_at"] for row in read if not isinstance(row, Reject)), capture)
    yield from (row if isinstance(row, Reject) else row | seen for row in read)


def _row(record: dict[str, Any]) -> dict[str, Any]:
    native_id = feed_id(record["url"])
    posted_at, precision = _posted(record["published"])
    pricing, price = _price(record)
    return {
        "native_id": native_id,
        "side": "demand",
        "posted_at": posted_at,
        "posted_precision": precision,
        "title": html_to_text((record["title"] or "").removesuffix(" - Upwork")) or None,
        "text": feed_text(record["description"]),
        "skills": feed_skills(record["skills"]) or None,
        "source_category": record["category"],
        "pricing_type": pricing,
        **price_cells(price),
        "client_country": record["country"],
        "remote": True,
        "url": f"https://www.upwork.com/jobs/{native_id}",
    }


def _posted(cell: str | None) -> tuple[datetime | None, str | None]:
    posted = parse_timestamp(cell)
    return (posted[0] + BEHIND_UTC, posted[1]) if posted else (None, None)


def _price(record: dict[str, Any]) -> tuple[str, Money | None]:
    """Read the price; the feed prints none for many hourly jobs, and then no pricing either."""
    if budget := parse_money(record["budget"]):
        return "fixed", budget
    hourly = price_range(record["hourly_range_min"], record["hourly_range_max"])
    return ("hourly", hourly) if hourly else ("unknown", None)
