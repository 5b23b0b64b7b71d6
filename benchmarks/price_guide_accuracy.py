"""How right is the price guide over many splits, by source, and on later listings?

python -m benchmarks.price_guide_accuracy FOLDER

FOLDER holds core_listings, core_readings and est_listing_labels as Parquet files, taken from a
warehouse built of ../shared/data. Prints the tables of models/price_guide.md.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from models import price_guide
from models._price_accuracy import log_quantiles
from models._price_guide_rows import PARTS, guide_rows

SPLITS = 15
LATER = "upwork_tracks"  # the newest listings: 2025, all else is from 2022-11 to 2024-08


def split(rows: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Return the rows with another random split of whole near-duplicate groups."""
    names, number = np.unique(rows["group"].to_numpy(), return_inverse=True)
    drawn = np.random.default_rng(seed).random(len(names))
    cut = np.cumsum(list(PARTS.values()))[:-1]
    part = np.array(list(PARTS))[np.searchsorted(cut, drawn[number])]
    return rows.with_columns(part=pl.Series(part))


def inside(guide: Mapping[str, Any], held: pl.DataFrame) -> np.ndarray:
    """Return whether each price lies inside the guide's range."""
    found = log_quantiles(guide, held, guide["widen"])
    price = held["log_price"].to_numpy()
    return (price >= found[:, 0]) & (price <= found[:, 2])


def _splits(rows: pl.DataFrame, pricing: str) -> None:
    kept = []
    for seed in range(1, SPLITS + 1):
        guide = price_guide.guide_of(split(rows, seed))
        told = price_guide.errors({pricing: guide})
        kept.append({f"{s} {d.split(';')[0]}": v
                     for s, d, v in told.select("stat", "dims", "value").iter_rows()}
                    | {"in band": float(told.filter(stat="share")["value_text"][0]
                                        .startswith("within"))})  # fmt: skip
    table = pl.DataFrame(kept)
    for name in sorted(table.columns):
        print(f"| {pricing} | {name} | {table[name].mean():.4f} | {table[name].std():.4f} |")


def _later(rows: pl.DataFrame, pricing: str) -> None:
    """Print the coverage on a newer source that neither taught nor calibrated."""
    old = rows.filter(pl.col("source_id") != LATER)
    new = rows.filter(pl.col("source_id") == LATER).unique("group", maintain_order=True)
    held = inside(price_guide.guide_of(split(old, 0)), new)
    print(f"| {pricing} | {LATER} unseen | {held.mean():.3f} | n {len(held)} |")


def main() -> None:
    """Print the tables."""
    folder = Path(sys.argv[1])
    names = price_guide.LEARNS_FROM
    rows = guide_rows({name: pl.read_parquet(folder / f"{name}.parquet") for name in names})
    print(f"seeds 1-{SPLITS}\n| pricing | figure | mean | sd over splits |\n|---|---|---|---|")
    for pricing in ("hourly", "fixed"):
        own = rows.filter(pl.col("pricing_type") == pricing)
        _splits(own, pricing)
        _later(own, pricing)


if __name__ == "__main__":
    main()
