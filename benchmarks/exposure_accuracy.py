"""How often is models/exposure.py right? Prints the figures of its card; needs ../shared.

python -m benchmarks.exposure_accuracy
"""

from __future__ import annotations

import hashlib
import json
import time
from datetime import datetime

import numpy as np
import polars as pl
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix, f1_score
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline

from benchmarks._reliability import plot
from benchmarks.category_accuracy import SHARED, frames
from etl.config import REFERENCE
from etl.contracts import Capture, Reject
from etl.model_files import dump
from etl.reference import taxonomy
from etl.sources import sources
from models import _exposure_text as texts
from models import category, exposure

REPEATS = 10
RESAMPLES = 1_000
CLASSES = np.array(texts.CLASSES)
GOLD = SHARED / "gold" / "dev.jsonl"


def reference(name: str) -> pl.DataFrame:
    """Return a reference table as the pipeline reads it: all text, empty cells null."""
    table = pl.read_csv(REFERENCE / f"{name}.csv", infer_schema=False)
    return table.with_columns(pl.when(pl.all() != "").then(pl.all()))


def hand_labels() -> pl.DataFrame:
    """Return the hand-labelled listings."""
    lines = GOLD.read_text(encoding="utf-8").splitlines()
    return pl.DataFrame([json.loads(line) for line in lines], infer_schema_length=None)


def checked(listings: pl.DataFrame) -> pl.DataFrame:
    """Return the listings of exposure_check.csv (kept by hash) with `draw`, `substitutability`."""
    key = [hashlib.sha256("\x1f".join(row).encode()).hexdigest()[:16]
           for row in listings.select(category.KEY).iter_rows()]  # fmt: skip
    check = reference("exposure_check").drop("source_id")
    return listings.with_columns(listing=pl.Series(key)).join(check, on="listing").sort("listing")


def macro(truth: np.ndarray, said: np.ndarray, weight: np.ndarray | None = None) -> float:
    """Return the macro F1 of the three classes."""
    return f1_score(
        truth, said, average="macro", labels=CLASSES, sample_weight=weight, zero_division=0
    )


def interval(truth: np.ndarray, runs: list[np.ndarray], group: np.ndarray, score=macro) -> str:
    """Return the mean score over runs, with a 95 % bootstrap interval over groups of listings."""
    random, number = np.random.default_rng(0), np.unique(group, return_inverse=True)[1]
    draws = []
    for i in range(RESAMPLES):
        drawn = random.integers(0, number.max() + 1, number.max() + 1)
        weight = np.bincount(drawn, minlength=number.max() + 1)[number]
        draws.append(score(truth, runs[i % len(runs)], weight))
    low, high = np.percentile(draws, [2.5, 97.5])
    point = np.mean([score(truth, run, None) for run in runs])
    return f"{point:.3f} [{low:.3f}, {high:.3f}]"


def of_class(name: str):
    """Return the F1 of one class as a score."""

    def score(truth, said, weight):
        return f1_score(truth == name, said == name, sample_weight=weight, zero_division=0)

    return score


def plain_words(hand: pl.DataFrame, truth: np.ndarray, group: np.ndarray, seed: int) -> np.ndarray:
    """Return what word weights and a balanced logistic model say, each group unseen."""
    text, said = hand["title"].fill_null("") + " " + hand["text"].fill_null(""), truth.copy()
    folds = StratifiedGroupKFold(5, shuffle=True, random_state=seed)
    for train, test in folds.split(truth, truth, group):
        model = make_pipeline(
            TfidfVectorizer(min_df=2, sublinear_tf=True, stop_words="english"),
            LogisticRegression(class_weight="balanced", max_iter=1_000),
        )
        said[test] = model.fit(text.gather(train), truth[train]).predict(text.gather(test))
    return said


def print_gold(pipeline: dict, hand: pl.DataFrame) -> None:
    """Print cross-validated figures of the hand-labelled listings."""
    rows, group = texts.features(hand, pipeline["patterns"]), texts.groups(hand)
    truth = hand["substitutability"].to_numpy().astype(str)
    print(f"gold: {len(truth)} listings in {len(set(group))} groups, {REPEATS} times 5 folds")
    print("  majority class", round(macro(truth, np.full_like(truth, "complementary")), 3))
    runs = [plain_words(hand, truth, group, seed) for seed in range(3)]
    print("  words alone   ", interval(truth, runs, group))
    chances = [texts.out_of_fold(rows, truth, group, seed) for seed in range(REPEATS)]
    runs = [texts.label(p, CLASSES) for p in chances]
    print("  signs         ", interval(truth, runs, group))
    for label in CLASSES:
        print(f"    {label}", interval(truth, runs, group, of_class(label)))
    print(sum(confusion_matrix(truth, run, labels=CLASSES) for run in runs) / REPEATS)
    for factor in (1, 2, 4):
        rare = np.array([1, factor, factor])
        others = [CLASSES[(p * rare).argmax(axis=1)] for p in chances]
        print(f"    rare classes {factor} times", interval(truth, others, group))
    print_calibration(truth, np.mean(chances, axis=0))
    print_errors(hand, truth, np.mean(chances, axis=0))


def print_calibration(truth: np.ndarray, chance: np.ndarray) -> None:
    """Print mean probability and share right per bin."""
    for column, label in enumerate(CLASSES):
        print(f"    {label}")
        print(plot(chance[:, column], truth == label, (0, 0.05, 0.2, 0.5, 0.8, 1.01)))


def print_errors(hand: pl.DataFrame, truth: np.ndarray, chance: np.ndarray) -> None:
    """Print the ids of the listings most surely misread."""
    lost = chance.max(axis=1) - chance[np.arange(len(truth)), np.searchsorted(CLASSES, truth)]
    for i in np.argsort(-lost)[:10]:
        said = CLASSES[chance[i].argmax()]
        print(f"    {hand['id'][int(i)]} is {truth[i]}, read {said} ({chance[i].max():.2f})")


def print_market(pipeline: dict, listings: pl.DataFrame) -> None:
    """Print the check samples, the share of a whole market, speed and size."""
    for (draw,), sample in checked(listings).group_by("draw", maintain_order=True):
        truth = sample["substitutability"].to_numpy().astype(str)
        said = exposure.read(sample, pipeline)["substitutability"].to_numpy().astype(str)
        each = np.arange(len(truth))
        print(f"check, {draw} draw: n {len(truth)}, macro F1 {interval(truth, [said], each)}")
        print("    majority class", round(macro(truth, np.full_like(truth, CLASSES[0])), 3))
        for label in CLASSES:
            print(f"    {label}", interval(truth, [said], each, of_class(label)))
        print(confusion_matrix(truth, said, labels=CLASSES))
        market = (sample["source_id"] == "upwork_search").to_numpy()
        print(f"    Upwork: n {market.sum()}, by hand {np.mean(truth[market] == CLASSES[1]):.3f}, "
              f"read {np.mean(said[market] == CLASSES[1]):.3f}")  # fmt: skip
    labels = listings.select("source_id").hstack(exposure.read(listings, pipeline))
    for (name,), part in labels.group_by("source_id", maintain_order=True):
        share = (part["substitutability"] == exposure.SUBSTITUTABLE).mean()
        rest = (part["substitutability"] == "unaffected").mean()
        print(f"{name}: {part.height} listings, substitutable {share:.3f} (mean probability "
              f"{part['p_substitutable'].mean():.3f}), unaffected {rest:.3f}; "
              f"drift: {exposure.drift(share)}")  # fmt: skip
    full = listings.filter(pl.col("text").str.len_chars() > 300, pl.col("source_id") != "hn_hiring")
    start = time.process_time()
    exposure.read(full, pipeline)
    spent = (time.process_time() - start) / full.height * 1e6
    length = full["text"].str.len_chars().mean()
    print(f"{spent:.1f} microseconds of one core a listing ({full.height} of mean length "
          f"{length:.0f}); file {len(dump(pipeline))} bytes")  # fmt: skip


def series() -> pl.DataFrame:
    """Return the published series that the market voice reads."""
    day, rows = datetime(2026, 11, 1), []
    for name in ("oli", "fiverr_index"):
        module = sources()[name]
        for path in sorted((SHARED / "data").glob(module.SOURCE.files)):
            capture = Capture(name, path.name, "", day, "day", day)
            found = module.normalise(path.read_bytes(), capture)
            rows += [{"source_id": name} | row for row in found if not isinstance(row, Reject)]
    return pl.DataFrame(rows, infer_schema_length=None)


def print_niches(tables: dict, pipeline: dict) -> None:
    """Print how many niches are shown which class, and what the market did."""
    listings = tables["core_listings"]
    labels = category.estimate(tables, category.train(tables))
    read = listings.select(category.KEY).hstack(exposure.read(listings, pipeline))
    given = {"core_series": series(), "ref_taxonomy": taxonomy()}
    given |= {"est_listing_labels": labels.join(read, on=category.KEY)}
    for name in ("exposure_groups", "exposure_measures"):
        given[f"ref_{name}"] = reference(name)
    found = exposure.estimate(given | {"ref_sources": tables["ref_sources"]}, pipeline)
    for column in ("class_shown", "says_prior", "says_listings", "says_market"):
        print(column, dict(found[column].value_counts().sort(column).iter_rows()))
    for name, niches in found.group_by("class_shown", maintain_order=True):
        print(*name, ", ".join(niches["niche"]))
    for row in found.select("family", "^(demand|price)_.*$").unique().sort("family").iter_rows():
        print(*(f"{cell:.2f}" if isinstance(cell, float) else cell for cell in row))


def main() -> None:
    """Print all figures of the card."""
    if not GOLD.exists():
        print("skipped: the hand-labelled listings of ../shared/gold are not here")
        return
    tables, hand = frames(), hand_labels().sort("id")
    start = time.perf_counter()
    pipeline = exposure.train(
        {"hand_labels": hand, "ref_exposure_rules": reference("exposure_rules")}
    )
    print(f"trained in {time.perf_counter() - start:.1f} s")
    print_gold(pipeline, hand)
    print_market(pipeline, tables["core_listings"])
    print_niches(tables, pipeline)


if __name__ == "__main__":
    main()
