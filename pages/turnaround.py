"""How fast do clients want the work, and how fast do they get it?"""

from __future__ import annotations

from functools import partial

import polars as pl

from pages.parts import charts, headlines, labels, show
from pages.parts.filters import family_level, row_of
from pages.parts.rows import dim, relabelled, rows, with_capture, with_source

show.header("turnaround", "Turnaround", "How fast do clients want it, how fast do they get it?")
show.gap(
    "How fast clients get the work cannot be told yet: no number here rests on the delivery days"
    " of gigs or the time a job took. Shown is how long clients want the work to run, and how long"
    " they leave a listing open for bids."
)
(family,) = row_of("family")
edition, colours = show.edition(), show.colours()
get = partial(rows, edition)
wanted = partial(get, "requested_duration", source_id="upwork_search")
longer = partial(relabelled, column="duration", words=labels.DURATIONS, into="part")

whole = longer(dim(wanted(family=family), "duration"))
kinds = longer(dim(wanted(**family_level(family)), "duration"))
said = headlines.filled(
    "Of the listings, {under a month} ask for work of under a month, {6 months or more} for six"
    " months or more",
    whole,
    "part",
)
asked = kinds if family != "*" else pl.concat([whole, kinds])
chart = charts.stacked(asked, colours, parts=list(labels.DURATIONS.values()))
note = "Rounded parts may not sum to exactly 100 %."
show.figure("duration", "requested_duration", asked, said, chart, note=note)

left = with_capture(get("bid_window_days", stat="median", captures=True), whole="Whole month")
left = left.with_columns(label="when").filter(pl.col("capture").is_not_null())
sound = left.filter(~pl.col("flags").str.contains("defect"))
said = headlines.agreement(sound, "the median days left to bid")
note = "One search on Freelancer.com, all kinds of work. Hollow: a capture known to be defective."
chart = charts.dots(left, colours, ranked=False)
show.figure("window", "bid_window_days", left, said, chart, note=note)

longer_work = get("ordered_duration", source_id="upwork_search", by="family")
said = headlines.extremes(longer_work, "most often asks for longer work than other kinds", "least")
chart = charts.dots(longer_work, colours, tick_format=".0%")
note = "Chance that a listing asks for longer work than one of another kind; 50 %: no difference."
show.figure("longer", "ordered_duration", longer_work, said, chart, note=note)

closing = with_source(get("time_to_close", stat="median"), edition, label=True)
said = headlines.extremes(closing, "closes slowest", "fastest")
show.figure("closing", "time_to_close", closing, said, charts.dots(closing, colours))

listed = with_source(get("time_listed", stat="median"), edition, label=True)
said = headlines.extremes(listed, "stays listed longest", "shortest")
show.figure("listed", "time_listed", listed, said, charts.dots(listed, colours))
