"""Who posts, where the source does not tell: stand-ins read from the listing itself.

Personal data is dropped when listings are read, so no poster is known. Posts of one poster mostly
begin alike or are near-duplicates: posts that share a stand-in, also through others, count as of
one poster. The number is low rather than high; who varies every post on purpose is not caught.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy import sparse
from scipy.sparse.csgraph import connected_components

OPENING_WORDS = 3  # of the title, stop words left out: on boards the firm's name
_SEEDS = (1, 2, 3, 4)  # texts that share a fifth of their words: one pair in 600 by chance
STAND_INS = ("opening", "title_words", "text_sketch")


def stand_ins(listings: pl.DataFrame, stops: list[str]) -> pl.DataFrame:
    """Return three keys per listing; posts of one poster tend to share at least one.

    `opening`: the first words of the title; `title_words`: its set of words; `text_sketch`: four
    min-hashes (Broder 1997) of the words of title and text, alike for near-duplicates. A known
    `poster` takes the place of all three.
    """
    if "poster" in listings.columns:
        return listings.select(pl.col("poster").alias(name) for name in STAND_INS)
    title, text = (pl.col(c).fill_null("") for c in ("title", "text"))
    told = pl.when(title != "").then(title).otherwise(text).str.head(200)
    words = told.str.to_lowercase().str.extract_all(r"\p{L}+")
    body = pl.concat_str(title, text, separator=" ").str.head(1_500).str.to_lowercase()
    # Hashes go by content: the same words give the same sketch within one run.
    body_words = body.str.extract_all(r"\p{L}{4,40}")
    frame = listings.select(words=words, body=body_words).with_row_index("_row")
    sketch = frame.select("_row", "body").explode("body", empty_as_null=False, keep_nulls=False)
    sketch = sketch.group_by("_row").agg(
        *(pl.col("body").hash(seed).min().alias(f"_{seed}") for seed in _SEEDS)
    )
    content = pl.col("words").list.filter(~pl.element().is_in(stops))
    return frame.join(sketch, on="_row", how="left", maintain_order="left").select(
        opening=content.list.head(OPENING_WORDS).list.join(" "),
        title_words=pl.col("words").list.unique().list.sort().list.join(" "),
        text_sketch=pl.concat_str([f"_{seed}" for seed in _SEEDS], separator="-"),
    )


def posters(keys: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Return `by`, `posters`: the number of sets of listings that no stand-in connects."""
    keys = keys.with_row_index("_row")
    rows, nodes, edges = keys.height, keys.height, []
    for name in STAND_INS:
        told = keys.filter(pl.col(name).fill_null("") != "")
        number = told.select(_n=pl.struct(*by, name).rank("dense"))["_n"]
        edges.append((told["_row"].to_numpy(), number.to_numpy() - 1 + nodes))
        nodes += int(number.max() or 0)
    start, end = (np.concatenate([edge[i] for edge in edges]) for i in (0, 1))
    graph = sparse.coo_matrix((np.ones(len(start)), (start, end)), shape=(nodes, nodes))
    label = connected_components(graph, directed=False)[1][:rows]
    return (
        keys.select(by).with_columns(_set=label).group_by(by).agg(posters=pl.col("_set").n_unique())
    )
