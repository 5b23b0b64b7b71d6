"""Answers that are words: the class of a niche, the stage of a service, and headlines of both."""

from __future__ import annotations

from collections import Counter

import polars as pl

from pages.parts import labels
from pages.parts.headlines import overlap
from pages.parts.rows import dim
from pages.parts.wording import listed, value

CLASSES = {
    "substitutable": "Substitutable",
    "complementary": "Complementary",
    "unaffected": "Hardly touched",
    "ai_native": "AI-native",
    "contested": "Contested: the evidence disagrees",
    "cannot tell": "Cannot tell",
}
SAID = 2  # sources a headline names; the others stand in the chart
TERMS = {"llm": "LLM", "rag": "RAG", "genai": "Generative AI", "ai": "AI", "mlops": "MLOps",
         "prompt_eng": "Prompt engineering"}  # fmt: skip
TOLD = ("substitutable", "complementary", "unaffected", "ai_native")
BESIDE = (
    "year_growth",
    "born",
    "price_ratio",
    "competition",
)  # what is told of a service beside its growth
STAGES = {  # a stage weighs the year as well as the quarter that the chart shows
    "emerging": "emerging",
    "growing": "growing, by the quarter or the year",
    "mature": "mature",
    "fading": "fading, by the quarter or the year",
}


def exposure(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the ranks of niches (most exposed first) with the class each is shown, as `said`."""
    shown = rows.filter(pl.col("stat") == "class", pl.col("dims") == "").select(
        "niche", said="value_text"
    )
    ranks = rows.filter(pl.col("stat") == "rank").join(shown, on="niche", how="left")
    return ranks.sort("value", "label", descending=[True, False], nulls_last=True)


def exposed(rows: pl.DataFrame) -> str:
    """Say how many niches are shown which class, and how many cannot be told."""
    counts = Counter(rows["said"])
    told = [f"{counts[name]} {words.lower().split(':')[0]}" for name, words in CLASSES.items()
            if counts[name] and name != "cannot tell"]  # fmt: skip
    if not told:
        return f"None of {rows.height} niches can be told: no two kinds of evidence agree"
    unknown = counts["cannot tell"]
    return f"Of {rows.height} niches: {listed(told, 9)}; {unknown} cannot be told"


def services(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the growth of each service with its stage in `said`, the staged first."""
    found = dim(rows.filter(pl.col("stat") == "growth"), "service", "basis")
    order = pl.col("value_text").is_in(list(STAGES))
    named = pl.col("service").replace(labels.titles("ai_service") | TERMS)
    plain = pl.col("service").str.replace_all("_", " ").str.to_titlecase()
    label = pl.when(named != pl.col("service")).then(named).otherwise(plain)
    return found.with_columns(said="value_text", label=label).sort(
        ~order, -pl.col("value"), "label", nulls_last=True
    )


def staged(rows: pl.DataFrame) -> str:
    """Say which services are emerging or growing, and how many cannot be told."""
    parts = []
    for stage in STAGES:
        names = rows.filter(pl.col("said") == stage)["label"].unique(maintain_order=True).to_list()
        if names:
            verb = "is" if len(names) == 1 else "are"
            parts.append(f"{listed(names, 4)} {verb} {STAGES[stage]}")
    others = rows.filter(~pl.col("said").is_in(list(STAGES)))["label"].n_unique()
    if not parts:
        return f"No service can be staged: {others} are present, absent or cannot be told"
    return f"{'; '.join(parts)}; {others} cannot be staged"


def board(rows: pl.DataFrame, all_rows: pl.DataFrame, titles: dict[str, str]) -> pl.DataFrame:
    """Return one line per source and service: stage, why, growth, price and competition beside."""
    beside = dim(all_rows.filter(pl.col("stat").is_in(BESIDE)), "service")
    wide = beside.with_columns(
        said=pl.coalesce("value_text", pl.col("value").round(2).cast(pl.String))
    ).pivot("stat", index=["source_id", "service"], values="said", aggregate_function="first")
    missing = [pl.lit(None, pl.String).alias(n) for n in BESIDE if n not in wide.columns]
    return rows.join(wide.with_columns(missing), on=["source_id", "service"], how="left").select(
        service="label",
        source=pl.col("source_id").replace(titles),
        stage="said",
        why=pl.col("reason"),
        growth=pl.col("value").round(2),
        low=pl.col("lo").round(2),
        high=pl.col("hi").round(2),
        growth_of_the_year="year_growth",
        posts="n",
        born="born",
        price_beside_ordinary_work="price_ratio",
        chance_of_more_bids="competition",
    )


def share_of(rows: pl.DataFrame, what: str) -> str:
    """Say of the two largest sources what share of their listings the rows hold, one row each."""
    known = rows.drop_nulls("value").sort("n", "label", descending=[True, False])
    said = [f"{row['label']}: {value(row)} {what}" for row in known.head(SAID).rows(named=True)]
    return "; ".join(said) or "Too few listings to say"


def by_source(rows: pl.DataFrame, what: str) -> str:
    """Say for the two largest sources which label stands highest, or that it cannot be told."""
    said = []
    sizes = rows.drop_nulls("value").group_by("source").agg(pl.col("n").sum())
    for source in sizes.sort("n", "source", descending=[True, False])["source"]:
        part = rows.drop_nulls("value").filter(pl.col("source") == source)
        ranked = part.sort("value", "label", descending=[True, False]).rows(named=True)
        if len(ranked) > 1 and len(said) < SAID:
            said.append(f"{source}: {_top(ranked, what)}")
    return "; ".join(said) or "Too few listings to compare"


def _top(ranked: list[dict], what: str) -> str:
    first = ranked[0]
    near = [row["label"] for row in ranked[1:] if overlap(first, row)]
    if len(near) == len(ranked) - 1:
        return "cannot be told, the intervals overlap"
    rest = f", but its order against {listed(near, 2)} cannot be told" if near else ""
    return f"{first['label']} {what}, {value(first)}{rest}"


def marked(rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows of yes-or-no labels with the label in a column `mark`."""
    return rows.with_columns(mark=pl.col("dims").str.extract(r"^([a-z_]+)=true$"))
