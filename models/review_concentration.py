"""How concentrated attention is: the share of all reviews held by the tenth of gigs with most."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

READS = ("mart_gig_reviews",)
WRITES = "est_review_concentration"

RESAMPLES = 1000
SEED = 20260101
TOP_SHARE = 0.1


def top_share(reviews: np.ndarray) -> float:
    """Return the share of the total held by the top tenth (at least one gig).

    >>> top_share(np.array([1, 1, 1, 1, 1, 1, 1, 1, 1, 11]))
    0.55
    """
    ordered = np.sort(reviews)[::-1]
    top = max(1, round(TOP_SHARE * len(ordered)))
    return float(ordered[:top].sum() / ordered.sum())


def estimate(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return per source, period and family the top tenth's share, bootstrap percentile interval.

    Censored counts ('1k+') enter with their lower end, so the share is a lower bound: flag
    `lower_bound`. Columns: the mart's keys, n, value, lo, hi (0-1), flags.
    """
    reviews = frames["mart_gig_reviews"].filter(pl.col("reviews_low") > 0)
    everything = reviews.with_columns(pl.lit("*").alias("family"))
    key = ["source_id", "platform", "side", "period_start", "grain", "flags", "family"]
    rows = []
    for cell, group in pl.concat([everything, reviews]).group_by(key, maintain_order=True):
        values = np.sort(group["reviews_low"].to_numpy()).astype(float)  # draws are by position
        rng = np.random.default_rng(SEED)
        draws = [top_share(rng.choice(values, len(values))) for _ in range(RESAMPLES)]
        point = top_share(values)
        lo, hi = np.quantile(draws, [0.025, 0.975])
        row = dict(zip(key, cell, strict=True))
        if group["is_censored"].any():
            row["flags"] = ";".join(filter(None, (row["flags"], "lower_bound")))
        rows.append(
            row
            | {
                "n": len(values),
                "value": point,
                "lo": min(point, float(lo)),
                "hi": max(point, float(hi)),
            }
        )
    schema = {name: reviews.schema[name] for name in key} | {
        "n": pl.Int64,
        "value": pl.Float64,
        "lo": pl.Float64,
        "hi": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema).sort(key)
