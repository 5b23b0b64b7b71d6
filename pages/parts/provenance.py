"""What stands beside a figure: how sure, how old, whose, and the CSV of exactly its rows. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from etl.export import csv_bytes
from etl.freshness import freshness, in_words
from pages.parts.wording import flag_words, period_end, period_of

POOLED = "Pooled over published measures and the sources named in the method"
UNTOLD = "cannot be told: the table says why"
UNSAID = {"", "suppressed", "carried", "measure_spread"}  # flags that are said in other words
TABLE = [
    "label",
    "period_start",
    "family",
    "niche",
    "dims",
    "stat",
    "value",
    "lo",
    "hi",
    "n",
    "grade",
    "flags",
    "reason",
    "source_id",
]


def sources_of(rows: pl.DataFrame, manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the manifest's entries of the sources behind rows."""
    used = set(rows["source_id"])
    return [entry for entry in manifest["sources"] if entry["id"] in used]


def ages(rows: pl.DataFrame, manifest: Mapping[str, Any], today: date) -> list[str]:
    """Say for each source which periods are shown and how old the newest is."""
    said = [POOLED] if "pooled" in set(rows["source_id"]) else []
    for entry in sources_of(rows, manifest):
        part = rows.filter(pl.col("source_id") == entry["id"]).sort(
            "period_start", nulls_last=False
        )
        first, last = part.row(0, named=True), part.row(-1, named=True)
        spans = [period_of(row) for row in (first, last)]
        span = spans[0] if spans[0] == spans[1] else " to ".join(spans)
        words = [age(last, today)] if span in entry["title"] else [span, age(last, today)]
        said.append(f"{entry['title']} ({', '.join(words)})")
    return said


def age(row: Mapping[str, Any], today: date) -> str:
    """Say how old a row's period is.

    >>> row = {"period_start": date(2024, 8, 1), "grain": "month", "flags": ""}
    >>> age(row, date(2026, 11, 24))
    '2.2 years old'
    """
    if row["period_start"] is None or "undated" in row["flags"]:
        return "age not known exactly"
    days = (today - period_end(row["period_start"], row["grain"])).days
    return f"{in_words(days)} old" if days >= 0 else "still ahead"


def evidence(rows: pl.DataFrame) -> str:
    """Say how sure the rows are: n, grades, what is withheld, weaknesses, kind of interval."""
    counts = rows["n"].drop_nulls()
    said = []
    if counts.len():
        low, high = counts.min(), counts.max()
        said.append(f"n = {low:,}" if low == high else f"n from {low:,} to {high:,}")
    said.append("Grade " + ", ".join(sorted(set(rows["grade"]))))
    withheld = rows.filter(pl.col("value").is_null())
    thin = withheld.filter(pl.col("grade") == "D").height
    for number, why in ((thin, "withheld as too thin"), (withheld.height - thin, UNTOLD)):
        said += [f"{number} of {rows.height} {why}"] if number else []
    flags = {flag for joined in rows["flags"] for flag in joined.split(";")} - UNSAID
    if flags:
        said.append("among them: " + flag_words(";".join(sorted(flags))))
    none = rows["lo"].null_count() == rows.height
    if rows["flags"].str.contains("measure_spread").any():
        said.append("ends: the lowest and the highest of the published measures")
    else:
        said.append("no interval published" if none else "with 95 % intervals")
    return " · ".join(said)


def source_words(entry: Mapping[str, Any], today: date) -> str:
    """Say whose data a source holds, under which licence, how old, with which weakness."""
    return (
        f"Source: {entry['citation']}. Licence: {entry['licence']}."
        f" Age: {freshness(entry, today)[1]}. {entry['caveat']}"
    )


def table(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the columns of rows worth showing beside the chart: those that hold anything."""
    shown = rows.select(name for name in TABLE if rows[name].null_count() < rows.height)
    return shown.with_columns(pl.col(pl.Date).dt.to_string("iso"))


def csv_of(rows: pl.DataFrame, provenance: dict[str, str]) -> bytes:
    """Return rows in the columns of `metric_values`, after their provenance."""
    return csv_bytes(rows, provenance)


def provenance(
    headline: str,
    metrics: list[Mapping[str, Any]],
    entries: list[Mapping[str, Any]],
    edition_id: str,
    chosen: Mapping[str, str],
) -> dict[str, str]:
    """Return what a CSV says about itself before its rows."""
    return {
        "headline": headline,
        "metric": " | ".join(f"{m['title']}, {m['unit']}" for m in metrics),
        "filters": ", ".join(f"{key}={value}" for key, value in chosen.items()) or "none",
        "edition": edition_id,
        "sources": " | ".join(f"{e['citation']} ({e['licence']})" for e in entries),
        "method": " | ".join(m["method"] for m in metrics),
        "caveat": " | ".join(m["caveat"] for m in metrics),
    }


def file_name(page: str, key: str, chosen: Mapping[str, str], edition_id: str) -> str:
    """Return a name that carries page, figure, filters and edition.

    >>> file_name("pricing", "hourly", {"family": "writing"}, "2026-11-24-ab")
    'pricing_hourly_family-writing_2026-11-24-ab.csv'
    """
    parts = [page, key, *(f"{name}-{value}" for name, value in chosen.items()), edition_id]
    return re.sub(r"[^\w.+-]+", "", "_".join(parts)) + ".csv"
