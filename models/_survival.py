"""Survival of listings: Kaplan-Meier (1958) with right-censoring and delayed entry.

A listing first seen at an age above 0 would not be there had it closed before, so it is at risk
from that age on only (left truncation; Klein & Moeschberger 2003, 4.6). Variance: Greenwood
(1926); intervals on the log(-log) scale (Kalbfleisch & Prentice 2002, 1.4); median: Brookmeyer &
Crowley (1982). Restricted mean: area under the curve up to a horizon, with the plug-in variance
of Klein & Moeschberger 4.5. With delayed entry few are at risk early, and one early closing among
them would empty the curve for good: the curve starts at an age from which on enough are at risk.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from models._intervals import LEVEL

_Z = float(stats.norm.ppf(0.5 + LEVEL / 2))


@dataclass(frozen=True)
class Curve:
    """A survival curve from the age `start` on: one entry per distinct age of closing."""

    start: float
    ages: np.ndarray
    at_risk: np.ndarray
    closings: np.ndarray
    open_share: np.ndarray  # share still open just after each age
    variance: np.ndarray  # Greenwood sum: variance of the log of open_share
    last: float  # greatest age at which anyone was at risk

    def interval(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the pointwise log(-log) 95 % intervals of `open_share`; NaN where it is 0."""
        share = np.where((self.open_share > 0) & (self.open_share < 1), self.open_share, np.nan)
        half = _Z * np.sqrt(self.variance) / np.abs(np.log(share))
        return share ** np.exp(half), share ** np.exp(-half)


def kaplan_meier(
    entry: np.ndarray, leaving: np.ndarray, closed: np.ndarray, start: float = 0.0
) -> Curve:
    """Return the curve of listings at risk in (entry, leaving], all ages in one unit.

    `closed`: did it close at `leaving`, or was it last seen open there (censored)? The curve is
    conditional on being open at `start`. Raises ValueError where a listing leaves before it
    enters, or is at risk for no time.

    >>> curve = kaplan_meier(np.zeros(4), np.array([1.0, 2, 3, 4]), np.array([1, 0, 1, 1], bool))
    >>> curve.open_share.tolist()  # 3/4, then 2 at risk, then 1
    [0.75, 0.375, 0.0]
    """
    entry, leaving = np.asarray(entry, float), np.asarray(leaving, float)
    if (leaving <= entry).any():
        raise ValueError("a listing must be at risk for some time: leaving is not after entry")
    kept = leaving > start
    entry, leaving, closed = entry[kept], leaving[kept], np.asarray(closed, bool)[kept]
    ages = np.unique(leaving[closed])
    # at risk at t: entered before t, and leaving at t or later
    at_risk = np.searchsorted(np.sort(entry), ages) - np.searchsorted(np.sort(leaving), ages)
    closings = np.searchsorted(np.sort(leaving[closed]), ages, "right") - np.searchsorted(
        np.sort(leaving[closed]), ages
    )
    survivors = at_risk - closings
    with np.errstate(divide="ignore"):
        terms = np.where(survivors > 0, closings / (at_risk * np.maximum(survivors, 1)), np.inf)
    return Curve(
        start,
        ages,
        at_risk,
        closings,
        np.cumprod(survivors / at_risk),
        np.cumsum(terms),
        float(leaving.max()) if len(leaving) else start,
    )


def first_safe_age(entry: np.ndarray, leaving: np.ndarray, fewest: int) -> float | None:
    """Return the least age just after which `fewest` listings are at risk, or None.

    >>> first_safe_age(np.array([0.0, 0.5, 2.0]), np.array([3.0, 3.0, 3.0]), 2)
    0.5
    """
    for age in np.unique(entry):
        if ((entry <= age) & (leaving > age)).sum() >= fewest:
            return float(age)
    return None


def quantile_age(curve: Curve, closed_share: float = 0.5) -> tuple[float | None, ...]:
    """Return the age by which `closed_share` have closed, and its interval; None: not reached.

    >>> curve = kaplan_meier(np.zeros(4), np.array([1.0, 2, 3, 4]), np.ones(4, bool))
    >>> quantile_age(curve)[0]
    2.0
    """
    low, high = curve.interval()
    level = 1 - closed_share + 1e-12
    low = np.where(np.isnan(low), curve.open_share, low)
    high = np.where(np.isnan(high), curve.open_share, high)
    # where all have closed the upper end of the curve is unknown, not 0
    high = np.where(curve.open_share <= 0, 1.0, high)
    return tuple(_first(curve.ages, bound <= level) for bound in (curve.open_share, low, high))


def _first(ages: np.ndarray, reached: np.ndarray) -> float | None:
    return float(ages[int(np.argmax(reached))]) if reached.any() else None


def restricted_mean(curve: Curve, horizon: float) -> tuple[float, float, float] | None:
    """Return the mean age at closing, counting at most `horizon`, and its interval.

    Of a curve that starts later it is the mean of those open at the start, their age then
    included. None where no one was at risk at the horizon and the curve is above 0 there. The
    interval lies within [start, horizon].

    >>> curve = kaplan_meier(np.zeros(4), np.array([1.0, 2, 3, 4]), np.ones(4, bool))
    >>> restricted_mean(curve, 4.0)[0]  # the plain mean
    2.5
    """
    known = curve.ages <= horizon
    share = curve.open_share[known]
    if curve.last < horizon and not (len(share) and share[-1] == 0):
        return None
    steps = np.diff(np.concatenate([[curve.start], curve.ages[known], [horizon]]))
    areas = steps * np.concatenate([[1.0], share])
    after = np.cumsum(areas[::-1])[::-1][1:]  # area from each closing on
    risk, events = curve.at_risk[known], curve.closings[known]
    spare = risk - events
    parts = np.divide(after**2 * events, risk * spare, out=np.zeros(len(after)), where=spare > 0)
    mean, half = float(curve.start + areas.sum()), _Z * float(np.sqrt(parts.sum()))
    return mean, max(curve.start, mean - half), min(horizon, mean + half)
