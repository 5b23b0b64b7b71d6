"""Jobicy: the newest hundred remote jobs of a week, of employment mostly.

API 2.0 (2024) gives a yearly salary as text and a time without zone, taken as UTC; 2.2 (2026) gives
numbers with a period, and the zone. Salary keys are left out where unknown, so a new one among
them is refused by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from etl.asking import Ask, Payload
from etl.contracts import Budget, Capture, Reject, Source, Terms
from etl.sources._api import address, json_body, located, records_at
from etl.sources._boards import (
    amount,
    currency,
    identity,
    label,
    labels,
    page_address,
    pay,
    posted,
    stated_pay,
    text,
    whole_board,
)
from etl.sources._listing import LICENCE, rows

SOURCE = Source(
    id="jobicy",
    title="Jobicy: newest remote jobs",
    publisher="Jobicy",
    platform="jobicy",
    kind="listing",
    url="https://jobicy.com",
    licence=LICENCE,
    licence_url="https://github.com/Jobicy/remote-jobs-api",
    citation="Jobicy (https://jobicy.com), the newest jobs of its public API",
    caveat="Employment mostly; at most the newest hundred jobs of the last seven days; pay is given"
    " for some of them.",
    scope="newest",
    cadence_days=1,
    hosts=("jobicy.com",),
    budget=Budget(seconds_between=10, requests_per_day=12),
    terms=Terms(
        url="https://github.com/Jobicy/remote-jobs-api",
        read_on="2026-11-24",
        found="The notice in the answer asks for Jobicy to be credited with a direct link and for"
        " apply buttons to lead to the job's page there; that of 2024 also forbade handing jobs to"
        " other boards and asked for a few calls a day.",
        read_in_full=True,
        allows=True,
    ),
)

HOURS_BETWEEN = 1
ALWAYS = ("id", "jobTitle", "pubDate", "jobType", "jobIndustry")
YEARLY = ("annualSalaryMin", "annualSalaryMax")
SALARY_KEYS = {*YEARLY, "salaryMin", "salaryMax", "salaryCurrency", "salaryPeriod"}


def extract(ask: Ask) -> Iterator[Payload]:
    """Ask for the newest hundred jobs."""
    url = address("https://jobicy.com/api/v2/remote-jobs", [("count", 100)])
    yield from whole_board(ask, url, "jobs.json", HOURS_BETWEEN)


def normalise(body: bytes, capture: Capture) -> Iterator[dict[str, Any] | Reject]:
    """Yield one listing per job."""
    yield from rows(located(records_at(json_body(body), "jobs"), ALWAYS, "job"), _row)


def _row(record: dict[str, Any]) -> dict[str, Any]:
    return _pay(record) | {
        "native_id": identity(record, "id"),
        "side": "demand",
        **posted(record, "pubDate"),
        "title": label(record, "jobTitle"),
        "text": text(record, "jobDescription"),
        "source_category": ", ".join(labels(record, "jobIndustry")) or None,
        "remote": True,
        "employment_type": ", ".join(labels(record, "jobType")) or None,
        "url": page_address(record, "url"),
    }


def _pay(record: dict[str, Any]) -> dict[str, Any]:
    for key in record:
        if "salary" in key.lower() and key not in SALARY_KEYS:
            raise ValueError(f"unknown salary key {key[:60]!r}")
    if any(key in record for key in YEARLY):
        low, high = (amount(record, key) for key in YEARLY)
        return pay(low, high, currency(record, "salaryCurrency"), "year")
    return stated_pay(record, "salaryMin", "salaryMax", "salaryCurrency", "salaryPeriod")
