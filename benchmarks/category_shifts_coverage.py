"""How often intervals of share changes hold, and how often families are called that did not move.

python -m benchmarks.category_shifts_coverage
"""

from __future__ import annotations

from datetime import date

import numpy as np
from scipy import stats

from models._share_change import Section, log_odds, share_change

SEEDS = 1_000
# shares of twelve families in January 2023, from the shipped edition
SHARES = np.array([3.5, 9.0, 1.3, 3.0, 20.7, 3.8, 2.7, 1.0, 18.0, 2.4, 25.6, 9.1])
MOVED = 4  # the fifth family is the one that moves, where one does
SIZES = {2: 4_900, 4: 16_000}  # captures of January 2023, weeks of 2026
SPREADS = {
    "none": np.zeros(12),
    "all 0.05": np.full(12, 0.05),
    "all 0.15": np.full(12, 0.15),
    "half 0.1": np.repeat([0.1, 0.0], 6),
    "one 0.2": np.where(np.arange(12) == MOVED, 0.2, 0.0),
}


def section(
    rng: np.random.Generator, captures: int, spread: np.ndarray, odds: float = 1.0
) -> Section:
    """Return captures whose log-odds vary by `spread`; one family's odds are multiplied."""
    p = SHARES / SHARES.sum()
    p = np.where(np.arange(12) == MOVED, p * odds, p)
    counts = []
    for _ in range(captures):
        drawn = p * np.exp(rng.normal(0, 1, 12) * spread)
        counts.append(rng.multinomial(SIZES[captures], drawn / drawn.sum()))
    k = np.column_stack(counts).astype(float)
    return Section("one", "p", date(2023, 1, 1), tuple("abcdefghijkl"), k, k.sum(axis=0))


def study(spread: np.ndarray, odds: float, seeds: int) -> tuple[float, float, float, float]:
    """Return coverage of the log odds ratio (all, the moving family), false alarms, power.

    False alarms: comparisons in which any family that stood still is called; by the shares' own
    truth, which moves a little for all where one moves: only with odds of 1.
    """
    truth = np.log(_odds(odds) / _odds(1.0))
    held, called, power = [], 0, 0
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        sides = section(rng, 2, spread), section(rng, 4, spread, odds)
        said = share_change(*sides)
        rows = [row for row in said if row["stat"] == "odds_ratio"]
        held.append([np.log(r["lo"]) <= t <= np.log(r["hi"])
                     for r, t in zip(rows, truth, strict=True)])  # fmt: skip
        words = [r["value_text"] for r in said if r["stat"] == "difference"]
        told = [word in ("higher", "lower") for word in words]
        called += any(told) and odds == 1
        power += told[MOVED]
    cover = np.mean(held, axis=0)
    return float(cover.mean()), float(cover[MOVED]), called / seeds, power / seeds


def _odds(moved_by: float) -> np.ndarray:
    p = np.where(np.arange(12) == MOVED, SHARES * moved_by, SHARES)
    p = p / p.sum()
    return p / (1 - p)


def one_side(captures: int, spread: np.ndarray, seeds: int) -> tuple[float, float]:
    """Return the coverage of one cross-section's shares: all families, and the fifth."""
    held = []
    for seed in range(seeds):
        _, odds, variance, df = log_odds(section(np.random.default_rng(seed), captures, spread))
        half = stats.t.ppf(0.975, df) * np.sqrt(variance)
        held.append(np.abs(odds - np.log(_odds(1.0))) <= half)
    cover = np.mean(held, axis=0)
    return float(cover.mean()), float(cover[MOVED])


def main() -> None:
    """Print both tables."""
    print("| captures | spread between captures | all families | design |")
    print("|---|---|---|---|")
    for captures in SIZES:
        for name, spread in SPREADS.items():
            print("| {} | {} | {:.3f} | {:.3f} |".format(
                captures, name, *one_side(captures, spread, SEEDS)))  # fmt: skip
    print("\n| spread | odds moved by | coverage | of the moved | any false alarm | power |")
    print("|---|---|---|---|---|---|")
    for name, spread in SPREADS.items():
        for odds in (1.0, 1.25, 1.6):
            found = study(spread, odds, SEEDS)
            alarms = f"{found[2]:.3f}" if odds == 1 else "-"
            power = f"{found[3]:.3f}" if odds != 1 else "-"
            print(f"| {name} | {odds} | {found[0]:.3f} | {found[1]:.3f} | {alarms} | {power} |",
                  flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
