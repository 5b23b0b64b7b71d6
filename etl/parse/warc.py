"""The answers in a WARC file (web archive), plain: one record after the other.

warcio reads headers and chunks. Framing is done here: a record's header must end within
MOST_HEADER_BYTES, and behind damage the next record is looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from itertools import count

from warcio.bufferedreaders import ChunkedDataReader
from warcio.statusandheaders import (
    StatusAndHeaders,
    StatusAndHeadersParser,
    StatusAndHeadersParserException,
)

from etl.contracts import Reject
from etl.parse.recorded import Recorded, moment_of

MOST_HEADER_BYTES = 1 << 16
NO_LISTINGS = ("warcinfo", "request", "metadata")  # records about answers
_BLANK_LINE = re.compile(rb"\n\r?\n")
_BETWEEN = re.compile(rb"[\r\n]*")
_RECORD = re.compile(rb"\nWARC/[01]\.[0-9]+\r?\n")
_WARC = StatusAndHeadersParser(["WARC/"])
_HTTP = StatusAndHeadersParser(["HTTP/"])


def warc_answers(body: bytes) -> Iterator[Recorded | Reject]:
    """Yield the answer of every `response` record; a Reject where one cannot be read."""
    at = begin = 0
    for number in count(1):
        at = _BETWEEN.match(body, at).end()
        if at == len(body):
            return
        locator = f"record {number}"
        if begin <= at:  # the search is not repeated where headers without end follow
            begin = _end_of_header(body, at)
        head = _head(_WARC, body, at, begin)
        size = _size(head)
        if head is None or size is None:
            yield Reject(
                locator, f"damaged: {'no header' if head is None else 'no length'} to read"
            )
            at = _next_record(body, at + 1 if head is None else begin)
            continue
        yield from _answer(locator, head, body[begin : begin + size], size)
        missing = begin + size - len(body)
        if missing > 0:
            yield Reject(locator, f"cut off: {missing:,} of its {size:,} bytes are missing")
            return
        at = begin + size


def _next_record(body: bytes, at: int) -> int:
    found = _RECORD.search(body, at - 1)
    return found.start() + 1 if found else len(body)


def _end_of_header(body: bytes, at: int) -> int:
    """Return where the next blank line ends; far behind the body where there is none."""
    blank = _BLANK_LINE.search(body, at)
    return blank.end() if blank else len(body) + MOST_HEADER_BYTES + 1


def _head(
    parser: StatusAndHeadersParser, body: bytes, at: int, end: int
) -> StatusAndHeaders | None:
    if end - at > MOST_HEADER_BYTES:
        return None
    try:
        return parser.parse(BytesIO(body[at:end]))
    except (StatusAndHeadersParserException, EOFError):
        return None


def _size(head: StatusAndHeaders | None) -> int | None:
    text = (head and head.get_header("Content-Length")) or ""
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text) else None


def _answer(
    locator: str, head: StatusAndHeaders, block: bytes, size: int
) -> Iterator[Recorded | Reject]:
    kind = head.get_header("WARC-Type") or "nameless"
    url = (head.get_header("WARC-Target-URI") or "").strip("<>")
    if kind in NO_LISTINGS:
        return
    if kind != "response":
        yield Reject(locator, f"a {kind[:40]} record holds no page")
        return
    begin = _end_of_header(block, 0)
    http = _head(_HTTP, block, 0, begin)
    if http is None or not url.lower().startswith(("http://", "https://")):
        yield Reject(locator, "no answer over HTTP")
        return
    body = block[begin:]
    if (http.get_header("Transfer-Encoding") or "").strip().lower() == "chunked":
        body = ChunkedDataReader(BytesIO(body)).read()  # as it is where it is not in chunks
    status = "".join(http.statusline.split()[1:2])  # "1.1 200 OK"
    yield Recorded(
        locator,
        url,
        int(status) if re.fullmatch(r"[0-9]{3}", status) else None,
        body,
        moment_of(head.get_header("WARC-Date")),
        http.get_header("Content-Encoding"),
        is_truncated=len(block) < size or bool(head.get_header("WARC-Truncated")),
        is_from_archive=True,
    )
