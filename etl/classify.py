"""Label a file of listings with the edition's models: NDJSON in, one line per line out, in order.

A line is an object with `title` and `text` (either may be missing), optionally `id`, `side` and
others. It comes back with all it had, the labels of the codebook, `niche`, `abstain` (none; niche:
the niche is a guess; family: that is too) and `p`: the probability of each label, or 1 and 0 where
it is found by words. A line that cannot be read comes back with empty labels, and stderr says why.
Nothing is stored.
"""

from __future__ import annotations

import codecs
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import IO, Any

import polars as pl

from etl import edition, scoring
from etl.console import complain
from etl.contracts import InputError
from etl.hand_labels import CHOICES, MARKS, SKILLS
from etl.loading_frames import without_halves
from etl.reference import listing_labels

MAX_LINE_BYTES = 1 << 20
TOO_LONG = f"longer than {MAX_LINE_BYTES:,} bytes"
MAX_BATCH_CHARACTERS = 50_000_000
SCHEMA = dict.fromkeys(("title", "text", "side"), pl.String)
SURE = 0.6  # labels of a family and a relation less likely than this are debatable
Line = tuple[dict[str, Any], dict[str, str] | None]  # a listing; where and why it is none


def classify(path: Path) -> int:
    """Write the labels of a file's listings to stdout; 1 when a line could not be read."""
    shown, notice = edition.current()
    if notice:
        complain(notice)
    models = scoring.models_of(shown)
    levels = _levels()
    unread = 0
    with _opened(path) as file:
        held: list[list[Line]] = []
        for _, read in scoring.readings(_frames(_lines(file), held), models):
            out = []
            lines = held.pop(0)
            for (record, problem), row in zip(lines, read.iter_rows(named=True), strict=True):
                if problem:
                    unread += 1
                    complain(json.dumps(problem))
                out.append(json.dumps(_labelled(record, row, levels)))
            sys.stdout.write("\n".join(out) + "\n")
    sys.stdout.flush()
    return 1 if unread else 0


def _opened(path: Path) -> Any:
    if str(path) == "-":
        return nullcontext(sys.stdin.buffer)
    try:
        return path.open("rb")
    except OSError as error:
        raise InputError(f"{path} cannot be read ({type(error).__name__})") from error


def _lines(file: IO[bytes]) -> Iterator[Line]:
    """Yield every line of a file; one that is no listing is an empty listing and says why."""
    number = 0
    while line := file.readline(MAX_LINE_BYTES + 1):
        number += 1
        if number == 1 and line.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise InputError("the file is in UTF-16; save it as UTF-8")
        is_whole = len(line) <= MAX_LINE_BYTES
        while not is_whole and not line.endswith(b"\n"):  # skip the rest of it
            line = file.readline(MAX_LINE_BYTES + 1) or b"\n"
        record, reason = _record(line) if is_whole else ({}, TOO_LONG)
        problem = {"locator": f"line {number}", "reason": reason} if reason else None
        yield {"id": f"line {number}" if reason else number, **record}, problem


def _record(line: bytes) -> tuple[dict[str, Any], str | None]:
    """Return the listing of a line, or why it is none and what can be kept of it."""
    try:
        record = json.loads(line)
        json.dumps(record, allow_nan=False)
    except (ValueError, RecursionError) as error:
        return {}, f"no JSON ({type(error).__name__})"
    reason = _problem(record)
    if reason and isinstance(record, dict):
        return {name: value for name, value in record.items() if name not in SCHEMA}, reason
    return (record, None) if reason is None else ({}, reason)


def _problem(record: Any) -> str | None:
    if not isinstance(record, dict):
        return "no object"
    odd = [n for n in SCHEMA if not isinstance(record.get(n), str | None)]
    return f"{odd[0]} is no text" if odd else None


def _frames(lines: Iterable[Line], held: list[list[Line]]) -> Iterator[pl.DataFrame]:
    """Yield lines in batches as frames of title, text, side; `held` keeps the lines of each."""
    for batch in _batches(lines):
        held.append(batch)
        rows = [[without_halves(record.get(name)) for name in SCHEMA] for record, _ in batch]
        yield pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _batches(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Yield so many lines that neither their number nor their text is too much for memory."""
    batch: list[Line] = []
    size = 0
    for line in lines:
        batch.append(line)
        size += sum(len(line[0].get(name) or "") for name in SCHEMA)
        if len(batch) >= scoring.BATCH or size > MAX_BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _levels() -> dict[str, list[str]]:
    table = listing_labels()
    names = ("ai_relation", "substitutability")
    return {name: table.filter(pl.col("label") == name)["level"].to_list() for name in names}


def _labelled(
    record: Mapping[str, Any], row: Mapping[str, Any], levels: Mapping[str, list[str]]
) -> dict[str, Any]:
    """Return one line of the answer: what was given, then what was read."""
    p: dict[str, Any] = {
        "family": row["p_family"],
        "niche": row["p_niche"],
        "niches": dict(zip(row["niches"] or (), row["p_niches"] or (), strict=True)),
        **{name: {level: row[f"p_{level}"] for level in levels[name]} for name in levels},
        "ai_service": row["p_service"],
        **{name: row.get(f"p_{name}", row[name]) for name in (*MARKS, *SKILLS, "disclosure")},
    }
    likely = [p["family"], (p["ai_relation"] or {}).get(row["ai_relation"])]
    is_sure = all(value is not None and value >= SURE for value in likely)
    return {
        **record,
        "family": row["family"],
        **{name: row[name] for name in CHOICES},
        **{name: row[name] for name in MARKS},
        "skills": {name: row[name] for name in SKILLS},
        "sure": 2 if is_sure else 1,
        "disputed": [],
        "niche": row["niche"],
        "abstain": row["abstain"],
        "p": _rounded(p),
    }


def _rounded(p: Any) -> Any:
    if isinstance(p, dict):
        return {name: _rounded(value) for name, value in p.items()}
    return round(float(p), 4) if p is not None else None
