"""The AI dictionary: every group of terms, what negates a mention, what only looks like one."""

from __future__ import annotations

import json
import time
from pathlib import Path

import polars as pl
import pytest

from models import ai_mention

ROOT = Path(__file__).parents[1]
GOLD = ROOT.parent / "shared" / "gold" / "dev.jsonl"
TERMS = pl.read_csv(ROOT / "data" / "reference" / "ai_terms.csv")

# sentence, mentions AI, mentions generative AI, is negated
SENTENCES = [
    # generic AI
    ("Looking for an AI engineer", True, False, False),
    ("Our A.I. product needs a landing page", True, False, False),
    ("need ai developer for my shop", True, False, False),
    ("Python, ML and AI. Start next week", True, False, False),
    ("Course on AI/ML for nurses", True, False, False),
    ("Help with artificial inteligence homework", True, False, False),
    ("Proyecto de inteligencia artificial", True, False, False),
    ("Machine-learning model for churn", True, False, False),
    ("Senior ML engineer", True, False, False),
    ("Deep learning expert wanted", True, False, False),
    ("Train a convolutional neural net", True, False, False),
    ("NLP on support tickets", True, False, False),
    ("computer vision for a conveyor belt", True, False, False),
    ("Simulation for self-driving trucks", True, False, False),
    ("I will build PyTorch projects", True, False, False),
    ("Messenger chat bot for a bakery", True, False, False),
    ("Image annotation, 4,000 pictures", True, False, False),
    ("Write about how we use ai", True, False, False),
    # generative AI, alone and together with generic AI
    ("Generative AI workshop", True, True, False),
    ("LLM evaluation", False, True, False),
    ("ChatGPT prompts for teachers", False, True, False),
    ("Connect Chat GPT to Slack", False, True, False),
    ("Fine-tune gpt-4o on our tickets", False, True, False),
    ("A custom GPT for our handbook", False, True, False),
    ("Prompt engineer, part time", False, True, False),
    ("OpenAI API in Django", False, True, False),
    ("Claude Code set-up", False, True, False),
    ("Google Gemini summaries", False, True, False),
    ("Host Llama 3 on our server", False, True, False),
    ("GitHub Copilot training", False, True, False),
    ("Midjourney artist", False, True, False),
    ("DALL-E pictures", False, True, False),
    ("Stable Diffusion portraits", False, True, False),
    ("HeyGen spokesperson clips", False, True, False),
    ("Sora 2 clips for a shop", False, True, False),
    ("Voice cloning of a founder", False, True, False),
    ("AI avatar for my channel", True, True, False),
    ("Edit AI-generated articles", True, True, False),
    ("AI agents for a clinic", True, True, False),
    ("Website with ai chatbot", True, True, False),
    ("RAG pipeline over contracts", False, True, False),
    ("LangChain developer", False, True, False),
    ("Vibe coding mentor", False, True, False),
    ("Cursor IDE power user", False, True, False),
    ("Humanize my text", False, True, False),
    ("RLHF raters", False, True, False),
    # negated: the mention goes
    ("Voice-over, no AI please", False, False, True),
    ("Do not use ChatGPT, Claude or other AI tools", False, False, True),
    ("Please don’t submit anything made with AI", False, False, True),
    ("No templates, no plagiarism or AI", False, False, True),
    ("Human-written articles about gardening", False, False, True),
    ("AI-generated content will be rejected", False, False, True),
    ("AI writing is not allowed", False, False, True),
    ("All text without the use of AI such as ChatGPT", False, False, True),
    ("Drawings must be original, not AI-generated", False, False, True),
    ("Please avoid AI-generated proposals", False, False, True),
    ("Don't apply with ChatGPT", False, False, True),
    ("Must pass Copyscape and AI-detection checks", False, False, True),
    ("A plagiarism-free, AI-free essay", False, False, True),
    # negated once, meant once: the other mention stays
    ("Build an LLM app. Do not use AI to answer this post", False, True, True),
    ("AI startup needs human-written copy", True, False, True),
    # words that look like a negation, but are none
    ("Write content using AI tools", True, False, False),
    ("We want to use AI in logistics", True, False, False),
    ("Development with ChatGPT", False, True, False),
    ("You need not apply unless you built an AI app", True, False, False),
    # what only looks like AI
    ("Logo as AI, EPS and PSD", False, False, False),
    ("Send the .ai file", False, False, False),
    ("Deliver ai files and svg", False, False, False),
    ("Photoshop, AI, InDesign", False, False, False),
    ("Adobe Illustrator (AI) retouching", False, False, False),
    ("Landing page for tailor.ai", False, False, False),
    ("See https://example.com/AI/chatgpt for the brief", False, False, False),
    ("Air India (AI) ticket design", False, False, False),
    ("Claude Monet reproduction", False, False, False),
    ("Ask for Claude at the desk", False, False, False),
    ("Gemini horoscope", False, False, False),
    ("Draw a llama", False, False, False),
    ("Photos of a RAG doll and a rag rug", False, False, False),
    ("Change the mouse cursor", False, False, False),
    ("My name is Sora", False, False, False),
    ("Can you retell this story", False, False, False),
    ("Manual per i genitori, ai bambini piace", False, False, False),
    ("J'ai besoin d'un site", False, False, False),
    ("Sé que ahí hay trabajo, ¡ai de mí!", False, False, False),
    ("NLP practitioner for coaching", False, False, False),
    ("JD or LLM, contract review", False, False, False),
    ("Script for a GPT site with offerwalls", False, False, False),
    ("No machine learning experience required", False, False, False),
    ("Data science tutor for statistics", False, False, False),
    ("Robotics arm, CAD drawing", False, False, False),
    ("MAIL AIR PAINT 50 ML", False, False, False),
]
COLUMNS = ["ai_mention", "genai_mention", "ai_negated"]


def read(*texts: str | None, title: str | None = None) -> list[tuple]:
    frame = pl.DataFrame(
        {"title": [title] * len(texts), "text": texts},
        schema={"title": pl.String, "text": pl.String},
    )
    return ai_mention.mentions(frame, TERMS).select(COLUMNS).rows()


@pytest.mark.parametrize(("sentence", "ai", "genai", "negated"), SENTENCES)
def test_sentence(sentence, ai, genai, negated):
    assert read(sentence) == [(ai, genai, negated)]


def test_title_and_text_count_alike_and_do_not_run_together():
    assert read(None, title="AI engineer") == [(True, False, False)]
    assert read("shop", title="Draw a chat") == [(False, False, False)]


def test_nothing_said_is_not_known():
    assert read(None) == [(None, None, None)]
    assert read("") == [(False, False, False)]


def test_estimate_keeps_every_listing_in_order():
    listings = pl.DataFrame(
        {
            "source_id": ["a", "a", "b"],
            "native_id": ["2", "1", "1"],
            "title": ["Logo", None, "ChatGPT"],
            "text": [None, None, "AI"],
        }
    )
    rows = ai_mention.estimate({"core_listings": listings, "ref_ai_terms": TERMS}).rows()
    assert rows == [
        ("a", "2", False, False, False),
        ("a", "1", None, None, None),
        ("b", "1", True, True, False),
    ]


def test_terms_are_complete_and_written_as_text_or_boolean():
    assert set(TERMS["series"]) == {"generic_ai", "genai", "negation", "exclusion"}
    assert TERMS.select("series", "term").is_unique().all()
    as_text = TERMS.with_columns(pl.col("case_sensitive").cast(pl.String))
    frame = pl.DataFrame({"title": ["rag", "RAG system"], "text": [None, None]})
    assert ai_mention.mentions(frame, as_text)["genai_mention"].to_list() == [False, True]


@pytest.mark.parametrize(
    "piece", ["AI ", "no ", "not use ", "a-", "\x01", "ai, ", "\x02\x01 ai", "é "]
)
def test_hostile_text_takes_no_time(piece):
    start = time.perf_counter()
    read(piece * 200_000)
    assert time.perf_counter() - start < 5


@pytest.mark.skipif(not GOLD.exists(), reason="needs ../shared/gold")
def test_gold_listings():
    gold = pl.DataFrame(
        [json.loads(line) for line in GOLD.read_text().splitlines()], infer_schema_length=None
    )
    found = ai_mention.mentions(gold.select("title", "text", "ai_relation"), TERMS)
    flagged = pl.col("ai_mention") | pl.col("genai_mention")
    truth = pl.col("ai_relation") != "none"
    both, said, true = found.select(
        (flagged & truth).sum(), flagged.sum().alias("said"), truth.sum().alias("true")
    ).row(0)
    assert both / said >= 0.97
    assert both / true >= 0.95
