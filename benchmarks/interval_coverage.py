"""How often do the 95 % intervals hold the truth? Prints the tables of docs/methods/intervals.md.

python -m benchmarks.interval_coverage
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from functools import cache, partial
from multiprocessing import get_context
from multiprocessing.pool import Pool
from typing import Any

import numpy as np
import polars as pl
from scipy import stats

from models import quantile_intervals, review_concentration, share_intervals
from models._intervals import quantile_interval, wilson

SEEDS = 1_000
FAMILIES = 12
CORRELATION = {"none": 0.0, "own": 0.0, "half": 0.5, "common": 1.0}
PLACE = {"source_id": "s", "platform": "p", "side": "demand", "period_start": date(2025, 1, 1)}
PLACE |= {"grain": "snapshot", "flags": "", "dims": ""}
Outcome = tuple[bool, float]  # does the interval hold the truth, and how wide is it?


def binomial_coverage(n: int, p: float) -> float:
    """Return the exact coverage of the interval of a share."""
    k = np.arange(n + 1)
    holds = [lo <= p <= hi for lo, hi in (wilson(x, n) for x in k)]
    return float(stats.binom.pmf(k, n, p)[holds].sum())


def price_coverage(n: int, p: float, step: float | None, seeds: int) -> float:
    """Return the coverage of the p-quantile of log-normal prices, rounded to `step` if given."""
    truth = np.exp(3 + stats.norm.ppf(p))
    if step:  # rounding is monotone: the quantile of rounded prices is the rounded quantile
        truth = step * np.round(truth / step)
    hits = []
    for seed in range(seeds):
        prices = np.exp(np.random.default_rng(seed).normal(3, 1, n))
        values = np.sort(step * np.round(prices / step) if step else prices)
        _, lo, hi = quantile_interval(values, p)
        hits.append(lo <= truth <= hi)
    return float(np.mean(hits))


def share_captures(seed: int, captures: int, kind: str, rho: float = 0.02) -> dict[str, Outcome]:
    """Return what becomes of a family (the first) and of the whole over beta-binomial captures.

    Each family's share is drawn per capture around its own mean: on its own, half or wholly
    together with the other families, or not at all.
    """
    rng = np.random.default_rng(seed)
    p = rng.uniform(0.08, 0.6, (FAMILIES, 1))
    n = rng.poisson(
        np.exp(rng.uniform(np.log(40), np.log(400), (FAMILIES, 1))), (FAMILIES, captures)
    )
    drawn = p
    if kind != "none":
        u = stats.norm.cdf(_correlated(rng, (FAMILIES, captures), CORRELATION[kind]))
        drawn = stats.beta.ppf(u, p * (1 - rho) / rho, (1 - p) * (1 - rho) / rho)
    k = rng.binomial(n, drawn)
    answer = share_intervals.estimate(_count_frames(k, n)).filter(capture="", niche="*")
    means = p[:, 0], n.sum(axis=1)
    truth = {"f00": p[0, 0], "*": float(np.average(means[0], weights=means[1]))}
    return {family: _outcome(answer.filter(family=family), truth[family]) for family in truth}


def price_captures(seed: int, captures: int, kind: str, sd: float = 0.3) -> dict[str, Outcome]:
    """Return what becomes of the median of a family, and of the whole, over shifting captures."""
    rng = np.random.default_rng(seed)
    shift = np.zeros((4, captures))
    if kind != "none":
        shift = sd * _correlated(rng, shift.shape, CORRELATION[kind])
    n = rng.integers(30, 200, shift.shape)
    rows = [
        {"family": f"f{i:02}", "capture": f"c{j}", "amount": float(amount)}
        for (i, j), size in np.ndenumerate(n)
        for amount in np.exp(rng.normal(3 + shift[i, j], 1, size))
    ]
    each = pl.DataFrame(rows).with_columns(
        *(pl.lit(value).alias(name) for name, value in PLACE.items()),
        pl.lit("rate").alias("measure"),
        pl.lit(None, pl.String).alias("sample_window"),
        pl.lit("x").alias("niche"),
    )
    amounts = pl.concat([each, each.with_columns(pl.lit("").alias("capture"))])
    answer = quantile_intervals.estimate({"mart_amounts": amounts})
    answer = answer.filter(capture="", niche="*", stat="median")
    return {f: _outcome(answer.filter(family=f), float(np.exp(3))) for f in ("f00", "*")}


def concentration(seed: int, gigs: int, spread: float, cap: float) -> dict[str, Outcome]:
    """Return what becomes of the top tenth's share of log-normal reviews, shown up to `cap`."""
    reviews = _reviews(np.random.default_rng(seed).normal(size=gigs), spread, cap)
    lo, hi = review_concentration.interval(reviews)
    truth = _true_concentration(spread, cap)
    return {"gigs": (lo <= truth <= hi, hi - lo)}


def _reviews(normal: np.ndarray, spread: float, cap: float) -> np.ndarray:
    return np.minimum(np.ceil(np.exp(3 + spread * normal)), cap)


@cache
def _true_concentration(spread: float, cap: float) -> float:
    ranks = (np.arange(1_000_000) + 0.5) / 1_000_000
    return review_concentration.top_share(_reviews(stats.norm.ppf(ranks), spread, cap))


def _correlated(rng: np.random.Generator, shape: tuple[int, int], share: float) -> np.ndarray:
    """Return standard normal draws of cells by captures; `share` is common to the cells."""
    common = rng.normal(size=(1, shape[1]))
    return np.sqrt(share) * common + np.sqrt(1 - share) * rng.normal(size=shape)


def _count_frames(k: np.ndarray, n: np.ndarray) -> dict[str, pl.DataFrame]:
    rows = [
        {"family": f"f{i:02}", "capture": f"c{j}", "k": int(k[i, j]), "n": int(n[i, j])}
        for i, j in np.ndindex(k.shape)
    ]
    each = pl.DataFrame(rows)
    sums = pl.col("k", "n").sum()
    families = each.group_by("family").agg(sums).with_columns(capture=pl.lit(""))
    wholes = each.group_by("capture").agg(sums).with_columns(family=pl.lit("*"))
    whole = each.select(sums).with_columns(capture=pl.lit(""), family=pl.lit("*"))
    counts = pl.concat([each, families, wholes, whole], how="diagonal").with_columns(
        *(pl.lit(value).alias(name) for name, value in PLACE.items()),
        measure=pl.lit("entry_level"), scope=pl.lit("newest"), niche=pl.lit("*"),
    )  # fmt: skip
    return {
        name: counts if i == 0 else counts.clear() for i, name in enumerate(share_intervals.READS)
    }


def _outcome(answer: pl.DataFrame, truth: float) -> Outcome:
    lo, hi = answer.select("lo", "hi").row(0)
    if lo is None:  # it says that it cannot tell
        return True, np.inf
    return lo <= truth <= hi, hi - lo


def summary(outcomes: Iterable[Outcome]) -> str:
    """Return coverage and median width as they stand in the tables."""
    holds, widths = zip(*outcomes, strict=True)
    return f"{np.mean(holds):.3f} ({np.median(widths):.3g})"


def _table(head: str, rows: Iterable[Iterable[str]]) -> None:
    print(f"\n| {head} |\n|{'---|' * (head.count('|') + 1)}")
    for row in rows:
        print(f"| {' | '.join(row)} |", flush=True)


def _seeds(
    pool: Pool, design: Callable[..., dict[str, Outcome]], **arguments: Any
) -> dict[str, str]:
    """Return the summary per place over all seeds of a design."""
    found = pool.map(partial(design, **arguments), range(SEEDS), chunksize=25)
    return {place: summary(outcome[place] for outcome in found) for place in found[0]}


def main() -> None:
    """Print every table."""
    sizes, shares = (15, 50, 200, 1000), (0.02, 0.1, 0.3, 0.5)
    rows = ((str(n), *(f"{binomial_coverage(n, p):.3f}" for p in shares)) for n in sizes)
    _table("n | p = " + " | p = ".join(map(str, shares)), rows)
    rows = (
        (str(n), f"{p:g}", *(f"{price_coverage(n, p, step, SEEDS):.3f}" for step in (None, 5, 10)))
        for n in sizes
        for p in (0.1, 0.5, 0.9)
        if n > 15 or p == 0.5  # 15 prices give no interval for an outer quantile
    )
    _table("n | quantile | exact | rounded to 5 | rounded to 10", rows)
    with get_context("spawn").Pool() as pool:  # Polars does not survive a fork
        for design in (share_captures, price_captures):
            rows = (
                (str(c), kind, *_seeds(pool, design, captures=c, kind=kind).values())
                for c in (2, 3, 8)
                for kind in CORRELATION
            )
            _table("captures | shift | family | whole", rows)
        rows = (
            (str(n), *(_seeds(pool, concentration, gigs=n, spread=sd, cap=cap)["gigs"]
                       for sd, cap in ((1.5, np.inf), (1.8, 1_000))))
            for n in (20, 50, 200, 500)
        )  # fmt: skip
        _table("gigs | spread 1.5, all counted | spread 1.8, shown up to 1,000", rows)


if __name__ == "__main__":
    main()
