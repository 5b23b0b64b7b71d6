"""One command for one live source: ask, store, read, list; a failing one never harms the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from types import ModuleType
from typing import Any

from etl import landing, ledger
from etl.asker import Asker
from etl.asking import Payload
from etl.config import warehouse_file
from etl.console import complain, say
from etl.contracts import Capture, ObservatoryError, SourceChanged
from etl.fx import Rates
from etl.http import Client
from etl.load import load_source, reading
from etl.normalise import Normalised, read_payload
from etl.politeness import Turns
from etl.reference import code_version
from etl.sources import sources
from etl.switches import addresses, hosts_of
from etl.warehouse import Warehouse

Extract = Callable[[Asker], Iterator[Payload]]


def ask_source(
    module: ModuleType,
    command: str,
    landed_at: datetime,
    turns: Turns,
    extract: Extract,
    rates: Rates,
) -> bool:
    """Carry out one command for one source; an error of ours is said and kept in the ledger."""
    name = module.SOURCE.id
    try:
        with (
            ledger.entry(landed_at, command, name) as row,
            Warehouse(warehouse_file()) as warehouse,
        ):
            _Taking(module, landed_at, turns, warehouse, rates).run(extract, row)
    except ObservatoryError as error:
        complain(f"{name}: {error}")
        return False
    return True


class _Taking:
    """One command for one source, from its first request to its ledger row."""

    def __init__(
        self,
        module: ModuleType,
        landed_at: datetime,
        turns: Turns,
        warehouse: Warehouse,
        rates: Rates,
    ):
        self.module, self.landed_at = module, landed_at
        self.turns, self.warehouse = turns, warehouse
        self.shelves: dict[str, landing.Shelf] = {}
        self.rates = rates
        self.code = code_version("etl/sources", "etl/parse", "data/reference")
        self.totals: Counter[str] = Counter()
        self.seen: set[Any] = set()  # listings and points of this command
        self.news = 0  # payloads

    def run(self, extract: Extract, row: dict[str, Any]) -> None:
        """Ask, land and read; `row` becomes the ledger's whatever happens."""
        source, listed = self.module.SOURCE, addresses(self.module.SOURCE.id)
        client = Client(hosts_of(self.module), source.budget, self.turns)
        landed = self._names()
        before = {name: self.warehouse.count_listings(name) for name in self.shelves}
        shelf = self._shelf(source.id)
        ask = Asker(self.landed_at, client, shelf, self.warehouse, shelf.cursor(), landed, listed)
        try:
            with closing(client):
                for payload in extract(ask):
                    self._take(payload)
        finally:
            row |= self._facts(client, before)
        say(f"{source.id}: {_summary(row)}")
        row["outcome"] = ledger.LANDED if self.news else ledger.KNOWN

    def _names(self) -> set[str]:
        """Return the names of what was landed, under this id or those its history has, and read."""
        found: set[str] = set()
        for own in _own_ids(self.module):
            found |= self._shelf(own).names(but=self.warehouse.unread(own))
        return found

    def _shelf(self, source_id: str) -> landing.Shelf:
        """Return a source's shelf, what stands on it read first."""
        if source_id not in self.shelves:
            captures = landing.captures(source_id)
            if captures:
                load_source(self.warehouse, captures, self.rates)
            self.shelves[source_id] = landing.Shelf(source_id)
        return self.shelves[source_id]

    def _take(self, payload: Payload) -> None:
        """Store one payload, read it, list it; the cursor moves only past what could be read."""
        source_id = payload.source_id or self.module.SOURCE.id
        module, body = sources()[source_id], payload.answer.body
        capture = _capture(source_id, payload, self.landed_at)
        shelf = self._shelf(source_id)
        if module.SOURCE.kind == "listing":
            capture = shelf.seen_again(capture)
        shelf.store(body, capture)
        result = read_payload(module, body, capture, self.rates)
        must_hold = not payload.may_hold_none
        if result.is_unreadable and must_hold:
            capture = replace(capture, cursor=None, validators=None)
        # a series that goes back to what it said before has said it anew
        is_back = module.SOURCE.kind == "series" and shelf.is_superseded(capture)
        before = shelf.listed(capture.sha256)
        is_new = shelf.land(body, capture, is_correction=is_back)
        listed = shelf.listed(capture.sha256)
        if listed != before:
            if before is not None:  # known bytes keep their first moment
                result = read_payload(module, body, listed, self.rates)
            self.warehouse.load(result, reading(listed, self.code, result.rows, self.rates))
        if is_new:
            self.news += 1
            self._count(result)
        if result.is_unreadable and must_hold:
            raise SourceChanged(
                f"{result.rejects[0].reason}; the payload is kept in raw, a person must look"
            )

    def _count(self, result: Normalised) -> None:
        self.totals.update(result.totals())
        key = [name for name in result.table.key if name not in ("raw_sha256", "observed_at")]
        self.seen |= {tuple(row.get(name) for name in key) for row in result.rows}

    def _facts(self, client: Client, before: Mapping[str, int]) -> dict[str, Any]:
        """Return what goes into the ledger."""
        counted = (self.warehouse.count_listings(name) for name in self.shelves)
        news = max(0, sum(counted) - sum(before.values()))
        return dict(self.totals) | {
            "requests": client.requests,
            "bytes": client.bytes,
            "listings_new": news,
            "listings_seen_again": max(0, len(self.seen) - news),
        }


def _capture(source_id: str, payload: Payload, landed_at: datetime) -> Capture:
    answer = payload.answer
    return Capture(
        source_id,
        payload.name,
        landing.sha256(answer.body),
        answer.moment,
        "second",
        landed_at,
        url=answer.url,
        cursor=payload.cursor or None,
        validators=answer.validators or None,
    )


def _own_ids(module: ModuleType) -> Iterable[str]:
    return (module.SOURCE.id, *getattr(module, "LANDS_AS", ()))


def _summary(row: Mapping[str, Any]) -> str:
    return (
        f"{row['requests']:,} requests, {row['listings_new']:,} new,"
        f" {row['listings_seen_again']:,} seen again, {row.get('rejects', 0):,} rejected"
        + (" (why: page Sources)" if row.get("rejects") else "")
    )
