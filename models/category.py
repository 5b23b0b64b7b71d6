"""Which family and niche is a listing? Its source's label first, its words where there is none.

Abstains rather than guesses. Words of the source's own label are never features: only title and
text are read, so a listing without a label is read like one with.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

READS = ("core_listings", "ref_crosswalk", "ref_sources")
WRITES = "est_listing_labels"

KEY = ["source_id", "native_id"]
READ = {"family": pl.String, "p": pl.Float64, "niche": pl.String, "p_niche": pl.Float64}

WORDS = 8_000  # times 92 classes, 1.5 MB packed; 20,000 words and pairs of words are no better
TEXT_CHARACTERS = 1_500  # what follows is about the client; 3,000 is no better
TOKEN = r"(?u)\b[^\W_](?:[^\W_]|[+#])+"
MIN_LISTINGS = 5  # a word of fewer listings could give one away; 15 cost 1.5 points
RARE = 0.3  # weight of a class ~ (its size) ** -RARE: rare families are found, common ones kept
SEED = 0
# Labelled, but no teacher: its label is the first of two skills of a keyword search. Without it
# the model is right 4 points more often on Fiverr, 2 on the hand-labelled listings.
NO_TEACHER = ("upwork_fixed",)
# More likely than all else together: of what is kept, 87 % of the families and 81 % of the niches
# are right; on a platform never seen 78-92 % and 57-84 % (card).
FAMILY_AT_LEAST = 0.5
NICHE_AT_LEAST = 0.5


def train(frames: Mapping[str, pl.DataFrame]) -> dict[str, Any]:
    """Learn families and niches from the labelled listings, each distinct one once.

    The pipeline is {"words": vectoriser, "family": classifier, "niche": classifier,
    "niche_family": family of each niche of the classifier}.
    """
    labels = labelled(frames).filter(~pl.col("outside")).drop("outside")
    rows = _documents(frames["core_listings"]).join(labels, on=KEY).sort(KEY)
    rows = rows.filter(~pl.col("source_id").is_in(NO_TEACHER))
    rows = rows.unique(["group", "family", "niche"], keep="first", maintain_order=True)
    words = TfidfVectorizer(
        lowercase=False, strip_accents="unicode", stop_words="english", token_pattern=TOKEN,
        min_df=MIN_LISTINGS, max_features=WORDS, sublinear_tf=True, dtype=np.float32,
    )  # fmt: skip
    counts = words.fit_transform(rows["document"])
    # Plain integers: each numpy integer would become a file of its own in the edition.
    words.vocabulary_ = {word: int(column) for word, column in words.vocabulary_.items()}
    has_niche = rows["niche"].is_not_null().to_numpy()
    niche = _fit(counts[has_niche], rows["niche"].drop_nulls())
    family_of = dict(rows.select("niche", "family").drop_nulls().iter_rows())
    return {
        "words": words,
        "family": _fit(counts, rows["family"]),
        "niche": niche,
        "niche_family": np.array([family_of[name] for name in niche.classes_], dtype=str),
    }


def _fit(counts: Any, labels: pl.Series) -> LogisticRegression:
    names, number, size = np.unique(
        labels.to_numpy().astype(str), return_inverse=True, return_counts=True
    )
    weight = (size**-RARE)[number]
    model = LogisticRegression(C=5.0, tol=1e-3, max_iter=1_000, random_state=SEED)
    model.fit(counts, names[number], sample_weight=weight / weight.mean())
    # Eleven bits of each weight are enough, and pack to half the size.
    model.coef_ = model.coef_.astype(np.float16).astype(np.float32)
    model.intercept_ = model.intercept_.astype(np.float32)
    return model


def estimate(frames: Mapping[str, pl.DataFrame], pipeline: Mapping[str, Any]) -> pl.DataFrame:
    """Return one row per listing: `family`, `niche`, `basis`, `p`.

    Basis: crosswalk (a label of the source; family null: outside the taxonomy), model (read from
    title and text, family probability `p`), none (nothing to read, or the model is unsure).
    """
    listings = frames["core_listings"].select(*KEY)
    known = (
        labelled(frames)
        .with_columns(basis=pl.lit("crosswalk"), p=pl.lit(None, pl.Float64))
        .drop("outside")
    )
    rest = _documents(frames["core_listings"]).join(known, on=KEY, how="anti").sort(KEY)
    read = rest.select(KEY).hstack(read_documents(pipeline, rest["document"]))
    read = read.filter(pl.col("p") >= FAMILY_AT_LEAST).select(
        *KEY,
        "family",
        pl.when(pl.col("p_niche") >= NICHE_AT_LEAST).then("niche").alias("niche"),
        pl.lit("model").alias("basis"),
        "p",
    )
    labels = pl.concat([known, read])
    return listings.join(labels, on=KEY, how="left", maintain_order="left").with_columns(
        pl.col("basis").fill_null("none")
    )


def read_documents(pipeline: Mapping[str, Any], documents: pl.Series) -> pl.DataFrame:
    """Return the best `family`, its best `niche`, and the probability of each (`p`, `p_niche`)."""
    if documents.is_empty():
        return pl.DataFrame(schema=READ)
    counts = pipeline["words"].transform(documents)
    families, niches = pipeline["family"].classes_, pipeline["niche"].classes_
    p_family = pipeline["family"].predict_proba(counts)
    p_niche = pipeline["niche"].predict_proba(counts)
    best = families[p_family.argmax(1)]
    inside = np.where(pipeline["niche_family"][None, :] == best[:, None], p_niche, 0.0)
    return pl.DataFrame({
        "family": best, "p": p_family.max(1).astype(float),
        "niche": niches[inside.argmax(1)], "p_niche": inside.max(1).astype(float),
    })  # fmt: skip


def _documents(listings: pl.DataFrame) -> pl.DataFrame:
    """Return key, `document` (title twice, then the text) and `group` (near-duplicates share it).

    Numbers go (years tell the source), plurals fold. A group is the set of words of the title:
    reposts and their small edits fall into one.
    """
    title, text = (pl.col(c).fill_null("").str.head(TEXT_CHARACTERS) for c in ("title", "text"))
    joined = pl.concat_str(title, title, text, separator=" \n ")
    told = pl.when(title != "").then(title).otherwise(text.str.head(200)).str.to_lowercase()
    documents = joined.str.to_lowercase().str.replace_all(r"(?-u:\b)[0-9]+(?-u:\b)", " ")
    return listings.filter((title != "") | (text != "")).select(
        *KEY,
        document=documents.str.replace_all(r"([a-z]{3}[a-rt-z])s(?-u:\b)", "$1"),
        group=told.str.extract_all("[a-z]{2,}").list.unique().list.sort().list.join(" "),
    )


def labelled(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the listings whose source says what they are: key, `family`, `niche`, `outside`.

    `outside` marks a category that the crosswalk knows and puts outside the taxonomy.
    """
    known = (
        frames["ref_crosswalk"]
        .select("crosswalk", _key("label"), "family", "niche")
        .unique(["crosswalk", "label"], keep="first", maintain_order=True)
    )
    walk = frames["ref_sources"].select("source_id", "crosswalk").drop_nulls()
    listings = frames["core_listings"].select(*KEY, "source_category", "skills")
    listings = listings.join(walk, on="source_id", maintain_order="left")
    by_category = _by_category(listings, known)
    rest = listings.join(by_category, on=KEY, how="anti", maintain_order="left")
    return pl.concat([by_category, _by_skills(rest, known)]).sort(KEY)


def _key(column: str) -> pl.Expr:
    return pl.col(column).str.strip_chars().str.to_lowercase()


def _by_category(listings: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Look up the whole path, then its last part, then its first."""
    path = pl.col("source_category").str.split(" > ")
    tried = listings.drop_nulls("source_category").select(
        *KEY,
        "crosswalk",
        label=pl.concat_list("source_category", path.list.last(), path.list.first()),
    )
    tried = tried.with_columns(rank=pl.lit([0, 1, 2])).explode("label", "rank")
    found = tried.with_columns(_key("label")).join(known, on=["crosswalk", "label"])
    # A label that tells nothing ("Finance") yields to the skills; a whole path outside the
    # taxonomy ("Lifestyle > Astrology") is an answer.
    is_path = (pl.col("rank") == 0) & pl.col("label").str.contains(" > ", literal=True)
    found = found.with_columns(outside=is_path & pl.col("family").is_null())
    found = found.filter(pl.col("family").is_not_null() | pl.col("outside"))
    return (
        found.sort(*KEY, "rank")
        .unique(KEY, keep="first", maintain_order=True)
        .select(*KEY, "family", "niche", "outside")
    )


def _by_skills(listings: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Take the family that more than half of the telling skills name, its niche likewise."""
    skills = listings.select(*KEY, "crosswalk", label="skills").explode(
        "label", empty_as_null=False, keep_nulls=False
    )
    telling = skills.with_columns(_key("label")).join(known, on=["crosswalk", "label"])
    telling = telling.drop_nulls("family")
    family = _majority(telling, "family")
    inside = telling.join(family, on=[*KEY, "family"]).drop_nulls("niche")
    niche = _majority(inside, "niche")
    return family.join(niche, on=KEY, how="left").with_columns(outside=pl.lit(False))


def _majority(votes: pl.DataFrame, column: str) -> pl.DataFrame:
    counts = votes.group_by(*KEY, column).len()
    share = pl.col("len") / pl.col("len").sum().over(KEY)
    return counts.filter(share > 0.5).drop("len")
