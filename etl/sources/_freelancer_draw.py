"""Which windows of time a month is sampled by, and how a window is named. Pure.

A month is cut into windows of equal length, about PER_WINDOW projects each, of which some are
drawn at random without replacement and read whole. Every project of a month has the same chance,
and a window is the unit drawn: intervals must say so. The draw is the same in every run, so an
interrupted backfill goes on with the same windows.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

PER_MONTH = 200  # projects sampled, unless the operator says otherwise
PER_WINDOW = 12
BIDDING = timedelta(days=45)  # after which hardly a project still takes bids


def months(since: date, now: datetime) -> list[date]:
    """Return the first days of the months that are over, newest first.

    >>> months(date(2025, 11, 5), datetime(2026, 1, 20))
    [datetime.date(2025, 12, 1), datetime.date(2025, 11, 1)]
    """
    found, month = [], now.date().replace(day=1)
    while (month := (month - timedelta(days=1)).replace(day=1)) >= since.replace(day=1):
        found.append(month)
    return found


def is_settled(month: date, now: datetime) -> bool:
    """Has the bidding on a month's last projects ended? Drawn earlier, their bids would not be."""
    return now >= bounds(month)[1] + BIDDING


def draw(
    month: date, total: int, per_month: int
) -> Iterator[tuple[dict[str, Any], datetime, datetime]]:
    """Yield the drawn windows of a month with `total` projects: what they are, begin, end."""
    begin, end = bounds(month)
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


def notes(url: str | None) -> dict[str, str]:
    """Return what `backfill` noted behind an address.

    >>> notes("https://a.org/x?b=1#month=2020-01&family=*")
    {'month': '2020-01', 'family': '*'}
    """
    return dict(parse_qsl((url or "").partition("#")[2]))


def bounds(month: date) -> tuple[datetime, datetime]:
    """Return the begin of a month, and of the next."""
    begin = datetime(month.year, month.month, 1)
    return begin, (begin + timedelta(days=32)).replace(day=1)


def _whole(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
