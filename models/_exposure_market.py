"""What demand and price of a family or niche did, against the other groups of the same series.

Demand: the Online Labour Index (ended in 2024). Price: matched gigs of the recent Fiverr panel.
Nothing here decides; where there is no number or no interval there is null.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
import polars as pl
from scipy import stats

from models._intervals import LEVEL

SHOCK = datetime(2022, 12, 1)  # the first whole month with ChatGPT (released 30 November 2022)
WINDOW = 12  # months averaged on either side, so that seasons cancel
LEFT_OUT = "anomaly_spike|partial"  # flags of months that no comparison may use
NOT_AN_OCCUPATION = ("occupation_group=all", "occupation_group=microwork")
CHANGES = {
    "family": pl.String, "niche": pl.String, "what": pl.String,
    "change": pl.Float64, "lo": pl.Float64, "hi": pl.Float64,
}  # fmt: skip


def observed_changes(series: pl.DataFrame, groups: pl.DataFrame) -> pl.DataFrame:
    """Return what demand and price did: family, niche (null: the whole family), what, change.

    Changes and their 95 % intervals `lo`, `hi` are fractions (-0.2: a fifth less), relative to the
    other groups of the same series: what happens to all work alike is nobody's exposure.
    """
    found = pl.concat([_demand(series), _price(series)])
    links = groups.select("source_id", "label", "family", "niche")
    return found.join(links, on=["source_id", "label"], maintain_order="left").select(
        pl.col("family", "niche").cast(pl.String), "what",
        *(pl.col(c).exp() - 1 for c in ("change", "lo", "hi")),
    ).cast(CHANGES)  # fmt: skip


def _demand(series: pl.DataFrame) -> pl.DataFrame:
    """Return the log change of each group's share since the shock, beyond its own earlier trend.

    A group's mean log share of the last year less that of the year before the shock, less the mean
    of such changes over the equally long spans before. The interval is Student's, from how these
    earlier changes differ, pooled over groups: one treated group has no other yardstick.
    """
    levels = series.filter(
        (pl.col("source_id") == "oli")
        & ~pl.col("dims").is_in(NOT_AN_OCCUPATION)
        & ~pl.col("flags").fill_null("").str.contains(LEFT_OUT)
    ).select(
        "period_start", pl.col("dims").str.strip_prefix("occupation_group="), pl.col("value").log()
    )
    if levels.is_empty():
        return _changes("oli", "demand", [], [], [], [])
    months = pl.datetime_range(
        levels["period_start"].min(), levels["period_start"].max(), "1mo", eager=True
    ).cast(levels.schema["period_start"])
    wide = pl.DataFrame({"period_start": months}).join(
        levels.pivot("dims", index="period_start", values="value"),
        on="period_start", how="left", maintain_order="left",
    )  # fmt: skip
    names = sorted(set(wide.columns) - {"period_start"})
    table = wide.select(names).to_numpy().astype(float)
    share = table - np.log(np.exp(table).sum(axis=1, keepdims=True))
    before = int((wide["period_start"] < SHOCK).sum())
    change, half = _beyond_trend(share, before)
    return _changes("oli", "demand", names, change, change - half, change + half)


def _beyond_trend(share: np.ndarray, before: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the change beyond trend and half its interval per column; NaN where it has none."""
    lag = len(share) - before  # months from the year before the shock to the last year
    ends = range(before, WINDOW - 1, -lag) if lag >= WINDOW else range(0)
    means = [np.nanmean(share[end - WINDOW : end], axis=0) for end in ends]
    spans = -np.diff(means, axis=0) if len(means) > 2 else np.empty((0, share.shape[1]))
    if len(spans) < 2:
        return np.full((2, share.shape[1]), np.nan)
    change = np.nanmean(share[-WINDOW:], axis=0) - means[0] - spans.mean(axis=0)
    df = (len(spans) - 1) * share.shape[1]
    sd = np.sqrt(((spans - spans.mean(axis=0)) ** 2).sum() / df)
    half = stats.t.ppf(0.5 + LEVEL / 2, df) * sd * np.sqrt(1 + 1 / len(spans))
    return change, np.full(share.shape[1], half)


def _price(series: pl.DataFrame) -> pl.DataFrame:
    """Return the log change of matched gig prices over the recent panel, less the others' mean."""
    points = series.filter(
        (pl.col("source_id") == "fiverr_index")
        & pl.col("series_id").str.starts_with("matched_price_index_recent")
    ).drop_nulls("value")
    points = points.filter(pl.col("period_start") == pl.col("period_start").max()).with_columns(
        label=pl.col("dims").str.strip_prefix("category="),
        what=pl.when(pl.col("series_id").str.ends_with("se_log")).then(pl.lit("se"))
        .otherwise(pl.lit("level")),
    )  # fmt: skip
    wide = points.pivot("what", index="label", values="value").sort("label")
    if not {"se", "level"} <= set(wide.columns) or len(wide := wide.drop_nulls()) < 2:
        return _changes("fiverr_index", "price", [], [], [], [])
    log, var = np.log(wide["level"].to_numpy() / 100), wide["se"].to_numpy() ** 2
    others = len(log) - 1
    change = log - (log.sum() - log) / others
    half = stats.norm.ppf(0.5 + LEVEL / 2) * np.sqrt(var + (var.sum() - var) / others**2)
    return _changes(
        "fiverr_index", "price", wide["label"].to_list(), change, change - half, change + half
    )


def _changes(source_id, what, label, change, lo, hi) -> pl.DataFrame:
    frame = pl.DataFrame(
        {"label": label, "change": change, "lo": lo, "hi": hi},
        schema={"label": pl.String} | dict.fromkeys(("change", "lo", "hi"), pl.Float64),
    )
    frame = frame.with_columns(pl.col("change", "lo", "hi").fill_nan(None))
    return frame.select(pl.lit(source_id).alias("source_id"), pl.lit(what).alias("what"), pl.all())
