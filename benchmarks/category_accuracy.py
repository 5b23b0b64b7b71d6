"""How often is models/category.py right? Prints the figures of its card; needs ../shared.

python -m benchmarks.category_accuracy
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import ModuleType

import numpy as np
import polars as pl
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import confusion_matrix, f1_score
from sklearn.svm import LinearSVC

from benchmarks._reliability import plot
from etl.contracts import Capture, Reject
from etl.normalise import drop_personal
from etl.reference import reference_tables
from etl.sources import sources
from models import category

SHARED = Path(__file__).resolve().parents[2] / "shared"
SCHEMA = dict.fromkeys(("source_id", "native_id", "title", "text", "source_category"), pl.String)
SCHEMA |= {"skills": pl.List(pl.String)}
RESAMPLES = 1_000
BARS = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
SNAPSHOTS = ("2023-01-01", "2023-01-03")
FOLDS = 5


def frames(without: tuple[str, ...] = ()) -> dict[str, pl.DataFrame]:
    """Return the frames that the model reads, from the shared data files."""
    modules = {i: m for i, m in sources().items() if m.SOURCE.kind == "listing"}
    rows = {
        (source_id, row["native_id"]): {"source_id": source_id} | row
        for source_id, module in modules.items()
        if source_id not in without and module.SOURCE.files
        for row in rows_of(module)
    }
    tables = reference_tables(module.SOURCE for module in modules.values())
    return tables | {
        "core_listings": pl.DataFrame(
            [{name: row.get(name) for name in SCHEMA} for row in rows.values()], schema=SCHEMA
        )
    }


def rows_of(module: ModuleType) -> Iterator[dict]:
    """Yield the rows of a source's shared files, personal data dropped as the pipeline does."""
    moment = datetime(2026, 11, 1)
    for path in sorted((SHARED / "data").glob(module.SOURCE.files)):
        capture = Capture(module.SOURCE.id, path.name, "", moment, "day", moment)
        for row in module.normalise(path.read_bytes(), capture):
            if not isinstance(row, Reject):
                for name in ("title", "text"):
                    row[name] = drop_personal(row[name]) if row.get(name) else None
                yield {"source_id": module.SOURCE.id, **row}


def gold() -> pl.DataFrame:
    """Return the hand-labelled listings with key and group."""
    lines = (SHARED / "gold" / "dev.jsonl").read_text().splitlines()
    rows = pl.DataFrame([json.loads(line) for line in lines], infer_schema_length=None)
    rows = rows.with_columns(source_id=pl.lit("gold"), native_id="id")
    documents = category._documents(rows).select(*category.KEY, "group")
    return rows.join(documents, on=category.KEY, maintain_order="left")


def told(tables: dict[str, pl.DataFrame], hand: pl.DataFrame) -> pl.DataFrame:
    """Return the labelled listings with group, family and niche; none that is in the gold."""
    labels = category.labelled(tables).filter(~pl.col("outside")).drop("outside")
    group = category._documents(tables["core_listings"]).select(*category.KEY, "group")
    rows = tables["core_listings"].join(group, on=category.KEY).join(labels, on=category.KEY)
    return rows.filter(~pl.col("group").is_in(hand["group"].implode())).sort(category.KEY)


def only(tables: dict[str, pl.DataFrame], rows: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Return the frames with only the listings of `rows`."""
    return tables | {"core_listings": rows}


def bare(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the listings as if they had a title only."""
    return rows.with_columns(text=pl.lit(None, pl.String))


def read(pipeline: dict, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with what the model says of them (`said_...`)."""
    found = category.read(category.features(pipeline, rows), pipeline)
    return rows.hstack(found.rename(lambda name: f"said_{name}"))


def score(tag: str, rows: pl.DataFrame) -> None:
    """Print accuracy and macro F1 with bootstrap intervals over groups, coverage, reliability."""
    print(f"\n{tag}: {rows.height} listings")
    for level, p in (("family", "said_p"), ("niche", "said_p_niche")):
        if level not in rows.columns:
            continue
        known = rows.drop_nulls(level)
        truth, said = (known[c].to_numpy().astype(str) for c in (level, f"said_{level}"))
        print(f"  {level:6} {len(known)}: {_with_interval(truth, said, known['group'])}")
        for bar in BARS:
            kept = (known[p] >= bar).to_numpy()
            right = (truth[kept] == said[kept]).mean() if kept.any() else float("nan")
            print(f"         p >= {bar:.1f}: covers {kept.mean():.3f}, right {right:.3f}")
        print(plot(known[p].to_numpy(), truth == said, (0, 0.2, 0.4, 0.6, 0.8, 1.01)))
    if "niche" in rows.columns:
        known = rows.drop_nulls("niche")
        among = known.select(pl.col("said_niches").list.contains(pl.col("niche"))).to_series()
        print(f"  niche among the three best: {among.mean():.3f}")


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


def titles_alone(tables: dict[str, pl.DataFrame], rows: pl.DataFrame) -> None:
    """Print family from the title alone: each snapshot from the other, and in grouped folds."""
    search = rows["source_id"] == "upwork_search"
    seen = [
        set(pl.read_csv(SHARED / f"data/upwork_search/{day}.csv", infer_schema_length=0)["uid"])
        for day in SNAPSHOTS
    ]
    for name, (here, there) in {"1 -> 3 Jan": seen, "3 -> 1 Jan": seen[::-1]}.items():
        test = search & rows["native_id"].is_in(there - here)
        _title_test(f"title alone, {name}", tables, rows, [test])
    fold = rows.select(pl.col("group").hash(seed=1) % FOLDS).to_series()
    _title_test("title alone, folds", tables, rows, [search & (fold == k) for k in range(FOLDS)])


def _title_test(
    tag: str, tables: dict[str, pl.DataFrame], rows: pl.DataFrame, tests: list[pl.Series]
) -> None:
    """Train without each test and without its titles on other platforms; print all together."""
    parts, baseline = [], []
    for test in tests:
        held = rows.filter(test)
        same = rows["group"].is_in(held["group"].unique().implode())
        search = rows["source_id"] == "upwork_search"
        taught = rows.filter(~test & (search | ~same))
        old = taught.filter(pl.col("source_id") == "upwork_search")
        new = ~held["group"].is_in(old["group"].unique().implode())
        parts.append(read(category.train(only(tables, taught)), bare(held)).with_columns(new=new))
        baseline.append(held.with_columns(said_family=_plain(old, held)))
    found = pl.concat(parts)
    score(tag, found)
    for name, table in (("new titles only", found.filter("new")), ("plain", pl.concat(baseline))):
        truth, said = (table[c].to_numpy().astype(str) for c in ("family", "said_family"))
        print(f"  {name}, {table.height}: {_with_interval(truth, said, table['group'])}")
    names = sorted(found["family"].unique())
    print(names)
    print(confusion_matrix(found["family"], found["said_family"], labels=names))


def _plain(taught: pl.DataFrame, held: pl.DataFrame) -> pl.Series:
    """Return the families by TF-IDF of words and a linear machine: what there is to beat."""
    words = TfidfVectorizer(sublinear_tf=True)
    model = LinearSVC(C=0.5, random_state=0)
    model.fit(words.fit_transform(taught["title"].to_list()), taught["family"].to_list())
    return pl.Series(model.predict(words.transform(held["title"].to_list())).tolist())


def main() -> None:
    """Print all figures: titles alone, random holdout, gold, platforms held out."""
    if not SHARED.exists():
        print("The listings to measure on (../shared) are not here.")
        return
    tables, hand = frames(without=("hn_hiring",)), gold()
    rows = told(tables, hand)
    distinct = rows.unique(["group", "family", "niche"], keep="first", maintain_order=True)
    held = pl.col("group").hash(seed=0) % 5 == 0
    weak = pl.col("source_id") == "upwork_fixed"

    pipeline = category.train(only(tables, rows.filter(~held)))
    score("random fifth held out", read(pipeline, distinct.filter(held & ~weak)))
    for name in ("fiverr", "freelancer"):
        of = pl.col("source_id").str.starts_with(name)
        score(f"{name}, its own platform taught", read(pipeline, distinct.filter(held & of)))
    score("gold, by hand", read(pipeline, hand))
    for name in ("fiverr", "freelancer"):
        of = pl.col("source_id").str.starts_with(name)
        pipeline = category.train(only(tables, rows.filter(~of)))
        score(f"{name}, never taught", read(pipeline, distinct.filter(of)))
        score(f"{name}, never taught, same fifth", read(pipeline, distinct.filter(held & of)))
    titles_alone(tables, rows)


if __name__ == "__main__":
    main()
