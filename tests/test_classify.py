"""`classify`: a line for a line, in order, whatever stands in it, and nothing is stored."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import readers
from hypothesis import given, settings
from hypothesis import strategies as st

from etl import scoring
from etl.command_line import main

ROOT = Path(__file__).resolve().parent.parent
GIVEN = ["id", "side", "platform", "posted", "title", "text"]
CODEBOOK = [
    *GIVEN, "family", "ai_relation", "ai_service", "substitutability", "human_only",
    "ai_tool_welcome", "originality_clause", "urgent", "skills", "sure", "disputed",
]  # fmt: skip
SKILLS = ["creativity", "strategy", "communication", "ai_literacy"]
ADDED = ["niche", "abstain", "p"]
RELATIONS = ["ai_build", "ai_content", "ai_assisted", "ai_context", "none"]
EMPTY = dict.fromkeys((
    "family", "ai_relation", "ai_service", "substitutability", "human_only", "ai_tool_welcome",
    "originality_clause", "urgent", "niche", "abstain",
))  # fmt: skip


class Answer(NamedTuple):
    """What the command wrote, and its exit code."""

    lines: list[dict[str, Any]]
    problems: list[dict[str, str]]
    code: int


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Iterator[Path]:
    """A data folder that shows an edition with every reader."""
    data = tmp_path_factory.mktemp("classify") / "data"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OBSERVATORY_DATA", str(data))
        readers.show(data, readers.models())
        yield data


def strictly(line: str) -> Any:
    """Parse JSON as the standard has it: no NaN, no Infinity."""
    return json.loads(line, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))


def classified(folder: Path, body: bytes) -> Answer:
    """Run the command on a file of these bytes."""
    path = folder.parent / "listings.ndjson"
    path.write_bytes(body)
    out, complaints = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(complaints):
        code = main(["classify", str(path)])
    said = out.getvalue()
    assert said == "" or said.endswith("\n")
    return Answer(
        [strictly(line) for line in said.split("\n")[:-1]],
        [strictly(line) for line in complaints.getvalue().split("\n")[:-1]],
        code,
    )


def ndjson(*values: Any) -> bytes:
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


def full(number: int = 0, **cells: Any) -> dict[str, Any]:
    """Return one line as the codebook has it before it is labelled."""
    row = readers.invented(seed=5, per_kind=3).row(number, named=True)
    return {
        "id": f"x{number}", "side": row["side"], "platform": "upwork", "posted": "2025-01-04T08:00",
        "title": row["title"], "text": row["text"],
    } | cells  # fmt: skip


def test_keys_are_those_of_the_codebook_and_three_more(folder):
    lines, problems, code = classified(folder, ndjson(full()))
    assert (problems, code) == ([], 0)
    [line] = lines
    assert list(line) == [*CODEBOOK, *ADDED]
    assert list(line["skills"]) == SKILLS
    assert {name: line[name] for name in GIVEN} == full()


def test_labels_are_of_the_codebooks_kinds(folder):
    lines, *_ = classified(folder, ndjson(*(full(n) for n in range(21))))
    for line in lines:
        marks = ("human_only", "ai_tool_welcome", "originality_clause", "urgent")
        assert all(isinstance(line[name], bool) for name in marks)
        assert all(isinstance(value, bool) for value in line["skills"].values())
        assert line["ai_relation"] in RELATIONS
        assert (line["ai_service"] != "none") == (line["ai_relation"] in RELATIONS[:2])
        assert line["substitutability"] in ("substitutable", "complementary", "unaffected")
        assert line["abstain"] in ("none", "niche", "family")
        assert line["family"] and line["niche"]
        assert line["sure"] in (1, 2) and line["disputed"] == []


def test_plain_listings_are_read_plainly(folder):
    texts = [
        {"title": "Build an AI chatbot for a bakery", "text": "It runs on OpenAI. ASAP."},
        {"title": "Translate a letter from Dutch to English", "text": "No AI-generated content."},
    ]
    (bot, letter), *_ = classified(folder, ndjson(*texts))
    assert (bot["ai_relation"], bot["urgent"], bot["human_only"]) == ("ai_build", True, False)
    assert bot["family"] == "web_mobile_software"
    assert (letter["ai_relation"], letter["urgent"], letter["human_only"]) == ("none", False, True)
    assert letter["family"] == "translation"
    assert letter["substitutability"] == "substitutable"


def test_probabilities_belong_to_the_labels(folder):
    lines, *_ = classified(folder, ndjson(*(full(n) for n in range(21))))
    for line in lines:
        p = line["p"]
        for name, levels in (("ai_relation", 5), ("substitutability", 3)):
            assert len(p[name]) == levels
            assert sum(p[name].values()) == pytest.approx(1, abs=5e-4)
        assert p["ai_relation"][line["ai_relation"]] == max(p["ai_relation"].values())
        assert list(p["niches"].values()) == sorted(p["niches"].values(), reverse=True)
        assert len(p["niches"]) == 3
        if line["niche"] in p["niches"]:
            assert p["niches"][line["niche"]] == p["niche"]
        assert p["niche"] <= p["family"] + 1e-4
        for name in ("ai_tool_welcome", "ai_literacy"):
            said = line[name] if name in line else line["skills"][name]
            assert said == (p[name] >= 0.5)
        for name in ("human_only", "originality_clause", "urgent"):
            assert p[name] == float(line[name])
        assert p["disclosure"] in (0, 1)


def test_abstain_and_sure_follow_the_probabilities(folder):
    vague = [{"title": word} for word in ("Help", "Help with a thing", "zzz", "logo article php")]
    lines, *_ = classified(folder, ndjson(*(full(n) for n in range(21)), *vague))
    for line in lines:
        family, niche = line["p"]["family"], line["p"]["niche"]
        relation = line["p"]["ai_relation"][line["ai_relation"]]
        unsure = "family" if family < 0.5 else "niche" if niche < 0.5 else "none"
        assert line["abstain"] == unsure
        assert line["sure"] == (2 if min(family, relation) >= 0.6 else 1)
    assert {line["sure"] for line in lines} == {1, 2}
    assert {line["abstain"] for line in lines} >= {"none", "family"}


def test_what_else_a_line_holds_comes_back(folder):
    more = {"budget": 12.5, "tags": ["a", {"b": None}], "id": {"any": "thing"}, "title": "Logo"}
    lines, _, code = classified(folder, ndjson(more, {"title": "Logo"}, full(1, family="wrong")))
    assert code == 0
    assert {name: lines[0][name] for name in more} == more
    assert lines[1]["id"] == 2  # its line
    assert lines[2]["family"] != "wrong"


BAD = {
    "no JSON": b"title: Logo",
    "cut": b'{"title": "Log',
    "single quotes": b"{'title': 'Logo'}",
    "two on a line": b'{"title": "Logo"} {"title": "Logo"}',
    "a list": b'[{"title": "Logo"}]',
    "a number": b"7",
    "null": b"null",
    "a text": b'"Logo"',
    "NaN": b"NaN",
    "a number of many digits": b"1" * 10_000,
    "title a number": b'{"title": 7}',
    "title true": b'{"title": true}',
    "text a list": b'{"title": "Logo", "text": ["a"]}',
    "side an object": b'{"title": "Logo", "side": {"a": 1}}',
    "two MiB": b'{"title": "' + b"a" * (2 << 20) + b'"}',
    "lists in lists": b"[" * 200_000,
    "objects in objects": b'{"a":' * 100_000,
    "empty": b"",
    "blank": b" \t ",
    "NUL bytes": b"\x00\x00\x00\x00",
    "a NUL in a text": b'{"title": "a\x00b"}',
    "no UTF-8": b'{"title": "\xff\xfe"}',
    "a carriage return alone": b"\r",
}


def test_a_line_that_cannot_be_read_keeps_its_place(folder):
    body = ndjson(full())
    for bad in BAD.values():
        body += bad + b"\n" + ndjson(full())
    lines, problems, code = classified(folder, body)
    assert code == 1
    assert len(lines) == 2 * len(BAD) + 1
    for line in lines[::2]:
        assert line == lines[0] and line["ai_relation"]
    expected = [f"line {2 * (at + 1)}" for at in range(len(BAD))]
    assert [line["id"] for line in lines[1::2]] == expected
    for name, line in zip(BAD, lines[1::2], strict=True):
        assert {label: line[label] for label in EMPTY} == EMPTY, name
        assert set(line["skills"].values()) == {None} and line["sure"] == 1
        assert list(line) == ["id", *CODEBOOK[6:], *ADDED]
    assert [problem["locator"] for problem in problems] == expected
    reasons = dict(zip(BAD, (problem["reason"] for problem in problems), strict=True))
    assert reasons["title a number"] == "title is no text"
    assert reasons["side an object"] == "side is no text"
    assert reasons["a list"] == "no object"
    assert reasons["two MiB"] == "longer than 1,048,576 bytes"
    assert reasons["no JSON"].startswith("no JSON")


@pytest.mark.parametrize(
    "body",
    [
        b'{"title": "\\ud800 logo \\udfff", "\\ud800": "\\udc00"}\n',
        b'{"title": "\xed\xa0\x80 logo"}\n',
        b'{"title": "a\\u0000b"}\n',
        b'\xef\xbb\xbf{"title": "logo"}\n',
        b'{"title": "logo"}\r\n',
        b'{"title": "logo", "title": "logo"}',
        b'{"title": "' + b"a" * ((1 << 20) - 14) + b'"}\n',
    ],
    ids=["halves", "halves in bytes", "escaped NUL", "mark", "CRLF", "twice", "just short enough"],
)
def test_odd_lines_that_can_be_read(folder, body):
    lines, problems, code = classified(folder, body)
    assert (problems, code) == ([], 0)
    [line] = lines
    assert line["ai_relation"] == "none"


def test_the_last_line_needs_no_end(folder):
    whole = classified(folder, ndjson(full(0), full(1)))
    assert classified(folder, ndjson(full(0), full(1))[:-1]) == whole
    assert len(whole.lines) == 2


def test_nesting_of_any_depth_is_answered(folder):
    """What can just be parsed may be too deep to be written again, deeper in the program."""
    depths = range(700, 1_010, 2)
    body = b"".join(b'{"title": "Logo", "deep": ' + b"[" * n + b"]" * n + b"}\n" for n in depths)
    lines, problems, code = classified(folder, body)
    assert len(lines) == len(depths)
    assert 0 < len(problems) < len(depths) and code == 1
    assert lines[0]["ai_relation"] == "none"


def test_numbers_that_json_does_not_have_do_not_come_back(folder):
    """Python reads NaN and makes 1e999 infinite; neither may stand in the answer."""
    lines, *_ = classified(folder, b'{"title": "a", "x": NaN}\n{"title": "a", "x": 1e999}\n')
    assert len(lines) == 2


def test_a_listing_without_words_has_no_labels_and_is_no_mistake(folder):
    nothing = [{}, {"title": None, "text": None}, {"title": "", "text": "  "}, {"side": "demand"}]
    lines, problems, code = classified(folder, ndjson(*nothing))
    assert (problems, code) == ([], 0)
    for number, line in enumerate(lines, start=1):
        assert {label: line[label] for label in EMPTY} == EMPTY
        assert (line["id"], line["sure"]) == (number, 1)


def test_an_empty_file_is_no_listing_and_no_mistake(folder):
    assert classified(folder, b"") == ([], [], 0)


@pytest.mark.parametrize("name", ["nowhere.ndjson", "."])
def test_a_file_that_cannot_be_read_is_one_sentence(folder, capsys, name):
    assert main(["classify", str(folder.parent / name)]) == 2
    out, said = capsys.readouterr()
    assert out == "" and said.count("\n") == 1
    assert said.startswith("classify: ") and "cannot be read" in said


def test_a_file_in_utf_16_is_one_sentence(folder, capsys):
    path = folder.parent / "wide.ndjson"
    path.write_bytes('{"title": "Logo"}\n'.encode("utf-16"))
    assert main(["classify", str(path)]) == 2
    out, said = capsys.readouterr()
    assert (out, said) == ("", "classify: the file is in UTF-16; save it as UTF-8\n")


def test_standard_input_and_the_real_command(folder):
    """As a user runs it, in its own process; nothing is written beside the edition."""
    before = sorted(folder.rglob("*"))
    body = ndjson(full(0), 7, full(1))
    done = subprocess.run(
        [sys.executable, "-m", "etl", "classify", "-"],
        input=body, capture_output=True, cwd=ROOT, env=os.environ, timeout=120, check=False,
    )  # fmt: skip
    lines, problems, code = classified(folder, body)
    assert done.returncode == code == 1
    assert [strictly(line) for line in done.stdout.splitlines()] == lines
    assert [strictly(line) for line in done.stderr.splitlines()] == problems
    assert sorted(folder.rglob("*")) == before


def test_many_lines_come_back_in_order_from_other_processes(folder, monkeypatch):
    values = [full(n % 21, id=n) if n % 5 else n for n in range(40)]
    alone = classified(folder, ndjson(*values))
    monkeypatch.setattr(scoring, "BATCH", 6)
    together = classified(folder, ndjson(*values))
    assert [line["id"] for line in together.lines] == [
        n if n % 5 else f"line {n + 1}" for n in range(40)
    ]
    assert together == alone


def test_an_edition_of_fewer_readers_reads_with_the_shipped_ones(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("OBSERVATORY_DATA", str(tmp_path / "data"))
    readers.show(tmp_path / "data", {"category": readers.models()["category"]})
    path = tmp_path / "one.ndjson"
    path.write_bytes(ndjson(full()))
    assert main(["classify", str(path)]) == 0
    out, said = capsys.readouterr()
    assert said.count("\n") == 1 and "the shipped ones are used" in said
    monkeypatch.setenv("OBSERVATORY_DATA", str(tmp_path / "none"))
    assert main(["classify", str(path)]) == 0
    assert capsys.readouterr().out == out


ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=20)
WORDS = st.lists(st.sampled_from(["AI", "logo", "no", "chatbot", ".", "urgent", "\n"]), max_size=8)
TEXT = ANY_TEXT | WORDS.map(" ".join)
LEAF = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT
FINITE = LEAF.filter(lambda leaf: leaf not in (float("inf"), -float("inf")))
VALUE = st.recursive(
    FINITE, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3)
)
LISTING = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("id", "title", "text", "side", "skills", "p"), TEXT | VALUE)
)


def probabilities(p: Any) -> Iterator[Any]:
    if isinstance(p, dict):
        for value in p.values():
            yield from probabilities(value)
    else:
        yield p


def is_listing(value: Any) -> bool:
    cells = (value.get(name) for name in ("title", "text", "side")) if value is not None else ()
    return all(cell is None or isinstance(cell, str) for cell in cells)


@settings(max_examples=25, deadline=None)
@given(values=st.lists(LISTING | VALUE, max_size=20))
def test_as_many_lines_as_values(folder, values):
    lines, problems, code = classified(folder, ndjson(*values))
    assert len(lines) == len(values)
    unread = []
    for number, (value, line) in enumerate(zip(values, lines, strict=True), start=1):
        numbers = list(probabilities(line["p"]))
        assert all(p is None or 0 <= p <= 1 for p in numbers)
        if isinstance(value, dict) and is_listing(value):
            kept = {name: cell for name, cell in value.items() if name not in CODEBOOK[6:] + ADDED}
            assert {name: line[name] for name in kept} == kept
        else:
            unread.append(f"line {number}")
            own = value.get("id", unread[-1]) if isinstance(value, dict) else unread[-1]
            assert line["id"] == own and {line[label] for label in EMPTY} == {None}
    assert [problem["locator"] for problem in problems] == unread
    assert code == (1 if unread else 0)
