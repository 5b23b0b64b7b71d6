"""Money as sites write it, read into one shape. A cell with digits is understood or refused.

The separator rule, in order:

1. Marks that can be grouping are grouping: "1,234", "1.234", "1,50,000" (Indian), "1'234".
   So one "," or "." followed by exactly three digits is a thousands mark ("1.234" is 1234);
   cells a program wrote ("4.999" from a float) must be read with `float`, not here.
2. Otherwise the last "," or "." is the decimal mark: "1.5", "31,2", "1.234,56", "1,234.567".
   A leading zero cannot start a group, so "0.125" is an eighth.
3. Before k or M a lone "." is always decimal: "$1.255M" is 1,255,000.
4. No-break and thin spaces group digits ("1\u202f234"); plain spaces do not.
"""

import math
import re
from dataclasses import dataclass

from etl.parse.blank import filled
from etl.parse.currency import CODE, SYMBOL, currency_of

_SCALES = {
    "k": 1e3, "thousand": 1e3, "lakh": 1e5, "m": 1e6, "mn": 1e6, "mio": 1e6, "million": 1e6,
    "crore": 1e7, "b": 1e9, "bn": 1e9, "billion": 1e9,
}  # fmt: skip
_PERIODS = {"h": "hour", "d": "day", "w": "week", "m": "month", "y": "year", "a": "year"}

_FIGURE = r"(?:(?<![\w.,])\.)?[0-9]+(?:[.,'][0-9]+)*"
_AMOUNT = re.compile(
    rf"(?P<before>(?:(?:{SYMBOL}|{CODE})\s?){{1,2}})?(?P<figure>{_FIGURE})"
    r"(?P<scale>[kKmMbB](?![A-Za-z0-9])|\s?(?i:k|thousand|lakh|mn|mio|million|crore|bn|billion)"
    rf"(?![A-Za-z0-9]))?(?P<open>\s?\+)?(?P<after>(?:\s?(?:{SYMBOL}|{CODE})){{1,2}})?"
)
_PERIOD = re.compile(
    r"(?:/|\bper\b|\ban?\b)\s?(hour|hr|day|week|wk|month|mth|mo|year|yr|annum)s?\b"
    r"|/\s?([hdwmy])\b|\b(hourly|daily|weekly|monthly|yearly|annual)(?:ly)?\b|\bp\.(a)\.",
    re.IGNORECASE,
)
_WHOLE = re.compile(
    r"[0-9]+|[1-9][0-9]{0,2}(?:(?:,[0-9]{2,3})*,[0-9]{3}|(?:\.[0-9]{3})+|(?:'[0-9]{3})+)"
)
_JOIN = re.compile(r"\s*(?:-|\bto\b|\band\b)\s*", re.IGNORECASE)
_AT_LEAST = re.compile(r"\b(?:min|minimum|at least|more than|over)\W*$", re.IGNORECASE)
_AT_MOST = re.compile(r"\b(?:max|maximum|at most|up to|less than|under)\W*$", re.IGNORECASE)
_OR_MORE = re.compile(r"\s*(?:or more|and up|or above|minimum)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Money:
    """An advertised price: `high` is None when open-ended, equal to `low` when a single amount."""

    low: float
    high: float | None
    currency: str | None
    period: str | None

    def __post_init__(self) -> None:
        if self.high is not None and self.low > self.high:
            raise ValueError(f"low amount {self.low:g} is above high amount {self.high:g}")


def parse_money(text: str | None, currency: str | None = None) -> Money | None:
    """Read a price cell; None when it holds no amount.

    A code beats a symbol. "$" alone is USD only when the caller names no `currency`: sources
    that print local dollars pass theirs. "Starting at" is a single amount, the smallest package.

    >>> parse_money("$15.00 - $30.00 /hr")
    Money(low=15.0, high=30.0, currency='USD', period='hour')
    >>> parse_money("Starting at€1.234,50")
    Money(low=1234.5, high=1234.5, currency='EUR', period=None)
    >>> parse_money("min $500", "CAD"), parse_money("Negotiable")
    (Money(low=500.0, high=None, currency='CAD', period=None), None)
    """
    cell = _plain(text or "")
    found = list(_AMOUNT.finditer(cell))
    if re.search(r"\b(?:nan|inf|infinity)\b", cell, re.IGNORECASE):
        raise ValueError(f"not a finite amount: {cell[:60]!r}")
    if not found:
        return None
    _refuse_odd_layout(cell, found)
    ends = _scaled(found)
    head, tail = cell[: found[0].start()], cell[found[-1].end() :]
    is_open = bool(found[-1]["open"] or _AT_LEAST.search(head) or _OR_MORE.match(tail))
    if is_open and len(ends) == 2:
        raise ValueError(f"a range that is open-ended as well: {cell[:60]!r}")
    low = 0.0 if len(ends) == 1 and _AT_MOST.search(head) else ends[0]
    marks = [(match["before"] or "") + (match["after"] or "") for match in found]
    high = None if is_open else ends[-1]
    return Money(low, high, currency_of(cell, marks, currency), _period(cell))


def parse_amount(text: str | None) -> float | None:
    """Read a cell that should hold one bare number, by the same separator rule.

    >>> parse_amount("1,234.50"), parse_amount("31,2"), parse_amount("NA")
    (1234.5, 31.2, None)
    """
    cell = filled(_plain(text or ""))
    if cell is None:
        return None
    if not re.fullmatch(_FIGURE, cell):
        raise ValueError(f"not a bare positive number: {cell[:60]!r}")
    return _number(cell)


def _plain(text: str) -> str:
    text = re.sub(r"(?<=[0-9])[\u00a0\u2009\u202f](?=[0-9]{3}(?![0-9]))", "", text)
    text = re.sub(r"[\u2010-\u2015\u2212]", "-", text).replace("\u2019", "'")
    # Card text loses its spaces when tags go: "$541Avg Bid", "$20 / hrAvg Bid".
    text = re.sub(r"(?<=[0-9a-z])(?=[A-Z][a-z]{2})", " ", text)
    return " ".join(text.split())


def _number(figure: str, scaled: bool = False) -> float:
    bare = str.maketrans("", "", ".,'")
    value = math.inf
    if _WHOLE.fullmatch(figure) and not (scaled and re.fullmatch(r"[0-9]+\.[0-9]+", figure)):
        value = float(figure.translate(bare))
    elif parts := re.fullmatch(r"(.*)([.,])([0-9]+)", figure):
        whole, mark, decimals = parts.groups()
        if mark not in whole and (not whole or _WHOLE.fullmatch(whole)):
            value = float(f"{whole.translate(bare)}.{decimals}")
    if not math.isfinite(value):
        raise ValueError(f"separators do not make a number: {figure[:60]!r}")
    return value


def _refuse_odd_layout(cell: str, found: list[re.Match[str]]) -> None:
    shown = repr(cell[:60])
    if len(found) > 2:
        raise ValueError(f"more than two amounts: {shown}")
    head = cell[: found[0].start()]
    if re.search(r"(?:^|[^A-Za-z0-9])-$", head) or head.strip() == "-":
        raise ValueError(f"negative amount: {shown}")
    if len(found) == 2:
        gap = _PERIOD.sub("", cell[found[0].end() : found[1].start()])
        if not _JOIN.fullmatch(gap):
            raise ValueError(f"two amounts that are not a range: {shown}")
    for match in found:
        rest = cell[match.end() :]
        glued = not match["before"] and re.search(r"[A-Za-z]$", cell[: match.start()])
        if glued or re.match(r"[A-Za-z0-9]|[.,'][0-9]", rest) or re.match(r"\s?%", rest):
            raise ValueError(f"digits that are not an amount: {shown}")


def _scaled(found: list[re.Match[str]]) -> list[float]:
    words = [(match["scale"] or "").strip().lower() for match in found]
    ends = [_number(m["figure"], bool(word)) for m, word in zip(found, words, strict=True)]
    if len(words) == 2 and words[1] and not words[0] and ends[0] < ends[1]:
        words[0] = words[1]  # "180 - 250k" names the thousands once; "500 - 1k" does not
    ends = [end * _SCALES.get(word, 1.0) for end, word in zip(ends, words, strict=True)]
    if not all(math.isfinite(end) for end in ends):
        raise ValueError("an amount too large to be money")
    return ends


def _period(cell: str) -> str | None:
    named = {_PERIODS["".join(filter(None, m.groups()))[0].lower()] for m in _PERIOD.finditer(cell)}
    if len(named) > 1:
        raise ValueError(f"more than one period: {cell[:60]!r}")
    return next(iter(named), None)
