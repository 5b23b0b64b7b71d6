"""Which words and runs of two or three words stand in which listing, and in how many by month.

A term is one to three words of one clause, lower case, none of stop words at its ends. What a
listing rules out ("no X", "X is not allowed") is no mention of it. Polars' regular expressions
take time linear in the text; texts are cut and words of more than 40 characters break a term, so
no listing costs more than an honest one.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from models import ai_mention

TITLE_CHARACTERS, TEXT_CHARACTERS = 300, 1_500
LONGEST_WORD = 40
_WORD = r"[\p{L}\p{N}][\p{L}\p{N}+#]*(?:[.\-][\p{L}\p{N}][\p{L}\p{N}+#]*)*"
_BREAK = r"[.,;:!?()\[\]{}|/\\*\"•·–—\n\r]+"
_NEGATED_WORDS = 4  # how far "no" reaches; a clause ends it
_ADDRESS = r"(?:https?://|www\.)\S+|\S+@\S+"
_BITS = 21  # of a word's number in the key of a run of words; 2,097,151 words


def cleaned(listings: pl.DataFrame, ai_terms: pl.DataFrame, rules: pl.DataFrame) -> pl.DataFrame:
    """Return `row` (position) and `text`: title, text, skills; without what is ruled out."""
    title = pl.col("title").fill_null("").str.head(TITLE_CHARACTERS)
    text = pl.col("text").fill_null("").str.head(TEXT_CHARACTERS)
    skills = pl.col("skills").list.join(" | ", ignore_nulls=True).fill_null("")
    joined = pl.concat_str(title, text, skills.str.head(TITLE_CHARACTERS), separator=" | ")
    frame = listings.select(text=joined.str.replace_all(_ADDRESS, " | ")).with_row_index("row")
    return _without_bans(_without_ai_bans(frame, ai_terms), rules)


def _without_ai_bans(frame: pl.DataFrame, terms: pl.DataFrame) -> pl.DataFrame:
    """Cut what the AI dictionary calls a negation or a word that only looks like AI."""
    pattern = {s: ai_mention._pattern(terms, s) for s in ("negation", "exclusion")}
    covered = ai_mention._ascii(ai_mention.COVERED)
    mark = f"{ai_mention._OPEN}${{0}}{ai_mention._CLOSE}"
    text = pl.col("text").str
    maybe = text.contains(f"{ai_mention.COVERED}|human")
    told = (
        frame.filter(maybe)
        .with_columns(text.replace_all(r"[\x01\x02]+", " ").str.replace_all(r"[^\S\n]+", " "))
        .with_columns(text.replace_all(pattern["exclusion"], " ; "))
        .with_columns(text.replace_all(covered, mark))
        .with_columns(text.replace_all(pattern["negation"], " ; "))
        .with_columns(text.replace_all("[\x01\x02]", ""))
    )
    return pl.concat([frame.filter(~maybe), told]).sort("row")


def _without_bans(frame: pl.DataFrame, rules: pl.DataFrame) -> pl.DataFrame:
    """Cut up to four words that a negation covers, in the same clause."""
    after, before = (
        "|".join(rules.filter(pl.col("series") == s)["rule"])
        for s in ("negated_after", "negated_before")
    )
    word = rf"(?:\s+{_WORD})"
    cut_after = rf"(?-u:\b)(?:{after})(?:[\s-]+{_WORD}){{1,{_NEGATED_WORDS}}}"
    cut_before = rf"{_WORD}{word}{{0,2}}\s+(?:{before})(?-u:\b)"
    text = pl.col("text").str
    return (
        frame.with_columns(text.to_lowercase().str.replace_all("['’`]", ""))
        .with_columns(text.replace_all(cut_before, " | "))
        .with_columns(text.replace_all(cut_after, " | "))
    )


def stop_words(rules: pl.DataFrame) -> list[str]:
    """Return the words that a term neither begins nor ends with."""
    chosen = {s: set(rules.filter(pl.col("series") == s)["rule"])
              for s in ("stop_word", "not_a_stop_word")}  # fmt: skip
    return sorted((set(ENGLISH_STOP_WORDS) | chosen["stop_word"]) - chosen["not_a_stop_word"])


def occurrences(
    texts: pl.DataFrame, stops: list[str], *, floor: int = 0, only: Iterable[str] | None = None
) -> pl.DataFrame:
    """Return the distinct pairs `row`, `term` of cleaned texts.

    Either the terms of at least `floor` rows, or `only` the given ones. A run of words can have
    no more rows than each of its words, so rare words are dropped first and nothing is lost.
    """
    tokens = texts.select("row", token=pl.col("text").str.extract_all(f"{_WORD}|{_BREAK}")).explode(
        "token", empty_as_null=False, keep_nulls=False
    )
    is_word = (pl.col("token").str.len_chars() <= LONGEST_WORD) & pl.col("token").str.contains(
        r"^[^\p{L}]*\p{L}"
    )
    if only is None:
        known = tokens.filter(is_word).unique().group_by(word="token").len()
        known = known.filter(pl.col("len") >= floor).select("word")
    else:
        known = pl.DataFrame({"word": sorted({w for term in only for w in term.split(" ")})},
                             schema={"word": pl.String})  # fmt: skip
    known = known.sort("word").with_row_index("id", offset=1).with_columns(pl.col("id").cast(int))
    known = known.with_columns(stop=pl.col("word").is_in(stops))
    runs = _runs(tokens.join(known, left_on="token", right_on="word", how="left",
                             maintain_order="left"))  # fmt: skip
    if only is None:
        kept = runs.group_by("key").len().filter(pl.col("len") >= floor).select("key")
        kept = _spelled(kept, known)
    else:
        kept = _keys(pl.Series("term", sorted(set(only)), pl.String), known)
    return runs.join(kept, on="key").select("row", "term")


def _runs(tokens: pl.DataFrame) -> pl.DataFrame:
    """Return distinct `row`, `key` of runs of one to three words; a word is 21 bits of the key."""
    same = [pl.col("row") == pl.col("row").shift(i) for i in (1, 2)]
    first, second = pl.col("id").shift(1), pl.col("id").shift(2)
    ends = ~pl.col("stop")
    parts = [
        tokens.filter(ends).select("row", key="id"),
        tokens.select(
            "row", key=pl.when(same[0] & ends & ~pl.col("stop").shift(1)).then(
                first * 2**_BITS + pl.col("id"))).drop_nulls(),
        tokens.select(
            "row", key=pl.when(same[1] & ends & ~pl.col("stop").shift(2)).then(
                second * 2 ** (2 * _BITS) + first * 2**_BITS + pl.col("id"))).drop_nulls(),
    ]  # fmt: skip
    return pl.concat([part.unique() for part in parts])


def _spelled(keys: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    part = [pl.col("key") // 2 ** (_BITS * i) % 2**_BITS for i in (2, 1, 0)]
    frame = keys.with_columns(a=part[0], b=part[1], c=part[2])
    for name in "abc":
        frame = frame.join(known.select(pl.col("id").alias(name), pl.col("word").alias(f"_{name}")),
                           on=name, how="left")  # fmt: skip
    term = pl.concat_str("_a", "_b", "_c", separator=" ", ignore_nulls=True)
    return frame.select("key", term=term)


def _keys(terms: pl.Series, known: pl.DataFrame) -> pl.DataFrame:
    number = dict(known.select("word", "id").iter_rows())
    keys = []
    for term in terms:
        key = 0
        for word in term.split(" "):
            key = key * 2**_BITS + number[word]
        keys.append(key)
    return pl.DataFrame({"key": keys, "term": terms}, schema={"key": pl.Int64, "term": pl.String})
