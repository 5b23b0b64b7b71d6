"""Payload → checked rows: pure, every row accounted for.

rows read = accepted rows + in-file duplicates + rejects, always.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import Any

from etl.contracts import Capture, Reject, Source, SourceChanged, Table, future_problem
from etl.dollars import add_dollars
from etl.fx import Rates
from etl.parse.personal import drop_personal
from etl.parse.unwrap import Part, parts
from etl.tables import SERIES, SIGHTINGS

PAYLOAD = "payload"  # locator of a reject that stands for a whole payload

# Columns in which a source may carry what people write; ids and links are not free text.
CLEANED = (
    "title",
    "text",
    "skills",
    "source_category",
    "status",
    "employment_type",
    "seller_level",
)


@dataclass
class Normalised:
    """What one payload held: accepted rows, and a count or a record of all the others."""

    capture: Capture
    table: Table
    is_incremental: bool = False  # of a series: its payloads hold some periods each
    rows: list[dict[str, Any]] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    repeats: list[str] = field(default_factory=list)  # where identical rows came again

    @property
    def duplicates(self) -> int:
        """Rows identical to an earlier one of the payload."""
        return len(self.repeats)

    @property
    def read(self) -> int:
        """Rows read from the payload."""
        return len(self.rows) + len(self.rejects) + self.duplicates

    @property
    def is_unreadable(self) -> bool:
        """Is it a payload its source cannot read?"""
        return bool(self.rejects) and self.rejects[0].locator == PAYLOAD

    def totals(self) -> dict[str, int]:
        """Return where the rows went, by the names of the run ledger."""
        return {
            "rows_read": self.read,
            "rows_accepted": len(self.rows),
            "duplicates": self.duplicates,
            "rejects": len(self.rejects),
        }

    def reasons(self) -> Counter[str]:
        """Return how often each reason led to a reject."""
        return Counter(reject.reason for reject in self.rejects)


def normalise(module: ModuleType, body: bytes, capture: Capture, rates: Rates) -> Normalised:
    """Read one payload with its source module, unwrapping what it was kept in.

    Raises SourceChanged when no part of it has the source's shape, or (but for live sources, whose
    answers may be empty) when it holds no row at all.
    """
    source: Source = module.SOURCE
    result = _empty(source, capture)
    seen: dict[tuple[Any, ...], dict[str, Any]] = {}
    changed: list[str] = []
    understood = 0
    for part in parts(body):
        if isinstance(part, Reject):
            result.rejects.append(part)
            continue
        try:
            _read_part(module, part, result, seen, rates)
            understood += 1
        except SourceChanged as error:
            changed.append(str(error))
            if part.locator:
                result.rejects.append(Reject(part.locator, str(error)))
    if changed and not understood:
        raise SourceChanged(f"{capture.name} is no {source.id}: {changed[0]}")
    if not result.read and not source.hosts:
        raise SourceChanged(f"{capture.name} is no {source.id}: it holds no row")
    return result


def read_payload(module: ModuleType, body: bytes, capture: Capture, rates: Rates) -> Normalised:
    """Return what a landed payload says, or that nothing of it can be read.

    An answer of a live source all of whose rows are rejected has changed: a field was renamed.
    """
    try:
        result = normalise(module, body, capture, rates)
    except SourceChanged as error:
        return unreadable(module, capture, str(error))
    if capture.url is None or result.rows or all(reject.is_sound for reject in result.rejects):
        return result
    reason, count = result.reasons().most_common(1)[0]
    said = f"all {result.read:,} rows are rejected, {count:,} because: {reason}"
    return unreadable(module, capture, said)


def unreadable(module: ModuleType, capture: Capture, reason: str) -> Normalised:
    """Return what a landed payload is that its source can no longer read: one reject, kept."""
    result = _empty(module.SOURCE, capture)
    result.rejects.append(Reject(PAYLOAD, reason))
    return result


def _empty(source: Source, capture: Capture) -> Normalised:
    table = SIGHTINGS if source.kind == "listing" else SERIES
    return Normalised(capture, table, source.is_incremental)


def _read_part(
    module: ModuleType, part: Part, result: Normalised, seen: dict, rates: Rates
) -> None:
    """Read one body of a payload."""
    capture = result.capture
    if part.locator:
        moment = (
            (part.moment, "second") if part.moment else (capture.captured_at, capture.precision)
        )
        capture = replace(
            capture,
            url=part.url,
            captured_at=moment[0],
            precision=moment[1],
            is_truncated=part.is_truncated,
        )
    finish = _listing if module.SOURCE.kind == "listing" else _point
    where = f"{part.locator} " if part.locator else ""
    items = module.normalise(part.body, capture)
    if part.locator:
        items = list(items)  # of a part that breaks, nothing counts; a broken payload ends here
    for number, item in enumerate(items, start=1):
        if isinstance(item, Reject):
            result.rejects.append(replace(item, locator=where + item.locator))
        else:
            row = finish(item, module.SOURCE, capture, rates)
            _accept(result, seen, row, f"{where}row {number}")


def _accept(result: Normalised, seen: dict, row: dict[str, Any], locator: str) -> None:
    problem = result.table.check(row) or future_problem(row, result.capture)
    if problem:
        result.rejects.append(Reject(locator, problem))
        return
    keys = [name for name in result.table.key if name != "raw_sha256"]
    key = tuple(row.get(name) for name in keys)
    first = seen.setdefault(key, row)
    if first is row:
        result.rows.append(row)
    elif first == row:
        result.repeats.append(locator)
    else:
        names = sorted(n for n in first.keys() | row.keys() if first.get(n) != row.get(n))
        result.rejects.append(
            Reject(locator, f"same id as an earlier row, but other {', '.join(names)}")
        )


def _point(row: dict[str, Any], source: Source, capture: Capture, rates: Rates) -> dict[str, Any]:
    return {"geo": "*", "dims": "", "flags": "", **row, "source_id": source.id}


def _listing(row: dict[str, Any], source: Source, capture: Capture, rates: Rates) -> dict[str, Any]:
    row = {
        "observed_at": capture.captured_at,
        "observed_precision": "day" if row.get("observed_at") else capture.precision,
        **row,
        "source_id": source.id,
        "raw_sha256": capture.sha256,
    }
    for name in CLEANED:
        value = row.get(name)
        if isinstance(value, str):
            row[name] = drop_personal(value).strip() or None
        elif isinstance(value, list):
            row[name] = [drop_personal(v) if isinstance(v, str) else v for v in value]
    if row.get("pricing_type") == "hourly":
        row["price_period"] = "hour"
    if not isinstance(row.get("flags", []), list):
        return row  # the contract check names it
    flags = set(map(str, row.get("flags", [])))
    add_dollars(row, flags, capture, rates)
    row["flags"] = sorted(flags)
    return row
