"""The next edition from what was built here: replace, carry the rest, or publish nothing.

Nothing published is lost: rows of sources without raw data on this machine come from the edition
shown, with the flag `carried`; the manifest names the edition they were built for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from etl.contracts import Metric
from etl.edition import (
    CHANGES,
    DISTRIBUTIONS,
    MANIFEST,
    MANIFEST_HASH,
    VALUES,
    Edition,
    content_hash,
    digest,
    parquet_bytes,
)
from etl.evidence import BIN_MEANINGS, MEANINGS
from etl.merging import differences, is_news, merged, merged_bins
from etl.reference import code_version

PAYLOAD_DIGITS = 12  # of a hash: enough to know a payload by, and live sources have many


def changes(base: Edition | None, values: pl.DataFrame) -> str:
    """Return CHANGES.md: per metric rows added, removed and changed since the edition before."""
    if base is None:
        return "# Changes\n\nThe first edition: there is none before it.\n"
    counts = differences(base.values(), values)
    lines = [f"# Changes since {base.id}", ""]
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
        "created": f"{published_on.isoformat()}T00:00:00Z",
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
                {
                    "name": column,
                    "type": _field_type(kind),
                    "description": (MEANINGS | BIN_MEANINGS).get(column, ""),
                }
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
            for name in ["id", "title", "unit", "question", "method", "caveat", "decimals"]
        } | {name: list(getattr(metric, name)) for name in ("reads", "pages", "dims", "stats")}
    return [entries[name] | {"rows": rows[name]} for name in sorted(rows)]


def source_list(base: Edition | None, built: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the manifest's sources: those built here, and those carried with where from."""
    ids = {entry["id"] for entry in built}
    old = base.manifest["sources"] if base else []
    origin = {entry["id"]: entry.get("carried_from", base.id if base else None) for entry in old}
    known = {entry["id"]: _payloads(entry) for entry in old}
    entries = []
    for entry in built:
        resting_on = known.get(entry["id"], set()) | _payloads(entry)
        if len(resting_on) > len(entry["payloads"]):
            entry = entry | {"partly_carried_from": base.id, "payloads": sorted(resting_on)}
        entries.append(entry)
    entries += [e | {"carried_from": origin[e["id"]]} for e in old if e["id"] not in ids]
    return sorted(entries, key=lambda entry: entry["id"])


def complete_sources(base: Edition, built: list[dict[str, Any]]) -> set[str]:
    """Return the sources built here from all the payloads their published numbers rest on."""
    known = {entry["id"]: _payloads(entry) for entry in base.manifest["sources"]}
    return {e["id"] for e in built if known.get(e["id"], set()) <= _payloads(e)}


def _payloads(entry: Mapping[str, Any]) -> set[str]:
    """Return the beginnings of the hashes of the payloads a source's numbers rest on."""
    return {sha[:PAYLOAD_DIGITS] for sha in entry.get("payloads", ())}


def assemble(
    base: Edition | None,
    published_on: date,
    values: pl.DataFrame,
    distributions: pl.DataFrame,
    models: dict[str, bytes],
    built: list[dict[str, Any]],
    metrics: list[Metric],
) -> tuple[str, dict[str, bytes]] | None:
    """Return the id and the files of the next edition, or None when it would say nothing new."""
    if base is not None:
        complete = complete_sources(base, built)
        comparing = {metric.id for metric in metrics if metric.compares_sources}
        values = merged(base, values, complete, comparing)
        distributions = merged_bins(base, distributions, complete)
        old_models = {
            f"{name}.skops": path.read_bytes() for name, path in base.model_files().items()
        }
        if models == old_models and not is_news(base, values, distributions):
            return None
    files = {VALUES: parquet_bytes(values), DISTRIBUTIONS: parquet_bytes(distributions)}
    files |= {f"models/{name}": body for name, body in models.items()}
    files[CHANGES] = changes(base, values).encode()
    edition_id = f"{published_on:%Y-%m-%d}-{content_hash(files)}"
    described = manifest(
        edition_id,
        published_on,
        files,
        {VALUES: values, DISTRIBUTIONS: distributions},
        source_list(base, built),
        metric_entries(metrics, base, values),
    )
    text = json.dumps(described, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    files |= {MANIFEST: text.encode(), MANIFEST_HASH: f"{digest(text.encode())}\n".encode()}
    return edition_id, files
