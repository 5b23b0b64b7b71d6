"""What a payload holds that came wrapped: archived pages, recorded answers, gzip.

A payload that is no wrapper is one part, itself, at the cost of a look at its first bytes. The
wrappers are WARC files, cassettes (VCR), HAR files, recorded exchanges one per line, the JSON
wrapper of a saved page, and gzip of any of them; at most MOST_DEEP within each other. Whatever
the bytes are: no exception, bounds on what is unpacked, nothing left out without a Reject.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from etl.contracts import Reject
from etl.parse.gunzip import GZIP, TOO_MUCH, ZLIB, Allowance, inflated
from etl.parse.recorded import (
    Recorded,
    cassette_answers,
    exchange_answers,
    har_answers,
    json_cassette_answers,
    saved_answer,
)
from etl.parse.warc import warc_answers

MOST_DEEP = 3
MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # of a text, at its start
MOST_RECORDING_BYTES = 128 << 20  # of a recording that is read as a whole
SNIFFED_BYTES = 4096

Reader = Callable[[bytes], "Iterator[Recorded | Reject] | None"]  # None: not one after all
_START = rb"(?:\xef\xbb\xbf)?\s*"
_CASSETTE = re.compile(
    _START + rb"(?:#[^\n]*\n\s*)*(?:---[ \t]*\r?\n)?(?:version:[^\n]*\n)?(?:http_)?interactions:\s"
)
_READERS: tuple[tuple[re.Pattern[bytes], tuple[bytes, ...], Reader], ...] = (
    (re.compile(rb"WARC/[01]\.[0-9]+\r?\n"), (), warc_answers),
    (_CASSETTE, (b"request:",), cassette_answers),
    (
        re.compile(_START + rb'\{\s*(?:"version"\s*:\s*[0-9]+\s*,\s*)?"(?:http_)?interactions"'),
        (b'"request"',),
        json_cassette_answers,
    ),
    (re.compile(_START + rb'\{\s*"log"\s*:\s*\{'), (), har_answers),
    (re.compile(_START + rb"\{"), (b'"capturedAt"', b'"raw"'), saved_answer),
    (
        re.compile(_START + rb"\{"),
        (b'"method"', b'"url"', b'"response_status_code"'),
        exchange_answers,
    ),
)
BY_RECORD = (warc_answers, exchange_answers)


@dataclass(frozen=True)
class Part:
    """One body out of a payload: where it stood in it, and whence and when it was seen (UTC)."""

    locator: str  # empty where the payload holds no other
    body: bytes
    url: str | None
    moment: datetime | None
    is_truncated: bool = False  # only its beginning was kept


def parts(body: bytes) -> Iterator[Part | Reject]:
    """Yield every body a payload holds, and a Reject for what cannot be read of it.

    >>> list(parts(b"id,title"))
    [Part(locator='', body=b'id,title', url=None, moment=None, is_truncated=False)]
    """
    yield from _opened(Part("", body, None, None), Allowance(len(body)), depth=0)


def _opened(part: Part, allowance: Allowance, depth: int) -> Iterator[Part | Reject]:
    is_gzip = part.body.startswith(GZIP)
    reader = None if is_gzip else _reader(part.body)
    if not is_gzip and reader is None:
        yield replace(part, body=in_utf8(part.body)) if part.body.startswith(MARKS) else part
    elif depth == MOST_DEEP:
        yield Reject(part.locator or "payload", f"packed more than {MOST_DEEP} times")
    elif is_gzip:
        yield from _gunzipped(part, allowance, depth + 1)
    elif len(part.body) > MOST_RECORDING_BYTES and reader not in BY_RECORD:
        most = MOST_RECORDING_BYTES >> 20
        yield Reject(part.locator or "payload", f"a recording larger than {most} MiB is not read")
    else:
        answers = reader(part.body)
        if answers is None:
            yield part
            return
        for answer in answers:
            yield from _answered(answer, part, allowance, depth + 1)


def in_utf8(body: bytes) -> bytes:
    r"""Return a text that says its encoding in its first bytes as plain UTF-8.

    >>> in_utf8("\ufeffa".encode()), in_utf8("a\u00e4".encode("utf-16"))
    (b'a', b'a\xc3\xa4')
    """
    if body.startswith(codecs.BOM_UTF8):
        return body[3:]
    try:
        text = body.decode("utf-16")
    except UnicodeDecodeError:
        return body
    head = re.sub(r"(<\?xml[^>]*encoding=.)utf-16", r"\1utf-8", text[:200], flags=re.IGNORECASE)
    return (head + text[200:]).encode("utf-8", "replace")


def _reader(body: bytes) -> Reader | None:
    head = body[:SNIFFED_BYTES]
    for start, keys, reader in _READERS:
        if start.match(head) and all(key in head for key in keys):
            return reader
    return None


def _gunzipped(part: Part, allowance: Allowance, depth: int) -> Iterator[Part | Reject]:
    """Open what a gzip file holds; behind a damaged place only records of an archive count."""
    for number, (body, problem) in enumerate(inflated(part.body, allowance), start=1):
        reader = _reader(body)
        if number > 1 and reader is not warc_answers:
            continue
        piece = f"piece {number}" if number > 1 else "gzip" if problem else ""
        locator = _under(part.locator, piece)
        if body and (problem != TOO_MUCH or reader is not None):
            is_truncated = part.is_truncated or problem is not None
            inner = replace(part, locator=locator, body=body, is_truncated=is_truncated)
            yield from _opened(inner, allowance, depth)
        if problem:
            yield Reject(locator, problem)


def _answered(
    answer: Recorded | Reject, outer: Part, allowance: Allowance, depth: int
) -> Iterator[Part | Reject]:
    locator = _under(outer.locator, answer.locator)
    if isinstance(answer, Reject):
        yield replace(answer, locator=locator)
        return
    if answer.status not in (200, 206):
        yield Reject(locator, _refusal(answer))
        return
    body, problem = _decoded(answer, allowance)
    if problem is None and not answer.is_from_archive:  # one text may stand for many by reference
        problem = None if allowance.take(len(body)) else TOO_MUCH
    if body and problem != TOO_MUCH:
        url, moment = answer.url or outer.url, answer.moment or outer.moment
        is_truncated = answer.is_truncated or problem is not None
        yield from _opened(Part(locator, body, url, moment, is_truncated), allowance, depth)
    elif not problem:
        yield Reject(locator, f"HTTP {answer.status} with an empty body")
    if problem:
        yield Reject(locator, problem)


def _under(outer: str, inner: str) -> str:
    return ", ".join(filter(None, (outer, inner)))


def _refusal(answer: Recorded) -> str:
    """Say what a host answered instead of a page, in its own words where it sent JSON."""
    if answer.status is None:
        return "no HTTP status"
    message = None
    if (answer.body or b"")[:1] == b"{" and len(answer.body) < SNIFFED_BYTES:
        try:
            message = json.loads(answer.body).get("message")
        except (ValueError, RecursionError):
            message = None
    if not isinstance(message, str):
        return f"HTTP {answer.status}"
    return f"HTTP {answer.status}: {message[:200].encode('utf-8', 'replace').decode()}"


def _decoded(answer: Recorded, allowance: Allowance) -> tuple[bytes, str | None]:
    """Undo the content encoding, where the recorder has not done so already."""
    body, encoding = answer.body or b"", (answer.encoding or "").strip().lower()
    if encoding in ("gzip", "x-gzip") and body.startswith(GZIP):
        return next(inflated(body, allowance))
    if encoding == "deflate" and body[:1] == b"\x78":
        return next(inflated(body, allowance, ZLIB))
    if encoding in ("br", "zstd", "compress") and not _is_text(body):
        return b"", f"its body is coded as {encoding}, which is not read"
    return body, None


def _is_text(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True
