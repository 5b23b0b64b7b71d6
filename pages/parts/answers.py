"""Frames and headlines of answers in words: claims, changes, outlooks. Pure, no Streamlit."""

from __future__ import annotations

from collections import Counter
from datetime import date

import polars as pl

from pages.parts import labels
from pages.parts.rows import dim, relabelled
from pages.parts.wording import interval, listed, number

CANNOT_TELL = "cannot tell"


def figures(rows: pl.DataFrame) -> pl.Series:
    """Return each row's number with its interval in words, empty where there is none."""
    said = [
        ""
        if row["value"] is None
        else number(row["value"], row["unit"], row["decimals"])
        + (f" ({around})" if (around := interval(row["lo"], row["hi"], row["unit"],
                                                 row["decimals"])) else "")
        for row in rows.rows(named=True)
    ]  # fmt: skip
    return pl.Series("figure", said, dtype=pl.String)


def claims(rows: pl.DataFrame) -> pl.DataFrame:
    """Return one line per claim: statement, verdict, why, what would change it; decided first."""
    wide = dim(rows.filter(pl.col("stat") != "test"), "claim")
    words = wide.pivot("stat", index="claim", values="value_text", aggregate_function="first")
    why = wide.filter(pl.col("stat") == "verdict").select("claim", why="reason")
    return (
        words.join(why, on="claim", how="left")
        .sort(pl.col("verdict") == CANNOT_TELL, "statement")
        .select("claim", "statement", "verdict", "why", "would_change")
    )


def counted(verdicts: pl.Series, what: str) -> str:
    """Say how many of the claims (or shocks) got which verdict."""
    counts = Counter(verdicts)
    unknown = counts.pop(CANNOT_TELL, 0)
    told = [f"{count} {word}" for word, count in counts.most_common()]
    decided = listed(told, 6) if told else "none decided"
    return f"Of {len(verdicts)} {what}: {decided}; {unknown} cannot be told"


def tests(rows: pl.DataFrame, statements: pl.DataFrame) -> pl.DataFrame:
    """Return one line per test of a claim: claim, what it compares, its figure, what it says."""
    own = dim(rows.filter(pl.col("stat") == "test"), "claim", "test")
    return (
        own.with_columns(figures(own))
        .join(statements.select("claim", "statement"), on="claim", how="left")
        .sort(pl.col("value_text") == CANNOT_TELL, "statement", "test")
        .select(claim="statement", test=pl.col("test").str.replace_all("_", " "), figure="figure",
                says="value_text", why="reason")
    )  # fmt: skip


def findings(rows: pl.DataFrame, statements: pl.DataFrame) -> pl.DataFrame:
    """Return one line per published finding: claim, study, whom, where, how, estimate, source."""
    own = dim(rows, "claim", "finding")
    wide = own.pivot("stat", index=["claim", "finding"], values="value_text",
                     aggregate_function="first")  # fmt: skip
    known = own.filter(pl.col("stat") == "estimate")
    numbers = known.select("finding").with_columns(figures(known))
    return (
        wide.join(numbers, on="finding", how="left", maintain_order="left")
        .join(statements.select("claim", "statement"), on="claim", how="left")
        .sort("statement", "finding")
        .select(claim="statement", estimate="figure", published="estimate", of="group",
                where="where", method="method", source="source")
    )  # fmt: skip


def directions(rows: pl.DataFrame, what: str) -> str:
    """Say which labels are higher, lower, or cannot be told, by their word in `value_text`."""
    found = {
        word: part["label"].unique(maintain_order=True).to_list()
        for (word,), part in rows.drop_nulls("value_text").group_by("value_text")
    }
    unknown = len(found.pop(CANNOT_TELL, []))
    said = [f"{word} for {listed(labels, 4)}" for word, labels in sorted(found.items())]
    if not said:
        return f"{what}: none of {unknown} can be told from no change"
    rest = f"; {unknown} cannot be told" if unknown else ""
    return f"{what}: {'; '.join(said)}{rest}"


def still_ahead(rows: pl.DataFrame, today: date) -> pl.DataFrame:
    """Return the newest outlook on Hacker News terms, if a month of it is still to come.

    Else the row that says why there is none.
    """
    own = rows.filter(pl.col("target") == "hn_keyword_share")
    made = relabelled(own.drop_nulls("made_on"), "keyword", labels.HN_TERMS)
    newest = made.filter(pl.col("made_on") == pl.col("made_on").max())
    if newest.filter(pl.col("period_start") > today).height:
        return newest
    return own.filter(pl.col("made_on").is_null())


def ahead(rows: pl.DataFrame) -> str:
    """Say how many series an outlook takes to another level: beyond its interval at the end."""
    last = rows.filter(pl.col("period_start") == pl.col("period_start").max())
    ways = Counter(last["value_text"].drop_nulls())
    naive = ways["last"] + ways["seasonal"]
    if not last.height:
        return "Nothing is recent enough to look ahead from"
    return (
        f"Six months ahead: {last.height} series, {naive} of them no better than the past repeated"
    )


def series_named(rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows about published series, the label saying which series each is of."""
    known = dim(rows, "target", "keyword", "variable", "occupation_group")
    own = pl.coalesce("keyword", "variable").replace(labels.HN_TERMS | labels.TARGETS)
    group = pl.col("occupation_group").replace(labels.OLI_GROUPS | labels.OLI_OTHERS)
    target = pl.col("target").replace(labels.TARGETS)
    place = pl.when(pl.col("geo") != "*").then(pl.col("geo"))
    name = pl.coalesce(own, target)
    return known.with_columns(label=pl.concat_str([name, group, place], separator=", ",
                                                  ignore_nulls=True))  # fmt: skip


def held(rows: pl.DataFrame) -> str:
    """Say in how many series the intervals of past outlooks held what they promised."""
    known = rows.drop_nulls("value")
    good = known.filter(pl.col("value") >= 0.9).height
    if not known.height:
        return "No outlook could be tried on the past"
    low, high = 100 * known["value"].min(), 100 * known["value"].max()
    return (
        f"Tried on the past, 95 % intervals held {low:.0f} to {high:.0f} % of what came;"
        f" 90 % or more in {good} of {known.height} series"
    )
