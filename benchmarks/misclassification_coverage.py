"""Do corrected shares cover the truth? Prints the tables of docs/methods/misclassification.md.

python -m benchmarks.misclassification_coverage [SEEDS]
"""

from __future__ import annotations

import sys

import numpy as np

from models import _misclassification as m

# How often each class is said of each, about as models/ai_relation.py does (its card), and how many
# hand-labelled listings of each there are: none, context, assisted, content, build.
RELATIONS = np.array([
    [0.98, 0.01, 0.00, 0.00, 0.01],
    [0.10, 0.57, 0.05, 0.03, 0.25],
    [0.01, 0.10, 0.53, 0.11, 0.25],
    [0.01, 0.03, 0.08, 0.81, 0.07],
    [0.01, 0.04, 0.02, 0.02, 0.91],
])  # fmt: skip
CHECKED = (225, 35, 20, 26, 154)
# Sensitivity, specificity, checked listings without and with the label.
DESIGNS = (
    (0.85, 0.95, (200, 30)),
    (0.9, 0.99, (300, 150)),
    (0.6, 0.98, (400, 20)),
    (0.4, 0.75, (100, 20)),
)
MARKETS = {
    "AI rare": (0.94, 0.02, 0.01, 0.01, 0.02),
    "AI common": (0.60, 0.10, 0.05, 0.05, 0.20),
}


def two_classes(sensitivity: float, specificity: float) -> np.ndarray:
    """Return the table of P(said | true)."""
    return np.array([[specificity, 1 - specificity], [1 - sensitivity, sensitivity]])


def simulate(
    rates: np.ndarray, checked: tuple[int, ...], share: tuple[float, ...], n: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return measured counts of n listings and the confusions of a check set of those sizes."""
    random = np.random.default_rng(seed)
    said = random.multinomial(n, np.asarray(share) @ rates)
    return said, np.stack(
        [random.multinomial(k, row) for k, row in zip(checked, rates, strict=True)]
    )


def coverage(
    rates: np.ndarray, checked: tuple[int, ...], share: tuple[float, ...], n: int, seeds: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, float]:
    """Return coverage, median width, bias corrected, bias as said (each per class), told share."""
    inside, width, error, plain, told = [], [], [], [], 0
    truth = np.asarray(share)
    for seed in range(seeds):
        said, table = simulate(rates, checked, share, n, seed)
        found = m.corrected_shares(said, table, seed)
        plain.append(said / n - truth)
        if found.share is None:
            continue
        told += 1
        inside.append((found.low <= truth) & (truth <= found.high))
        width.append(found.high - found.low)
        error.append(found.share - truth)
    return (np.mean(inside, axis=0), np.median(width, axis=0), np.mean(error, axis=0),
            np.mean(plain, axis=0), told / seeds)  # fmt: skip


def main(seeds: int) -> None:
    """Print coverage for two classes, for the AI relations, and for effects."""
    print("| sensitivity, specificity | checked | true share | n | coverage (width) | bias", end="")
    print(" | bias as said | told |\n|---|---|---|---|---|---|---|---|")
    for se, sp, checked in DESIGNS:
        for share in (0.02, 0.1, 0.3):
            for n in (200, 2_000):
                c, w, e, p, told = coverage(
                    two_classes(se, sp), checked, (1 - share, share), n, seeds
                )
                print(f"| {se}, {sp} | {checked[1]} + {checked[0]} | {share} | {n} | {c[1]:.3f} "
                      f"({w[1]:.3f}) | {e[1]:+.3f} | {p[1]:+.3f} | {told:.2f} |")  # fmt: skip
    print("\n| market | n | class | true share | coverage (width) | bias | bias as said |\n"
          "|---|---|---|---|---|---|---|")  # fmt: skip
    names = ("none", "context", "assisted", "content", "build")
    for market, share in MARKETS.items():
        for n in (500, 5_000):
            c, w, e, p, _ = coverage(RELATIONS, CHECKED, share, n, seeds)
            for i, name in enumerate(names):
                print(f"| {market} | {n} | {name} | {share[i]} | {c[i]:.3f} ({w[i]:.3f}) "
                      f"| {e[i]:+.3f} | {p[i]:+.3f} |")  # fmt: skip
    _effects(seeds)


def effect(seed: int, posts: int = 20_000, delta: float = -0.20, pi: tuple = (0.85, 0.05)) -> tuple:
    """Return (as measured, corrected, low, high) of one simulated market (METHODS S8).

    Two labelled groups of `posts` before; truly treated posts then change by `delta`, others stay.
    Both shares come from 200 checked posts per group.
    """
    random = np.random.default_rng(seed)
    after = [random.poisson(posts * (1 + delta * share)) for share in pi]
    before = random.poisson(posts, 2)
    ratio = (after[0] / before[0]) / (after[1] / before[1])
    error = np.sqrt(sum(1 / count for count in (*after, *before)))
    checked = [(int(random.binomial(200, share)), 200) for share in pi]
    found = m.effect_interval(np.log(ratio), error, *checked, seed=seed)
    return (ratio - 1, *(found or (np.nan,) * 3))


def _effects(seeds: int) -> None:
    print("\n| true effect | as measured | corrected | coverage | told |\n|---|---|---|---|---|")
    for delta in (-0.2, -0.05, 0.3):
        rows = np.array([effect(seed, delta=delta) for seed in range(seeds)])
        told = ~np.isnan(rows[:, 1])
        inside = (rows[told, 2] <= delta) & (delta <= rows[told, 3])
        print(f"| {delta:+.2f} | {rows[:, 0].mean():+.3f} | {rows[told, 1].mean():+.3f} "
              f"| {inside.mean():.3f} | {told.mean():.2f} |")  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
