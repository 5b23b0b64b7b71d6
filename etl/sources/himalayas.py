"""Himalayas: the newest thousand of more than 100,000 remote jobs, contractors among them.

`pubDate` is Unix seconds, though the documents say milliseconds; pay is per `salaryPeriod`, though
they say per year. Before June 2026 there was no `salaryPeriod`: pay is then of unknown period. The
page of a job (`guid`) is its id; company names have come as the word "name". Newest jobs come
first. `expiryDate` is a fixed term, no sign of closing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from etl.asking import Ask, Payload
from etl.contracts import Budget, Capture, Reject, Source, Terms
from etl.sources._api import address, json_body, located, need, records_at, unix_seconds
from etl.sources._boards import (
    identity,
    is_rested,
    label,
    labels,
    newest_pages,
    page_address,
    stated_pay,
    text,
)
from etl.sources._listing import LICENCE, rows

SOURCE = Source(
    id="himalayas",
    title="Himalayas: newest remote jobs",
    publisher="Himalayas",
    platform="himalayas",
    kind="listing",
    url="https://himalayas.app/jobs",
    licence=LICENCE,
    licence_url="https://himalayas.app/jobs/api",
    citation="Himalayas (https://himalayas.app), the newest jobs of its public API",
    caveat="Employment mostly, contractors among it; the newest thousand jobs a day at most, of"
    " perhaps two thousand new ones; pay is given for some of them.",
    scope="capped",
    cadence_days=1,
    hosts=("himalayas.app",),
    budget=Budget(seconds_between=2, requests_per_day=60),
    terms=Terms(
        url="https://himalayas.app/api",
        read_on="2026-11-24",
        found="Read in quotations only: the public API may feed other boards and internal"
        " tools, with a link back and credit, and not be passed on to other boards.",
        read_in_full=False,
    ),
)

URL = "https://himalayas.app/jobs/api"
PAGE = 20  # more is cut to this without a word
MAX_PAGES = 50
HOURS_BETWEEN = 20  # once a day
ALWAYS = ("guid", "title", "pubDate", "minSalary", "maxSalary", "employmentType")


def extract(ask: Ask) -> Iterator[Payload]:
    """Ask for the newest pages, by the answer's own cursor where it gives one."""
    if is_rested(ask, HOURS_BETWEEN):
        first = address(URL, [("limit", PAGE)])
        yield from newest_pages(ask, first, "jobs", "guid", _following, MAX_PAGES)


def _following(value: Any, page: int, read: int) -> str | None:
    if not isinstance(value, Mapping) or "nextCursor" not in value:
        return address(URL, [("limit", PAGE), ("offset", read)])
    cursor = value["nextCursor"]
    if not isinstance(cursor, str) or not cursor:
        return None
    return address(URL, [("limit", PAGE), ("cursor", cursor)])


def normalise(body: bytes, capture: Capture) -> Iterator[dict[str, Any] | Reject]:
    """Yield one listing per job."""
    yield from rows(located(records_at(json_body(body), "jobs"), ALWAYS, "job"), _row)


def _row(record: dict[str, Any]) -> dict[str, Any]:
    pay = stated_pay(record, "minSalary", "maxSalary", "currency", "salaryPeriod")
    return pay | {
        "native_id": identity(record, "guid"),
        "side": "demand",
        "posted_at": unix_seconds(need(record, "pubDate", (int, float))),
        "posted_precision": "second",
        "title": label(record, "title"),
        "text": text(record, "description"),
        "skills": labels(record, "categories") or None,
        "source_category": ", ".join(labels(record, "parentCategories")) or None,
        "remote": True,
        "employment_type": label(record, "employmentType"),
        "url": page_address(record, "guid"),
    }
