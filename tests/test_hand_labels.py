"""Hand-labelled listings: read whole, or the first line that is none is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from etl.contracts import InputError
from etl.hand_labels import SCHEMA, hand_labels

LINE = {
    "id": "g1", "side": "demand", "platform": "upwork", "posted": "2025-01-04", "title": "A logo",
    "text": "Für Boote.", "family": "design_creative", "ai_relation": "none", "ai_service": "none",
    "substitutability": "substitutable", "human_only": False, "ai_tool_welcome": True,
    "originality_clause": False, "urgent": True,
    "skills": {"creativity": True, "strategy": False, "communication": False, "ai_literacy": True},
    "sure": 2, "disputed": ["urgent"],
}  # fmt: skip


def written(folder: Path, *lines: object) -> Path:
    path = folder / "hand.jsonl"
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return path


def test_a_row_per_line_with_the_skills_as_columns(tmp_path):
    build = LINE | {"id": "g2", "ai_relation": "ai_build", "ai_service": "ml_data_science"}
    found = hand_labels(written(tmp_path, LINE, "", "  ", build | {"title": None}))
    assert dict(found.schema) == SCHEMA
    assert found.drop("title").rows() == [
        ("g1", "demand", "Für Boote.", "design_creative", "none", "none", "substitutable",
         False, True, False, True, True, False, False, True),
        ("g2", "demand", "Für Boote.", "design_creative", "ai_build", "ml_data_science",
         "substitutable", False, True, False, True, True, False, False, True),
    ]  # fmt: skip
    assert found["title"].to_list() == ["A logo", None]


def test_separators_inside_a_text_end_no_line(tmp_path):
    odd = LINE | {"text": "one\u2028two\x85three\x0cfour"}
    path = tmp_path / "hand.jsonl"
    path.write_text(json.dumps(odd, ensure_ascii=False) + "\r\n", encoding="utf-8")
    assert hand_labels(path)["text"].to_list() == [odd["text"]]


WRONG = {
    "no JSON": "{'id': 'g1'}",
    "a list": [LINE],
    "a number": 7,
    "null": None,
    "no skills": {name: LINE[name] for name in LINE if name != "skills"},
    "skills a list": LINE | {"skills": ["creativity"]},
    "a skill missing": LINE | {"skills": {"creativity": True}},
    "a skill as a word": LINE | {"skills": LINE["skills"] | {"strategy": "yes"}},
    "a mark as a number": LINE | {"urgent": 1},
    "a mark missing": {name: LINE[name] for name in LINE if name != "human_only"},
    "no title": {name: LINE[name] for name in LINE if name != "title"},
    "no such relation": LINE | {"ai_relation": "ai_made"},
    "no such service": LINE | {"ai_service": "ai_cooking"},
    "no such class": LINE | {"substitutability": "maybe"},
    "a relation missing": LINE | {"ai_relation": None},
    "a relation as a list": LINE | {"ai_relation": ["none"]},
    "title a number": LINE | {"title": 7},
    "text a list": LINE | {"text": ["a"]},
    "half a character": LINE | {"title": "\ud800"},
    "nested without end": "[" * 100_000,
}


@pytest.mark.parametrize("name", WRONG)
def test_a_bad_line_is_named_with_its_number(tmp_path, name):
    path = written(tmp_path, LINE, "", LINE | {"id": "g2"}, WRONG[name], LINE | {"id": "g3"})
    with pytest.raises(InputError, match=r"^line 4 of \S+hand\.jsonl is no hand label: \S"):
        hand_labels(path)


def test_a_file_that_cannot_be_read_says_how_to_name_one(tmp_path):
    damaged = tmp_path / "latin.jsonl"
    damaged.write_bytes(b'{"title": "\xff"}')
    for path, why in (
        (tmp_path / "nowhere.jsonl", "FileNotFoundError"),
        (tmp_path, "IsADirectoryError"),
        (damaged, "UnicodeDecodeError"),
    ):
        with pytest.raises(InputError, match=rf"cannot be read \({why}\).*--hand-labels"):
            hand_labels(path)


def test_an_empty_file_is_an_empty_table(tmp_path):
    found = hand_labels(written(tmp_path, ""))
    assert found.is_empty() and dict(found.schema) == SCHEMA
