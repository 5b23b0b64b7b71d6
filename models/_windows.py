"""Quantiles of a population of which whole windows of time were drawn at random.

Every listing had the same chance, so the sample's quantile is the point. Its interval inverts the
distribution function (Woodruff 1952), whose variance is that of a ratio over the drawn windows
(Cochran 1977, 2.11, 6.3), with the correction for a finite number of windows and Student's t on
windows less one degrees of freedom. Where a listing's price repeats itself, the function jumps at
the quantile: the larger variance of both sides of the jump counts, and never less than that of as
many listings drawn one by one. A month read whole has no sampling error: its interval is the two
listings around the quantile.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import stats

from models._intervals import LEVEL

FEWEST_WINDOWS = 5  # with a listing of the cell: fewer say nothing of how windows differ
NAME = re.compile(r".* window [0-9]+ of ([0-9]+), ([0-9]+) drawn")


@dataclass(frozen=True)
class Draw:
    """How many windows a month was cut into, and how many of them were drawn."""

    windows: int
    drawn: int

    @classmethod
    def of(cls, names: pl.Series) -> Draw:
        """Read the draw from the names of its windows; of several, what makes intervals widest.

        >>> Draw.of(pl.Series(["2020-01 window 3 of 70, 17 drawn"]))
        Draw(windows=70, drawn=17)
        """
        draws = [cls._named(name) for name in names.unique()]
        return cls(max(draw.windows for draw in draws), min(draw.drawn for draw in draws))

    @classmethod
    def _named(cls, name: str) -> Draw:
        match = NAME.fullmatch(name)
        if match is None:
            raise ValueError(f"{name!r} names no draw of windows")
        return cls(int(match[1]), int(match[2]))


def window_quantile(
    values: np.ndarray, windows: np.ndarray, p: float, draw: Draw
) -> tuple[float, float, float] | tuple[float, None, None]:
    """Return the p-quantile of values drawn by windows, and its 95 % interval or None.

    >>> values, names = np.arange(1.0, 41.0), np.repeat(np.arange(10), 4)
    >>> window_quantile(values, names, 0.5, Draw(windows=10, drawn=10))
    (20.5, 20.0, 21.0)
    """
    ordered = np.sort(values)
    n, point = len(values), float(np.quantile(values, p))
    _, index = np.unique(windows, return_inverse=True)
    half = 0.0
    if draw.drawn < draw.windows:
        if min(index.max() + 1, draw.drawn) < FEWEST_WINDOWS:
            return point, None, None
        one_by_one = float(np.sqrt((1 - draw.drawn / draw.windows) * p * (1 - p) / n))
        sides = (_standard_error(below, index, draw) for below in (values <= point, values < point))
        half = float(stats.t.ppf(0.5 + LEVEL / 2, draw.drawn - 1)) * max(one_by_one, *sides)
    low, high = int(np.floor(n * (p - half))), int(np.ceil(n * (p + half))) + 1
    if half and (low < 1 or high > n):
        return point, None, None
    low, high = max(low, 1), min(high, n)
    return point, min(point, float(ordered[low - 1])), max(point, float(ordered[high - 1]))


def _standard_error(below: np.ndarray, index: np.ndarray, draw: Draw) -> float:
    """Return the standard error of the share of listings below, over windows of unequal size."""
    size = np.bincount(index).astype(float)
    count = np.bincount(index, weights=below)
    residual = count - below.mean() * size  # windows drawn that hold no listing add nothing
    left = 1 - draw.drawn / draw.windows
    variance = left * draw.drawn / (draw.drawn - 1) * float((residual**2).sum()) / len(below) ** 2
    return float(np.sqrt(variance))
