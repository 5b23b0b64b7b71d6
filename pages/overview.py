"""What is happening to freelance work?"""

from __future__ import annotations

from datetime import date

import polars as pl
import streamlit as st

from pages.parts import charts, headlines, show
from pages.parts.rows import dim, relabelled, rows
from pages.parts.wording import number, period

OLI_GROUPS = {
    "software_dev_tech": "Software and tech",
    "creative_multimedia": "Creative and multimedia",
    "sales_marketing": "Sales and marketing",
    "writing_translation": "Writing and translation",
    "clerical_data_entry": "Clerical and data entry",
    "professional_services": "Professional services",
}
CHATGPT = ((date(2022, 11, 30), "ChatGPT"),)
KEYWORDS = {"llm": "LLM", "agentic": "Agents", "machine_learning": "Machine learning",
            "genai": "Generative AI", "prompt_eng": "Prompt engineering"}

edition = show.edition()
colours = show.colours()
show.header("Freelance Market Observatory", "What is happening to freelance work?")

oli = dim(rows(edition, "oli_group_share"), "occupation_group")
oli = relabelled(oli, "occupation_group", OLI_GROUPS)
upwork = rows(edition, "hourly_rate", source_id="upwork_search", stat="median")
crowded = rows(edition, "proposals_20_plus", source_id="upwork_search", dims=("age_band=12-24h",))
seekers = rows(edition, "hn_seekers_per_hiring_post")
show.tiles([
    ("oli_group_share", oli.filter(pl.col("occupation_group") == "writing_translation"),
     "Writing and translation, share of six groups"),
    ("hourly_rate", upwork, "Median advertised rate, Upwork"),
    ("proposals_20_plus", crowded, "Listings with 20+ proposals after 12–24 h, Upwork"),
    ("hn_seekers_per_hiring_post", seekers, "Seekers per hiring post, Hacker News"),
])

since = oli.filter(pl.col("period_start") >= date(2022, 7, 1))
writing = since.filter(pl.col("occupation_group") == "writing_translation")
show.figure(
    "oli", "oli_group_share", oli,
    headlines.change(writing, "share", 3, "Writing and translation's share of online work"),
    charts.lines(oli, colours, tick_format=".0%", events=CHATGPT),
    note="A share falls when others grow. What ChatGPT changed cannot be read from this chart alone.",
)

then = rows(edition, "listing_share", source_id="upwork_search", by="family").with_columns(
    when=pl.lit("January 2023 (our snapshots)")
)
weekly = rows(edition, "snipework_listing_share", by="family")
weekly = weekly.filter(~pl.col("flags").str.contains("partial"))
now = weekly.filter(pl.col("period_start") == pl.col("period_start").max()).with_columns(
    when=pl.lit("August 2026 (SnipeWork)")
)
show.figure(
    "mix", "listing_share", then,
    headlines.top_and_bottom(then, "share", 3, "of Upwork listings in January 2023"),
    charts.dots(pl.concat([then, now]), colours, tick_format=".0%", series="when"),
    note="Two dates and two ways of collecting, not a trend; the later one publishes no interval.",
)

terms = dim(rows(edition, "hn_keyword_share"), "keyword")
terms = relabelled(terms, "keyword", KEYWORDS).filter(pl.col("period_start") >= date(2019, 1, 1))
show.figure(
    "terms", "hn_keyword_share", terms,
    headlines.change(
        terms.filter(pl.col("keyword") == "llm"), "share", 3,
        "Hacker News hiring posts that name LLMs",
    ),
    charts.lines(terms, colours, tick_format=".0%", events=CHATGPT),
)

ai = rows(edition, "indeed_ai_posting_share", geo="US")
show.figure(
    "ai", "indeed_ai_posting_share", ai,
    headlines.change(ai, "share", 3, "US job postings that mention AI"),
    charts.lines(ai, colours, tick_format=".1%", events=CHATGPT),
)

show.figure(
    "seekers", "hn_seekers_per_hiring_post", seekers,
    headlines.change(seekers, "ratio", 2, "Seekers per hiring post on Hacker News"),
    charts.lines(seekers, colours, events=CHATGPT),
)
