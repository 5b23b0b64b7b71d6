"""Which new words only take the place of old ones: a rise that another term's fall makes up for.

Thousands of terms fall a little every month, so a matching fall alone means nothing. The old term
must also be related: written with the same letters, sharing a word, or among the few of all terms
that stood in the company in which the new one now stands.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import sparse

from models._bursts import BEFORE, RECENT, Counts, Window, overdispersion, window
from models._term_corpus import Corpus, where

FALL_Z = -2.33  # one in a hundred, one-sided
FALL_PER_RISE = (0.5, 2.0)  # a rename loses about what it gains
SUM_RATIO = 1.25  # posts with either term: as many after as before, within this
NEAREST = 3  # of all terms: with ten fallen terms, a chance match in one of thirty at most
FEWEST_POSTS = 15  # of the old term before
CONTEXT_TERMS, SAMPLED = 500, 1_000  # words that make the company; listings per month read for it
_Z = 1.96
SCHEMA = {"term": pl.String, "is_rename_of": pl.String, "month": pl.Int32}


def renames(data: Corpus, terms: list[str], counts: Counts, burst: pl.DataFrame) -> pl.DataFrame:
    """Return `term`, `is_rename_of`, `month` of the bursts (`term`, `month`) that are one."""
    if not burst.height:
        return pl.DataFrame(schema=SCHEMA)
    place = {term: i for i, term in enumerate(terms)}
    stands, month_of = _sample(data, terms)
    related = []
    for (month,), group in burst.group_by("month", maintain_order=True):
        company = _kept_company(stands, month_of, month, counts)
        for term in group["term"]:
            fallen = _fallen(counts, place[term], month)
            found = _related(terms, place[term], fallen, company)
            related += [(term, month, old) for old in found]
    pairs = where(data, {t for term, _, old in related for t in (term, terms[old])})
    rows = {key: group for (key,), group in pairs.group_by("term")}
    found = [
        (term, terms[old], month) for term, month, old in related
        if _sum_holds(counts, month, pl.concat([rows[term], rows[terms[old]]]))
    ]  # fmt: skip
    frame = pl.DataFrame(found, schema=SCHEMA, orient="row")
    return frame.unique("term", keep="first", maintain_order=True)


def _fallen(counts: Counts, new: int, month: int) -> np.ndarray:
    """Return the terms that fell significantly, by about what the new term rose."""
    seen = window(counts, month)
    z = seen.log_odds / np.sqrt(seen.variance + overdispersion(seen))
    change = seen.a / seen.n_recent - seen.b / seen.n_before
    low, high = FALL_PER_RISE
    about = (-change >= low * change[new]) & (-change <= high * change[new])
    return np.flatnonzero((z < FALL_Z) & (seen.b >= FEWEST_POSTS) & about)


def _sum_holds(counts: Counts, month: int, rows: pl.DataFrame) -> bool:
    """Tell whether posts with either term are as common after as before."""
    dated = rows.unique("row").filter(pl.col("month") >= 0)["month"].to_numpy()
    size = np.bincount(dated, minlength=len(counts.totals))
    either: Window = window(Counts(size[None, :], counts.totals, counts.complete), month)
    unsure = _Z * float(np.sqrt(either.variance[0] + overdispersion(window(counts, month))))
    return abs(either.log_odds[0]) <= min(unsure, np.log(SUM_RATIO))


def _sample(data: Corpus, terms: list[str]) -> tuple[sparse.csr_matrix, np.ndarray]:
    """Return listings x terms of up to 1,000 listings a month, evenly spaced, and their months."""
    order = pl.int_range(pl.len()).over("month")
    step = (pl.len().over("month") / SAMPLED).ceil().cast(pl.Int64)
    chosen = data.texts.filter((pl.col("month") >= 0) & (order % step == 0))
    part = Corpus(chosen, data.posters, data.stops, data.months, data.totals, data.complete)
    number = pl.DataFrame({"term": terms, "column": range(len(terms))})
    lines = chosen.select("row").with_row_index("line")
    found = where(part, terms).join(number, on="term").join(lines, on="row")
    ones = np.ones(found.height, dtype=np.float32)
    at = (found["line"].to_numpy(), found["column"].to_numpy())
    return (
        sparse.csr_matrix((ones, at), shape=(chosen.height, len(terms))),
        chosen["month"].to_numpy(),
    )


def _related(terms: list[str], new: int, fallen: np.ndarray, company: Company) -> list[int]:
    """Return which fallen terms are related to the new one, the surest kind first."""
    alike = [int(i) for i in fallen if _same_words(terms[new], terms[i])]
    rest = [int(i) for i in fallen if i not in alike]
    nearest = _nearest(terms, new, company) if rest else set()
    return alike + [i for i in rest if i in nearest]


def _same_words(one: str, other: str) -> bool:
    letters = [term.replace("-", "").replace(".", "").replace(" ", "") for term in (one, other)]
    return letters[0] == letters[1] or bool(set(one.split()) & set(other.split()))


@dataclass(frozen=True)
class Company:
    """Recent listings x terms, the terms that make company, and what company each term kept."""

    recent: sparse.csr_matrix
    context: np.ndarray
    usual: np.ndarray  # share of the context terms before
    old: np.ndarray  # terms of enough listings before
    theirs: np.ndarray  # old x context


def _kept_company(
    stands: sparse.csr_matrix, month_of: np.ndarray, month: int, counts: Counts
) -> Company:
    first = month - RECENT + 1
    recent = stands[(month_of >= first) & (month_of <= month)]
    before = stands[(month_of >= first - BEFORE) & (month_of < first)]
    context = np.argsort(-counts.posts[:, first - BEFORE : month + 1].sum(axis=1))[:CONTEXT_TERMS]
    usual = np.asarray(before[:, context].mean(axis=0)).ravel() + 1e-3
    size = np.asarray(before.sum(axis=0)).ravel()
    old = np.flatnonzero(size >= FEWEST_POSTS)
    together = (before[:, old].T @ before[:, context]).toarray()
    return Company(recent, context, usual, old, _company(together, size[old][:, None], usual))


def _nearest(terms: list[str], new: int, company: Company) -> set[int]:
    """Return the terms whose company before is most like the new term's company now."""
    has = company.recent[:, [new]].toarray().ravel() > 0
    mine = np.asarray(company.recent[has][:, company.context].sum(axis=0)).ravel()
    own = _company(mine, np.float64(max(has.sum(), 1)), company.usual)
    own[[_same_words(terms[new], terms[i]) for i in company.context]] = 0
    length = np.linalg.norm(company.theirs, axis=1) * np.linalg.norm(own)
    shared = [_same_words(terms[new], terms[i]) for i in company.old]
    cosine = np.divide(company.theirs @ own, length, out=np.zeros(len(length)), where=length > 0)
    order = np.argsort(-np.where(shared, -1.0, cosine))
    return set(company.old[order[:NEAREST]].tolist())


def _company(posts: np.ndarray, rows: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """Return by how much each context word is commoner than usual; log, never negative."""
    return np.maximum(np.log((posts / rows + 1e-3) / usual), 0) * (posts >= 2)
