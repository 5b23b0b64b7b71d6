"""What should this piece of work cost? The range eight in ten like it are advertised at.

Advertised prices only (never bids): hourly rates and fixed budgets are two guides. Quantile
gradient boosting on log price (10, 50, 90 %), the outer two conformalised on listings the trees
never saw (Romano, Patterson & Candès 2019). A guide to what is offered, not to what is paid.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from math import factorial
from typing import Any

import numpy as np
import polars as pl

from models import _price_features as features
from models import _price_trees as trees
from models._price_accuracy import ACCURACY, accuracy, log_quantiles, told_of
from models._price_guide_rows import PARTS, guide_rows

LEARNS_FROM = ("core_listings", "core_readings", "est_listing_labels")

QUANTILES = {"low": 0.1, "median": 0.5, "high": 0.9}
COVERAGE = 0.8
FEWEST_TOLD = 100  # calibration listings for a margin of their own
FEWEST = 500  # listings of a pricing type below which no guide is made
SHOWN = 3  # contributions
NO_GUIDE = "no guide for this way of pricing: hourly or fixed, with 500 advertised prices to learn"
TOLD_NOTHING = "nothing told but the way of pricing: the range of all listings"
OUT = {
    "low": pl.Float64, "median": pl.Float64, "high": pl.Float64, "reason": pl.String,
    "contributions": pl.List(pl.Struct({"feature": pl.String, "log_points": pl.Float64})),
}  # fmt: skip


def train(frames: Mapping[str, pl.DataFrame]) -> dict[str, Any]:
    """Learn a guide per way of pricing from LEARNS_FROM; return arrays, texts and numbers only.

    Near-duplicates stay together: three parts of five teach, one calibrates, one measures. The
    pipeline is {"hourly": guide, "fixed": guide}; a guide is {"learnt", "low", "median", "high"
    (trees), "widen": log points added on both sides by what is told, "accuracy": columns}.
    """
    rows = guide_rows(frames)
    guides = {}
    for pricing, part in rows.group_by("pricing_type", maintain_order=True):
        if part.height >= FEWEST:
            guides[str(pricing[0])] = guide_of(part)
    return guides


def guide_of(rows: pl.DataFrame) -> dict[str, Any]:
    """Return the guide of one way of pricing from rows with a `part`."""
    parts = {name: rows.filter(pl.col("part") == name) for name in PARTS}
    taught = parts["teach"]
    price = taught["log_price"].to_numpy()
    learnt = features.learn(features.complete(taught), price)
    seen = features.encode(features.complete(taught), learnt)
    both = np.vstack([seen, features.blanked(seen, seed=0)])
    guide: dict[str, Any] = {"learnt": learnt} | {
        name: trees.grow(both, np.tile(price, 2), q) for name, q in QUANTILES.items()
    }
    held = parts["calibrate"].unique("group", keep="first", maintain_order=True)
    guide["widen"] = _margins(guide, held)
    guide["accuracy"] = accuracy(guide, taught, parts["measure"])
    return guide


def _margins(guide: Mapping[str, Any], held: pl.DataFrame) -> np.ndarray:
    """Return the conformal margin per kind of what is told, that of all where few tell it."""
    price = held["log_price"].to_numpy()
    low, _, high = log_quantiles(guide, held).T
    told = told_of(features.encode(features.complete(held), guide["learnt"]))
    whole = conformal(price, low, high, COVERAGE)
    return np.array([
        conformal(price[own], low[own], high[own], COVERAGE) if own.sum() >= FEWEST_TOLD else whole
        for own in (told == kind for kind in range(4))
    ])  # fmt: skip


def conformal(price: np.ndarray, low: np.ndarray, high: np.ndarray, coverage: float) -> float:
    """Return by how much an interval must widen (or narrow) on both sides to hold `coverage`.

    The ceil((n + 1) coverage)-th smallest of max(low - price, price - high).

    >>> conformal(np.array([0.0, 1, 2, 3]), np.zeros(4), np.ones(4), 0.6)
    1.0
    """
    score = np.sort(np.maximum(low - price, price - high))
    rank = int(np.ceil((len(score) + 1) * coverage - 1e-9))
    return float(score[min(rank, len(score)) - 1])


def price(pipeline: Mapping[str, Any], listings: pl.DataFrame) -> pl.DataFrame:
    """Return low, median, high (US dollars, an hour or the whole), reason, contributions.

    `listings`: a row each, `pricing_type` and any columns of `_price_features.GIVEN`. Row by row;
    contributions are the three largest, exact Shapley values of the log median over what was told
    (what is not told stands as unknown, as it did in half of the training rows).
    """
    told = features.complete(listings)
    out: list[dict[str, Any]] = [dict.fromkeys(OUT) | {"reason": NO_GUIDE}] * told.height
    for pricing in ("hourly", "fixed"):
        where = np.flatnonzero((told["pricing_type"] == pricing).fill_null(False).to_numpy())
        if pricing not in pipeline or not len(where):
            continue
        for at, row in zip(where, _priced(pipeline[pricing], told[where.tolist()]), strict=True):
            out[at] = row
    return pl.DataFrame(out, schema=OUT, orient="row")


def _priced(guide: Mapping[str, Any], told: pl.DataFrame) -> list[dict[str, Any]]:
    found = np.exp(log_quantiles(guide, told, guide["widen"]))
    rows = features.encode(told, guide["learnt"])
    out = []
    for (low, median, high), row in zip(found, rows, strict=True):
        shares = contributions(guide, row)
        largest = sorted(shares.items(), key=lambda each: (-abs(each[1]), each[0]))[:SHOWN]
        out.append({
            "low": low, "median": median, "high": high,
            "reason": None if shares else TOLD_NOTHING,
            "contributions": [{"feature": n, "log_points": v} for n, v in largest],
        })  # fmt: skip
    return out


def contributions(guide: Mapping[str, Any], row: np.ndarray) -> dict[str, float]:
    """Return the Shapley value of each told group of features, in log points of the median.

    They add up to the row's log median less that of a row of which nothing is told (Shapley 1953;
    exact over all subsets of the told groups, at most 256).
    """
    place = features.columns()
    told = [name for name in features.GROUPS if not np.isnan(row[place[name]]).all()]
    subsets = [set(each) for size in range(len(told) + 1) for each in combinations(told, size)]
    rows = np.full((len(subsets), len(row)), np.nan)
    for number, subset in enumerate(subsets):
        for name in subset:
            rows[number, place[name]] = row[place[name]]
    worth = dict(zip(map(frozenset, subsets), trees.read(guide["median"], rows), strict=True))
    n = len(told)
    return {
        name: float(sum(
            factorial(len(s)) * factorial(n - len(s) - 1) / factorial(n) * (worth[s | {name}] - v)
            for s, v in worth.items() if name not in s
        ))
        for name in told
    }  # fmt: skip


def errors(pipeline: Mapping[str, Any]) -> pl.DataFrame:
    """Return the accuracy that training measured, as rows (core_price_guide): one per stat."""
    tables = [
        pl.DataFrame({n: guide["accuracy"][n].tolist() for n in ACCURACY}, schema=ACCURACY)
        for _, guide in sorted(pipeline.items())
    ]
    table = pl.concat(tables) if tables else pl.DataFrame(schema=ACCURACY)
    none = (pl.when(pl.col(c) != "").then(pl.col(c)).alias(c) for c in ("reason", "value_text"))
    return table.with_columns(pl.col(pl.Float64).fill_nan(None), *none).sort("dims", "stat")
