"""Four ways to look ahead, each from every origin of a series, knowing only what came before.

`last` repeats the last month, `seasonal` the same month a year before; `damped` is Holt's trend
that dies out (Gardner & McKenzie 1985); `boosting` learns from lags of all series at once.
Series are on a scale on which steps are comparable: arcsine of the root for shares, log otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

HORIZON = 6
YEAR = 12
FIRST_ORIGIN = 24  # months of history before the first outlook
NAIVE = ("last", "seasonal")
METHODS = (*NAIVE, "damped", "boosting")
LAGS = (1, 2, 3, 6, 12)
REFIT_MONTHS = 6
FEWEST_ROWS = 200  # fewer examples teach trees nothing
SEED = 0
_GRID = np.array(
    [
        (a, b, phi)
        for a, b, phi in product(
            (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0),
            (0.0, 0.02, 0.05, 0.1, 0.2, 0.4),
            (0.8, 0.9, 0.95, 0.98),
        )
    ]
).T  # level weight, trend weight, damping


@dataclass(frozen=True)
class Monthly:
    """A series without gaps: the number of its first month (12 year + month - 1), its values."""

    first_month: int
    values: np.ndarray
    is_share: bool

    @property
    def scaled(self) -> np.ndarray:
        """The values on the scale on which forecasts are made."""
        return np.arcsin(np.sqrt(self.values)) if self.is_share else np.log(self.values)

    def unscaled(self, scaled: np.ndarray) -> np.ndarray:
        """Return numbers of that scale in the unit of the series."""
        if self.is_share:
            return np.sin(np.clip(scaled, 0, np.pi / 2)) ** 2
        return np.exp(scaled)


def forecasts(series: Sequence[Monthly]) -> list[dict[str, np.ndarray]]:
    """Return per series and method an array of origins × HORIZON, on the scaled values.

    Row t is made at the end of month t of the series; rows before FIRST_ORIGIN - 1 are nan.
    """
    boosted = _boosting(series)
    return [
        {"last": _last(one.scaled), "seasonal": _seasonal(one.scaled),
         "damped": damped(one.scaled), "boosting": rows}
        for one, rows in zip(series, boosted, strict=True)
    ]  # fmt: skip


def _blank(y: np.ndarray) -> np.ndarray:
    return np.full((len(y), HORIZON), np.nan)


def _last(y: np.ndarray) -> np.ndarray:
    rows = _blank(y)
    rows[FIRST_ORIGIN - 1 :] = y[FIRST_ORIGIN - 1 :, None]
    return rows


def _seasonal(y: np.ndarray) -> np.ndarray:
    rows = _blank(y)
    for t in range(FIRST_ORIGIN - 1, len(y)):
        rows[t] = y[t - YEAR + 1 : t - YEAR + 1 + HORIZON]
    return rows


def damped(y: np.ndarray) -> np.ndarray:
    """Return Holt's damped trend; at each origin the weights with the least squares until then.

    >>> bool(abs(damped(np.full(40, 2.0))[-1] - 2).max() < 1e-12)
    True
    """
    alpha, beta, phi = _GRID
    level, trend = np.full(alpha.shape, y[0]), np.zeros(alpha.shape)
    squares = np.zeros(alpha.shape)
    steps = np.cumsum(phi[:, None] ** np.arange(1, HORIZON + 1), axis=1)
    rows = _blank(y)
    for t in range(1, len(y)):
        ahead = level + phi * trend
        error = y[t] - ahead
        squares += error**2
        level, trend = ahead + alpha * error, phi * trend + alpha * beta * error
        if t >= FIRST_ORIGIN - 1:
            best = int(np.argmin(squares))
            rows[t] = level[best] + steps[best] * trend[best]
    return rows


# One thread: small tables, and sums that come out the same on every machine.
@threadpool_limits.wrap(limits=1, user_api="openmp")
def _boosting(series: Sequence[Monthly]) -> list[np.ndarray]:
    """Return the forecasts of trees that learn the step ahead from lags, over all series.

    Refitted twice a year, always on targets that lay in the past of the first origin served.
    """
    tables = [_lagged(one) for one in series]
    answers = [_blank(one.values) for one in series]
    ends = [one.first_month + len(one.values) for one in series]
    first = min(one.first_month for one in series) + FIRST_ORIGIN
    for start in range(first, max(ends) + 1, REFIT_MONTHS):
        seen = [table[(table[:, 1] < start) & ~np.isnan(table[:, -1])] for table in tables]
        known = np.concatenate(seen)
        if len(known) < FEWEST_ROWS:
            continue
        trees = HistGradientBoostingRegressor(
            loss="absolute_error", max_iter=80, max_leaf_nodes=15, min_samples_leaf=40,
            learning_rate=0.08, random_state=SEED,
        )  # fmt: skip
        trees.fit(known[:, 4:-1], known[:, -1])
        for one, table, answer in zip(series, tables, answers, strict=True):
            made_in = table[:, 0]
            now = (made_in >= start - 1) & (made_in < start - 1 + REFIT_MONTHS)
            now &= made_in - one.first_month >= FIRST_ORIGIN - 1
            if now.any():
                rows = table[now]
                ahead = rows[:, 2] + rows[:, 3] * trees.predict(rows[:, 4:-1])
                at = (rows[:, 0] - one.first_month).astype(int)
                answer[at, rows[:, 4].astype(int) - 1] = ahead
    return answers


def _lagged(one: Monthly) -> np.ndarray:
    """Return rows of origin, target month, level, step, features (horizon first), target.

    Everything is in steps: the mean absolute change from month to month until the origin.
    """
    y = one.scaled
    changes = np.abs(np.diff(y))
    rows = []
    for t in range(YEAR, len(y)):
        step = max(float(changes[:t].mean()), 1e-6)
        lags = [(y[t] - y[t - lag]) / step for lag in LAGS]
        for h in range(1, HORIZON + 1):
            season = (y[t + h - YEAR] - y[t]) / step
            target = (y[t + h] - y[t]) / step if t + h < len(y) else np.nan
            month = one.first_month + t
            rows.append((month, month + h, y[t], step, h, *lags, season, (month + h) % YEAR,
                         target))  # fmt: skip
    return np.array(rows)
