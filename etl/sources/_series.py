"""What the series sources share: CSV files told apart by their header, one point per cell.

Numbers here were written by programs, so "6.170" is 6.17: they are read by `float`, never by the
separator rules for money. An unreadable cell is one Reject and leaves its neighbours alone.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from etl.contracts import Reject, SourceChanged
from etl.parse.dates import parse_timestamp
from etl.parse.records import csv_records, decoded

Point = dict[str, Any]
# A file's reader takes one record and the newest period in the file; `value` and `n` stay text.
Reader = Callable[[Mapping[str, str | None], str], Iterable[Point]]


def points(body: bytes, files: Mapping[tuple[str, ...], Reader]) -> Iterator[Point | Reject]:
    """Yield the points of a CSV; its header picks the reader, its first named column the period."""
    header = next(csv.reader(decoded(body).splitlines()[:1]), [])
    columns = next((names for names in files if set(names) <= set(header)), None)
    if columns is None:
        known = " or ".join(", ".join(names) for names in files)
        raise SourceChanged(f"its header is {', '.join(header)[:200]!r}; known are {known}")
    records = list(csv_records(body, columns))
    periods = (item[1][columns[0]] or "" for item in records if not isinstance(item, Reject))
    newest = max(periods, default="")
    for item in records:
        if isinstance(item, Reject):
            yield item
            continue
        locator, record = item
        try:
            found = list(files[columns](record, newest))
        except ValueError as error:
            yield Reject(locator, str(error))
            continue
        for point in found:
            yield _finished(point, locator)


def _finished(point: Point, locator: str) -> Point | Reject:
    try:
        point["value"] = _number(point["value"])
        _check_unit(point["series_id"], point["value"])
        if point.get("n") is not None:
            point["n"] = _whole(point["n"])
    except ValueError as error:
        name = " ".join(filter(None, (point["series_id"], point.get("dims"))))
        return Reject(locator, f"{name}: {error}")
    return point


def _number(cell: str | None) -> float | None:
    if cell is None:
        return None
    plain = re.fullmatch(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", cell)
    if not plain or not math.isfinite(float(cell)):
        raise ValueError(f"{cell[:60]!r} is no number")
    return float(cell)


def _whole(cell: str) -> int:
    if not re.fullmatch(r"[0-9]{1,15}", cell):
        raise ValueError(f"{cell[:60]!r} is no whole count")
    return int(cell)


def _check_unit(series_id: str, value: float | None) -> None:
    """Hold a value to the unit its name promises: `_share` is 0 to 1, `_pct` is 0 to 100."""
    high = 100 if series_id.endswith("_pct") else 1 if series_id.endswith("_share") else None
    if high and value is not None and not 0 <= value <= high:
        raise ValueError(f"{value:g} lies outside 0 to {high}")


def first_day(cell: str | None, precision: str = "day") -> datetime:
    """Return the first day of a period written as "2026-07-06", or "2011-04", or "2017".

    >>> first_day("2011-04", "month")
    datetime.datetime(2011, 4, 1, 0, 0)
    """
    found = parse_timestamp(cell)
    if found is None or found[1] != precision:
        raise ValueError(f"{(cell or '')[:60]!r} is no {precision}")
    return found[0]


def first_day_of_quarter(cell: str | None) -> datetime:
    """Return the first day of a quarter written as "2020Q1".

    >>> first_day_of_quarter("2024Q3")
    datetime.datetime(2024, 7, 1, 0, 0)
    """
    match = re.fullmatch(r"((?:19|20)[0-9]{2})Q([1-4])", cell or "")
    if not match:
        raise ValueError(f"{(cell or '')[:60]!r} is no quarter")
    return datetime(int(match[1]), 3 * int(match[2]) - 2, 1)


def dims(**pairs: str | None) -> str:
    """Return dimensions as the tables hold them; a label that would break the form is refused.

    >>> dims(variable="new_postings", country="Ireland")
    'country=Ireland;variable=new_postings'
    """
    for name, label in pairs.items():
        if not label or re.search(r"[;=\x00-\x1f]", label):
            raise ValueError(f"{name} {(label or '')[:60]!r} is no label")
    return ";".join(f"{name}={pairs[name]}" for name in sorted(pairs))
