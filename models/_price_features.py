"""What the price guide knows of a listing: one row of numbers, NaN where nothing is told.

Places without order (niche, country) stand as the smoothed mean log price of their training
listings, so trees need few splits and an unseen place is simply not told.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from models._price_rows import SPELT

SKILLS = 40  # of a pricing type, the most common
SMOOTH = 20  # listings a place must weigh up before its own mean counts half
MARKS = (
    "human_only", "originality_clause", "urgent", "creativity", "strategy", "communication",
    "ai_literacy",
)  # fmt: skip
EXPERIENCE = {"entry": 0, "intermediate": 1, "expert": 2}
RELATIONS = ("ai_build", "ai_content", "ai_assisted", "ai_context")
# What a reader may give, each optional.
GIVEN = {
    "pricing_type": pl.String, "family": pl.String, "niche": pl.String, "title": pl.String,
    "text": pl.String, "skills": pl.List(pl.String), "experience_level": pl.String,
    "duration_days_low": pl.Float64, "client_country": pl.String, "ai_relation": pl.String,
    **dict.fromkeys(MARKS, pl.Boolean),
}  # fmt: skip
GROUPS = ("niche", "experience", "duration", "country", "skills", "ai_relation", "words", "marks")
WIDTH = {"niche": 2, "experience": 1, "duration": 1, "country": 1, "skills": 1 + SKILLS,
         "ai_relation": len(RELATIONS), "words": 3, "marks": len(MARKS)}  # fmt: skip


def complete(listings: pl.DataFrame) -> pl.DataFrame:
    """Return the columns of GIVEN, those that are not there missing."""
    return listings.select(
        pl.col(name).cast(kind) if name in listings.columns else pl.lit(None, kind).alias(name)
        for name, kind in GIVEN.items()
    ).with_columns(pl.col("client_country").replace(SPELT))


def learn(listings: pl.DataFrame, log_price: np.ndarray) -> dict[str, Any]:
    """Return what encode needs: means of places, names of skills. Texts and numbers only."""
    frame = listings.with_columns(y=pl.Series(log_price))
    whole = float(log_price.mean())
    learnt: dict[str, Any] = {"whole": whole}
    for place in ("family", "niche", "client_country"):
        means = frame.drop_nulls(place).group_by(place).agg(
            ((pl.col("y").sum() + SMOOTH * whole) / (pl.len() + SMOOTH)).alias("mean"), n=pl.len()
        ).filter(pl.col("n") >= SMOOTH).sort(place)  # fmt: skip
        learnt[place] = np.array(means[place].to_list(), dtype=np.str_)
        learnt[f"{place}_mean"] = means["mean"].to_numpy().astype(np.float32)
    named = listings["skills"].drop_nulls().list.unique().list.explode(
        empty_as_null=False, keep_nulls=False
    ).value_counts(name="n").sort(["n", "skills"], descending=[True, False])  # fmt: skip
    learnt["skills"] = np.array(named["skills"].head(SKILLS).to_list(), dtype=np.str_)
    return learnt


def encode(listings: pl.DataFrame, learnt: Mapping[str, Any]) -> np.ndarray:
    """Return a row of numbers per listing (columns of `complete`), NaN where nothing is told."""
    parts = [_place(listings, learnt, name) for name in ("family", "niche")]
    parts.append(_numbers(listings["experience_level"].replace_strict(
        EXPERIENCE, default=None, return_dtype=pl.Float64)))  # fmt: skip
    parts.append(_numbers(listings["duration_days_low"]))
    parts.append(_place(listings, learnt, "client_country"))
    skills = listings["skills"]
    parts.append(_numbers(skills.list.len()))
    known = [str(name) for name in learnt["skills"]]
    parts += [_numbers(skills.list.contains(name)) for name in known]
    parts += [np.full(len(listings), np.nan)] * (SKILLS - len(known))
    parts += [_numbers(listings["ai_relation"] == kind) for kind in RELATIONS]
    words = {name: listings[name].str.count_matches(r"\S+") for name in ("title", "text")}
    parts += [_numbers(words["title"]), _numbers(words["text"]),
              _numbers(listings["text"].str.count_matches(r"[0-9]+"))]  # fmt: skip
    parts += [_numbers(listings[name]) for name in MARKS]
    return np.column_stack(parts)


def columns() -> dict[str, slice]:
    """Return where each group of GROUPS stands in a row."""
    ends = np.cumsum([WIDTH[name] for name in GROUPS])
    return {name: slice(int(end) - WIDTH[name], int(end))
            for name, end in zip(GROUPS, ends, strict=True)}  # fmt: skip


def _numbers(values: pl.Series) -> np.ndarray:
    return values.cast(pl.Float64).fill_null(np.nan).to_numpy()


def _place(listings: pl.DataFrame, learnt: Mapping[str, Any], name: str) -> np.ndarray:
    means = dict(zip(learnt[name].tolist(), learnt[f"{name}_mean"].tolist(), strict=True))
    return _numbers(listings[name].replace_strict(means, default=None, return_dtype=pl.Float64))


def blanked(rows: np.ndarray, seed: int, share: float = 0.4) -> np.ndarray:
    """Return the rows with groups taken away by chance: a reader tells some things, not others."""
    rng = np.random.default_rng(seed)
    out = rows.copy()
    for part in columns().values():
        out[rng.random(len(rows)) < share, part] = np.nan
    return out
