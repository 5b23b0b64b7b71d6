"""Which forecast to show: chosen by past errors, its interval by past errors, both then judged.

Everything an origin uses was known at that origin: choice and interval are made anew at each, so
that the errors and the coverage reported are those a reader would have met.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models._forecast_methods import FIRST_ORIGIN, HORIZON, METHODS, NAIVE, YEAR, Monthly

LEVEL = 0.95
BEATS_BY = 0.05  # a method must err at least so much less than the better naive one
ERRORS_KEPT = 60  # origins back that still count
FEWEST_ERRORS = 19  # (19 + 1) 0.95 = 19: the fewest ranks that hold 95 %
FEWEST_MONTHS = 60


@dataclass(frozen=True)
class Outlook:
    """What is shown: method, points and interval ends for 1 to HORIZON months, naive beside."""

    method: str
    value: np.ndarray
    lo: np.ndarray
    hi: np.ndarray
    naive: np.ndarray
    naive_method: str


@dataclass(frozen=True)
class Judged:
    """How outlooks made so would have fared: mean absolute scaled errors, share inside."""

    mase: float
    mase_naive: float
    coverage: float
    outlooks: int
    origins: int


def scaled_errors(one: Monthly, made: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return per method |error| over the mean seasonal naive error until the origin (MASE).

    Hyndman & Koehler 2006. nan where the month ahead is not known yet, or nothing had moved.
    """
    y = one.values
    yearly = np.abs(y[YEAR:] - y[:-YEAR])
    scale = np.full(len(y), np.nan)
    scale[YEAR:] = np.cumsum(yearly) / np.arange(1, len(yearly) + 1)
    scale[scale == 0] = np.nan
    ahead = _ahead(y)
    return {
        name: np.abs(ahead - one.unscaled(rows)) / scale[:, None] for name, rows in made.items()
    }


def _ahead(y: np.ndarray) -> np.ndarray:
    rows = np.full((len(y), HORIZON), np.nan)
    for h in range(1, HORIZON + 1):
        rows[:-h, h - 1] = y[h:]
    return rows


def _known(rows: np.ndarray, origin: int) -> np.ndarray:
    """Return the part of an origins × horizons array that had come true at `origin`."""
    kept = rows[: origin + 1].copy()
    for h in range(1, HORIZON + 1):
        kept[max(0, origin + 1 - h) :, h - 1] = np.nan
    return kept[-ERRORS_KEPT:]


def choose(errors: Mapping[str, np.ndarray], origin: int) -> tuple[str, str]:
    """Return the method with the least error by `origin`, and the better naive one.

    Another method than a naive one is chosen only where it errs at least 5 % less.
    """
    known = {name: _known(rows, origin) for name, rows in errors.items()}
    told = ~np.any([np.isnan(rows) for rows in known.values()], axis=0)
    if not told.any():
        return "last", "last"
    mean = {name: float(rows[told].mean()) for name, rows in known.items()}
    naive = min(NAIVE, key=mean.__getitem__)
    best = min(METHODS, key=mean.__getitem__)
    return (best if mean[best] <= (1 - BEATS_BY) * mean[naive] else naive), naive


def outlook(
    one: Monthly, made: Mapping[str, np.ndarray], errors: Mapping[str, np.ndarray], origin: int
) -> Outlook:
    """Return the outlook made at `origin`: point and split-conformal interval per month ahead.

    The half-width is the 95 % rank of the method's absolute errors that were known (Lei et al.
    2018), on the scale of the forecasts; infinite where fewer than 19 are.
    """
    method, naive = choose(errors, origin)
    off = np.abs(_known(_ahead(one.scaled) - made[method], origin))
    width = np.full(HORIZON, np.inf)
    for h in range(HORIZON):
        known = np.sort(off[:, h][~np.isnan(off[:, h])])
        if len(known) >= FEWEST_ERRORS:
            width[h] = known[int(np.ceil((len(known) + 1) * LEVEL)) - 1]
    at = made[method][origin]
    ends = [np.where(np.isinf(width), np.nan, one.unscaled(at + side)) for side in (-width, width)]
    return Outlook(method, one.unscaled(at), *ends, one.unscaled(made[naive][origin]), naive)


def judge(one: Monthly, made: Mapping[str, np.ndarray], errors: Mapping[str, np.ndarray]) -> Judged:
    """Return how the outlooks of all past origins with an interval at every horizon fared."""
    ahead = _ahead(one.values)
    shown, plain, inside, origins = [], [], [], 0
    for origin in range(FIRST_ORIGIN - 1, len(one.values) - 1):
        told = outlook(one, made, errors, origin)
        if np.isnan(told.lo).any():
            continue
        known = ~np.isnan(ahead[origin])
        origins += 1
        shown += list(errors[told.method][origin][known])
        plain += list(errors[told.naive_method][origin][known])
        inside += list(((told.lo <= ahead[origin]) & (ahead[origin] <= told.hi))[known])
    if not origins:
        return Judged(np.nan, np.nan, np.nan, 0, 0)
    return Judged(float(np.nanmean(shown)), float(np.nanmean(plain)), float(np.mean(inside)),
                  len(inside), origins)  # fmt: skip
