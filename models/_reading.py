"""Every label of a listing in one pass over its words: the door to the readers.

A reader is a model that says of a listing what it is, from side, title and text alone: `category`
(which also counts the words), `ai_relation`, `exposure`. They are trained together and kept
together in an edition.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import polars as pl
from sklearn.model_selection import StratifiedGroupKFold

from models import _kinds, ai_relation, category, exposure
from models._exposure_text import CLASSES
from models._exposure_text import groups as near_duplicates

NEEDS = {  # parts of a pipeline without which its reader cannot read
    "category": ("words", "pieces", "pairs", "piece_idf", "family", "niche", "family_of"),
    "ai_relation": ("lexicon", "kinds", "relation", "service", "ai_tool_welcome", "ai_literacy"),
    "exposure": ("patterns", "classes", "confusion"),
}
LEARNS_FROM = (
    "core_listings", "ref_crosswalk", "ref_sources", "ref_ai_relation_terms", "ref_exposure_rules",
)  # fmt: skip
MARKS = (
    "human_only", "ai_tool_welcome", "originality_clause", "disclosure", "urgent", "creativity",
    "strategy", "communication", "ai_literacy",
)  # fmt: skip
# What is kept of a reading, per listing.
KEPT = {
    "family": pl.String,
    "p_family": pl.Float32,
    "niche": pl.String,
    "p_niche": pl.Float32,
    "abstain": pl.String,
    "ai_relation": pl.String,
    "ai_service": pl.String,
    "substitutability": pl.String,
    **dict.fromkeys(MARKS, pl.Boolean),
}
CHECKED = ("ai_relation", "ai_service", *(name for name in MARKS if name != "disclosure"))
FOLDS, SEED = 5, 0
ERRORS = {"label": pl.String, "truth": pl.String, "said": pl.String, "listings": pl.Int64}


def train(frames: Mapping[str, pl.DataFrame]) -> dict[str, Any]:
    """Train every reader on LEARNS_FROM and `hand_labels`; return the pipelines by name."""
    pipelines = {"category": category.train(frames)}
    kinds = partial(_kinds_of, pipelines["category"])
    pipelines["ai_relation"] = ai_relation.train(frames, kinds)
    pipelines["ai_relation"]["errors"] = _errors(_unseen(frames, kinds), frames["hand_labels"])
    pipelines["exposure"] = exposure.train(frames)
    return pipelines


def _kinds_of(pipeline: Mapping[str, Any], listings: pl.DataFrame) -> np.ndarray:
    return _kinds.margins(category.features(pipeline, listings), pipeline)


def _unseen(frames: Mapping[str, pl.DataFrame], kinds: ai_relation.Kinds) -> pl.DataFrame:
    """Return what the AI relation's reader says of each hand-labelled listing, taught by others."""
    hand = frames["hand_labels"]
    rest = frames["core_listings"].filter(~ai_relation.like(frames["core_listings"], hand))
    rest = ai_relation.teachers(rest, frames["ref_ai_relation_terms"])
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=SEED)
    split = folds.split(hand, hand["ai_relation"].to_numpy(), near_duplicates(hand))
    parts = []
    for taught, held in split:
        own = dict(frames) | {"core_listings": rest, "hand_labels": hand[taught.tolist()]}
        listings = hand[held.tolist()]
        said = ai_relation.read(kinds(listings), listings, ai_relation.train(own, kinds))
        parts.append(listings.select("id").hstack(said.select(*CHECKED)))
    return pl.concat(parts)


def _errors(said: pl.DataFrame, hand: pl.DataFrame) -> dict[str, np.ndarray]:
    """Return label, truth, what was said, and how many listings, as columns."""
    both = hand.join(said, on="id", suffix="_said").sort("id")
    tables = [
        both.select(
            label=pl.lit(name),
            truth=pl.col(name).cast(pl.String),
            said=pl.col(f"{name}_said").cast(pl.String),
        )
        for name in CHECKED
    ]
    counts = pl.concat(tables).group_by("label", "truth", "said").agg(listings=pl.len())
    counts = counts.sort("label", "truth", "said")
    return {name: counts[name].to_numpy().astype(str) for name in ("label", "truth", "said")} | {
        "listings": counts["listings"].to_numpy().astype(np.int64)
    }


def missing(pipelines: Mapping[str, Any]) -> list[str]:
    """Return the readers that are not there, or lack a part that reading needs."""
    return [
        name
        for name, parts in NEEDS.items()
        if not isinstance(pipelines.get(name), dict) or not set(parts) <= pipelines[name].keys()
    ]


def read(listings: pl.DataFrame, pipelines: Mapping[str, Any]) -> pl.DataFrame:
    """Return every label and probability of listings (title, text, side), row by row.

    A listing with neither title nor text has no label.
    """
    counts = category.features(pipelines["category"], listings)
    found = [
        category.read(counts, pipelines["category"]).rename({"p": "p_family"}),
        ai_relation.read(
            _kinds.margins(counts, pipelines["category"]), listings, pipelines["ai_relation"]
        ),
        exposure.read(listings, pipelines["exposure"]),
    ]
    every = pl.concat(found, how="horizontal")
    told = pl.concat_str(pl.col("title", "text").fill_null("")).str.strip_chars() != ""
    return every.with_columns(pl.when(listings.select(told).to_series()).then(pl.all()))


def errors(pipelines: Mapping[str, Any]) -> pl.DataFrame:
    """Return how hand-labelled listings were read by readers that had not seen them.

    One row per label, truth and what was said, with the number of listings.
    """
    known = pl.DataFrame(pipelines["ai_relation"]["errors"], schema=ERRORS)
    table = pipelines["exposure"]["confusion"]
    rows = [
        ("substitutability", CLASSES[truth], CLASSES[said], int(table[truth, said]))
        for truth, said in np.ndindex(table.shape)
    ]
    return pl.concat([known, pl.DataFrame(rows, schema=ERRORS, orient="row")])
