"""Finds the monthly hiring threads of Hacker News, by title and month, and asks for them.

A thread's title is "Ask HN: Who is hiring? (May 2026)" and the like, written so by whoever posts
it: an account of the site's (whoishiring), for freelancers another one since the winter of 2025-26.
Anybody can post such a title, so a thread must have been posted in its month, and of several that
were the one with most comments is it. Only 1,000 hits of a search can be read, newest first.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from etl.asking import Ask, Payload
from etl.sources._api import address, json_body, records_at

SEARCH = "https://hn.algolia.com/api/v1/search_by_date"
ITEM = "https://hn.algolia.com/api/v1/items"
ACCOUNT = "whoishiring"
FIRST_MONTH = date(2011, 4, 1)
KINDS = {
    "hiring": "Who is hiring?",
    "hired": "Who wants to be hired?",
    "freelancer": "Freelancer? Seeking freelancer?",
}
MOST_HITS = 1000
EARLY = timedelta(days=2)  # the first of a month begins earlier in Auckland than in UTC

_QUESTIONS = {re.sub(r"\W+", " ", title).strip().lower(): kind for kind, title in KINDS.items()}
_MONTHS = {name.lower(): n for n, name in enumerate(calendar.month_name) if name}
_TITLE = re.compile(
    r"\s*Ask HN:\s*(?P<question>[\w\s?]{1,60}?)\?\s*\(\s*(?P<month>[A-Za-z]{3,9}),?\s+"
    r"(?P<year>20[0-9]{2})\s*\)\s*",
    re.IGNORECASE,
)

Thread = tuple[date, str]  # first day of its month, kind


def thread_of(title: Any) -> Thread | None:
    """Return the month and kind a title names; None where it is no monthly thread's.

    >>> thread_of("Ask HN: Who Is Hiring? (October 2012) ")
    (datetime.date(2012, 10, 1), 'hiring')
    >>> thread_of("Ask HN: Who is hiring right now?") is None
    True
    """
    match = _TITLE.fullmatch(title) if isinstance(title, str) else None
    if match is None:
        return None
    kind = _QUESTIONS.get(re.sub(r"\W+", " ", match["question"]).strip().lower())
    month = _MONTHS.get(match["month"].lower())
    return (date(int(match["year"]), month, 1), kind) if kind and month else None


def newest(ask: Ask) -> Iterator[Payload]:
    """Ask for the threads of this month, which still grow, and for last month's unless landed."""
    this = ask.now.date().replace(day=1)
    last = (this - timedelta(days=1)).replace(day=1)
    wanted = [(last, kind) for kind in KINDS if name_of((last, kind)) not in ask.landed]
    found: dict[Thread, int] = {}
    for kind in KINDS:
        found |= _ids(_search(ask, last, f'"{KINDS[kind]}"', "story"))
    for thread in wanted + [(this, kind) for kind in KINDS]:
        if thread in found:
            yield _thread(ask, thread, found[thread], is_over=thread[0] < this)


def backfill(ask: Ask, since: date, per_month: int | None) -> Iterator[Payload]:
    """Ask for every thread of the months that are over and not landed, newest first."""
    missing = _missing(ask, since, per_month)
    found = _ids(_search(ask, missing[-1][0], "", f"story,author_{ACCOUNT}")) if missing else {}
    searched: set[tuple[int, str]] = set()
    for thread in missing:
        year, kind = thread[0].year, thread[1]
        if thread not in found and (year, kind) not in searched:
            searched.add((year, kind))
            hits = _search(ask, date(year, 1, 1), f'"{KINDS[kind]}"', "story", date(year + 1, 1, 1))
            found = _ids(hits) | found
        if thread in found:
            yield _thread(ask, thread, found[thread], is_over=True)


def plan(ask: Ask, since: date, per_month: int | None) -> int:
    """Return how many requests `backfill` makes at most."""
    missing = _missing(ask, since, per_month)
    searches = {(month.year, kind) for month, kind in missing}
    return len(missing) + len(searches) + bool(missing)


def name_of(thread: Thread) -> str:
    """Return the name of a finished thread's payload.

    >>> name_of((date(2026, 11, 1), "hiring"))
    '2026-11 hiring'
    """
    return f"{thread[0]:%Y-%m} {thread[1]}"


def _missing(ask: Ask, since: date, per_month: int | None) -> list[Thread]:
    """Return the threads to ask for, at most `per_month` of a month."""
    kinds = list(KINDS)[:per_month]
    month, found = ask.now.date().replace(day=1), []
    while (month := (month - timedelta(days=1)).replace(day=1)) >= max(
        since.replace(day=1), FIRST_MONTH
    ):
        found += [(month, kind) for kind in kinds if name_of((month, kind)) not in ask.landed]
    return found


def _thread(ask: Ask, thread: Thread, native_id: int, is_over: bool) -> Payload:
    """Ask for a thread; a month that goes on has a name of its own, so that it is asked again."""
    name = name_of(thread) if is_over else f"{name_of(thread)} so far"
    answer = ask.get(f"{ITEM}/{native_id}")
    # In its first hour a thread holds no post, and the one for freelancers may hold none we know.
    return Payload(name, answer, may_hold_none=not is_over or thread[1] == "freelancer")


def _search(
    ask: Ask, since: date, query: str, tags: str, until: date | None = None
) -> list[Mapping[str, Any]]:
    """Return the stories a search finds that were posted between two days."""
    bounds = [f"created_at_i>={_seconds(since - EARLY)}"]
    bounds += [f"created_at_i<{_seconds(until)}"] if until else []
    parameters = [
        ("query", query),
        ("tags", tags),
        ("numericFilters", ",".join(bounds)),
        ("hitsPerPage", MOST_HITS),
    ]
    answer = ask.get(address(SEARCH, parameters))
    return [hit for hit in records_at(json_body(answer.body), "hits") if isinstance(hit, Mapping)]


def _seconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def _ids(hits: list[Mapping[str, Any]]) -> dict[Thread, int]:
    """Return the threads among some stories; of two for one month the one with most comments."""
    best: dict[Thread, tuple[int, int]] = {}
    for hit in hits:
        thread, native_id = thread_of(hit.get("title")), str(hit.get("objectID"))
        if thread is None or not native_id.isdecimal() or not _in_its_month(hit, thread[0]):
            continue
        comments = hit.get("num_comments")
        rank = (comments if isinstance(comments, int) else 0, -int(native_id))
        best[thread] = max(best.get(thread, rank), rank)
    return {thread: -rank[1] for thread, rank in best.items()}


def _in_its_month(hit: Mapping[str, Any], month: date) -> bool:
    posted = hit.get("created_at_i")
    end = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
    return isinstance(posted, int) and _seconds(month - EARLY) <= posted < _seconds(end)
