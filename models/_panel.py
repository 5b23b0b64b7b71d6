"""A balanced panel of counts around one shock, and its estimators in closed form.

An estimator takes a panel and, per labelling, which categories are treated and which are controls
(two 0/1 arrays of labellings x categories), and returns one effect in log points per labelling: so
the same function gives the estimate, its placebo categories, its permutation distribution and its
jackknife. With category and period effects and treated-group regressors only, PPML depends on
nothing but the two groups' sums per period (the category effects drop out of the score), hence the
closed forms; tests hold them to pyfixest's. Counts of zero stay in sums; a mean of logarithms over
a zero is not a number, never ln(1 + y).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

STEPS, CLOSE = 50, 1e-12  # Newton steps of the trend-adjusted PPML, and when it has converged


@dataclass(frozen=True)
class Panel:
    """Counts of categories x periods; `time` in periods from the first one after the shock."""

    counts: np.ndarray
    categories: tuple[str, ...]
    periods: tuple[date, ...]
    time: np.ndarray
    treated: np.ndarray  # one flag per category

    @property
    def post(self) -> np.ndarray:
        """Which periods lie after the shock."""
        return self.time >= 0

    @property
    def label(self) -> tuple[np.ndarray, np.ndarray]:
        """The treated and the controls as one labelling: two 1 x categories arrays."""
        own = self.treated[None].astype(float)
        return own, 1 - own

    def where(self, kept: np.ndarray) -> Panel:
        """Return the panel of some periods only; gaps in time stay gaps."""
        periods = tuple(p for p, keep in zip(self.periods, kept, strict=True) if keep)
        return replace(self, counts=self.counts[:, kept], periods=periods, time=self.time[kept])

    def of(self, kept: np.ndarray, treated: np.ndarray | None = None) -> Panel:
        """Return the panel of some categories only, with other treatment if given."""
        names = tuple(c for c, keep in zip(self.categories, kept, strict=True) if keep)
        flags = (self.treated if treated is None else treated)[kept]
        return replace(self, counts=self.counts[kept], categories=names, treated=flags)

    def shocked_at(self, first: int) -> Panel:
        """Return the panel with its first period after the shock at another place."""
        return replace(self, time=self.time - self.time[first])


Estimator = Callable[[Panel, np.ndarray, np.ndarray], np.ndarray]


def panel(counts: np.ndarray, treated: np.ndarray, first: int,
          periods: Sequence[date] = ()) -> Panel:  # fmt: skip
    """Return a panel with periods one apart, the shock before period number `first`."""
    counts = np.asarray(counts, float)
    rows, columns = counts.shape
    days = tuple(periods) or tuple(date.fromordinal(7 * t + 1) for t in range(columns))
    names = tuple(f"c{i}" for i in range(rows))
    flags = np.asarray(treated, bool)
    return Panel(counts, names, days, np.arange(columns) - first, flags)


def ppml(p: Panel, treated: np.ndarray, control: np.ndarray) -> np.ndarray:
    """Return PPML with category and period effects: log of the ratio of the groups' ratios."""
    after, before = p.counts[:, p.post].sum(axis=1), p.counts[:, ~p.post].sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        change = np.log(treated @ after) - np.log(treated @ before)
        return change - np.log(control @ after) + np.log(control @ before)


def log_changes(p: Panel) -> np.ndarray:
    """Return per category its mean logarithm after the shock minus before."""
    logs = _logs(p.counts)
    return logs[:, p.post].mean(axis=1) - logs[:, ~p.post].mean(axis=1)


def log_ols(p: Panel, treated: np.ndarray, control: np.ndarray) -> np.ndarray:
    """Return log-OLS with category and period effects: categories weigh the same, not by size."""
    return _mean(treated, log_changes(p)) - _mean(control, log_changes(p))


def log_gap(p: Panel, treated: np.ndarray, control: np.ndarray) -> np.ndarray:
    """Return per labelling and period the treated's mean logarithm minus the controls'."""
    logs = _logs(p.counts)
    return _mean(treated, logs) - _mean(control, logs)


def pre_slope(p: Panel, treated: np.ndarray, control: np.ndarray) -> np.ndarray:
    """Return the slope of the log gap before the shock, log points per period."""
    before = p.where(~p.post)
    t = before.time - before.time.mean()
    return log_gap(before, treated, control) @ t / (t @ t)


def trend_extrapolated(p: Panel, treated: np.ndarray, control: np.ndarray) -> np.ndarray:
    """Return the mean gap after the shock beyond the straight line of the gap before it."""
    gap, slope = log_gap(p, treated, control), pre_slope(p, treated, control)
    apart = p.time[p.post].mean() - p.time[~p.post].mean()
    return gap[:, p.post].mean(axis=1) - gap[:, ~p.post].mean(axis=1) - slope * apart


def trend_interaction(p: Panel, treated: np.ndarray, control: np.ndarray) -> np.ndarray:
    """Return PPML with a linear trend of the treated's own (T x t) beside the effect.

    Given the period effects the treated's share of a period's total is a logit with an intercept,
    the step and the trend, weighted by the totals: Newton's method, all labellings at once.
    """
    ours = treated @ p.counts
    total = ours + control @ p.counts
    scale = max(float(np.abs(p.time).max()), 1.0)
    x = np.stack([np.ones(len(p.time)), p.post.astype(float), p.time / scale], axis=1)
    total = total / total.mean(axis=1, keepdims=True)
    share = np.divide(ours, treated @ p.counts + control @ p.counts,
                      out=np.full_like(ours, 0.5), where=total > 0)  # fmt: skip
    b = np.zeros((len(ours), 3))
    middle = np.clip(share.mean(axis=1), 1e-9, 1 - 1e-9)
    b[:, 0] = np.log(middle / (1 - middle))
    for _ in range(STEPS):
        fitted = 1 / (1 + np.exp(-b @ x.T))
        score = (total * (share - fitted)) @ x
        weight = total * fitted * (1 - fitted) + 1e-300
        step = np.linalg.solve(np.einsum("rt,ti,tj->rij", weight, x, x), score[..., None])[..., 0]
        b += np.clip(step, -3, 3)
        if np.abs(step).max() < CLOSE:
            break
    else:
        b[np.abs(step).max(axis=1) > 1e-6] = np.nan
    return b[:, 1]


def event_path(p: Panel, treated: np.ndarray, control: np.ndarray) -> np.ndarray:
    """Return per labelling and period the PPML event-study coefficient; 0 the period before.

    Saturated in treated x period, hence again a ratio of ratios, against the last period before.
    """
    base = int(np.flatnonzero(~p.post)[-1])
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = np.log(treated @ p.counts) - np.log(control @ p.counts)
        return gap - gap[:, [base]]


def _logs(counts: np.ndarray) -> np.ndarray:
    return np.log(counts, out=np.full_like(counts, np.nan), where=counts > 0)


def _mean(chosen: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return the mean over the chosen categories; a missing value outside them does no harm."""
    if not np.isnan(values).any():
        return chosen @ values / _per(chosen.sum(axis=1), values)
    filled = np.nan_to_num(values)
    broken = chosen @ np.isnan(values).astype(float) > 0
    return np.where(broken, np.nan, chosen @ filled / _per(chosen.sum(axis=1), values))


def _per(sizes: np.ndarray, values: np.ndarray) -> np.ndarray:
    return sizes if values.ndim == 1 else sizes[:, None]
