"""The listings of one source as months of cleaned texts, and how many of them hold a term."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from models._bursts import MONTH_FLOOR, Counts
from models._posters import STAND_INS, posters, stand_ins
from models._term_counts import cleaned, occurrences, stop_words

THIN_MONTH = 15  # fewer listings: not a month of the axis' ends, never a complete month
UNDATED = -1
FIRST_MONTH, LAST_MONTH = date(2000, 1, 1), date(2099, 12, 1)  # a wrong date makes no long axis


@dataclass(frozen=True)
class Corpus:
    """Texts (`row`, `text`, `month`: position or -1), stand-in posters by row, and the months."""

    texts: pl.DataFrame
    posters: pl.DataFrame
    stops: list[str]
    months: list[date]
    totals: np.ndarray
    complete: np.ndarray

    @property
    def latest(self) -> int | None:
        """Return the position of the last complete month."""
        whole = np.flatnonzero(self.complete)
        return int(whole[-1]) if len(whole) else None


def corpus(listings: pl.DataFrame, ai_terms: pl.DataFrame, rules: pl.DataFrame) -> Corpus:
    """Return the corpus of one source; the same words twice in a month count once."""
    stops = stop_words(rules)
    months, partial = _months(listings)
    place = {month: i for i, month in enumerate(months)}
    texts = cleaned(listings, ai_terms, rules).with_columns(
        month=_month(listings).replace_strict(place, default=UNDATED, return_dtype=pl.Int32)
    )
    letters = pl.col("text").str.replace_all(r"[^\p{L}]+", "")
    texts = texts.filter(letters.hash().is_first_distinct().over("month")).filter(letters != "")
    keys = stand_ins(listings, stops).with_row_index("row")
    totals = np.bincount(texts["month"].to_numpy() + 1, minlength=len(months) + 1)[1:]
    whole = (totals >= THIN_MONTH) & ~np.array([m in partial for m in months], dtype=bool)
    return Corpus(texts, keys, stops, months, totals, whole)


def _month(listings: pl.DataFrame) -> pl.Series:
    """Return the first day of the posting month; null where the date cannot be one."""
    month = pl.col("posted_at").dt.replace_time_zone(None).dt.month_start().dt.date()
    return listings.select(posted=pl.when(month.is_between(FIRST_MONTH, LAST_MONTH)).then(month))[
        "posted"
    ]


def _months(listings: pl.DataFrame) -> tuple[list[date], set[date]]:
    """Return consecutive months, first to last with enough listings, and those held in part."""
    month = _month(listings)
    size = month.drop_nulls().value_counts(name="n").filter(pl.col("n") >= THIN_MONTH)
    name = month.name
    if size.is_empty():
        return [], set()
    axis = pl.date_range(size[name].min(), size[name].max(), "1mo", eager=True).to_list()
    part = set()
    if "flags" in listings.columns:
        is_part = listings["flags"].list.contains("partial_window").fill_null(False)
        part = set(month.filter(is_part).drop_nulls())
    if "last_seen_at" in listings.columns and (seen := listings["last_seen_at"].max()):
        part |= {m for m in axis if (m.year, m.month) >= (seen.year, seen.month)}
    return axis, part


def candidates(data: Corpus) -> list[str]:
    """Return the terms of at least five listings of one complete month."""
    found: set[str] = set()
    for texts in _by_month(data):
        found |= set(occurrences(texts, data.stops, floor=MONTH_FLOOR)["term"].unique())
    return sorted(found)


def count(data: Corpus, terms: list[str]) -> Counts:
    """Return the posts per term and month."""
    posts = np.zeros((len(terms), len(data.months)), dtype=np.int32)
    place = pl.DataFrame({"term": terms, "at": range(len(terms))}, schema={"term": pl.String,
                         "at": pl.Int64})  # fmt: skip
    for texts in _by_month(data):
        found = (
            occurrences(texts, data.stops, only=terms).group_by("term").len().join(place, "term")
        )
        posts[found["at"].to_numpy(), texts["month"][0]] = found["len"].to_numpy()
    return Counts(posts, data.totals, data.complete)


def _by_month(data: Corpus) -> Iterable[pl.DataFrame]:
    """Yield the texts of each month, one after the other: memory stays that of one month."""
    for month in np.flatnonzero(data.totals):
        yield data.texts.filter(pl.col("month") == int(month))


def where(data: Corpus, terms: Iterable[str]) -> pl.DataFrame:
    """Return `row`, `term`, `month` of the given terms, undated listings included."""
    only = sorted(set(terms))
    schema = {"row": data.texts.schema["row"], "term": pl.String, "month": pl.Int32}
    parts = [
        occurrences(texts, data.stops, only=only).with_columns(month=pl.lit(month, pl.Int32))
        for (month,), texts in data.texts.group_by("month", maintain_order=True)
    ]
    return pl.concat([pl.DataFrame(schema=schema), *(part.cast(schema) for part in parts)])


def posters_of(data: Corpus, pairs: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Return the number of posters per group of `pairs` (a frame with `row`)."""
    keys = data.posters.select("row", *STAND_INS)
    return posters(pairs.join(keys, on="row"), by)
