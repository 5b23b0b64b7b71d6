"""What a source's `extract` and `backfill` are given: answers, and what is known already."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from etl import landing
from etl.asking import Answer, Kind
from etl.http import Client
from etl.warehouse import Warehouse

FORGOTTEN_DAYS = 14  # an open listing that did not answer for so long is not asked for again
SEEN_LATELY = timedelta(hours=12)  # nor is one that was seen since


@dataclass
class Asker:
    """What a source's `extract` and `backfill` are given (`etl.asking.Ask`)."""

    now: datetime
    client: Client
    shelf: landing.Shelf
    warehouse: Warehouse
    cursor: Mapping[str, Any]
    landed: Set[str]
    addresses: tuple[str, ...]

    def get(
        self,
        url: str,
        *,
        kind: Kind = "json",
        part: tuple[int, int] | None = None,
        missing_ok: bool = False,
    ) -> Answer:
        """Return the answer to a GET; one that has not changed is the one landed before."""
        before = None if part else self.shelf.answer_of(url)
        validators = before.validators if before else None
        answer = self.client.get(
            url, kind=kind, part=part, missing_ok=missing_ok, validators=validators
        )
        if answer is not None:
            return answer
        return Answer(url, landing.payload(before), self.now, before.validators or {})

    def open_ids(self) -> list[str]:
        """Return ids of listings that were open when last seen, longest unseen first."""
        oldest = self.now - timedelta(days=FORGOTTEN_DAYS)
        return self.warehouse.open_listings(self.shelf.source_id, oldest, self.now - SEEN_LATELY)
