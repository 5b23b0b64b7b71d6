"""Do the intervals of competition and time to close cover? Prints the tables of docs/methods.

python -m benchmarks.competition_coverage [SEEDS]
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np
import polars as pl

from models import competition
from models._bid_path import bids_at_end, days_in_bands, pace
from models._brackets import MAX_MISFIT, Brackets, fit, quantile_brackets
from models._ordered import between_captures, superiority, superiority_interval
from models._survival import first_safe_age, kaplan_meier, quantile_age, restricted_mean

STARTS = np.array([0, 5, 10, 15, 20, 50])
ENDS = np.array([4, 10, 15, 20, 50, np.nan])
Draw = Callable[[np.random.Generator, int], np.ndarray]


def negative_binomial(mean: float, size: float) -> Draw:
    """Return draws of the model that is fitted."""
    return lambda random, n: random.negative_binomial(size, size / (size + mean), n)


def lognormal(mean: float, spread: float) -> Draw:
    """Return draws of a Poisson with log-normal means: another tail than the fitted one."""
    return lambda random, n: random.poisson(
        mean * np.exp(random.normal(-(spread**2) / 2, spread, n))
    )


def bracketed(counts: np.ndarray) -> Brackets:
    """Return counts as the six brackets a platform shows."""
    found = np.bincount(np.searchsorted(STARTS, counts, "right") - 1, minlength=len(STARTS))
    held = found > 0
    return Brackets.of(STARTS[held], ENDS[held], found[held])


def brackets(draw: Draw, mean: float, median: float, n: int, seeds: int) -> str:
    """Return a line: how often a mean is given, its bias and coverage, that of the median."""
    means, inside, in_median, given_median = [], [], [], []
    for seed in range(seeds):
        table = bracketed(draw(np.random.default_rng(seed), n))
        found = fit(table)
        if found is not None and found.excess <= MAX_MISFIT:
            means.append(found.mean)
            inside.append(found.lo <= mean <= found.hi)
        _, _, lo, hi = quantile_brackets(table, 0.5)
        given_median.append(lo is not None)
        in_median.append(lo is not None and hi is not None and lo <= median <= hi)
    told = len(means) / seeds
    bias, covered = (np.mean(means) / mean - 1, np.mean(inside)) if means else (np.nan, np.nan)
    return f"{n} | {told:.3f} | {100 * bias:+.1f} % | {covered:.3f} | {np.mean(in_median):.3f}"


def captures(shift: float, times: int, seeds: int, families: int = 8, n: int = 150) -> str:
    """Return a line: how often captures give a mean, its coverage, that without widening."""
    inside, truth = np.zeros(3), 20 * np.exp(shift**2 / 2)
    for seed in range(seeds):
        random = np.random.default_rng(seed)
        parts = []
        for capture in range(times):
            mean = 20 * np.exp(random.normal(0, shift))
            counts = negative_binomial(mean, 1.0)(random, families * n)
            low = STARTS[np.searchsorted(STARTS, counts, "right") - 1]
            parts.append(_sightings(low, f"2023-01-{capture + 1:02}", families))
        seen = pl.concat(parts)
        whole = seen.with_columns(pl.lit("").alias("capture"))
        rows = competition._proposals(pl.concat([whole, seen]))
        row = next(r for r in rows if r["stat"] == "mean" and r["family"] == "*")
        plain = fit(competition._brackets(seen))
        told = row.get("lo") is not None
        inside += [told, told and row["lo"] <= truth <= row["hi"], plain.lo <= truth <= plain.hi]
    given, covered, unwidened = inside
    return f"{given / seeds:.3f} | {covered / given:.3f} | {unwidened / seeds:.3f}"


def _sightings(low: np.ndarray, capture: str, families: int) -> pl.DataFrame:
    high = dict(zip(STARTS.tolist(), [4, 10, 15, 20, 50, None], strict=True))
    return pl.DataFrame({
        "proposals_low": low,
        "proposals_high": [high[x] for x in low.tolist()],
        "family": [f"f{i % families}" for i in range(len(low))],
    }).with_columns(
        pl.lit(capture).alias("capture"),
        pl.lit(False).alias("is_defect"),
        *(pl.lit("x").alias(c) for c in ("source_id", "platform", "side", "grain", "flags")),
        pl.lit(None, pl.Date).alias("period_start"),
        pl.lit("00-12h").alias("age_band"),
    )  # fmt: skip


def bids(watched: int, listings: int, seeds: int) -> tuple[float, float]:
    """Return bias and coverage of mean bids at the end, of bids that come fast at first."""
    rates = np.array([0.1, 1.0, 6.0])
    truth = 30 + float((days_in_bands(np.linspace(0, 7, 7001), 0.0) @ rates).mean())
    found = []
    for seed in range(seeds):
        random = np.random.default_rng(seed)

        def gains(days: np.ndarray, random: np.random.Generator = random) -> np.ndarray:
            liked = random.gamma(1.0, 1.0, len(days))  # some listings draw many
            return random.poisson(liked * (days @ rates))

        start = random.uniform(0, 7, watched)
        days = days_in_bands(start, np.maximum(0, start - random.choice([1.0, 2, 3], watched)))
        paces = pace(days, gains(days).astype(float))
        now = random.negative_binomial(1.0, 1 / 31, listings).astype(float)
        left = random.uniform(0, 7, listings)
        end = bids_at_end(now, left, paces)
        found.append((end.value / truth - 1, end.lo <= truth <= end.hi))
    return tuple(np.mean(found, axis=0))


def closing(n: int, late: bool, seeds: int, shape: float = 0.8) -> str:
    """Return a line: coverage of median and restricted mean, and bias if late entry is ignored."""
    scale = 10.0
    grid = np.linspace(0, 30, 30_001)
    area = float(np.trapezoid(np.exp(-((grid / scale) ** shape)), grid))
    median = scale * np.log(2) ** (1 / shape)
    kept, naive = [], []
    for seed in range(seeds):
        random = np.random.default_rng(seed)
        closes = scale * random.weibull(shape, 8 * n)
        entry = random.choice([0.0, 0.0, 4.0, 8.0], 8 * n) if late else np.zeros(8 * n)
        seen = np.flatnonzero(closes > entry)[:n]
        entry, closes = entry[seen], closes[seen]
        censored = entry + random.uniform(5, 60, n)
        leaving, closed = np.minimum(closes, censored), closes <= censored
        curve = kaplan_meier(entry, leaving, closed, first_safe_age(entry, leaving, 15))
        mean = restricted_mean(curve, 30.0)
        if mean is None:  # none at risk at the horizon
            continue
        _, lo, hi = quantile_age(curve)
        kept.append((
            mean[0] / area - 1, mean[1] <= area <= mean[2],
            (lo or 0) <= median and (hi is None or median <= hi),
        ))  # fmt: skip
        plain = restricted_mean(kaplan_meier(np.zeros(n), leaving, closed), 30.0)
        naive.append(plain[0] / area - 1)
    told = len(kept) / seeds
    bias, in_mean, in_median = np.mean(kept, axis=0)
    covered = f"{in_mean:.3f} | {in_median:.3f}"
    return f"{told:.3f} | {100 * bias:+.1f} % | {covered} | {100 * np.mean(naive):+.1f} %"


def ordered(n: int, tilt: float, shift: float, seeds: int, families: int = 8) -> str:
    """Return a line: truth, coverage and share of intervals without 0.5, of two captures.

    The first family differs by `tilt`; in each capture every family is off by its own shift.
    """
    base = np.array([0.4, 0.25, 0.15, 0.2])
    shares = [_tilted(base, tilt if i == 0 else 0.0) for i in range(families)]
    truth = superiority(1e6 * shares[0], 1e6 * base)[0]
    inside, called = 0, 0
    for seed in range(seeds):
        random = np.random.default_rng(seed)
        counts = np.array([
            [random.multinomial(n, _tilted(own, random.normal(0, shift))) for own in shares]
            for _ in range(2)
        ], float)  # fmt: skip
        rest = counts.sum(axis=1, keepdims=True) - counts
        pairs = [list(zip(counts[:, i], rest[:, i], strict=True)) for i in range(families)]
        whole, others = counts.sum(axis=0)[0], rest.sum(axis=0)[0]
        _, lo, hi = superiority_interval(whole, others, *between_captures(pairs))
        inside += lo <= truth <= hi
        called += not lo <= 0.5 <= hi
    return f"{truth:.3f} | {inside / seeds:.3f} | {called / seeds:.3f}"


def _tilted(shares: np.ndarray, tilt: float) -> np.ndarray:
    tilted = shares * np.exp(tilt * np.arange(len(shares)))
    return tilted / tilted.sum()


def main() -> None:
    """Print the tables."""
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    print(
        f"{seeds} seeds per design\n\ncounts | n | mean given | bias | covers mean | covers median"
    )
    designs = {
        "negative binomial, mean 20": (negative_binomial(20, 1.0), 20.0),
        "negative binomial, mean 6": (negative_binomial(6, 1.0), 6.0),
        "Poisson log-normal, mean 20": (lognormal(20, 1.0), 20.0),
    }
    for name, (draw, mean) in designs.items():
        median = float(np.median(draw(np.random.default_rng(10**6), 10**6)))
        for n in (50, 200, 1000):
            print(f"{name} | {brackets(draw, mean, median, n, seeds)}")
    print("\nshift of a capture's log mean | captures | mean given | covers | without widening")
    for shift, times in ((0.0, 2), (0.1, 2), (0.1, 5), (0.1, 10), (0.3, 2), (0.3, 5)):
        print(f"{shift} | {times} | {captures(shift, times, seeds)}")
    print("\nlistings seen twice | listings | bias of bids at the end | covers")
    for watched, listings in ((60, 30), (150, 200), (500, 900)):
        bias, covered = bids(watched, listings, seeds)
        print(f"{watched} | {listings} | {100 * bias:+.1f} % | {covered:.3f}")
    print("\nlistings | late entry | told | bias | covers mean | median | bias, entry ignored")
    for late in (False, True):
        for n in (50, 200, 1000):
            print(f"{n} | {'half' if late else 'none'} | {closing(n, late, seeds)}")
    print("\nlistings per capture | shift | P(longer) | covers | excludes 0.5")
    for n, tilt, shift in (
        (15, 0.0, 0.0), (100, 0.0, 0.0), (1000, 0.0, 0.0), (100, 0.2, 0.0), (1000, 0.2, 0.0),
        (100, 0.0, 0.2), (1000, 0.0, 0.2),
    ):  # fmt: skip
        print(f"{n} | {shift} | {ordered(n, tilt, shift, seeds)}")


if __name__ == "__main__":
    main()
