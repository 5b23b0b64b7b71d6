"""What is happening to freelance work?"""

from __future__ import annotations

from datetime import date
from functools import partial

import polars as pl

from pages.parts import charts, events, headlines, labels, show, timelines
from pages.parts.rows import dim, latest, newest_of_each, relabelled, rows, together, with_source

show.header("overview", "Freelance Market Observatory", "What is happening to freelance work?")
edition, colours, today = show.edition(), show.colours(), show.today()
get = partial(rows, edition)
line = partial(timelines.line, colours=colours, today=today, events=[events.CHATGPT])
panels = partial(timelines.panels, colours=colours, today=today, events=[events.CHATGPT])

oli = dim(get("oli_group_share"), "occupation_group")
oli = relabelled(oli, "occupation_group", labels.OLI_GROUPS)
writing = oli.filter(pl.col("occupation_group") == "writing_translation")
rate = get("hourly_rate", source_id="upwork_search", stat="median")
crowded = get("proposals_20_plus", source_id="upwork_search", dims=("age_band=12-24h",))
gigs = get("fiverr_matched_price_index", dims=("category=writing", "panel=recent"))
seekers = get("hn_seekers_per_hiring_post")
jobs = get("indeed_postings_index", dims=("variable=total_postings",))
show.tiles(
    ("oli_group_share", writing, "Writing and translation's share of online postings"),
    ("hourly_rate", rate, "Median hourly rate offered on Upwork"),
    ("proposals_20_plus", crowded, "Upwork listings with 20+ proposals after 12 to 24 hours"),
    (
        "fiverr_matched_price_index",
        gigs,
        "Price of the same writing gigs on Fiverr (Q3 2024 = 100)",
    ),
    ("hn_seekers_per_hiring_post", seekers, "Job seekers per hiring post on Hacker News"),
    ("indeed_postings_index", jobs, "All US job postings on Indeed (Feb 2020 = 100)"),
)

said = headlines.change(writing, "Writing and translation's share of online postings")
note = "A share falls when others grow. The index ended in 2024; this chart alone cannot say why."
show.figure("groups", "oli_group_share", oli, said, panels(oli, tick_format=".0%"), note=note)

level = get("oli_level", dims=("occupation_group=all",))
said = headlines.change(level, "The index of postings on large platforms")
show.figure("level", "oli_level", level, said, line(level))

ours = get("listing_share", source_id="upwork_search", by="family")
mix = with_source(together(ours, latest(get("snipework_listing_share", by="family"))), edition)
said = headlines.extremes(ours, "had most of Upwork's listings in {when}", "fewest")
chart = charts.dots(mix, colours, tick_format=".0%", series="source")
note = "Two dates and two ways of collecting: not a trend."
show.figure("mix", "listing_share snipework_listing_share", mix, said, chart, note=note)

terms = dim(get("hn_keyword_share"), "keyword").filter(pl.col("period_start") >= date(2019, 1, 1))
terms = relabelled(terms, "keyword", labels.HN_TERMS)
said = headlines.moves(terms, "AI terms in Hacker News hiring posts")
chart = panels(terms, tick_format=".0%")
show.figure("terms", "hn_keyword_share", terms, said, chart)

mentions = newest_of_each(together(get("ai_mention_share"), get("genai_mention_share")))
mentions = relabelled(mentions, "metric_id", labels.MENTIONS, into="term")
mentions = with_source(mentions, edition, label=True)
posts = mentions.filter(pl.col("source_id") == "hn_hiring")
said = headlines.filled(
    "Hacker News hiring posts of {when}: {AI in general terms} name AI in general terms,"
    " {generative AI} generative AI; many name both", posts, "term",
)  # fmt: skip
chart = charts.dots(mentions, colours, tick_format=".0%", series="term")
note = "Sources differ in scope: never rank them against each other."
show.figure("mentions", "ai_mention_share genai_mention_share", mentions, said, chart, note=note)

ai = get("indeed_ai_posting_share", geo="US")
said = headlines.change(ai, "The share of US job postings that mention AI")
show.figure("ai", "indeed_ai_posting_share", ai, said, line(ai, tick_format=".0%"))

said = headlines.change(seekers, "Job seekers per hiring post on Hacker News")
chart = line(seekers, events=[events.PANDEMIC, events.CHATGPT])
show.figure("seekers", "hn_seekers_per_hiring_post", seekers, said, chart)
