"""How outlooks fare: every series of an edition, and simulated series. Prints the tables of
docs/methods/outlook.md.

python -m benchmarks.outlook_backtest [metric_values.parquet]
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import polars as pl

from models import outlook
from models._forecast_choice import choose, judge, scaled_errors
from models._forecast_methods import METHODS, NAIVE, Monthly, forecasts

ROOT = Path(__file__).resolve().parent.parent
SERIES, MONTHS = 500, 96


def simulated(kind: str, series: int, months: int = MONTHS, seed: int = 0) -> list[Monthly]:
    """Return series of one kind: walk, seasonal, trend (an AR 0.9 drift), level (AR 0.6)."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(0, 0.05, (series, months))
    if kind == "walk":
        y = noise.cumsum(axis=1)
    elif kind == "seasonal":
        pattern = rng.normal(0, 0.3, (series, 12))
        y = np.tile(pattern, months // 12 + 1)[:, :months] + noise
    elif kind == "trend":
        drift = np.zeros((series, months))
        for t in range(1, months):
            drift[:, t] = 0.9 * drift[:, t - 1] + rng.normal(0, 0.02, series)
        y = drift.cumsum(axis=1) + 0.2 * noise
    else:
        y = np.zeros((series, months))
        for t in range(1, months):
            y[:, t] = 0.6 * y[:, t - 1] + noise[:, t]
    return [Monthly(2018 * 12, np.exp(row), False) for row in y]


def study(kind: str, series: int) -> tuple[float, float, float, dict[str, int]]:
    """Return mean MASE shown and naive, coverage, and how often each method is chosen at last."""
    made = simulated(kind, series)
    judged, chosen = [], dict.fromkeys(METHODS, 0)
    for one, ahead in zip(made, forecasts(made), strict=True):
        errors = scaled_errors(one, ahead)
        judged.append(judge(one, ahead, errors))
        chosen[choose(errors, len(one.values) - 1)[0]] += 1
    means = [float(np.mean([getattr(j, name) for j in judged]))
             for name in ("mase", "mase_naive", "coverage")]  # fmt: skip
    return *means, chosen


def _edition(path: Path) -> None:
    rows = outlook.estimate({"metric_values": pl.read_parquet(path)})
    backtest = rows.filter(measure="backtest")
    keys = ["source_id", "geo", "dims"]
    table = backtest.pivot(on="stat", index=keys, values="value").join(
        backtest.filter(stat="mase").select(*keys, "value_text", "reason"), on=keys
    )
    print("| target | geo | shown | MASE | naive | coverage | outlooks |")
    print("|---|---|---|---|---|---|---|")
    for row in table.sort("dims", "geo").iter_rows(named=True):
        print(f"| {row['dims']} | {row['geo']} | {row['value_text']} | {row['mase']:.3f} "
              f"| {row['mase_naive']:.3f} | {row['coverage']:.3f} "
              f"| {row['reason'].split(' ')[0]} |")  # fmt: skip
    won = table["value_text"].is_in(NAIVE).sum()
    no_better = (table["mase"] >= table["mase_naive"]).sum()
    print(f"\nnaive is shown in {won} of {table.height} series; in {no_better} what would have")
    print(f"been shown erred no less than naive; mean coverage {table['coverage'].mean():.3f}")
    for row in rows.filter(value_text="no outlook").iter_rows(named=True):
        print(f"none: {row['dims']} ({row['source_id']}): {row['reason']}")


def main() -> None:
    """Print both tables."""
    shipped = ROOT / "data" / "shipped" / "metric_values.parquet"
    _edition(Path(sys.argv[1]) if len(sys.argv) > 1 else shipped)
    print("\n| simulated | MASE | naive | coverage | " + " | ".join(METHODS) + " |")
    print("|---|---|---|---|" + "---|" * len(METHODS))
    for kind in ("walk", "seasonal", "trend", "level"):
        mase, naive, coverage, chosen = study(kind, SERIES)
        counts = " | ".join(str(chosen[name]) for name in METHODS)
        print(f"| {kind} | {mase:.3f} | {naive:.3f} | {coverage:.3f} | {counts} |", flush=True)


if __name__ == "__main__":
    main()
