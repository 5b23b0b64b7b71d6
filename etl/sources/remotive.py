"""Remotive: some tens of remote jobs, of employment mostly; pay is free text.

`publication_date` has no zone and is taken as UTC, which is unproven; it moves when a job is put
up again. Pay is kept where the text names an amount, a currency and a period.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from etl.asking import Ask, Payload
from etl.contracts import Budget, Capture, Reject, Source, Terms
from etl.parse.blank import filled
from etl.parse.money import parse_money
from etl.sources._api import json_body, located, maybe, records_at
from etl.sources._boards import (
    identity,
    label,
    labels,
    page_address,
    pay,
    posted,
    text,
    whole_board,
)
from etl.sources._listing import LICENCE, rows

SOURCE = Source(
    id="remotive",
    title="Remotive: remote jobs",
    publisher="Remotive",
    platform="remotive",
    kind="listing",
    url="https://remotive.com/remote-jobs",
    licence=LICENCE,
    licence_url="https://remotive.com/api-documentation",
    citation="Remotive (https://remotive.com), the jobs of its public API",
    caveat="Employment mostly, 16 to 42 jobs in all and shown a day late: too few for a trend."
    " Dates move when a job is put up again. A bare $ is read as US dollars.",
    scope="newest",
    cadence_days=1,
    hosts=("remotive.com",),
    budget=Budget(seconds_between=30, requests_per_day=4),
    terms=Terms(
        url="https://remotive.com/api-documentation",
        read_on="2026-11-24",
        found="The notice in the answer asks for a link back and for Remotive to be named, for at"
        " most four calls a day, and forbids handing jobs to other boards or gating them.",
        read_in_full=True,
        allows=True,
    ),
)

HOURS_BETWEEN = 6  # four calls a day
ALWAYS = ("id", "title", "publication_date", "salary", "job_type", "category")
ON_TARGET = re.compile(r"\bOTE\b|\bon[- ]target\b", re.IGNORECASE)  # no advertised pay


def extract(ask: Ask) -> Iterator[Payload]:
    """Ask for the one answer there is."""
    url = "https://remotive.com/api/remote-jobs"
    yield from whole_board(ask, url, "jobs.json", HOURS_BETWEEN)


def normalise(body: bytes, capture: Capture) -> Iterator[dict[str, Any] | Reject]:
    """Yield one listing per job."""
    yield from rows(located(records_at(json_body(body), "jobs"), ALWAYS, "job"), _row)


def _row(record: dict[str, Any]) -> dict[str, Any]:
    return _pay(maybe(record, "salary", str)) | {
        "native_id": identity(record, "id"),
        "side": "demand",
        **posted(record, "publication_date"),
        "title": label(record, "title"),
        "text": text(record, "description"),
        "skills": labels(record, "tags") or None,
        "source_category": label(record, "category"),
        "employment_type": label(record, "job_type"),
        "remote": True,
        "url": page_address(record, "url"),
    }


def _pay(cell: str | None) -> dict[str, Any]:
    """Return the pay as advertised; per what it is paid stays missing where it is not said.

    >>> _pay("$50-$75 /hour")["price_max"], _pay("$170k - $200k")["flags"]
    (75.0, ['period_unknown'])
    """
    if filled(cell) is None:
        return pay(None, None)
    unread = {"pricing_type": "unknown", "flags": ["price_unread"]}
    try:
        money = parse_money(cell)
    except ValueError:
        return unread
    # "20 hours a week" has a period and no currency: it is no money.
    if money is None or money.currency is None:
        return unread
    if ON_TARGET.search(cell or ""):
        return unread
    return pay(money.low, money.high, money.currency, money.period)
