"""Figures on proposals at equal age, bids in the end, and what a win costs. No Streamlit."""

from __future__ import annotations

import polars as pl

from etl.edition import Edition
from pages.parts import charts, headlines, labels, verdicts
from pages.parts.figures import Figure
from pages.parts.palette import Palette
from pages.parts.rows import dim, newest_of_each, relabelled, rows, with_source


def figures(edition: Edition, colours: Palette, family: str, band: str) -> list[Figure]:
    """Return the figures of one kind of work; `band`: the age of listings the cost is of."""
    aged = rows(edition, "proposals_at_age", stat="mean", family=family, source_id="upwork_search")
    aged = relabelled(dim(aged, "age_band"), "age_band", labels.AGE_BANDS)
    mean = (
        "A listing up to 12 hours old has {00-12h} proposals on average, one of 12 to 24 {12-24h}"
    )
    final = newest_of_each(
        rows(edition, "expected_bids", by="family", source_id="freelancer_search")
    )
    crowded = with_source(newest_of_each(rows(edition, "bid_concentration")), edition, label=True)
    paid = costs(edition, family, band)
    return [
        Figure("aged", "proposals_at_age", aged, headlines.filled(mean, aged, "age_band"),
               charts.dots(aged, colours, ranked=False), "Two snapshots, from brackets."),
        Figure("final", "expected_bids", final,
               headlines.extremes(final, "draws most bids in the end", "fewest"),
               charts.dots(final, colours), "One search on Freelancer.com."),
        Figure("costs", "cost_to_win", paid,
               headlines.extremes(paid, "costs most to win, if every listing hires one", "least"),
               charts.dots(paid, colours, tick_format="$,.0f"),
               "Bought tokens alone; the assumptions stand in data/reference/bidding_costs.csv."),
        Figure("crowded", "bid_concentration", crowded,
               verdicts.share_of(crowded, "of all bids go to the most bid-on tenth"),
               charts.dots(crowded, colours, tick_format=".0%")),
    ]  # fmt: skip


def costs(edition: Edition, family: str, band: str) -> pl.DataFrame:
    """Return what a win costs by source and tokens a proposal, of listings of one age."""
    table = rows(edition, "cost_to_win", stat="mean", family=family)
    table = with_source(newest_of_each(dim(table, "age_band", "tokens")), edition)
    table = table.filter(pl.col("age_band").is_null() | (pl.col("age_band") == band))
    label = pl.concat_str("source", pl.lit(", tokens a proposal: "), pl.col("tokens"))
    return table.with_columns(label=label.fill_null(pl.col("source")))
