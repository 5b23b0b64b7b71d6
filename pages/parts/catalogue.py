"""Tables about the data: sources with where every row went, rejects, metrics, documents. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from etl.edition import Edition
from etl.freshness import freshness
from pages.parts.labels import SCOPES

CARDS = Path(__file__).resolve().parent.parent.parent / "models"
STATES = {"current": "current", "stale": "OVERDUE", "one_off": "closed", "undated": "undated"}
COUNTS = {
    "rows_read": "rows read",
    "observations": "observations",
    "duplicates": "duplicates",
    "rejects": "rejects",
    "listings": "listings",
    "labelled_by_crosswalk": "sorted by crosswalk",
    "labelled_by_model": "sorted by model",
    "unlabelled": "not sorted",
    "prices_unconverted": "prices not in dollars",
}


def sources(manifest: Mapping[str, Any], today: date) -> pl.DataFrame:
    """Return one row per source: what it is, its terms, its age, and where every row went."""
    table = []
    for entry in manifest["sources"]:
        state, words = freshness(entry, today)
        table.append(
            {
                "source": entry["title"],
                "kind": "listings" if entry["kind"] == "listing" else "published series",
                "sees": SCOPES.get(entry.get("scope"), entry.get("scope")),
                "from": entry.get("data_from"),
                "to": entry.get("data_to"),
                "state": STATES[state],
                "age": words,
                **{words: entry.get(name) for name, words in COUNTS.items()},
                "licence": entry["licence"],
                "caveat": entry["caveat"],
                "link": entry["url"],
            }
        )
    return pl.DataFrame(table, infer_schema_length=None)


def unaccounted(manifest: Mapping[str, Any]) -> list[str]:
    """Return the sources whose rows read are not their observations, duplicates and rejects."""
    parts = ("observations", "duplicates", "rejects")
    return [
        entry["title"]
        for entry in manifest["sources"]
        if entry.get("rows_read") != sum(entry.get(name) or 0 for name in parts)
    ]


def rejects(manifest: Mapping[str, Any]) -> pl.DataFrame:
    """Return why rows were rejected, by source."""
    table = [
        {"source": entry["title"], "reason": reason, "rows": count}
        for entry in manifest["sources"]
        for reason, count in (entry.get("reject_reasons") or {}).items()
    ]
    return pl.DataFrame(table, schema={"source": pl.String, "reason": pl.String, "rows": pl.Int64})


def terms(manifest: Mapping[str, Any]) -> pl.DataFrame:
    """Return what the terms of the sources that were asked over the network were found to say."""
    words = {True: "allow it", False: "forbid it", None: "unclear"}
    table = [
        {
            "source": entry["title"],
            "terms": words[found["allows"]],
            "read": found["read_on"] + ("" if found["read_in_full"] else ", in part"),
            "found": found["found"],
            "where": found["url"],
        }
        for entry in manifest["sources"]
        if (found := entry.get("terms"))
    ]
    return pl.DataFrame(
        table, schema=dict.fromkeys(("source", "terms", "read", "found", "where"), pl.String)
    )


def metrics(manifest: Mapping[str, Any]) -> pl.DataFrame:
    """Return one row per metric: unit, method, caveat, and the pages that show it."""
    columns = ("title", "unit", "question", "method", "caveat", "rows")
    table = [
        {"id": metric["id"]}
        | {name: metric[name] for name in columns}
        | {"pages": ", ".join(metric["pages"])}
        for metric in manifest["metrics"]
    ]
    return pl.DataFrame(table)


def cards() -> dict[str, str]:
    """Return the model cards of this repository by model, headings below those of a page."""
    return {path.stem: lowered(path.read_text("utf-8")) for path in sorted(CARDS.glob("*.md"))}


def changes(edition: Edition) -> str:
    """Return what moved since the edition before, headings below those of a page."""
    path = edition.folder / "CHANGES.md"
    return lowered(path.read_text("utf-8")) if path.is_file() else "Not recorded."


def lowered(text: str) -> str:
    """Return Markdown with its headings two steps lower, as part of a page.

    >>> lowered("# Title")
    '### Title'
    """
    return re.sub(r"^(#{1,4})(?= )", r"##\1", text, flags=re.MULTILINE)
