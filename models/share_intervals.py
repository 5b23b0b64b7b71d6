"""Shares with intervals: k of n per cell, widened by what the captures of a period disagree on."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from models._intervals import Dispersion, dispersion, wilson

READS = (
    "mart_listing_counts",
    "mart_proposal_counts",
    "mart_duration_counts",
    "mart_entry_counts",
    "mart_mention_counts",
    "mart_interview_counts",
    "mart_label_counts",
)
WRITES = "est_shares"

GROUP = ["measure", "source_id", "side", "period_start", "dims"]


def estimate(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the cells of all count marts with `value`, `lo`, `hi` (0-1) and `dispersion`.

    What captures disagree on is estimated over the family cells of one measure, source, period and
    `dims`: it is a property of how captures are made, and one cell alone has too few captures to
    tell. It widens the wholes (`capture` empty); a capture's own numbers have sampling error only.
    Where the captures of some `dims` are too thin to tell, the widest of the measure's others
    stands in: thin captures must not look surer than full ones.
    """
    counts = pl.concat([frames[name] for name in READS], how="vertical_relaxed")
    groups = list(counts.group_by(GROUP, maintain_order=True))
    spreads = {key: _dispersion(group) for key, group in groups}
    rows = []
    for key, group in groups:
        spread = spreads[key]
        if spread == Dispersion() and group["capture"].n_unique() > 2:
            others = [other for name, other in spreads.items() if name[:-1] == key[:-1]]
            spread = max(others, key=lambda other: (other.shift, other.factor))
        for row in group.iter_rows(named=True):
            used = spread if row["capture"] == "" else Dispersion()
            value = row["k"] / row["n"]
            lo, hi = wilson(row["k"], row["n"], used)
            ratio = used.variance_ratio(row["n"] * value * (1 - value))
            rows.append(row | {"value": value, "lo": lo, "hi": hi, "dispersion": ratio})
    schema = counts.schema | dict.fromkeys(("value", "lo", "hi", "dispersion"), pl.Float64)
    return pl.DataFrame(rows, schema=schema).sort(counts.columns)


def _dispersion(group: pl.DataFrame) -> Dispersion:
    """What sound captures disagree on, by their families; by their wholes where these are thin."""
    each = group.filter(
        (pl.col("capture") != "")
        & (pl.col("niche") == "*")
        & ~pl.col("flags").str.contains("defect")
    )
    for cells in (each.filter(pl.col("family") != "*"), each.filter(pl.col("family") == "*")):
        names = ("k", "n", "family", "capture")
        spread = dispersion(*(cells[name].to_numpy() for name in names))
        if spread != Dispersion():
            return spread
    return Dispersion()
