"""S12: is a new service found in time, and how often is nothing called something?

`python -m benchmarks.emergence_simulation [SEEDS]` prints the tables of docs/methods/emergence.md.
Two simulated markets: one of counts (every seed) and one of texts (every tenth seed), read by the
model from the first letter on.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime

import numpy as np
import polars as pl
from scipy import stats

from etl.reference import _csv
from models._bursts import (
    FEWEST_POSTS,
    LEAST_RATIO,
    PRESENT_POSTS,
    Counts,
    _discovered,
    overdispersion,
    rising,
    window,
)
from models._intervals import wilson
from models._source_bursts import told

SEEDS, TERMS, MONTHS, QUIET = 200, 2_000, 36, 26
SPREADS = (0.0, 0.2)  # standard deviation of a term's log share from month to month
SYLLABLES = [a + b for a in "bdkl" for b in ("an", "emo", "iru", "ola", "usk")]
MARKETS = {"0.5 %, 5,000 a month": (0.005, 5_000), "0.5 %, 1,000 a month": (0.005, 1_000),
           "0.2 %, 5,000 a month": (0.002, 5_000), "2 %, 1,000 a month": (0.02, 1_000)}  # fmt: skip


def background(random: np.random.Generator, posts: int, spread: float) -> np.ndarray:
    """Return counts of ordinary terms x months: Zipf shares that wander without a trend.

    Half of the log share's variance is new each month, half follows the month before (0.7).
    """
    share = 0.3 / np.arange(1, TERMS + 1) ** 0.8
    noise = random.normal(0, spread, (TERMS, MONTHS))
    slow = np.zeros_like(noise)
    for month in range(1, MONTHS):
        slow[:, month] = 0.7 * slow[:, month - 1] + 0.71 * noise[:, month]
    wander = np.sqrt(0.5) * (slow + random.normal(0, spread, noise.shape))
    return random.binomial(posts, np.minimum(share[:, None] * np.exp(wander), 0.9))


def ramp(random: np.random.Generator, level: float, posts: int) -> np.ndarray:
    """Return the counts of a term that rises from nothing over six months after two quiet years."""
    rise = np.clip((np.arange(MONTHS) - QUIET + 1) / 6, 0, 1)
    return random.binomial(posts, level * rise)


def delay(counts: Counts, found: list[np.ndarray]) -> int | None:
    """Return the months from the start of the ramp to the first flag of the last term."""
    new = counts.posts.shape[0] - 1
    return next((month - QUIET + 1 for month in range(MONTHS) if new in found[month]), None)


def by_normal_test(counts: Counts, month: int) -> np.ndarray:
    """Return what the normal test of the log-odds flags: the same but for the p-values."""
    seen = window(counts, month)
    if seen is None:
        return np.array([], dtype=int)
    p = stats.norm.sf(seen.log_odds / np.sqrt(seen.variance + overdispersion(seen)))
    passed = _discovered(p, seen.a >= FEWEST_POSTS) & (seen.ratio >= LEAST_RATIO)
    present = counts.posts[:, month - 2 : month + 1] >= PRESENT_POSTS
    return np.flatnonzero(passed & (present[:, 1:] & present[:, :-1]).any(axis=1))


def counts_table(seeds: int, test: Callable[[Counts, int], np.ndarray]) -> None:
    """Print detection and false alarms per market and spread of ordinary terms."""
    print(
        f"| market | spread | found by month 4 of {seeds} | median delay | false alarms a month |"
    )
    print("|---|---|---|---|---|")
    for name, (level, posts) in MARKETS.items():
        for spread in SPREADS:
            delays, alarms = [], []
            for seed in range(seeds):
                random = np.random.default_rng(seed)
                usual = background(random, posts, spread)
                table = np.vstack([usual, ramp(random, level, posts)])
                counts = Counts(table, np.full(MONTHS, posts), np.ones(MONTHS, dtype=bool))
                found = [test(counts, month) for month in range(MONTHS)]
                delays.append(delay(counts, found) or np.inf)
                first = {int(i): m for m in reversed(range(MONTHS)) for i in found[m] if i < TERMS}
                alarms.append(len(first) / sum(m >= 11 for m in range(MONTHS)))
            k = sum(d <= 4 for d in delays)
            low, high = wilson(k, seeds)
            error = 1.96 * np.std(alarms) / np.sqrt(seeds)
            print(f"| {name} | {spread} | {k} = {k / seeds:.3f} [{low:.3f}, {high:.3f}] |"
                  f" {np.median(delays):.0f} | {np.mean(alarms):.4f} ± {error:.4f} |")  # fmt: skip


def listings(seed: int, posts: int = 1_500, level: float = 0.02) -> pl.DataFrame:
    """Return listings of invented words over 15 months, with five planted terms.

    `newthing` ramps up; `bannedthing` is named only to be ruled out; `spamthing` comes from one
    poster who changes a few words; `newname` takes the place of `oldname`; `steadything` stays.
    """
    random = np.random.default_rng(seed)
    words = np.array([SYLLABLES[i // 20] + SYLLABLES[i % 20] for i in range(400)])
    chance = 1 / np.arange(1, 401) ** 0.8
    rows = []
    for month in range(15):
        rise = np.clip((month - 9) / 6, 0, 1)
        drawn = random.choice(words, (posts, 14), p=chance / chance.sum())
        lot = random.random((posts, 5))
        for i in range(posts):
            line = " ".join(drawn[i])
            if lot[i, 0] < level * rise:
                line += ", newthing"
            if lot[i, 1] < 2 * level * rise:
                line += random.choice([". no bannedthing please", ". do not use bannedthing",
                                       ". bannedthing is not allowed"])  # fmt: skip
            if lot[i, 2] < 2 * level:
                line += ", oldname bamo bamu balo" if random.random() > rise else (
                    ", newname bamo bamu balo")  # fmt: skip
            line += ", steadything" if lot[i, 3] < level else ""
            if lot[i, 4] < 2 * level * rise:
                line = f"acme studio offers spamthing today {' '.join(drawn[i][:4])}"
            rows.append((datetime(2020 + month // 12, month % 12 + 1, 1 + i % 28), line))
    frame = pl.DataFrame(rows, schema={"posted_at": pl.Datetime, "title": pl.String}, orient="row")
    return frame.with_columns(text=pl.lit(None, pl.String),
                              skills=pl.lit(None, pl.List(pl.String)))  # fmt: skip


def texts_table(seeds: int) -> None:
    """Print what becomes of the planted terms when the model reads texts."""
    reference = {f"ref_{name}": _csv(f"{name}.csv")
                 for name in ("ai_terms", "term_rules", "service_terms")}  # fmt: skip
    source = {"source_id": "s", "platform": "p", "scope": "window"}
    planted = ("newthing", "bannedthing", "spamthing", "newname", "steadything")
    flagged, renamed, wrong, others = dict.fromkeys(planted, 0), 0, 0, 0
    for seed in range(seeds):
        one = told(listings(seed), source, reference, set(planted) | {"oldname"})
        passed = one.burst.filter(pl.col("posters") >= 5)
        for term in planted:
            flagged[term] += term in passed["term"].to_list()
        told_of = dict(one.renamed.select("term", "is_rename_of").iter_rows())
        renamed += told_of.pop("newname", None) == "oldname"
        wrong += sum("newname" not in term for term in told_of)
        others += passed.filter(~pl.col("term").str.contains("thing|name"))["term"].n_unique()
    print(f"\ntexts, {seeds} seeds: promoted {flagged}; newname told as rename {renamed};"
          f" other renames {wrong}; ordinary terms promoted {others}")  # fmt: skip


def main() -> None:
    """Print both tables."""
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS
    print("as the model tests")
    counts_table(seeds, rising)
    print("\nnormal test of the log-odds, three months with nine")
    counts_table(seeds, by_normal_test)
    texts_table(max(1, seeds // 10))


if __name__ == "__main__":
    main()
