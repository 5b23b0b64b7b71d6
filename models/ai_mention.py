"""Which listings mention AI, which generative AI, and which only to forbid it: a dictionary.

The terms are `data/reference/ai_terms.csv`. Polars' regular expressions take time linear in the
text, so no listing can stall them; they have no look-around, so the terms carry their context.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

READS = ("core_listings", "ref_ai_terms")
WRITES = "est_ai_mentions"

# Longer texts are cut: honest listings stay below it, hostile ones cost no more than it.
LONGEST_TEXT = 20_000
# What a negation may cover, {ai} in the terms: an AI word with what it makes, and a list of them.
_WORD = (
    r"(?:\b(?:gen(?:erative)?[ -]*)?ai\b|\ba\.i\.|artificial intelligence|\bchat[ -]?gpt\b"
    r"|\bgpt(?:-?\do?)?\b|\bllms?\b|\bbard\b|\bgemini\b|\bclaude\b|\bcopilot\b|\bmidjourney\b)"
)
_MADE = (
    r"(?:[ -]+(?:generated|written|created|made|assisted|based|like|tools?|content|text|writing"
    r"|art|images?|voices?|translations?|software|generators?|bots?|work|responses?|answers?"
    r"|proposals?|applications?|articles?)\b)*"
)
_AND = (
    r"(?: ?(?:[,/&(]|\band\b|\bor\b|\bnor\b|\bsuch as\b|\blike\b|\be\.g\.)"
    r" ?(?:(?:any|other|or|even) )*"
)
COVERED = rf"(?i){_WORD}{_MADE}{_AND}{_WORD}{_MADE})*"
# Covered phrases are put between two control characters, so that a negation needs only these.
_OPEN, _CLOSE = "\x01", "\x02"
_MARKED = rf"{_OPEN}[^{_CLOSE}]*{_CLOSE}"


def estimate(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return one row per listing: `ai_mention`, `genai_mention`, `ai_negated`."""
    listings = frames["core_listings"].select("source_id", "native_id", "title", "text")
    return mentions(listings, frames["ref_ai_terms"]).drop("title", "text")


def mentions(frame: pl.DataFrame, terms: pl.DataFrame) -> pl.DataFrame:
    """Add the three columns to a frame with `title` and `text`; null where it has neither."""
    text = pl.concat_str("title", "text", separator=" | ", ignore_nulls=True)
    numbered = frame.with_row_index("_row").with_columns(text.str.head(LONGEST_TEXT).alias("_text"))
    found = _found(numbered.select("_row", "_text"), terms)
    known = pl.col("title").is_not_null() | pl.col("text").is_not_null()
    return (
        numbered.join(found, on="_row", how="left", maintain_order="left")
        .with_columns(pl.when(known).then(pl.col(found.columns[1:]).fill_null(False)))
        .drop("_row", "_text")
    )


def _found(frame: pl.DataFrame, terms: pl.DataFrame) -> pl.DataFrame:
    """Read the rows that may hold a mention: most do not, and are not worth cutting."""
    generic, genai, negation, exclusion = (
        _pattern(terms, series) for series in ("generic_ai", "genai", "negation", "exclusion")
    )
    text = pl.col("_text").str
    maybe = text.contains(generic) | text.contains(genai) | text.contains(f"{COVERED}|human")
    return (
        frame.filter(maybe)
        .with_columns(text.replace_all(r"[\s\x01\x02]+", " ").str.replace_all(exclusion, " ; "))
        .with_columns(text.replace_all(_ascii(COVERED), f"{_OPEN}${{0}}{_CLOSE}"))
        .with_columns(ai_negated=text.contains(negation))
        .with_columns(text.replace_all(negation, " ; ").str.replace_all(f"[{_OPEN}{_CLOSE}]", ""))
        .with_columns(ai_mention=text.contains(generic), genai_mention=text.contains(genai))
        .select("_row", "ai_mention", "genai_mention", "ai_negated")
    )


def _pattern(terms: pl.DataFrame, series: str) -> str:
    chosen = terms.filter(pl.col("series") == series)
    exact = chosen["case_sensitive"].cast(pl.String).str.to_lowercase() == "true"
    parts = [
        f"({'?' if case else '?i'}:{_ascii(regex)})"
        for regex, case in zip(chosen["regex"], exact, strict=True)
    ]
    return "|".join(parts) or r"[^\s\S]"


def _ascii(regex: str) -> str:
    # Unicode boundaries and letters are ten times slower, and not needed around AI words.
    plain = regex.replace("{ai}", _MARKED).replace(r"[\w-]", "[0-9A-Za-z_-]")
    return plain.replace(r"\b", r"(?-u:\b)")
