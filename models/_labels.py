"""What a source's own category or skills say a listing is, through its crosswalk."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

KEY = ["source_id", "native_id"]


def labelled(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the listings whose source says what they are: key, `family`, `niche`, `outside`.

    `outside` marks a category that the crosswalk knows and puts outside the taxonomy.
    """
    known = (
        frames["ref_crosswalk"]
        .select("crosswalk", _key("label"), "family", "niche")
        .unique(["crosswalk", "label"], keep="first", maintain_order=True)
    )
    walk = frames["ref_sources"].select("source_id", "crosswalk").drop_nulls()
    listings = frames["core_listings"].select(*KEY, "source_category", "skills")
    listings = listings.join(walk, on="source_id", maintain_order="left")
    by_category = _by_category(listings, known)
    rest = listings.join(by_category, on=KEY, how="anti", maintain_order="left")
    return pl.concat([by_category, _by_skills(rest, known)]).sort(KEY)


def _key(column: str) -> pl.Expr:
    return pl.col(column).str.strip_chars().str.to_lowercase()


def _by_category(listings: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Look up the whole path, then its last part, then its first."""
    path = pl.col("source_category").str.split(" > ")
    tried = listings.drop_nulls("source_category").select(
        *KEY,
        "crosswalk",
        label=pl.concat_list("source_category", path.list.last(), path.list.first()),
    )
    tried = tried.with_columns(rank=pl.lit([0, 1, 2])).explode("label", "rank")
    found = tried.with_columns(_key("label")).join(known, on=["crosswalk", "label"])
    # A label that tells nothing ("Finance") yields to the skills; a whole path outside the
    # taxonomy ("Lifestyle > Astrology") is an answer.
    is_path = (pl.col("rank") == 0) & pl.col("label").str.contains(" > ", literal=True)
    found = found.with_columns(outside=is_path & pl.col("family").is_null())
    found = found.filter(pl.col("family").is_not_null() | pl.col("outside"))
    return (
        found.sort(*KEY, "rank")
        .unique(KEY, keep="first", maintain_order=True)
        .select(*KEY, "family", "niche", "outside")
    )


def _by_skills(listings: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Take the family that more than half of the telling skills name, its niche likewise."""
    skills = listings.select(*KEY, "crosswalk", label="skills").explode(
        "label", empty_as_null=False, keep_nulls=False
    )
    telling = skills.with_columns(_key("label")).join(known, on=["crosswalk", "label"])
    telling = telling.drop_nulls("family")
    family = _majority(telling, "family")
    inside = telling.join(family, on=[*KEY, "family"]).drop_nulls("niche")
    niche = _majority(inside, "niche")
    return family.join(niche, on=KEY, how="left").with_columns(outside=pl.lit(False))


def _majority(votes: pl.DataFrame, column: str) -> pl.DataFrame:
    counts = votes.group_by(*KEY, column).len()
    share = pl.col("len") / pl.col("len").sum().over(KEY)
    return counts.filter(share > 0.5).drop("len")
