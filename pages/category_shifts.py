"""How does the mix of freelance work move?"""

from __future__ import annotations

from functools import partial

import polars as pl

from pages.parts import answers, charts, headlines, labels, show, timelines
from pages.parts.rows import dim, latest, relabelled, rows

show.header("category_shifts", "Category shifts", "Which kinds of work gain and lose, how sure?")
show.gap(
    "No open source has watched one whole market since 2024. Shown are two dated cross-sections of"
    " Upwork by two collectors, a comparison and no trend, and an index that ended in 2024."
)
edition, colours, today = show.edition(), show.colours(), show.today()
get = partial(rows, edition, "category_share_change")

moved = get(by="family", source_id="snipework", stat="difference")
said = answers.directions(moved, "Share of Upwork listings, January 2023 and July to August 2026")
chart = charts.dots(moved, colours, tick_format="+.1%")
note = "Difference in points. Lower or higher only where two collectors could not make it."
show.figure("moved", "category_share_change", moved, said, chart, note=note)

ends = pl.concat(
    get(by="family", stat=stat, grain="snapshot").with_columns(when=pl.lit(when))
    for stat, when in (("before", "January 2023"), ("after", "July to August 2026"))
)
said = headlines.extremes(
    ends.filter(pl.col("stat") == "after"), "has the largest share ({when})", "the smallest"
)
chart = charts.dots(ends, colours, tick_format=".0%", series="when", ranked=False)
show.figure("ends", "category_share_change", ends, said, chart, note="Both cross-sections.")

groups = dim(get(source_id="oli", stat="difference"), "occupation_group", "against")
yearly = latest(groups.filter(pl.col("against") == "2022-11-01"))
yearly = relabelled(yearly, "occupation_group", labels.OLI_GROUPS)
said = answers.directions(yearly, "Online Labour Index, since November 2022")
note = "The range is that of equally long changes before ChatGPT: it describes, it does not prove."
chart = charts.dots(yearly, colours, tick_format="+.1%")
show.figure("index", "category_share_change", yearly, said, chart, note=note)

value = rows(edition, "value_decomposition", source_id="fiverr_inc")
value = dim(value, "against").filter(pl.col("against") == "2022-01-01")
value = value.filter(pl.col("period_start") == pl.col("period_start").max())
value = relabelled(value, "stat", labels.VALUE_PARTS)
said = "Fiverr's turnover since 2022: {total} in all, {volume} from buyers, {price} from spending"
said = headlines.filled(said, value, "stat")
chart = charts.dots(value, colours, tick_format="$,.0f", ranked=False)
note = "Turnover as the company reports it. No source of listings shows a whole market over time."
show.figure("value", "value_decomposition", value, said, chart, note=note)

ahead = rows(edition, "outlook", stat="forecast")
ahead = answers.still_ahead(dim(ahead, "target", "keyword", "made_on"), today)
said = answers.ahead(ahead)
chart = timelines.panels(ahead, colours, today, tick_format=".1%")
note = "Share of Hacker News hiring posts, six months ahead, with the way it was made in the table."
show.figure("ahead", "outlook outlook_score", ahead, said, chart, note=note)

tried = answers.series_named(rows(edition, "outlook_backtest", stat="coverage"))
chart = charts.dots(tried, colours, tick_format=".0%")
said = answers.held(tried)
note = "Share of past outcomes inside the 95 % interval; errors beside naive ones in the table."
show.figure("tried", "outlook_backtest", tried, said, chart, note=note)
