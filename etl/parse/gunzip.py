"""Gzip within limits: every member, as much as an allowance lets out, on behind damage."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

GZIP = b"\x1f\x8b\x08"
ZLIB = zlib.MAX_WBITS
MOST_BYTES = 256 << 20  # unpacked out of one payload, all parts together
MOST_RATIO, ALWAYS_BYTES = 200, 16 << 20  # real text packs 5 to 100 times; a bomb 1,000 times
MOST_GAPS = 20  # damaged places after which the next member is looked for
PIECE_BYTES = 1 << 14
TOO_MUCH = f"unpacks to more than {MOST_BYTES >> 20} MiB, or {MOST_RATIO} times its size: not read"


class Allowance:
    """The bytes that may still come out of a payload."""

    def __init__(self, packed_bytes: int):
        self.left = min(MOST_BYTES, max(ALWAYS_BYTES, MOST_RATIO * packed_bytes))

    def take(self, count: int) -> bool:
        """Use up so many bytes; False when there were fewer left."""
        is_enough = count <= self.left
        self.left = max(0, self.left - count)
        return is_enough


def inflated(
    body: bytes, allowance: Allowance, wbits: int = ZLIB | 16
) -> Iterator[tuple[bytes, str | None]]:
    """Yield runs of members up to the end or a damaged place, with what is wrong there."""
    at, problem = 0, None
    for _ in range(1 + MOST_GAPS):
        run, at, problem = _run(body, at, allowance, wbits)
        yield run, problem
        at = body.find(GZIP, at) if problem not in (None, TOO_MUCH) else -1
        if at < 0:
            return


def _run(body: bytes, at: int, allowance: Allowance, wbits: int) -> tuple[bytes, int, str | None]:
    """Unpack members from `at` on; return what came out, where to go on after damage, and why."""
    view, out, member, unpack = memoryview(body), bytearray(), at, zlib.decompressobj(wbits)
    problem = None
    while at < len(body) and problem is None:
        piece = view[at : at + PIECE_BYTES]
        try:
            out += unpack.decompress(piece, allowance.left + 1 - len(out))
        except zlib.error:
            problem = f"damaged: its packed data cannot be read from byte {at:,} on"
            break
        at += len(piece) - len(unpack.unused_data)
        if len(out) > allowance.left:
            problem = TOO_MUCH
        elif unpack.eof:
            at = _past_zeros(body, at)
            member, unpack = at, zlib.decompressobj(wbits)
    if problem is None and member < len(body):
        problem, member = "cut off: its packed data has no end", len(body) - 1
    del out[allowance.left :]
    allowance.left -= len(out)
    return bytes(out), member + 1, problem


def _past_zeros(body: bytes, at: int) -> int:
    """Skip the zeros some writers fill a gzip file up with."""
    return len(body) if body[at : at + 1] == b"\0" and not body[at:].strip(b"\0") else at
