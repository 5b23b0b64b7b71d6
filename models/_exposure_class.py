"""Which class a niche is shown, from what three voices say of it. Pure rules, written in the card.

The voices: published measures of its occupation (prior), its listings, and what demand and price
did (market). A voice that cannot tell counts for nothing.
"""

from __future__ import annotations

import polars as pl

SUBSTITUTABLE, COMPLEMENTARY, UNAFFECTED = "substitutable", "complementary", "unaffected"
AI_NATIVE, CONTESTED, CANNOT_TELL = "ai_native", "contested", "cannot tell"
VOICES = ("prior", "listings", "market")
FEWEST_MEASURES = 3
FEWEST_LISTINGS = 15  # as everywhere: below it a number is withheld
MAJORITY = 0.5
SMALL_CHANGE = 0.1  # demand or price that surely moved less than a tenth did not move


def combined(prior: pl.DataFrame, shares: pl.DataFrame, observed: pl.DataFrame) -> pl.DataFrame:
    """Return per niche of `prior`: class_shown, what the voices say, agree, reason, n.

    prior: niche, family, least, most, measures, poor_link. shares: niche, label, n, share, lo, hi
    (corrected for reading errors where possible). observed: family, niche (null: the family's),
    what (demand, price), change, lo, hi as fractions. `agree` counts the voices that say the class
    shown; a voice that cannot tell counts for nothing.
    """
    found = (
        prior.select("niche", "family", says_prior=_says_prior())
        .join(_says_listings(shares), on="niche", how="left", maintain_order="left")
        .join(_says_market(moved(prior, observed)), on="niche", how="left", maintain_order="left")
        .with_columns(pl.col("^says_.*$").fill_null(CANNOT_TELL), pl.col("n").fill_null(0))
    )
    said = pl.concat_list(f"says_{voice}" for voice in VOICES)
    heard = said.list.filter(pl.element() != CANNOT_TELL)
    voices, opinions, first = heard.list.len(), heard.list.n_unique(), heard.list.first()
    native = pl.col("says_listings") == AI_NATIVE
    shown = (
        pl.when(native).then(pl.lit(AI_NATIVE))
        .when(opinions > 1).then(pl.lit(CONTESTED))
        .when(voices > 1).then(first)
        .otherwise(pl.lit(CANNOT_TELL))
    )  # fmt: skip
    agree = pl.when(voices > 1, opinions == 1).then(voices).otherwise(0)
    found = found.with_columns(class_shown=shown, agree=pl.when(native).then(1).otherwise(agree))
    return found.with_columns(reason=_reason(voices)).select(
        "niche", "class_shown", "says_prior", "says_listings", "says_market", "agree", "reason", "n"
    )  # fmt: skip


def _says_prior() -> pl.Expr:
    """Upper, middle, lower third of occupations, if it stays so without any one measure."""
    enough = ~pl.col("poor_link") & (pl.col("measures") >= FEWEST_MEASURES)
    return (
        pl.when(enough, pl.col("least") >= 2 / 3).then(pl.lit(SUBSTITUTABLE))
        .when(enough, pl.col("most") <= 1 / 3).then(pl.lit(UNAFFECTED))
        .when(enough, pl.col("least") > 1 / 3, pl.col("most") < 2 / 3)
        .then(pl.lit(COMPLEMENTARY)).otherwise(pl.lit(CANNOT_TELL))
    )  # fmt: skip


def _says_listings(shares: pl.DataFrame) -> pl.DataFrame:
    """The label that more than half of the listings carry, the whole interval above half."""
    sure = (pl.col("lo") > MAJORITY) & (pl.col("n") >= FEWEST_LISTINGS)
    return shares.group_by("niche").agg(
        says_listings=pl.col("label").filter(sure).first(), n=pl.col("n").max()
    )


def moved(prior: pl.DataFrame, observed: pl.DataFrame) -> pl.DataFrame:
    """Return per niche demand and price: change, lo, hi; the niche's own, else its family's."""
    found = prior.select("niche", "family")
    numbers = ["change", "lo", "hi"]
    for what in ("demand", "price"):
        part = observed.filter(pl.col("what") == what)
        own = part.drop_nulls("niche").select("niche", *numbers)
        whole = part.filter(pl.col("niche").is_null()).select("family", *numbers)
        found = found.join(own, on="niche", how="left", maintain_order="left")
        found = found.join(whole, on="family", how="left", suffix="_family", maintain_order="left")
        found = found.with_columns(
            pl.coalesce(name, f"{name}_family").alias(f"{what}_{name}") for name in numbers
        ).drop(numbers, [f"{name}_family" for name in numbers])
    return found.drop("family")


def _says_market(moved: pl.DataFrame) -> pl.DataFrame:
    """Less demand, prices not dearer: substitutable; more: complementary; neither: unaffected."""
    demand, price = _direction("demand"), _direction("price")
    return moved.select(
        "niche",
        says_market=pl.when(demand == "down", price != "up").then(pl.lit(SUBSTITUTABLE))
        .when(demand == "up", price != "down").then(pl.lit(COMPLEMENTARY))
        .when(demand == "same", price == "up").then(pl.lit(COMPLEMENTARY))
        .when(demand == "same", price != "down").then(pl.lit(UNAFFECTED))
        .otherwise(pl.lit(CANNOT_TELL)),
    )  # fmt: skip


def _direction(what: str) -> pl.Expr:
    lo, hi = pl.col(f"{what}_lo"), pl.col(f"{what}_hi")
    return (
        pl.when(lo > -SMALL_CHANGE, hi < SMALL_CHANGE).then(pl.lit("same"))
        .when(hi < 0).then(pl.lit("down")).when(lo > 0).then(pl.lit("up"))
        .otherwise(pl.lit("unknown"))
    )  # fmt: skip


def _reason(voices: pl.Expr) -> pl.Expr:
    told = pl.concat_str(
        (pl.concat_str(pl.lit(f"{voice}: "), f"says_{voice}") for voice in VOICES), separator="; "
    )
    lead = (
        pl.when(pl.col("class_shown") == AI_NATIVE)
        .then(pl.lit("more than half of the listings build or sell AI; "))
        .when(pl.col("class_shown") == CONTESTED).then(pl.lit("the voices differ; "))
        .when(voices == 1).then(pl.lit("one voice alone is no agreement; "))
        .when(voices == 0).then(pl.lit("no voice can tell; "))
        .otherwise(pl.lit(""))
    )  # fmt: skip
    return pl.concat_str(lead, told)
