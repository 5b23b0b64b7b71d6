"""CSV of exactly the rows shown, with what they are: provenance in leading # lines, raw numbers."""

from __future__ import annotations

import csv
import io
from typing import Any

import polars as pl

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_bytes(rows: pl.DataFrame, provenance: dict[str, str]) -> bytes:
    """Return rows as UTF-8 CSV (with BOM, for spreadsheets) after `# name: value` lines.

    Numbers are raw, dates ISO, missing values empty. Text a spreadsheet would run as a formula
    gets a leading apostrophe.

    >>> csv_bytes(pl.DataFrame({"a": ["=1+1"], "b": [0.5]}), {"edition": "x"}).decode("utf-8-sig")
    "# edition: x\\r\\na,b\\r\\n'=1+1,0.5\\r\\n"
    """
    buffer = io.StringIO(newline="")
    for name, value in provenance.items():
        buffer.write(f"# {name}: {' '.join(str(value).split())}\r\n")
    writer = csv.writer(buffer)
    writer.writerow(rows.columns)
    writer.writerows([_cell(value) for value in row] for row in rows.iter_rows())
    return buffer.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return "'" + value
    return value.isoformat() if hasattr(value, "isoformat") else value
