"""The listings a price guide learns from, split so that near-duplicates stay together."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from models._posters import stand_ins
from models._price_features import GIVEN, MARKS
from models._price_rows import KEY

PARTS = {"teach": 0.6, "calibrate": 0.2, "measure": 0.2}
SEED = 0
TITLE_WORDS = 4  # a shorter title is alike by chance


def guide_rows(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return one row per listing with an advertised US-dollar price: GIVEN, log_price, part, group.

    Demand side, hourly or fixed, ranges by their middle, no implausible price, never a bid.
    """
    low, high = pl.col("price_min_usd"), pl.col("price_max_usd")
    middle = (pl.coalesce(low, high) + pl.coalesce(high, low)) / 2
    listings = frames["core_listings"].with_columns(log_price=middle.log()).filter(
        pl.col("side") == "demand", pl.col("pricing_type").is_in(["hourly", "fixed"]), middle > 0,
        ~pl.col("flags").list.contains("price_implausible").fill_null(False),
    )  # fmt: skip
    labels = frames["est_listing_labels"].select(*KEY, "family", "niche")
    marks = frames["core_readings"].select(*KEY, "ai_relation", *MARKS)
    rows = listings.join(labels, on=KEY, how="left").join(marks, on=KEY, how="left")
    rows = rows.with_columns(
        pl.when(pl.col(name) != "unclassified").then(pl.col(name)).alias(name)
        for name in ("family", "niche")
    ).sort(KEY)
    rows = rows.select(*KEY, *GIVEN, "log_price", group=near_duplicates(rows))
    return rows.with_columns(part=_parts(rows["group"].to_numpy()))


def near_duplicates(rows: pl.DataFrame) -> pl.Series:
    """Return a number per listing, equal for those of the same title words or nearly same text."""
    keys = stand_ins(rows, []).with_row_index("row")
    n, nodes, edges = keys.height, keys.height, []
    long = pl.col("title_words").str.count_matches(r"\S+") >= TITLE_WORDS
    for told in (keys.filter(long).select("row", key="title_words"),
                 keys.drop_nulls("text_sketch").select("row", key="text_sketch")):  # fmt: skip
        number = told["key"].rank("dense").to_numpy().astype(np.int64) - 1
        edges.append((told["row"].to_numpy().astype(np.int64), number + nodes))
        nodes += int(number.max(initial=-1)) + 1
    start, end = (np.concatenate([edge[i] for edge in edges]) for i in (0, 1))
    graph = sparse.coo_matrix((np.ones(len(start)), (start, end)), shape=(nodes, nodes))
    return pl.Series("group", connected_components(graph, directed=False)[1][:n])


def _parts(group: np.ndarray) -> pl.Series:
    """Return the part of each row, whole groups drawn by chance, the same each time."""
    names, first, number = np.unique(group, return_index=True, return_inverse=True)
    drawn = np.random.default_rng(SEED).random(len(names))[np.argsort(np.argsort(first))]
    cut = np.cumsum(list(PARTS.values()))[:-1]
    return pl.Series("part", np.array(list(PARTS))[np.searchsorted(cut, drawn[number])])
