"""What the marketplaces' pages share: cards as records of elements, JSON after a mark, amounts."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from bs4 import BeautifulSoup, ParserRejectedMarkup, Tag

from etl.contracts import SourceChanged

Card = dict[str, Any]
DEEPEST = 200  # elements within elements; listing pages nest some forty
TOO_MUCH = 1e12  # no price in any currency


def cards(body: bytes, selector: str, parts: Mapping[str, str]) -> list[Card]:
    """Return the cards of a page: each its element as "card" and the parts found in it."""
    # "<?" opens nothing in HTML; left in, the parser warns of XML.
    text = body.decode("utf-8", "replace").replace("<?", "&lt;?")
    if "<" not in text:
        raise SourceChanged("no page")
    try:
        page = BeautifulSoup(text, "lxml")
    except ParserRejectedMarkup as error:
        raise SourceChanged(f"no page ({str(error)[:80]})") from error
    _refuse_deep(page)
    found = [_card(card, parts) for card in page.select(selector)]
    if not found:
        raise SourceChanged(f"no {selector} on the page")
    return found


def _refuse_deep(page: Tag) -> None:
    """Refuse hostile nesting: the work of a selector grows with depth."""
    waiting = [(page, 0)]
    while waiting:
        element, depth = waiting.pop()
        if depth > DEEPEST:
            raise SourceChanged(f"elements nested more than {DEEPEST} deep")
        waiting += [(child, depth + 1) for child in element.contents if isinstance(child, Tag)]


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


def text_or_none(value: Any) -> str | None:
    """Return a text that is not empty; a value of any other type is not known.

    >>> text_or_none(" a "), text_or_none(""), text_or_none(7)
    ('a', None, None)
    """
    return value.strip() or None if isinstance(value, str) else None


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
        raise ValueError(f"{name} is no amount of money")
    return float(value)
