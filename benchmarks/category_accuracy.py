"""How often is models/category.py right? Prints the figures of its card; needs ../shared.

python -m benchmarks.category_accuracy
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl
from sklearn.metrics import f1_score

from etl.contracts import Capture, Reject
from etl.normalise import drop_personal
from etl.reference import reference_tables
from etl.sources import sources
from models import category

SHARED = Path(__file__).resolve().parents[2] / "shared"
SCHEMA = dict.fromkeys(("source_id", "native_id", "title", "text", "source_category"), pl.String)
SCHEMA |= {"skills": pl.List(pl.String)}
RESAMPLES = 1_000


def frames(without: tuple[str, ...] = ()) -> dict[str, pl.DataFrame]:
    """Return the frames that the model reads, from the shared data files."""
    modules = {i: m for i, m in sources().items() if m.SOURCE.kind == "listing"}
    rows = {
        (source_id, row["native_id"]): {"source_id": source_id} | row
        for source_id, module in modules.items()
        if source_id not in without and module.SOURCE.files
        for row in _rows(module)
    }
    tables = reference_tables(module.SOURCE for module in modules.values())
    return tables | {
        "core_listings": pl.DataFrame(
            [{name: row.get(name) for name in SCHEMA} for row in rows.values()], schema=SCHEMA
        )
    }


def _rows(module) -> Iterator[dict]:
    moment = datetime(2026, 11, 1)
    for path in sorted((SHARED / "data").glob(module.SOURCE.files)):
        capture = Capture(module.SOURCE.id, path.name, "", moment, "day", moment)
        for row in module.normalise(path.read_bytes(), capture):
            if not isinstance(row, Reject):
                for name in ("title", "text"):
                    row[name] = drop_personal(row[name]) if row.get(name) else None
                yield row


def gold() -> pl.DataFrame:
    """Return the hand-labelled listings with key, document and group."""
    lines = (SHARED / "gold" / "dev.jsonl").read_text().splitlines()
    rows = pl.DataFrame([json.loads(line) for line in lines], infer_schema_length=None)
    rows = rows.with_columns(source_id=pl.lit("gold"), native_id="id")
    return category._documents(rows).join(rows, on=category.KEY, maintain_order="left")


def score(tag: str, pipeline: dict, rows: pl.DataFrame) -> None:
    """Print accuracy and macro F1 with bootstrap intervals over groups, and coverage."""
    found = category.read_documents(pipeline, rows["document"]).rename(lambda c: f"said_{c}")
    rows = rows.hstack(found)
    print(f"\n{tag}: {rows.height} listings")
    for level, p in (("family", "said_p"), ("niche", "said_p_niche")):
        if level not in rows.columns:
            continue
        told = rows.drop_nulls(level)
        truth, said = told[level].to_numpy().astype(str), told[f"said_{level}"].to_numpy()
        print(f"  {level:6} {_with_interval(truth, said.astype(str), told['group'])}")
        for bar in (0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7):
            kept = (told[p] >= bar).to_numpy()
            right = (truth[kept] == said[kept]).mean() if kept.any() else float("nan")
            print(f"         p >= {bar:.1f}: covers {kept.mean():.3f}, right {right:.3f}")


def _with_interval(truth: np.ndarray, said: np.ndarray, group: pl.Series) -> str:
    random = np.random.default_rng(0)
    number = group.rank("dense").to_numpy() - 1
    names = np.unique(truth)
    draws = []
    for _ in range(RESAMPLES):
        weight = np.bincount(random.integers(0, number.max() + 1, number.max() + 1),
                             minlength=number.max() + 1)[number]  # fmt: skip
        draws.append((np.average(truth == said, weights=weight), _f1(truth, said, names, weight)))
    accuracy, f1 = np.mean(truth == said), _f1(truth, said, names, None)
    (a, c), (b, d) = np.percentile(draws, [2.5, 97.5], axis=0)
    return f"accuracy {accuracy:.3f} [{a:.3f}, {b:.3f}], macro F1 {f1:.3f} [{c:.3f}, {d:.3f}]"


def _f1(truth: np.ndarray, said: np.ndarray, names: np.ndarray, weight: np.ndarray | None) -> float:
    return f1_score(
        truth, said, labels=names, average="macro", sample_weight=weight, zero_division=0
    )


def only(tables: dict[str, pl.DataFrame], keep: pl.Expr) -> dict[str, pl.DataFrame]:
    """Return the frames with only those listings."""
    return tables | {"core_listings": tables["core_listings"].filter(keep)}


def main() -> None:
    """Print all figures: random holdout, gold, held-out platforms."""
    tables, hand = frames(without=("hn_hiring",)), gold()
    listings = tables["core_listings"]
    documents = category._documents(listings)
    labels = category.labelled(tables).filter(~pl.col("outside"))
    documents = documents.join(labels, on=category.KEY).sort(category.KEY)
    distinct = documents.unique(["group", "family", "niche"], keep="first", maintain_order=True)
    is_gold = pl.col("group").is_in(hand["group"].implode())
    held = pl.col("group").hash(seed=0) % 5 == 0
    group = category._documents(listings).select(*category.KEY, "group")
    with_group = tables | {"core_listings": listings.join(group, on=category.KEY)}

    pipeline = category.train(only(with_group, ~is_gold & ~held))
    taught = ~pl.col("source_id").is_in(category.NO_TEACHER)
    score("random fifth held out", pipeline, distinct.filter(held & ~is_gold & taught))
    score("sources that do not teach", pipeline, distinct.filter(~is_gold & ~taught))
    score("gold, by hand", pipeline, hand.select("document", "group", "family"))
    pipeline = category.train(
        only(with_group, ~is_gold & pl.col("source_id").str.starts_with("upwork"))
    )
    for name in ("fiverr", "freelancer"):
        score(f"Upwork -> {name}", pipeline,
              distinct.filter(pl.col("source_id").str.starts_with(name)))  # fmt: skip
    score("Upwork -> gold", pipeline, hand.select("document", "group", "family"))


if __name__ == "__main__":
    main()
