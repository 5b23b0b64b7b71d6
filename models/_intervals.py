"""Intervals for shares and quantiles, widened by what several captures of one thing disagree on.

Two ways to disagree, told apart over the cells (families) of one measure, source and period:
each cell on its own, as a factor on sampling variance (quasi-binomial dispersion; McCullagh &
Nelder 1989, 4.5), and all cells of a capture together, as a variance on the log-odds scale: what
a common shift leaves over the former. A cell's variance is the sum of both, its degrees of
freedom are Satterthwaite's (1946): a common shift has as many as there are captures, however many
cells show it. Never narrower than sampling. Simulated coverage: docs/methods/intervals.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

LEVEL = 0.95
MIN_EXPECTED = 5.0  # captures of a cell with a smaller expected count on either side say nothing
_Z = float(stats.norm.ppf(0.5 + LEVEL / 2))


@dataclass(frozen=True)
class Dispersion:
    """What captures disagree on beyond sampling; by default nothing is known of it."""

    factor: float = 1.0  # variance of a cell over its sampling variance, without common shifts
    df: float = np.inf  # degrees of freedom behind the factor; inf: it is sampling alone
    shift: float = 0.0  # variance between captures of a shift of the log-odds of all cells
    captures: int = 1

    def variance_ratio(self, information: float) -> float:
        """Return a cell's variance over its sampling variance; `information` is n p (1 - p)."""
        return self.factor + self.shift / self.captures * information

    def inflation(self, information: float) -> float:
        """Return by how much n shrinks: the variance ratio, times the price of estimating it."""
        ratio = self.variance_ratio(information)
        unsure = self.factor**2 / self.df
        if self.shift:
            # captures - 1 would be textbook; one more halves the width at two captures for at
            # most five points of coverage (docs/methods/intervals.md)
            unsure += (ratio - self.factor) ** 2 / self.captures
        t = stats.t.ppf(0.5 + LEVEL / 2, ratio**2 / unsure) if unsure else _Z
        return ratio * float(t / _Z) ** 2


def dispersion(k: np.ndarray, n: np.ndarray, cell: np.ndarray, capture: np.ndarray) -> Dispersion:
    """Estimate dispersion from counts `k` of `n`, one per `cell` and `capture`.

    Cells left with fewer than two captures of sufficient expected count inform nothing. Without
    an informative cell the result is neutral.

    >>> dispersion(np.array([40, 60]), np.array([100, 100]), np.array(["a", "a"]), np.array([1, 2]))
    Dispersion(factor=1.0, df=inf, shift=0.28, captures=2)
    """
    residual, weight = _residuals(*_tables(k, n, cell, capture))
    captures = int((weight.sum(axis=0) > 0).sum())
    if captures < 2:
        return Dispersion()
    total = weight.sum(axis=0, where=weight > 0)
    together = (np.sqrt(weight) * residual).sum(axis=0) / np.sqrt(np.where(total > 0, total, 1))
    common = float((together**2).sum())
    df = int((weight > 0).sum() - len(weight)) - (captures - 1)
    factor = max(1.0, (float((residual**2).sum()) - common) / df) if df > 0 else 1.0
    excess = max(0.0, common / (captures - 1) - factor)
    shift = excess / float(total[total > 0].mean())
    return Dispersion(factor, float(df) if factor > 1 else np.inf, shift, captures)


def _tables(
    k: np.ndarray, n: np.ndarray, cell: np.ndarray, capture: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return k and n as tables of cells by captures, 0 where there is none."""
    cells, row = np.unique(cell, return_inverse=True)
    captures, column = np.unique(capture, return_inverse=True)
    tables = np.zeros((2, len(cells), len(captures)))
    tables[:, row, column] = k, n
    return tables[0], tables[1]


def _residuals(k: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return Pearson residuals around each cell's pooled share, and n p (1 - p); 0 where thin."""
    p = _pooled(k, n)
    enough = np.minimum(n * p, n * (1 - p)) >= MIN_EXPECTED
    kept = enough & (enough.sum(axis=1, keepdims=True) >= 2)
    k, n = k * kept, n * kept
    p = _pooled(k, n)
    weight = (n * p * (1 - p))[kept.any(axis=1)]
    gap = (k - n * p)[kept.any(axis=1)]
    return np.divide(gap, np.sqrt(weight), out=np.zeros_like(gap), where=weight > 0), weight


def _pooled(k: np.ndarray, n: np.ndarray) -> np.ndarray:
    whole = n.sum(axis=1, keepdims=True)
    return np.divide(k.sum(axis=1, keepdims=True), whole, out=np.zeros_like(whole), where=whole > 0)


def wilson(k: float, n: float, spread: Dispersion = Dispersion()) -> tuple[float, float]:
    """Return the Wilson score interval of k/n (Wilson 1927), n shrunk by the dispersion.

    >>> tuple(round(x, 4) for x in wilson(5, 10))
    (0.2366, 0.7634)
    """
    p, middle = k / n, (k + _Z**2 / 2) / (n + _Z**2)  # at p = 0 and 1 a shift still counts
    n = n / spread.inflation(n * middle * (1 - middle))
    centre = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z * np.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2)) / (1 + _Z**2 / n)
    # at p = 0 and 1 rounding must not push the point outside its interval
    return float(max(0.0, min(p, centre - half))), float(min(1.0, max(p, centre + half)))


def quantile_interval(
    ordered: np.ndarray, p: float, spread: Dispersion = Dispersion()
) -> tuple[float, float, float] | tuple[float, None, None]:
    """Return the p-quantile of sorted values and its order-statistic interval.

    Point: linear interpolation (SQL percentile_cont). Interval: the order statistics whose ranks
    bound p with at least 95 % by the binomial distribution (David & Nagaraja 2003, 7.1); None
    where n is too small for such ranks to exist.

    >>> quantile_interval(np.arange(1.0, 11.0), 0.5)
    (5.5, 2.0, 9.0)
    """
    n = len(ordered)
    point = float(np.quantile(ordered, p))
    effective = max(1, round(n / spread.inflation(n * p * (1 - p))))
    tail = (1 - LEVEL) / 2
    low = int(stats.binom.ppf(tail, effective, p))  # P(X < low) <= tail, so rank `low` is safe
    high = int(stats.binom.ppf(1 - tail, effective, p)) + 1
    if low < 1 or high > effective:
        return point, None, None
    rank_low = int(np.floor(low / effective * n)) or 1
    rank_high = int(np.ceil(high / effective * n))
    return (
        point,
        min(point, float(ordered[rank_low - 1])),
        max(point, float(ordered[rank_high - 1])),
    )
