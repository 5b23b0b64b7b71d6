"""The next edition from what was built here: replace these sources, carry the rest, or publish nothing.

Nothing published is lost: rows of sources without raw data on this machine come from the edition
shown, with the flag `carried`; the manifest names the edition they were built for.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import polars as pl

from etl.contracts import Metric
from etl.edition import (
    CHANGES,
    DISTRIBUTIONS,
    MANIFEST,
    VALUES,
    Edition,
    content_hash,
    digest,
    parquet_bytes,
)
from etl.evidence import KEY, MEANINGS, SCHEMA
from etl.reference import code_version

NUMBERS = ("n", "value", "lo", "hi", "value_text", "grade", "flags")


def carried(base: pl.DataFrame, replaced: set[str]) -> pl.DataFrame:
    """Return the rows of other sources than `replaced`, flagged `carried` where they have flags."""
    kept = base.filter(~pl.col("source_id").is_in(sorted(replaced)))
    if "flags" not in kept.columns:
        return kept
    return kept.with_columns(
        pl.col("flags").map_elements(lambda flags: _with_flag(flags, "carried"), pl.String)
    )


def _with_flag(flags: str, flag: str) -> str:
    return ";".join(sorted({*filter(None, flags.split(";")), flag}))


def without_carried(values: pl.DataFrame) -> pl.DataFrame:
    """Return rows without the flag `carried`, to compare what was built with what is shown."""
    return values.with_columns(
        pl.col("flags").str.split(";").list.set_difference(pl.lit(["carried"])).list.sort()
        .list.join(";")
    )


def is_news(base: Edition, values: pl.DataFrame, distributions: pl.DataFrame) -> bool:
    """Does what was built differ from what the edition shown says of the same sources?"""
    built = set(values["source_id"]) | set(distributions["source_id"])
    old = without_carried(base.values().filter(pl.col("source_id").is_in(sorted(built))))
    shown = base.distributions().filter(pl.col("source_id").is_in(sorted(built)))
    return not (values.equals(old) and distributions.equals(shown))


def changes(base: pl.DataFrame | None, values: pl.DataFrame, base_id: str | None) -> str:
    """Return CHANGES.md: per metric rows added, removed and changed since the edition before."""
    if base is None:
        return "# Changes\n\nThe first edition: there is none before it.\n"
    both = without_carried(base).join(
        without_carried(values), on=KEY, how="full", suffix="_new", nulls_equal=True
    )
    id_new = pl.col("metric_id_new")
    changed = ~pl.all_horizontal(
        pl.col(name).eq_missing(pl.col(f"{name}_new")) for name in NUMBERS
    )
    counts = (
        both.with_columns(pl.coalesce("metric_id", "metric_id_new").alias("metric"))
        .group_by("metric")
        .agg(
            pl.col("metric_id").is_null().sum().alias("added"),
            id_new.is_null().sum().alias("removed"),
            (pl.col("metric_id").is_not_null() & id_new.is_not_null() & changed)
            .sum().alias("changed"),
        )
        .filter(pl.sum_horizontal("added", "removed", "changed") > 0)
        .sort("metric")
    )
    lines = [f"# Changes since {base_id}", ""]
    lines += ["| metric | rows added | removed | changed |", "|---|---|---|---|"]
    lines += [f"| {m} | {a} | {r} | {c} |" for m, a, r, c in counts.iter_rows()]
    return "\n".join(lines) + "\n"


def manifest(
    edition_id: str,
    published_on: date,
    files: dict[str, bytes],
    frames: dict[str, pl.DataFrame],
    sources: list[dict[str, Any]],
    metrics: list[dict[str, Any]],
) -> dict[str, Any]:
    """Return the manifest, a Frictionless data package (specs.frictionlessdata.io)."""
    return {
        "name": "freelance-market-observatory",
        "title": "Freelance Market Observatory",
        "id": edition_id,
        "version": edition_id,
        "created": published_on.isoformat(),
        "code_version": code_version(),
        "taxonomy_version": code_version("data/reference"),
        "licenses": [
            {
                "name": "CC-BY-4.0",
                "path": "https://creativecommons.org/licenses/by/4.0/",
                "title": "our aggregates; series keep the licence of their source",
            }
        ],
        "sources": sources,
        "metrics": metrics,
        "resources": [
            _resource(name, body, frames.get(name)) for name, body in sorted(files.items())
        ],
    }


def _resource(name: str, body: bytes, frame: pl.DataFrame | None) -> dict[str, Any]:
    resource: dict[str, Any] = {
        "name": name.replace("/", "-").rsplit(".", 1)[0].lower(),
        "path": name,
        "bytes": len(body),
        "hash": digest(body),
    }
    if frame is not None:
        resource["rows"] = frame.height
        resource["schema"] = {
            "fields": [
                {"name": column, "type": _field_type(kind), "description": MEANINGS.get(column, "")}
                for column, kind in frame.schema.items()
            ]
        }
    return resource


def _field_type(kind: pl.DataType) -> str:
    if kind == pl.Date:
        return "date"
    if kind.is_integer():
        return "integer"
    return "number" if kind.is_float() else "string"


def metric_entries(known: list[Metric], base: Edition | None, values: pl.DataFrame) -> list[dict]:
    """Return what the manifest says of each metric with rows: declaration and row count."""
    rows = dict(values["metric_id"].value_counts().iter_rows())
    entries = {entry["id"]: entry for entry in (base.manifest["metrics"] if base else [])}
    for metric in known:
        entries[metric.id] = {
            name: getattr(metric, name)
            for name in "id title unit question method caveat decimals".split()
        } | {name: list(getattr(metric, name)) for name in ("reads", "pages", "dims", "stats")}
    return [entries[name] | {"rows": rows[name]} for name in sorted(rows)]


def assemble(
    base: Edition | None,
    published_on: date,
    values: pl.DataFrame,
    distributions: pl.DataFrame,
    models: dict[str, bytes],
    sources: list[dict[str, Any]],
    metrics: list[Metric],
) -> tuple[str, dict[str, bytes]]:
    """Return the id and the files of the next edition."""
    replaced = {entry["id"] for entry in sources}
    if base is not None:
        values = pl.concat([values, carried(base.values(), replaced)])
        distributions = pl.concat([distributions, carried(base.distributions(), replaced)])
        sources = sources + [
            {"carried_from": base.id} | entry
            for entry in base.manifest["sources"] if entry["id"] not in replaced
        ]
    values = values.select(list(SCHEMA)).sort(KEY, nulls_last=False)
    distributions = distributions.sort(distributions.columns)
    files = {VALUES: parquet_bytes(values), DISTRIBUTIONS: parquet_bytes(distributions)}
    files |= {f"models/{name}": body for name, body in models.items()}
    files[CHANGES] = changes(
        base.values() if base else None, values, base.id if base else None
    ).encode()
    edition_id = f"{published_on:%Y-%m-%d}-{content_hash(files)}"
    described = manifest(
        edition_id, published_on, files, {VALUES: values, DISTRIBUTIONS: distributions},
        sorted(sources, key=lambda entry: entry["id"]), metric_entries(metrics, base, values),
    )
    text = json.dumps(described, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    return edition_id, files | {MANIFEST: text.encode()}
