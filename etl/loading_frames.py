"""What one payload becomes in the warehouse: frames of its rows, its rejects, its accounting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import polars as pl

from etl.contracts import Capture, Table
from etl.normalise import Normalised

POLARS_TYPES = {
    "text": pl.String,
    "integer": pl.Int64,
    "number": pl.Float64,
    "boolean": pl.Boolean,
    "timestamp": pl.Datetime("us"),
    "list": pl.List(pl.String),
}


WHOLE = ("whole_from", "whole_to")  # of a cursor: every posting between them is held


def rows_frame(table: Table, rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Return rows as a frame with the table's columns and types, in its order."""
    schema = {column.name: POLARS_TYPES[column.type] for column in table.columns}
    rows = list(rows)
    columns = {name: [row.get(name) for row in rows] for name in schema}
    return pl.DataFrame(columns, schema=schema, strict=False)


def without_halves(value: Any) -> Any:
    """Return a text a host had a hand in without halves of characters, which nothing can keep."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def rejects_frame(result: Normalised) -> pl.DataFrame:
    """Return one row per reject."""
    capture = result.capture
    return pl.DataFrame(
        [
            (capture.source_id, capture.sha256, without_halves(r.locator), without_halves(r.reason))
            for r in result.rejects
        ],
        schema=dict.fromkeys(("source_id", "raw_sha256", "locator", "reason"), pl.String),
        orient="row",
    )


def _moment(capture: Capture, name: str) -> datetime | None:
    """Return an end of what an unbroken stream of pulls holds whole, from a payload's cursor."""
    told = (capture.cursor or {}).get(name)
    return datetime.fromisoformat(told) if told else None


def capture_frame(result: Normalised, code: str) -> pl.DataFrame:
    """Return the one row of core_captures that accounts for a payload."""
    capture = result.capture
    return pl.DataFrame(
        {
            "source_id": [capture.source_id],
            "raw_sha256": [capture.sha256],
            "name": [without_halves(capture.name)],
            "captured_at": pl.Series([capture.captured_at], dtype=pl.Datetime("us")),
            "precision": [capture.precision],
            "rows_read": [result.read],
            "rows_accepted": [len(result.rows)],
            "duplicates": [result.duplicates],
            "rejects": [len(result.rejects)],
            "code": [code],
            **{
                name: pl.Series([_moment(capture, name)], dtype=pl.Datetime("us")) for name in WHOLE
            },
            "is_lost": [result.is_unreadable and _moment(capture, "whole_to") is not None],
        }
    )
