"""What does freelance work pay?"""

from __future__ import annotations

from functools import partial

import polars as pl

from pages.parts import charts, events, headlines, labels, prices, show, timelines
from pages.parts.filters import family_level, row_of
from pages.parts.rows import dim, latest, newest_of_each, relabelled, rows

show.header("pricing", "Pricing", "What does work pay, and where do I sit?")
family, stat, panel = row_of("family", "stat", "panel")
edition, colours, today = show.edition(), show.colours(), show.today()
get = partial(rows, edition, stat=stat, **family_level(family))
dots = partial(charts.dots, colours=colours)
which = labels.STATS[stat]

hourly = get("hourly_rate", source_id="upwork_search")
said = headlines.extremes(hourly, f"pays most per hour ({which.lower()} offered)", "least")
note = f"{which} of what clients offered on Upwork."
show.figure("hourly", "hourly_rate", hourly, said, dots(hourly, tick_format="$,.0f"), note=note)

budget = get("fixed_budget", source_id="upwork_search")
said = headlines.extremes(budget, f"pays most per project ({which.lower()} offered)", "least")
note = f"{which} of what clients offered on Upwork. Logarithmic scale."
chart = dots(budget, tick_format="$,.0f", log=True)
show.figure("budget", "fixed_budget", budget, said, chart, note=note)

asked = get("average_bid", source_id="freelancer_search", dims=("pricing_type=fixed",))
asked = newest_of_each(asked)
said = headlines.extremes(asked, f"draws the dearest bids ({which.lower()} project)", "cheapest")
note = f"{which} over projects of the average bid each drew in one search on Freelancer.com."
chart = dots(asked, tick_format="$,.0f")
show.figure("asked", "average_bid", asked, said, chart, note=note)

history = partial(rows, edition, source_id="freelancer_panel", stat=stat, family=family)
line = partial(timelines.line, colours=colours, today=today, tick_format="$,.0f")
past = history("fixed_budget")
said = headlines.change(past, f"The {which.lower()} budget of a Freelancer.com project")
note = "A random sample of each month's projects; dollars of the month they were posted in."
chart = line(past, events=[events.CHATGPT])
show.figure("past", "fixed_budget", past, said, chart, note=note)

now = latest(rows(edition, "snipework_hourly_mean", by="family"))
said = headlines.extremes(now, "pays most per hour on average (mean offered, {when})", "least")
note = "Means, all kinds of work: do not set them beside the medians above."
show.figure("now", "snipework_hourly_mean", now, said, dots(now, tick_format="$,.0f"), note=note)

fixed = latest(rows(edition, "snipework_fixed_median", by="family"))
said = headlines.extremes(fixed, "pays most per project (median offered, {when})", "least")
chart = dots(fixed, tick_format="$,.0f")
show.figure("fixed", "snipework_fixed_median", fixed, said, chart, note="All kinds of work.")

gigs = get("gig_start_price", source_id="fiverr_grid", dims=("currency=EUR",))
gigs = gigs.with_columns(unit=pl.lit("euro"))
said = headlines.extremes(gigs, f"starts dearest ({which.lower()} gig)", "cheapest")
note = f"{which} of asking prices on Fiverr, in euro."
chart = dots(gigs, tick_format=",.0f")
show.figure("gigs", "gig_start_price", gigs, said, chart, note=note)

index = dim(rows(edition, "fiverr_matched_price_index"), "category", "panel")
index = index.filter(pl.col("panel") == panel)
index = relabelled(index, "category", labels.FIVERR_CATEGORIES)
said = headlines.moves(index, "Prices of the same Fiverr gigs", since=headlines.FIRST)
chart = timelines.panels(index, colours, today, base=100)
note = "Grey: the other categories. The two panels must not be chained."
show.figure("index", "fiverr_matched_price_index", index, said, chart, note=note)

show.figures(prices.figures(edition, colours, today, panel))
