"""Is a price rising, flat, falling, or can it not be told? One rule for every niche and source.

Trend: the least-squares slope of the log index over years. Its variance is that of the levels
(sampling) plus that of a wandering price: a price that moves by chance and does not come back has
a slope without having a trend (METHODS 4.5-4.6).

Rule, over the niches of one source and way of pricing:
    cannot tell   fewer than MIN_PERIODS periods, or less than MIN_YEARS between first and last
    rising        adjusted p (Benjamini & Hochberg 1995) <= FDR and the slope is above 0
    falling       the same, below 0
    flat          else, if the 90 % interval lies within FLAT a year on both sides (two one-sided
                  tests at 5 %: Schuirmann 1987)
    cannot tell   else
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

MIN_PERIODS = 6
MIN_YEARS = 1.0
FDR = 0.05
FLAT = np.log(1.03)  # 3 % a year
WANDER = 0.01 * np.sqrt(12)  # log per root year: a price may wander by 1 % a month and mean nothing
CANNOT_TELL = "cannot tell"


@dataclass(frozen=True)
class Slope:
    """Log change per year, its standard error, and degrees of freedom."""

    value: float
    error: float
    df: float

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Return the interval of the slope (log per year)."""
        half = float(stats.t.ppf(0.5 + level / 2, self.df)) * self.error
        return self.value - half, self.value + half

    @property
    def p(self) -> float:
        """Two-sided p of no trend."""
        if self.error == 0:
            return float(self.value == 0)
        return float(2 * stats.t.sf(abs(self.value) / self.error, self.df))


def slope(level: np.ndarray, years: np.ndarray, variance: np.ndarray) -> Slope | None:
    """Return the slope of log levels over years, or None where MIN_PERIODS or MIN_YEARS lack.

    `variance` is of the levels, periods by periods; levels that are NaN are left out.
    """
    there = ~np.isnan(level)
    level, years, variance = level[there], years[there], variance[np.ix_(there, there)]
    if len(level) < MIN_PERIODS or years[-1] - years[0] < MIN_YEARS:
        return None
    weight = (years - years.mean()) / ((years - years.mean()) ** 2).sum()
    value = float(weight @ level)
    sampling = np.diff(np.diff(variance, axis=0), axis=1)
    wander, df = _wander(np.diff(level), np.diff(years), value, sampling)
    # a random walk's increments reach the slope by the weights of all later periods
    reach = np.cumsum(weight[::-1])[::-1][1:]
    chance = wander * float((reach**2 * np.diff(years)).sum())
    return Slope(value, float(np.sqrt(weight @ variance @ weight + chance)), df)


def _wander(
    step: np.ndarray, gap: np.ndarray, value: float, sampling: np.ndarray | None = None
) -> tuple[float, float]:
    """Return the long-run variance of log steps per year, and its degrees of freedom.

    Newey & West 1987 with ceil(sqrt(steps)) lags, less what sampling alone puts into it where the
    variance between steps is known; never less than WANDER. df: 1.5 steps per lag.
    """
    scale = np.sqrt(gap)
    rest = (step - value * gap) / scale
    n = len(rest)
    lags = int(np.ceil(np.sqrt(n)))
    window = np.maximum(0, 1 - np.abs(np.subtract.outer(np.arange(n), np.arange(n))) / lags)
    total = float(rest @ window @ rest) / (n - 1)
    if sampling is not None:
        total -= float((window * sampling / np.outer(scale, scale)).sum()) / n
    return max(total, WANDER**2), max(1.5 * n / lags, 2.0)


def benjamini_hochberg(p: np.ndarray) -> np.ndarray:
    """Return adjusted p values: those at most q are a set with at most q false ones expected.

    >>> benjamini_hochberg(np.array([0.01, 0.04, 0.03])).round(4).tolist()
    [0.03, 0.04, 0.04]
    """
    if not len(p):
        return p
    order = np.argsort(p)
    scaled = p[order] * len(p) / np.arange(1, len(p) + 1)
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(1.0, np.minimum.accumulate(scaled[::-1])[::-1])
    return adjusted


def verdicts(slopes: Sequence[Slope | None]) -> list[str]:
    """Return the class of each slope by the rule above, false discoveries held over all of them."""
    told = [s for s in slopes if s is not None]
    adjusted = iter(benjamini_hochberg(np.array([s.p for s in told])))
    return [CANNOT_TELL if s is None else _verdict(s, float(next(adjusted))) for s in slopes]


def _verdict(found: Slope, adjusted: float) -> str:
    if adjusted <= FDR:
        return "rising" if found.value > 0 else "falling"
    lo, hi = found.interval(0.9)
    return "flat" if lo >= -FLAT and hi <= FLAT else CANNOT_TELL


def change(level: np.ndarray, years: np.ndarray, error: np.ndarray) -> Slope | None:
    """Return the change a year from the base period, where the level is 0 by definition.

    For published indices: only each level's own standard error is known, not how levels vary
    together, so the last level stands against the base alone; a wandering price counts as well.
    """
    there = ~np.isnan(level) & ~np.isnan(error)
    level, years, error = level[there], years[there], error[there]
    if len(level) < MIN_PERIODS or years[-1] - years[0] < MIN_YEARS:
        return None
    span = years[-1] - years[0]
    value = float((level[-1] - level[0]) / span)
    wander, df = _wander(np.diff(level), np.diff(years), value)
    return Slope(value, float(np.sqrt((error[-1] / span) ** 2 + wander / span)), df)
