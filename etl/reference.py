"""Reference tables in git (data/reference) and declarations, as frames for marts and models."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from etl.config import REFERENCE, ROOT
from etl.contracts import Source


def _csv(name: str) -> pl.DataFrame:
    with (REFERENCE / name).open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return pl.DataFrame(rows, infer_schema_length=None).with_columns(
        pl.when(pl.col(pl.String) == "").then(None).otherwise(pl.col(pl.String)).name.keep()
    )


def taxonomy() -> pl.DataFrame:
    """Return the taxonomy: family, family_name, niche, niche_name, definition, codes."""
    return _csv("taxonomy.csv")


def listing_labels() -> pl.DataFrame:
    """Return what the readers say of a listing: label, level, title, definition."""
    return _csv("listing_labels.csv")


def crosswalks() -> pl.DataFrame:
    """Return every crosswalk row: crosswalk, label, family, niche."""
    frames = []
    for path in sorted(REFERENCE.glob("crosswalk_*.csv")):
        name = path.stem.removeprefix("crosswalk_")
        frame = _csv(path.name).select(pl.lit(name).alias("crosswalk"), "label", "family", "niche")
        frames.append(frame)
    return pl.concat(frames, how="vertical_relaxed")


def crosswalk_labels(name: str) -> dict[str, list[str]]:
    """Return family -> its labels in one crosswalk, shortest first: the general before the rare."""
    rows = _csv(f"crosswalk_{name}.csv").drop_nulls("family")
    rows = rows.sort(pl.col("label").str.len_chars(), "label")
    return {
        family: group["label"].to_list()
        for (family,), group in rows.sort("family", maintain_order=True).group_by(
            "family", maintain_order=True
        )
    }


def reference_tables(sources: Iterable[Source]) -> dict[str, pl.DataFrame]:
    """Return every ref_ table by name: each file of data/reference, and the sources given.

    The crosswalks are one table, `ref_crosswalk`; all cells are texts, empty ones missing.
    """
    sources = list(sources)
    paths = [path for path in REFERENCE.glob("*.csv") if not path.stem.startswith("crosswalk_")]
    return {f"ref_{path.stem}": _csv(path.name) for path in sorted(paths)} | {
        "ref_crosswalk": crosswalks(),
        "ref_sources": _sources(sources),
        "ref_capture_defects": _defects(sources),
    }


def _sources(sources: list[Source]) -> pl.DataFrame:
    names = ["platform", "kind", "scope", "title_only", "crosswalk", "selected"]
    rows = [{"source_id": s.id} | {name: getattr(s, name) for name in names} for s in sources]
    schema = dict.fromkeys(("source_id", "platform", "kind", "scope", "crosswalk"), pl.String)
    schema |= dict.fromkeys(("title_only", "selected"), pl.Boolean)
    return pl.DataFrame(rows, schema=schema)


def _defects(sources: list[Source]) -> pl.DataFrame:
    rows = [(s.id, day, reason) for s in sources for day, reason in s.defects.items()]
    schema = dict.fromkeys(("source_id", "capture_on", "reason"), pl.String)
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        pl.col("capture_on").str.to_date()
    )


def code_version(*folders: str) -> str:
    """Return twelve hex digits of the hash over our code and reference data below `folders`."""
    total = hashlib.sha256()
    for folder in folders or ("etl", "models", "data/reference"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in {".py", ".sql", ".csv", ".md"} and path.is_file():
                total.update(f"{path.relative_to(ROOT)}\0".encode())
                total.update(hashlib.sha256(Path(path).read_bytes()).digest())
    return total.hexdigest()[:12]
