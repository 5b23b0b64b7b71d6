"""What the price models share: priced listings with what is known of them, CPI-U, row shapes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from scipy import stats

from models._metric_rows import SCHEMA

MEASURES = {"hourly_rate": "hourly", "fixed_budget": "fixed", "gig_start_price": "package"}
FEWEST = 15  # listings of a period or cell
SERIES = ["source_id", "platform", "side", "pricing_type", "currency"]
COUNTRIES = 12  # of the listings of one regression: the most common stand for themselves
SPELT = {"USA": "United States", "UK": "United Kingdom", "UAE": "United Arab Emirates"}
MARKS = ("creativity", "strategy", "communication", "ai_literacy")
KEY = ["source_id", "native_id"]


def row(measure: str, stat: str, place: Mapping[str, Any], **cells: Any) -> dict[str, Any]:
    """Return a row of the table: what is not said is missing, or * where it means all."""
    base = dict.fromkeys(SCHEMA) | {"geo": "*", "family": "*", "niche": "*", "dims": "",
                                    "grain": "snapshot", "flags": ""}  # fmt: skip
    kept = {name: value for name, value in place.items() if name in SCHEMA}
    return base | kept | {"measure": measure, "stat": stat} | cells


def dims(**parts: str | None) -> str:
    """Return dimensions as sorted key=value, joined by ;."""
    return ";".join(f"{key}={value}" for key, value in sorted(parts.items()) if value)


def percent(log: float) -> float:
    """Return a log difference as a percent change, 100 (exp(b) - 1)."""
    return float(100 * np.expm1(log))


def percent_interval(value: float, error: float, df: float) -> dict[str, float | None]:
    """Return value, lo, hi in percent of a log difference with its standard error."""
    half = float(stats.t.ppf(0.975, df)) * error
    if not np.isfinite(half) or error == 0:
        return {"value": percent(value), "lo": None, "hi": None}
    return {"value": percent(value), "lo": percent(value - half), "hi": percent(value + half)}


def merged_flags(flags: pl.Series) -> str:
    """Return every flag that any of the rows carries, sorted and joined by ;."""
    return ";".join(sorted({flag for each in flags.unique() for flag in each.split(";") if flag}))


def cpi_u(frames: Mapping[str, pl.DataFrame]) -> dict[date, float]:
    """Return the consumer price index of US cities, all items, not adjusted, by month."""
    table = frames["ref_cpi_u"]
    months = table["month"].str.to_date("%Y-%m", strict=False).to_list()
    return dict(zip(months, table["index"].cast(pl.Float64).to_list(), strict=True))


def described() -> list[pl.Expr]:
    """Return what a regression knows of a listing of core_listings, a level `unknown` if it lacks.

    experience; duration (lower end in days); country (client's, spelt alike).
    """
    country = pl.col("client_country").replace(SPELT)
    return [
        pl.col("experience_level").fill_null("unknown").alias("experience"),
        pl.col("duration_days_low").cast(pl.Int64).cast(pl.String).fill_null("unknown")
        .alias("duration"),
        country.fill_null("unknown").alias("country"),
    ]  # fmt: skip


def common(values: pl.Series, number: int = COUNTRIES) -> pl.Series:
    """Return the values, all but the most common as `other`."""
    counts = values.value_counts(name="n").sort(["n", values.name], descending=[True, False])
    top = counts[values.name].head(number).to_list()
    return pl.DataFrame({"v": values}).select(
        pl.when(pl.col("v").is_in(top)).then("v").otherwise(pl.lit("other")).alias(values.name)
    )[values.name]


def priced(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return advertised prices with what is known of each listing, one row per listing and period.

    Columns: SERIES, native_id, period_start, grain, family, niche, flags, log_price, experience,
    duration, country, skills, MARKS, ai_relation, cluster (the window or day it was posted).
    """
    amounts = frames["mart_amounts"].filter(
        pl.col("measure").is_in(list(MEASURES)), pl.col("capture") == "", pl.col("amount") > 0,
        ~pl.col("flags").str.contains("defect"),
    )  # fmt: skip
    posted = pl.when(pl.col("posted_precision").is_in(["second", "minute", "day"])).then(
        pl.col("posted_at")
    )
    listings = frames["core_listings"].select(
        *KEY, *described(), "skills",
        day=pl.coalesce(posted, "first_seen_at").cast(pl.Date).cast(pl.String),
    )  # fmt: skip
    marks = frames["core_readings"].select(*KEY, "ai_relation", *MARKS)
    rows = amounts.join(listings, on=KEY, how="left").join(marks, on=KEY, how="left")
    currency = pl.when(pl.col("measure") == "gig_start_price").then(
        pl.col("dims").str.extract(r"currency=([A-Z]{3})")
    )
    rows = rows.select(
        "source_id", "platform", "side", "native_id", "period_start", "grain", "family", "niche",
        "flags", "skills", "ai_relation", *MARKS,
        pl.col("experience", "duration", "country").fill_null("unknown"),
        currency=currency.fill_null("USD"),
        pricing_type=pl.col("measure").replace_strict(MEASURES, return_dtype=pl.String),
        log_price=pl.col("amount").log(),
        cluster=pl.coalesce("sample_window", "day", "native_id"),
    )  # fmt: skip
    return rows.sort(*SERIES, "period_start", "native_id")
