"""How concentrated attention is: the share of all reviews held by the tenth of gigs with most.

Interval: bootstrap-t of the log-odds (Davison & Hinkley 1997, 5.2), whose standard error is that
of a Lorenz ordinate (Beach & Davidson 1983), joined with the percentile interval: alone, the one
is too short where many gigs have the same count, the other where few gigs have most reviews.
"""

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


def log_odds(reviews: np.ndarray) -> tuple[float, float]:
    """Return the log-odds of `top_share` and their standard error; n >= 2, reviews > 0."""
    share = top_share(reviews)
    ordered = np.sort(reviews)[::-1]
    least = ordered[max(1, round(TOP_SHARE * len(ordered))) - 1]  # of the top tenth
    influence = np.maximum(ordered - least, 0) + TOP_SHARE * least - share * ordered
    error = float(np.std(influence, ddof=1) / np.mean(ordered) / np.sqrt(len(ordered)))
    return float(np.log(share / (1 - share))), error / (share * (1 - share))


def interval(reviews: np.ndarray) -> tuple[float, float]:
    """Return the 95 % interval of `top_share`; the point alone where all gigs are alike."""
    reviews = np.sort(reviews)  # draws are by position: the order of rows must not matter
    if len(reviews) < 2 or reviews[0] == reviews[-1]:
        return top_share(reviews), top_share(reviews)
    rng = np.random.default_rng(SEED)
    odds, error = log_odds(reviews)
    draws = np.array([log_odds(rng.choice(reviews, len(reviews))) for _ in range(RESAMPLES)])
    draws = draws[draws[:, 1] > 0]
    low, high = np.quantile((draws[:, 0] - odds) / draws[:, 1], [0.025, 0.975])
    plain = np.quantile(draws[:, 0], [0.025, 0.975])
    ends = min(plain[0], odds - error * high), max(plain[1], odds - error * low)
    return float(1 / (1 + np.exp(-ends[0]))), float(1 / (1 + np.exp(-ends[1])))


def estimate(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return per source, period and family the top tenth's share and its interval.

    Censored counts ('1k+') enter with their lower end, so the share is a lower bound: flag
    `lower_bound`. Columns: the mart's keys, n, value, lo, hi (0-1), flags.
    """
    reviews = frames["mart_gig_reviews"].filter(pl.col("reviews_low") > 0)
    everything = reviews.with_columns(pl.lit("*").alias("family"))
    key = ["source_id", "platform", "side", "period_start", "grain", "flags", "family"]
    rows = []
    for cell, group in pl.concat([everything, reviews]).group_by(key, maintain_order=True):
        values = group["reviews_low"].to_numpy().astype(float)
        point, (lo, hi) = top_share(values), interval(values)
        row = dict(zip(key, cell, strict=True))
        if group["is_censored"].any():
            row["flags"] = ";".join(filter(None, (row["flags"], "lower_bound")))
        rows.append(
            row | {"n": len(values), "value": point, "lo": min(point, lo), "hi": max(point, hi)}
        )
    schema = {name: reviews.schema[name] for name in key} | {
        "n": pl.Int64,
        "value": pl.Float64,
        "lo": pl.Float64,
        "hi": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema).sort(key)
