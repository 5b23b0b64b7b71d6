"""The two passes of a build: tables made from metric values, and what editions before said."""

from __future__ import annotations

from datetime import date

import polars as pl

from etl import build
from etl.evidence import SCHEMA
from etl.metrics import metrics


def test_what_is_made_of_metric_values_comes_second():
    late = build._made_of_values()
    assert {"metric_values", "est_outlook", "est_claims"} <= late
    assert not late & {"est_shares", "est_shock", "mart_amounts"}
    second = {name for name, metric in metrics().items() if late & set(metric.reads)}
    assert second == {"outlook", "outlook_backtest", "outlook_score", "claim_verdict"}


def test_an_outlook_stays_as_it_was_first_published():
    row = dict.fromkeys(SCHEMA) | {"metric_id": "outlook", "dims": "made_on=2026-08-10",
                                   "period_start": date(2026, 9, 1), "value": 1.0}  # fmt: skip
    past = pl.DataFrame([row], schema=SCHEMA)
    again = past.with_columns(value=pl.lit(2.0))
    newer = past.with_columns(dims=pl.lit("made_on=2026-09-10"))
    kept = build.with_past(pl.concat([again, newer]), past)
    assert dict(kept.select("dims", "value").iter_rows()) == {
        "made_on=2026-08-10": 1.0, "made_on=2026-09-10": 1.0,
    }  # fmt: skip
