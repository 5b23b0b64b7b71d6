"""How hard a listing is to win: proposals at equal age, bids at the end, cost, concentration.

Brackets are read as brackets (`_brackets`), exact bids as numbers. Bids at the end of bidding are
bids now plus the bids still to come: days left, cut into bands, times the pace of each band, which
is estimated from listings seen twice. Costs are arithmetic on assumptions that each row names
(`_win_chance`). Rules written down before results: MAX_MISFIT, MIN_LISTINGS, MIN_PAIRS.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from models._bid_path import bids_at_end, days_in_bands, pace
from models._brackets import MAX_MISFIT, Brackets, Fit, capture_interval, fit, quantile_brackets
from models._intervals import Dispersion, dispersion
from models._metric_rows import SCHEMA
from models._win_chance import Estimate, cost_to_win
from models.review_concentration import interval, top_share

READS = ("mart_sightings", "mart_bid_pairs", "ref_bidding_costs")
WRITES = "est_competition"

MIN_LISTINGS = 15  # below it a number is withheld anyway
HIRES_PER_LISTING = 1.0  # of the default cost: stated hires are not used yet; fewer cost more
IN_BRACKETS = "counts come in brackets: the interval is given by its brackets' outer ends"
NO_PAIRS = "too few listings seen twice to know how fast bids come: make run, on several days"
NO_DAYS = "the source does not say how long bidding stays open"
SAMPLED = "drawn by windows of time: no interval for this number"
PRICES = ("usd_per_token", "tokens_low", "tokens_high")
KEY = ["source_id", "platform", "side", "period_start", "grain", "family", "flags"]
Row = dict[str, Any]


def estimate(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return est_competition: the columns of a metric, told apart by `measure`.

    Measures: proposals_at_age (median as a bracket, mean), expected_bids (mean at the end of
    bidding), cost_to_win (US dollars per contract), bid_concentration (share, 0-1).
    """
    # Sums of floating numbers depend on their order, and a table comes in any.
    seen = frames["mart_sightings"].sort("source_id", "native_id", "period_start", "capture")
    pairs = frames["mart_bid_pairs"].sort("source_id", "native_id")
    proposals = list(_proposals(seen.filter(pl.col("proposals_low").is_not_null())))
    bids = seen.filter(pl.col("bids").is_not_null())
    expected = list(_expected(bids, pairs))
    prices = frames["ref_bidding_costs"].cast(dict.fromkeys(PRICES, pl.Float64))
    costs = list(_costs([*proposals, *expected], prices))
    rows = [*proposals, *expected, *costs, *_concentration(bids)]
    return pl.DataFrame([_row(row) for row in rows], schema=SCHEMA).sort(
        "measure", "source_id", "period_start", "family", "dims", "stat"
    )


def _row(row: Row) -> Row:
    return dict.fromkeys(SCHEMA) | {"geo": "*", "niche": "*", "dims": ""} | row


def _cells(rows: pl.DataFrame, *more: str) -> Iterator[tuple[Row, pl.DataFrame]]:
    """Yield the whole and each family of every period as last seen, with its rows."""
    whole = rows.filter(pl.col("capture") == "")
    for level in (whole.with_columns(pl.lit("*").alias("family")), whole):
        key = [*KEY, *more]
        for values, cell in level.group_by(key, maintain_order=True):
            yield dict(zip(key, values, strict=True)), cell


def _brackets(cell: pl.DataFrame) -> Brackets:
    counts = cell.group_by("proposals_low", "proposals_high").len()
    high = counts["proposals_high"].cast(pl.Float64).fill_null(float("nan"))
    return Brackets.of(
        counts["proposals_low"].to_numpy(), high.to_numpy(), counts["len"].to_numpy()
    )


def _proposals(seen: pl.DataFrame) -> Iterator[Row]:
    """Yield median and mean proposals per source, period, family and age band."""
    aged = seen.filter(pl.col("age_band").is_not_null())
    groups = ["source_id", "period_start", "age_band"]
    spreads = {key: _bracket_spread(group) for key, group in aged.group_by(groups)}
    apart = {key: _capture_fits(group) for key, group in aged.group_by(groups)}
    for key, cell in _cells(aged, "age_band"):
        if cell.height < MIN_LISTINGS:
            continue
        group = tuple(key[name] for name in groups)
        spread = spreads[group]
        brackets = _brackets(cell)
        base = key | {
            "measure": "proposals_at_age",
            "dims": f"age_band={key['age_band']}",
            "n": cell.height,
        }
        del base["age_band"]
        inflation = spread.inflation(cell.height / 4)  # n p (1 - p) at the median
        yield base | {"stat": "median"} | _median(brackets, inflation)
        yield base | {"stat": "mean"} | _mean(brackets, apart[group])


def _median(brackets: Brackets, inflation: float) -> Row:
    low, high, lo, hi = quantile_brackets(brackets, 0.5, inflation)
    text = f"{low:.0f} or more" if np.isinf(high) else f"{low:.0f} to {high:.0f}"
    if lo is None or hi is None:
        return {"value_text": text, "reason": "n is too small for a 95 % interval"}
    open_ended = np.isinf(hi)
    return {"value_text": text, "lo": lo, "hi": None if open_ended else hi, "reason": IN_BRACKETS}


def _capture_fits(group: pl.DataFrame) -> list[Fit]:
    """Return the fit of every sound capture of enough listings."""
    each = group.filter((pl.col("capture") != "") & ~pl.col("is_defect"))
    parts = [part for _, part in each.group_by("capture") if part.height >= MIN_LISTINGS]
    return [found for found in map(fit, map(_brackets, parts)) if found is not None]


def _mean(brackets: Brackets, captures: list[Fit]) -> Row:
    found = fit(brackets)
    if found is None:
        return {"reason": "the brackets do not determine a mean: no end to its interval"}
    if found.excess > MAX_MISFIT:
        misfit = f"{100 * found.excess:.0f} % of listings off their bracket"
        return {"reason": f"no fitted distribution describes the brackets ({misfit}): no mean"}
    lo, hi = capture_interval(found, captures)
    return {"value": found.mean, "lo": float(lo), "hi": float(hi)}


def _bracket_spread(group: pl.DataFrame) -> Dispersion:
    """What captures disagree on, at the bracket start nearest to the pooled median."""
    starts = group["proposals_low"].unique().to_list()
    cut = min(starts, key=lambda start: abs((group["proposals_low"] >= start).mean() - 0.5))
    return _spread(group, pl.col("proposals_low") >= cut)


def _spread(group: pl.DataFrame, crowded: pl.Expr) -> Dispersion:
    """Dispersion over families, over the whole where they are too thin to tell."""
    each = group.filter((pl.col("capture") != "") & ~pl.col("is_defect"))
    for family in (pl.col("family"), pl.lit("*").alias("family")):
        counts = each.group_by(family, "capture").agg(crowded.sum().alias("k"), pl.len().alias("n"))
        counts = counts.sort("family", "capture")
        found = dispersion(*(counts[name].to_numpy() for name in ("k", "n", "family", "capture")))
        if found != Dispersion():
            return found
    return Dispersion()


def _expected(bids: pl.DataFrame, pairs: pl.DataFrame) -> Iterator[Row]:
    """Yield mean bids at the end of bidding per source, period and family."""
    paces = {key[0]: _pace_of(bids, group) for key, group in pairs.group_by("source_id")}
    spreads = {}
    for key, group in bids.group_by("source_id", "period_start"):
        middle = group.filter(pl.col("capture") == "")["bids"].median()
        spreads[key] = _spread(group, pl.col("bids") >= middle)
    for key, cell in _cells(bids):
        base = key | {"measure": "expected_bids", "stat": "mean"}
        known = cell.filter(pl.col("days_left").is_not_null())
        found = paces.get(key["source_id"])
        if known.height < MIN_LISTINGS:
            if key["family"] == "*":
                yield base | {"n": cell.height, "reason": NO_DAYS}
        elif found is None:
            yield base | {"n": known.height, "reason": NO_PAIRS}
        else:
            spread = spreads[key["source_id"], key["period_start"]]
            inflation = spread.inflation(known.height / 4)
            columns = (known[name].to_numpy().astype(float) for name in ("bids", "days_left"))
            yield (
                base | {"n": known.height} | _given(bids_at_end(*columns, found, inflation), known)
            )


def _given(found: Estimate | None, cell: pl.DataFrame) -> Row:
    if found is None:
        return {"reason": "bids fall so fast that none are expected to be left"}
    if cell["sample_window"].null_count() < cell.height:
        return {"value": found.value, "reason": SAMPLED}
    return found._asdict()


def _pace_of(bids: pl.DataFrame, pairs: pl.DataFrame) -> tuple[np.ndarray, np.ndarray] | None:
    first = bids.filter((pl.col("capture") != "") & pl.col("days_left").is_not_null()).select(
        "source_id", "native_id", pl.col("observed_at").alias("first_at"), "days_left"
    )
    known = pairs.join(first, on=["source_id", "native_id", "first_at"])
    elapsed = (known["last_at"] - known["first_at"]).dt.total_seconds().to_numpy() / 86_400
    start = known["days_left"].to_numpy()
    days = days_in_bands(start, np.maximum(0.0, start - elapsed))
    gained = (known["last_bids"] - known["first_bids"]).to_numpy().astype(float)
    watched = days.sum(axis=1) > 0
    return pace(days[watched], gained[watched])


def _costs(rows: list[Row], prices: pl.DataFrame) -> Iterator[Row]:
    """Yield cost per contract won for each mean of proposals or bids whose platform has a price."""
    for row in rows:
        if row["stat"] != "mean":
            continue
        for price in prices.filter(platform=row["platform"]).iter_rows(named=True):
            if _holds(price, row["period_start"]):
                yield from _cost_rows(row, price)


def _holds(price: Row, period: date | None) -> bool:
    start, end = (_day(price[name]) for name in ("valid_from", "valid_to"))
    if period is None:
        return start is None and end is None
    return (start is None or start <= period) and (end is None or period <= end)


def _day(cell: str | None) -> date | None:
    return date.fromisoformat(cell) if cell else None


def _cost_rows(row: Row, price: Row) -> Iterator[Row]:
    keys = {name: row[name] for name in (*KEY, "n")}
    base = keys | {"measure": "cost_to_win", "stat": "mean"}
    base["flags"] = ";".join(filter(None, (row["flags"], "assumed_hires")))
    tokens = sorted({price["tokens_low"], price["tokens_high"]} - {None})
    if not tokens:
        reason = f"{price['token']}s per proposal are set posting by posting: give your own"
        yield base | {"dims": row.get("dims", ""), "reason": reason}
    for count in tokens:
        named = f"hires_per_listing={HIRES_PER_LISTING:.0f};tokens={count:.0f}"
        out = base | {"dims": ";".join(filter(None, (row.get("dims"), named)))}
        if row.get("value") is None:
            yield out | {"reason": f"proposals per listing: {row['reason']}"}
        else:
            unsure = row.get("lo") is None
            many = (
                Estimate.of(row["value"])
                if unsure
                else Estimate(*(row[x] for x in ("value", "lo", "hi")))
            )
            cost = cost_to_win(count, price["usd_per_token"], many, HIRES_PER_LISTING)
            yield out | (
                {"value": cost.value, "reason": row["reason"]} if unsure else cost._asdict()
            )


def _concentration(bids: pl.DataFrame) -> Iterator[Row]:
    """Yield the share of bids on the most bid-on tenth of listings with a bid."""
    placed = bids.filter(pl.col("bids") > 0)
    for key, cell in _cells(placed):
        if cell.height < MIN_LISTINGS:
            continue
        values = cell["bids"].to_numpy().astype(float)
        value, (lo, hi) = top_share(values), interval(values)
        each = placed.filter(
            (pl.col("capture") != "") & ~pl.col("is_defect"),
            pl.col("source_id") == key["source_id"],
            pl.col("period_start").eq_missing(key["period_start"]),
            (pl.col("family") == key["family"]) | (key["family"] == "*"),
        )
        alone = [
            top_share(part["bids"].to_numpy())
            for _, part in each.group_by("capture")
            if part.height >= MIN_LISTINGS
        ]
        out = key | {"measure": "bid_concentration", "stat": "share", "n": cell.height}
        if cell["sample_window"].null_count() < cell.height:
            yield out | {"value": value, "reason": SAMPLED}
        else:  # at least as wide as what its captures say on their own
            yield out | {"value": value, "lo": min(lo, value, *alone), "hi": max(hi, value, *alone)}
