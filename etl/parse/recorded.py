"""Recorded answers of hosts: cassettes, HAR files, exchanges one per line, saved pages.

Bodies that were no text are base64. A reader gives None for what only looks like its format.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from etl.contracts import Reject
from etl.parse.dates import parse_timestamp
from etl.parse.yaml_items import DAMAGED, yaml_items

CASSETTE_LISTS = ("http_interactions", "interactions")
BASE64_GZIP = "H4sI"  # how gzip begins in base64; no page and no JSON does
LONGEST_MOMENT = 40


@dataclass(frozen=True)
class Recorded:
    """One answer as it was recorded: what was asked, and what came back when (UTC)."""

    locator: str
    url: str | None
    status: int | None
    body: bytes | None
    moment: datetime | None
    encoding: str | None = None  # content encoding, which the recorder may have undone
    is_truncated: bool = False
    is_from_archive: bool = False


def moment_of(text: Any) -> datetime | None:
    """Return a moment known to the second, or None.

    >>> moment_of("Mon, 15 Sep 2025 20:16:14 GMT"), moment_of("2025-09")
    (datetime.datetime(2025, 9, 15, 20, 16, 14), None)
    """
    if not isinstance(text, str) or len(text) > LONGEST_MOMENT:
        return None
    try:
        moment, precision = parse_timestamp(text) or (None, "")
    except ValueError:
        return None
    return moment if precision == "second" else None


def cassette_answers(body: bytes) -> Iterator[Recorded | Reject]:
    """Yield the answers of a YAML cassette: Ruby VCR, go-vcr, vcrpy."""
    return _numbered(yaml_items(body, CASSETTE_LISTS), _of_cassette)


def json_cassette_answers(body: bytes) -> Iterator[Recorded | Reject] | None:
    """Yield the answers of a JSON cassette; None where it is none."""
    whole = _mapping(_json(body))
    lists = [whole[name] for name in CASSETTE_LISTS if isinstance(whole.get(name), list)]
    return _numbered(lists[0], _of_cassette) if lists else None


def har_answers(body: bytes) -> Iterator[Recorded | Reject] | None:
    """Yield the answers of a HAR file (a browser's saved network tab); None where it is none."""
    entries = _mapping(_mapping(_json(body)).get("log")).get("entries")
    return _numbered(entries, _of_har) if isinstance(entries, list) else None


def exchange_answers(body: bytes) -> Iterator[Recorded | Reject] | None:
    """Yield the answers of exchanges recorded one per line; None where the first line is none."""
    first = next(_lines(body), None)
    if not isinstance(first, Mapping) or not isinstance(first.get("response_status_code"), int):
        return None
    return _numbered(_lines(body), _of_exchange)


def saved_answer(body: bytes) -> Iterator[Recorded | Reject] | None:
    """Yield the page in `{"capturedAt": "...", "raw": "..."}`; None where it is another file.

    What else stands beside them (notes, what the page showed) is its keeper's, not the page's.
    """
    whole = _mapping(_json(body))
    moment, raw = moment_of(whole.get("capturedAt")), whole.get("raw")
    if moment is None or not isinstance(raw, str):
        return None
    return iter([Recorded("page", _text(whole.get("url")), 200, _bytes(raw), moment)])


def _numbered(items: Iterable[Any], read: Any) -> Iterator[Recorded | Reject]:
    for number, item in enumerate(items, start=1):
        locator = f"response {number}"
        if isinstance(item, Mapping):
            yield read(locator, item)
        else:
            is_said = isinstance(item, str) and item.startswith(DAMAGED)
            yield Reject(locator, item if is_said else "no exchange")


def _of_cassette(locator: str, item: Mapping[str, Any]) -> Recorded:
    request, response = _mapping(item.get("request")), _mapping(item.get("response"))
    status, body = response.get("code", response.get("status")), response.get("body")
    if isinstance(status, Mapping):
        status = status.get("code")
    if isinstance(body, Mapping):
        coded = body.get("base64_string")
        body = body.get("string") if coded is None else _from_base64(coded)
    headers = _headers(response.get("headers"))
    moment = moment_of(headers.get("date")) or moment_of(item.get("recorded_at"))
    url = _text(request.get("uri")) or _text(request.get("url"))
    encoding = headers.get("content-encoding")
    return Recorded(locator, url, _status(status), _bytes(body), moment, encoding)


def _of_har(locator: str, item: Mapping[str, Any]) -> Recorded:
    request, response = _mapping(item.get("request")), _mapping(item.get("response"))
    content = _mapping(response.get("content"))
    body = content.get("text")
    if content.get("encoding") == "base64":
        body = _from_base64(body)
    return Recorded(
        locator,
        _text(request.get("url")),
        _status(response.get("status")),
        _bytes(body),
        moment_of(item.get("startedDateTime")),
        _headers(response.get("headers")).get("content-encoding"),
    )


def _of_exchange(locator: str, item: Mapping[str, Any]) -> Recorded:
    body = item.get("response_text", item.get("response_body"))
    if isinstance(body, str) and body.startswith(BASE64_GZIP):
        body = _from_base64(body)
    headers = _headers(item.get("response_headers"))
    return Recorded(
        locator,
        _text(item.get("url")),
        _status(item.get("response_status_code")),
        _bytes(body),
        moment_of(headers.get("date")),
        headers.get("content-encoding"),
    )


def _lines(body: bytes) -> Iterator[Any]:
    """Yield what each line holds; a sentence for one that is no JSON."""
    at = 0
    while at < len(body):
        end = body.find(b"\n", at) + 1 or len(body)
        if not body[at:end].isspace():
            value = _json(body[at:end])
            yield f"{DAMAGED}no JSON" if value is None else value
        at = end


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: Any) -> str | None:
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else None


def _status(value: Any) -> int | None:
    """Read 200, "200" or "200 OK"."""
    digits = str(value)[:3]
    return int(digits) if digits.isascii() and digits.isdigit() else None


def _bytes(value: Any) -> bytes | None:
    if isinstance(value, str):
        return value.encode("utf-8", "replace")
    return value if isinstance(value, bytes) else None


def _from_base64(value: Any) -> Any:
    """Return the bytes a text stands for; the text itself where it is no base64."""
    try:
        return base64.b64decode(value) if isinstance(value, str) else value
    except (binascii.Error, ValueError):
        return value


def _headers(value: Any) -> dict[str, str]:
    """Return the first value of each header by its name in small letters."""
    pairs = _mapping(value).items()
    if isinstance(value, list):  # as HAR files have them
        pairs = [(_mapping(pair).get("name"), _mapping(pair).get("value")) for pair in value]
    firsts = [(name, text[0] if isinstance(text, list) and text else text) for name, text in pairs]
    return {n.lower(): v for n, v in reversed(firsts) if isinstance(n, str) and isinstance(v, str)}
