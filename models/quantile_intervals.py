"""Quantiles with order-statistic intervals: prices, bids and windows per cell and capture.

Of a random sample drawn by windows of time, the windows are the units of the interval.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import polars as pl

from models._intervals import Dispersion, dispersion, quantile_interval
from models._windows import Draw, window_quantile

READS = ("mart_amounts",)
WRITES = "est_quantiles"

QUANTILES = {"p10": 0.1, "p25": 0.25, "median": 0.5, "p75": 0.75, "p90": 0.9}
PERIOD = ["measure", "source_id", "platform", "side", "period_start", "grain", "dims"]
CELL = [*PERIOD, "capture", "flags", "family", "niche"]
TOO_FEW = "n is too small for a 95 % interval"
TOO_FEW_WINDOWS = "too few of the windows drawn hold such a listing for a 95 % interval"
DISAGREE = "the captures disagree too much for a 95 % interval"


def estimate(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return one row per cell and stat: n, value, lo, hi in the measure's unit, dispersion."""
    amounts = frames["mart_amounts"].drop_nulls("amount")
    rows = []
    for _, period in amounts.group_by(PERIOD, maintain_order=True):
        rows.extend(_period_rows(period))
    schema = {name: amounts.schema[name] for name in CELL} | {
        "stat": pl.String,
        "n": pl.Int64,
        "value": pl.Float64,
        "lo": pl.Float64,
        "hi": pl.Float64,
        "reason": pl.String,
        "dispersion": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema).sort([*CELL, "stat"])


def _period_rows(period: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield the rows of one measure, source and period; what captures disagree on widens wholes."""
    if period["sample_window"].null_count() < period.height:
        for cell, part in _cells(period.drop_nulls("sample_window")):
            yield from _sampled(cell, part)
        return
    spread = _dispersion(period)
    for cell, part in _cells(period):
        values = np.sort(part["amount"].to_numpy())
        yield from _quantiles(cell, values, spread if cell["capture"] == "" else Dispersion())


def _cells(period: pl.DataFrame) -> Iterator[tuple[dict[str, Any], pl.DataFrame]]:
    """Yield every cell of a period (all, family, niche) with its rows."""
    star = pl.lit("*")
    levels = (
        period.with_columns(star.alias("family"), star.alias("niche")),
        period.with_columns(star.alias("niche")),
        period,
    )
    for level in levels:
        for key, cell in level.group_by(CELL, maintain_order=True):
            yield dict(zip(CELL, key, strict=True)), cell


def _sampled(cell: dict[str, Any], part: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield the quantiles of a cell of a month sampled by windows."""
    draw = Draw.of(part["sample_window"])
    values = part["amount"].to_numpy()
    for stat, p in QUANTILES.items():
        value, lo, hi = window_quantile(values, part["sample_window"].to_numpy(), p, draw)
        yield cell | {
            "stat": stat,
            "n": len(values),
            "value": value,
            "lo": lo,
            "hi": hi,
            "reason": None if lo is not None else TOO_FEW_WINDOWS,
            "dispersion": None,
        }


def _quantiles(
    cell: dict[str, Any], values: np.ndarray, spread: Dispersion
) -> Iterator[dict[str, Any]]:
    n = len(values)
    for stat, p in QUANTILES.items():
        value, lo, hi = quantile_interval(values, p, spread)
        yield cell | {
            "stat": stat,
            "n": n,
            "value": value,
            "lo": lo,
            "hi": hi,
            "reason": None if lo is not None else _reason(values, p),
            "dispersion": spread.variance_ratio(n * p * (1 - p)),
        }


def _reason(values: np.ndarray, p: float) -> str:
    return TOO_FEW if quantile_interval(values, p)[1] is None else DISAGREE


def _dispersion(period: pl.DataFrame) -> Dispersion:
    """How far captures disagree: listings below each family's pooled median, per capture."""
    sound = period.filter(~pl.col("flags").str.contains("defect"))
    medians = (
        sound.filter(pl.col("capture") == "")
        .group_by("family")
        .agg(pl.col("amount").median().alias("middle"))
    )
    each = (
        sound.filter(pl.col("capture") != "")
        .join(medians, on="family")
        .group_by("family", "capture")
        .agg((pl.col("amount") < pl.col("middle")).sum().alias("k"), pl.len().alias("n"))
    )
    return dispersion(*(each[name].to_numpy() for name in ("k", "n", "family", "capture")))
