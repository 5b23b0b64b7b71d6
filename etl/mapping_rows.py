"""The rows of a mapped file: every record becomes a listing row or a Reject that says which cell.

A reject names the core column, the file's column and what stands there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from etl.config import MAX_ROW_CHARS
from etl.contracts import Reject, SourceChanged, Table
from etl.mapping_keys import CORE
from etl.parse.cells import Cell, read
from etl.parse.records import csv_records, json_records, ndjson_records, parquet_records
from etl.tables import SIGHTINGS

ROW_NUMBERS = {"", "Unnamed: 0"}  # what pandas calls the row number: no part of a listing
LAST = ("price", "price_min", "price_max")  # they look at the currency and the pricing type
ABSENT = object()
# `read` gives the right types; what is left to check is a bound, a form or a set of words.
_CHECKS = {
    column.name: Table("cell", "one cell", (), (replace(column, required=False),))
    for column in SIGHTINGS.columns
    if (column.low, column.high, column.allowed, column.pattern) != (None, None, None, None)
}


def mapped_rows(mapping: Mapping[str, Any], body: bytes) -> Iterator[dict[str, Any] | Reject]:
    """Yield a row or a Reject per record; a mapped column that no record has is SourceChanged."""
    cells = _cells(mapping)
    constants = constant_values(mapping)
    unseen, count = {cell.column for cell in cells}, 0
    for item in _records(mapping, body, cells):
        if isinstance(item, Reject):
            yield item
            continue
        locator, record = item
        count += 1
        unseen -= {name for name in unseen if _find(record, name) is not ABSENT}
        try:
            yield _row(record, cells, constants)
        except (ValueError, OverflowError) as error:
            yield Reject(locator, str(error))
    if unseen and count:
        names = ", ".join(repr(name) for name in sorted(unseen))
        raise SourceChanged(f"no record holds {names}; correct the mapping's columns")


def constant_values(mapping: Mapping[str, Any]) -> dict[str, Any]:
    """Return the core values of [constants]; a ValueError names the key that cannot be used."""
    row: dict[str, Any] = {}
    for core, value in sorted(
        mapping.get("constants", {}).items(), key=lambda pair: pair[0] in LAST
    ):
        try:
            found = core_values(Cell(core, "the mapping"), value, row)
            if not found:
                raise ValueError("it says nothing")
        except (ValueError, OverflowError) as error:
            raise ValueError(f"constants.{core} = {value!r} cannot be used: {error}") from error
        row |= found
    return row


def _cells(mapping: Mapping[str, Any]) -> list[Cell]:
    units = mapping.get("units", {})
    cells = []
    for core, where in mapping["columns"].items():
        options = {"column": where} if isinstance(where, str) else where
        unit = units.get("price" if core in LAST else core)
        cells.append(Cell(core, **options, decimal=mapping.get("decimal"), unit=unit))
    return sorted(cells, key=lambda cell: cell.core in LAST)


def _records(
    mapping: Mapping[str, Any], body: bytes, cells: list[Cell]
) -> Iterator[tuple[str, dict[str, Any]] | Reject]:
    names = [cell.column for cell in cells]
    match mapping["format"]:
        case "csv":
            encoding = mapping.get("encoding", "utf-8-sig")
            delimiter = mapping.get("delimiter", ",")
            return csv_records(body, names, encoding=encoding, delimiter=delimiter)
        case "ndjson":
            return ndjson_records(body)
        case "json":
            return json_records(body, mapping.get("json_path", ""))
        case _:
            return parquet_records(body)


def _row(
    record: Mapping[str, Any], cells: list[Cell], constants: Mapping[str, Any]
) -> dict[str, Any]:
    row = {"pricing_type": "unknown", **constants}
    if all(cell.core != "native_id" for cell in cells):
        row["native_id"] = _key(record)
    for cell in cells:
        value = _find(record, cell.column)
        if value is ABSENT:
            continue
        try:
            row |= core_values(cell, value, row)
        except (ValueError, OverflowError) as error:
            shown = _shown(value)
            why = str(error).removesuffix(f": {shown}")
            raise ValueError(
                f"{cell.core} from column {cell.column!r} holds {shown}: {why}"
            ) from error
    if row.get("price_max") is not None and row["price_max"] < row.get("price_min", 0):
        raise ValueError(f"price_min {row['price_min']:g} is above price_max {row['price_max']:g}")
    return row


def core_values(cell: Cell, value: Any, row: dict[str, Any]) -> dict[str, Any]:
    """Return the core values of one cell; ValueError when it or one of them cannot be."""
    column = CORE.get(cell.core)
    kind = "special" if column is None else "choice" if column.allowed else column.type
    found = read(cell, kind, value, row)
    kept = {name: part for name, part in found.items() if part is not None}
    for name, part in kept.items():
        if name in _CHECKS and (problem := _CHECKS[name].check({name: part})):
            raise ValueError(problem)
    return kept


def _find(record: Mapping[str, Any], path: str) -> Any:
    """Return what stands at a column name or a dotted path; a list on the way gives a list."""
    if path in record:
        return record[path]
    value: Any = record
    for part in path.split("."):
        if isinstance(value, list):
            value = [item.get(part) for item in value if isinstance(item, dict)]
        elif isinstance(value, dict) and part in value:
            value = value[part]
        else:
            return None if value is None else ABSENT
    return value


def _key(record: Mapping[str, Any]) -> str:
    """Return a key for a listing without id: a hash of all its cells but a row number."""
    cells = {name: value for name, value in record.items() if name not in ROW_NUMBERS}
    try:
        text = json.dumps(cells, sort_keys=True, default=str)
    except RecursionError as error:
        raise ValueError("nested too deeply to be told apart by its cells") from error
    if len(text) > MAX_ROW_CHARS:
        raise ValueError(f"the row is longer than {MAX_ROW_CHARS:,} characters")
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _shown(value: Any) -> str:
    if isinstance(value, (str, int, float)):
        return repr(str(value)[:60])
    return f"a {type(value).__name__}"
