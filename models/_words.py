"""Words and pieces of words as counts: Polars cuts the text, SciPy weighs; no loop over listings.

`word_weights` gives the matrix that the vectoriser itself would, several times faster.
`piece_counts` reads letter n-grams through the distinct words of a batch: each is cut once.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

# Letters and digits after accents are gone; "c++" and "c#" stay whole.
TOKEN = r"[a-z0-9][a-z0-9+#]+"
PIECES = (2, 5)  # letters in a piece, the blanks around a word included


def plain(text: pl.Expr) -> pl.Expr:
    """Lower-case without accents, without numbers (years tell the source), plurals folded."""
    lower = text.str.to_lowercase()
    bare = pl.when(lower.str.contains(r"[^\x00-\x7f]")).then(
        lower.str.normalize("NFKD").str.replace_all(r"\p{Mn}", "")
    )
    return (
        bare.otherwise(lower)
        .str.replace_all(r"(?-u:\b)[0-9]+(?-u:\b)", " ")
        .str.replace_all(r"([a-z]{3}[a-rt-z])s(?-u:\b)", "$1")
    )


def word_weights(documents: pl.Series, words: TfidfVectorizer) -> sparse.csr_matrix:
    """Return rows = documents, columns = the vocabulary: sublinear TF-IDF of length one.

    The same as `words.transform(documents)`, for a vectoriser of single words by `TOKEN`.
    """
    names = sorted(words.vocabulary_, key=words.vocabulary_.__getitem__)
    counts = _counts(*tokens(documents), names, len(documents))
    counts.data = np.log(counts.data) + np.float32(1)
    return length_one(counts, words.idf_)


def learn_pieces(titles: pl.Series, at_least: int) -> dict[str, np.ndarray]:
    """Return the `pieces` and `pairs` that enough titles have, and `piece_idf`: their rarity."""
    row, token = tokens(titles)
    _, pair = neighbours(row, token)
    seen = pair.value_counts().filter(pl.col("count") >= at_least)
    pairs = sorted(seen.get_column(pair.name).to_list())
    pieces = sorted(piece_cutter().fit(token.unique().to_list()).vocabulary_)
    counts = piece_counts(titles, pieces, pairs)
    having = np.bincount(counts.indices, minlength=counts.shape[1])
    often = having >= at_least
    names = np.array(pieces + pairs, dtype=str)
    return {
        "pieces": names[: len(pieces)][often[: len(pieces)]],
        "pairs": names[len(pieces) :][often[len(pieces) :]],
        "piece_idf": (1 + np.log((1 + len(titles)) / (1 + having[often]))).astype(np.float32),
    }


def piece_counts(titles: pl.Series, pieces: list[str], pairs: list[str]) -> sparse.csr_matrix:
    """Count `pieces` of words, then `pairs` of neighbours ("a b"), in titles made `plain`."""
    row, token = tokens(titles)
    distinct = token.unique().sort().to_list()
    cut = piece_cutter(pieces).transform(distinct).astype(np.float32) if distinct else None
    by_word = _counts(row, token, distinct, len(titles))
    by_piece = by_word @ cut if distinct else sparse.csr_matrix((len(titles), len(pieces)))
    by_pair = _counts(*neighbours(row, token), pairs, len(titles))
    return sparse.hstack([by_piece, by_pair], format="csr", dtype=np.float32)


def piece_cutter(pieces: list[str] | None = None) -> CountVectorizer:
    """Return what cuts a word into its pieces: all of them, or the ones named."""
    return CountVectorizer(
        analyzer="char_wb", ngram_range=PIECES, vocabulary=pieces, lowercase=False
    )


def neighbours(row: np.ndarray, token: pl.Series) -> tuple[np.ndarray, pl.Series]:
    """Return each pair of words beside each other in a row, as "a b"."""
    same = np.append(row[:-1] == row[1:], False) if len(row) else np.zeros(0, bool)
    pair = token.to_frame("a").select(pl.concat_str("a", pl.col("a").shift(-1), separator=" "))
    return row[same], pair.to_series().filter(pl.Series(same))


def tokens(texts: pl.Series) -> tuple[np.ndarray, pl.Series]:
    """Return the tokens one below the other, and the row that each is of."""
    found = texts.fill_null("").str.extract_all(TOKEN)
    size = found.list.len().to_numpy()
    token = found.explode(empty_as_null=False, keep_nulls=False)
    return np.repeat(np.arange(len(size), dtype=np.int32), size), token


def _counts(row: np.ndarray, token: pl.Series, names: list[str], height: int) -> sparse.csr_matrix:
    """Count the known names of each row: rows by names, float32."""
    code = token.cast(pl.Enum(names), strict=False)
    known = code.is_not_null().to_numpy()
    column = code.drop_nulls().to_physical().to_numpy().astype(np.int32)
    ones = np.ones(len(column), np.float32)
    return sparse.csr_matrix((ones, (row[known], column)), shape=(height, len(names)))


def length_one(counts: sparse.csr_matrix, idf: np.ndarray) -> sparse.csr_matrix:
    """Weigh the columns, then stretch each row to length one; an empty row stays."""
    counts.sort_indices()
    counts.data *= idf.astype(np.float32)[counts.indices]
    row = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    length = np.sqrt(np.bincount(row, counts.data.astype(float) ** 2, counts.shape[0]))
    counts.data /= np.where(length > 0, length, 1)[row].astype(np.float32)
    return counts
