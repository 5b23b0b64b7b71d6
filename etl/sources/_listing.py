"""What listing sources share: one row per record, keys for lists without ids, odd cells."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from etl.contracts import Reject
from etl.parse.money import Money

LICENCE = "listings belong to their authors; aggregates only"


class NotKept(ValueError):
    """A row that is whole and not ours to keep: no sign that its source has changed."""


def rows(
    records: Iterable[Any], row: Callable[[dict[str, Any]], dict[str, Any]]
) -> Iterator[dict[str, Any] | Reject]:
    """Yield `row` of every record; one it cannot read becomes a Reject that says why."""
    for item in records:
        if isinstance(item, Reject):
            yield item
            continue
        locator, record = item
        try:
            yield row(record)
        except ValueError as error:
            yield Reject(locator, str(error), is_sound=isinstance(error, NotKept))


def cells_key(record: Mapping[str, str | None], without: str | None = None) -> str:
    """Return a key for a listing without id: a hash of all its cells but the one named.

    >>> cells_key({"": "7", "title": "Fix a bug"}, without="") == cells_key({"title": "Fix a bug"})
    True
    """
    cells = [cell or "" for name, cell in record.items() if name != without]
    return hashlib.sha256("\x1f".join(cells).encode()).hexdigest()[:24]


def labels(cell: str | None) -> list[str]:
    """Read a list of labels as Python prints it.

    >>> labels("['Excel', 'C++ ']"), labels(None)
    (['Excel', 'C++'], [])
    """
    try:
        value = ast.literal_eval(cell or "[]")
    except (ValueError, SyntaxError, MemoryError, RecursionError) as error:
        raise ValueError(f"no list of labels: {str(cell)[:60]!r}") from error
    if not isinstance(value, list) or not all(isinstance(label, str) for label in value):
        raise ValueError(f"no list of labels: {str(cell)[:60]!r}")
    return [label.strip() for label in value if label.strip()]


def known(meanings: Mapping[str, Any], label: str | None, what: str) -> Any:
    """Return what a label means, None for no label; an unknown label is refused by name."""
    if label is None:
        return None
    if label not in meanings:
        raise ValueError(f"unknown {what} {label[:60]!r}")
    return meanings[label]


def number(cell: str | None) -> float | None:
    """Read a number a program wrote: "12.125" is twelve and an eighth, unlike a price on a page."""
    if cell is None or cell == "NA":
        return None
    try:
        return float(cell)
    except ValueError:
        raise ValueError(f"no number: {cell[:60]!r}") from None


def price_cells(price: Money | None) -> dict[str, Any]:
    """Return the columns of a price; none for none."""
    if price is None:
        return {}
    return {"price_min": price.low, "price_max": price.high, "currency": price.currency}


def text_cell(record: Mapping[str, Any], name: str) -> str | None:
    """Return a cell of a typed file that must hold text or nothing."""
    value = record[name]
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{name} is no text: {str(value)[:60]!r}")
    return value or None


def moment_cell(record: Mapping[str, Any], name: str) -> datetime | None:
    """Return a cell of a typed file that must hold a moment or nothing, as naive UTC."""
    value = record[name]
    if value is not None and not isinstance(value, datetime):
        raise ValueError(f"{name} is no moment: {str(value)[:60]!r}")
    return value.astimezone(UTC).replace(tzinfo=None) if value and value.tzinfo else value
