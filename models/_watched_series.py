"""Keyword shares that others publish by month: dated without a text, by the same test of bursts."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from models._bursts import Counts

SHARES, TOTALS = "keyword_share_pct", "hiring_posts"


def keyword_counts(series: pl.DataFrame, source: str) -> tuple[list[str], list[date], Counts]:
    """Return keywords, months and counts of a source's monthly shares times its posts.

    Months that the producer left out or flags are not complete, and never zero.
    """
    own = series.filter((pl.col("source_id") == source) & (pl.col("grain") == "month"))
    own = own.with_columns(month=pl.col("period_start").dt.date())
    totals = own.filter(pl.col("series_id") == TOTALS).filter(pl.col("value") > 0)
    shares = own.filter(pl.col("series_id") == SHARES).drop_nulls("value")
    if totals.is_empty() or shares.is_empty():
        return [], [], Counts(np.zeros((0, 0)), np.zeros(0), np.zeros(0, dtype=bool))
    months = pl.date_range(totals["month"].min(), totals["month"].max(), "1mo", eager=True)
    place = {month: i for i, month in enumerate(months)}
    size, whole = np.zeros(len(months)), np.zeros(len(months), dtype=bool)
    for month, value, flag in totals.select("month", "value", "flags").iter_rows():
        size[place[month]], whole[place[month]] = value, not flag
    words = shares["dims"].str.replace("^keyword=", "").unique().sort().to_list()
    posts, told = np.zeros((len(words), len(months))), np.zeros(len(months), dtype=bool)
    for month, dims, value in shares.select("month", "dims", "value").iter_rows():
        if month in place:
            at = place[month]
            posts[words.index(dims.removeprefix("keyword=")), at] = round(value * size[at] / 100)
            told[at] = True
    return [w.replace("_", " ") for w in words], months.to_list(), Counts(posts, size, whole & told)
