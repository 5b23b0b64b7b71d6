"""Anomalous periods found by rule: spells in which one series leaves its own level and the others.

A series' residual is its logarithm minus its own running median (six periods each side by months,
thirteen by weeks). What is common to a period is the middle of the densest half of all residuals
(the shorth), which an artefact in up to half of the series does not move, as a median would be. A
period is the core of a spell if its residual lies 4 robust standard deviations and 15 % beyond the
common one; neighbours on the same side beyond 2.5 and 15 % belong to it. A spell is shorter than
half the running window: what stays away longer is a change, and the step into it a break.
"""

from __future__ import annotations

import numpy as np

HALF = {"month": 6, "week": 13}  # periods on each side of the running median
SMOOTH = {"month": 1, "week": 5}  # periods a gap of groups is averaged over before it is judged
CORE, SIDE = 4.0, 2.5  # robust standard deviations
LEAST = float(np.log(1.15))
STEP = float(np.log(1.75))  # a step from one period to the next that no category takes


def beyond_others(logs: np.ndarray, half: int) -> np.ndarray:
    """Return each series' residual minus what is common to the period (rows: series)."""
    residual = np.stack([row - _running_median(row, half) for row in logs])
    return residual - _shorth(residual) if len(logs) > 2 else residual


def spells(beyond: np.ndarray, half: int, smooth: int = 1) -> np.ndarray:
    """Return which periods of one series belong to an anomalous spell."""
    around = np.pad(beyond, smooth // 2, mode="edge")
    beyond = np.lib.stride_tricks.sliding_window_view(around, smooth).mean(axis=1)
    sd = 1.4826 * float(np.median(np.abs(beyond)))
    found = np.zeros(len(beyond), bool)
    for side in (1, -1):
        core = side * beyond > max(CORE * sd, LEAST)
        reach = side * beyond > max(SIDE * sd, LEAST)
        starts = np.flatnonzero(reach & ~np.r_[False, reach[:-1]])
        ends = np.flatnonzero(reach & ~np.r_[reach[1:], False])
        for a, b in zip(starts, ends, strict=True):
            if core[a : b + 1].any() and b - a < half:
                found[a : b + 1] = True
    return found


def breaks(logs: np.ndarray) -> np.ndarray:
    """Return per series which periods begin with a step of 75 % or more beyond the common one."""
    step = np.diff(logs, axis=1)
    step = step - np.median(step, axis=0)
    return np.pad(np.abs(step) > STEP, ((0, 0), (1, 0)))


def _running_median(row: np.ndarray, half: int) -> np.ndarray:
    around = np.pad(row, half, mode="reflect" if len(row) > half else "edge")
    return np.median(np.lib.stride_tricks.sliding_window_view(around, 2 * half + 1), axis=1)


def _shorth(values: np.ndarray) -> np.ndarray:
    """Return per column the mean of the half of its values that lies closest together."""
    ordered = np.sort(values, axis=0)
    half = max(2, (len(values) + 1) // 2)
    width = ordered[half - 1 :] - ordered[: len(values) - half + 1]
    first = width.argmin(axis=0)
    sums = np.cumsum(np.pad(ordered, ((1, 0), (0, 0))), axis=0)
    column = np.arange(values.shape[1])
    return (sums[first + half, column] - sums[first, column]) / half


def anomalies(
    logs: np.ndarray, treated: np.ndarray, first: int, grain: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return signs of spells per series and period, and which periods a panel leaves out.

    Before and after the shock (period number `first`) on their own, so that its effect is no
    anomaly. Left out is a period in which two series at least are in a spell on the same side;
    before the shock also one in which the gap of the treated to the controls is; after it the
    treated are not asked, as what they do there may be the effect. One series alone, off for a
    while, may be the market.
    """
    half, smooth = HALF[grain], SMOOTH[grain]
    signs = np.zeros(logs.shape, int)
    dropped = np.zeros(logs.shape[1], bool)
    for part, asked in ((slice(0, first), treated | True), (slice(first, None), ~treated)):
        if logs[:, part].shape[1] <= 2 * half:
            continue
        beyond = beyond_others(logs[:, part], half)
        signs[:, part] = np.stack([spells(row, half) for row in beyond]) * np.sign(beyond)
        told = signs[asked, part]
        dropped[part] = ((told > 0).sum(axis=0) >= 2) | ((told < 0).sum(axis=0) >= 2)
        if part.start == 0:
            gap = logs[treated, part].mean(axis=0) - logs[~treated, part].mean(axis=0)
            dropped[part] |= spells(gap - _running_median(gap, half), half, smooth)
    return signs, dropped
