"""What was built here joined with what is published: replace, carry the rest, tell the difference.

Nothing published is lost: rows that this machine cannot recompute come from the edition shown,
with the flag `carried`; a number that says other than it did before has the flag `revised`.
"""

from __future__ import annotations

import polars as pl

from etl.edition import Edition
from etl.evidence import KEY, SCHEMA

NUMBERS = ("n", "value", "lo", "hi", "value_text", "grade", "flags")
# What is published together is replaced together: shares of one block add up to one.
BLOCK = ["source_id", "metric_id", "period_start", "grain", "_capture"]
BINS_BLOCK = ["source_id", "measure", "period_start", "grain"]


def merged(
    base: Edition, values: pl.DataFrame, complete: set[str], comparing: set[str]
) -> pl.DataFrame:
    """Return the rows built here and those of `base` that they do not replace, flagged `carried`.

    A source in `complete` (its raw data here hold all that its published numbers were built from)
    is replaced whole. Of another one a block is replaced only by one of at least as many listings,
    and a published series point by a later one, unless that covers a part of its period only.
    A number of the metrics `comparing` rests on several sources, so no one of them being complete
    says that it is gone: it is replaced by its own successor only.
    """
    capture = pl.col("dims").str.extract(r"capture=([^;]*)").fill_null("").alias("_capture")
    new, old = values.with_columns(capture), base.values().with_columns(capture)
    is_pair = pl.col("metric_id").is_in(sorted(comparing))
    is_series = pl.col("grade") == "R"
    series, listings = is_series & ~is_pair, ~is_series & ~is_pair
    kept = _kept(old.filter(listings), new, BLOCK, pl.col("n").max(), complete)
    new = new.join(kept.select(BLOCK), on=BLOCK, how="anti", nulls_equal=True)
    points = _kept_points(old.filter(series), new.filter(series), complete)
    new = new.join(points.select(KEY), on=KEY, how="anti", nulls_equal=True)
    pairs = old.filter(is_pair).join(new.select(KEY), on=KEY, how="anti", nulls_equal=True)
    kept = pl.concat([kept, points, pairs]).with_columns(
        pl.col("flags").map_elements(lambda flags: _with_flag(flags, "carried"), pl.String)
    )
    revised = _revised(base.values(), new.select(list(SCHEMA)))
    return pl.concat([revised, kept.select(list(SCHEMA))]).sort(KEY, nulls_last=False)


def _kept_points(old: pl.DataFrame, new: pl.DataFrame, complete: set[str]) -> pl.DataFrame:
    """Return the points of `old` that `new` lacks, or has only for a part of their period."""
    partial = pl.col("flags").str.contains("partial")
    whole_old = old.filter(~partial)
    part_new = new.filter(partial).select(KEY)
    lacking = old.join(new.select(KEY), on=KEY, how="anti", nulls_equal=True)
    outdone = whole_old.join(part_new, on=KEY, how="semi", nulls_equal=True)
    points = pl.concat([lacking, outdone]).unique(KEY, maintain_order=True)
    return points.filter(~pl.col("source_id").is_in(sorted(complete)))


def _revised(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Return `new` with the flag `revised` where it says another number than was published."""
    # of a period that was not over another number is no revision
    over = old.filter(~pl.col("flags").str.split(";").list.contains("partial"))
    known = over.select(*KEY, pl.col("value").alias("_old"), pl.col("flags").alias("_flags"))
    both = new.join(known, on=KEY, how="left", nulls_equal=True, maintain_order="left")
    other = (pl.col("value") - pl.col("_old")).abs() > 1e-9 * pl.col("_old").abs()
    was = pl.col("_flags").str.split(";").list.contains("revised")
    return both.with_columns(
        pl.when((other | was).fill_null(False))
        .then(pl.col("flags").map_elements(lambda flags: _with_flag(flags, "revised"), pl.String))
        .otherwise("flags")
        .alias("flags")
    ).select(list(SCHEMA))


def merged_bins(base: Edition, bins: pl.DataFrame, complete: set[str]) -> pl.DataFrame:
    """Return the distributions built here and those of `base` that they do not replace."""
    kept = _kept(base.distributions(), bins, BINS_BLOCK, pl.col("listings").sum(), complete)
    bins = bins.join(kept.select(BINS_BLOCK), on=BINS_BLOCK, how="anti", nulls_equal=True)
    return pl.concat([bins, kept]).sort(bins.columns)


def _kept(
    old: pl.DataFrame, new: pl.DataFrame, block: list[str], size: pl.Expr, complete: set[str]
) -> pl.DataFrame:
    """Return the rows of `old` whose block `new` lacks, or has from fewer listings."""
    old = old.filter(~pl.col("source_id").is_in(sorted(complete)))
    sizes = new.group_by(block).agg(size.fill_null(0).alias("_new"))
    before = old.group_by(block).agg(size.fill_null(0).alias("_old"))
    lasting = before.join(sizes, on=block, how="left", nulls_equal=True).filter(
        pl.col("_new").is_null() | (pl.col("_new") < pl.col("_old"))
    )
    return old.join(lasting.select(block), on=block, how="semi", nulls_equal=True)


def _with_flag(flags: str, flag: str) -> str:
    return ";".join(sorted({*filter(None, flags.split(";")), flag}))


def without_carried(values: pl.DataFrame) -> pl.DataFrame:
    """Return rows without the flag `carried`, to compare what was built with what is shown."""
    return values.with_columns(
        pl.col("flags")
        .str.split(";")
        .list.set_difference(pl.lit(["carried"]))
        .list.sort()
        .list.join(";")
    )


def is_news(base: Edition, values: pl.DataFrame, distributions: pl.DataFrame) -> bool:
    """Does what would be published differ from the edition shown, `carried` flags aside?"""
    same = without_carried(values).equals(without_carried(base.values()))
    return not (same and distributions.equals(base.distributions()))


def differences(base: pl.DataFrame, values: pl.DataFrame) -> pl.DataFrame:
    """Return per metric the rows added, removed and changed from `base` to `values`."""
    both = without_carried(base).join(
        without_carried(values), on=KEY, how="full", suffix="_new", nulls_equal=True
    )
    id_new = pl.col("metric_id_new")
    changed = ~pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"{name}_new")) for name in NUMBERS)
    return (
        both.with_columns(pl.coalesce("metric_id", "metric_id_new").alias("metric"))
        .group_by("metric")
        .agg(
            pl.col("metric_id").is_null().sum().alias("added"),
            id_new.is_null().sum().alias("removed"),
            (pl.col("metric_id").is_not_null() & id_new.is_not_null() & changed)
            .sum()
            .alias("changed"),
        )
        .filter(pl.sum_horizontal("added", "removed", "changed") > 0)
        .sort("metric")
    )
