"""What does freelance work pay?"""

from __future__ import annotations

import polars as pl

from pages.parts import charts, headlines, show
from pages.parts.filters import row_of
from pages.parts.rows import dim, family_names, names, relabelled, rows

STATS = {"median": "Median", "p25": "25th percentile", "p75": "75th percentile",
         "p10": "10th percentile", "p90": "90th percentile"}
CATEGORIES = {"coding": "Coding", "design": "Design", "marketing": "Marketing",
              "translation": "Translation", "video": "Video", "writing": "Writing"}
PANELS = {"recent": "2024 to 2026", "panel": "2020 to 2024, unverified"}

show.header("Pricing", "What does work pay, and where do I sit?")
family, stat, panel = row_of(
    ("family", "Kind of work", {"*": "All kinds"} | family_names()),
    ("stat", "Which price", STATS),
    ("panel", "Fiverr panel", PANELS),
)
edition, colours = show.edition(), show.colours()
level = {"by": "family"} if family == "*" else {"by": "niche", "family": family}
where = "" if family == "*" else f" in {names()[family]}"

hourly = rows(edition, "hourly_rate", source_id="upwork_search", stat=stat, **level)
show.figure(
    "hourly", "hourly_rate", hourly,
    headlines.top_and_bottom(hourly, "US dollars per hour", 1, f"an hour{where}"),
    charts.dots(hourly, colours, tick_format="$,.0f"),
    note=f"{STATS[stat]} of what clients offered.",
)

budget = rows(edition, "fixed_budget", source_id="upwork_search", stat=stat, **level)
show.figure(
    "budget", "fixed_budget", budget,
    headlines.top_and_bottom(budget, "US dollars per project", 0, f"a project{where}"),
    charts.dots(budget, colours, tick_format="$,.0f", log=True),
    note=f"{STATS[stat]} of what clients offered; logarithmic scale.",
)

now = rows(edition, "snipework_hourly_mean", by="family")
latest = now.filter(~pl.col("flags").str.contains("partial"))
latest = latest.filter(pl.col("period_start") == pl.col("period_start").max())
show.figure(
    "now", "snipework_hourly_mean", latest,
    headlines.top_and_bottom(latest, "US dollars per hour", 1, "an hour on average in 2026"),
    charts.dots(latest, colours, tick_format="$,.0f"),
    note="Means, not medians: do not set them beside the figure above.",
)

gigs = rows(edition, "gig_start_price", source_id="fiverr_grid", stat=stat, **level)
show.figure(
    "gigs", "gig_start_price", gigs,
    headlines.top_and_bottom(gigs, "euro", 0, f"euro for the cheapest package{where}"),
    charts.dots(gigs, colours, tick_format=",.0f", axis_title="EUR"),
    note=f"{STATS[stat]} of asking prices in euro.",
)

index = dim(dim(rows(edition, "fiverr_matched_price_index"), "category"), "panel")
index = relabelled(index.filter(pl.col("panel") == panel), "category", CATEGORIES)
writing = index.filter(pl.col("category") == "writing")
show.figure(
    "index", "fiverr_matched_price_index", index,
    headlines.change(writing, "index", 1, "The price of the same writing gigs on Fiverr"),
    charts.lines(index, colours, zero=False),
    note="The two panels must not be chained.",
)
