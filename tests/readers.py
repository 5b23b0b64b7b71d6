"""The readers that tests read invented listings with: those of the shipped edition, or small ones.

Small ones are taught by listings made up here. They have every label and every probability, so
whatever is said of readers in general can be tested on them.
"""
# ruff: noqa: E501 -- a literal table

from __future__ import annotations

import json
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from given import rows

from etl import edition, model_files
from etl.config import SHIPPED
from etl.hand_labels import MARKS, SKILLS
from etl.hand_labels import SCHEMA as HAND
from etl.reference import reference_tables
from models import _reading

THINGS = "bakery museum school garage clinic farm library hotel harbour circus orchard"
# Filler that hardly any two listings share, so that none is taken for a copy of another.
SYLLABLES = "bo ka lu mer tin sol var den"
WORDS = ["".join(parts) for parts in product(SYLLABLES.split(), repeat=3)]
KINDS = rows("""
    title                          | text                                                                   | family              | source_category  | ai_relation | ai_service       | substitutability | side
    Translate a letter about the {} | German to English, two pages.                                          | translation         | Translation      | none        | none             | substitutable    | demand
    Voice over for the {}           | We need an actor with a warm voice.                                    | design_creative     | Voice Over       | none        | none             | unaffected       | demand
    React developer for the {}      | We are an AI company. You mend our forms. Great communication skills.  | web_mobile_software | Web Development  | ai_context  | none             | complementary    | demand
    Virtual assistant of the {}     | You answer mail using AI tools like ChatGPT, ASAP.                     | admin_support       | Data Entry       | ai_assisted | none             | complementary    | demand
    AI avatar video of the {}       | Made in HeyGen or Synthesia, creative storytelling.                    | design_creative     | Video Production | ai_content  | ai_video_audio   | substitutable    | supply
    Build an AI chatbot for the {}  | It runs on OpenAI. Original work only, no plagiarism.                  | web_mobile_software | Web Development  | ai_build    | ai_chatbot_agent | complementary    | demand
    Article on the {}               | No AI-generated content is accepted. You shape our content strategy.   | writing             | Writing          | none        | none             | substitutable    | demand
""")
PER_KIND = 15


def invented(seed: int, per_kind: int = PER_KIND) -> pl.DataFrame:
    """Return listings of every kind with its labels; no two share more than a few words."""
    random = np.random.default_rng(seed)
    made: list[dict[str, Any]] = []
    for number, (kind, listing) in product(range(per_kind), enumerate(KINDS.to_dicts())):
        thing, others = random.choice(THINGS.split()), random.choice(WORDS, 20, replace=False)
        is_tool = listing["ai_relation"] in ("ai_assisted", "ai_content")
        marks = dict.fromkeys((*MARKS, *SKILLS), False) | {
            "human_only": "No AI" in listing["text"],
            "ai_tool_welcome": is_tool,
            "ai_literacy": is_tool or listing["ai_relation"] == "ai_build",
        }
        own = {
            "id": f"k{kind}n{number:02}",
            "title": listing["title"].format(thing),
            "text": f"{listing['text']} {' '.join(others)}.",
        }
        made.append(listing | marks | own)
    return pl.DataFrame(made, schema=HAND | {"source_category": pl.String})


def market(seed: int = 1) -> pl.DataFrame:
    """Return core_listings of one source whose categories say what the work is."""
    return invented(seed).select(
        pl.lit("market").alias("source_id"),
        pl.col("id").alias("native_id"),
        *("side", "title", "text", "source_category"),
        pl.lit([], pl.List(pl.String)).alias("skills"),
    )


@cache
def small() -> dict[str, bytes]:
    """Return the model files of readers taught by invented listings only."""
    sources = pl.DataFrame({"source_id": ["market"], "platform": ["p"], "crosswalk": ["upwork"]})
    frames = reference_tables([]) | {"ref_sources": sources, "core_listings": market()}
    pipelines = _reading.train(frames | {"hand_labels": invented(2)})
    return {name: model_files.dump(pipeline) for name, pipeline in pipelines.items()}


@cache
def models() -> dict[str, bytes]:
    """Return the model files of the shipped edition, or small ones where it lacks any."""
    shipped = edition.Edition(SHIPPED).models()
    return shipped if shipped.keys() >= _reading.NEEDS.keys() else small()


def show(folder: Path, model_bodies: dict[str, bytes]) -> edition.Edition:
    """Publish the shipped edition with these models into a test's own data folder; show it."""
    assert folder.name == "data" and not folder.exists(), "the data folder of a test, still empty"
    files = {
        path.relative_to(SHIPPED).as_posix(): path.read_bytes()
        for path in SHIPPED.rglob("*")
        if path.is_file() and path.suffix != ".skops"
    } | {f"models/{name}.skops": body for name, body in model_bodies.items()}
    manifest = json.loads(files.pop(edition.MANIFEST))
    del files[edition.MANIFEST_HASH]
    manifest["resources"] = [
        {"path": name, "hash": edition.digest(body)} for name, body in files.items()
    ]
    files[edition.MANIFEST] = json.dumps(manifest).encode()
    files[edition.MANIFEST_HASH] = edition.digest(files[edition.MANIFEST]).encode()
    return edition.publish("2026-11-24-0000000000", files)
