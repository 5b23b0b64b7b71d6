"""Raw → warehouse: normalise the payloads that are new, or were read by other code."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import ModuleType
from typing import Any

from etl import landing
from etl.config import warehouse_file
from etl.contracts import Capture, CheckFailed, ObservatoryError
from etl.dollars import rate_key
from etl.fx import Rates, rate_at, rates_with
from etl.ledger import BUILT
from etl.mapping import mapped_module
from etl.normalise import Normalised, read_payload, unreadable
from etl.reference import code_version
from etl.sources import sources
from etl.warehouse import Warehouse

EMPTY: Rates = {}
LOST = ""  # how a payload was read that could not be found
ECB = "ecb"  # the source of exchange rates, read before all others
ECB_DAYS = """
select period_start::date, substr(dims, 10), value from core_series
where source_id = 'ecb' and dims like 'currency=%' order by all
"""

Say = Callable[[str], None]


@dataclass
class Loaded:
    """The source modules with raw data here, and the sentence for each that failed."""

    modules: dict[str, ModuleType] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)


def module_of(capture: Capture) -> ModuleType:
    """Return the module that reads a payload: its own, or one made from its mapping."""
    if capture.mapping is not None:
        return mapped_module(capture.mapping)
    if capture.source_id in sources():
        return sources()[capture.source_id]
    raise CheckFailed(f"raw data of {capture.source_id} has neither a source module nor a mapping")


def load_raw(warehouse: Warehouse, started_at: datetime, say: Say) -> Loaded:
    """Bring the warehouse in step with raw; a source that fails is named, the others go on."""
    result = Loaded()
    rates = rates_of(warehouse)
    for source_id in sorted(landing.landed_sources(), key=lambda name: (name != ECB, name)):
        begin = time.monotonic()
        new: list[Normalised] = []
        try:
            captures = landing.captures(source_id)
            if not captures:
                continue
            result.modules[source_id] = module_of(captures[-1])
            new = load_source(warehouse, captures, rates)
            if new and source_id == ECB:
                rates = rates_of(warehouse)
            failure = unread(new)
            if failure and not any(read.rows for read in new):
                del result.modules[source_id]
        except ObservatoryError as error:
            result.modules.pop(source_id, None)
            failure = str(error)
        if failure:
            result.failures[source_id] = failure
        entry = totals(new) | {"outcome": failure or BUILT, "source_id": source_id}
        warehouse.log(started_at, "build", entry | {"seconds": time.monotonic() - begin})
        if new or failure:
            say(f"{source_id}: " + _sentence(entry))
    return result


def load_source(warehouse: Warehouse, captures: list[Capture], rates: Rates) -> list[Normalised]:
    """Read the payloads of one source that the warehouse does not hold as they are now read.

    A payload its source can no longer read is kept as one reject that says why.
    """
    code = code_version("etl/sources", "etl/parse", "data/reference")
    source_id = captures[0].source_id
    done = warehouse.loaded(source_id)
    gone = done.keys() - {capture.sha256 for capture in captures}
    for sha in gone:
        warehouse.drop_capture(source_id, sha)
    stale = [c for c in captures if not is_current(done.get(c.sha256), c, code, rates)]
    if _is_series(source_id) and (gone or stale != captures[len(captures) - len(stale) :]):
        stale = captures  # a series says what its last payload says: all are read, in their order
    if len(stale) == len(captures):
        warehouse.drop_series(source_id)
    loaded = []
    for capture in stale:
        module = module_of(capture)
        try:
            result = read_payload(module, landing.payload(capture), capture, rates)
            read = reading(capture, code, result.rows, rates)
        except CheckFailed as error:  # the payload is gone or damaged: asked for in every build
            result, read = unreadable(module, capture, str(error)), LOST
        warehouse.load(result, read)
        loaded.append(result)
    return loaded


def _is_series(source_id: str) -> bool:
    module = sources().get(source_id)
    return module is not None and module.SOURCE.kind == "series"


def unread(results: list[Normalised]) -> str | None:
    """Return one sentence on the payloads that could not be read, or None."""
    reasons = [result.rejects[0].reason for result in results if result.is_unreadable]
    if not reasons:
        return None
    return f"{len(reasons)} of {len(results)} payloads cannot be read and are kept: {reasons[0]}"


def reading(
    capture: Capture, code: str, rows: Iterable[Mapping[str, Any]] = (), rates: Rates = EMPTY
) -> str:
    """Return what a payload's rows depend on beside its bytes: code, moment, cursor, rates.

    The rates are those of the months (or days of a running month) its rows were posted in.
    """
    keys = {key for row in rows if (key := rate_key(row, rates)) is not None}
    reach = (capture.cursor or {}).get("whole_to")
    begin = f"{code} {capture.captured_at} {capture.precision} {reach}"
    return " ".join([begin, *(f"{key}={rate_at(key, rates)}" for key in sorted(keys))])


def is_current(read: str | None, capture: Capture, code: str, rates: Rates) -> bool:
    """Would a payload be read now as it was? Says nothing of a payload never read."""
    begin = reading(capture, code)
    if read is None or not f"{read} ".startswith(f"{begin} "):
        return False
    pairs = (pair.split("=") for pair in read[len(begin) :].split())
    return all(str(rate_at(key, rates)) == told for key, told in pairs)


def rates_of(warehouse: Warehouse) -> Rates:
    """Return the exchange rates: the shipped ones, and those of the ECB files landed here."""
    return rates_with(warehouse.frame(ECB_DAYS).iter_rows())


def landed_rates() -> Rates:
    """Return the exchange rates for a command that has no warehouse open."""
    with Warehouse(warehouse_file()) as warehouse:
        return rates_of(warehouse)


def totals(results: list[Normalised]) -> dict[str, int]:
    """Return where the rows of several payloads went, by the names of the run ledger."""
    total: Counter[str] = Counter()
    for result in results:
        total.update(result.totals())
    return {name: total[name] for name in ("rows_read", "rows_accepted", "duplicates", "rejects")}


def _sentence(entry: dict) -> str:
    if "rows_read" not in entry:
        return entry["outcome"]
    return (
        f"{entry['rows_read']:,} rows read = {entry['rows_accepted']:,} accepted"
        f" + {entry['duplicates']:,} duplicates + {entry['rejects']:,} rejected"
    )
