"""Freelancer.com projects over its REST API: the backbone. New projects whole, open ones again.

A pull asks for every project posted since the last one (`until` in the cursor, a lag behind for
late arrivals) and asks again for those that were open, until they are not. `whole_from` and
`whole_to` in the cursor bound what this unbroken stream holds: other months are partial. Saved
pages of project cards are read too (etl/sources/_freelancer_cards.py).
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
    ALL,
    BUDGET,
    BY_ID,
    DETAILS,
    HOST,
    MOST_PER_PAGE,
    TERMS,
    check_page,
    ids_of,
    is_short,
    listings,
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
    reached = datetime.fromisoformat(ask.cursor.get("until", (until - FIRST_PULL).isoformat()))
    if reached > until + LAG:
        raise SourceUnavailable(
            f"the last pull reached {reached:%Y-%m-%d %H:%M}, which is still to come: the clock was"
            " wrong then or is now; set it right, or take the lines of that time out of"
            " raw/freelancer/manifest.ndjson"
        )
    begin = reached - LAG if ask.cursor else reached
    stream = {"until": reached.isoformat(), "whole_to": begin.isoformat()}
    stream["whole_from"] = ask.cursor.get("whole_from", begin.isoformat())
    seen: set[int] = set()
    while begin < until:
        end = min(begin + SLICE, until)
        yield from _slice(ask, begin, end, stream, seen)
        begin = end
    yield from _again(ask, stream, seen)


def _slice(
    ask: Ask, begin: datetime, end: datetime, stream: dict[str, str], seen: set[int], left: int = 2
) -> Iterator[Payload]:
    """Ask for the pages of one slice of time, again if it comes short (`left` times at most)."""
    found, totals = set(), set()
    for offset in range(0, MOST_PER_SLICE, MOST_PER_PAGE):
        name = f"posted {begin:%Y-%m-%dT%H:%M:%S} {offset}"
        query = [*window(begin, end), ("limit", MOST_PER_PAGE), ("offset", offset), *DETAILS]
        answer = ask.get(address(ALL, query))
        try:
            total = _read(answer, offset, found, totals)
        except SourceChanged:
            yield Payload(name, answer, dict(stream))  # kept for the person who looks
            raise
        is_too_many = total > MOST_PER_SLICE and end - begin > SHORTEST_SLICE
        is_last = offset + MOST_PER_PAGE >= min(total, MOST_PER_SLICE) and not is_too_many
        is_again = is_last and is_short(found, totals) and left > 0
        if is_last and not is_again:
            _reach(stream, end, is_whole=not is_short(found, totals))
        yield Payload(name, answer, dict(stream))
        if is_last or is_too_many:
            break
    seen |= found
    if is_too_many:
        middle = (begin + (end - begin) / 2).replace(microsecond=0)
        yield from _slice(ask, begin, middle, stream, seen)
        yield from _slice(ask, middle, end, stream, seen)
    elif is_again:
        yield from _slice(ask, begin, end, stream, seen, left - 1)


def _read(answer: Answer, offset: int, found: set[int], totals: set[int]) -> int:
    """Add what a page holds and announces; return how many projects it announces."""
    total = total_count(answer.body)
    ids = {id_ for id_ in ids_of(answer.body) if isinstance(id_, int)}
    check_page(ids, found, offset, total)
    found |= ids
    totals.add(total)
    return total


def _reach(stream: dict[str, str], end: datetime, *, is_whole: bool) -> None:
    """Move the stream to the end of a slice; behind one that stayed short it is whole anew."""
    if not is_whole:
        stream["whole_from"] = end.isoformat()
    stream["until"] = max(stream["until"], end.isoformat())
    stream["whole_to"] = max(stream["whole_to"], (end - LAG).isoformat())


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
    is_stream = "whole_to" in (capture.cursor or {})
    for item in listings(body, capture):
        if isinstance(item, dict) and not is_stream:
            item["flags"] = [*item["flags"], "partial_window"]
        yield item
