"""Given rows and the whole answer: small literal tables for testing a select on an empty warehouse.

Cells are split by `|`; `-` is a missing value, an empty cell an empty text, `a,b` a list. Columns
that say the same in every row are given once, by keyword.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, NamedTuple

import polars as pl
import pytest

from etl.loading_frames import POLARS_TYPES
from etl.tables import TABLES
from etl.warehouse import Warehouse

CORE = {t.name: {c.name: POLARS_TYPES[c.type] for c in t.columns} for t in TABLES}
BY_NAME: dict[str, Any] = {
    name: kind
    for table in CORE.values()
    for name, kind in table.items()
    if name not in ("flags", "period_start")
}
BY_NAME |= dict.fromkeys(("period_start", "capture_on", "staged_on", "born_on"), pl.Date)
BY_NAME |= dict.fromkeys(("first_at", "last_at", "whole_from", "whole_to"), pl.Datetime("us"))
INTEGERS = (
    "n k first_bids last_bids listings bracket_low bracket_high captures holds_undated recency"
    " recency_in_capture times n_all n_recent n_before n_priced n_competition"
)
BOOLEANS = (
    "ai_mention genai_mention title_only selected is_price_implausible is_defect is_undated"
    " is_partial is_partial_period is_open is_stream is_lost is_censored human_only ai_tool_welcome"
    " originality_clause disclosure urgent creativity strategy communication ai_literacy"
)
NUMBERS = (
    "value lo hi dispersion amount growth growth_lo growth_hi price_ratio price_ratio_lo"
    " price_ratio_hi year_growth year_growth_lo"
    " year_growth_hi competition competition_lo competition_hi prior_rank prior_low prior_high"
    " p_family p_niche p"
)
BY_NAME |= dict.fromkeys(INTEGERS.split(), pl.Int64)
BY_NAME |= dict.fromkeys(BOOLEANS.split(), pl.Boolean)
BY_NAME |= dict.fromkeys(NUMBERS.split(), pl.Float64)
READ: dict[Any, Callable[[str], Any]] = {
    pl.String: str,
    pl.Int64: int,
    pl.Float64: float,
    pl.Boolean: {"true": True, "false": False}.__getitem__,
    pl.Date: date.fromisoformat,
    pl.Datetime("us"): datetime.fromisoformat,
    pl.List(pl.String): lambda cell: [part for part in cell.split(",") if part],
}


class Case(NamedTuple):
    """A select by name, the tables it is given and the whole answer."""

    name: str
    given: dict[str, pl.DataFrame]
    expect: pl.DataFrame

    def __repr__(self) -> str:
        return self.name


def rows(text: str, table: str = "", **same: Any) -> pl.DataFrame:
    """Return a literal table as a frame; a core table gets all its columns."""
    header, *lines = ([c.strip() for c in line.split("|")] for line in text.strip().splitlines())
    schema = CORE.get(table) or {n: BY_NAME.get(n, pl.String) for n in [*header, *same]}
    cells: dict[str, list[Any]] = {name: [same.get(name)] * len(lines) for name in schema}
    for position, name in enumerate(header):
        read = READ[schema[name]]
        cells[name] = [
            None if line[position] == "-" else read(line[position])
            for line in lines
            if len(line) == len(header) or pytest.fail(f"a row does not fit its header: {line}")
        ]
    return pl.DataFrame(cells, schema=schema)


def repeated(text: str, **same: Any) -> pl.DataFrame:
    """Return a literal table with each row as often as its column `times` says."""
    table = rows(text, **same)
    return table.select(pl.exclude("times").repeat_by("times").list.explode())


def answer_of(sql: str, given: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Run a select as its file has it on the given tables and nothing else."""
    with Warehouse(None) as warehouse:
        for name, frame in given.items():
            warehouse.put(name, frame)
        return warehouse.frame(sql)


def assert_answer(sql: str, case: Case) -> None:
    """Compare every row and column of a select's answer, in any order."""
    answer = answer_of(sql, case.given)
    assert sorted(answer.columns) == sorted(case.expect.columns)
    got = _ordered(answer.select(case.expect.columns))
    expected = _ordered(case.expect)
    for found, stated in zip(got, expected, strict=False):
        odd = {n: (found[n], value) for n, value in stated.items() if found[n] != _near(value)}
        assert not odd, f"{case.name}: (found, expected) {odd} in {found}"
    assert len(got) == len(expected), f"{case.name}: {got}"


def _near(value: Any) -> Any:
    return pytest.approx(value, rel=1e-6) if isinstance(value, float) else value


def _ordered(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return sorted(
        frame.iter_rows(named=True),
        key=lambda row: [f"{v:.4f}" if isinstance(v, float) else str(v) for v in row.values()],
    )
