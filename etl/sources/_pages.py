"""What the marketplaces' pages share: cards as records of elements, JSON after a mark, amounts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, ParserRejectedMarkup, Tag
from lxml import etree

from etl.contracts import Reject, SourceChanged
from etl.parse.html import html_to_text
from etl.sources._api import located
from etl.sources._listing import rows

Card = dict[str, Any]
DEEPEST = 200  # elements within elements; listing pages nest some forty
FED = 16_384  # bytes given to the parser at once, which goes on to the end of them
TOO_MUCH = 1e12  # no price in any currency
CUT = "cut"  # marks the last card of a page that was cut off
END = "end-of-what-was-saved"
TAIL = 4096  # characters after </html>: a comment or a script


def cards(body: bytes, selector: str, parts: Mapping[str, str]) -> list[Card]:
    """Return the cards of a page: each its element as "card" and the parts found in it.

    Where the page was cut off, its last card is marked: it may lack digits of its price.
    """
    # "<?" opens nothing in HTML; left in, the parser warns of XML.
    text = body.decode("utf-8", "replace").replace("<?", "&lt;?")
    if "<" not in text:
        raise SourceChanged("no page")
    _refuse_deep(text)
    try:
        page = BeautifulSoup(f'{text}<div id="{END}"></div>', "lxml")
    except ParserRejectedMarkup as error:
        raise SourceChanged(f"no page ({str(error)[:80]})") from error
    found = [_card(card, parts) for card in page.select(selector)]
    if not found:
        raise SourceChanged(f"no {selector} on the page")
    if _is_cut(text.lower(), page):
        found[-1][CUT] = True
    return found


def card_rows(
    found: list[Card], always: Iterable[str], row: Callable[[Card], dict[str, Any]]
) -> Iterator[dict[str, Any] | Reject]:
    """Yield `row` of every card; a card in which the page may have been cut off is a Reject."""

    def whole(card: Card) -> dict[str, Any]:
        if CUT in card:
            raise ValueError("the page was cut off, maybe within this card; what followed is lost")
        return row(card)

    yield from rows(located(found, always, "card"), whole)


def _is_cut(text: str, page: BeautifulSoup) -> bool:
    """Does a page end before its own end, or a part of one inside an element?"""
    if "<html" in text:
        return "</html" not in text[-TAIL:]
    end = page.find(id=END)
    return end is None or end.parent.name != "body"


class _Depth:
    """Counts how deep elements nest, while they are parsed."""

    def __init__(self) -> None:
        self.depth = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise SourceChanged(f"elements nested more than {DEEPEST} deep")

    def end(self, tag: str) -> None:
        self.depth -= 1

    def close(self) -> None:
        """Return nothing, though the parser asks for a result."""


def _refuse_deep(text: str) -> None:
    """Refuse hostile nesting before a tree is built: the work grows with depth."""
    parser = etree.HTMLParser(target=_Depth(), encoding="utf-8")
    body = text.encode()
    for start in range(0, len(body), FED):
        parser.feed(body[start : start + FED])


def _card(card: Tag, parts: Mapping[str, str]) -> Card:
    found = {name: card.select_one(selector) for name, selector in parts.items()}
    return {"card": card} | {name: part for name, part in found.items() if part is not None}


def words(element: Tag | None) -> str | None:
    """Return an element's text with single spaces, None for none."""
    return " ".join(element.get_text(" ").split()) or None if element is not None else None


def labels(card: Tag, selector: str) -> list[str]:
    """Return the texts of all elements a selector finds in a card."""
    return [text for element in card.select(selector) if (text := words(element))]


def json_after(body: bytes, mark: str) -> Any:
    """Return the JSON value that begins right after a mark (a pattern); None without the mark.

    What follows the value is never looked at: scripts go on with what is no JSON.
    """
    text = body.decode("utf-8", "replace")
    match = re.search(mark, text)
    if match is None:
        return None
    try:
        return json.JSONDecoder().raw_decode(text, match.end())[0]
    except (ValueError, RecursionError) as error:
        raise SourceChanged(f"no JSON in the page ({str(error)[:80]})") from error


def inner(value: Any, *path: str) -> Any:
    """Return what stands at a path of keys, None where the path ends early.

    >>> inner({"a": {"b": 1}}, "a", "b"), inner({"a": None}, "a", "b")
    (1, None)
    """
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def one_line(value: str) -> str:
    """Return a title or label without tags, in single spaces; some are escaped a second time.

    >>> one_line("<b>R&amp;D</b>  &lt;i&gt;lead&lt;/i&gt;"), one_line("C++ &lt; C")
    ('R&D lead', 'C++ < C')
    """
    return " ".join(html_to_text(html_to_text(value)).split())


def text_or_none(value: Any) -> str | None:
    """Return a short text that is not empty; a value of any other type is not known.

    >>> text_or_none(" a "), text_or_none(""), text_or_none(7)
    ('a', None, None)
    """
    return one_line(value) or None if isinstance(value, str) else None


def web_address(value: Any, base: str | None = None) -> str | None:
    """Return a link as an absolute http(s) address without fragment, None for anything else.

    >>> web_address("/jobs/3#top", "https://a.org/x"), web_address("javascript:alert(1)")
    ('https://a.org/jobs/3', None)
    """
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        link = urljoin(base or "", value.strip()).partition("#")[0]
        parts = urlsplit(link)
        return link if parts.scheme in ("http", "https") and parts.hostname else None
    except ValueError:
        return None


def amount(name: str, value: Any) -> float | None:
    """Return a number as an amount of money, None for null; ValueError for what cannot be one.

    >>> amount("budget", 40), amount("budget", None)
    (40.0, None)
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"{name} is no number")
    if not 0 <= value < TOO_MUCH:
        raise ValueError(f"{name} is below 0 or too large")
    return float(value)
