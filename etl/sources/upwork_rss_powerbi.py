"""Upwork's RSS feed for Power BI, read 41 times from May to August 2024, joined in one table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from etl.contracts import Capture, Reject, Source
from etl.parse.html import html_to_text
from etl.parse.money import Money, parse_money
from etl.parse.records import parquet_records
from etl.sources._listing import LICENCE, moment_cell, price_cells, rows, text_cell
from etl.sources._upwork import feed_id, feed_skills, feed_text, newest_post

SOURCE = Source(
    id="upwork_rss_powerbi",
    title="Upwork: RSS feed for Power BI, May to August 2024",
    publisher="Upwork clients, collected by a public data set",
    platform="upwork",
    kind="listing",
    url="https://www.upwork.com/ab/feed/jobs/rss",
    licence=LICENCE,
    licence_url="https://www.upwork.com/legal",
    citation="Public data set of an Upwork RSS feed for Power BI, 41 readings, 12 May to"
    " 19 August 2024",
    caveat="One query, and each reading holds the newest thirty or so posts: between readings"
    " posts are missing, so neither a market share nor a volume.",
    scope="query",
    crosswalk="upwork",
    files="upwork_rss_powerbi_2024.parquet",
)

REQUIRED = [
    "snapshot", "title", "link", "pub", "description", "budget", "hourly", "category", "skills",
    "country",
]  # fmt: skip


def normalise(body: bytes, capture: Capture) -> Iterator[dict[str, Any] | Reject]:
    """Yield one listing per entry, seen when the newest post of its reading was made."""
    read = list(rows(parquet_records(body, REQUIRED), _row))
    readings: dict[datetime, list[datetime | None]] = defaultdict(list)
    for row in read:
        if not isinstance(row, Reject):
            readings[row["observed_at"]].append(row["posted_at"])
    seen = {
        day: newest_post(times, replace(capture, captured_at=day, precision="day"))
        for day, times in readings.items()
    }
    yield from (row if isinstance(row, Reject) else row | seen[row["observed_at"]] for row in read)


def _row(record: dict[str, Any]) -> dict[str, Any]:
    native_id = feed_id(text_cell(record, "link"))
    pricing, price = _price(record)
    return {
        "native_id": native_id,
        "side": "demand",
        "observed_at": datetime.strptime(text_cell(record, "snapshot") or "", "%Y%m%d"),
        "posted_at": moment_cell(record, "pub"),
        "posted_precision": "second" if record["pub"] else None,
        "title": html_to_text(text_cell(record, "title") or "") or None,
        "text": feed_text(text_cell(record, "description")),
        "skills": feed_skills(text_cell(record, "skills")) or None,
        "source_category": text_cell(record, "category"),
        "pricing_type": pricing,
        **price_cells(price),
        "client_country": text_cell(record, "country"),
        "remote": True,
        "url": f"https://www.upwork.com/jobs/{native_id}",
    }


def _price(record: dict[str, Any]) -> tuple[str, Money | None]:
    """Read the price; the feed prints none for many hourly jobs, and then no pricing either."""
    if budget := parse_money(text_cell(record, "budget")):
        return "fixed", budget
    hourly = parse_money(text_cell(record, "hourly"))
    return ("hourly", hourly) if hourly else ("unknown", None)
