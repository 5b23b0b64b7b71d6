"""How good are the shock estimators where the truth is known? Tables of docs/methods/shock.md.

python -m benchmarks.shock_coverage [seeds per design, 500]

A simulated market (METHODS S2): 24 categories, 8 treated, 104 weeks, the shock before week 70,
about 200 posts a week, categories of unequal size (log sd 0.6), negative binomial (dispersion 30),
a common season, AR(1) noise of 0.6 (innovations sd 0.08) and a random walk (sd 0.012 a week) of
each category's own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np
from scipy.signal import lfilter

from models._break_search import single_break
from models._panel import (
    Panel,
    log_gap,
    log_ols,
    panel,
    ppml,
    pre_slope,
    trend_extrapolated,
    trend_interaction,
)
from models._panel_anomaly import anomalies
from models._panel_inference import Effect, effect, permutation_p, wild_p
from models._panel_trend import extrapolated, hac
from models._sdid import sdid

TRUTH = float(np.log(0.8))
FIRST = 70


def market(seed: int, categories: int = 24, treated: int = 8, weeks: int = 104, first: int = FIRST,
           mean: float = 200, effect: float = TRUTH, trend: float = 0.0,
           spike: bool = False) -> Panel:  # fmt: skip
    """Return a simulated market; `trend`: of the treated, log points a week; `spike`: x 1.5 for
    eight weeks before the shock in the treated."""
    rng = np.random.default_rng(seed)
    own, t = np.arange(categories) < treated, np.arange(weeks) - first
    size = rng.normal(0, 0.6, categories)
    size -= np.log(np.exp(size).mean())
    shocks = rng.normal(0, 0.08, (categories, weeks))
    shocks[:, 0] /= 0.8  # stationary
    log = np.log(mean) + size[:, None] + 0.15 * np.sin(2 * np.pi * t / 52)
    log = log + lfilter([1], [1, -0.6], shocks, axis=1)
    log += np.cumsum(rng.normal(0, 0.012, (categories, weeks)), axis=1)
    log += own[:, None] * (effect * (t >= 0) + trend * t)
    if spike:
        log[:treated, first - 30 : first - 22] += np.log(1.5)
    counts = rng.poisson(np.exp(log) * rng.gamma(30, 1 / 30, log.shape))
    return panel(counts, own, first)


def noise(
    seed: int, memory: float, sd: float = 0.05, months: int = 40, jump: float = 0.0
) -> np.ndarray:
    """Return AR(1) noise of a given sd with a jump in its middle."""
    rng = np.random.default_rng(seed)
    steps = rng.normal(0, sd * np.sqrt(1 - memory**2), months)
    steps[0] = rng.normal(0, sd)
    return lfilter([1], [1, -memory], steps) + jump * (np.arange(months) >= months // 2)


def cleaned(p: Panel) -> Panel:
    """Return a panel of weeks without those that the anomaly rule leaves out."""
    return p.where(~anomalies(np.log(p.counts), p.treated, int((~p.post).sum()), "week")[1])


def hac_slope_p(p: Panel) -> float:
    """Return the p of the gap's slope before the shock by HAC errors (13 lags)."""
    before = p.where(~p.post)
    x = np.stack([np.ones(len(before.time)), before.time], axis=1)
    b, cov = hac(log_gap(before, *before.label)[0], x, 13)
    return Effect(float(b[1]), float(np.sqrt(cov[1, 1])), len(x) - 2).p


def cell_iid(p: Panel) -> Effect:
    """Return log-OLS with the error of independent cells: what not to do."""
    logs = np.log(np.maximum(p.counts, 0.5))
    inside = logs - logs.mean(axis=1, keepdims=True) - logs.mean(axis=0) + logs.mean()
    x = np.outer(p.treated - p.treated.mean(), p.post - p.post.mean())
    b = float((x * inside).sum() / (x**2).sum())
    cells, (rows, columns) = logs.size, logs.shape
    residual = ((inside - b * x) ** 2).sum() / (cells - rows - columns)
    return Effect(b, float(np.sqrt(residual / (x**2).sum())), cells - rows - columns)


def summary(found: list[Effect], truth: float) -> str:
    """Return bias, sd (pp), coverage and rejection share of one estimator over seeds."""
    percent = np.array([100 * np.expm1(e.value) for e in found])
    ends = [e.interval for e in found]
    covered = [lo <= truth <= hi for lo, hi in ends if lo is not None]
    rejected = [not lo <= 0 <= hi for lo, hi in ends if lo is not None]
    bias = percent.mean() - 100 * np.expm1(truth)
    return (f"{percent.mean():.1f} | {bias:+.2f} | {percent.std():.1f} | "
            f"{np.mean(covered):.3f} | {np.mean(rejected):.3f}")  # fmt: skip


DESIGNS: dict[str, tuple[dict, float]] = {
    "S2: -20 %, 8 of 24": ({}, TRUTH),
    "S3: no effect": ({"effect": 0.0}, 0.0),
    "S6: no effect, trend -0.25 %/week": ({"effect": 0.0, "trend": -0.0025}, 0.0),
    "S7: -20 %, spike of 8 weeks": ({"spike": True}, TRUTH),
    "-20 %, 2 of 6": ({"categories": 6, "treated": 2}, TRUTH),
    "-20 %, 1 of 6": ({"categories": 6, "treated": 1}, TRUTH),
    "no effect, 1 of 6": ({"categories": 6, "treated": 1, "effect": 0.0}, 0.0),
}
ESTIMATORS: dict[str, Callable[[Panel], Effect]] = {
    "PPML": lambda p: effect(p, ppml),
    "log-OLS": lambda p: effect(p, log_ols),
    "log-OLS, cells independent": cell_iid,
    "PPML with trend": lambda p: effect(p, trend_interaction),
    "extrapolated trend, HAC": lambda p: extrapolated(p, "week"),
    "extrapolated trend, categories": lambda p: effect(p, trend_extrapolated),
    "synthetic DiD": sdid,
}


def effects_table(seeds: int) -> None:
    """Print bias, spread, coverage and rejections per design and estimator."""
    print(
        "| design | estimator | mean % | bias pp | sd pp | coverage | rejects 0 |\n|-|-|-|-|-|-|-|"
    )
    for design, (options, truth) in DESIGNS.items():
        panels = [market(seed, **options) for seed in range(seeds)]
        for name, estimator in ESTIMATORS.items():
            few = panels[:60] if name == "synthetic DiD" else panels
            told = [estimator(p) for p in few]
            print(f"| {design} | {name} | {summary(told, truth)} |", flush=True)
        if "spike" in options:
            told = [effect(cleaned(p), ppml) for p in panels]
            print(f"| {design} | PPML, anomalies left out | {summary(told, truth)} |", flush=True)


def tests_table(seeds: int) -> None:
    """Print power and false alarms of tests at 5 %."""
    print("\n| test at 5 % | design | rejects |\n|-|-|-|")
    for name, options in {
        "8 of 24": {}, "8 of 24, no effect": {"effect": 0.0},
        "4 of 12": {"categories": 12, "treated": 4}, "3 of 8": {"categories": 8, "treated": 3},
        "3 of 8, no effect": {"categories": 8, "treated": 3, "effect": 0.0},
        "2 of 6, no effect": {"categories": 6, "treated": 2, "effect": 0.0},
    }.items():  # fmt: skip
        panels = [market(seed, **options) for seed in range(seeds)]
        for test, p_of in (("permutation of PPML", lambda p: permutation_p(p, ppml)),
                           ("permutation of log-OLS", lambda p: permutation_p(p, log_ols)),
                           ("wild bootstrap of log-OLS", wild_p)):  # fmt: skip
            print(
                f"| {test} | {name} | {np.mean([p_of(p) <= 0.05 for p in panels]):.3f} |",
                flush=True,
            )
    for trend in (0.0, -0.0025, -0.005):
        panels = [market(seed, effect=0.0, trend=trend) for seed in range(seeds)]
        for test, p_of in (("slope, permutation", lambda p: permutation_p(p, pre_slope)),
                           ("slope, HAC", hac_slope_p)):  # fmt: skip
            share = np.mean([p_of(p) <= 0.05 for p in panels])
            print(f"| {test} | trend {100 * trend:.2f} %/week | {share:.3f} |", flush=True)


def sparse_table(seeds: int) -> None:
    """Print what ln(1 + y) makes of small counts, and PPML beside it."""
    print("\n| posts per cell | PPML mean % | ln(1 + y) mean % |\n|-|-|-|")
    for mean in (0.5, 2, 5, 20):
        panels = [market(seed, mean=mean) for seed in range(seeds)]
        plain = np.mean([100 * np.expm1(ppml(p, *p.label)[0]) for p in panels])
        print(
            f"| {mean} | {plain:.1f} | {np.mean([plus_one(p) for p in panels]):.1f} |", flush=True
        )


def plus_one(p: Panel) -> float:
    """Return the effect (%) that ln(1 + y) would give: shown to warn, used nowhere."""
    change = np.log1p(p.counts)[:, p.post].mean(axis=1) - np.log1p(p.counts)[:, ~p.post].mean(
        axis=1
    )
    return float(100 * np.expm1(change[p.treated].mean() - change[~p.treated].mean()))


def breaks_table(seeds: int) -> None:
    """Print how often the break search finds the month of a break, and one where there is none."""
    print("\n| noise | sd | within 2 months | found | false |\n|-|-|-|-|-|")
    for memory in (0.0, 0.6, 0.8):
        for sd in (0.05, 0.15):
            real = [single_break(noise(s, memory, sd, jump=TRUTH), 6) for s in range(seeds)]
            none = [single_break(noise(s, memory, sd), 6) for s in range(seeds)]
            near = np.mean([abs(b.at - 20) <= 2 for b in real if b])
            found, false = (np.mean([b.is_found for b in told if b]) for told in (real, none))
            print(f"| AR({memory}) | {sd} | {near:.3f} | {found:.3f} | {false:.3f} |", flush=True)


if __name__ == "__main__":
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    effects_table(number)
    tests_table(number)
    sparse_table(number)
    breaks_table(number)
