"""What a body is worth: decompressed within limits, and of the kind that was asked for. Pure."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from etl.asking import Kind
from etl.contracts import SourceUnavailable


class Cut(Exception):
    """A body ended before its end: worth asking again."""


# Pages that stand in for an answer when a site doubts its visitor.
CHALLENGE = re.compile(
    rb"just a moment|cf-chl|cf_chl|challenge-platform|attention required|press (?:&amp;|&|and) hold"
    rb"|px-captcha|perimeterx|captcha-delivery|are you a robot"
    rb"|verify (?:that )?you are (?:a )?human"
    rb"|access to this page has been denied",
    re.IGNORECASE,
)
SNIFFED_BYTES = 1 << 16
OUTPUT_BYTES = 1 << 20  # unpacked at once: a bomb is noticed before it fills the memory
AUTOMATIC = zlib.MAX_WBITS | 32  # gzip or zlib, as its header says
GZIP = b"\x1f\x8b"  # a sitemap may be a gzip file, an archive record is one
MAGIC = {"zip": b"PK\x03\x04", "warc": GZIP}
WORDS = {
    "json": "JSON",
    "html": "a web page",
    "xml": "XML",
    "csv": "a CSV file",
    "zip": "a ZIP file",
    "warc": "an archive record",
}


def decompressed(pieces: Iterable[bytes], encoding: str, limit_bytes: int) -> bytes:
    """Return a body sent as `encoding` (none, gzip, deflate); Cut when it has no end.

    Raises SourceUnavailable as soon as more than `limit_bytes` would come out.
    """
    if encoding in ("", "identity"):
        return _joined(pieces, limit_bytes)
    if encoding not in ("gzip", "deflate", "x-gzip"):
        raise SourceUnavailable(f"the host sent an unknown encoding ({encoding[:30]!r}); stopped")
    unpack, whole, kept = zlib.decompressobj(AUTOMATIC), bytearray(), b""
    try:
        for piece in pieces:
            piece, kept = kept + piece, b""
            while piece:
                if unpack.eof:  # a body may be sent in several members; else padding follows
                    if len(piece) < len(GZIP):
                        kept = piece
                        break
                    if not piece.startswith(GZIP):
                        return bytes(whole)
                    unpack = zlib.decompressobj(AUTOMATIC)
                whole += unpack.decompress(piece, OUTPUT_BYTES)
                _check_size(len(whole), limit_bytes)
                piece = unpack.unused_data if unpack.eof else unpack.unconsumed_tail
    except zlib.error as error:
        raise Cut(f"damaged {encoding} data") from error
    if not unpack.eof:
        raise Cut(f"{encoding} data without an end")
    return bytes(whole)


def _joined(pieces: Iterable[bytes], limit_bytes: int) -> bytes:
    whole = bytearray()
    for piece in pieces:
        whole += piece
        _check_size(len(whole), limit_bytes)
    return bytes(whole)


def _check_size(size: int, limit_bytes: int) -> None:
    if size > limit_bytes:
        raise SourceUnavailable(f"the host sent more than {limit_bytes:,} bytes; stopped")


def is_challenge(body: bytes) -> bool:
    """Is this a page that asks whether its visitor is human?"""
    head = body[:SNIFFED_BYTES]
    return b"<" in head[:512] and CHALLENGE.search(head) is not None


def kind_problem(body: bytes, kind: Kind) -> str | None:
    """Return why a body cannot be of the kind asked for, or None."""
    head = body[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not head:
        return "answered with nothing"
    is_page = head[:9].lower().startswith((b"<!doctype", b"<html"))
    is_suspect = len(body) < SNIFFED_BYTES if kind == "html" else is_page
    if is_suspect and is_challenge(body):  # data may quote the words of one
        return "answered with a challenge page"
    is_markup = head.startswith(b"<") and not head.startswith(b"<?xml")
    wrong = {
        "json": head[:1] not in b"{[",
        "html": not head.startswith(b"<"),
        "xml": not head.startswith((b"<", GZIP)) or head[:9].lower().startswith(b"<!doctype"),
        "csv": is_markup or head[:1] in b"{[",
    }.get(kind, not body.startswith(MAGIC.get(kind, b"")))
    if not wrong:
        return None
    return f"answered with {'a web page' if is_markup else 'something'} instead of {WORDS[kind]}"


def retry_after_seconds(header: str | None, now: datetime) -> float | None:
    """Return the pause a Retry-After header asks for: seconds, or a moment; None without one.

    >>> retry_after_seconds("120", datetime(2026, 1, 1))
    120.0
    """
    if header is None:
        return None
    if re.fullmatch(r"[0-9]{1,9}", header.strip()):
        return float(header)
    try:
        moment = parsedate_to_datetime(header)
        if moment.tzinfo is not None:
            moment = moment.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None
    return max(0.0, (moment - now).total_seconds())
