"""The DuckDB warehouse of the ETL: core tables, rejects, run ledger. The only door to the engine.

Everything in it but the ledger can be deleted and rebuilt from raw. One transaction per payload,
so a crash leaves whole payloads only. Written by one command at a time (`landing.exclusive`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import polars as pl

from etl.contracts import Capture, CheckFailed, InputError, Table
from etl.normalise import Normalised
from etl.tables import LISTINGS, OBSERVATIONS, SERIES, SIGHTINGS

SQL_TYPES = {
    "text": "varchar",
    "integer": "bigint",
    "number": "double",
    "boolean": "boolean",
    "timestamp": "timestamp",
    "list": "varchar[]",
}
POLARS_TYPES = {
    "text": pl.String,
    "integer": pl.Int64,
    "number": pl.Float64,
    "boolean": pl.Boolean,
    "timestamp": pl.Datetime("us"),
    "list": pl.List(pl.String),
}
LEDGER = """
create table if not exists core_captures (
    source_id varchar, raw_sha256 varchar, name varchar, captured_at timestamp, precision varchar,
    rows_read bigint, rows_accepted bigint, duplicates bigint, rejects bigint, code varchar);
create table if not exists rejects (
    source_id varchar, raw_sha256 varchar, locator varchar, reason varchar);
create table if not exists runs (
    started_at timestamp, command varchar, source_id varchar, rows_read bigint,
    rows_accepted bigint, duplicates bigint, rejects bigint, seconds double, outcome varchar);
"""

# The latest sighting speaks for a listing; only the times it was seen come from all of them.
LATEST_SIGHTING = """
select {columns} from core_sightings
window listing as (partition by source_id, native_id)
qualify row_number() over (
    partition by source_id, native_id order by observed_at desc nulls last, raw_sha256
) = 1
order by source_id, native_id
"""


def _ddl(table: Table) -> str:
    columns = ", ".join(f'"{c.name}" {SQL_TYPES[c.type]}' for c in table.columns)
    return f"create table if not exists {table.name} ({columns})"


def rows_frame(table: Table, rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Return rows as a frame with the table's columns and types, in its order."""
    schema = {column.name: POLARS_TYPES[column.type] for column in table.columns}
    rows = list(rows)
    columns = {name: [row.get(name) for row in rows] for name in schema}
    return pl.DataFrame(columns, schema=schema, strict=False)


class Warehouse:
    """An open warehouse; use as a context manager. `memory()` gives one that is never written."""

    def __init__(self, path: Path | None, *, read_only: bool = False):
        if path is not None and not read_only:
            path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._connection = duckdb.connect(
                str(path or ":memory:"),
                read_only=read_only,
                config={"autoinstall_known_extensions": "false", "TimeZone": "UTC"},
            )
        except duckdb.IOException as error:
            raise InputError(
                f"the warehouse {path} is in use by another command, or damaged; wait, or delete"
                " it and run `python -m etl build` (nothing is lost: it is rebuilt from raw)"
            ) from error
        if not read_only:
            for statement in (LEDGER, _ddl(SIGHTINGS), _ddl(SERIES)):
                self._connection.execute(statement)

    def __enter__(self) -> Warehouse:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()

    def frame(self, query: str) -> pl.DataFrame:
        """Return the result of a select of ours as a frame (never text from outside)."""
        return self._connection.sql(query).pl()

    def tables(self) -> set[str]:
        """Return the names of the tables there are."""
        return set(self.frame("select table_name from information_schema.tables").to_series())

    def put(self, name: str, frame: pl.DataFrame) -> None:
        """Replace table `name` by a frame."""
        self._connection.register("incoming", frame)
        self._connection.execute(f'create or replace table "{name}" as select * from incoming')
        self._connection.unregister("incoming")

    def create(self, name: str, select: str) -> None:
        """Replace table `name` by the result of a select; a failing one names the table."""
        try:
            self._connection.execute(f'create or replace table "{name}" as {select}')
        except duckdb.Error as error:
            raise CheckFailed(f"{name} cannot be built: {error}") from error

    def loaded(self, source_id: str) -> dict[str, str]:
        """Return sha256 → code version of the payloads of a source that are in the warehouse."""
        rows = self._connection.execute(
            "select raw_sha256, code from core_captures where source_id = ?", [source_id]
        ).fetchall()
        return dict(rows)

    def drop_capture(self, source_id: str, sha: str) -> None:
        """Forget one payload's rows."""
        for table in ("core_captures", "rejects", SIGHTINGS.name):
            self._connection.execute(
                f"delete from {table} where source_id = ? and raw_sha256 = ?", [source_id, sha]
            )

    def load(self, result: Normalised, code: str) -> None:
        """Replace one payload's rows in one transaction."""
        capture = result.capture
        self._connection.execute("begin")
        self.drop_capture(capture.source_id, capture.sha256)
        if result.table is SERIES:  # a producer republishes a series whole: its last payload counts
            for series_id in {row["series_id"] for row in result.rows}:
                self._connection.execute(
                    "delete from core_series where source_id = ? and series_id = ?",
                    [capture.source_id, series_id],
                )
        self._insert(result.table.name, rows_frame(result.table, result.rows))
        self._insert("rejects", _rejects_frame(result))
        self._insert("core_captures", _capture_frame(result, capture, code))
        self._connection.execute("commit")

    def _insert(self, table: str, frame: pl.DataFrame) -> None:
        if frame.height:
            self._connection.register("incoming", frame)
            self._connection.execute(f"insert into {table} select * from incoming")
            self._connection.unregister("incoming")

    def log(self, started_at: datetime, command: str, entry: Mapping[str, Any]) -> None:
        """Add one row to the run ledger: what a command did for a source, and how it ended."""
        names = [
            "source_id",
            "rows_read",
            "rows_accepted",
            "duplicates",
            "rejects",
            "seconds",
            "outcome",
        ]
        self._connection.execute(
            "insert into runs values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [started_at, command, *(entry.get(name) for name in names)],
        )

    def broken_identities(self) -> list[str]:
        """Return a sentence per broken promise: unique keys, rows that add up."""
        checks = {
            "captures whose rows do not add up": "select count(*) from core_captures"
            " where rows_read <> rows_accepted + duplicates + rejects",
            "captures with other rejects than counted": "select count(*) from core_captures as c"
            " where rejects <> (select count(*) from rejects as r where r.source_id = c.source_id"
            " and r.raw_sha256 = c.raw_sha256)",
        }
        for table in (LISTINGS, SIGHTINGS, SERIES):
            if table.name in self.tables():
                key = ", ".join(table.key)
                checks[f"keys of {table.name} that are not unique"] = (
                    f"select count(*) from (select 1 from {table.name}"
                    f" group by {key} having count(*) > 1)"
                )
        counts = {text: self.frame(query).item() for text, query in checks.items()}
        return [f"warehouse: {count} {text}" for text, count in counts.items() if count]

    def build_core(self) -> None:
        """Rebuild core_listings and core_observations from the sightings."""
        seen = {"first_seen_at": "min", "last_seen_at": "max"}
        columns = ", ".join(
            f"{seen[name]}(observed_at) over listing as {name}" if name in seen else name
            for name in LISTINGS.names
        )
        self.create("core_listings", LATEST_SIGHTING.format(columns=columns))
        names = ", ".join(OBSERVATIONS.names)
        self.create(
            "core_observations",
            f"select {names} from core_sightings order by source_id, native_id, observed_at,"
            " raw_sha256",
        )


def _rejects_frame(result: Normalised) -> pl.DataFrame:
    capture = result.capture
    return pl.DataFrame(
        [(capture.source_id, capture.sha256, r.locator, r.reason) for r in result.rejects],
        schema=dict.fromkeys(("source_id", "raw_sha256", "locator", "reason"), pl.String),
        orient="row",
    )


def _capture_frame(result: Normalised, capture: Capture, code: str) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "source_id": [capture.source_id],
            "raw_sha256": [capture.sha256],
            "name": [capture.name],
            "captured_at": pl.Series([capture.captured_at], dtype=pl.Datetime("us")),
            "precision": [capture.precision],
            "rows_read": [result.read],
            "rows_accepted": [len(result.rows)],
            "duplicates": [result.duplicates],
            "rejects": [len(result.rejects)],
            "code": [code],
        }
    )
