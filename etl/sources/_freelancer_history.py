"""The past of Freelancer.com: exact counts by month and family, and a random sample of projects.

Counts: `total_count` of one search per month and family, a project counting in every family of
which it carries a skill. Sample: the windows that `_freelancer_draw` draws, read whole.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from etl.asking import Answer, Ask, Payload
from etl.contracts import SourceUnavailable
from etl.parse.bundle import bundled
from etl.reference import crosswalk_labels
from etl.sources._api import address, json_body, records_at
from etl.sources._freelancer import (
    ALL,
    DETAILS,
    DIRECTORY,
    MOST_PER_PAGE,
    SKILLS,
    check_page,
    count_address,
    ids_of,
    total_count,
    window,
)
from etl.sources._freelancer_draw import (
    PER_MONTH,
    PER_WINDOW,
    bounds,
    draw,
    is_settled,
    months,
)

MOST_PAGES = 20
NEARLY_ALL = 0.95  # of what a sampled window announces; totals may count what is not shown
LATE = timedelta(days=1)  # projects may appear in the search later than they were posted
MOST_SKILLS = 560  # of a family: an address holds 8 KiB; the shortest names are the general ones


def plan(ask: Ask, since: date, per_month: int | None) -> int:
    """Return how many requests `backfill` makes at most, if no window is crowded."""
    families = len(crosswalk_labels("freelancer"))
    supply = 0 if _directory_name(ask) in ask.landed else 1 + families
    drawn = math.ceil((per_month or PER_MONTH) / PER_WINDOW)
    wanted = months(since, ask.now)
    counts = sum(
        _counts_name(month) not in ask.landed and _is_over(month, ask.now) for month in wanted
    )
    panels = sum(
        _panel_name(month, per_month) not in ask.landed
        for month in wanted
        if is_settled(month, ask.now)
    )
    skills = 1 if supply or counts else 0
    return skills + supply + counts * (1 + families) + panels * (1 + drawn)


def backfill(ask: Ask, since: date, per_month: int | None) -> Iterator[Payload]:
    """Ask month by month, newest first, for what is not landed yet, and for today's supply."""
    skills: dict[str, list[int]] = {}
    for month in months(since, ask.now):
        if _counts_name(month) not in ask.landed and _is_over(month, ask.now):
            skills = skills or skill_ids(ask)
            answer = bundled(ALL, _counts(ask, month, skills))
            yield Payload(_counts_name(month), answer, source_id="freelancer_counts")
        name = _panel_name(month, per_month)
        if name not in ask.landed and is_settled(month, ask.now):
            answer = bundled(ALL, _sample(ask, month, per_month or PER_MONTH))
            yield Payload(name, answer, source_id="freelancer_panel")
    yield from directory(ask, skills)  # last: it may not be public


def _is_over(month: date, now: datetime) -> bool:
    return bounds(month)[1] + LATE <= now


def _counts_name(month: date) -> str:
    return f"counts {month:%Y-%m}"


def _panel_name(month: date, per_month: int | None) -> str:
    return f"panel {month:%Y-%m} of {per_month or PER_MONTH}"


def _directory_name(ask: Ask) -> str:
    return f"directory {ask.now:%Y-%m}"


def directory(ask: Ask, skills: Mapping[str, list[int]]) -> Iterator[Payload]:
    """Ask the directory, once a month, how many freelancers it lists: all, and of each family."""
    if _directory_name(ask) in ask.landed:
        return
    answers = []
    for family, numbers in {"*": [], **(skills or skill_ids(ask))}.items():
        query = [*(("jobs[]", number) for number in numbers), ("limit", 1), ("compact", "true")]
        answers.append(_noted(ask.get(address(DIRECTORY, query)), family=family))
    yield Payload(_directory_name(ask), bundled(DIRECTORY, answers), source_id="freelancer_counts")


def skill_ids(ask: Ask) -> dict[str, list[int]]:
    """Return the ids of the platform's skills by family, through the crosswalk of their names."""
    records = records_at(json_body(ask.get(SKILLS).body), "result")
    ids = {
        name: id_
        for record in records
        if isinstance(record, Mapping)
        and isinstance(name := record.get("name"), str)
        and isinstance(id_ := record.get("id"), int)
    }
    families = crosswalk_labels("freelancer").items()
    found = {
        family: sorted([ids[name] for name in names if name in ids][:MOST_SKILLS])
        for family, names in families
    }
    return {family: numbers for family, numbers in found.items() if numbers}


def _counts(ask: Ask, month: date, skills: Mapping[str, list[int]]) -> Iterator[Answer]:
    """Yield the answers that count a month: all projects, then each family's."""
    span = window(*bounds(month))
    for family, numbers in {"*": [], **skills}.items():
        query = [*span, *(("jobs[]", number) for number in numbers)]
        answer = ask.get(count_address(ALL, query))
        yield _noted(answer, month=f"{month:%Y-%m}", family=family)


def _sample(ask: Ask, month: date, per_month: int) -> Iterator[Answer]:
    """Yield the answers of a month's drawn windows, after the count they are cut by."""
    begin, end = bounds(month)
    counted = ask.get(count_address(ALL, window(begin, end)))
    yield _noted(counted, month=f"{month:%Y-%m}")
    for note, opens, closes in draw(month, total_count(counted.body), per_month):
        for answer in _pages(ask, opens, closes):
            yield _noted(answer, **note)


def _pages(ask: Ask, begin: datetime, end: datetime) -> Iterator[Answer]:
    """Yield the pages of one window: nearly all that it announces, or SourceUnavailable."""
    seen: set[Any] = set()
    for offset in range(0, MOST_PAGES * MOST_PER_PAGE, MOST_PER_PAGE):
        query = [*window(begin, end), ("limit", MOST_PER_PAGE), ("offset", offset), *DETAILS]
        answer = ask.get(address(ALL, query))
        ids, total = set(map(str, ids_of(answer.body))), total_count(answer.body)
        check_page(ids, seen, offset, total)
        seen |= ids
        if offset + MOST_PER_PAGE >= total:
            if len(seen) < NEARLY_ALL * total:
                raise SourceUnavailable(
                    f"a window holds {len(seen):,} projects of {total:,} announced; try again later"
                )
            yield answer
            return
        yield answer
    raise SourceUnavailable(f"a window of about {PER_WINDOW} projects announces {total:,}")


def _noted(answer: Answer, **notes: Any) -> Answer:
    """Return an answer with what its address does not say behind a #."""
    note = address("", notes.items()).removeprefix("?")
    return Answer(f"{answer.url}#{note}", answer.body, answer.moment)
