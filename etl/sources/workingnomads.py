"""Working Nomads: some fifty remote jobs, of employment mostly; no pay, no type of job.

`pub_date` carries the offset of US Eastern time. A job has no id but the number in its address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from etl.asking import Ask, Payload
from etl.contracts import Budget, Capture, Reject, Source, Terms
from etl.sources._api import json_body, located, need, records_at
from etl.sources._boards import label, page_address, posted, text, whole_board
from etl.sources._listing import LICENCE, rows

SOURCE = Source(
    id="workingnomads",
    title="Working Nomads: remote jobs",
    publisher="Working Nomads",
    platform="workingnomads",
    kind="listing",
    url="https://www.workingnomads.com/jobs",
    licence=LICENCE,
    licence_url="https://www.workingnomads.com",
    citation="Working Nomads (https://www.workingnomads.com), the jobs of its public feed",
    caveat="Employment mostly, some fifty jobs; neither pay nor type of job is given.",
    scope="newest",
    cadence_days=1,
    hosts=("www.workingnomads.com",),
    budget=Budget(seconds_between=10, requests_per_day=12),
    terms=Terms(
        url="https://www.workingnomads.com/terms-and-conditions",
        read_on="2026-11-24",
        found="Terms of 11 March 2025 exist; only their opening was read. Two readers report"
        " no clause on automated access or storage, and one on competing products.",
        read_in_full=False,
    ),
)

HOURS_BETWEEN = 1
ALWAYS = ("url", "title", "pub_date", "category_name", "tags")
NUMBER = re.compile(r"/job/go/([0-9]{1,15})(?:[/?#]|$)")


def extract(ask: Ask) -> Iterator[Payload]:
    """Ask for the one answer there is."""
    url = "https://www.workingnomads.com/api/exposed_jobs/"
    yield from whole_board(ask, url, "jobs.json", HOURS_BETWEEN)


def normalise(body: bytes, capture: Capture) -> Iterator[dict[str, Any] | Reject]:
    """Yield one listing per job."""
    yield from rows(located(records_at(json_body(body), "jobs"), ALWAYS, "job"), _row)


def _row(record: dict[str, Any]) -> dict[str, Any]:
    tags = (label(record, "tags") or "").split(",")
    return {
        "native_id": _number(need(record, "url", str)),
        "side": "demand",
        **posted(record, "pub_date"),
        "title": label(record, "title"),
        "text": text(record, "description"),
        "skills": [tag.strip() for tag in tags if tag.strip()] or None,
        "source_category": label(record, "category_name"),
        "pricing_type": "unknown",
        "remote": True,
        "url": page_address(record, "url"),
    }


def _number(url: str) -> str:
    """Return the number of a job.

    >>> _number("https://www.workingnomads.com/job/go/17/")
    '17'
    """
    found = NUMBER.search(url)
    if not found:
        raise ValueError(f"no number of a job in {url[:80]!r}")
    return found[1]
