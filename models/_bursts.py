"""Which terms rise: counts of recent months against those before.

Three recent months against the nine before, and a year against the year before. The difference of
log-odds has a prior count of 0.5 (after Monroe, Colaresi & Quinn 2008) and the variance 1/a + 1/b,
widened by what ordinary terms move without a reason; the test is the exact one with the same two
variances; Benjamini & Hochberg (1995) over all terms of a month.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

RECENT, BEFORE = 3, 9  # months
FEWEST_BEFORE = 6  # of the nine, complete: fewer say nothing of what is ordinary
COMPARED = {(RECENT, BEFORE): FEWEST_BEFORE, (12, 12): 12}
PRIOR = 0.5
FEWEST_POSTS = 15
# A term of 15 posts in three months has five in one of them; in twelve months it must have, too.
MONTH_FLOOR = -(-FEWEST_POSTS // RECENT)
LEAST_RATIO = 2.0
FALSE_DISCOVERIES = 0.01
PRESENT_POSTS = 2  # a month with fewer does not count as present
BACKGROUND_POSTS = 10  # on each side: terms that tell how much terms move
_CHI2_MEDIAN = float(stats.chi2.ppf(0.5, 1))


@dataclass(frozen=True)
class Counts:
    """Posts per term and month, posts per month, which months are complete (consecutive months)."""

    posts: np.ndarray  # terms x months
    totals: np.ndarray  # months
    complete: np.ndarray  # months, bool: missing and partial months are not


@dataclass(frozen=True)
class Window:
    """Recent posts `a` of `n_recent`, earlier posts `b` of `n_before`, per term."""

    a: np.ndarray
    b: np.ndarray
    n_recent: float
    n_before: float

    def of(self, terms: np.ndarray) -> Window:
        """Return the window of some of the terms."""
        return Window(self.a[terms], self.b[terms], self.n_recent, self.n_before)

    @property
    def ratio(self) -> np.ndarray:
        """Return recent share over earlier share, with the prior count."""
        return (self.a + PRIOR) / (self.n_recent + 1) / ((self.b + PRIOR) / (self.n_before + 1))

    @property
    def log_odds(self) -> np.ndarray:
        """Return the difference of the log-odds of recent and earlier share."""
        recent = np.log((self.a + PRIOR) / (self.n_recent - self.a + PRIOR))
        return recent - np.log((self.b + PRIOR) / (self.n_before - self.b + PRIOR))

    @property
    def variance(self) -> np.ndarray:
        """Return the sampling variance of the difference."""
        return 1 / (self.a + PRIOR) + 1 / (self.b + PRIOR)


def window(
    counts: Counts,
    month: int,
    months: tuple[int, int] = (RECENT, BEFORE),
    fewest: int = FEWEST_BEFORE,
) -> Window | None:
    """Return the window that ends with `month` (position); None where months are missing.

    `months`: how many are recent, how many before; all recent ones and `fewest` before are needed.
    """
    recent, before = months
    first = month - recent + 1
    if first - before < 0 or not counts.complete[first : month + 1].all():
        return None
    earlier = np.arange(first - before, first)[counts.complete[first - before : first]]
    if len(earlier) < fewest:
        return None
    now = slice(first, month + 1)
    return Window(
        counts.posts[:, now].sum(axis=1).astype(float),
        counts.posts[:, earlier].sum(axis=1).astype(float),
        float(counts.totals[now].sum()),
        float(counts.totals[earlier].sum()),
    )


def overdispersion(seen: Window) -> float:
    """Return the variance of log-odds between periods beyond sampling, of ordinary terms.

    The value at which the median of d^2 / (sampling + extra) is that of a chi-square of one
    degree of freedom: terms that do rise or fall, fewer than half, hardly move it.
    """
    ordinary = (seen.a >= BACKGROUND_POSTS) & (seen.b >= BACKGROUND_POSTS)
    if ordinary.sum() < 30:
        return 0.0
    d, sampling = seen.log_odds[ordinary], seen.variance[ordinary]
    low, high = 0.0, 4.0
    for _ in range(40):
        extra = (low + high) / 2
        if np.median(d**2 / (sampling + extra)) > _CHI2_MEDIAN:
            low = extra
        else:
            high = extra
    return extra if extra > 1e-6 else 0.0


def rising(counts: Counts, month: int, family: np.ndarray | None = None) -> np.ndarray:
    """Return the positions of the terms that burst in a window ending with `month`.

    Two comparisons, each with its own false discoveries: three months with the nine before, twelve
    with the twelve before (slow rises of small sources). Terms of one `family` (a number each) are
    tested together, families apart. A missing month is never a month of zero posts.
    """
    family = np.zeros(len(counts.posts), dtype=int) if family is None else family
    found = np.zeros(len(counts.posts), dtype=bool)
    for months, fewest in COMPARED.items():
        seen = window(counts, month, months, fewest)
        if seen is None:
            continue
        tested = (seen.a >= FEWEST_POSTS) & (
            counts.posts[:, month - months[0] + 1 : month + 1].max(axis=1) >= MONTH_FLOOR
        )
        tried = tested & (seen.ratio >= LEAST_RATIO)
        p = np.ones(len(found))
        p[tried] = chance(seen.of(tried), overdispersion(seen))
        for number in np.unique(family):
            found |= tried & _discovered(p, tested & (family == number))
    present = counts.posts[:, max(0, month - RECENT + 1) : month + 1] >= PRESENT_POSTS
    return np.flatnonzero(found & (present[:, 1:] & present[:, :-1]).any(axis=1))


def chance(seen: Window, extra: float) -> np.ndarray:
    """Return the chance of as many recent posts or more, had the term only moved as others do.

    Given a + b, the recent ones are binomial if the odds are the same; beta-binomial with the same
    mean if the log-odds vary by `extra`. The normal test of log_odds over its variance needs an
    earlier mention to believe in a new term: at b = 0 its variance is 1 / 0.5 alone.
    """
    n, share = seen.a + seen.b, seen.n_recent / (seen.n_recent + seen.n_before)
    if extra == 0:
        return stats.binom.sf(seen.a - 1, n, share)
    size = 1 / (share * (1 - share) * extra) - 1
    return stats.betabinom.sf(seen.a - 1, n, share * size, (1 - share) * size)


def _discovered(p: np.ndarray, tested: np.ndarray) -> np.ndarray:
    """Return which of the tested p-values Benjamini and Hochberg's step-up rule rejects."""
    ordered = np.sort(p[tested])
    bar = FALSE_DISCOVERIES * np.arange(1, len(ordered) + 1) / max(len(ordered), 1)
    below = np.flatnonzero(ordered <= bar)
    return tested & (p <= ordered[below[-1]]) if len(below) else np.zeros(len(p), dtype=bool)
