"""PeoplePerHour's newest projects, from the listing page: exact proposals, budget, pay type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from etl.asking import Ask, Payload
from etl.contracts import Budget, Capture, Reject, Source, Terms
from etl.sources._api import address
from etl.sources._listing import LICENCE
from etl.sources._pph_pages import listings, paging

SOURCE = Source(
    id="peopleperhour",
    title="PeoplePerHour: newest projects",
    publisher="PeoplePerHour clients",
    platform="peopleperhour",
    kind="listing",
    url="https://www.peopleperhour.com/freelance-jobs",
    licence=LICENCE,
    licence_url="https://www.peopleperhour.com/static/terms",
    citation="PeoplePerHour listing pages, newest projects first",
    caveat="The newest open projects of a day, as far as 30 pages reach: no volume over posting"
    " time. Featured projects are shown out of turn and flagged. Cards of 2020 are without text"
    " and show prices converted to the visitor's currency.",
    scope="newest",
    cadence_days=1,
    hosts=("www.peopleperhour.com",),
    budget=Budget(seconds_between=5.0, requests_per_day=60),
    terms=Terms(
        url="https://www.peopleperhour.com/static/terms",
        read_on="2026-11-24",
        found="Terms of 11 September 2026 exist; no clause on automated access was seen,"
        " either way. Others report a robots.txt that keeps robots from /job/new and"
        " /job/bidders.",
        read_in_full=False,
    ),
)

MAX_PAGES = 30


def extract(ask: Ask) -> Iterator[Payload]:
    """Ask for the pages, newest projects first, until the last or one that brings no new id."""
    seen: set[str] = set()
    for page in range(1, MAX_PAGES + 1):
        answer = ask.get(address(SOURCE.url, [("page", page), ("sort", "latest")]), kind="html")
        yield Payload(f"page-{page:02}", answer)
        ids, pages = paging(answer.body)
        if ids <= seen or (pages is not None and page >= pages):
            return
        seen |= ids


def normalise(body: bytes, capture: Capture) -> Iterator[dict[str, Any] | Reject]:
    """Yield one listing per project of a listing page."""
    yield from listings(body, capture)
