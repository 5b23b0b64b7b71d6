"""What a live source and the pipeline say to each other: asks, answers, payloads (stdlib only)."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

Kind = Literal["json", "html", "xml", "csv", "zip", "warc"]


@dataclass(frozen=True)
class Answer:
    """The body a host sent, decompressed; `moment` is when, UTC without zone."""

    url: str
    body: bytes
    moment: datetime
    validators: Mapping[str, str] = field(default_factory=dict)  # for the next, conditional request


@dataclass(frozen=True)
class Payload:
    """An answer to be landed; after it the next pull goes on at `cursor`."""

    name: str  # unique among the payloads of one pull
    answer: Answer
    cursor: Mapping[str, Any] = field(default_factory=dict)
    source_id: str | None = None  # whose payload it is, where not the asking source's own
    may_hold_none: bool = False  # one page of many: that it holds no listing is no change of shape


class Ask(Protocol):
    """What a source's `extract` and `backfill` are given."""

    now: datetime  # start of the pull, UTC without zone
    cursor: Mapping[str, Any]  # of the payload landed last; empty before the first
    landed: Set[str]  # names of the payloads landed so far
    addresses: tuple[str, ...]  # what the operator listed, for sources that ask any site

    def get(
        self,
        url: str,
        *,
        kind: Kind = "json",
        part: tuple[int, int] | None = None,
        missing_ok: bool = False,
    ) -> Answer:
        """Return the answer to a GET; `part` asks for bytes from, to (inclusive).

        With `missing_ok` a 404 is an answer with an empty body. Everything else that is no answer
        of this kind raises SourceUnavailable.
        """

    def open_ids(self) -> list[str]:
        """Return the native ids of the source's listings that were open when last seen."""
