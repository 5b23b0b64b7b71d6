"""Coverage of the intervals of a backfilled month, over simulated markets with a known history.

Each seed is a market of 100,000 projects over ten years (benchmarks/freelancer_market.py). Every
month is drawn as the backfill draws it and estimated as the model does; its medians of budget, bids
and average bid are known. `python -m benchmarks.backfill_coverage [SEEDS]` prints one line each.
"""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime

import numpy as np

from benchmarks.freelancer_market import RANGES, Market, market
from etl.sources._freelancer_draw import PER_MONTH, draw, months, window_name
from models._windows import Draw, window_quantile

BEGIN, END, PROJECTS = "2015-01-01", "2025-01-01", 100_000


def _unix(moment: datetime) -> int:
    return int(moment.replace(tzinfo=UTC).timestamp())


def amounts(world: Market) -> dict[str, np.ndarray]:
    """Return what is measured of every project; a project without bids has no average."""
    budget = RANGES[world.budget].mean(axis=1)
    jitter = 1 + 0.3 * np.sin(world.posted)  # averages do not sit on a few values as budgets do
    average = np.where(world.bids > 0, budget * jitter, np.nan)
    return {"budget": budget, "bids": world.bids.astype(float), "average bid": average}


def month_outcomes(world: Market, month: date, per_month: int) -> dict[str, tuple[bool, float]]:
    """Return, per measure, whether the interval holds the month's median, and its width."""
    begin = datetime(month.year, month.month, 1)
    end = datetime(month.year + month.month // 12, month.month % 12 + 1, 1)
    whole = world.between(_unix(begin), _unix(end) - 1)
    total = whole.stop - whole.start
    index, names, note = [], [], {}
    for note, opens, closes in draw(month, total, per_month):
        part = world.between(_unix(opens), _unix(closes) - 1)
        index.extend(range(part.start, part.stop))
        names.extend([window_name(note)] * (part.stop - part.start))
    drawn, windows = Draw(note["windows"], note["drawn"]), np.array(names)
    outcomes = {}
    for name, values in amounts(world).items():
        truth = np.nanmedian(values[whole])
        sample = values[index]
        known = ~np.isnan(sample)
        _, lo, hi = window_quantile(sample[known], windows[known], 0.5, drawn)
        if lo is not None:
            outcomes[name] = (lo <= truth <= hi, (hi - lo) / truth)
    return outcomes


def coverage(seeds: int, per_month: int = PER_MONTH) -> dict[str, tuple[float, float, int]]:
    """Return measure -> (coverage, median relative width, intervals) over months and seeds."""
    found: dict[str, list[tuple[bool, float]]] = {}
    history = months(date.fromisoformat(BEGIN), datetime.fromisoformat(END))
    for seed in range(seeds):
        world = market(seed, BEGIN, END, PROJECTS)
        month = history[seed % len(history)]
        for name, outcome in month_outcomes(world, month, per_month).items():
            found.setdefault(name, []).append(outcome)
    return {
        name: (
            float(np.mean([held for held, _ in outcomes])),
            float(np.median([width for _, width in outcomes])),
            len(outcomes),
        )
        for name, outcomes in found.items()
    }


if __name__ == "__main__":
    SEEDS = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    for measure, (held, width, n) in coverage(SEEDS).items():
        print(f"median {measure}: covers {held:.1%} of {n} months, width {width:.0%} of the median")
