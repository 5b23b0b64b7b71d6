"""One file = one number a reader may quote: a TOML header in a comment, then one select.

Header fields: title, unit, question, method, caveat, pages, dims, stats; optional: decimals,
filled_by, compares_sources.
The select reads mart_, est_, core_ and ref_ tables and yields the key columns of
`etl/evidence.py` (but metric_id), n, value, lo, hi, flags and, where needed, value_text, reason.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

from etl.contracts import ContractError, Metric

FOLDER = Path(__file__).parent
READS = re.compile(r"\b(?:core|mart|est|ref)_[a-z_0-9]+")


def split_header(text: str, name: str) -> tuple[dict, str]:
    """Return the TOML header of a SQL file and the select after it."""
    match = re.match(r"/\*\n(.*?)\*/\n(.*)", text, re.DOTALL)
    if not match:
        raise ContractError(f"{name} has no header: /* TOML */ and then one select")
    try:
        return tomllib.loads(match[1]), match[2].strip()
    except tomllib.TOMLDecodeError as error:
        raise ContractError(f"the header of {name} is no TOML: {error}") from error


def tables_read(sql: str) -> tuple[str, ...]:
    """Return the tables a select reads, sorted."""
    return tuple(sorted(set(READS.findall(re.sub(r"--[^\n]*", "", sql)))))


@cache
def metrics() -> dict[str, Metric]:
    """Return every declared metric by id, sorted."""
    return {path.stem: _metric(path) for path in sorted(FOLDER.glob("*.sql"))}


def _metric(path: Path) -> Metric:
    header, sql = split_header(path.read_text(encoding="utf-8"), path.name)
    lists = {name: tuple(header.pop(name, ())) for name in ("pages", "dims", "stats")}
    try:
        return Metric(id=path.stem, reads=tables_read(sql), sql=sql, **lists, **header)
    except TypeError as error:
        raise ContractError(f"the header of {path.name}: {error}") from error
