"""What sources that answer in JSON share: the body, its records, and keys that must be there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from etl.asking import Ask
from etl.contracts import SourceChanged

ENOUGH = 5  # so many records without a key that is always there are a change of shape, no accident


def address(url: str, parameters: Iterable[tuple[str, Any]]) -> str:
    """Return an address with its query; brackets stay as they are.

    >>> address("https://a.org/x", [("jobs[]", 3), ("q", "a b")])
    'https://a.org/x?jobs[]=3&q=a+b'
    """
    return f"{url}?{urlencode(list(parameters), safe='[]')}"


def json_body(body: bytes) -> Any:
    """Return what a JSON body holds; SourceChanged when it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise SourceChanged(f"no JSON ({str(error)[:80]})") from error


def records_at(value: Any, *path: str) -> list[dict[str, Any]]:
    """Return the list of objects at a path of keys; a bare list stands for itself.

    >>> records_at({"result": {"jobs": [{"id": 1}]}}, "result", "jobs")
    [{'id': 1}]
    """
    if not isinstance(value, list):
        for key in path:
            if not isinstance(value, Mapping) or key not in value:
                raise SourceChanged(f"the key {key!r} is missing")
            value = value[key]
    if not isinstance(value, list):
        raise SourceChanged(f"{'.'.join(path)} is no list")
    return value


def located(
    records: Sequence[Any], always: Iterable[str] = (), what: str = "row"
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (locator, record) of every record.

    `always` names keys every record of the source carries. A key that not one of ENOUGH or more
    records carries was renamed: SourceChanged. A record without it otherwise is the reader's to
    reject (`record[key]` in `_listing.rows` is a ValueError through `need`).
    """
    objects = [record for record in records if isinstance(record, Mapping)]
    if records and not objects:
        raise SourceChanged("the records are no objects")
    if len(objects) >= ENOUGH:
        for key in always:
            if not any(key in record for record in objects):
                raise SourceChanged(f"none of its {len(objects)} records holds {key!r}")
    for number, record in enumerate(records, start=1):
        yield f"{what} {number}", record if isinstance(record, Mapping) else {}


def need(record: Mapping[str, Any], key: str, kind: type | tuple[type, ...] = object) -> Any:
    """Return a value that must be there and of a type; ValueError names the key otherwise.

    >>> need({"id": 3}, "id", int)
    3
    """
    value = record.get(key)
    if value is None:
        raise ValueError(f"{key} is missing")
    return typed(key, value, kind)


def maybe(record: Mapping[str, Any], key: str, kind: type | tuple[type, ...] = object) -> Any:
    """Return a value or None; ValueError names the key when it is of another type."""
    value = record.get(key)
    return None if value is None else typed(key, value, kind)


def typed(key: str, value: Any, kind: type | tuple[type, ...]) -> Any:
    """Return the value if it is of a type (a boolean is no number)."""
    if not isinstance(value, kind) or (isinstance(value, bool) and kind in (int, (int, float))):
        raise ValueError(f"{key} has an unknown form: {str(value)[:60]!r}")
    return value


def unix_seconds(value: float) -> datetime:
    """Return a Unix time in seconds as naive UTC; milliseconds and nonsense are a ValueError.

    >>> unix_seconds(1778990421)
    datetime.datetime(2026, 5, 17, 4, 0, 21)
    """
    if not 0 < value < 4_102_444_800:  # 2100
        raise ValueError(f"{value} is no Unix time in seconds")
    return datetime.fromtimestamp(value, UTC).replace(tzinfo=None)


def is_rested(ask: Ask, hours: float) -> bool:
    """Were these hours over since the payload landed last was asked for?"""
    asked_at = datetime.fromisoformat(ask.cursor.get("asked_at", "1970-01-01"))
    return not timedelta(0) <= ask.now - asked_at < timedelta(hours=hours)
