"""What one source tells: its bursts, renames, and where the terms that matter stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from models._bursts import Counts, window
from models._life_cycle import spread
from models._renames import SCHEMA as RENAMES
from models._renames import renames
from models._term_corpus import Corpus, candidates, corpus, count, posters_of, where
from models._walk_forward import FLAGS, flags, settled

DATED = ("window", "sample")  # scopes in which a month is the market, or a fair sample of it


@dataclass(frozen=True)
class Told:
    """A source's months, bursts and renames, and the listings (`row`) of the terms that matter."""

    source: str
    platform: str
    scope: str
    months: list[date]
    totals: np.ndarray
    complete: np.ndarray
    burst: pl.DataFrame  # term, month, posters
    renamed: pl.DataFrame  # term, is_rename_of, month
    pairs: pl.DataFrame  # row, term, month (position; -1 undated)
    used: pl.DataFrame  # term, posts, posters, over all months
    extra: dict[int, tuple[float, float]]  # by month: spread of ordinary terms, fast and slow

    def counts(self, terms: list[str]) -> Counts:
        """Return the listings with any of the terms, by month, as a single series."""
        rows = self.pairs.filter(pl.col("term").is_in(terms) & (pl.col("month") >= 0))
        dated = rows.unique("row")["month"].to_numpy()
        posts = np.bincount(dated, minlength=len(self.months))
        return Counts(posts[None, :], self.totals, self.complete)


def told(
    listings: pl.DataFrame, source: dict[str, str], reference: dict[str, pl.DataFrame],
    kept: set[str],
) -> Told:  # fmt: skip
    """Read one source's listings. Only sources whose months are the market are searched."""
    data = corpus(listings, reference["ref_ai_terms"], reference["ref_term_rules"])
    burst, renamed = pl.DataFrame(schema=FLAGS), pl.DataFrame(schema=RENAMES)
    extra: dict[int, tuple[float, float]] = {}
    if source["scope"] in DATED and any(_windows(data)):
        terms = candidates(data)
        counts = count(data, terms)
        burst = flags(data, terms, counts, kept)
        renamed = renames(data, terms, counts, settled(burst))
        extra = {m: spread(counts, m) for m in _windows(data)}
    watched = reference["ref_service_terms"]["term"].to_list()
    # A term that no kept list holds is counted as a burst, and never looked up by name again.
    named = [t for t in burst["term"].unique().to_list() if t in kept]
    old = renamed.filter(pl.col("term").is_in(named))["is_rename_of"].to_list()
    pairs = where(data, [*named, *watched, *old])
    used = pairs.group_by("term").len("posts").join(posters_of(data, pairs, ["term"]), on="term")
    return Told(
        source["source_id"], source["platform"], source["scope"], data.months, data.totals,
        data.complete, burst, renamed, pairs, used, extra,
    )  # fmt: skip


def _windows(data: Corpus) -> list[int]:
    empty = Counts(np.zeros((1, len(data.months))), data.totals, data.complete)
    return [m for m in range(len(data.months)) if window(empty, m) is not None]
