"""Is the work substitutable, complementary or unaffected? Of each listing, and of each niche.

A listing is read by signs of the codebook's rulings (`read`). A niche is shown a class only where
at least two of three voices say the same and none another: published measures of its occupation
(prior), its listings, and what demand and price did (market). The rule stands in the card and was
written before any result. AI-native comes from the AI relation, as one more label of a listing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from sklearn.metrics import confusion_matrix

from models import _exposure_text as texts
from models._exposure_class import SUBSTITUTABLE, combined, moved
from models._exposure_evidence import listing_shares, prior, whole_market
from models._exposure_market import observed_changes

READS = (
    "core_reader_errors",
    "core_series",
    "est_listing_labels",
    "ref_exposure_groups",
    "ref_exposure_measures",
    "ref_sources",
    "ref_taxonomy",
)
WRITES = "est_niche_exposure"

DRIFT = 0.25  # a larger substitutable share of a market's listings means the definition drifted


def train(frames: Mapping[str, pl.DataFrame]) -> dict[str, Any]:
    """Learn to read listings from hand_labels (id, title, text, substitutability).

    Word counts and kinds of work make it no better (card). The pipeline: patterns (from
    ref_exposure_rules), classes (classifier), confusion (counts of hand-labelled listings, read by
    models that never saw them: rows the truth, columns what was read, both in order of the
    classes' names).
    """
    hand = frames["hand_labels"].sort("id")
    expressions = texts.patterns(frames["ref_exposure_rules"])
    rows = texts.features(hand, expressions)
    truth = hand["substitutability"].to_numpy().astype(str)
    classes = np.array(texts.CLASSES)
    said = texts.label(texts.out_of_fold(rows, truth, texts.groups(hand)), classes)
    return {
        "patterns": expressions,
        "classes": texts.fit(rows, truth),
        "confusion": confusion_matrix(truth, said, labels=classes),
    }


def read(listings: pl.DataFrame, pipeline: Mapping[str, Any]) -> pl.DataFrame:
    """Return `substitutability`, its probability and that of each class, row by row.

    `listings` has title and text. The label is the class
    whose probability times its weight (rare classes three times) is largest, so it need not be the
    most likely one. Null where there is nothing to read.
    """
    model = pipeline["classes"]
    score = texts.features(listings, pipeline["patterns"]) @ model.coef_.T + model.intercept_
    power = np.exp(score - score.max(axis=1, keepdims=True))
    p = power / power.sum(axis=1, keepdims=True)
    said = texts.label(p, model.classes_)
    found = pl.DataFrame(
        {"substitutability": pl.Series(said, dtype=pl.String)}
        | {"p_substitutability": p[model.classes_[None, :] == said[:, None]]}
        | {f"p_{name}": p[:, i] for i, name in enumerate(model.classes_)}
    )
    nothing = pl.concat_str(pl.col("title", "text").fill_null("")) == ""
    return found.with_columns(
        pl.when(~listings.select(nothing).to_series()).then(pl.col(found.columns))
    )


def estimate(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return one row per niche: class shown, what each voice says, and the numbers behind it.

    Shares of listings are corrected for the reading errors in core_reader_errors, if there are any.
    """
    found = prior(frames["ref_taxonomy"], frames["ref_exposure_measures"])
    read_so = whole_market(frames["est_listing_labels"], frames["ref_sources"])
    shares = listing_shares(read_so, _confusion(frames["core_reader_errors"]))
    observed = observed_changes(frames["core_series"], frames["ref_exposure_groups"])
    part = shares.filter(pl.col("label") == SUBSTITUTABLE).select(
        "niche", substitutable_share="share", substitutable_lo="lo", substitutable_hi="hi"
    )
    numbers = found.rename(
        {name: f"prior_{name}" for name in ("rank", "low", "high", "sd", "least", "most")}
    ).join(part, on="niche", how="left", maintain_order="left")
    changes = moved(found, observed)
    shown = combined(found, shares, observed)
    return numbers.join(changes, on="niche").join(shown, on="niche").sort("niche")


def _confusion(errors: pl.DataFrame) -> np.ndarray | None:
    """Return how hand-labelled listings were read: rows the truth, columns what was read."""
    own = errors.filter(pl.col("label") == "substitutability")
    if own.is_empty():
        return None
    table = np.zeros((len(texts.CLASSES), len(texts.CLASSES)))
    for truth, said, listings in own.select("truth", "said", "listings").iter_rows():
        table[texts.CLASSES.index(truth), texts.CLASSES.index(said)] = listings
    return table


def drift(substitutable_share: float) -> str | None:
    """Return the warning where a whole market's share is too large to be what was defined."""
    if substitutable_share <= DRIFT:
        return None
    return (
        f"{100 * substitutable_share:.0f} % of listings are read as substitutable: about 10 % are"
        " expected, more than 25 % means that the definition has drifted"
    )
