"""Rows and headlines of the figures on dated AI tools: effect, months, break. No Streamlit."""

from __future__ import annotations

from datetime import date

import polars as pl

from etl.edition import Edition
from pages.parts import charts, events, labels, timelines
from pages.parts.figures import Figure
from pages.parts.headlines import NOTHING
from pages.parts.palette import Palette
from pages.parts.rows import dim, relabelled, rows, together
from pages.parts.wording import listed, period_of, value

REAL, FAKE = "check=main", "check=placebo_date_2021-11"
WAYS = {"ppml": labels.NAIVE, "gap_trend": labels.ADJUSTED}


def effects(edition: Edition, shock: str) -> pl.DataFrame:
    """Return the effect on each group three ways, in `way`: naive, beyond its trend, fake date."""
    real, fake = (
        rows(edition, "shock_effect", stat="effect_pct", dims=(check, f"shock={shock}"))
        for check in (REAL, FAKE)
    )
    return together(_named(real, WAYS), _named(fake, {"log_ols": labels.FAKE}))


def _named(table: pl.DataFrame, ways: dict[str, str]) -> pl.DataFrame:
    table = dim(table, "occupation_group", "estimator", "window")
    main = table.filter(pl.col("window").is_null())  # the first window of shocks.csv
    told = relabelled(main, "estimator", ways, into="way")
    return relabelled(told, "occupation_group", labels.OLI_GROUPS)


def side_by_side(table: pl.DataFrame) -> str:
    """Say the naive and the trend-adjusted effect of each group, and whether it may be nothing."""
    said = []
    for (label,), group in table.group_by("label", maintain_order=True):
        pair = {row["way"]: row for row in group.drop_nulls("value").rows(named=True)}
        if {labels.NAIVE, labels.ADJUSTED} <= pair.keys():
            own = pair[labels.ADJUSTED]
            is_sure = own["lo"] is not None and (own["lo"] > 0 or own["hi"] < 0)
            said.append(
                f"{label} {pair[labels.NAIVE]['value']:+.0f} % beside other work, beyond its own"
                f" trend {own['value']:+.0f} %{'' if is_sure else ', which may be nothing'}"
            )
    return "; ".join(said).replace("-", "−") or NOTHING


def months(edition: Edition, shock: str) -> pl.DataFrame:
    """Return the event study of each treated group, by month."""
    found = rows(edition, "shock_event_study", stat="effect_pct", dims=(f"shock={shock}",))
    found = dim(found, "occupation_group", "event_month").with_columns(
        pl.col("period_start").dt.offset_by(pl.col("event_month") + "mo")
    )
    return relabelled(found, "occupation_group", labels.OLI_GROUPS)


def stood(table: pl.DataFrame) -> str:
    """Say where each group stood in the last month of its event study, beside the others."""
    last = table.sort("period_start").group_by("label", maintain_order=True).last().sort("label")
    said = [f"{row['label']} {value(row)}" for row in last.drop_nulls("value").rows(named=True)]
    return f"By {period_of(last.row(0, named=True))}: {'; '.join(said)}" if said else NOTHING


def breaks(edition: Edition, shock: str) -> pl.DataFrame:
    """Return the largest step in the share of each group, with what is said of it in `told`."""
    found = rows(
        edition, "shock_break", stat="jump_pct", dims=(f"shock={shock}", "estimator=break")
    )
    found = relabelled(dim(found, "occupation_group"), "occupation_group", labels.OLI_GROUPS)
    is_told = pl.col("value_text").str.contains(r"^\d{4}-\d{2}$")
    told = pl.when(is_told).then(pl.lit("A break is told")).otherwise(pl.lit("No break from noise"))
    return found.with_columns(told=told)


def broke(table: pl.DataFrame) -> str:
    """Say in which month the share of which group broke, its date searched for."""
    known = table.filter(pl.col("told") == "A break is told").sort("value_text")
    said = [f"{row['label']} in {row['value_text']} ({row['value']:+.0f} %)"
            for row in known.rows(named=True)]  # fmt: skip
    if not said:
        return "No break can be told from noise"
    told = listed(said, 6).replace("(-", "(−")
    return f"Shares broke for {told}; none can be told for the others"


def figures(edition: Edition, colours: Palette, today: date, shock: str) -> list[Figure]:
    """Return the figures on one dated tool: effect three ways, month by month, break."""
    shown, path, steps = effects(edition, shock), months(edition, shock), breaks(edition, shock)
    name = labels.SHOCKS[shock].split(",")[0]
    return [
        Figure("shock", "shock_effect", shown, f"After {name}: {side_by_side(shown)}",
               charts.dots(shown, colours, series="way", ranked=False),
               "Online Labour Index, July 2021 to July 2023, odd months left out. With so few"
               " groups no probability can reach 5 %: these numbers describe."),
        Figure("months", "shock_event_study", path, stood(path),
               timelines.panels(path, colours, today, events=[events.CHATGPT], base=0),
               "Against the last month before; until then the line should lie at zero."),
        Figure("breaks", "shock_break", steps, broke(steps),
               charts.dots(steps, colours, series="told"),
               f"The largest single step of each group's share within two years of {name}."),
    ]  # fmt: skip
