"""What a build on one machine replaces of what is published, and what it carries on."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from etl.edition import Edition
from etl.evidence import SCHEMA
from etl.merging import merged

ROW = dict.fromkeys(SCHEMA) | {
    "metric_id": "rate", "stat": "median", "source_id": "a", "platform": "p", "side": "demand",
    "geo": "*", "period_start": date(2026, 1, 1), "grain": "month", "family": "*", "niche": "*",
    "dims": "", "n": 50, "value": 1.0, "lo": 0.5, "hi": 1.5, "grade": "B", "flags": "",
}  # fmt: skip


def table(*rows: dict) -> pl.DataFrame:
    return pl.DataFrame([ROW | row for row in rows], schema=SCHEMA)


def base(folder: Path, *rows: dict) -> Edition:
    table(*rows).write_parquet(folder / "metric_values.parquet")
    return Edition(folder)


def told(values: pl.DataFrame) -> dict[tuple[str, str], tuple[float, str]]:
    return {(m, d): (v, f) for m, d, v, f in
            values.select("metric_id", "dims", "value", "flags").iter_rows()}  # fmt: skip


def test_what_a_complete_source_no_longer_says_goes(tmp_path):
    shown = base(tmp_path, {"dims": "x=1"}, {"dims": "x=2"})
    new = table({"dims": "x=1", "value": 1.2})
    assert told(merged(shown, new, {"a"}, set())) == {("rate", "x=1"): (1.2, "revised")}


def test_a_comparison_stays_where_its_other_source_is_not_here(tmp_path):
    """Source a is here whole, b is not: a's own numbers are replaced, a beside b is carried."""
    shown = base(
        tmp_path,
        {"dims": "x=1"},
        {"metric_id": "gap", "dims": "against=b"},
        {"metric_id": "gap", "dims": "against=c"},
    )
    new = table({"dims": "x=1"}, {"metric_id": "gap", "dims": "against=c", "value": 1.4})
    assert told(merged(shown, new, {"a"}, {"gap"})) == {
        ("rate", "x=1"): (1.0, ""),
        ("gap", "against=b"): (1.0, "carried"),
        ("gap", "against=c"): (1.4, "revised"),
    }
