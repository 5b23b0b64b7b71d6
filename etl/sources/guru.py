"""Guru.com's newest jobs, from the listing page: exact quotes, price ranges, duration, deadline."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from etl.asking import Ask, Payload
from etl.contracts import Budget, Capture, Reject, Source, Terms
from etl.sources._guru_cards import ids_of, listings
from etl.sources._listing import LICENCE

SOURCE = Source(
    id="guru",
    title="Guru.com: newest jobs",
    publisher="Guru.com employers",
    platform="guru",
    kind="listing",
    url="https://www.guru.com/d/jobs/",
    licence=LICENCE,
    licence_url="https://www.guru.com/terms-of-service/",
    citation="Guru.com job listing pages",
    caveat="The first 30 pages of open jobs on a day: no volume over posting time. Budgets are"
    " Guru's own brackets ($250-$500), texts are excerpts, so mention shares are lower bounds. The"
    " shape of the cards was recorded in 2020.",
    scope="newest",
    cadence_days=1,
    hosts=("www.guru.com",),
    budget=Budget(seconds_between=5.0, requests_per_day=60),
    terms=Terms(
        url="https://www.guru.com/terms-of-service/",
        read_on="2026-11-24",
        found="The terms were not found. Others report that they forbid robots and that every"
        " page, robots.txt included, may answer with a challenge; a challenge ends the"
        " source.",
        read_in_full=False,
    ),
)

MAX_PAGES = 30


def extract(ask: Ask) -> Iterator[Payload]:
    """Ask for the pages of open jobs until one brings no new id."""
    seen: set[str] = set()
    for page in range(1, MAX_PAGES + 1):
        url = SOURCE.url if page == 1 else f"{SOURCE.url}pg/{page}/"
        answer = ask.get(url, kind="html")
        yield Payload(f"page-{page:02}", answer)
        ids = ids_of(answer.body)
        if ids <= seen:
            return
        seen |= ids


def normalise(body: bytes, capture: Capture) -> Iterator[dict[str, Any] | Reject]:
    """Yield one listing per job card of a listing page."""
    yield from listings(body, capture)
