"""Raw → warehouse: normalise the payloads that are new, or were read by other code."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from types import ModuleType

from etl import landing
from etl.contracts import Capture, CheckFailed, ObservatoryError
from etl.fx import shipped_rates
from etl.ledger import BUILT
from etl.mapping import mapped_module
from etl.normalise import Normalised, normalise
from etl.reference import code_version
from etl.sources import sources
from etl.warehouse import Warehouse

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
    code = code_version("etl/sources", "etl/parse", "data/reference")
    result = Loaded()
    for source_id in landing.landed_sources():
        captures = landing.captures(source_id)
        begin = time.monotonic()
        try:
            new = _load_source(warehouse, captures, code)
            result.modules[source_id] = module_of(captures[-1])
            entry = _totals(new) | {"outcome": BUILT}
        except ObservatoryError as error:
            result.failures[source_id] = str(error)
            new, entry = [], {"outcome": str(error)}
        if new or source_id in result.failures:
            entry |= {"source_id": source_id, "seconds": time.monotonic() - begin}
            warehouse.log(started_at, "build", entry)
            say(f"{source_id}: " + _sentence(entry))
    return result


def _load_source(warehouse: Warehouse, captures: list[Capture], code: str) -> list[Normalised]:
    done = warehouse.loaded(captures[0].source_id)
    known = {capture.sha256 for capture in captures}
    for gone in done.keys() - known:
        warehouse.drop_capture(captures[0].source_id, gone)
    stale = [c for c in captures if done.get(c.sha256) != _reading(c, code)]
    loaded = []
    for capture in stale:
        body = landing.payload(capture)
        result = normalise(module_of(capture), body, capture, shipped_rates())
        warehouse.load(result, _reading(capture, code))
        loaded.append(result)
    return loaded


def _reading(capture: Capture, code: str) -> str:
    """Return what a payload's rows depend on beside its bytes: our code, and when it was seen."""
    return f"{code} {capture.captured_at} {capture.precision}"


def _totals(results: list[Normalised]) -> dict[str, int]:
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
