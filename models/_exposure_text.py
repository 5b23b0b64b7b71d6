"""What a listing says of its own work: signs of the codebook's rulings in its title and text.

A sign is a regular expression of `data/reference/exposure_rules.csv`, found in the title (where
there is none, in the text's first words), in the text's beginning, or in either. The signs of each
class are counted; with the text's length they are all that the classifier knows: eight numbers, so
that a few hundred labels suffice.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold

CLASSES = ("complementary", "substitutable", "unaffected")
# The beginning says what the work is; what follows is about the client and about applying.
TITLE_CHARACTERS = 120  # of a text that has no title; longer titles are cut as well
TEXT_CHARACTERS = 600
HEAD_CHARACTERS = 200
BARE_CHARACTERS = 30  # a text no longer than this adds nothing to a title
MOST_SIGNS = 3
# Rare classes count three times when a label is chosen (two to four do equally well: card). The
# probabilities are left as they are.
WEIGHT = {"complementary": 1.0, "substitutable": 3.0, "unaffected": 3.0}
SAME_LISTING = 0.6  # cosine of word weights above which two listings are one for validation
SEED = 0


def patterns(rules: pl.DataFrame) -> dict[str, str]:
    """Return one regular expression per class and place ("unaffected title"), rules as branches."""
    joined = {}
    for (label, where), group in sorted(rules.group_by("class", "where")):
        branches = "|".join(sorted(group["regex"]))
        # Unicode boundaries and letters are many times slower and not needed around these words.
        ascii_only = branches.replace(r"\b", r"(?-u:\b)").replace(r"\w", "[0-9a-z_]")
        joined[f"{label} {where}"] = ascii_only
    return joined


def features(listings: pl.DataFrame, patterns: Mapping[str, str]) -> np.ndarray:
    """Return a row of eight numbers (0-1, length to about 1.4) per listing.

    Per class: any sign, signs up to three; then a bare title, and the logarithm of the text's
    length.
    """
    heads = _heads(listings)
    columns = []
    for name in CLASSES:
        places = [(key.split()[1], regex) for key, regex in patterns.items()
                  if key.startswith(f"{name} ")]  # fmt: skip
        found = pl.sum_horizontal(pl.lit(0), *(pl.col(place).str.count_matches(regex)
                                               for place, regex in places))  # fmt: skip
        columns += [found.clip(0, 1), found.clip(0, MOST_SIGNS) / MOST_SIGNS]
    bare, size = pl.col("length") <= BARE_CHARACTERS, pl.col("length").cast(pl.Float64).log1p() / 7
    columns = [column.cast(pl.Float64).alias(str(i)) for i, column in enumerate([*columns, bare])]
    return heads.select(*columns, size.alias("size")).to_numpy()


def _heads(listings: pl.DataFrame) -> pl.DataFrame:
    """Return `title`, `text`, `head` in lower case and `length` of the text in characters."""
    title, text = (pl.col(name).fill_null("") for name in ("title", "text"))
    start = pl.when(title != "").then(title).otherwise(text)
    return listings.select(
        title=start.str.head(TITLE_CHARACTERS).str.to_lowercase(),
        text=text.str.head(TEXT_CHARACTERS).str.to_lowercase(),
        length=text.str.len_chars(),
    ).with_columns(
        head=pl.concat_str("title", pl.col("text").str.head(HEAD_CHARACTERS), separator=" \n ")
    )


def fit(rows: np.ndarray, labels: np.ndarray) -> LogisticRegression:
    """Learn the classes from features."""
    return LogisticRegression(C=3.0, max_iter=3_000, random_state=SEED).fit(rows, labels)


def label(probabilities: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Return the class whose probability times its weight is largest."""
    weight = np.array([WEIGHT[name] for name in classes])
    return classes[(probabilities * weight).argmax(axis=1)]


def groups(listings: pl.DataFrame) -> np.ndarray:
    """Return a number per listing, equal for listings of nearly the same words."""
    text = listings.select(
        pl.concat_str(pl.col("title", "text").fill_null(""), separator=" ")
    ).to_series()
    words = TfidfVectorizer(token_pattern=r"(?u)\w+", sublinear_tf=True).fit_transform(text)
    near = (words @ words.T) > SAME_LISTING
    return sparse.csgraph.connected_components(near, directed=False)[1]


def out_of_fold(
    rows: np.ndarray, labels: np.ndarray, group: np.ndarray, seed: int = SEED
) -> np.ndarray:
    """Return probabilities (columns in order of CLASSES) read by models that never saw the group.

    Five folds, fewer where a class has fewer groups; at least two groups of each class are needed.
    """
    folds = min(5, *(len(set(group[labels == name])) for name in CLASSES))
    found = np.zeros((len(labels), len(CLASSES)))
    split = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    for train, test in split.split(rows, labels, group):
        model = fit(rows[train], labels[train])
        at = np.searchsorted(CLASSES, model.classes_)
        found[np.ix_(test, at)] = model.predict_proba(rows[test])
    return found
