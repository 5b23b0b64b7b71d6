"""Distributions of counts known only to lie in brackets (interval-censored), never midpoints.

Without a model: Turnbull's (1976) self-consistent estimate, whose mass lies in innermost
intervals, so a share above a count is a number where a bracket starts there and two bounds
elsewhere. With one: the negative binomial by maximum likelihood over the brackets (Cameron &
Trivedi 2013, 3.3), its mean with a profile-likelihood interval, widened on the log scale by what
the captures' own fits disagree on. A mean over an open bracket rests on the model's tail: where
the fitted brackets are off by more than MAX_MISFIT beyond sampling it is not to be given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import optimize, special, stats

from models._intervals import LEVEL

MAX_MISFIT = 0.05  # share of listings that would have to change bracket for the fit to be exact
TINY = 1e-300
LOG_MEAN, LOG_SIZE = (-6.0, 9.0), (-5.0, 6.0)  # searched: means up to 8,000, Poisson at size 400
_Z = float(stats.norm.ppf(0.5 + LEVEL / 2))
_DROP = float(stats.chi2.ppf(LEVEL, 1)) / 2  # of the log-likelihood at an interval's ends


@dataclass(frozen=True)
class Brackets:
    """Listings per bracket: inclusive counts `low` to `high` (inf: open), `weight` listings."""

    low: np.ndarray
    high: np.ndarray
    weight: np.ndarray

    @classmethod
    def of(cls, low: np.ndarray, high: np.ndarray, weight: np.ndarray) -> Brackets:
        """Return sorted brackets; a shared end ("5 to 10", "10 to 15") belongs to the upper one.

        >>> Brackets.of(np.array([5, 10]), np.array([10.0, np.nan]), np.array([3, 4])).high
        array([ 9., inf])
        """
        low, high = low.astype(float), np.where(np.isnan(high), np.inf, high).astype(float)
        shared = np.isin(high, low) & (high > low)
        order = np.lexsort((high, low))
        return cls(low[order], (high - shared)[order], weight.astype(float)[order])

    @property
    def n(self) -> float:
        """Listings in all brackets."""
        return float(self.weight.sum())


def turnbull(brackets: Brackets, limit: int = 5000) -> Brackets:
    """Return Turnbull's estimate: innermost intervals, with masses that sum to 1 as weights.

    >>> known = Brackets(np.array([0.0, 0, 5]), np.array([4.0, 9, 9]), np.array([2.0, 2, 4]))
    >>> turnbull(known).weight.round(4).tolist()  # p = (2 + 2p) / 8
    [0.3333, 0.6667]
    """
    ends = sorted({(x, 0) for x in brackets.low} | {(x, 1) for x in brackets.high})
    inner = [(a, b) for (a, left), (b, right) in pairwise(ends) if left < right]
    low, high = np.array(inner).T
    holds = (brackets.low[:, None] <= low) & (high <= brackets.high[:, None])
    mass = np.full(len(low), 1 / len(low))
    for _ in range(limit):
        expected = holds * mass
        expected /= expected.sum(axis=1, keepdims=True)
        updated = (brackets.weight[:, None] * expected).sum(axis=0) / brackets.n
        moved, mass = float(np.abs(updated - mass).max()), updated
        if moved < 1e-10:
            break
    return Brackets(low, high, mass)


def share_at_least(brackets: Brackets, count: float) -> tuple[float, float]:
    """Return the least and greatest share of listings with `count` or more that brackets allow.

    >>> share_at_least(Brackets.of(np.array([0, 5]), np.array([4, np.nan]), np.array([3, 1])), 5)
    (0.25, 0.25)
    """
    found = turnbull(brackets)
    surely, maybe = found.low >= count, found.high >= count
    return float(found.weight[surely].sum()), float(found.weight[maybe].sum())


def quantile_brackets(
    brackets: Brackets, p: float, inflation: float = 1.0
) -> tuple[float, float, float | None, float | None]:
    """Return the bracket (low, high) of the p-quantile and the outer ends of its interval.

    The interval's ends are the brackets of the binomial ranks (David & Nagaraja 2003, 7.1) at n
    over `inflation`; None where n is too small. For disjoint brackets, as `Brackets.of` gives.
    """
    up_to = np.cumsum(brackets.weight) / brackets.n
    at = int(np.searchsorted(up_to, p - 1e-12))
    n, tail = max(1, round(brackets.n / inflation)), (1 - LEVEL) / 2
    first, last = int(stats.binom.ppf(tail, n, p)), int(stats.binom.ppf(1 - tail, n, p)) + 1
    if first < 1 or last > n:
        return float(brackets.low[at]), float(brackets.high[at]), None, None
    low = min(at, int(np.searchsorted(up_to, first / n - 1e-12)))
    high = max(at, int(np.searchsorted(up_to, last / n - 1e-12)))
    ends = float(brackets.low[low]), float(brackets.high[high])
    return float(brackets.low[at]), float(brackets.high[at]), *ends


def cell_shares(brackets: Brackets, mean: float, size: float) -> np.ndarray:
    """Return the negative binomial's probability of each bracket (variance mean + mean²/size)."""
    p = size / (size + mean)
    edges = np.where(np.isinf(brackets.high), 1.0, brackets.high + 1)
    upper = np.where(np.isinf(brackets.high), 1.0, special.betainc(size, edges, p))
    start = np.maximum(brackets.low, 1.0)
    lower = np.where(brackets.low > 0, special.betainc(size, start, p), 0.0)
    return upper - lower


@dataclass(frozen=True)
class Fit:
    """A fitted negative binomial: mean with interval, size, and how far its brackets are off."""

    mean: float
    lo: float
    hi: float
    size: float
    misfit: float  # half the sum of absolute gaps between fitted and found shares
    noise: float  # what sampling alone makes of it on average

    @property
    def log_error(self) -> float:
        """Return the standard error of the log of the mean, from the interval's width."""
        return float(np.log(self.hi / self.lo) / 2 / _Z)

    @property
    def excess(self) -> float:
        """Return the misfit beyond sampling, noise taken out in quadrature."""
        return float(np.sqrt(max(0.0, self.misfit**2 - self.noise**2)))


def fit(brackets: Brackets) -> Fit | None:
    """Return the fit, or None where all listings lie in one bracket or a bound is reached."""
    if (brackets.weight > 0).sum() < 2:
        return None

    def loss(log_mean: float, log_size: float) -> float:
        shares = cell_shares(brackets, np.exp(log_mean), np.exp(log_size))
        return -float(brackets.weight @ np.log(np.maximum(shares, TINY)))

    def profile(log_mean: float) -> tuple[float, float]:
        found = optimize.minimize_scalar(lambda s: loss(log_mean, s), bounds=LOG_SIZE)
        return float(found.fun), float(found.x)

    best = optimize.minimize_scalar(lambda m: profile(m)[0], bounds=LOG_MEAN)
    centre, least = float(best.x), float(best.fun)

    def above(log_mean: float) -> float:
        return profile(log_mean)[0] - least - _DROP

    ends = _root(above, centre, LOG_MEAN[0]), _root(above, centre, LOG_MEAN[1])
    if None in ends:
        return None
    size = float(np.exp(profile(centre)[1]))
    shares = cell_shares(brackets, float(np.exp(centre)), size)
    misfit = float(np.abs(shares - brackets.weight / brackets.n).sum() / 2)
    noise = float(np.sqrt(2 * shares * (1 - shares) / (np.pi * brackets.n)).sum() / 2)
    lo, hi = np.exp(np.array(ends, float))
    return Fit(float(np.exp(centre)), float(lo), float(hi), size, misfit, noise)


def capture_interval(cell: Fit, captures: list[Fit]) -> tuple[float, float]:
    """Return the mean's interval with what captures disagree on in the log of the mean.

    `captures`: fits of each capture's whole. Their variance beyond sampling (DerSimonian & Laird
    1986) over their number is added to the cell's; as many degrees of freedom as captures, as in
    _intervals. On the log scale, and never narrower than the profile interval.
    """
    if len(captures) < 2:
        return cell.lo, cell.hi
    logs = np.log([one.mean for one in captures])
    weight = np.array([one.log_error for one in captures]) ** -2
    centre = weight @ logs / weight.sum()
    excess = weight @ (logs - centre) ** 2 - (len(logs) - 1)
    scale = weight.sum() - (weight**2).sum() / weight.sum()
    extra = max(0.0, float(excess / scale)) / len(logs)
    total = cell.log_error**2 + extra
    df = len(logs) * (total / extra) ** 2 if extra else np.inf
    half = float(stats.t.ppf(0.5 + LEVEL / 2, df) * np.sqrt(total))
    return min(cell.lo, cell.mean * np.exp(-half)), max(cell.hi, cell.mean * np.exp(half))


def _root(above: Callable[[float], float], centre: float, bound: float) -> float | None:
    """Return where `above` crosses zero between the centre and the bound, or None."""
    step = 0.05 if bound > centre else -0.05
    inner, outer = centre, centre + step
    while above(outer) < 0:
        inner, step = outer, step * 2
        outer = centre + step
        if (outer - bound) * step > 0:
            return None
    return float(optimize.brentq(above, inner, outer, xtol=1e-4))
