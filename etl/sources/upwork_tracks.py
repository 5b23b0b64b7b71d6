"""Upwork search results for four queries in early 2025, with full texts and activity counts.

Four files, four headers. Three print prices and durations as the page does; the data analyst file
holds codes, means of the hourly range, and 0 where its maker found nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from etl.contracts import Capture, Reject, Source
from etl.parse.brackets import parse_count_bracket
from etl.parse.dates import upwork_id_time
from etl.parse.durations import parse_duration_days
from etl.parse.money import Money
from etl.parse.records import check_columns, csv_records
from etl.sources._listing import LICENCE, known, labels, number, price_cells, rows
from etl.sources._upwork import EXPERIENCE, PRICING, newest_post, price_range

SOURCE = Source(
    id="upwork_tracks",
    title="Upwork: searches for AI, JavaScript, Android and data analyst, early 2025",
    publisher="Upwork clients, collected by a public data set",
    platform="upwork",
    kind="listing",
    url="https://www.upwork.com/nx/search/jobs/",
    licence=LICENCE,
    licence_url="https://www.upwork.com/legal",
    citation="Public data set of Upwork search results for AI, JavaScript, Android and data"
    " analyst jobs, January to March 2025",
    caveat="Four selected queries with different cleaning, so neither a market share nor a volume;"
    " one listing in ten is known by its id and level only; the data analyst file gives the middle"
    " of an hourly range, not its ends.",
    scope="query",
    crosswalk="upwork",
    files="upwork_tracks_2025-03/*.csv",
)

# Six hourly jobs of the data analyst file stand in another file too, which tells 1, 2 and 3; 4 is
# the one label left. 0 stands on every fixed-price job: Upwork prints no duration there.
DURATION_CODES = {"0": None, "1": "< 1 month", "2": "1-3 months", "3": "3-6 months"}
DURATION_CODES |= {"4": "6+ months"}
REQUIRED = [
    "title", "url", "job_type", "description", "experience_level", "skills", "proposals",
    "interviewing", "invites_sent", "duration", "client_location",
]  # fmt: skip


def normalise(body: bytes, capture: Capture) -> Iterator[dict[str, Any] | Reject]:
    """Yield one listing per search result."""
    records = list(csv_records(body, REQUIRED))
    ids = (_id(item[1]["url"]) for item in records if not isinstance(item, Reject))
    seen = newest_post(map(upwork_id_time, ids), capture)
    yield from rows(records, lambda record: _row(record) | seen)


def _id(url: str | None) -> str | None:
    match = re.search(r"~02[0-9]{18,19}(?![0-9A-Za-z])", url or "")
    return match[0] if match else None


def _row(record: dict[str, Any]) -> dict[str, Any]:
    native_id = _id(record["url"])
    posted_at = upwork_id_time(native_id)
    code = record["duration"]
    duration = parse_duration_days(DURATION_CODES.get(code, code)) or (None, None)
    # Without title and type the collector had the search card but not the job's page.
    missing = record["title"] is None and record["job_type"] is None
    return _activity(record) | {
        "native_id": native_id,
        "side": "demand",
        "posted_at": posted_at,
        "posted_precision": "second" if posted_at else None,
        "title": record["title"],
        "text": record["description"],
        "skills": labels(record["skills"]) or None,
        "pricing_type": known(PRICING, record["job_type"], "job_type") or "unknown",
        **price_cells(_price(record)),
        "duration_days_low": duration[0],
        "duration_days_high": duration[1],
        "experience_level": known(EXPERIENCE, record["experience_level"], "experience_level"),
        "client_country": record["client_location"],
        "remote": True,
        "status": "open",
        "url": native_id and f"https://www.upwork.com/jobs/{native_id}",
        "flags": ["details_missing"] if missing else [],
    }


def _price(record: dict[str, Any]) -> Money | None:
    if "avg_budget" in record:
        middle = number(record["avg_budget"])
        return Money(middle, middle, "USD", None) if middle else None
    check_columns(record, ("min_budget", "max_budget"))
    return price_range(record["min_budget"], record["max_budget"])


def _activity(record: dict[str, Any]) -> dict[str, Any]:
    """Read what the page says of competitors, unless the panel was missing.

    `hires` and `active` count the client's whole history (up to 905 hires), not this job's. No
    bracket of Upwork is "0": the data analyst file puts it where the others are blank.
    """
    if record["proposals"] in (None, "0"):
        return {}
    low, high = parse_count_bracket(record["proposals"]) or (None, None)
    interviewing = parse_count_bracket(record["interviewing"])
    invites = parse_count_bracket(record["invites_sent"])
    return {
        "proposals_low": low,
        "proposals_high": high,
        "interviewing": interviewing and interviewing[0],
        "invites": invites and invites[0],
    }
