"""How fast bids arrive: bids gained per day between a listing's first and last sighting."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from models._intervals import quantile_interval

READS = ("mart_bid_pairs",)
WRITES = "est_bid_growth"


def estimate(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return per source the median (and quartiles) of bids gained per day, one pair per listing.

    Columns: source_id, platform, side, period_start, stat, n, value, lo, hi (bids per day). One
    pair per listing keeps the pairs independent. Bids can fall: they are withdrawn.
    """
    pairs = (
        frames["mart_bid_pairs"]
        .with_columns(
            ((pl.col("last_at") - pl.col("first_at")).dt.total_seconds() / 86_400).alias("days")
        )
        .with_columns(((pl.col("last_bids") - pl.col("first_bids")) / pl.col("days")).alias("pace"))
    )
    rows = []
    for key, group in pairs.group_by("source_id", "platform", "side", maintain_order=True):
        pace = np.sort(group["pace"].to_numpy())
        start = group["first_at"].min().date().replace(day=1)
        for stat, p in {"p25": 0.25, "median": 0.5, "p75": 0.75}.items():
            value, lo, hi = quantile_interval(pace, p)
            rows.append((*key, start, stat, len(pace), value, lo, hi))
    schema = {
        "source_id": pl.String,
        "platform": pl.String,
        "side": pl.String,
        "period_start": pl.Date,
        "stat": pl.String,
        "n": pl.Int64,
        "value": pl.Float64,
        "lo": pl.Float64,
        "hi": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row").sort("source_id", "stat")
