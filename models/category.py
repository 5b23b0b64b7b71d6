"""Which family and niche is a listing? Its source's label first, its words where there is none.

Abstains rather than guesses. Words of the source's own label are never features: only title and
text are read, so a listing without a label is read like one with.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from scipy import sparse, special
from sklearn.feature_extraction.text import TfidfVectorizer

from models import _linear, _words
from models._labels import KEY, labelled

READS = ("core_listings", "core_readings", "ref_crosswalk", "ref_sources")
WRITES = "est_listing_labels"

READ = {"family": pl.String, "p": pl.Float64, "niche": pl.String, "p_niche": pl.Float64}
LABELS = ["ai_relation", "ai_service", "substitutability"]  # of the other readers
READ |= {"abstain": pl.String, "niches": pl.List(pl.String), "p_niches": pl.List(pl.Float64)}

WORDS = 8_000  # shared with the other models; 20,000 are no better
TEXT_CHARACTERS = 1_500  # what follows is about the client; 3,000 is no better
MIN_LISTINGS = 5  # a word or piece of fewer listings could give one away
# How much a source's listing teaches. upwork_fixed: its label is the first of two skills of a
# keyword search; it teaches no niche. A label of a crosswalk is taught like a title of its own.
TEACHES = {"upwork_search": 1.0, "upwork_fixed": 0.1}
TEACHES_ELSE = 0.5
LABEL_TEACHES = 1.0
RARE = 0.35  # weight of a class ~ (its size) ** -RARE: rare families are found, common ones kept
C = 0.25
# Of words, pieces, pairs: columns of more worth get larger weights for the same cost.
WORTH = (0.6, 1.0, 2.0)
# Margins to probabilities, fitted on held-out listings (card).
SHARP_FAMILY = 3.5
SHARP_NICHE = 3.5
# More likely than all else together (coverage and accuracy of every bar: card).
FAMILY_AT_LEAST = 0.5
NICHE_AT_LEAST = 0.5


def train(frames: Mapping[str, pl.DataFrame]) -> dict[str, Any]:
    """Learn families and niches from the labelled listings, each distinct one once.

    The pipeline is {"words": vectoriser of the shared columns, "pieces", "pairs", "piece_idf":
    the columns after them, "family", "niche": names, "family_of": of each niche,
    "family_weights", "niche_weights": small integers, columns by classes, "family_scale",
    "niche_scale": what one is worth, "family_bias", "niche_bias"}.
    """
    rows = _teachers(frames)
    words = TfidfVectorizer(
        lowercase=False, stop_words="english", token_pattern=_words.TOKEN,
        min_df=MIN_LISTINGS, max_features=WORDS, sublinear_tf=True, dtype=np.float32,
    )  # fmt: skip
    told = rows.filter(pl.col("source_id").is_not_null())
    words.fit(told["document"])
    # Plain integers: each numpy integer would become a file of its own in the edition.
    words.vocabulary_ = {word: int(column) for word, column in words.vocabulary_.items()}
    pipeline = {"words": words} | _words.learn_pieces(told["title"], MIN_LISTINGS)
    counts = _counts(rows, pipeline)
    taught = rows["teaches"].to_numpy()
    how = {"rare": RARE, "cost": C, "worth": _worth(pipeline)}
    pipeline |= _linear.fit("family", counts, rows["family"], taught, **how)
    known = (rows["niche"].is_not_null() & (rows["teaches"] >= TEACHES_ELSE)).to_numpy()
    niche = rows["niche"].filter(known)
    pipeline |= _linear.fit("niche", counts[known], niche, taught[known], **how)
    family_of = dict(rows.select("niche", "family").drop_nulls().iter_rows())
    return pipeline | {"family_of": np.array([family_of[n] for n in pipeline["niche"]], dtype=str)}


def _teachers(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return key, `title`, `document`, `family`, `niche`, `teaches`; labels have no key."""
    labels = labelled(frames).filter(~pl.col("outside")).drop("outside")
    rows = _documents(frames["core_listings"]).join(labels, on=KEY).sort(KEY)
    taught = pl.col("source_id").replace_strict(TEACHES, default=TEACHES_ELSE)
    rows = rows.with_columns(teaches=taught).sort(-pl.col("teaches"), *KEY)
    rows = rows.unique(["group", "family", "niche"], keep="first", maintain_order=True)
    present = frames["core_listings"].select("source_id").unique()
    walks = frames["ref_sources"].join(present, on="source_id").select("crosswalk").unique()
    named = frames["ref_crosswalk"].drop_nulls("family").join(walks, on="crosswalk")
    named = named.select("family", "niche", title="label", text=pl.lit("")).unique().sort(pl.all())
    named = named.with_columns(_read_as(), teaches=LABEL_TEACHES)
    columns = ["source_id", "title", "document", "family", "niche", "teaches"]
    return pl.concat([rows.select(columns), named.drop("text")], how="diagonal")


def _worth(pipeline: Mapping[str, Any]) -> np.ndarray:
    size = [len(pipeline["words"].vocabulary_), len(pipeline["pieces"]), len(pipeline["pairs"])]
    return np.repeat(np.array(WORTH, np.float32), size)


def features(pipeline: Mapping[str, Any], listings: pl.DataFrame) -> sparse.csr_matrix:
    """Return the counts that all models share, one row per listing, from `title` and `text`.

    The first `len(pipeline["words"].vocabulary_)` columns are the words of title and text, the
    others are pieces of words and pairs of words of the title. Float32.
    """
    return _counts(listings.select(_read_as()), pipeline)


def _counts(rows: pl.DataFrame, pipeline: Mapping[str, Any]) -> sparse.csr_matrix:
    inside = _words.word_weights(rows["document"], pipeline["words"])
    pieces, pairs = pipeline["pieces"].tolist(), pipeline["pairs"].tolist()
    beside = _words.piece_counts(rows["title"], pieces, pairs)
    beside = _words.length_one(beside, pipeline["piece_idf"])
    return sparse.hstack([inside, beside], format="csr")


def read(counts: sparse.csr_matrix, pipeline: Mapping[str, Any]) -> pl.DataFrame:
    """Return the best `family` and its best `niche`, the probability of each, and the three best
    niches of all (`niches`, `p_niches`); `abstain` names the level that is too unsure to tell.

    A row of `counts` without any known word is read as the most frequent work: p is low.
    """
    families, niches, family_of = (pipeline[n] for n in ("family", "niche", "family_of"))
    p_family = special.softmax(_linear.margins(counts, pipeline, "family") * SHARP_FAMILY, axis=1)
    p_inside = np.exp(_linear.margins(counts, pipeline, "niche") * SHARP_NICHE)
    member = (family_of[:, None] == families[None, :]).astype(np.float32)
    p_niche = p_inside * ((p_family / np.maximum(p_inside @ member, 1e-30)) @ member.T)
    best = p_family.argmax(1)
    own = np.where(member.T[best] > 0, p_niche, -1.0)
    first = _linear.largest(p_niche, min(3, len(niches)))
    frame = pl.DataFrame({
        "family": families[best], "p": p_family.max(1).astype(float),
        "niche": niches[own.argmax(1)], "p_niche": own.max(1).astype(float),
        "niches": _linear.lists(niches[first]),
        "p_niches": _linear.lists(np.take_along_axis(p_niche, first, 1).astype(float)),
    }, schema={name: READ[name] for name in READ if name != "abstain"})  # fmt: skip
    told = pl.when(pl.col("p") < FAMILY_AT_LEAST).then(pl.lit("family"))
    told = told.when(pl.col("p_niche") < NICHE_AT_LEAST).then(pl.lit("niche"))
    return frame.with_columns(abstain=told.otherwise(pl.lit("none"))).select(READ.keys())


def estimate(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return one row per listing: `family`, `niche`, `basis`, `p`, `p_niche`, and LABELS as read.

    Basis: crosswalk (a label of the source; family null: outside the taxonomy), model (read from
    title and text, with the probability of each), none (nothing to read, or too unsure).
    """
    listings = frames["core_listings"].select(*KEY)
    readings = frames["core_readings"].select(*KEY, "family", "niche", "p_family", "p_niche",
                                              "abstain", *LABELS)  # fmt: skip
    known = labelled(frames).with_columns(basis=pl.lit("crosswalk")).drop("outside")
    unknown = pl.lit(None, pl.Float64)
    known = known.with_columns(p=unknown, p_niche=unknown)
    sure = pl.col("abstain") == "none"
    found = (
        readings.join(known, on=KEY, how="anti")
        .filter(pl.col("abstain") != "family")
        .select(
            *KEY,
            "family",
            pl.when(sure).then("niche").alias("niche"),
            pl.lit("model").alias("basis"),
            pl.col("p_family").cast(pl.Float64).alias("p"),
            pl.when(sure).then(pl.col("p_niche").cast(pl.Float64)).alias("p_niche"),
        )
    )
    labels = pl.concat([known.select(found.columns), found])
    return (
        listings.join(labels, on=KEY, how="left", maintain_order="left")
        .with_columns(pl.col("basis").fill_null("none"))
        .join(readings.select(*KEY, *LABELS), on=KEY, how="left", maintain_order="left")
    )


def _read_as() -> list[pl.Expr]:
    """Return `document` (title twice, then the text) and `title`, as `_words.plain` leaves them."""
    title, text = (pl.col(c).fill_null("").str.head(TEXT_CHARACTERS) for c in ("title", "text"))
    joined = pl.concat_str(title, title, text, separator=" \n ")
    return [_words.plain(joined).alias("document"), _words.plain(title).alias("title")]


def _documents(listings: pl.DataFrame) -> pl.DataFrame:
    """Return key, `document`, `title` and `group` (near-duplicates share it) of what has words.

    A group is the set of words of the title: reposts and their small edits fall into one.
    """
    title, text = (pl.col(c).fill_null("").str.head(TEXT_CHARACTERS) for c in ("title", "text"))
    told = pl.when(title != "").then(title).otherwise(text.str.head(200)).str.to_lowercase()
    return listings.filter((title != "") | (text != "")).select(
        *KEY,
        *_read_as(),
        group=told.str.extract_all("[a-z]{2,}").list.unique().list.sort().list.join(" "),
    )
