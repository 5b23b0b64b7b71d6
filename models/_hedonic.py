"""Least squares on log prices with groups of indicator columns and clustered errors.

ln p = sum of indicators (period, niche, experience, ...) + error. Written out because the same
normal equations serve hundreds of small regressions of one build; pyfixest gives the same
coefficients and errors (tests).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

FEWEST_CLUSTERS = 20  # clustered errors of fewer are too small
_NOTHING = 1e-9


@dataclass(frozen=True)
class Fit:
    """Coefficients by column name (NaN: not told apart from others), their variance, its df."""

    names: tuple[str, ...]
    value: np.ndarray
    variance: np.ndarray
    df: int
    n: int

    def at(self, names: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Return the coefficients of some columns and the variance between them."""
        where = [self.names.index(name) for name in names]
        return self.value[where], self.variance[np.ix_(where, where)]


def columns(rows: pl.DataFrame, kinds: Sequence[str], yes_no: Sequence[str] = ()) -> dict:
    """Return 0/1 columns by name: `kind=level` without each kind's first level; `yes_no` as is."""
    found: dict[str, np.ndarray] = {}
    for kind in kinds:
        values = rows[kind].to_numpy()
        levels = sorted({value for value in values if value is not None})
        for level in levels[1:]:
            found[f"{kind}={level}"] = (values == level).astype(float)
    for name in yes_no:
        found[name] = rows[name].fill_null(False).to_numpy().astype(float)
    return found


def fit(log_price: np.ndarray, given: Mapping[str, np.ndarray], cluster: np.ndarray) -> Fit:
    """Return the least-squares fit with a constant; errors clustered (CR1: Liang & Zeger 1986).

    Degrees of freedom of intervals: clusters less one.
    """
    names = ("constant", *given)
    x = np.column_stack([np.ones(len(log_price)), *given.values()])
    values, vectors = np.linalg.eigh(x.T @ x)
    kept = values > _NOTHING * values[-1]
    inverse = (vectors[:, kept] / values[kept]) @ vectors[:, kept].T
    lost = 1 - (vectors[:, kept] ** 2).sum(axis=1)
    beta = inverse @ (x.T @ log_price)
    groups, number = np.unique(cluster, return_inverse=True)
    score = x * (log_price - x @ beta)[:, None]
    total = np.zeros((len(groups), x.shape[1]))
    np.add.at(total, number, score)
    n, g, k = len(x), len(groups), int(kept.sum())
    factor = g / (g - 1) * (n - 1) / (n - k) if g > 1 and n > k else np.nan
    variance = inverse @ (total.T @ total) @ inverse * factor
    beta[lost > 1e-6] = np.nan
    return Fit(names, beta, variance, max(g - 1, 1), n)


def wider(fits: Sequence[Fit], name: str) -> tuple[float, float, int]:
    """Return a coefficient, its largest standard error among the fits, and that one's df."""
    found = [(float(np.sqrt(f.at([name])[1][0, 0])), f.df, float(f.at([name])[0][0])) for f in fits]
    error, df, value = max(found, key=lambda each: each[0])
    return value, error, df


def time_dummies(
    log_price: np.ndarray, period: np.ndarray, given: Mapping[str, np.ndarray],
    cluster: np.ndarray, periods: int,
) -> tuple[np.ndarray, np.ndarray, int]:  # fmt: skip
    """Return log levels per period (0 in period 0), their variance, and degrees of freedom."""
    dummies = {f"period={t}": (period == t).astype(float) for t in range(1, periods)}
    found = fit(log_price, {**dummies, **given}, cluster)
    level, variance = np.zeros(periods), np.zeros((periods, periods))
    level[1:], variance[1:, 1:] = found.at(list(dummies))
    return level, variance, found.df
