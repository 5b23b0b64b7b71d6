"""Trends beside an effect: HAC regressions of one series, and how wrong a trend may be.

HAC: Newey & West (1987), Bartlett weights, no smaller than the classical variance, Student's t
with n - k degrees of freedom. On short panels its intervals are too narrow and its slope test
rejects too often (docs/methods/shock.md), so slopes are judged against their permutation
distribution (`_panel_inference.permutation_p`).
"""

from __future__ import annotations

import numpy as np

from models._panel import Panel, log_gap
from models._panel_inference import Effect

LAGS = {"month": 6, "week": 13}


def hac(y: np.ndarray, x: np.ndarray, lags: int) -> tuple[np.ndarray, np.ndarray]:
    """Return OLS coefficients and their HAC covariance; rows of x follow each other in time."""
    n, k = x.shape
    bread = np.linalg.inv(x.T @ x)
    b = bread @ x.T @ y
    residual = y - x @ b
    scores = x * residual[:, None]
    meat = scores.T @ scores
    for lag in range(1, min(lags, n - 1) + 1):
        cross = scores[lag:].T @ scores[:-lag]
        meat += (1 - lag / (lags + 1)) * (cross + cross.T)
    robust = bread @ meat @ bread * n / (n - k)
    classical = bread * float(residual @ residual) / (n - k)
    grown = np.maximum(1, np.diag(classical) / np.maximum(np.diag(robust), 1e-300))
    return b, robust * np.sqrt(np.outer(grown, grown))


def extrapolated(p: Panel, grain: str) -> Effect:
    """Return the mean log gap after the shock beyond its line before, with its HAC error.

    One regression of the gap on a line, a step and a change of slope, the latter centred on the
    periods after: its step is the mean distance to the line of the periods before alone.
    """
    t, post = p.time, p.post
    after = np.where(post, t - t[post].mean(), 0.0)
    x = np.stack([np.ones(len(t)), t, post.astype(float), after], axis=1)
    gap = log_gap(p, *p.label)[0]
    if not np.isfinite(gap).all() or min(post.sum(), (~post).sum()) < 3:
        return Effect(np.nan)
    b, cov = hac(gap, x, LAGS[grain])
    return Effect(float(b[2]), float(np.sqrt(cov[2, 2])), len(t) - 4)


def breakdown(p: Panel) -> float:
    """Return how many times the gap's largest deviation from its own line before the shock the
    deviation after it must be to explain the trend-extrapolated effect away (after Rambachan &
    Roth 2023, restrictions relative to the period before)."""
    before = p.where(~p.post)
    gap = log_gap(before, *before.label)[0]
    line = np.polyval(np.polyfit(before.time, gap, 1), before.time)
    effect = extrapolated(p, "month").value
    worst = float(np.abs(gap - line).max())
    return abs(effect) / worst if worst > 0 else np.inf


def interrupted(logs: np.ndarray, time: np.ndarray, season: np.ndarray,
                grain: str) -> dict[str, Effect]:  # fmt: skip
    """Return the interrupted time series of one category: `level` at the shock, `slope` after.

    ln y on a line, a step, a change of slope and season effects (months), HAC errors. It has no
    controls: whatever else happened then is in it.
    """
    post = (time >= 0).astype(float)
    x = [np.ones(len(time)), time.astype(float), post, post * time]
    x += [(season == s).astype(float) for s in np.unique(season)[1:]]
    b, cov = hac(logs, np.stack(x, axis=1), LAGS[grain])
    df = len(time) - len(b)
    return {
        name: Effect(float(b[at]), float(np.sqrt(cov[at, at])), df)
        for name, at in (("level", 2), ("slope", 3))
    }
