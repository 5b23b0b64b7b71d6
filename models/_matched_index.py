"""Prices of the same items over time: time-product dummies and GEKS of matched Jevons ratios.

An item is one gig or listing seen with a price in several periods: its own quality drops out.
Both indices are linear in log prices, so their errors follow from what each item contributes
(clustered by item: one item's prices are never independent).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

MIN_MATCH = 3  # items two periods must share before their prices are compared
NOT_CONNECTED = "fewer than 3 items seen both in this period and in one linked with the base period"


@dataclass(frozen=True)
class LogIndex:
    """A log index over periods, 0 in the base period, NaN where it is not connected to it."""

    level: np.ndarray
    variance: np.ndarray  # periods by periods, of the levels; 0 in the base period
    matched: np.ndarray  # items behind each level
    links: np.ndarray  # paths from the base period (GEKS), or periods it shares items with
    df: int  # items less one

    @property
    def error(self) -> np.ndarray:
        """Standard error of each level."""
        return np.sqrt(np.diag(self.variance))


def table(item: np.ndarray, period: np.ndarray, log_price: np.ndarray, periods: int) -> np.ndarray:
    """Return mean log prices, items by periods, NaN where an item has none; single sightings too.

    `period` counts from 0; `periods` is how many there are.
    """
    names, row = np.unique(item, return_inverse=True)
    cell = row * periods + period
    size = len(names) * periods
    count = np.bincount(cell, minlength=size)
    total = np.bincount(cell, log_price, minlength=size)
    mean = np.divide(total, count, out=np.full(size, np.nan), where=count > 0)
    return mean.reshape(len(names), periods)


def _several(prices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the prices (0 where none) and where they are, of items seen in two periods or more."""
    seen = ~np.isnan(prices)
    kept = seen.sum(axis=1) >= 2
    return np.where(seen, prices, 0.0)[kept], seen[kept].astype(float)


def geks(prices: np.ndarray, base: int = 0, min_match: int = MIN_MATCH) -> LogIndex:
    """Return the GEKS-Jevons index: mean over bridges l of ln P(base, l) + ln P(l, t).

    P(s, t) is the geometric mean of price ratios of the items seen in both; a bridge counts where
    both its ratios rest on `min_match` items, base and t themselves being bridges (their own ratio
    to themselves is 1). Without a bridge there is no number. Gini 1931; Ivancic et al. 2011.
    """
    log, seen = _several(prices)
    shared = seen.T @ seen
    linked = shared >= min_match
    ratio = np.divide(seen.T @ log - log.T @ seen, shared, out=np.zeros_like(shared), where=linked)
    periods = prices.shape[1]
    level, influence = np.full(periods, np.nan), np.zeros((len(log), periods))
    links, matched = np.zeros(periods, int), np.zeros(periods, int)
    for t in range(periods):
        bridges = np.flatnonzero((linked[base]) & (linked[:, t]))
        if t == base or not len(bridges):
            continue
        links[t] = len(bridges)
        level[t] = np.mean(ratio[base, bridges] + ratio[bridges, t])
        used = np.zeros(len(log), bool)
        for start, end in [(base, b) for b in bridges] + [(b, t) for b in bridges]:
            both = seen[:, start] * seen[:, end]
            n = shared[start, end]
            gap = (log[:, end] - log[:, start] - ratio[start, end]) / np.sqrt(n * (n - 1))
            influence[:, t] += both * gap / len(bridges)
            used |= (both > 0) & (start != end)
        matched[t] = used.sum()
    level[base], matched[base] = 0.0, int((seen[:, base] > 0).sum())
    return _index(level, influence, matched, links)


def tpd(prices: np.ndarray, base: int = 0, min_match: int = MIN_MATCH) -> LogIndex:
    """Return the time-product-dummy index: ln p = item + period, by least squares.

    Periods are connected through chains of periods that share `min_match` items; those not
    connected with the base have no number. Summers 1973; de Haan & Krsinich 2014.
    """
    log, seen = _several(prices)
    shared = seen.T @ seen
    part = connected_components(sparse.csr_matrix(shared >= min_match), directed=False)[1]
    there = part == part[base]
    log, seen = _several(np.where((seen > 0) & there, log, np.nan))
    share = seen / np.maximum(seen.sum(axis=1, keepdims=True), 1)
    own = seen * (log - (share * log).sum(axis=1, keepdims=True))
    system = np.diag(seen.sum(axis=0)) - seen.T @ share
    free = there.copy()
    free[base] = False
    level = np.where(there, 0.0, np.nan)
    inverse = np.zeros_like(system)
    inverse[np.ix_(free, free)] = np.linalg.inv(system[np.ix_(free, free)])
    moved = inverse @ own.sum(axis=0)
    level[free] = moved[free]
    left = own - seen * (moved - (share * moved).sum(axis=1, keepdims=True))
    links = ((shared >= min_match) & there[:, None]).sum(axis=0) - 1
    matched = np.where(there, seen.sum(axis=0), 0).astype(int)
    items = len(log)
    factor = np.sqrt(items / (items - 1)) if items > 1 else np.nan
    return _index(level, left @ inverse * factor, matched, np.maximum(links, 0))


def _index(
    level: np.ndarray, influence: np.ndarray, matched: np.ndarray, links: np.ndarray
) -> LogIndex:
    items = int((influence != 0).any(axis=1).sum())
    variance = influence.T @ influence
    variance[np.isnan(level)] = np.nan
    variance[:, np.isnan(level)] = np.nan
    return LogIndex(level, variance, matched, links, max(items - 1, 1))
