"""How often is models/ai_relation.py right? Prints the figures of its card; needs ../shared.

python -m benchmarks.ai_relation_accuracy

Five times repeated five-fold cross-validation over groups of near-duplicates on the hand-labelled
listings. Listings labelled by rule that resemble any hand-labelled one are left out throughout.
"""

from __future__ import annotations

import csv
import re
import time
from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
import polars as pl
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold

from benchmarks import category_accuracy
from benchmarks._reliability import plot
from etl import edition, model_files
from etl.config import REFERENCE, SHIPPED
from models import _ai_rules, _ai_words, _kinds, ai_relation
from models.category import features

REPEATS, FOLDS, RESAMPLES = 5, 5, 1_000
YES_NO = (*ai_relation.SKILLS, "human_only", "originality_clause", "urgent", "ai_tool_welcome")


def hand() -> pl.DataFrame:
    """Return the hand-labelled listings, a column per skill, with `cluster` of near-duplicates."""
    rows = category_accuracy.gold()
    rows = rows.drop("skills").hstack(rows["skills"].struct.unnest())
    return rows.with_columns(cluster=pl.Series(clusters(rows)))


def clusters(rows: pl.DataFrame) -> list[int]:
    """Number the groups: same title words, same first six title words or ten text words."""
    parent = list(range(rows.height))

    def root(i: int) -> int:
        while parent[i] != i:
            i = parent[i]
        return i

    first: dict[tuple, int] = {}
    for i, (title, text, group) in enumerate(rows.select("title", "text", "group").iter_rows()):
        words = [re.findall("[a-z]+", (part or "").lower()) for part in (title, text)]
        keys = [("group", group)]
        keys += [(at, *found[:n]) for at, (found, n) in enumerate(zip(words, (6, 10), strict=True))
                 if len(found) > n]  # fmt: skip
        for key in keys:
            parent[root(i)] = root(first.setdefault(key, i))
    return [root(i) for i in range(rows.height)]


def terms() -> pl.DataFrame:
    """Return the lexicon as the pipeline reads it."""
    with (REFERENCE / "ai_relation_terms.csv").open(newline="", encoding="utf-8") as file:
        return pl.DataFrame(list(csv.DictReader(file)))


def listings() -> pl.DataFrame:
    """Return the real listings with their side."""
    rows = category_accuracy.frames()["core_listings"]
    supply = pl.col("source_id").str.starts_with("fiverr")
    return rows.with_columns(
        side=pl.when(supply).then(pl.lit("supply")).otherwise(pl.lit("demand"))
    )


@cache
def kinds() -> ai_relation.Kinds:
    """Return what the shipped category model says of the kind of work."""
    shipped = edition.Edition(SHIPPED).models()
    category = model_files.loads(shipped["category"], "category")
    return lambda rows: _kinds.margins(features(category, rows), category)


def frames(labelled: pl.DataFrame, rows: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Return what `train` reads, the listings cut to those it would learn from: quick folds."""
    rows = rows.filter(ai_relation.TOLD).sort(ai_relation.KEY)
    rows = rows.filter(~ai_relation.like(rows, labelled))
    counts = _ai_rules.situations(_ai_words.phrases(rows, _ai_words.lexicon(terms())))
    rules = (_ai_rules.relation_by_rule, _ai_rules.service_by_rule)
    chosen = {i for rule in rules for i in ai_relation.plain(rule(counts), rows["source_id"])}
    return {
        "core_listings": rows[sorted(chosen)], "hand_labels": labelled,
        "ref_ai_relation_terms": terms(),
    }  # fmt: skip


def folds(labelled: pl.DataFrame, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield row numbers to learn from and to test on; clusters stay together."""
    split = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    yield from split.split(labelled, labelled["ai_relation"], labelled["cluster"])


def predictions(
    tables: dict[str, pl.DataFrame], repeats: int = REPEATS
) -> list[pl.DataFrame]:  # fmt: skip
    """Return, per repeat, the labels of every hand-labelled listing by models that never saw it."""
    labelled, out = tables["hand_labels"], []
    for seed in range(repeats):
        parts = []
        for seen, new in folds(labelled, seed):
            pipeline = ai_relation.train(tables | {"hand_labels": labelled[seen]}, kinds())
            found = ai_relation.read(kinds()(labelled[new]), labelled[new], pipeline)
            parts.append(found.with_columns(row=pl.Series(new)))
        out.append(pl.concat(parts).sort("row").drop("row"))
    return out


def plain_model(labelled: pl.DataFrame) -> list[pl.DataFrame]:
    """Return the same from words and a logistic regression alone, for comparison."""
    document = labelled["title"].fill_null("") + " " + labelled["text"].fill_null("")
    truth, out = labelled["ai_relation"].to_numpy().astype(str), []
    for seed in range(REPEATS):
        said = np.empty_like(truth)
        for seen, new in folds(labelled, seed):
            words = TfidfVectorizer(sublinear_tf=True, min_df=2)
            x = words.fit_transform(document[seen.tolist()])
            model = LogisticRegression(C=10, max_iter=1_000, class_weight="balanced")
            model.fit(x, truth[seen])
            said[new] = model.predict(words.transform(document[new.tolist()]))
        out.append(pl.DataFrame({"ai_relation": said}))
    return out


Score = Callable[[np.ndarray, np.ndarray, np.ndarray], float]


def with_interval(
    truth: np.ndarray, said: list[np.ndarray], cluster: np.ndarray, score: Score
) -> str:
    """Return the mean score over repeats and its 95 % bootstrap interval over clusters."""
    random, number = np.random.default_rng(0), np.unique(cluster, return_inverse=True)[1]
    size = number.max() + 1
    point = np.mean([score(truth, one, np.ones(len(truth))) for one in said])
    draws = []
    for _ in range(RESAMPLES):
        weight = np.bincount(random.integers(0, size, size), minlength=size)[number]
        draws.append(np.mean([score(truth, one, weight) for one in said]))
    low, high = np.nanpercentile(draws, [2.5, 97.5])
    return f"{point:.3f} [{low:.3f}, {high:.3f}]"


def f1_of(names: tuple[str, ...]) -> Score:
    """Return macro F1 over those classes as a score."""

    def score(truth: np.ndarray, said: np.ndarray, weight: np.ndarray) -> float:
        each = []
        for name in names:
            true, found = truth == name, said == name
            total = weight @ true + weight @ found
            each.append(2 * (weight @ (true & found)) / total if total else 0.0)
        return float(np.mean(each))

    return score


def _precision(truth: np.ndarray, said: np.ndarray, weight: np.ndarray) -> float:
    return (
        float((weight * (truth & said)).sum() / (weight * said).sum())
        if (weight * said).any()
        else np.nan
    )


def _recall(truth: np.ndarray, said: np.ndarray, weight: np.ndarray) -> float:
    return _precision(said, truth, weight)


def _relations(labelled: pl.DataFrame, said: list[pl.DataFrame], tag: str) -> None:
    truth, cluster = (labelled[c].to_numpy() for c in ("ai_relation", "cluster"))
    truth, found = truth.astype(str), [one["ai_relation"].to_numpy().astype(str) for one in said]
    print(f"\n{tag}")
    print("  macro F1", with_interval(truth, found, cluster, f1_of(ai_relation.RELATIONS)))
    for name in ai_relation.RELATIONS:
        n = int((truth == name).sum())
        print(f"  {name:12} n {n:3}  F1", with_interval(truth, found, cluster, f1_of((name,))))


def _details(labelled: pl.DataFrame, said: list[pl.DataFrame]) -> None:
    names, truth = ai_relation.RELATIONS, labelled["ai_relation"].to_numpy().astype(str)
    print("\nconfusion, mean over repeats (rows: by hand; columns:", *names, ")")
    for name in names:
        row = [np.mean([((truth == name) & (s["ai_relation"].to_numpy() == c)).sum() for s in said])
               for c in names]  # fmt: skip
        print(f"  {name:12}", *(f"{v:6.1f}" for v in row))
    p = np.concatenate([s.select(f"p_{n}" for n in names).to_numpy().max(1) for s in said])
    right = np.concatenate([(s["ai_relation"].to_numpy() == truth) for s in said])
    print("\ncalibration of the relation said")
    print(plot(p, right, (0, 0.5, 0.7, 0.9, 0.98, 1.01), len(said)))


def _services(labelled: pl.DataFrame, said: list[pl.DataFrame]) -> None:
    work = labelled["ai_relation"].is_in(list(ai_relation.AI_WORK)).to_numpy()
    truth = labelled["ai_service"].to_numpy().astype(str)
    found = [one["ai_service"].to_numpy().astype(str) for one in said]
    names, cluster = tuple(np.unique(truth)), labelled["cluster"].to_numpy()

    def right(t: np.ndarray, s: np.ndarray, w: np.ndarray) -> float:
        return float(np.average(t == s, weights=w))

    print("\nservice: all right", with_interval(truth, found, cluster, right))
    inside = [s[work] for s in found]
    print("  right where AI work by hand", with_interval(truth[work], inside, cluster[work], right))
    print("  macro F1 with none", with_interval(truth, found, cluster, f1_of(names)))


def _yes_no(labelled: pl.DataFrame, said: list[pl.DataFrame]) -> None:
    cluster = labelled["cluster"].to_numpy()
    print("\nyes or no: n by hand, precision, recall")
    for name in YES_NO:
        truth, found = labelled[name].to_numpy(), [one[name].to_numpy() for one in said]
        print(f"  {name:18} n {truth.sum():3}", with_interval(truth, found, cluster, _precision),
              with_interval(truth, found, cluster, _recall))  # fmt: skip


def _counts_and_speed(labelled: pl.DataFrame, rows: pl.DataFrame) -> None:
    tables = {"core_listings": rows, "hand_labels": labelled, "ref_ai_relation_terms": terms()}
    started = time.process_time()
    pipeline = ai_relation.train(tables, kinds())
    print(f"\ntrained in {time.process_time() - started:.1f} s of one core")
    said = pl.concat(
        [rows.select("source_id"), ai_relation.read(kinds()(rows), rows, pipeline)],
        how="horizontal",
    )
    shares = [(pl.col("ai_relation") == name).mean().alias(name) for name in ai_relation.RELATIONS]
    print("said of the real listings (no market shares: selected queries)")
    for row in said.group_by("source_id").agg(pl.len(), *shares,
            pl.col("human_only", "originality_clause", "disclosure", "urgent").sum(),
        ).sort("source_id").iter_rows(named=True):  # fmt: skip
        print("  ", {k: round(v, 3) if isinstance(v, float) else v for k, v in row.items()})
    for tag, some in (
        ("all", pl.col("title").is_not_null() | pl.col("text").is_not_null()),
        ("texts over 300 characters", pl.col("text").str.len_chars() > 300),
    ):
        chosen = rows.filter(some.fill_null(False)).sample(20_000, seed=1)
        started = time.process_time()
        ai_relation.read(kinds()(chosen), chosen, pipeline)
        used = (time.process_time() - started) / chosen.height
        length = (
            chosen["title"].str.len_chars().fill_null(0)
            + chosen["text"].str.len_chars().fill_null(0)
        ).mean()
        print(f"speed, {tag} ({length:.0f} characters): {used * 1e6:.0f} microseconds of one core")


def main() -> None:
    """Print all figures."""
    if not (category_accuracy.SHARED / "gold" / "dev.jsonl").exists():
        print("Nothing to measure: ../shared/gold is not here.")
        return
    labelled, rows = hand(), listings()
    said = predictions(frames(labelled, rows))
    _relations(labelled, plain_model(labelled), "words and logistic regression alone")
    _relations(labelled, said, "AI relation")
    sure = labelled["sure"].to_numpy() == 2
    _relations(labelled.filter(sure), [one.filter(sure) for one in said], "the sure ones")
    _details(labelled, said)
    _services(labelled, said)
    _yes_no(labelled, said)
    _counts_and_speed(labelled, rows)


if __name__ == "__main__":
    main()
