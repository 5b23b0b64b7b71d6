"""Intervals for shares and quantiles, widened for what several captures of one thing disagree on.

Dispersion: for the cells of one measure, source and period, the heterogeneity chi-square of the
captures around the pooled share, summed over cells and divided by its degrees of freedom
(quasi-binomial dispersion; McCullagh & Nelder 1989, 4.5; Tarone 1979). Intervals use n divided by
it and Student's t with those degrees of freedom; never below 1, so never narrower than sampling.
A shift common to all cells has fewer degrees of freedom than that: with few captures an interval
therefore also spans what its captures say on their own (`spanned`). docs/methods/intervals.md has
the simulated coverage.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy import stats

LEVEL = 0.95
FEW_CAPTURES = 5  # below this an interval also spans its captures' own values
MIN_CAPTURE_N = 50  # captures with fewer listings in a cell are noise: they do not widen it
MIN_EXPECTED = 5.0  # cells with a smaller expected count on either side do not inform dispersion


@dataclass(frozen=True)
class Dispersion:
    """Variance between captures relative to sampling, and the degrees of freedom behind it."""

    factor: float = 1.0
    df: float = np.inf  # inf: a single capture, nothing is known beyond sampling

    @property
    def inflation(self) -> float:
        """By how much n shrinks: the factor, times the price of having estimated it."""
        t = stats.t.ppf(0.5 + LEVEL / 2, self.df) if np.isfinite(self.df) else _Z
        return self.factor * (t / _Z) ** 2


_Z = float(stats.norm.ppf(0.5 + LEVEL / 2))


def dispersion(k: np.ndarray, n: np.ndarray, cell: np.ndarray) -> Dispersion:
    """Estimate dispersion from counts `k` of `n` per capture, `cell` saying what belongs together.

    Cells in fewer than two captures, or with small expected counts, are left out. Without an
    informative cell the result is neutral.
    """
    chi_square, df = 0.0, 0
    for name in np.unique(cell):
        here = cell == name
        kk, nn = k[here].astype(float), n[here].astype(float)
        if here.sum() < 2 or nn.sum() == 0:
            continue
        p = kk.sum() / nn.sum()
        if min((nn * p).min(), (nn * (1 - p)).min()) < MIN_EXPECTED:
            continue
        chi_square += float((((kk - nn * p) ** 2) / (nn * p * (1 - p))).sum())
        df += len(kk) - 1
    if df == 0:
        return Dispersion()
    return Dispersion(max(1.0, chi_square / df), float(df))


def wilson(k: float, n: float, spread: Dispersion = Dispersion()) -> tuple[float, float]:
    """Return the Wilson score interval of k/n (Wilson 1927), n shrunk by the dispersion.

    >>> tuple(round(x, 4) for x in wilson(5, 10))
    (0.2366, 0.7634)
    """
    p, n = k / n, n / spread.inflation
    centre = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z * np.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2)) / (1 + _Z**2 / n)
    # at p = 0 and 1 rounding must not push the point outside its interval
    return max(0.0, min(p, centre - half)), min(1.0, max(p, centre + half))


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
    effective = max(1, round(n / spread.inflation))
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


def spanned(
    lo: float | None, hi: float | None, captures: Iterable[tuple[float, int]]
) -> tuple[float | None, float | None]:
    """Return the interval widened to the (value, n) of its captures, where these are few.

    >>> spanned(0.36, 0.48, [(0.29, 1400), (0.49, 2400), (0.9, 3)])
    (0.29, 0.49)
    """
    values = [value for value, n in captures if n >= MIN_CAPTURE_N]
    if lo is None or not 2 <= len(values) < FEW_CAPTURES:
        return lo, hi
    return min(lo, *values), max(hi, *values)
