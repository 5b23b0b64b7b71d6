"""Payload → checked rows: pure, every row accounted for.

rows read = accepted rows + in-file duplicates + rejects, always.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from types import ModuleType
from typing import Any

from etl.contracts import Capture, Reject, Source, SourceChanged, Table, future_problem
from etl.fx import Rates, usd_per_unit
from etl.parse.personal import drop_personal
from etl.tables import PLAUSIBLE_PRICE_USD, SERIES, SIGHTINGS

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
    rows: list[dict[str, Any]] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    duplicates: int = 0

    @property
    def read(self) -> int:
        """Rows read from the payload."""
        return len(self.rows) + len(self.rejects) + self.duplicates

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
    """Read one payload with its source module; raise SourceChanged when it holds no row at all."""
    source: Source = module.SOURCE
    table = SIGHTINGS if source.kind == "listing" else SERIES
    finish = _listing if source.kind == "listing" else _point
    result = Normalised(capture, table)
    seen: dict[tuple[Any, ...], dict[str, Any]] = {}
    try:
        for number, item in enumerate(module.normalise(body, capture), start=1):
            if isinstance(item, Reject):
                result.rejects.append(item)
                continue
            _accept(result, seen, finish(item, source, capture, rates), number)
    except SourceChanged as error:
        raise SourceChanged(f"{capture.name} is no {source.id}: {error}") from error
    if not result.read:
        raise SourceChanged(f"{capture.name} is no {source.id}: it holds no row")
    return result


def _accept(result: Normalised, seen: dict, row: dict[str, Any], number: int) -> None:
    problem = result.table.check(row) or future_problem(row, result.capture)
    if problem:
        result.rejects.append(Reject(f"row {number}", problem))
        return
    keys = [name for name in result.table.key if name != "raw_sha256"]
    key = tuple(row.get(name) for name in keys)
    first = seen.setdefault(key, row)
    if first is row:
        result.rows.append(row)
    elif first == row:
        result.duplicates += 1
    else:
        names = sorted(n for n in first.keys() | row.keys() if first.get(n) != row.get(n))
        result.rejects.append(
            Reject(f"row {number}", f"same id as an earlier row, but other {', '.join(names)}")
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
    if not isinstance(row.get("flags", []), list):
        return row  # the contract check names it
    flags = set(map(str, row.get("flags", [])))
    _add_dollars(row, flags, _posting_month(row, capture), rates)
    row["flags"] = sorted(flags)
    return row


def _add_dollars(
    row: dict[str, Any], flags: set[str], month: datetime | None, rates: Rates
) -> None:
    amounts = [row.get("price_min"), row.get("price_max")]
    if not any(_is_number(amount) for amount in amounts):
        return
    currency = row.get("currency")
    rate = 1.0 if currency == "USD" else None
    if rate is None and month is not None and isinstance(currency, str):
        rate = usd_per_unit(currency, month, rates)
    if rate is None:
        flags.add("rate_missing")
        return
    low, high = PLAUSIBLE_PRICE_USD.get(row.get("pricing_type") or "", (0, float("inf")))
    for name, amount in zip(("price_min_usd", "price_max_usd"), amounts, strict=True):
        if _is_number(amount):
            row[name] = amount * rate
            if not low <= row[name] <= high:
                flags.add("price_implausible")


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _posting_month(row: dict[str, Any], capture: Capture) -> datetime | None:
    """When it was posted; else when it was seen, as far as either is known to the month."""
    if isinstance(row.get("posted_at"), datetime) and row.get("posted_precision") != "year":
        return row["posted_at"]
    if capture.precision in ("year", "unknown"):
        return None
    return capture.captured_at
