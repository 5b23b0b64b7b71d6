"""Shares with intervals: k of n per cell, widened by what the captures of a period disagree on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np
import polars as pl

from models._intervals import Dispersion, dispersion, spanned, wilson

READS = (
    "mart_listing_counts",
    "mart_proposal_counts",
    "mart_duration_counts",
    "mart_entry_counts",
    "mart_mention_counts",
    "mart_interview_counts",
)
WRITES = "est_shares"

GROUP = ["measure", "source_id", "side", "period_start"]


def estimate(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the cells of all count marts with `value`, `lo`, `hi` (0-1) and `dispersion`.

    Dispersion is shared by the family cells of one measure, source and period: it is a property
    of how captures are made, and one cell alone has too few captures to tell.
    """
    counts = pl.concat([frames[name] for name in READS], how="vertical_relaxed")
    rows = []
    for _, group in counts.group_by(GROUP, maintain_order=True):
        spread = _dispersion(group)
        each = _captures(group)
        for row in group.iter_rows(named=True):
            whole = row["capture"] == ""
            used = spread if whole else Dispersion()
            lo, hi = wilson(row["k"], row["n"], used)
            if whole:
                lo, hi = spanned(lo, hi, each[row["family"], row["niche"], row["dims"]])
            rows.append(
                row | {"value": row["k"] / row["n"], "lo": lo, "hi": hi, "dispersion": used.factor}
            )
    schema = counts.schema | dict.fromkeys(("value", "lo", "hi", "dispersion"), pl.Float64)
    return pl.DataFrame(rows, schema=schema).sort(counts.columns)


def _captures(group: pl.DataFrame) -> dict[tuple[str, str, str], list[tuple[float, int]]]:
    """Return (share, n) of the sound captures of each cell."""
    found: dict[tuple[str, str, str], list[tuple[float, int]]] = defaultdict(list)
    sound = group.filter((pl.col("capture") != "") & ~pl.col("flags").str.contains("defect"))
    for row in sound.iter_rows(named=True):
        found[row["family"], row["niche"], row["dims"]].append((row["k"] / row["n"], row["n"]))
    return found


def _dispersion(group: pl.DataFrame) -> Dispersion:
    each = group.filter(
        (pl.col("capture") != "")
        & (pl.col("niche") == "*")
        & ~pl.col("flags").str.contains("defect")
    )
    named = each.filter(pl.col("family") != "*")
    each = named if named.height else each
    cell = (each["family"] + "|" + each["dims"]).to_numpy()
    return dispersion(each["k"].to_numpy(), each["n"].to_numpy(), np.asarray(cell, dtype=str))
