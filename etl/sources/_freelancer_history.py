"""The past of Freelancer.com: exact counts by month and family, and a random sample of projects.

Counts: `total_count` of one search per month and family, a project counting in every family of
which it carries a skill. Sample: a month is cut into windows of equal length, about PER_WINDOW
projects each, of which some are drawn at random without replacement and read whole. Every project
of a month has the same chance, and a window is the unit drawn: intervals must say so. The draw is
the same in every run, so an interrupted backfill goes on with the same windows.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from etl.asking import Answer, Ask, Payload
from etl.parse.bundle import bundled
from etl.reference import crosswalk_labels
from etl.sources._api import address, json_body, records_at
from etl.sources._freelancer import (
    ALL,
    DETAILS,
    DIRECTORY,
    MOST_PER_PAGE,
    SKILLS,
    count_address,
    projects,
    total_count,
    window,
)

PER_MONTH = 200  # projects sampled, unless the operator says otherwise
PER_WINDOW = 12
MOST_PAGES = 20
MOST_SKILLS = 560  # of a family: an address holds 8 KiB; the shortest names are the general ones


def months(since: date, now: datetime) -> list[date]:
    """Return the first days of the months that are over, newest first.

    >>> months(date(2025, 11, 5), datetime(2026, 1, 20))
    [datetime.date(2025, 12, 1), datetime.date(2025, 11, 1)]
    """
    found, month = [], now.date().replace(day=1)
    while (month := (month - timedelta(days=1)).replace(day=1)) >= since.replace(day=1):
        found.append(month)
    return found


def plan(ask: Ask, since: date, per_month: int | None) -> int:
    """Return how many requests `backfill` makes at most, if no window is crowded."""
    families = len(crosswalk_labels("freelancer"))
    supply = 0 if _directory_name(ask) in ask.landed else 1 + families
    drawn = math.ceil((per_month or PER_MONTH) / PER_WINDOW)
    wanted = months(since, ask.now)
    counts = sum(_counts_name(month) not in ask.landed for month in wanted)
    panels = sum(_panel_name(month, per_month) not in ask.landed for month in wanted)
    skills = 1 if supply or counts else 0
    return skills + supply + counts * (1 + families) + panels * (1 + drawn)


def backfill(ask: Ask, since: date, per_month: int | None) -> Iterator[Payload]:
    """Ask month by month, newest first, for what is not landed yet, and for today's supply."""
    skills: dict[str, list[int]] = {}
    for month in months(since, ask.now):
        if _counts_name(month) not in ask.landed:
            skills = skills or skill_ids(ask)
            answer = bundled(ALL, _counts(ask, month, skills))
            yield Payload(_counts_name(month), answer, source_id="freelancer_counts")
        name = _panel_name(month, per_month)
        if name not in ask.landed:
            answer = bundled(ALL, _sample(ask, month, per_month or PER_MONTH))
            yield Payload(name, answer, source_id="freelancer_panel")
    yield from directory(ask, skills)  # last: it may not be public


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
    span = window(*_bounds(month))
    for family, numbers in {"*": [], **skills}.items():
        query = [*span, *(("jobs[]", number) for number in numbers)]
        answer = ask.get(count_address(ALL, query))
        yield _noted(answer, month=f"{month:%Y-%m}", family=family)


def _sample(ask: Ask, month: date, per_month: int) -> Iterator[Answer]:
    """Yield the answers of a month's drawn windows, after the count they are cut by."""
    begin, end = _bounds(month)
    counted = ask.get(count_address(ALL, window(begin, end)))
    yield _noted(counted, month=f"{month:%Y-%m}")
    for note, opens, closes in draw(month, total_count(counted.body), per_month):
        for answer in _pages(ask, opens, closes):
            yield _noted(answer, **note)


def draw(
    month: date, total: int, per_month: int
) -> Iterator[tuple[dict[str, Any], datetime, datetime]]:
    """Yield the drawn windows of a month with `total` projects: what they are, begin, end."""
    begin, end = _bounds(month)
    windows, drawn = drawn_windows(f"{month:%Y-%m}", total, per_month)
    length = (end - begin) / windows
    for index in drawn:
        note = {"month": f"{month:%Y-%m}", "window": index, "windows": windows, "drawn": len(drawn)}
        closes = end if index + 1 == windows else _whole(begin + (index + 1) * length)
        yield note, _whole(begin + index * length), closes


def drawn_windows(month: str, total: int, per_month: int) -> tuple[int, list[int]]:
    """Return into how many windows a month is cut, and which are drawn, in order.

    >>> drawn_windows("2020-01", 30, 200)
    (3, [0, 1, 2])
    >>> windows, drawn = drawn_windows("2020-01", 12_000, 200); windows, len(drawn)
    (1000, 17)
    """
    windows = max(1, math.ceil(total / PER_WINDOW))
    draws = min(windows, math.ceil(per_month / PER_WINDOW))
    chance = random.Random(f"freelancer panel {month}")
    return windows, sorted(chance.sample(range(windows), draws))


def window_name(note: Mapping[str, Any]) -> str:
    """Return how a row names the window it was drawn in (read by models/_windows.py)."""
    return "{month} window {window} of {windows}, {drawn} drawn".format_map(note)


def _pages(ask: Ask, begin: datetime, end: datetime) -> Iterator[Answer]:
    """Yield the pages of one window until they bring nothing new."""
    seen: set[Any] = set()
    for offset in range(0, MOST_PAGES * MOST_PER_PAGE, MOST_PER_PAGE):
        query = [*window(begin, end), ("limit", MOST_PER_PAGE), ("offset", offset), *DETAILS]
        answer = ask.get(address(ALL, query))
        ids = {str(record.get("id")) for record in projects(answer.body)}
        yield answer
        if not ids - seen or offset + MOST_PER_PAGE >= total_count(answer.body):
            return
        seen |= ids


def _bounds(month: date) -> tuple[datetime, datetime]:
    begin = datetime(month.year, month.month, 1)
    return begin, (begin + timedelta(days=32)).replace(day=1)


def _whole(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def _noted(answer: Answer, **notes: Any) -> Answer:
    """Return an answer with what its address does not say behind a #."""
    note = address("", notes.items()).removeprefix("?")
    return Answer(f"{answer.url}#{note}", answer.body, answer.moment)


def notes(url: str | None) -> dict[str, str]:
    """Return what `backfill` noted behind an address.

    >>> notes("https://a.org/x?b=1#month=2020-01&family=*")
    {'month': '2020-01', 'family': '*'}
    """
    return dict(parse_qsl((url or "").partition("#")[2]))
