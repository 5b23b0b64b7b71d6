"""Raw landing: payloads as received, zstd-compressed, content-addressed, never overwritten.

`raw/<source>/<sha256>.zst` holds the bytes, `raw/<source>/manifest.ndjson` one line per payload
(name, url, captured_at, precision, sha256, bytes, landed_at; of a live source also the validators
of its answer and the cursor the next pull goes on from). The payload is renamed into place before
its line is appended, so a crash leaves at most an unlisted file, which the next landing adopts;
the cursor stands in the same line, so a pull never goes on behind or before what it landed.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import zstandard

from etl.config import MAX_PAYLOAD_BYTES, raw_folder
from etl.contracts import Capture, CheckFailed, InputError

MOMENTS = ("until", "whole_from", "whole_to")  # of a cursor


@contextlib.contextmanager
def exclusive() -> Iterator[None]:
    """Hold the data folder for one writing command; a second one is told so and leaves."""
    raw_folder().mkdir(parents=True, exist_ok=True)
    with (raw_folder().parent / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InputError(
                f"another command is writing to {raw_folder().parent}; wait until it has ended"
            ) from error
        yield


def read_payload(path: Path) -> bytes:
    """Return the bytes of a local file; refuse what is missing, empty or too large."""
    if not path.is_file():
        raise InputError(f"{path} is no file")
    size = path.stat().st_size
    if size > MAX_PAYLOAD_BYTES:
        raise InputError(
            f"{path} holds {size / 2**30:.1f} GiB; a payload may hold"
            f" {MAX_PAYLOAD_BYTES / 2**30:.0f} GiB: split the file"
        )
    if size == 0:
        raise InputError(f"{path} is empty")
    return path.read_bytes()


def sha256(body: bytes) -> str:
    """Return the hex digest a payload is addressed by."""
    return hashlib.sha256(body).hexdigest()


def _folder(source_id: str) -> Path:
    return raw_folder() / source_id


def captures(source_id: str) -> list[Capture]:
    """Return the landed payloads of a source in the order they were landed."""
    manifest = _folder(source_id) / "manifest.ndjson"
    if not manifest.exists():
        return []
    found: dict[str, Capture] = {}
    # What follows the last line's end was cut by a crash and is landed again.
    for number, line in enumerate(manifest.read_bytes().split(b"\n")[:-1], start=1):
        try:
            capture = _capture(source_id, json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CheckFailed(
                f"line {number} of {manifest} is damaged ({type(error).__name__});"
                " restore the file, or delete that line and land its payload again"
            ) from error
        found.pop(capture.sha256, None)  # a later line corrects an earlier one
        found[capture.sha256] = capture
    return list(found.values())


def _capture(source_id: str, line: Mapping[str, Any]) -> Capture:
    captured = line["captured_at"]
    for name in ("sha256", "of"):
        if not re.fullmatch("[0-9a-f]{64}", line.get(name, line["sha256"])):
            raise ValueError(f"{name} is no hash")
    return Capture(
        source_id=source_id,
        name=_text(line["name"]),
        sha256=line["sha256"],
        of=line.get("of"),
        captured_at=datetime.fromisoformat(captured) if captured else None,
        precision=line["precision"],
        landed_at=datetime.fromisoformat(line["landed_at"]),
        mapping=_mapping(line.get("mapping")),
        url=line.get("url"),
        cursor=_cursor(line.get("cursor")),
        validators=_mapping(line.get("validators")),
    )


def _mapping(value: Any) -> Mapping[str, Any] | None:
    if value is not None and not isinstance(value, Mapping):
        raise TypeError("no object")
    return value


def _cursor(value: Any) -> Mapping[str, Any] | None:
    for name in MOMENTS:
        told = datetime.fromisoformat((_mapping(value) or {}).get(name, "2000-01-01"))
        if told.tzinfo is not None:
            raise ValueError(f"{name} has a time zone")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def landed_sources() -> list[str]:
    """Return the ids of the sources with a landed payload, sorted."""
    return sorted(path.parent.name for path in raw_folder().glob("*/manifest.ndjson"))


class Shelf:
    """The landed payloads of one source, read once; land into it under `exclusive` only."""

    def __init__(self, source_id: str):
        self.source_id = source_id
        self._known = {capture.sha256: capture for capture in captures(source_id)}

    def names(self, but: Set[str] = frozenset()) -> set[str]:
        """Return the names of the payloads landed, but for those of the hashes given."""
        return {capture.name for sha, capture in self._known.items() if sha not in but}

    def cursor(self) -> Mapping[str, Any]:
        """Return where a pull goes on: the cursor of the payload that was landed last."""
        return next((c.cursor for c in reversed(self._known.values()) if c.cursor), {})

    def answer_of(self, url: str) -> Capture | None:
        """Return the newest whole payload an address answered with, if it can be asked for news."""
        for capture in reversed(self._known.values()):
            if capture.url == url and capture.validators and _is_whole(capture):
                return capture
        return None

    def listed(self, sha: str) -> Capture | None:
        """Return what the manifest says of the bytes with a hash."""
        return self._known.get(sha)

    def seen_again(self, capture: Capture) -> Capture:
        """Return a listing payload as a capture of its own where its bytes came on another day.

        What has not changed since is still there: another sighting, without bytes of its own.
        """
        known = self._known.get(capture.sha256)
        days = {c and c.captured_at and c.captured_at.date() for c in (known, capture)}
        if known is None or len(days) == 1:
            return capture
        own = sha256(f"{capture.sha256} {capture.captured_at:%Y-%m-%d}".encode())
        return replace(capture, sha256=own, of=capture.sha256)

    def is_superseded(self, capture: Capture) -> bool:
        """Have these bytes been landed before, and others under their name since?"""
        same_name = [c.sha256 for c in self._known.values() if c.name == capture.name]
        return capture.sha256 in same_name and same_name[-1] != capture.sha256

    def store(self, body: bytes, capture: Capture) -> None:
        """Keep the bytes, not yet listed: a crash from here on loses nothing that was received."""
        if not _is_whole(capture):
            _file(capture).parent.mkdir(parents=True, exist_ok=True)
            _write(_file(capture), body)

    def land(self, body: bytes, capture: Capture, *, is_correction: bool = False) -> bool:
        """Keep a payload and its manifest line; return False when these bytes are landed already.

        Bytes that were damaged since are written anew. Landed again with `is_correction`, a
        payload gets a new line: another moment, the same bytes. So does one with another cursor.
        """
        self.store(body, capture)
        known = self._known.get(capture.sha256)
        if known is not None:
            capture = _second_line(known, capture, is_correction=is_correction)
            if capture == known:
                return False
        _append(_folder(self.source_id) / "manifest.ndjson", _line(capture, len(body)))
        self._known.pop(capture.sha256, None)
        self._known[capture.sha256] = capture
        return known is None or is_correction


def _second_line(known: Capture, again: Capture, *, is_correction: bool) -> Capture:
    """Return what the manifest is to say of bytes that came again."""
    if is_correction and known.captured_at != again.captured_at:
        return again
    if again.cursor and again.cursor != known.cursor:
        return replace(known, cursor=again.cursor)
    return known


def land(body: bytes, capture: Capture, *, is_correction: bool = False) -> bool:
    """Keep one payload (see `Shelf.land`)."""
    return Shelf(capture.source_id).land(body, capture, is_correction=is_correction)


def _file(capture: Capture) -> Path:
    return _folder(capture.source_id) / f"{capture.of or capture.sha256}.zst"


def _is_whole(capture: Capture) -> bool:
    try:
        payload(capture)
    except CheckFailed:
        return False
    return True


def _write(target: Path, body: bytes) -> None:
    part = target.with_suffix(".part")
    with part.open("wb") as file:
        file.write(zstandard.ZstdCompressor(level=6).compress(body))
        file.flush()
        os.fsync(file.fileno())
    part.replace(target)


def _line(capture: Capture, size: int) -> str:
    line = {
        "name": capture.name,
        "url": capture.url,
        "captured_at": capture.captured_at and capture.captured_at.isoformat(),
        "precision": capture.precision,
        "sha256": capture.sha256,
        **({"of": capture.of} if capture.of else {}),
        "bytes": size,
        "landed_at": capture.landed_at.isoformat(timespec="seconds"),
    }
    for name in ("mapping", "cursor", "validators"):
        if getattr(capture, name):
            line[name] = getattr(capture, name)
    return json.dumps(line) + "\n"  # ASCII: a host may have had a hand in names and addresses


def _append(manifest: Path, line: str) -> None:
    with manifest.open("ab+") as file:
        _drop_cut_line(file)
        file.write(line.encode())
        file.flush()
        os.fsync(file.fileno())


def _drop_cut_line(file: IO[bytes]) -> None:
    """Drop a last line that a crash cut."""
    end = file.seek(0, os.SEEK_END)
    if end:
        file.seek(end - 1)
        if file.read(1) != b"\n":
            file.seek(0)
            file.truncate(file.read().rfind(b"\n") + 1)
    file.seek(0, os.SEEK_END)


def payload(capture: Capture) -> bytes:
    """Return the bytes of a landed payload; raise CheckFailed when they are gone or damaged."""
    path = _file(capture)
    try:
        body = zstandard.ZstdDecompressor().decompress(
            path.read_bytes(), max_output_size=MAX_PAYLOAD_BYTES
        )
    except (OSError, zstandard.ZstdError) as error:
        raise CheckFailed(
            f"raw payload {capture.source_id}/{capture.name} cannot be read ({error});"
            " land the file again"
        ) from error
    if sha256(body) != (capture.of or capture.sha256):
        raise CheckFailed(
            f"raw payload {capture.source_id}/{capture.name} does not match its hash;"
            " land the file again"
        )
    return body
