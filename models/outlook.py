"""What the next six months may bring for shares, prices, competition; how such outlooks fared.

Made only where the last whole period is at most two months old beside the newest data of the
edition; where nothing beats repeating the past, the past is repeated, and said. Outlooks published
before are scored on what came (`score`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from models._forecast_choice import FEWEST_MONTHS, judge, outlook, scaled_errors
from models._forecast_methods import HORIZON, NAIVE, Monthly, forecasts
from models._intervals import wilson
from models._metric_rows import SCHEMA

READS = ("metric_values", "core_past_outlooks", "core_published_on")
WRITES = "est_outlook"

OLDEST_MONTHS = 2
TOO_NARROW = 0.9  # intervals that held fewer past outcomes carry a flag
# what is looked ahead: metric, stat -> is it a share?
TARGETS = {
    ("listing_share", "share"): True, ("oli_group_share", "share"): True,
    ("indeed_ai_posting_share", "mean"): True, ("hn_keyword_share", "share"): True,
    ("genai_mention_share", "share"): True, ("snipework_listing_share", "share"): True,
    ("hourly_rate", "median"): False, ("fixed_budget", "median"): False,
    ("fiverr_matched_price_index", "index"): False, ("snipework_hourly_mean", "mean"): False,
    ("bids_per_listing", "median"): False, ("proposals_20_plus", "share"): True,
    ("hn_seekers_per_hiring_post", "ratio"): False, ("indeed_postings_index", "index"): False,
    ("oli_level", "index"): False,
}  # fmt: skip
SERIES = ["metric_id", "stat", "source_id", "platform", "side", "geo", "family", "dims"]
UNFIT = ("partial", "incomplete", "selected_query", "single_snapshot")
NOT_DUE = "no outlook published before has come due"


def estimate(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return rows of `measure` outlook, backtest and score.

    `metric_values`: the rows of the edition being built; `core_published_on`: its day (without
    one, the newest period of any source); `core_past_outlooks`: outlooks of editions before.
    """
    values = frames["metric_values"]
    newest = values.filter(~pl.col("metric_id").str.starts_with("outlook"))["period_start"].max()
    rows = _looked_ahead(values, frames["core_published_on"]["published_on"].max() or newest)
    past = frames["core_past_outlooks"]
    return pl.concat([pl.DataFrame(rows, schema=SCHEMA), score(past, values)]).sort(
        *SCHEMA, nulls_last=False
    )


def _looked_ahead(values: pl.DataFrame, today: date) -> list[dict[str, Any]]:
    wanted = pl.DataFrame(list(TARGETS), schema=["metric_id", "stat"], orient="row")
    cells = values.join(wanted, on=["metric_id", "stat"], how="semi").filter(
        pl.col("niche") == "*", pl.col("grain") != "snapshot"
    )
    fit, keys, rows, refused, stale = [], [], [], {}, set()
    for key, group in cells.sort("period_start").group_by(SERIES, maintain_order=True):
        name = dict(zip(SERIES, key, strict=True)) | {
            "flags": "reference" if (group["grade"] == "R").all() else "",
            "n": group["n"][-1], "today": today,
        }  # fmt: skip
        series, reason = _monthly(group, today, TARGETS[key[0], key[1]])
        if series is None:
            refused.setdefault((name["metric_id"], name["source_id"]), (name, reason))
        else:
            fit.append(series)
            keys.append(name)
            last = series.first_month + len(series.values) - 1
            age = today.year * 12 + today.month - 1 - last
            if age > OLDEST_MONTHS:
                stale.add(len(keys) - 1)
                month = f"{last // 12}-{last % 12 + 1:02}"
                refused[name["metric_id"], name["source_id"]] = (
                    name,
                    f"no outlook: the last whole month, {month}, is {age} months old",
                )
    rows += [_refusal(name, reason) for name, reason in refused.values()]
    made = forecasts(fit) if fit else []
    for place, (name, one, ahead) in enumerate(zip(keys, fit, made, strict=True)):
        told = _rows(name, one, ahead)
        rows += [row for row in told if place not in stale or row["measure"] == "backtest"]
    return rows


def _monthly(group: pl.DataFrame, today: date, is_share: bool) -> tuple[Monthly | None, str]:
    """Return the last months without a gap as a series, or None and why there is no outlook."""
    grain = group["grain"][0]
    if grain != "month":
        return None, f"no outlook: {group.height} {grain}s are too few to judge one by"
    unfit = pl.col("flags").str.contains("|".join(UNFIT))
    whole = group.filter(~unfit, pl.col("value").is_not_null())
    if not whole.height:
        return None, "no outlook: no whole month of a whole market"
    months = [at.year * 12 + at.month - 1 for at in whole["period_start"]]
    start = max((i for i in range(1, len(months)) if months[i] != months[i - 1] + 1), default=0)
    kept = whole["value"].to_numpy()[start:]
    if not is_share:  # no logarithm of nothing: the series begins after its last zero
        zeros = np.flatnonzero(kept <= 0)
        start += int(zeros[-1]) + 1 if len(zeros) else 0
        kept = whole["value"].to_numpy()[start:]
    if len(kept) < FEWEST_MONTHS:
        return None, f"no outlook: {len(kept)} months without a gap, {FEWEST_MONTHS} are needed"
    return Monthly(months[start], kept, is_share), ""


def _dims(name: Mapping[str, Any], **more: Any) -> str:
    pairs = [pair for pair in name["dims"].split(";") if pair]
    pairs += [f"{key}={value}" for key, value in more.items()]
    return ";".join(sorted([*pairs, f"target={name['metric_id']}"]))


def _row(name: Mapping[str, Any], measure: str, stat: str, month: int | None, dims: str,
         value: float | None, ends: tuple[float, float] | None = None, text: str | None = None,
         reason: str | None = None) -> dict[str, Any]:  # fmt: skip
    lo, hi = (None if end is None or np.isnan(end) else float(end) for end in ends or (None, None))
    return {
        "measure": measure, "stat": stat,
        **{key: name[key] for key in ("source_id", "platform", "side", "geo", "family", "n")},
        "period_start": None if month is None else date(month // 12, month % 12 + 1, 1),
        "grain": "month", "niche": "*", "dims": dims, "value": value, "lo": lo, "hi": hi,
        "value_text": text, "reason": reason, "flags": name["flags"],
    }  # fmt: skip


def _refusal(name: Mapping[str, Any], reason: str) -> dict[str, Any]:
    """Return the one row of a metric and source without an outlook."""
    whole = dict(name) | {"dims": "", "family": "*", "geo": "*"}
    return _row(whole, "outlook", "forecast", None, _dims(whole), None, None, "no outlook", reason)


def _rows(name: Mapping[str, Any], one: Monthly, made: Mapping[str, np.ndarray]
          ) -> list[dict[str, Any]]:  # fmt: skip
    errors = scaled_errors(one, made)
    last = len(one.values) - 1
    told = outlook(one, made, errors, last)
    fared = judge(one, made, errors)
    if fared.coverage < TOO_NARROW:
        name = dict(name) | {"flags": ";".join(filter(None, (name["flags"], "too_narrow")))}
    said = "naive: nothing beat it" if told.method in NAIVE else "chosen by past errors"
    rows = []
    for h in range(1, HORIZON + 1):
        month = one.first_month + last + h
        dims = _dims(name, horizon=h, made_on=name["today"])
        ends = (told.lo[h - 1], told.hi[h - 1])
        rows.append(_row(name, "outlook", "forecast", month, dims, float(told.value[h - 1]), ends,
                         told.method, said))  # fmt: skip
        rows.append(_row(name, "outlook", "naive", month, dims, float(told.naive[h - 1]), None,
                         told.naive_method, "shown to be beaten: no interval"))  # fmt: skip
    basis = f"{fared.outlooks} outlooks from {fared.origins} past months; they overlap"
    for stat, value in (("mase", fared.mase), ("mase_naive", fared.mase_naive),
                        ("coverage", fared.coverage)):  # fmt: skip
        known = None if np.isnan(value) else value
        text = told.method if stat == "mase" else None
        month = one.first_month + last
        rows.append(_row(name, "backtest", stat, month, _dims(name), known, None, text, basis))
    return rows


def score(past_outlooks: pl.DataFrame, actuals: pl.DataFrame) -> pl.DataFrame:
    """Return how outlooks published before fared, per target and horizon; columns as `estimate`.

    `past_outlooks`: metric rows of `outlook`, of any edition; an outlook repeated by a later
    edition counts once, as first published. `actuals`: metric rows of today. `inside`: share of
    outcomes within the interval (Wilson); `error_ratio`: mean absolute error over the naive one's.
    """
    place = [*[name for name in SERIES if name != "stat"], "period_start"]
    came = actuals.join(pl.DataFrame(list(TARGETS), schema=["metric_id", "stat"], orient="row"),
                        on=["metric_id", "stat"], how="semi").filter(
        pl.col("niche") == "*", pl.col("grain") == "month", pl.col("value").is_not_null(),
        ~pl.col("flags").str.contains("|".join(UNFIT)),
    ).select(*place, pl.col("value").alias("came"))  # fmt: skip
    told = past_outlooks.filter(pl.col("stat").is_in(["forecast", "naive"]),
                                pl.col("value").is_not_null())  # fmt: skip
    told = told.with_columns(
        _dim("target").alias("metric_id"), _dim("made_on").alias("made_on"),
        _dim("horizon").cast(pl.Int64).alias("horizon"),
        pl.col("dims").str.split(";").list.eval(
            pl.element().filter(~pl.element().str.contains("^(horizon|made_on|target)="))
        ).list.join(";").alias("dims"),
    ).sort("made_on").unique([*place, "stat", "horizon"], keep="first")  # fmt: skip
    due = told.pivot(on="stat", index=[*place, "made_on", "horizon"], values=["value", "lo", "hi"]
                     ).join(came, on=place) if told.height else pl.DataFrame()  # fmt: skip
    if not due.height:
        nothing = dict.fromkeys(("source_id", "platform"), "pooled")
        nothing |= {"side": "both", "geo": "*", "family": "*", "n": None, "flags": "reference"}
        rows = [_row(nothing, "score", "inside", None, "", None, None, "not yet", NOT_DUE)]
        return pl.DataFrame(rows, schema=SCHEMA)
    return pl.DataFrame(_score_rows(due), schema=SCHEMA)


def _dim(key: str) -> pl.Expr:
    return pl.col("dims").str.extract(rf"(?:^|;){key}=([^;]*)")


def _score_rows(due: pl.DataFrame) -> list[dict[str, Any]]:
    due = due.with_columns(
        inside=pl.col("came").is_between("lo_forecast", "hi_forecast"),
        error=(pl.col("came") - pl.col("value_forecast")).abs(),
        naive_error=(pl.col("came") - pl.col("value_naive")).abs(),
    )
    keys = ["metric_id", "source_id", "platform", "side", "horizon"]
    rows = []
    for key, group in due.sort(keys).group_by(keys, maintain_order=True):
        name = dict(zip(keys, key, strict=True)) | {
            "geo": "*", "family": "*", "dims": "", "flags": "reference", "n": None,
        }  # fmt: skip
        dims = _dims(name, horizon=name["horizon"])
        newest = group["period_start"].max()
        month = newest.year * 12 + newest.month - 1
        with_ends = group.drop_nulls("inside")
        basis = f"{group.height} outlooks that came due; those of neighbouring months overlap"
        if with_ends.height:
            hits, n = int(with_ends["inside"].sum()), with_ends.height
            rows.append(_row(name, "score", "inside", month, dims, hits / n, wilson(hits, n), None,
                             basis))  # fmt: skip
        naive = group["naive_error"].mean()
        if naive:
            ratio = group["error"].mean() / naive
            rows.append(_row(name, "score", "error_ratio", month, dims, ratio, None, None, basis))
    return rows
