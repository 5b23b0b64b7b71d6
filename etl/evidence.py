"""What a number carries: the columns of `metric_values`, its grade, and when it is withheld.

Grades (DESIGN 1): A n >= 200, B 50-199, C 15-49, D below 15; lowered one step for each of: partial
period, selected query, a single snapshot; R reference series. A number of grade D is withheld.
"""

from __future__ import annotations

import polars as pl

from etl.config import SUPPRESS_BELOW_N
from etl.contracts import ContractError, Metric

KEY = [
    "metric_id",
    "stat",
    "source_id",
    "platform",
    "side",
    "geo",
    "period_start",
    "grain",
    "family",
    "niche",
    "dims",
]
SCHEMA = {
    **dict.fromkeys(KEY, pl.String),
    "period_start": pl.Date,
    "n": pl.Int64,
    "value": pl.Float64,
    "lo": pl.Float64,
    "hi": pl.Float64,
    "value_text": pl.String,
    "grade": pl.String,
    "flags": pl.String,
    "reason": pl.String,
}
MEANINGS = {
    "metric_id": "the metric, declared in etl/metrics/",
    "stat": "count, share, median, p10, p25, p75, p90, mean, index, ratio",
    "source_id": "the source, one of the manifest's sources",
    "platform": "platform or producer the source looks at",
    "side": "demand (clients' listings), supply (freelancers' gigs), both",
    "geo": "ISO country code, or * for all",
    "period_start": "first day of the period; empty where the source is undated",
    "grain": "length of the period, or snapshot",
    "family": "taxonomy family, or * for all",
    "niche": "taxonomy niche, or * for all",
    "dims": "further dimensions, sorted key=value;key=value",
    "n": "listings behind the number; empty for reference series",
    "value": "the number, in the metric's unit",
    "lo": "lower end of the 95 % interval",
    "hi": "upper end of the 95 % interval",
    "value_text": "the answer where it is a word",
    "grade": "A, B, C, D (withheld) by n, lowered for weak designs; R reference series",
    "flags": "known weaknesses, sorted and joined by ;",
    "reason": "why a value or an interval is missing",
}
BIN_MEANINGS = {
    "measure": "what is binned: a price, bids, or a bracket (proposals, requested duration)",
    "bin_low": "smallest amount in the bin, in the measure's unit",
    "bin_high": "largest amount in the bin; empty: open-ended",
    "listings": "listings in the bin",
}
STEPS = "ABCD"
LABELLED = "model_labelled"
CANNOT_TELL = "cannot tell"  # the word of a thin cell, whatever its model said
LOWERING = ("partial", "selected_query", "single_snapshot")


def with_evidence(
    metric: Metric, rows: pl.DataFrame, model_labelled: frozenset[str] = frozenset()
) -> pl.DataFrame:
    """Return a metric's rows in the shape of `metric_values`, graded, thin cells withheld.

    `rows` holds the key columns but metric_id, and n, value, lo, hi, flags and optionally
    value_text, reason. Reference rows have the flag `reference`, which becomes grade R. Family
    and niche rows of the sources `model_labelled` rest on our classifier and are flagged so.
    """
    rows = rows.with_columns(
        pl.lit(None, pl.String).alias(name)
        for name in ("value_text", "reason")
        if name not in rows.columns
    )
    by_model = pl.col("source_id").is_in(sorted(model_labelled)) & (pl.col("family") != "*")
    rows = _flagged(rows.with_columns(pl.lit(metric.id).alias("metric_id")), by_model, LABELLED)
    values = _withheld(_graded(rows)).select(
        pl.col("flags").map_elements(_sorted_flags, pl.String)
        if name == "flags"
        else pl.col(name).cast(kind)
        for name, kind in SCHEMA.items()
    )
    _check_rows(metric, values)
    return values.sort(KEY, nulls_last=False)


def _flagged(rows: pl.DataFrame, where: pl.Expr, flag: str) -> pl.DataFrame:
    flagged = pl.concat_str(["flags", pl.lit(";" + flag)])
    return rows.with_columns(pl.when(where).then(flagged).otherwise("flags").alias("flags"))


def _withheld(rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows with the numbers of grade D taken out, and why."""
    thin = pl.col("grade") == "D"
    reason = (
        pl.when(~thin)
        .then("reason")
        .when(pl.col("n") < SUPPRESS_BELOW_N)
        .then(pl.format("n = {}: fewer than 15 listings", "n"))
        .otherwise(pl.format("n = {}: too few for what this source can see", "n"))
    )
    untold = thin & pl.col("value_text").is_not_null()
    return _flagged(rows, thin, "suppressed").with_columns(
        reason.alias("reason"),
        pl.when(untold).then(pl.lit(CANNOT_TELL)).otherwise("value_text").alias("value_text"),
        *(pl.when(thin).then(None).otherwise(pl.col(c)).alias(c) for c in ("value", "lo", "hi")),
    )


def _graded(rows: pl.DataFrame) -> pl.DataFrame:
    by_n = (
        pl.when(pl.col("n") >= 200)
        .then(0)
        .when(pl.col("n") >= 50)
        .then(1)
        .when(pl.col("n") >= SUPPRESS_BELOW_N)
        .then(2)
        .otherwise(3)
    )
    flags = pl.col("flags").str.split(";")
    steps = by_n + pl.sum_horizontal(flags.list.contains(flag).cast(pl.Int32) for flag in LOWERING)
    letter = steps.clip(0, 3).replace_strict(dict(enumerate(STEPS)), return_dtype=pl.String)
    return rows.with_columns(
        pl.when(flags.list.contains("reference")).then(pl.lit("R")).otherwise(letter).alias("grade")
    )


def _sorted_flags(flags: str) -> str:
    return ";".join(sorted({flag for flag in flags.split(";") if flag and flag != "reference"}))


def _check_rows(metric: Metric, values: pl.DataFrame) -> None:
    """Raise ContractError on what would make a number silently wrong."""
    if values.select(KEY).is_duplicated().any():
        twice = values.filter(values.select(KEY).is_duplicated()).row(0)
        raise ContractError(f"metric {metric.id}: two rows for one key, e.g. {twice[:11]}")
    stats = set(values["stat"].unique()) - set(metric.stats)
    if stats:
        raise ContractError(f"metric {metric.id}: undeclared stat {', '.join(sorted(stats))}")
    found = {
        pair.split("=")[0] for dims in values["dims"].unique() for pair in dims.split(";") if pair
    }
    if found - set(metric.dims):
        raise ContractError(
            f"metric {metric.id}: undeclared dims {sorted(found - set(metric.dims))}"
        )
    outside = values.filter((pl.col("lo") > pl.col("value")) | (pl.col("hi") < pl.col("value")))
    if outside.height:
        raise ContractError(f"metric {metric.id}: value outside its interval: {outside.row(0)}")
    silent = values.filter(
        pl.col("value").is_null() & pl.col("value_text").is_null() & pl.col("reason").is_null()
    )
    if silent.height:
        raise ContractError(
            f"metric {metric.id}: a missing value without a reason: {silent.row(0)}"
        )
