"""Synthetic difference-in-differences of log counts (Arkhangelsky et al. 2021, AER 111:4088).

Controls are weighted so that before the shock they move like the treated (up to a constant), the
periods before so that in the controls they look like those after; the effect is the weighted
double difference. Both weights lie on the simplex and have an intercept; those of the controls a
ridge of (treated x periods after)^(1/4) times the sd of the controls' first differences.
Error: placebo over controls (their algorithm 4); needs more controls than treated.
"""

from __future__ import annotations

import numpy as np

from models._panel import Panel
from models._panel_inference import Effect, labellings

STEPS = 3_000
PLACEBOS = 100
CLOSE = 1e-6
TINY = 1e-6  # ridge on the period weights, in sds: it only makes them unique


def sdid(p: Panel) -> Effect:
    """Return the effect in log points with its placebo error; not a number if a count is zero."""
    if (p.counts <= 0).any() or min(p.post.sum(), (~p.post).sum()) < 2:
        return Effect(np.nan)
    logs = np.log(p.counts)
    ours, controls = logs[p.treated], logs[~p.treated]
    k, m = len(ours), len(controls)
    if m < 2:
        return Effect(np.nan)
    value = _effect(ours, controls, p.post)
    if m <= k + 1:
        return Effect(value)
    labels = labellings(m, k)
    if len(labels) > PLACEBOS:
        labels = np.random.default_rng(1).permutation(labels)[:PLACEBOS]
    placebos = [_effect(controls[row > 0], controls[row == 0], p.post) for row in labels]
    return Effect(value, float(np.sqrt(np.mean(np.square(placebos)))), m - 1)


def _effect(ours: np.ndarray, controls: np.ndarray, post: np.ndarray) -> float:
    target = ours.mean(axis=0)
    noise = float(np.diff(controls[:, ~post], axis=1).std(ddof=1))
    ridge = (len(ours) * post.sum()) ** 0.25 * noise
    unit = simplex_weights(controls[:, ~post].T, target[~post], ridge)
    when = simplex_weights(controls[:, ~post], controls[:, post].mean(axis=1), TINY * noise)
    gap = target - unit @ controls
    return float(gap[post].mean() - when @ gap[~post])


def simplex_weights(x: np.ndarray, y: np.ndarray, ridge: float) -> np.ndarray:
    """Return w >= 0 summing to 1 that minimises |y - a - x w|^2 / n + ridge^2 |w|^2 (a free).

    Accelerated projected gradient (Beck & Teboulle 2009) with restarts.

    >>> simplex_weights(np.array([[0.0, 4], [1, 2], [2, 0]]), np.array([5.0, 6, 7]), 0.0).round(6)
    array([1., 0.])
    """
    x, y = x - x.mean(axis=0), y - y.mean()
    n, k = x.shape
    gram = x.T @ x / n + ridge**2 * np.eye(k)
    aim = x.T @ y / n
    rate = 1 / max(float(np.linalg.eigvalsh(gram)[-1]), 1e-12)
    w = ahead = np.full(k, 1 / k)
    momentum = 1.0
    for _ in range(STEPS):
        new = _onto_simplex(ahead - rate * (gram @ ahead - aim))
        if (ahead - new) @ (new - w) > 0:
            momentum = 1.0
        grown = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        ahead = new + (momentum - 1) / grown * (new - w)
        if np.abs(new - w).max() < CLOSE:
            return new
        w, momentum = new, grown
    return w


def _onto_simplex(v: np.ndarray) -> np.ndarray:
    """Return the nearest point with weights >= 0 summing to 1 (Duchi et al. 2008)."""
    ordered = np.sort(v)[::-1]
    over = np.cumsum(ordered) - 1
    last = np.flatnonzero(ordered - over / np.arange(1, len(v) + 1) > 0)[-1]
    return np.maximum(v - over[last] / (last + 1), 0)
