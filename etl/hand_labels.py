"""Listings labelled by hand, for training the readers: NDJSON as the codebook has it.

Read where models are trained and nowhere else: never stored, never published.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from etl.contracts import InputError
from etl.reference import listing_labels

CHOICES = ("ai_relation", "ai_service", "substitutability")
MARKS = ("human_only", "ai_tool_welcome", "originality_clause", "urgent")
SKILLS = ("creativity", "strategy", "communication", "ai_literacy")
SCHEMA = {
    **dict.fromkeys(("id", "side", "title", "text", "family", *CHOICES), pl.String),
    **dict.fromkeys((*MARKS, *SKILLS), pl.Boolean),
}


def hand_labels(path: Path) -> pl.DataFrame:
    """Return id, side, title, text, family and every label of a file; InputError names a bad line.

    `ai_service` is "none" but for AI work; the four skills are columns of their own.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"the hand-labelled listings {path} cannot be read ({type(error).__name__});"
            " models are trained with them: name the file with --hand-labels"
        ) from error
    levels = _levels()
    rows = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                rows.append(_row(json.loads(line), levels))
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                raise InputError(f"line {number} of {path} is no hand label: {error}") from error
    found = pl.DataFrame(rows, schema=SCHEMA)
    if found["id"].null_count() or found["id"].n_unique() < found.height:
        raise InputError(f"{path} has a listing without an id of its own")
    return found


def _levels() -> dict[str, set[str]]:
    known: dict[str, set[str]] = {}
    for label, level in listing_labels().select("label", "level").iter_rows():
        known.setdefault(label, set()).add(level)
    known["ai_service"].add("none")
    return known


def _row(record: Mapping[str, Any], levels: Mapping[str, set[str]]) -> dict[str, Any]:
    row = {name: record[name] for name in SCHEMA if name not in SKILLS}
    row |= {name: record["skills"][name] for name in SKILLS}
    for name in ("id", "side", "title", "text", "family"):
        if not isinstance(row[name], str | None):
            raise ValueError(f"{name} is no text")
        (row[name] or "").encode()  # half a character is a ValueError
    for name in CHOICES:
        if row[name] not in levels[name]:
            raise ValueError(f"{name} is {row[name]!r}")
    for name in (*MARKS, *SKILLS):
        if not isinstance(row[name], bool):
            raise ValueError(f"{name} is {row[name]!r}, not true or false")
    return row
