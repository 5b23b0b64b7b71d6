"""What a listing says about AI, as counts: marks AI words, then counts phrases around the marks.

The lexicon is `data/reference/ai_relation_terms.csv`. Text is lowered, what is no AI (Illustrator
files) is hidden, bans become N (of the work) and P (of the application), AI words one capital
letter per kind, the rest words with single spaces: "Build an AI chatbot, in n8n" -> "build an B
in W". So a rule is a short pattern over words and letters, and takes time linear in the text.
Only listings with an AI word are marked: most have none. What asks for other things (speed,
skills) is looked for in the plain text, less what is denied ("not urgent").
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

TEXT_CHARACTERS = 1_500
HEAD_CHARACTERS = 120  # of the text, where there is no title: Hacker News
MOST = 4  # a phrase said more often says no more
NAMED = "ALBMORGHVCD"  # S (statistics), W (flows) and Q (a domain) alone are no AI
KINDS = (
    "gate", "hide", "ban_apply", "ban_work", "mark", "again", "head", "text", "tags", "denied",
    "raw",
)  # fmt: skip
TAGS = r"(?s)\s*((?:\| tags: ?\[|skills ?:).*)"  # a source's tags, where they stand in the text
_ENDS = r"[.!?\n]+(?: |\n|$)"

Lexicon = Mapping[str, list[list[str]]]


def lexicon(terms: pl.DataFrame) -> dict[str, list[list[str]]]:
    """Return kind -> [[feature, pattern], ...] in the order of the file, patterns ready for use."""
    rows = terms.select("kind", "feature", "regex").rows()
    return {kind: [[f, _ascii(r)] for k, f, r in rows if k == kind] for kind in KINDS}


def _ascii(regex: str) -> str:
    # Unicode classes make automata tens of times larger, and are not needed around AI words.
    swaps = {r"\b": r"(?-u:\b)", r"\w": "[0-9a-z_]", r"\S": "[^ \t\n]", r"\d": "[0-9]"}
    for old, new in swaps.items():
        regex = regex.replace(old, new)
    return regex


def phrases(listings: pl.DataFrame, words: Lexicon) -> pl.DataFrame:
    """Return one row of counts (0 to 4) per listing (`title`, `text`, `side`), same order."""
    title, text = (
        pl.col(c).fill_null("").str.head(TEXT_CHARACTERS).str.to_lowercase()
        for c in ("title", "text")
    )
    frame = listings.select(title=title, text=text, side="side").with_row_index("row")
    frame = frame.with_columns(both=pl.concat_str("title", "text", separator=" . "))
    plain = pl.col("both")
    for _, pattern in words["denied"]:
        plain = plain.str.replace_all(pattern, " ")
    raw = frame.select(
        plain.str.contains(pattern).cast(pl.Int8).alias(f"raw_{name}")
        for name, pattern in words["raw"]
    )
    some = frame.filter(_may_name_ai(words))
    counts = _marked(some, words).select("row", *_counts(words))
    filled = frame.select("row").join(counts, on="row", how="left", maintain_order="left")
    shape = frame.select(
        no_title=(pl.col("title") == "").cast(pl.Int8),
        no_text=(pl.col("text") == "").cast(pl.Int8),
        supply=(pl.col("side") == "supply").fill_null(False).cast(pl.Int8),
    )
    return pl.concat([filled.drop("row").fill_null(0), raw, shape], how="horizontal")


def _may_name_ai(words: Lexicon) -> pl.Expr:
    naming = [pattern for letter, pattern in words["mark"] if letter in NAMED + "T"]
    naming += [pattern for _, pattern in words["gate"]]
    return pl.col("both").str.contains("|".join(naming))


def _marked(frame: pl.DataFrame, words: Lexicon) -> pl.DataFrame:
    start = pl.col("text").str.head(HEAD_CHARACTERS)
    head = pl.when(pl.col("title") != "").then("title").otherwise(start)
    body = pl.concat_str("title", pl.col("text").str.replace(TAGS, ""), separator=" . ")
    return frame.select(
        "row",
        tags=pl.col("text").str.extract(TAGS).fill_null(""),
        head=_mark(head, words),
        text=_mark(body, words),
    )


def _mark(text: pl.Expr, words: Lexicon) -> pl.Expr:
    for kind, letter in (("hide", " "), ("ban_apply", " P "), ("ban_work", " N ")):
        for _, pattern in words[kind]:
            text = text.str.replace_all(pattern, letter)
    for letter, pattern in words["mark"]:
        text = text.str.replace_all(pattern, f" {letter} ")
    text = text.str.replace_all(_ENDS, " . ").str.replace_all(r"[^a-zA-Z.]+", " ")
    for letters, pattern in words["again"]:
        text = text.str.replace_all(pattern, letters)
    return text


def _counts(words: Lexicon) -> list[pl.Expr]:
    letters = [letter for letter, _ in words["mark"]] + ["P", "N"]
    found = [
        pl.col(where).str.count_matches(f"(?-u:\\b){letter}(?-u:\\b)").alias(f"{where}_{letter}")
        for where in ("head", "text")
        for letter in letters
    ]
    found += [
        pl.col(where).str.count_matches(pattern).alias(f"{where}_{name}")
        for where in ("head", "text", "tags")
        for name, pattern in words[where]
    ]
    return [expr.clip(0, MOST).cast(pl.Int8) for expr in found]


def matrix(counts: pl.DataFrame) -> np.ndarray:
    """Return the counts as log2(1 + count), float32, shape (listings, columns)."""
    return np.log2(1 + counts.to_numpy().astype(np.float32))
