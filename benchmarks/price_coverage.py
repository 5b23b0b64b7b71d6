"""Do price indices find a known fall? Bias, spread and coverage over simulated markets.

python -m benchmarks.price_coverage

Prints the tables of docs/methods/prices.md. Every market: 400 gigs over 24 periods, a fall of 10 %
from the first to the last. `mix`: the observed kinds of gigs move upmarket. `entrants`: gigs that
enter after the first period are of a quality nobody observes, 20 % dearer.
"""

from __future__ import annotations

import numpy as np
from scipy import stats

from models import _hedonic, _matched_index
from models._price_trend import benjamini_hochberg, slope

SEEDS = 500
PERIODS, GIGS, FALL = 24, 400, float(np.log(0.9))
KINDS = np.array([-0.9, -0.3, 0.3, 0.9])  # log price of the observed kinds
UNSEEN = 0.45  # standard deviation of quality nobody observes
NOISE = 0.06  # of one price of one gig in one period
DEARER = float(np.log(1.2))


def market(seed: int, mix: bool = False, entrants: bool = False) -> dict[str, np.ndarray]:
    """Return gig, period, kind and log price of every sighting of a simulated market."""
    rng = np.random.default_rng(seed)
    enters = np.where(rng.random(GIGS) < 0.35, 0, rng.integers(1, PERIODS, GIGS))
    leaves = enters + rng.geometric(1 / 12, GIGS)
    late = enters / (PERIODS - 1)
    odds = np.tile([0.25] * 4, (GIGS, 1))
    if mix:
        odds = np.array([0.4, 0.3, 0.2, 0.1]) * (1 - late[:, None]) + late[:, None] * np.array(
            [0.1, 0.2, 0.3, 0.4]
        )
    kind = (rng.random(GIGS)[:, None] > odds.cumsum(axis=1)).sum(axis=1).clip(0, 3)
    quality = KINDS[kind] + rng.normal(0, UNSEEN, GIGS) + entrants * DEARER * (enters > 0)
    gig, period = np.nonzero(
        (np.arange(PERIODS) >= enters[:, None])
        & (np.arange(PERIODS) < leaves[:, None])
        & (rng.random((GIGS, PERIODS)) < 0.7)
    )
    log_price = quality[gig] + FALL * period / (PERIODS - 1) + rng.normal(0, NOISE, len(gig))
    return {"gig": gig, "period": period, "kind": kind[gig], "log_price": log_price}


def estimates(seen: dict[str, np.ndarray]) -> dict[str, tuple[float, float, int]]:
    """Return by estimator the log change from first to last period, its error, and df."""
    log, period = seen["log_price"], seen["period"]
    prices = _matched_index.table(seen["gig"], period, log, PERIODS)
    found = {}
    for name in ("tpd", "geks"):
        index = getattr(_matched_index, name)(prices)
        found[name] = (float(index.level[-1]), float(index.error[-1]), index.df)
    given = {f"kind={k}": (seen["kind"] == k).astype(float) for k in (1, 2, 3)}
    level, variance, df = _hedonic.time_dummies(log, period, given, seen["gig"], PERIODS)
    found["hedonic"] = (float(level[-1]), float(np.sqrt(variance[-1, -1])), df)
    ends = [float(np.median(log[period == t])) for t in (0, PERIODS - 1)]
    found["raw median"] = (ends[1] - ends[0], np.nan, 1)
    return found


def recovery(seeds: range, **design: bool) -> dict[str, dict[str, float]]:
    """Return per estimator mean and sd of the percent change, and coverage of 95 % intervals."""
    drawn = [estimates(market(seed, **design)) for seed in seeds]
    table = {}
    for name in drawn[0]:
        value, error, df = (np.array([each[name][i] for each in drawn]) for i in range(3))
        moved = 100 * np.expm1(value)
        half = stats.t.ppf(0.975, df) * error
        table[name] = {
            "mean": float(moved.mean()),
            "sd": float(moved.std(ddof=1)),
            "coverage": float((np.abs(value - FALL) <= half).mean()),
        }
    return table


def trends(seeds: range, periods: int, yearly: float, wander: float, noise: float) -> np.ndarray:
    """Return p values of the slope of simulated monthly log indices, one per seed.

    `wander`: standard deviation of a random walk's monthly steps; `noise`: of sampling, known.
    """
    years = np.arange(periods) / 12
    p = []
    for seed in seeds:
        rng = np.random.default_rng(seed)
        walk = np.cumsum(rng.normal(0, wander, periods))
        level = yearly * years + walk + rng.normal(0, noise, periods)
        found = slope(level, years, np.eye(periods) * noise**2)
        p.append(1.0 if found is None else found.p)
    return np.array(p)


def false_alarms(seeds: range, niches: int = 40, periods: int = 36) -> float:
    """Return the share of markets without any trend in which any of the niches is given one."""
    told = []
    for seed in seeds:
        p = trends(range(seed * niches, (seed + 1) * niches), periods, 0.0, 0.01, 0.05)
        told.append(benjamini_hochberg(p).min() <= 0.05)
    return float(np.mean(told))


def main() -> None:
    """Print every table."""
    print(f"seeds 0-{SEEDS - 1}\n\n| market | estimator | mean % | sd pp | coverage |")
    print("|---|---|---|---|---|")
    designs = {"plain": {}, "mix (S9)": {"mix": True},
               "entrants (S10)": {"mix": True, "entrants": True}}  # fmt: skip
    for market_name, design in designs.items():
        for name, row in recovery(range(SEEDS), **design).items():
            cover = "–" if name == "raw median" else f"{row['coverage']:.3f}"
            print(f"| {market_name} | {name} | {row['mean']:.1f} | {row['sd']:.1f} | {cover} |")
    print("\n| periods | true % a year | walk | noise | p <= 0.05 |\n|---|---|---|---|---|")
    for periods in (13, 24, 60):
        for yearly in (0.0, 10.0):
            for wander, noise in (
                (0.0, 0.05),
                (0.0, 0.02),
                (0.01, 0.05),
                (0.02, 0.0),
                (0.02, 0.05),
            ):
                p = trends(range(SEEDS), periods, np.log1p(yearly / 100), wander, noise)
                share = (p <= 0.05).mean()
                print(f"| {periods} | {yearly:g} | {wander:g} | {noise:g} | {share:.3f} |")
    print(f"\nany false trend among 40 niches: {false_alarms(range(200)):.3f} of 200 markets")


if __name__ == "__main__":
    main()
