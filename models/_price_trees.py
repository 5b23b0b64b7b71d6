"""Boosted trees as plain arrays: kept and read without any type of scikit-learn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

TREES, LEAVES, RATE, FEWEST = 120, 16, 0.08, 40


# One thread: sums come out the same on every machine.
@threadpool_limits.wrap(limits=1, user_api="openmp")
def grow(rows: np.ndarray, log_price: np.ndarray, quantile: float) -> dict[str, Any]:
    """Fit a quantile of log price by gradient boosting; return its trees as arrays."""
    never = np.isnan(rows).all(axis=0)  # a column that nobody tells cannot be split on
    rows = np.where(never, 0.0, rows)
    model = HistGradientBoostingRegressor(
        loss="quantile", quantile=quantile, max_iter=TREES, max_leaf_nodes=LEAVES,
        learning_rate=RATE, min_samples_leaf=FEWEST, max_bins=64, early_stopping=False,
        random_state=0,
    ).fit(rows, log_price)  # fmt: skip
    trees = [stage[0].nodes for stage in model._predictors]
    nodes = np.concatenate(trees)
    return {
        "root": np.cumsum([0, *(len(tree) for tree in trees[:-1])]).astype(np.int32),
        "start": np.float64(model._baseline_prediction.ravel()[0]),
        "feature": nodes["feature_idx"].astype(np.int16),
        "threshold": nodes["num_threshold"],
        "left": nodes["left"].astype(np.int16),
        "right": nodes["right"].astype(np.int16),
        "missing_left": nodes["missing_go_to_left"].astype(bool),
        "leaf": nodes["is_leaf"].astype(bool),
        "value": nodes["value"],
    }


def read(trees: Mapping[str, Any], rows: np.ndarray) -> np.ndarray:
    """Return the fitted log price of each row; the same as scikit-learn's own prediction."""
    total = np.full(len(rows), float(trees["start"]))
    each = np.arange(len(rows))
    for root in trees["root"].tolist():
        at = np.full(len(rows), root)
        while not (leaf := trees["leaf"][at]).all():
            told = rows[each, trees["feature"][at]]
            goes_left = np.where(
                np.isnan(told), trees["missing_left"][at], told <= trees["threshold"][at]
            )
            step = np.where(goes_left, trees["left"][at], trees["right"][at])
            at = np.where(leaf, at, root + step)
        total += trees["value"][at]
    return total
