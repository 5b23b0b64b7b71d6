"""What a reader calls the values of dimensions, in the order they are shown."""

from __future__ import annotations

from functools import cache

from etl.reference import listing_labels

OLI_GROUPS = {
    "software_dev_tech": "Software and tech",
    "creative_multimedia": "Creative and multimedia",
    "sales_marketing": "Sales and marketing",
    "writing_translation": "Writing and translation",
    "clerical_data_entry": "Clerical and data entry",
    "professional_services": "Professional services",
}
OLI_OTHERS = {"all": "all work", "microwork": "Microwork"}
TARGETS = {
    "oli_group_share": "OLI share",
    "oli_level": "OLI level",
    "indeed_ai_posting_share": "Job ads that name AI",
    "hn_seekers_per_hiring_post": "Seekers per hiring post",
    "total_postings": "Indeed, all postings",
    "new_postings": "Indeed, new postings",
    "openai": "OpenAI",
    "rag": "RAG",
}
VALUE_PARTS = {
    "volume": "More or fewer buyers",
    "price": "Spending per buyer",
    "total": "All together",
}
ALL_GROUPS = {
    "treated_together": "The kinds of work it reaches, together",
    "by_exposure": "All groups, by their exposure",
    "hiring_posts": "Hacker News hiring posts",
    "seeking_posts": "Hacker News posts seeking work",
}
SHOCKS = {
    "copilot": "GitHub Copilot, June 2022",
    "midjourney": "Midjourney, July 2022",
    "dalle2": "DALL·E 2, July 2022",
    "stable_diffusion": "Stable Diffusion, August 2022",
    "chatgpt": "ChatGPT, November 2022",
    "gpt4": "GPT-4, March 2023",
    "gpt4o": "GPT-4o, May 2024",
    "sora": "Sora, December 2024",
    "image_4o": "Images in GPT-4o, March 2025",
    "claude4": "Claude 4, May 2025",
    "gpt5": "GPT-5, August 2025",
}
NAIVE, ADJUSTED, FAKE = (
    "After against before",
    "Beyond its own trend",
    "At a date when nothing came",
)
HN_TERMS = {
    "llm": "LLM",
    "agentic": "Agents",
    "machine_learning": "Machine learning",
    "genai": "Generative AI",
    "prompt_eng": "Prompt engineering",
}
MENTIONS = {"ai_mention_share": "AI in general terms", "genai_mention_share": "generative AI"}
STATS = {
    "median": "Median",
    "p10": "10th percentile",
    "p25": "25th percentile",
    "p75": "75th percentile",
    "p90": "90th percentile",
}
QUARTILES = {name: STATS[name] for name in ("p25", "median", "p75")}
FIVERR_CATEGORIES = {
    name: name.capitalize()
    for name in ("coding", "design", "marketing", "translation", "video", "writing")
}
FIVERR_PANELS = {"recent": "2024 to 2026", "panel": "2020 to 2024, unverified"}
FIVERR_TOTALS = {
    "active_buyers_m": "active buyers in millions",
    "spend_per_buyer_usd": "spend per buyer in US dollars",
    "gmv_usd_m": "sales through the platform in millions of US dollars",
}
AGE_BANDS = {
    "12-24h": "12 to 24 hours",
    "00-12h": "up to 12 hours",
    "24-72h": "1 to 3 days",
    "72h+": "3 days or more",
}
BRACKETS = {
    "0-4": "0 to 4 proposals",
    "5-10": "5 to 10 proposals",
    "10-15": "10 to 15 proposals",
    "15-20": "15 to 20 proposals",
    "20-50": "20 to 50 proposals",
    "50+": "50 proposals or more",
}
DURATIONS = {
    "0-30d": "under a month",
    "30-90d": "1 to 3 months",
    "90-180d": "3 to 6 months",
    "180d+": "6 months or more",
}
SCOPES = {
    "window": "all of its time window",
    "newest": "the newest listings of a day",
    "query": "one or few search queries",
    "capped": "a capped number per page",
}


@cache
def titles(label: str) -> dict[str, str]:
    """Return what a reader calls the levels of a label of listings, in the order of its file."""
    table = listing_labels()
    return dict(table.filter(table["label"] == label).select("level", "title").iter_rows())


@cache
def expectations() -> dict[str, str]:
    """Return what a reader calls each thing that a listing may ask of a person."""
    table = listing_labels()
    return dict(table.filter(table["level"] == "true").select("label", "title").iter_rows())
