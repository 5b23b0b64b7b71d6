"""Freelancer.com projects over its REST API: the backbone. New projects whole, open ones again.

A pull asks for every project posted since the last one (`until` in the cursor, a lag behind for
late arrivals) and asks again for those that were open, until they are not. `since` in the cursor
is where this unbroken stream began: the month it lies in is partial. Saved pages of project cards
are read too (etl/sources/_freelancer_cards.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from etl.asking import Answer, Ask, Payload
from etl.contracts import Capture, Reject, Source, SourceChanged, SourceUnavailable
from etl.sources import _freelancer_cards, _freelancer_history
from etl.sources._api import address
from etl.sources._freelancer import (
    ACTIVE,
    ALL,
    BUDGET,
    BY_ID,
    DETAILS,
    HOST,
    MOST_PER_PAGE,
    TERMS,
    listings,
    projects,
    total_count,
    window,
)
from etl.sources._listing import LICENCE

SOURCE = Source(
    id="freelancer",
    title="Freelancer.com: projects as they are posted",
    publisher="Freelancer.com clients",
    platform="freelancer",
    kind="listing",
    url="https://www.freelancer.com/jobs/",
    licence=LICENCE,
    licence_url="https://www.freelancer.com/about/terms",
    citation="Freelancer.com projects API, asked by this observatory",
    caveat="Projects that clients deleted or kept from the public are not seen; budgets are often"
    " one of the platform's fixed ranges; a project that is no longer open was awarded, ran out or"
    " was withdrawn, and only the first is told apart.",
    scope="window",
    cadence_days=1,
    crosswalk="freelancer",
    hosts=(HOST,),
    budget=BUDGET,
    terms=TERMS,
)
LANDS_AS = ("freelancer_counts", "freelancer_panel")  # sources its history is landed as

FIRST_PULL = timedelta(hours=24)
LAG = timedelta(hours=2)  # projects may appear in the search later than they were posted
SLICE = timedelta(hours=1)
SHORTEST_SLICE = timedelta(minutes=1)
MOST_PER_SLICE = 1000  # deeper offsets are unproven: the slice is halved instead
AGAIN_PER_REQUEST = 50


def extract(ask: Ask) -> Iterator[Payload]:
    """Ask for the projects posted since the last pull, then again for those still open."""
    until = ask.now.replace(microsecond=0)
    reached = ask.cursor.get("until")
    begin = datetime.fromisoformat(reached) - LAG if reached else until - FIRST_PULL
    stream = {"since": ask.cursor.get("since") or begin.isoformat(), "until": begin.isoformat()}
    seen: set[int] = set()
    while begin < until:
        end = min(begin + SLICE, until)
        yield from _slice(ask, begin, end, stream, seen)
        begin = end
    yield from _again(ask, stream, seen)


def _slice(
    ask: Ask, begin: datetime, end: datetime, stream: dict[str, str], seen: set[int]
) -> Iterator[Payload]:
    """Ask for the pages of one slice of time; `until` of the stream moves with the last of them."""
    url = ACTIVE if ask.now - begin < timedelta(days=2) else ALL
    found: set[int] = set()
    for offset in range(0, MOST_PER_SLICE, MOST_PER_PAGE):
        name = f"posted {begin:%Y-%m-%dT%H:%M:%S} {offset}"
        query = [*window(begin, end), ("limit", MOST_PER_PAGE), ("offset", offset), *DETAILS]
        answer = ask.get(address(url, query))
        try:
            total, ids = total_count(answer.body), _ids(answer)
        except SourceChanged:
            yield Payload(name, answer, dict(stream))  # kept for the person who looks
            raise
        _refuse_repetition(ids, found, offset)
        is_last = offset + MOST_PER_PAGE >= total or not ids
        is_too_many = total > MOST_PER_SLICE and end - begin > SHORTEST_SLICE
        if is_last:
            stream["until"] = max(stream["until"], end.isoformat())
        found |= ids
        seen |= ids
        yield Payload(name, answer, dict(stream))
        if is_too_many:
            middle = (begin + (end - begin) / 2).replace(microsecond=0)
            yield from _slice(ask, begin, middle, stream, seen)
            yield from _slice(ask, middle, end, stream, seen)
        if is_last or is_too_many:
            return


def _refuse_repetition(ids: set[int], found: set[int], offset: int) -> None:
    """Raise when a page repeats earlier ones of its slice: the rest of it would be lost."""
    if ids and not ids - found:
        raise SourceUnavailable(f"page {offset} repeats earlier ones; try again later")


def _ids(answer: Answer) -> set[int]:
    return {id_ for record in projects(answer.body) if isinstance(id_ := record.get("id"), int)}


def _again(ask: Ask, stream: dict[str, str], seen: set[int]) -> Iterator[Payload]:
    """Ask again for projects that were open when last seen: bids, award and close over time."""
    waiting = [id_ for id_ in ask.open_ids() if id_.isdecimal() and int(id_) not in seen]
    for first in range(0, len(waiting), AGAIN_PER_REQUEST):
        asked = [("projects[]", id_) for id_ in waiting[first : first + AGAIN_PER_REQUEST]]
        answer = ask.get(address(BY_ID, [*asked, ("limit", MOST_PER_PAGE), *DETAILS]))
        yield Payload(f"again {ask.now:%Y-%m-%dT%H:%M:%S} {first}", answer, dict(stream))


def plan(ask: Ask, since: date, per_month: int | None) -> int:
    """Return how many requests `backfill` makes at most."""
    return _freelancer_history.plan(ask, since, per_month)


def backfill(ask: Ask, since: date, per_month: int | None) -> Iterator[Payload]:
    """Ask for exact monthly counts, and for a random sample of each month's projects."""
    return _freelancer_history.backfill(ask, since, per_month)


def normalise(body: bytes, capture: Capture) -> Iterator[dict[str, Any] | Reject]:
    """Yield one listing per project of an API answer, or per card of a saved page."""
    if body.lstrip()[:1] == b"<":
        yield from _freelancer_cards.listings(body, capture)
        return
    stream = capture.cursor or {}
    for item in listings(body, capture):
        if isinstance(item, dict) and _is_partial(item["posted_at"], stream.get("since")):
            item["flags"] = [*item["flags"], "partial_window"]
        yield item


def _is_partial(posted_at: datetime, since: str | None) -> bool:
    """Is the month of a posting held in part? The one the stream began in, or any without one."""
    if since is None:
        return True
    began = datetime.fromisoformat(since)
    is_whole = (began.day, began.hour) == (1, 0)
    return posted_at < began or (not is_whole and f"{posted_at:%Y-%m}" == f"{began:%Y-%m}")
