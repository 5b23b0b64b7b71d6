"""Rows of `metric_values` for a figure: which, in what order, under which label. Pure polars."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from etl.edition import Edition
from etl.reference import taxonomy


def names() -> dict[str, str]:
    """Return what a reader calls each family and niche."""
    table = taxonomy()
    found = dict(table.select("family", "family_name").iter_rows())
    found |= dict(table.select("niche", "niche_name").iter_rows())
    return found | {"*": "All listings", "unclassified": "Unclassified"}


def family_names() -> dict[str, str]:
    """Return the families by id, in the order of their names."""
    table = taxonomy().select("family", "family_name").unique().sort("family_name")
    return dict(table.iter_rows())


def rows(
    edition: Edition, metric_id: str, *, by: str = "none", family: str = "*", **equal: object
) -> pl.DataFrame:
    """Return a metric's rows with a `label`, whole periods only unless `capture` is asked for.

    by="family": one row per family; by="niche": the niches of `family`; by="none": `family` itself.
    `equal` filters columns; `dims` keys are given as dims=("key=value", …) that must all hold.
    """
    frame = edition.values(metric_id)
    for column, value in equal.items():
        if column == "dims":
            held = pl.col("dims").str.split(";")
            frame = frame.filter(
                pl.all_horizontal(held.list.contains(pair) for pair in value)
            )
        else:
            frame = frame.filter(pl.col(column) == value)
    if not any(str(pair).startswith("capture=") for pair in equal.get("dims", ())):
        frame = frame.filter(~pl.col("dims").str.contains("capture="))
    star = pl.lit("*")
    if by == "family":
        frame = frame.filter((pl.col("family") != star) & (pl.col("niche") == star))
    elif by == "niche":
        frame = frame.filter((pl.col("family") == family) & (pl.col("niche") != star))
    else:
        frame = frame.filter((pl.col("family") == family) & (pl.col("niche") == star))
    label = "niche" if by == "niche" else "family"
    return frame.filter(pl.col(label) != "unclassified").with_columns(
        pl.col(label).replace(names()).alias("label")
    )


def dim(frame: pl.DataFrame, key: str) -> pl.DataFrame:
    """Return rows with the dimension `key` as a column of that name."""
    return frame.with_columns(pl.col("dims").str.extract(rf"(?:^|;){key}=([^;]*)").alias(key))


def relabelled(frame: pl.DataFrame, column: str, words: Mapping[str, str]) -> pl.DataFrame:
    """Return the rows whose `column` is in `words`, labelled by them."""
    return frame.filter(pl.col(column).is_in(list(words))).with_columns(
        pl.col(column).replace(words).alias("label")
    )
