"""Arbeitnow: jobs in Germany mostly, some of them remote; no pay.

`created_at` is Unix seconds. The size of a page changes, so `links.next` alone says where the end
is. A description may be escaped twice. Job types mix German and English, and most are empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from etl.asking import Ask, Payload
from etl.contracts import Budget, Capture, Reject, Source, Terms
from etl.sources._api import address, json_body, located, maybe, need, records_at, unix_seconds
from etl.sources._boards import (
    identity,
    is_rested,
    label,
    labels,
    newest_pages,
    page_address,
    text,
)
from etl.sources._listing import LICENCE, rows

SOURCE = Source(
    id="arbeitnow",
    title="Arbeitnow: newest jobs",
    publisher="Arbeitnow",
    platform="arbeitnow",
    kind="listing",
    url="https://www.arbeitnow.com/api/job-board-api",
    licence=LICENCE,
    licence_url="https://www.arbeitnow.com/api/job-board-api",
    citation="Arbeitnow (https://www.arbeitnow.com), the newest jobs of its public API",
    caveat="Employment mostly, in Germany mostly, remote or not; at most the newest twenty pages"
    " are read; no pay is given; texts are German or English.",
    scope="newest",
    cadence_days=1,
    hosts=("www.arbeitnow.com",),
    budget=Budget(seconds_between=5, requests_per_day=44),
    terms=Terms(
        url="https://www.arbeitnow.com/api/job-board-api",
        read_on="2026-11-24",
        found="Others report: free to use, with the request not to abuse it and to link back. The"
        " terms themselves were not read.",
        read_in_full=False,
    ),
)

URL = "https://www.arbeitnow.com/api/job-board-api"
MAX_PAGES = 20
HOURS_BETWEEN = 20  # once a day
ALWAYS = ("slug", "title", "created_at", "remote", "job_types")


def extract(ask: Ask) -> Iterator[Payload]:
    """Ask for page after page until the answer names no next one."""
    if is_rested(ask, HOURS_BETWEEN):
        first = address(URL, [("page", 1)])
        yield from newest_pages(ask, first, "data", "slug", _following, MAX_PAGES)


def _following(value: Any, page: int, read: int) -> str | None:
    links = value.get("links") if isinstance(value, Mapping) else None
    has_next = isinstance(links, Mapping) and links.get("next")
    return address(URL, [("page", page + 1)]) if has_next else None


def normalise(body: bytes, capture: Capture) -> Iterator[dict[str, Any] | Reject]:
    """Yield one listing per job."""
    yield from rows(located(records_at(json_body(body), "data"), ALWAYS, "job"), _row)


def _row(record: dict[str, Any]) -> dict[str, Any]:
    return {
        "native_id": identity(record, "slug"),
        "side": "demand",
        "posted_at": unix_seconds(need(record, "created_at", (int, float))),
        "posted_precision": "second",
        "title": label(record, "title"),
        "text": text(record, "description"),
        "source_category": ", ".join(labels(record, "tags")) or None,
        "pricing_type": "unknown",
        "remote": maybe(record, "remote", bool),
        "employment_type": ", ".join(labels(record, "job_types")) or None,
        "url": page_address(record, "url"),
    }
