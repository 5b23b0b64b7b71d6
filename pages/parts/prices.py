"""Rows and headlines of the figures on prices at fixed quality. Pure, no Streamlit."""

from __future__ import annotations

from datetime import date

import polars as pl

from etl.edition import Edition
from pages.parts import charts, headlines, labels, timelines
from pages.parts.figures import Figure
from pages.parts.palette import Palette
from pages.parts.rows import dim, names, relabelled, rows, titles
from pages.parts.wording import listed, value

KINDS = {"hourly": "Hourly rates", "fixed": "Fixed budgets"}
CANNOT_TELL = "cannot tell"


def comparisons(edition: Edition) -> pl.DataFrame:
    """Return differences at fixed mix between two captures of Upwork, hourly and fixed apart."""
    table = dim(rows(edition, "price_comparison", stat="ratio", dims=("prices=real",)),
                "against", "pricing_type")  # fmt: skip
    said = titles(edition)
    label = pl.concat_str(
        pl.col("source_id").replace(said), pl.lit(" beside "), pl.col("against").replace(said)
    )
    return relabelled(table.with_columns(label=label), "pricing_type", KINDS, into="kind")


def compared(table: pl.DataFrame) -> str:
    """Say how many comparisons show a difference beyond what two collectors may differ by."""
    known = table.drop_nulls("value")
    told = known.filter(pl.col("value_text") != CANNOT_TELL)
    if not known.height:
        return "No two captures can be compared"
    if not told.height:
        return f"None of {known.height} comparisons at fixed mix can be told from no difference"
    said = [f"{row['label']} {row['value_text']}" for row in told.rows(named=True)]
    return f"{told.height} of {known.height} comparisons can tell: {listed(said, 3)}"


def trends(edition: Edition) -> pl.DataFrame:
    """Return the yearly change of the published index of the same gigs, by category and panel."""
    table = dim(rows(edition, "price_trend", dims=("prices=real",)), "category", "panel")
    table = relabelled(table, "category", labels.FIVERR_CATEGORIES)
    return relabelled(table, "panel", labels.FIVERR_PANELS, into="when")


def trended(table: pl.DataFrame, whole: pl.DataFrame) -> str:
    """Say how many price trends can be told, among those drawn and among all."""
    told = whole.filter(pl.col("value_text") != CANNOT_TELL)
    if told.height:
        said = [f"{row['label']} {row['value_text']}" for row in told.rows(named=True)]
        return f"{told.height} of {whole.height} price trends can be told: {listed(said, 4)}"
    return f"None of {whole.height} price trends can be told from no change"


def premiums(edition: Edition, most: int = 20) -> pl.DataFrame:
    """Return the skills and kinds of work whose price can be told apart, largest first."""
    table = dim(rows(edition, "skill_premium"), "skill", "ai_relation", "pricing_type")
    told = table.filter(pl.col("value_text") != CANNOT_TELL).drop_nulls("value")
    name = pl.coalesce("skill", pl.col("ai_relation").replace(labels.titles("ai_relation")))
    kind = pl.col("pricing_type").replace(KINDS)
    return (
        told.with_columns(label=name, kind=kind)
        .sort("value", "label", descending=[True, False])
        .head(most)
    )


def paid(table: pl.DataFrame, all_rows: pl.DataFrame) -> str:
    """Say what goes with the largest difference, and how many of those tested cannot be told."""
    tested = all_rows.drop_nulls("value")
    unknown = tested.filter(pl.col("value_text") == CANNOT_TELL).height
    if not table.height:
        return f"None of {tested.height} skills can be told from no difference in price"
    top = table.row(0, named=True)
    return (
        f"{top['label']} goes with the largest difference from advertisements alike, {value(top)};"
        f" {unknown} of {tested.height} that were tested cannot be told"
    )


def guide(edition: Edition) -> pl.DataFrame:
    """Return how many held-out prices lay inside the guide's 80 % range, by way of pricing."""
    table = rows(edition, "price_guide_accuracy", stat="share", dims=("model=guide",))
    return relabelled(dim(table, "pricing_type"), "pricing_type", KINDS)


def index(edition: Edition) -> pl.DataFrame:
    """Return the hedonic index of the one source with several months, by way of pricing."""
    dims = ("estimator=hedonic", "prices=nominal")
    table = dim(rows(edition, "price_index", dims=dims), "pricing_type")
    return relabelled(table, "pricing_type", KINDS).with_columns(
        label=pl.col("label") + pl.lit(", ") + pl.col("source_id").replace(titles(edition))
    )


def reposts(edition: Edition) -> pl.DataFrame:
    """Return the share of listings that repost an earlier one, by source."""
    table = rows(edition, "price_repost_share", stat="share")
    return table.with_columns(label=pl.col("source_id").replace(titles(edition) | names()))


def figures(edition: Edition, colours: Palette, today: date, panel: str) -> list[Figure]:
    """Return the figures on prices at fixed quality; `panel`: of the Fiverr index."""
    return [*_over_time(edition, colours, today, panel), *_beside(edition, colours)]


def _over_time(edition: Edition, colours: Palette, today: date, panel: str) -> list[Figure]:
    real = dim(rows(edition, "price_index_real"), "category", "panel")
    real = relabelled(real.filter(pl.col("panel") == panel), "category", labels.FIVERR_CATEGORIES)
    what = "Less inflation, prices of the same Fiverr gigs"
    moving, near = trends(edition), index(edition)
    return [
        Figure("real", "price_index_real", real, headlines.moves(real, what, since=0),
               timelines.panels(real, colours, today, base=100),
               "US dollars of the first quarter."),
        Figure("trends", "price_trend", moving,
               trended(moving, rows(edition, "price_trend", by="all")),
               charts.dots(moving, colours, series="when"), "Drawn: less inflation, on Fiverr."),
        Figure("near", "price_index", near,
               headlines.moves(near, "Advertised prices at fixed quality", since=0),
               timelines.panels(near, colours, today, base=100),
               "Hedonic; the raw median stands in the export."),
    ]  # fmt: skip


def _beside(edition: Edition, colours: Palette) -> list[Figure]:
    apart, skills, right = comparisons(edition), premiums(edition), guide(edition)
    again = reposts(edition)
    held = "The guide's 80 % range held {hourly} of hourly rates, {fixed} of budgets"
    return [
        Figure("apart", "price_comparison", apart, compared(apart),
               charts.dots(apart, colours, series="kind", ranked=False),
               "Less inflation. Two captures of Upwork, the same mix of work."),
        Figure("skills", "skill_premium", skills, paid(skills, rows(edition, "skill_premium")),
               charts.dots(skills, colours, series="kind"),
               "Beyond advertisements alike in what we see; the twenty largest that can be told."),
        Figure("guide", "price_guide_accuracy", right,
               headlines.filled(held, right, "pricing_type"),
               charts.dots(right, colours, tick_format=".0%"),
               "Held-out listings of the same sources and months."),
        Figure("again", "price_repost_share price_change_share price_change_size", again,
               headlines.extremes(again, "holds most reposts of earlier listings", "fewest"),
               charts.dots(again, colours, tick_format=".1%"),
               "How prices change within a listing is withheld: too few were seen twice."),
    ]  # fmt: skip
