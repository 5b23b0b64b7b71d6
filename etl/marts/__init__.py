"""One file = one table at a stated grain: a TOML header (`grain`), then one standard-SQL select.

The text runs unchanged on DuckDB and Apache Spark: exact aggregates only, no dialect functions.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

from etl.metrics import split_header, tables_read

FOLDER = Path(__file__).parent


class Mart(NamedTuple):
    """A mart: its name, the grain in words, the tables it reads and its select."""

    name: str
    grain: str
    reads: tuple[str, ...]
    sql: str


@cache
def marts() -> dict[str, Mart]:
    """Return every mart by name, sorted."""
    found = {}
    for path in sorted(FOLDER.glob("*.sql")):
        header, sql = split_header(path.read_text(encoding="utf-8"), path.name)
        found[path.stem] = Mart(path.stem, header["grain"], tables_read(sql), sql)
    return found
