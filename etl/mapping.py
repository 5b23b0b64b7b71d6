"""Anybody's CSV, NDJSON, JSON or Parquet as a listing source: a TOML mapping says how to read it.

The page docs/import.md shows one. A mapping is data: it names columns and chooses among readings,
nothing in it or in the file is ever evaluated. `read_mapping` refuses what is wrong with a sentence
that names the TOML key; what it returns is plain enough for JSON, so it travels with the capture.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from types import ModuleType, SimpleNamespace
from typing import Any

from etl.contracts import SCOPES, Capture, InputError, Reject, Source
from etl.fx import Rates
from etl.mapping_keys import check_mapping
from etl.mapping_rows import constant_values, mapped_rows
from etl.normalise import Normalised, normalise

MAX_MAPPING_CHARS = 100_000
MAX_REASONS = 20  # shown by a preview
MAX_SHOWN_CHARS = 60
NOT_SHOWN = {"source_id", "raw_sha256"}


def read_mapping(text: str) -> dict[str, Any]:
    """Return a mapping checked from end to end; raise InputError naming the key that is wrong."""
    if len(text) > MAX_MAPPING_CHARS:
        raise InputError(f"the mapping is longer than {MAX_MAPPING_CHARS:,} characters")
    try:
        mapping = tomllib.loads(text.removeprefix("\ufeff"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"the mapping is no TOML: {error}") from error
    check_mapping(mapping)
    try:
        constant_values(mapping)
    except ValueError as error:
        raise InputError(str(error)) from error
    return mapping


def mapped_source(mapping: Mapping[str, Any]) -> Source:
    """Return what the mapping says about where the file comes from."""
    title = mapping["title"]
    return Source(
        id=mapping["source_id"],
        title=title,
        publisher=mapping.get("publisher", title),
        platform=mapping["platform"],
        kind="listing",
        url=mapping.get("url", ""),
        licence=mapping["licence"],
        licence_url=mapping.get("licence_url", ""),
        caveat=mapping.get("caveat", f"Imported file; it holds {SCOPES[mapping['scope']]}."),
        citation=mapping.get("citation", title),
        scope=mapping["scope"],
        title_only="text" not in mapping["columns"],
    )


def mapped_module(mapping: Mapping[str, Any]) -> SimpleNamespace:
    """Return what a module of etl/sources is to `etl.normalise.normalise`: SOURCE and normalise."""

    def rows(body: bytes, capture: Capture) -> Iterator[dict[str, Any] | Reject]:
        return mapped_rows(mapping, body)

    return SimpleNamespace(SOURCE=mapped_source(mapping), normalise=rows)


def preview(
    module: ModuleType | SimpleNamespace,
    body: bytes,
    capture: Capture,
    rates: Rates,
    limit: int = 5,
) -> str:
    """Return as plain lines what an import would do: first rows, then every row accounted for."""
    result = normalise(module, body, capture, rates)
    lines = []
    for number, row in enumerate(result.rows[:limit], start=1):
        lines.append(f"accepted row {number}")
        filled = {name: row.get(name) for name in result.table.names if name not in NOT_SHOWN}
        lines += [
            f"  {name}: {_shown(value)}"
            for name, value in filled.items()
            if value not in (None, "", [])
        ]
    return "\n".join([*lines, *_counts(result)])


def _counts(result: Normalised) -> list[str]:
    lines = [
        f"rows read: {result.read}",
        f"would be accepted: {len(result.rows)}",
        f"duplicates: {result.duplicates}",
        f"would be rejected: {len(result.rejects)}",
    ]
    first: dict[str, str] = {}
    for reject in result.rejects:
        first.setdefault(reject.reason, reject.locator)
    reasons = result.reasons().most_common()
    for reason, times in reasons[:MAX_REASONS]:
        lines.append(f"  {times} x {_printable(reason)} (first: {first[reason]})")
    if len(reasons) > MAX_REASONS:
        lines.append(f"  and {len(reasons) - MAX_REASONS} other reasons")
    return lines


def _shown(value: Any) -> str:
    text = ", ".join(value) if isinstance(value, list) else str(value)
    text = _printable(text)
    return text if len(text) <= MAX_SHOWN_CHARS else text[: MAX_SHOWN_CHARS - 1] + "…"


def _printable(text: str) -> str:
    """Return one line without control characters: a file must not be able to steer a terminal."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
