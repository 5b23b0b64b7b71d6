"""The vocabulary of the pipeline (standard library only): sources, captures, tables, metrics.

Errors, one tree:

    ObservatoryError
    ├── InputError          what the operator gave cannot be used (file, option): correct it
    ├── SourceUnavailable   a source did not answer or refused: retry later, or stop asking
    ├── SourceChanged       a payload no longer has its source's shape: a person looks
    ├── ContractError       a row, table or declaration breaks what was promised
    └── CheckFailed         a built table or edition is implausible or damaged
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any


class ObservatoryError(Exception):
    """Base of every error a reader or operator may see: one sentence, with the remedy."""


class InputError(ObservatoryError):
    """What the operator gave cannot be used."""


class SourceUnavailable(ObservatoryError):
    """A source did not answer, or refused."""


class SourceChanged(ObservatoryError):
    """A payload does not have the shape its source is known to have."""


class ContractError(ObservatoryError):
    """A row, table or declaration breaks its contract."""


class CheckFailed(ObservatoryError):
    """A built table or edition is implausible or damaged."""


SCOPES = {
    "window": "every listing posted in a stated window: volumes over posting time are valid",
    "newest": "the newest listings on one day: a cross-section, no volume over posting time",
    "query": "one selected query: never a market share or a volume",
    "sample": "a random sample of a stated window, drawn by windows of time: quantiles, no counts",
    "capped": "at most so many listings per page or category: no shares, no supply counts",
}


@dataclass(frozen=True)
class Budget:
    """How much a live source may ask of each of its hosts."""

    seconds_between: float  # from one request to the next
    requests_per_day: int  # per UTC day, robots.txt and repeats included


@dataclass(frozen=True)
class Terms:
    """What a source's terms were found to say, by whom reads this project, and when."""

    url: str
    read_on: str  # day, "2026-11-23"
    found: str  # one or two sentences
    read_in_full: bool  # by us: a copy of the whole text, or the notice the source itself sends
    allows: bool | None = None  # what we do; None: they do not say, or it is not clear


@dataclass(frozen=True)
class Source:
    """One place listings or series come from; `id` is used everywhere (module, folder, column)."""

    id: str
    title: str
    publisher: str
    platform: str
    kind: str  # "listing" or "series"
    url: str
    licence: str
    licence_url: str
    caveat: str
    citation: str
    scope: str = "window"  # a key of SCOPES
    cadence_days: int | None = None  # None: a one-off data set, it cannot become stale
    republish_rows: bool = False  # may single rows leave this machine? Aggregates always may
    title_only: bool = False  # texts are bare titles: mention shares are lower bounds
    crosswalk: str | None = None  # data/reference/crosswalk_<name>.csv for its labels
    files: str | None = None  # glob below the shared data folder that `make edition` imports
    defects: Mapping[str, str] = field(default_factory=dict)  # capture day -> why not in growth
    hosts: tuple[str, ...] = ()  # the only hosts a live source may ask
    budget: Budget | None = None  # of a live source
    terms: Terms | None = None  # of a live source
    is_incremental: bool = False  # a series source whose payloads hold some periods each
    selected: bool = False  # a series source over a selected query or of unknown coverage

    @property
    def is_on_by_default(self) -> bool:
        """Is it asked without being switched on? Only where terms read in full allow it."""
        return self.terms is not None and self.terms.read_in_full and self.terms.allows is True


@dataclass(frozen=True)
class Capture:
    """One payload: where it is from, when it was seen, how exactly that is known (UTC, naive)."""

    source_id: str
    name: str
    sha256: str
    captured_at: datetime | None
    precision: str  # second, minute, day, month, year, unknown
    landed_at: datetime
    mapping: Mapping[str, Any] | None = None  # of a mapped file (etl/mapping.py)
    url: str | None = None  # where it was asked for, where that is known
    cursor: Mapping[str, Any] | None = None  # where the next pull goes on after this payload
    validators: Mapping[str, str] | None = None  # headers that ask whether it has changed since
    of: str | None = None  # the hash of its bytes, where they were landed on another day before
    is_truncated: bool = False  # an archive kept only its beginning


@dataclass(frozen=True)
class Reject:
    """A row that breaks the contract: where it stands in its payload, and why."""

    locator: str
    reason: str
    is_sound: bool = False  # a whole row that is not ours to keep, as a deleted project


@dataclass(frozen=True)
class Column:
    """One column, declared once: type, meaning with unit, and the bounds of what can be true."""

    name: str
    type: str  # text, integer, number, boolean, timestamp, list
    meaning: str
    required: bool = False
    allowed: frozenset[str] | None = None
    low: float | None = None  # outside [low, high] the row is rejected
    high: float | None = None
    plausible: tuple[float, float] | None = None  # outside it the row is kept and flagged
    pattern: str | None = None


PYTHON_TYPES = {
    "text": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "timestamp": datetime,
    "list": list,
}


@dataclass(frozen=True)
class Table:
    """A table at a stated grain; `check` says what is wrong with a row, or nothing."""

    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    @property
    def names(self) -> tuple[str, ...]:
        """The column names in order."""
        return tuple(self._by_name)

    def check(self, row: Mapping[str, Any]) -> str | None:
        """Return the first breach of contract in `row` as a sentence, or None."""
        unknown = row.keys() - self._by_name.keys()
        if unknown:
            return f"undeclared column {min(unknown)} (declare it in etl/tables.py)"
        for name, column in self._by_name.items():
            value = row.get(name)
            if value is None and not column.required:
                continue
            problem = _problem(column, value)
            if problem:
                return f"{name} {problem}"
        return None


EARLIEST, LATEST = datetime(1995, 1, 1), datetime(2200, 1, 1)  # no online listing lies outside
INT64 = 2**63 - 1  # larger numbers cannot be kept, so count as not finite


def _problem(column: Column, value: Any) -> str | None:
    if value is None:
        return "is missing" if column.required else None
    if not isinstance(value, PYTHON_TYPES[column.type]) or (
        isinstance(value, bool) and column.type != "boolean"
    ):
        return f"{str(value)[:60]!r} is no {column.type}"
    if isinstance(value, (int, float)) and (not -INT64 <= value <= INT64):
        return f"{str(value)[:30]} is not a finite number"
    if column.low is not None and value < column.low:
        return f"{value} is below {column.low}"
    if column.high is not None and value > column.high:
        return f"{value} is above {column.high}"
    if isinstance(value, datetime):
        return _time_problem(value)
    return _text_problem(column, value)


def _time_problem(value: datetime) -> str | None:
    if value.tzinfo is not None:
        return "carries a time zone: times are UTC without one"
    if not EARLIEST <= value < LATEST:
        return f"{value:%Y-%m-%d} lies before {EARLIEST:%Y} or after {LATEST:%Y}"
    return None


def _text_problem(column: Column, value: Any) -> str | None:
    for text in value if isinstance(value, list) else [value]:
        if isinstance(value, list) and not isinstance(text, str):
            return f"holds {str(text)[:60]!r}, which is no text"
        if isinstance(text, str) and not _is_unicode(text):
            return "holds half a character (a lone surrogate)"
    if column.allowed is not None and value not in column.allowed:
        return f"{value[:60]!r} is none of {', '.join(sorted(column.allowed))}"
    if column.pattern is not None and not re.fullmatch(column.pattern, value):
        return f"{value[:60]!r} does not have the form {column.pattern}"
    return None


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


FUTURE_TOLERANCE = timedelta(days=2)  # clocks and time zones differ; a post from next week does not


def future_problem(row: Mapping[str, Any], capture: Capture) -> str | None:
    """Return why a row's times lie after the capture that is said to have seen them, or None."""
    bound = capture.landed_at + FUTURE_TOLERANCE
    for name in ("posted_at", "closed_at", "observed_at", "period_start"):
        value = row.get(name)
        if value is not None and value > bound:
            return f"{name} {value:%Y-%m-%d} lies after the day the file was landed"
    return None


@dataclass(frozen=True)
class Metric:
    """A number a reader may quote: declared in the header of etl/metrics/<id>.sql."""

    id: str
    title: str
    unit: str
    question: str
    method: str
    caveat: str
    reads: tuple[str, ...]
    pages: tuple[str, ...]
    dims: tuple[str, ...]
    stats: tuple[str, ...]
    sql: str
    decimals: int = 1
    filled_by: str = ""  # the command that brings its numbers, where an edition may lack them
    compares_sources: bool = False  # a number rests on several sources, whatever `source_id` says
