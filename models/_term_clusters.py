"""Which rising terms are of one service: those that stand in the same listings."""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy import sparse
from sklearn.cluster import AgglomerativeClustering

TOGETHER = 0.3  # mean cosine of occurrence (Ochiai) that joins two clusters


def incidence(pairs: pl.DataFrame, terms: list[str], rows: int) -> sparse.csr_matrix:
    """Return listings x terms, 1 where the term stands in the listing, from `row`, `term`."""
    number = pl.DataFrame({"term": terms, "column": range(len(terms))},
                          schema={"term": pl.String, "column": pl.Int64})  # fmt: skip
    found = pairs.join(number, on="term")
    ones = np.ones(found.height, dtype=np.float32)
    place = (found["row"].to_numpy(), found["column"].to_numpy())
    return sparse.csr_matrix((ones, place), shape=(rows, len(terms)))


def clusters(stands: sparse.csr_matrix) -> np.ndarray:
    """Return the cluster number of each term: average linkage over the cosine of occurrence."""
    terms = stands.shape[1]
    if terms < 2:
        return np.zeros(terms, dtype=int)
    both = (stands.T @ stands).toarray().astype(float)
    size = np.sqrt(np.maximum(both.diagonal(), 1))
    distance = 1 - both / size[:, None] / size[None, :]
    np.fill_diagonal(distance, 0)
    model = AgglomerativeClustering(
        n_clusters=None, metric="precomputed", linkage="average", distance_threshold=1 - TOGETHER
    )
    return model.fit_predict(np.maximum(distance, 0))
