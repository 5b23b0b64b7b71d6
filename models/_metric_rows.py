"""The columns of a table that metrics read row by row: those of a published number, and a measure.

Selects tell metrics apart by `measure`; what the other columns mean stands in `etl/evidence.py`.
"""

from __future__ import annotations

import polars as pl

SCHEMA = {
    "measure": pl.String, "stat": pl.String, "source_id": pl.String, "platform": pl.String,
    "side": pl.String, "geo": pl.String, "period_start": pl.Date, "grain": pl.String,
    "family": pl.String, "niche": pl.String, "dims": pl.String, "n": pl.Int64,
    "value": pl.Float64, "lo": pl.Float64, "hi": pl.Float64, "value_text": pl.String,
    "reason": pl.String, "flags": pl.String,
}  # fmt: skip
