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
