"""How sure is an effect on categories? Variation between categories, labels and signs.

Interval: delete-one-category jackknife in each group, Welch-Satterthwaite t (the collapse of
Bertrand, Duflo & Mullainathan 2004 for any estimator). One treated category has no spread of its
own: then the spread of placebo effects over the controls stands in (Conley & Taber 2011). p: over
all ways to label as many categories treated (its floor is one over their number), and for log-OLS
the wild cluster bootstrap with the null imposed (Cameron, Gelbach & Miller 2008; weights of Webb
2014). No standard error treats cells of a panel as independent.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from scipy import stats

from models._panel import Estimator, Panel, log_changes

LEVEL = 0.95
MOST_LABELS = 2_000  # beyond so many labellings a random sample of them stands for all
DRAWS = 1_999  # of the wild bootstrap
WEBB = np.sqrt([0.5, 1.0, 1.5])
WEBB = np.concatenate([-WEBB, WEBB])


@dataclass(frozen=True)
class Effect:
    """An effect in log points with its standard error, degrees of freedom and interval."""

    value: float
    se: float = np.nan
    df: float = np.nan

    @property
    def interval(self) -> tuple[float, float] | tuple[None, None]:
        """The 95 % interval in log points; none where no error is known."""
        if not np.isfinite(self.se):
            return None, None
        half = float(stats.t.ppf(0.5 + LEVEL / 2, self.df)) * self.se
        return self.value - half, self.value + half

    @property
    def p(self) -> float:
        """Two-sided p against no effect."""
        return float(2 * stats.t.sf(abs(self.value) / self.se, self.df)) if self.se > 0 else np.nan

    @property
    def detectable(self) -> float:
        """The smallest true effect (log points) found with a power of 80 % at 5 %."""
        return float((stats.t.ppf(0.975, self.df) + stats.t.ppf(0.8, self.df)) * self.se)


def effect(p: Panel, estimator: Estimator) -> Effect:
    """Return an estimate with its category-level error; without two controls there is none."""
    value = float(estimator(p, *p.label)[0])
    k, m = int(p.treated.sum()), int((~p.treated).sum())
    if not np.isfinite(value) or m < 2:
        return Effect(value)
    if k == 1:
        placebos = estimator(p, *_each_control(p))
        return Effect(value, float(np.sqrt(np.mean(placebos**2))), m - 1)
    whole = p.treated.astype(float)
    parts = []
    for flags, size in ((p.treated, k), (~p.treated, m)):
        left_out = np.eye(len(flags))[flags]
        treated = np.clip(whole - left_out, 0, 1)
        control = np.clip(1 - whole - left_out, 0, 1)
        values = estimator(p, treated, control)
        parts.append(((size - 1) / size * float(((values - values.mean()) ** 2).sum()), size - 1))
    variance = sum(v for v, _ in parts)
    freedom = sum(v**2 / df for v, df in parts)
    return Effect(value, float(np.sqrt(variance)), variance**2 / freedom if freedom else np.inf)


def _each_control(p: Panel) -> tuple[np.ndarray, np.ndarray]:
    one = np.eye(len(p.treated))[~p.treated]
    return one, np.where(p.treated, 0, 1 - one)


def labellings(categories: int, treated: int, seed: int = 1) -> np.ndarray:
    """Return all ways to treat so many categories (rows of 0/1), or a random sample of them."""
    if comb(categories, treated) <= MOST_LABELS:
        chosen = np.array(list(combinations(range(categories), treated)))
    else:
        rng = np.random.default_rng(seed)
        chosen = rng.random((MOST_LABELS - 1, categories)).argsort(axis=1)[:, :treated]
    labels = np.zeros((len(chosen), categories))
    np.put_along_axis(labels, chosen, 1, axis=1)
    return labels


def smallest_p(p: Panel) -> float:
    """Return the smallest p any result could reach: one over the number of labellings.

    >>> from models._panel import panel
    >>> round(smallest_p(panel(np.ones((6, 2)), [True] + 5 * [False], 1)), 3)
    0.167
    """
    return 1 / min(comb(len(p.treated), int(p.treated.sum())), MOST_LABELS)


def permutation_p(p: Panel, estimator: Estimator) -> float:
    """Return how often a labelling gives an effect at least as large, the true one included."""
    labels = labellings(len(p.treated), int(p.treated.sum()))
    spread = np.abs(estimator(p, labels, 1 - labels))
    if spread.ndim > 1:  # a path: its mean square
        spread = (spread**2).mean(axis=1)
        own = float((estimator(p, *p.label) ** 2).mean())
    else:
        own = float(np.abs(estimator(p, *p.label)[0]))
    if not np.isfinite(own) or not np.isfinite(spread).all():
        return np.nan
    at_least = int((spread >= own - 1e-12).sum())
    if comb(*_sizes(p)) > MOST_LABELS:
        return (at_least + 1) / (len(labels) + 1)
    return at_least / len(labels)


def _sizes(p: Panel) -> tuple[int, int]:
    return len(p.treated), int(p.treated.sum())


def wild_p(p: Panel, seed: int = 1) -> float:
    """Return the wild cluster bootstrap p of log-OLS, null imposed; two treated at least.

    The panel is balanced, so a category's whole share in the estimate is its log change.
    """
    change = log_changes(p)
    if p.treated.sum() < 2 or (~p.treated).sum() < 2 or not np.isfinite(change).all():
        return np.nan
    centred = change - change.mean()
    weights = np.random.default_rng(seed).choice(WEBB, (DRAWS, len(change)))
    own = _t(change[None], p.treated)[0]
    drawn = _t(weights * centred, p.treated)
    return float((1 + (np.abs(drawn) >= abs(own)).sum()) / (DRAWS + 1))


def _t(change: np.ndarray, treated: np.ndarray) -> np.ndarray:
    ours, theirs = change[:, treated], change[:, ~treated]
    error = ours.var(axis=1) / ours.shape[1] + theirs.var(axis=1) / theirs.shape[1]
    return (ours.mean(axis=1) - theirs.mean(axis=1)) / np.sqrt(np.maximum(error, 1e-300))
