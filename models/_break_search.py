"""One break in the mean of a series, its date searched for, judged against noise with memory.

The date is the split with the least squared error (the exact l2 search for one break; tests hold
it to ruptures' Dynp). Its F is compared with the same search on simulated AR(1) series without a
break. Their memory is the series' own after its best break is taken out, raised by (3 + 7 rho) / n:
Kendall's (1954) correction for one mean is (1 + 4 rho) / n, here two means and a searched date were
taken out; the size was chosen in simulations, not by the data it is used on. A penalty fixed in
advance finds breaks in half of all AR(0.6) series (docs/methods/shock.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MIN_SIZE = {"month": 6, "week": 13}
LEAST_JUMP = float(np.log(1.10))  # smaller jumps are not reported, in log points
LEVEL = 0.05
DRAWS = 999
SEED = 1


@dataclass(frozen=True)
class Break:
    """The best single break: first place after it, jump of the mean, and how unusual it is."""

    at: int
    jump: float
    p: float

    @property
    def is_found(self) -> bool:
        """Is it a break by the rule: p of at most 5 % and a jump of at least 10 %?"""
        return self.p <= LEVEL and abs(self.jump) >= LEAST_JUMP


def best_split(series: np.ndarray, min_size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return per row the first place after the best split, and its F against no split."""
    n = series.shape[1]
    at = np.arange(min_size, n - min_size + 1)
    centred = series - series.mean(axis=1, keepdims=True)
    before = np.cumsum(centred, axis=1)[:, at - 1]
    between = before**2 * n / (at * (n - at))
    best = between.argmax(axis=1)
    gain = between[np.arange(len(series)), best]
    within = np.maximum((centred**2).sum(axis=1) - gain, 1e-300)
    return at[best], gain / within * (n - 2)


def single_break(series: np.ndarray, min_size: int) -> Break | None:
    """Return the best break of a series, or nothing if it is too short for two parts."""
    n = len(series)
    if n < 2 * min_size:
        return None
    (at,), (own,) = best_split(series[None], min_size)
    ends = series[:at].mean(), series[at:].mean()
    residual = series - np.where(np.arange(n) < at, *ends)
    memory = float(residual[1:] @ residual[:-1] / max(residual @ residual, 1e-300))
    memory = float(np.clip(memory + (3 + 7 * memory) / n, 0.0, 0.95))
    rng = np.random.default_rng(SEED)
    noise = rng.normal(size=(DRAWS, n))
    noise[:, 0] /= np.sqrt(1 - memory**2)
    for t in range(1, n):
        noise[:, t] += memory * noise[:, t - 1]
    _, null = best_split(noise, min_size)
    return Break(int(at), float(ends[1] - ends[0]), float((1 + (null >= own).sum()) / (DRAWS + 1)))
