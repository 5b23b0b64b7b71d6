"""The DuckDB warehouse of the ETL: core tables, rejects, run ledger. The only door to the engine.

Everything in it but the ledger can be deleted and rebuilt from raw. One transaction per payload,
so a crash leaves whole payloads only. Written by one command at a time (`landing.exclusive`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import polars as pl

from etl.contracts import CheckFailed, InputError, Table
from etl.loading_frames import capture_frame, rejects_frame, rows_frame, without_halves
from etl.normalise import PAYLOAD, Normalised
from etl.tables import LISTINGS, OBSERVATIONS, SERIES, SIGHTINGS

SQL_TYPES = {
    "text": "varchar",
    "integer": "bigint",
    "number": "double",
    "boolean": "boolean",
    "timestamp": "timestamp",
    "list": "varchar[]",
}
LEDGER = """
create table if not exists core_captures (
    source_id varchar, raw_sha256 varchar, name varchar, captured_at timestamp, precision varchar,
    rows_read bigint, rows_accepted bigint, duplicates bigint, rejects bigint, code varchar);
create table if not exists rejects (
    source_id varchar, raw_sha256 varchar, locator varchar, reason varchar);
create table if not exists runs (
    started_at timestamp, command varchar, source_id varchar, requests bigint, bytes bigint,
    listings_new bigint, listings_seen_again bigint, rows_read bigint, rows_accepted bigint,
    duplicates bigint, rejects bigint, seconds double, outcome varchar);
alter table core_captures add column if not exists whole_from timestamp;
alter table core_captures add column if not exists whole_to timestamp;
alter table core_captures add column if not exists is_lost boolean;
alter table runs add column if not exists requests bigint;
alter table runs add column if not exists bytes bigint;
alter table runs add column if not exists listings_new bigint;
alter table runs add column if not exists listings_seen_again bigint;
"""
RUN_FACTS = (
    "source_id",
    "requests",
    "bytes",
    "listings_new",
    "listings_seen_again",
    "rows_read",
    "rows_accepted",
    "duplicates",
    "rejects",
    "seconds",
    "outcome",
)

# The latest sighting speaks for a listing; only the times it was seen come from all of them.
LATEST_SIGHTING = """
select {columns} from core_sightings
window listing as (partition by source_id, native_id)
qualify row_number() over (
    partition by source_id, native_id order by observed_at desc nulls last, raw_sha256
) = 1
order by source_id, native_id
"""

OPEN_LISTINGS = """
select native_id
from core_sightings where source_id = ?
group by native_id
having arg_max(status, observed_at) = 'open' and max(observed_at) between ? and ?
order by max(observed_at), native_id
"""


def _ddl(table: Table) -> str:
    columns = ", ".join(f'"{c.name}" {SQL_TYPES[c.type]}' for c in table.columns)
    return f"create table if not exists {table.name} ({columns})"


@contextmanager
def _in_words() -> Iterator[None]:
    """Say in a sentence what the engine could not do: a full disk, a damaged file."""
    try:
        yield
    except duckdb.Error as error:
        raise CheckFailed(
            f"the warehouse cannot be used ({str(error).splitlines()[0][:200]}); is its disk full?"
            " Else delete it and run `python -m etl build`: it is rebuilt from raw"
        ) from error


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
        except duckdb.Error as error:
            if "could not set lock" in str(error).lower():
                raise InputError(
                    f"another command is writing to the warehouse {path}; wait until it has ended"
                ) from error
            raise InputError(
                f"the warehouse {path} is damaged; delete it and run `python -m etl build`"
                " (nothing is lost: it is rebuilt from raw)"
            ) from error
        if not read_only:
            self._drop_outdated()
            for statement in (LEDGER, _ddl(SIGHTINGS), _ddl(SERIES)):
                self._connection.execute(statement)

    def _drop_outdated(self) -> None:
        """Drop what an earlier version declared otherwise; the next load reads it from raw."""
        columns = self.frame(
            "select table_name, column_name from information_schema.columns"
            " order by ordinal_position"
        )
        for table in (SIGHTINGS, SERIES):
            found = columns.filter(pl.col("table_name") == table.name)["column_name"].to_list()
            if found and tuple(found) != table.names:
                for name in (SIGHTINGS.name, SERIES.name, "core_captures", "rejects"):
                    self._connection.execute(f"drop table if exists {name}")
                return

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
        with _in_words():
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

    def keep_table(self, name: str, empty: pl.DataFrame) -> None:
        """Make table `name` in the shape of an empty frame, unless it is there in this shape."""
        schema = f"select column_name from information_schema.columns where table_name = '{name}'"
        if self.frame(f"{schema} order by ordinal_position").to_series().to_list() != empty.columns:
            self.put(name, empty)

    def change(self, statement: str, values: Mapping[str, Any]) -> None:
        """Carry out a statement of ours with the values it names."""
        with _in_words():
            self._connection.execute(statement, dict(values))

    def append(self, name: str, frame: pl.DataFrame) -> None:
        """Add rows to table `name`, column by column of the same order."""
        with _in_words():
            self._insert(name, frame)

    def batches(self, query: str, rows: int) -> Iterator[pl.DataFrame]:
        """Yield the result of a select of ours in frames of so many rows, while others write."""
        with _in_words(), closing(self._connection.cursor()) as cursor:
            for batch in cursor.sql(query).to_arrow_reader(rows):
                yield pl.DataFrame(pl.from_arrow(batch))

    def loaded(self, source_id: str) -> dict[str, str]:
        """Return sha256 → code version of the payloads of a source that are in the warehouse."""
        rows = self._connection.execute(
            "select raw_sha256, code from core_captures where source_id = ?", [source_id]
        ).fetchall()
        return dict(rows)

    def unread(self, source_id: str) -> set[str]:
        """Return sha256 of the payloads of a source that it could not read."""
        rows = self._connection.execute(
            "select raw_sha256 from rejects where source_id = ? and locator = ?",
            [source_id, PAYLOAD],
        ).fetchall()
        return {sha for (sha,) in rows}

    def drop_capture(self, source_id: str, sha: str) -> None:
        """Forget one payload's rows."""
        for table in ("core_captures", "rejects", SIGHTINGS.name):
            self._connection.execute(
                f"delete from {table} where source_id = ? and raw_sha256 = ?", [source_id, sha]
            )

    def load(self, result: Normalised, code: str) -> None:
        """Replace one payload's rows in one transaction."""
        with _in_words():
            self._load(result, code)

    def _load(self, result: Normalised, code: str) -> None:
        capture = result.capture
        self._connection.execute("begin")
        self.drop_capture(capture.source_id, capture.sha256)
        rows = rows_frame(result.table, result.rows)
        if result.table is SERIES:
            self._replace_points(result, rows)
        self._insert(result.table.name, rows)
        self._insert("rejects", rejects_frame(result))
        self._insert("core_captures", capture_frame(result, code))
        self._connection.execute("commit")

    def _replace_points(self, result: Normalised, rows: pl.DataFrame) -> None:
        """Drop the points these rows replace: a producer's last word counts.

        It republishes a series whole, unless its payloads are declared to hold some periods each.
        """
        key = SERIES.key if result.is_incremental else ("source_id", "series_id")
        same = " and ".join(f"s.{name} = i.{name}" for name in key)
        self._connection.register("incoming", rows)
        self._connection.execute(f"delete from core_series as s using incoming as i where {same}")
        self._connection.unregister("incoming")

    def drop_series(self, source_id: str) -> None:
        """Forget a series source's points."""
        self._connection.execute("delete from core_series where source_id = ?", [source_id])

    def _insert(self, table: str, frame: pl.DataFrame) -> None:
        if frame.height:
            self._connection.register("incoming", frame)
            self._connection.execute(f"insert into {table} select * from incoming")
            self._connection.unregister("incoming")

    def log(self, started_at: datetime, command: str, entry: Mapping[str, Any]) -> None:
        """Add one row to the run ledger: what a command did for a source, and how it ended."""
        self._connection.execute(
            f"insert into runs (started_at, command, {', '.join(RUN_FACTS)})"
            f" values ({', '.join('?' * (2 + len(RUN_FACTS)))})",
            [started_at, command, *(without_halves(entry.get(name)) for name in RUN_FACTS)],
        )

    def count_listings(self, source_id: str) -> int:
        """Return how many listings of a source, or points of its series, are known."""
        [(listings, points)] = self._connection.execute(
            "select (select count(distinct native_id) from core_sightings where source_id = $id),"
            " (select count(*) from core_series where source_id = $id)",
            {"id": source_id},
        ).fetchall()
        return listings + points

    def open_listings(
        self, source_id: str, seen_after: datetime, seen_before: datetime
    ) -> list[str]:
        """Return ids of listings open when last seen, if that was between the two moments."""
        rows = self._connection.execute(OPEN_LISTINGS, [source_id, seen_after, seen_before])
        return [native_id for (native_id,) in rows.fetchall()]

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
