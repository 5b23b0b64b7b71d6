"""Series that a shock's effect can be estimated on: counts of categories by month, per source.

Published group levels (`core_series`: groups that exposure_groups.csv maps to our families; others,
as the index's microwork, whose coverage breaks, enter the search for anomalies only), monthly
counts without groups (Hacker News), and volumes of listing sources that see whole windows. Partial
months are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

GROUPED = ("oli_level",)  # series_id of counts by occupation group
WHOLE = ("hiring_posts", "seeking_posts")  # series_id of counts without groups


@dataclass(frozen=True)
class Series:
    """Counts (categories x months) of one source; families and exposure of each category."""

    source_id: str
    platform: str
    side: str
    flags: str
    categories: tuple[str, ...]
    families: tuple[frozenset[str], ...]
    exposure: np.ndarray
    months: tuple[date, ...]
    counts: np.ndarray
    is_listings: bool
    left_out: tuple[str, ...] = ()  # groups of the source that no family of ours stands for
    left_counts: np.ndarray | None = None


def month_number(day: date) -> int:
    """Return months since year 0."""
    return day.year * 12 + day.month - 1


def all_series(frames: Mapping[str, pl.DataFrame]) -> list[Series]:
    """Return every series with its months in order, sources sorted."""
    sources = frames["ref_sources"].sort("source_id")
    series = frames["core_series"].filter(
        (pl.col("grain") == "month") & (pl.col("geo") == "*")
        & ~pl.col("flags").str.split(";").list.contains("partial")
        & pl.col("value").is_not_null()
    ).with_columns(pl.col("period_start").cast(pl.Date))  # fmt: skip
    prior = frames["est_niche_exposure"].group_by("family").agg(pl.col("prior_rank").mean())
    exposure = dict(prior.iter_rows())
    found = []
    for place in sources.iter_rows(named=True):
        own = series.filter(pl.col("source_id") == place["source_id"])
        groups = frames["ref_exposure_groups"].filter(pl.col("source_id") == place["source_id"])
        cells = own.filter(pl.col("series_id").is_in(GROUPED)).with_columns(
            category=pl.col("dims").str.extract(r"occupation_group=([^;]+)")
        )
        cells = cells.filter(pl.col("category") != "all")
        families = {label: frozenset(part["family"]) for (label,), part in groups.group_by("label")}
        found.append(_series(place, cells, families, exposure, "reference"))
        whole = own.filter(pl.col("series_id").is_in(WHOLE))
        for name in sorted(whole["series_id"].unique()):
            one = whole.filter(pl.col("series_id") == name).with_columns(category="series_id")
            found.append(_series(place, one, {name: frozenset()}, {}, "reference"))
        found.append(_volumes(place, frames["mart_listing_counts"], exposure))
    return [one for one in found if one is not None]


def _volumes(place: dict, counts: pl.DataFrame, exposure: dict[str, float]) -> Series | None:
    """Return the monthly volumes by family of a source that sees whole windows of demand."""
    cells = counts.filter(
        (pl.col("source_id") == place["source_id"]) & (pl.col("scope") == "window")
        & (pl.col("grain") == "month") & (pl.col("side") == "demand") & (pl.col("capture") == "")
        & (pl.col("family") != "*") & (pl.col("niche") == "*")
        & pl.col("period_start").is_not_null()
        & ~pl.col("flags").str.split(";").list.contains("partial")
    ).select("period_start", category="family", value=pl.col("k").cast(pl.Float64))  # fmt: skip
    families = {name: frozenset([name]) for name in cells["category"].unique()}
    return _series(place, cells, families, exposure, "", is_listings=True)


def _series(
    place: dict, cells: pl.DataFrame, families: Mapping[str, frozenset[str]],
    exposure: Mapping[str, float], flags: str, is_listings: bool = False,
) -> Series | None:  # fmt: skip
    if cells.is_empty():
        return None
    wide = cells.pivot("category", index="period_start", values="value").sort("period_start")
    every = sorted(set(wide.columns) - {"period_start"})
    names = tuple(name for name in every if name in families)
    rest = tuple(name for name in every if name not in families)
    if is_listings:  # a month read whole, in which a family had no post
        wide = wide.with_columns(pl.col(names).fill_null(0))
    wide = wide.drop_nulls()
    if not names or wide.is_empty():
        return None
    doses = [
        np.mean([exposure[f] for f in sorted(families[name]) if f in exposure] or [np.nan])
        for name in names
    ]
    if place["selected"]:
        flags = ";".join(filter(None, (flags, "selected_query")))
    return Series(
        place["source_id"], place["platform"], "demand", flags, names,
        tuple(families[name] for name in names), np.array(doses, float),
        tuple(wide["period_start"]), wide.select(names).to_numpy().T.astype(float), is_listings,
        rest, wide.select(rest).to_numpy().T.astype(float) if rest else None,
    )  # fmt: skip
