"""Records of a payload: CSV, JSON, NDJSON and Parquet bytes to dicts, one per row, in order.

Each function yields `(locator, record)` or a `Reject` for a row that cannot be read; a payload that
is not of the format at all raises `SourceChanged`. Cells stay text in CSV; nothing is guessed.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from etl.config import MAX_PARQUET_ROWS, MAX_ROW_CHARS
from etl.contracts import Reject, SourceChanged

PARQUET_BATCH_ROWS = 10_000  # pyarrow, not polars: on damaged bytes polars can end the process

Record = tuple[str, dict[str, Any]]

csv.field_size_limit(MAX_ROW_CHARS)


def decoded(body: bytes, encoding: str = "utf-8-sig") -> str:
    """Return the text of `body`; raise SourceChanged when it is not of that encoding."""
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        raise _other_encoding(error, encoding, f"at position {error.start}") from error


def csv_records(
    body: bytes, required: Iterable[str] = (), *, encoding: str = "utf-8-sig", delimiter: str = ","
) -> Iterator[Record | Reject]:
    """Yield the records of a CSV with a header; empty cells are None.

    >>> list(csv_records(b"a,b\\n1,\\n"))
    [('row 1', {'a': '1', 'b': None})]
    """
    if b"\0" in body[:10_000] and not encoding.lower().startswith(("utf-16", "utf-32")):
        raise SourceChanged("the file holds binary data, not CSV text")
    rows = _csv_rows(csv.reader(text_lines(body, encoding), delimiter=delimiter, strict=True))
    header = next(rows, [])
    if isinstance(header, str):
        raise SourceChanged(f"the file is no CSV: {header}")
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise SourceChanged(f"the header names {twice[0]!r} twice: which one counts?")
    check_columns(header, required)
    for number, cells in enumerate(rows, start=1):
        if isinstance(cells, str):
            yield Reject(f"row {number}", f"unreadable CSV: {cells}")
        elif len(cells) == 1 and cells[0] == OVERLONG:
            yield Reject(f"row {number}", f"longer than {MAX_ROW_CHARS:,} characters")
        elif len(cells) != len(header):
            yield Reject(f"row {number}", f"has {len(cells)} cells, the header {len(header)}")
        else:
            yield f"row {number}", {k: v or None for k, v in zip(header, cells, strict=True)}


def _csv_rows(reader: Iterator[list[str]]) -> Iterator[list[str] | str]:
    """Yield the cells of each row that is not blank, or the error that made it unreadable."""
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield str(error)
            continue
        if cells:
            yield cells


OVERLONG = "\x1aoverlong line"  # stands for a physical line that no record can hold


def text_lines(body: bytes, encoding: str = "utf-8-sig") -> Iterator[str]:
    """Yield the lines of `body`, an overlong one as OVERLONG; memory stays that of one line.

    Raises SourceChanged when the bytes are not of that encoding.
    """
    reader = io.TextIOWrapper(io.BytesIO(body), encoding=encoding, newline="")
    number = 0
    try:
        while line := reader.readline(MAX_ROW_CHARS + 1):
            number += 1
            if len(line) > MAX_ROW_CHARS and not line.endswith(("\n", "\r")):
                while (rest := reader.readline(MAX_ROW_CHARS)) and not rest.endswith(("\n", "\r")):
                    pass
                line = OVERLONG + "\n"
            yield line
    except UnicodeDecodeError as error:
        raise _other_encoding(error, encoding, f"in line {number + 1} or soon after") from error


def _other_encoding(error: UnicodeDecodeError, encoding: str, where: str) -> SourceChanged:
    name = encoding.removesuffix("-sig").upper()
    return SourceChanged(
        f"the file is not {name} text: byte {error.object[error.start]:#04x} {where};"
        " save it as UTF-8 or name its encoding in the mapping"
    )


def check_columns(found: Iterable[str], required: Iterable[str]) -> None:
    """Raise SourceChanged naming the columns of `required` that are not in `found`."""
    missing = [name for name in required if name not in set(found)]
    if missing:
        raise SourceChanged(
            f"the file lacks the column{'s' * (len(missing) > 1)} "
            + ", ".join(repr(name) for name in missing)
        )


def ndjson_records(body: bytes) -> Iterator[Record | Reject]:
    """Yield the objects of newline-delimited JSON; lines that are none are rejected."""
    for number, line in enumerate(text_lines(body), start=1):
        if not line.strip():
            continue
        if line.startswith(OVERLONG):
            yield Reject(f"line {number}", f"longer than {MAX_ROW_CHARS:,} characters")
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield Reject(f"line {number}", f"no JSON: {type(error).__name__}")
            continue
        if isinstance(value, dict):
            yield f"line {number}", value
        else:
            yield Reject(f"line {number}", "no JSON object")


def json_records(body: bytes, path: str = "") -> Iterator[Record | Reject]:
    """Yield the objects of a JSON array found at the dotted `path` ("" = the document itself)."""
    try:
        value = json.loads(decoded(body))
    except (ValueError, RecursionError) as error:
        raise SourceChanged(f"the file is no JSON: {error}"[:200]) from error
    for part in filter(None, path.split(".")):
        value = value.get(part) if isinstance(value, dict) else None
    if not isinstance(value, list):
        raise SourceChanged(f"the JSON holds no array at {path or 'its top level'!r}")
    for number, item in enumerate(value, start=1):
        if isinstance(item, dict):
            yield f"item {number}", item
        else:
            yield Reject(f"item {number}", "no JSON object")


def parquet_records(body: bytes, required: Iterable[str] = ()) -> Iterator[Record]:
    """Yield the rows of a Parquet file; a damaged one raises SourceChanged."""
    try:
        file = pq.ParquetFile(io.BytesIO(body))
        if file.metadata.num_rows > MAX_PARQUET_ROWS:
            raise SourceChanged(
                f"the file holds {file.metadata.num_rows:,} rows, at most {MAX_PARQUET_ROWS:,}"
                " are read: split it"
            )
        check_columns(file.schema_arrow.names, required)
        number = 0
        for batch in file.iter_batches(PARQUET_BATCH_ROWS):
            for record in batch.to_pylist():
                number += 1
                yield f"row {number}", record
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        detail = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        raise SourceChanged(f"the file is no whole Parquet file: {detail}") from error
