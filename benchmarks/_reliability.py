"""A calibration plot in plain text, for the cards: probability said against share right."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
from scipy import stats

COLUMNS = 50


def plot(said: np.ndarray, right: np.ndarray, edges: Iterable[float], repeats: int = 1) -> str:
    """Return one line per bin of `said` (0-1): o the share `right`, - its 95 % interval
    (Wilson, of n / repeats listings), | the mean probability said.

    >>> print(plot(np.array([0.6, 0.6]), np.array([True, False]), [0.5, 1.01]).splitlines()[1][:22])
    0.60  0.50       2
    """
    lines = [f"said  right      n   0{'share right'.center(COLUMNS - 1)}1"]
    edges = list(edges)
    for low, high in pairwise(edges):
        kept = (said >= low) & (said < high)
        if not kept.any():
            continue
        n, mean, share = kept.sum() / repeats, said[kept].mean(), right[kept].mean()
        ends = stats.binomtest(round(share * n), round(n)).proportion_ci(method="wilson")
        first, last, at, due = (round(v * COLUMNS) for v in (ends.low, ends.high, share, mean))
        row = ["-" if first <= column <= last else " " for column in range(COLUMNS + 1)]
        row[at] = "o"
        row[due] = "|" if due != at else "O"
        lines.append(f"{mean:.2f}  {share:.2f}  {n:6,.0f}   {''.join(row)}")
    return "\n".join(lines)
