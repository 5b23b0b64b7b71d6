"""Month by month: what bursts, and by how many posters.

At each month nothing later is read: counts, ordinary movement and posters are of its window.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from models._bursts import RECENT, Counts, rising
from models._term_corpus import Corpus, posters_of, where

FEWEST_POSTERS = 5
SETTLING_MONTHS = 6  # the old word must have had time to go
FLAGS = {"term": pl.String, "month": pl.Int32, "posters": pl.UInt32}


def flags(data: Corpus, terms: list[str], counts: Counts, kept: set[str]) -> pl.DataFrame:
    """Return `term`, `month`, `posters` (of the recent months) of every burst.

    Terms of the kept lists are one family of tests, all others another.
    """
    family = np.array([term in kept for term in terms], dtype=int)
    found = [
        (terms[i], month) for month in range(len(data.months))
        for i in rising(counts, month, family)
    ]  # fmt: skip
    risen = pl.DataFrame(found, schema={"term": pl.String, "month": pl.Int32}, orient="row")
    pairs = where(data, risen["term"]).rename({"month": "posted"})
    recent = risen.join(pairs, on="term").filter(
        pl.col("posted").is_between(pl.col("month") - RECENT + 1, "month")
    )
    told = posters_of(data, recent, ["term", "month"])
    return risen.join(told, on=["term", "month"]).cast(FLAGS).sort("month", "term")


def first_flags(burst: pl.DataFrame) -> pl.DataFrame:
    """Return the first burst of each term."""
    return burst.sort("month", "term").unique("term", keep="first", maintain_order=True)


def settled(burst: pl.DataFrame) -> pl.DataFrame:
    """Return per term the last burst within six months of its first: when a rename shows."""
    first = pl.col("month").min().over("term")
    return (
        burst.filter(pl.col("month") - first <= SETTLING_MONTHS)
        .sort("month", "term", descending=[True, False])
        .unique("term", keep="first", maintain_order=True)
        .sort("month", "term")
    )
