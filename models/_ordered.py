"""Two groups compared on ordered categories: which of the two tends to lie higher?

Probability of superiority: the chance that a listing of the one lies in a higher category than one
of the other, ties counted half (Mann & Whitney 1947; for ordered categories Agresti 2010, 2.1): it
needs order alone, no length of a category. Variance by placements (Brunner & Munzel 2000), interval
on the logit scale with their degrees of freedom. Its variance is widened by what captures disagree
on between the two groups.
"""

from __future__ import annotations

import numpy as np
from scipy import stats

from models._intervals import LEVEL


def superiority(one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """Return P(one higher) + P(tie) / 2 and its variance; counts by category, lowest first.

    Raises ValueError where a group has fewer than two listings.

    >>> superiority(np.array([1, 0, 2]), np.array([2, 2, 0]))[0]  # pairs: 8 won, 2 tied, of 12
    0.75
    """
    if one.sum() < 2 or other.sum() < 2:
        raise ValueError("a group needs two listings or more")
    above, below = _placements(other), 1 - _placements(one)
    p = float(one @ above / one.sum())
    variance = 0.0
    for counts, placed in ((one, above), (other, below)):
        n = counts.sum()
        variance += float(counts @ (placed - p) ** 2) / (n - 1) / n
    return p, variance


def _placements(counts: np.ndarray) -> np.ndarray:
    """Return per category the share of a group below it, plus half of its own."""
    return (np.cumsum(counts) - counts / 2) / counts.sum()


def superiority_interval(
    one: np.ndarray, other: np.ndarray, extra: float = 0.0, df_extra: float = np.inf
) -> tuple[float, float, float] | tuple[float, None, None]:
    """Return `superiority` with its 95 % interval; None where the groups do not overlap.

    `extra` is variance between captures, known on `df_extra` degrees of freedom (Satterthwaite).
    """
    p, sampling = superiority(one, other)
    if not 0 < p < 1 or sampling <= 0:
        return p, None, None
    parts = []
    above, below = _placements(other), 1 - _placements(one)
    for counts, placed in ((one, above), (other, below)):
        n = counts.sum()
        parts.append((float(counts @ (placed - p) ** 2) / (n - 1) / n, n - 1))
    parts.append((extra, df_extra))
    total = sampling + extra
    df = total**2 / sum(part**2 / known for part, known in parts)
    half = float(stats.t.ppf(0.5 + LEVEL / 2, df)) * np.sqrt(total) / (p * (1 - p))
    odds = np.log(p / (1 - p)) + np.array([-half, half])
    lo, hi = 1 / (1 + np.exp(-odds))
    return p, float(lo), float(hi)


def between_captures(
    families: list[list[tuple[np.ndarray, np.ndarray]]],
) -> tuple[float, float]:
    """Return the variance of a mean over captures beyond sampling, and its degrees of freedom.

    One list per family, with counts of the two groups per capture. DerSimonian & Laird's (1986)
    moment estimate, pooled over families (one has too few captures to tell), over the number of
    captures. With one capture nothing is known of it: (0, inf).
    """
    excess = scale = df = 0.0
    most = 1
    for pairs in families:
        found = [superiority(*pair) for pair in pairs if min(pair[0].sum(), pair[1].sum()) >= 2]
        found = [(p, variance) for p, variance in found if variance > 0]
        if len(found) < 2:
            continue
        p, variance = np.array(found).T
        weight = 1 / variance
        centre = weight @ p / weight.sum()
        excess += float(weight @ (p - centre) ** 2) - (len(p) - 1)
        scale += float(weight.sum() - (weight**2).sum() / weight.sum())
        df += len(p) - 1
        most = max(most, len(p))
    if excess <= 0:
        return 0.0, np.inf
    return excess / scale / most, df
