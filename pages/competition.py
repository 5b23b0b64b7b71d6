"""How hard is it to win freelance work?"""

from __future__ import annotations

from functools import partial

import polars as pl

from pages.parts import bids, charts, events, headlines, labels, show, timelines
from pages.parts.filters import family_level, row_of
from pages.parts.rows import dim, newest_of_each, relabelled, rows, with_capture

show.header("competition", "Competition", "How hard is it to win work?")
family, band = row_of("family", "age")
edition, colours, today = show.edition(), show.colours(), show.today()
get, level = partial(rows, edition), family_level(family)
dots_of = partial(charts.dots, colours=colours)
dots = partial(dots_of, tick_format=".0%")
line = partial(timelines.line, colours=colours, today=today, events=events.BOTH)
upwork = {"source_id": "upwork_search"}

crowd = partial(get, "proposals_20_plus", captures=True, dims=(f"age_band={band}",), **upwork)
days = with_capture(crowd(family=family), whole="Both days").with_columns(label="when")
aged = f"listings {labels.AGE_BANDS[band]} old with 20 or more proposals"
said = headlines.agreement(days.filter(pl.col("capture").is_not_null()), aged)
note = "Two snapshots two days apart. The interval of both days spans what they disagree on."
show.figure("days", "proposals_20_plus", days, said, dots(days, ranked=False), note=note)

kinds = with_capture(crowd(**level), whole="Both days").sort("capture", nulls_last=False)
whole = kinds.filter(pl.col("capture").is_null())
said = headlines.extremes(whole, f"is most often crowded ({aged})", "least often")
show.figure("kinds", "proposals_20_plus", kinds, said, dots(kinds, series="when"), note=note)

talks = relabelled(dim(get("interviewing_share"), "proposals"), "proposals", labels.BRACKETS)
said = headlines.extremes(talks, "is where clients most often interview", "least often")
show.figure("talks", "interviewing_share", talks, said, dots(talks, ranked=False))

medians = partial(get, "bids_per_listing", stat="median")
found = with_capture(medians(source_id="freelancer_search", captures=True), whole="Whole month")
found = found.with_columns(label="when").filter(pl.col("capture").is_not_null())
sound = found.filter(~pl.col("flags").str.contains("defect"))
said = headlines.agreement(sound, "the median number of bids per listing")
note = "One search on Freelancer.com. Hollow: a capture whose counts are known to be wrong."
show.figure("bids", "bids_per_listing", found, said, dots_of(found, ranked=False), note=note)

growth = relabelled(get("bid_growth", source_id="freelancer_search"), "stat", labels.QUARTILES)
said = "The median listing gained {median} bids a day, the busiest quarter {p75} or more"
said = headlines.filled(said, growth, "stat")
show.figure("growth", "bid_growth", growth, said, dots_of(growth, ranked=False))

posted = get("projects_posted", family=family)
said = headlines.change(posted, "The number of projects posted on Freelancer.com a month")
show.figure("posted", "projects_posted", posted, said, line(posted))
drawn = medians(source_id="freelancer_panel", family=family)
said = headlines.change(drawn, "The median number of bids per Freelancer.com project")
note = "A random sample of each month's projects, after bidding ended but for the newest."
show.figure("drawn", "bids_per_listing", drawn, said, line(drawn), note=note)

supply = newest_of_each(get("freelancers_listed", by="family"))
said = headlines.extremes(supply, "is offered by most freelancers ({when})", "fewest")
show.figure("supply", "freelancers_listed", supply, said, dots_of(supply))

entry = get("entry_level_share", **upwork, **level)
said = headlines.extremes(entry, "is most often open to entry level", "least often")
show.figure("entry", "entry_level_share", entry, said, dots(entry))

weekly = get("snipework_entry_share")
said = headlines.change(weekly, "The share of Upwork listings open to entry level")
note = "Collected in another way than the figure above: the two must not be joined into a trend."
weeks = line(weekly, tick_format=".0%", events=())
show.figure("weekly", "snipework_entry_share", weekly, said, weeks, note=note)

top = newest_of_each(get("review_concentration", source_id="fiverr_grid", by="family"))
said = headlines.extremes(top, "is most concentrated in its top tenth of gigs", "least")
show.figure("top", "review_concentration", top, said, dots(top))

seekers = get(name := "hn_seekers_per_hiring_post")
said = headlines.change(seekers, "Job seekers per hiring post on Hacker News")
show.figure("seekers", name, seekers, said, line(seekers))
show.figures(bids.figures(edition, colours, family, band))
