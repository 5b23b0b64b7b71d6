"""Rows of `metric_values` for a figure: which, in what order, under which label. Pure polars.

Every frame given out has the columns of `metric_values` and `label`, `unit`, `decimals`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import polars as pl

from etl.edition import Edition
from etl.reference import taxonomy
from pages.parts.wording import ODD

STAR = "*"


WHOLE = ", all"  # what the label of a family among its niches ends with


@cache
def names() -> dict[str, str]:
    """Return what a reader calls each family and niche."""
    table = taxonomy()
    found = dict(table.select("family", "family_name").iter_rows())
    found |= dict(table.select("niche", "niche_name").iter_rows())
    return found | {STAR: "All listings", "unclassified": "Unclassified"}


@cache
def family_names() -> dict[str, str]:
    """Return the families by id, in the order of their names."""
    table = taxonomy().select("family", "family_name").unique().sort("family_name")
    return dict(table.iter_rows())


def rows(
    edition: Edition,
    metric_id: str,
    *,
    by: str = "none",
    family: str = STAR,
    dims: tuple[str, ...] = (),
    captures: bool = False,
    **equal: object,
) -> pl.DataFrame:
    """Return a metric's rows: of every family, of the niches of one, or of `family` itself.

    by="family": one row per family; by="niche": `family` as a whole and its niches; by="none":
    `family` alone; by="all": every niche of every family.
    `dims` are "key=value" pairs that must all hold; rows of single captures come only with
    `captures`; `equal` filters columns.
    """
    frame = edition.values(metric_id).filter(
        *(pl.col(column) == wanted for column, wanted in equal.items()),
        *(pl.col("dims").str.split(";").list.contains(pair) for pair in dims),
    )
    if not captures:
        frame = frame.filter(~pl.col("dims").str.contains("capture="))
    metric = next((m for m in edition.manifest["metrics"] if m["id"] == metric_id), {})
    sorted_in = pl.col("family") != "unclassified", pl.col("niche") != "unclassified"
    return frame.filter(*_level(by, family), *sorted_in).with_columns(
        _label(by),
        unit=pl.lit(metric.get("unit", "")),
        decimals=pl.lit(metric.get("decimals", 1)),
    )


def _label(by: str) -> pl.Expr:
    """A family's own row among its niches is the whole of it."""
    family, niche = (pl.col(name).replace(names()) for name in ("family", "niche"))
    whole = pl.concat_str([family, pl.lit(WHOLE)])
    if by == "all":
        return niche.alias("label")
    if by == "niche":
        return pl.when(pl.col("niche") == STAR).then(whole).otherwise(niche).alias("label")
    return family.alias("label")


def _level(by: str, family: str) -> tuple[pl.Expr, pl.Expr]:
    in_family = pl.col("family") == family
    return {
        "niche": (in_family, pl.lit(True)),
        "all": (pl.lit(True), pl.col("niche") != STAR),
        "family": (pl.col("family") != STAR, pl.col("niche") == STAR),
        "none": (in_family, pl.col("niche") == STAR),
    }[by]


def dim(frame: pl.DataFrame, *keys: str) -> pl.DataFrame:
    """Return rows with each of the dimensions `keys` as a column of that name."""
    return frame.with_columns(
        pl.col("dims").str.extract(rf"(?:^|;){key}=([^;]*)").alias(key) for key in keys
    )


def relabelled(
    frame: pl.DataFrame, column: str, words: Mapping[str, str], *, into: str = "label"
) -> pl.DataFrame:
    """Return the rows whose `column` is in `words`, with its words in `into`, in their order."""
    known = frame.filter(pl.col(column).is_in(list(words)))
    place = {key: position for position, key in enumerate(words)}
    order = pl.col(column).replace_strict(place, return_dtype=pl.Int64)
    return known.sort(order, maintain_order=True).with_columns(
        pl.col(column).replace(words).alias(into)
    )


def with_capture(frame: pl.DataFrame, *, whole: str) -> pl.DataFrame:
    """Return rows with a column `when`: the day of their capture, or `whole` for all together.

    Captures come oldest first, the whole last; one known to be defective says so.
    """
    defect = pl.when(pl.col("flags").str.contains("defect")).then(pl.lit(" (defective)"))
    day = pl.col("capture").str.to_date(strict=False).dt.strftime("%-d %b %Y")
    return (
        dim(frame, "capture")
        .sort("capture", maintain_order=True, nulls_last=True)
        .with_columns((day + defect.otherwise(pl.lit(""))).fill_null(pl.lit(whole)).alias("when"))
    )


def latest(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of the newest full period."""
    full = frame.filter(~pl.col("flags").str.contains(ODD))
    return full.filter(pl.col("period_start") == pl.col("period_start").max())


def together(*frames: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of several metrics or sources as one frame of the columns all have."""
    shared = [name for name in frames[0].columns if all(name in f.columns for f in frames)]
    return pl.concat([frame.select(shared) for frame in frames], how="vertical_relaxed")


def newest_of_each(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of the newest full period of each source."""
    full = frame.filter(~pl.col("flags").str.contains(ODD))
    start = pl.col("period_start")
    return full.filter(start.is_null() | (start == start.max().over("source_id")))


def with_text(frame: pl.DataFrame, most: int = 6) -> pl.DataFrame:
    """Return the rows of the `most` largest sources that hold more than bare titles."""
    full = frame.filter(~pl.col("flags").str.contains("title_only")).drop_nulls("n")
    sizes = (
        full.group_by("source_id").agg(pl.col("n").max()).sort("n", "source_id", descending=True)
    )
    order = {name: place for place, name in enumerate(sizes["source_id"][:most])}
    kept = full.filter(pl.col("source_id").is_in(list(order)))
    return kept.sort(
        pl.col("source_id").replace_strict(order, return_dtype=pl.Int64), maintain_order=True
    )


def with_source(frame: pl.DataFrame, edition: Edition, *, label: bool = False) -> pl.DataFrame:
    """Return rows with their source's title in a column `source`, or as their label."""
    named = pl.col("source_id").replace(titles(edition))
    return frame.with_columns(named.alias("label" if label else "source"))


def titles(edition: Edition) -> dict[str, str]:
    """Return the titles of the sources of an edition by id."""
    return {entry["id"]: entry["title"] for entry in edition.manifest["sources"]}
