"""How long until a listing closes, and how long clients want the work to take.

Time to close: Kaplan-Meier from posting, right-censored at the last sighting, listings at risk
from the age at which they were first seen (`_survival`); only where a source says that a listing
closed. Absence from a later capture is exit of unknown cause and never counts as closing: such
sources get "cannot tell" with the reason. Requested durations are ordered categories and are
compared by order alone (`_ordered`); advertised delivery is another measure and does not enter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import polars as pl

from models._metric_rows import SCHEMA
from models._ordered import between_captures, superiority_interval
from models._survival import Curve, first_safe_age, kaplan_meier, quantile_age, restricted_mean

READS = (
    "core_listings",
    "core_observations",
    "core_captures",
    "est_listing_labels",
    "mart_duration_counts",
    "ref_sources",
)
WRITES = "est_fill_time"

OPEN = ("open", "active", "live")  # statuses under which bids are taken
EXACT = ("second", "minute")
WHOLE = ("window", "sample")  # scopes that hold listings whatever their status: no late entry
MAX_GAP_DAYS = 1.5  # from last sighting open (or posting) to first closed: a daily pull, run late
MAX_START_DAYS = 1.0  # a curve that starts later misses the listings filled at once
MAX_MISSED = 0.05  # share of listings whose closing is not known closely enough
MIN_AT_RISK = 15
MIN_CLOSINGS = 15
HORIZON_DAYS = 30.0
DURATIONS = ("duration=0-30d", "duration=30-90d", "duration=90-180d", "duration=180d+")
NEVER_CLOSED = (
    "cannot tell: no listing was seen to close; absence from a later capture has many causes"
)
NO_POSTING = "cannot tell: when listings were posted is not known to the minute"
NO_ABSENCE = "cannot tell: each capture holds a part of what is open, so absence is no exit"
ONE_CAPTURE = "cannot tell: seen once"
KEY = ["source_id", "native_id"]
Row = dict[str, Any]


def estimate(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return est_fill_time: the columns of a metric, told apart by `measure`.

    Measures: time_to_close (median, restricted mean; days from posting), time_listed (until a
    listing leaves the search results, days), ordered_duration (probability that a family's
    listing asks for a longer bracket than one of another family, 0-1).
    """
    rows = [*_closing_rows(frames), *_ordered_rows(frames["mart_duration_counts"])]
    done = [dict.fromkeys(SCHEMA) | {"geo": "*", "niche": "*", "dims": ""} | row for row in rows]
    return pl.DataFrame(done, schema=SCHEMA).sort(
        "measure", "source_id", "period_start", "family", "dims", "stat"
    )


def spells(listings: pl.DataFrame, observations: pl.DataFrame) -> pl.DataFrame:
    """Return one row per demand listing: ages in days from posting, and whether it closed.

    Columns: key, scope, family; entry (first sighting), leaving (closing, or last sighting open),
    closed, missed (closed at a moment known less closely than MAX_GAP_DAYS, or before it was at
    risk). Sources of scope WHOLE hold listings whatever their status, so these enter at age 0;
    others show open ones, so a listing enters when first seen. Null ages where posting is not
    known to the minute. A closing between two sightings counts at the later: late by up to the gap.
    """
    is_open = pl.col("status").is_in(OPEN)
    seen = (
        observations.filter(pl.col("status").is_not_null())
        .group_by(KEY)
        .agg(
            pl.col("observed_at").min().alias("first_at"),
            pl.col("observed_at").filter(is_open).max().alias("open_at"),
            pl.col("observed_at").filter(~is_open).min().alias("shut_at"),
        )
    )
    posted = pl.when(pl.col("posted_precision").is_in(EXACT)).then("posted_at")

    def age(moment: str) -> pl.Expr:
        return (pl.col(moment) - posted).dt.total_seconds() / 86_400

    whole = pl.col("scope").is_in(WHOLE)
    before = pl.coalesce("open_at", pl.when(whole).then(posted))
    gap = (pl.col("shut_at") - before).dt.total_seconds() / 86_400
    unsure = pl.col("closed_at").is_null() & ~gap.is_between(0, MAX_GAP_DAYS).fill_null(False)
    closing = pl.coalesce("closed_at", "shut_at")
    return (
        listings.filter(pl.col("side") == "demand")
        .join(seen, on=KEY)
        .with_columns(closing.alias("closing"), closing.is_not_null().alias("closed"))
        .with_columns(pl.coalesce("closing", "open_at").alias("end"))
        .with_columns(
            pl.when(whole)
            .then(0.0)
            .otherwise(pl.max_horizontal(0.0, age("first_at")))
            .alias("entry"),
            age("end").alias("leaving"),
        )
        .with_columns(
            (pl.col("closed") & (unsure | (pl.col("leaving") <= pl.col("entry")))).alias("missed")
        )
        .select(*KEY, "scope", "platform", "family", "entry", "leaving", "closed", "missed")
    )


def _closing_rows(frames: Mapping[str, pl.DataFrame]) -> Iterator[Row]:
    sources = frames["ref_sources"].select("source_id", "platform", "scope")
    labels = frames["est_listing_labels"].select(*KEY, "family")
    listings = frames["core_listings"].join(sources, on="source_id").join(labels, KEY, "left")
    listings = listings.with_columns(pl.col("family").fill_null("unclassified"))
    found = spells(listings, frames["core_observations"])
    captures = frames["core_captures"].group_by("source_id").len("captures")
    counts = dict(captures.iter_rows())
    for (source_id, platform, scope), group in found.group_by(
        "source_id", "platform", "scope", maintain_order=True
    ):
        base = {
            "source_id": source_id,
            "platform": platform,
            "side": "demand",
            "grain": "snapshot",
            "flags": "selected_query" if scope == "query" else "",
        }
        yield base | _listed(group, counts.get(source_id, 0))
        for family in ("*", *sorted(group["family"].unique())):
            cell = group if family == "*" else group.filter(pl.col("family") == family)
            rows = list(_close(cell))
            if family == "*" or rows[0].get("value") is not None:
                yield from (base | {"family": family} | row for row in rows)


def _listed(group: pl.DataFrame, captures: int) -> Row:
    """Return the row of time until a listing leaves the search results: never yet told."""
    if captures < 2:
        reason = ONE_CAPTURE
    elif group["leaving"].null_count() == group.height:
        reason = NO_POSTING
    else:
        reason = NO_ABSENCE
    base = {"measure": "time_listed", "stat": "median", "family": "*", "n": group.height}
    return base | {"value_text": "cannot tell", "reason": reason}


def _close(cell: pl.DataFrame) -> Iterator[Row]:
    """Yield median and restricted mean time to close of one cell."""
    base = {"measure": "time_to_close", "n": cell.height}
    horizon = {"stat": "mean", "dims": f"horizon={HORIZON_DAYS:.0f}d"}
    curve = closing_curve(cell)
    if isinstance(curve, str):
        untold = {"value_text": "cannot tell", "reason": curve}
        yield base | {"stat": "median"} | untold
        yield base | horizon | untold
        return
    value, lo, hi = quantile_age(curve)
    open_share = f"{100 * curve.open_share[-1]:.0f} % still open at {curve.ages[-1]:.0f} days"
    if value is None:
        yield base | {"stat": "median", "reason": f"not reached: {open_share}", "lo": lo}
    else:
        reason = None if lo is not None and hi is not None else "one end of the interval is open"
        yield base | {"stat": "median", "value": value, "lo": lo, "hi": hi, "reason": reason}
    mean = restricted_mean(curve, HORIZON_DAYS)
    if mean is None:
        yield base | horizon | {"reason": f"none watched for {HORIZON_DAYS:.0f} days"}
    else:
        yield base | horizon | {"value": mean[0], "lo": mean[1], "hi": mean[2]}


def closing_curve(cell: pl.DataFrame) -> Curve | str:
    """Return the curve of `spells`, or the sentence that says why it cannot be told."""
    if not cell["closed"].any():
        return NEVER_CLOSED
    known = cell.filter(pl.col("leaving").is_not_null())
    if known.height == 0:
        return NO_POSTING
    missed = float(known["missed"].mean())
    if missed > MAX_MISSED:
        return (
            f"cannot tell: of {100 * missed:.0f} % of listings the closing is not known to the day:"
            " run daily"
        )
    watched = known.filter(~pl.col("missed") & (pl.col("leaving") > pl.col("entry")))
    entry, leaving, closed = (watched[name].to_numpy() for name in ("entry", "leaving", "closed"))
    if closed.sum() < MIN_CLOSINGS:
        return f"cannot tell: {closed.sum()} listings were watched until they closed"
    start = first_safe_age(entry, leaving, MIN_AT_RISK)
    if start is None or start > MAX_START_DAYS:
        return "cannot tell: too few listings are watched from their first day on"
    return kaplan_meier(entry, leaving, closed, start)


def _ordered_rows(counts: pl.DataFrame) -> Iterator[Row]:
    """Yield per family the chance that it asks for a longer bracket than the other families."""
    cells = counts.filter(
        pl.col("dims").is_in(DURATIONS) & (pl.col("family") != "*") & (pl.col("niche") == "*")
    )
    period = ["source_id", "platform", "side", "period_start", "grain"]
    for key, group in cells.group_by(period, maintain_order=True):
        whole = group.filter(pl.col("capture") == "")
        sound = group.filter((pl.col("capture") != "") & ~pl.col("flags").str.contains("defect"))
        captures = [part for _, part in sound.group_by("capture", maintain_order=True)]
        families = sorted(whole["family"].unique())
        extra, df = between_captures([[_counts(c, f) for c in captures] for f in families])
        for family in families:
            one, other = _counts(whole, family)
            if min(one.sum(), other.sum()) < 2:
                continue
            value, lo, hi = superiority_interval(one, other, extra, df)
            yield dict(zip(period, key, strict=True)) | {
                "measure": "ordered_duration",
                "stat": "share",
                "family": family,
                "n": int(one.sum()),
                "value": value,
                "lo": lo,
                "hi": hi,
                "reason": None if lo is not None else "the two groups do not overlap: no interval",
                "flags": whole["flags"][0],
            }


def _counts(cells: pl.DataFrame, family: str) -> tuple[np.ndarray, np.ndarray]:
    """Return listings by duration of the family and of all others, shortest first."""
    own = pl.col("family") == family
    table = {d: cells.filter(pl.col("dims") == d) for d in DURATIONS}
    one = np.array([part.filter(own)["k"].sum() for part in table.values()], float)
    return one, np.array([part.filter(~own)["k"].sum() for part in table.values()], float)
