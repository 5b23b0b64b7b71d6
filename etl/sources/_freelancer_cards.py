"""The project cards of a Freelancer.com page of jobs: average bid or budget, bids, days left.

"$541 Avg Bid" is the average of the bids, not the client's budget. Without those words a range or
"min $500" is the budget and the single amount of a contest its prize; a single amount of a project
may be either (cards of 2020), so it is left out and flagged. Amounts are converted to the visitor's
currency and flagged. A card that asks for a login hides all but its path, coded in the link.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from etl.contracts import Capture, Reject
from etl.parse.brackets import parse_count_bracket
from etl.parse.durations import parse_days_left
from etl.parse.money import parse_money
from etl.sources._api import need
from etl.sources._listing import price_cells
from etl.sources._pages import Card, card_rows, cards, labels, words

SITE = "https://www.freelancer.com"
PARTS = {
    "link": "a.JobSearchCard-primary-heading-link",
    "days": ".JobSearchCard-primary-heading-days",
    "text": ".JobSearchCard-primary-description",
    "price": ".JobSearchCard-secondary-price",
    "entry": ".JobSearchCard-secondary-entry",
}
URL_SAFE = str.maketrans("-_,", "+/=")


def listings(body: bytes, capture: Capture) -> Iterator[dict[str, Any] | Reject]:
    """Yield one listing per card."""
    found = cards(body, ".JobSearchCard-item", PARTS)
    yield from card_rows(found, ("link", "price"), _row)


def native_id(path: str) -> str:
    """Return a project's number, its id in the API, where its path ends in one; else the path.

    All 42 numbered addresses of a recorded API answer end in the project's id, the other 58 in
    words. Contests are numbered apart, and fewer than seven digits may be a year.

    >>> native_id("/projects/php/fix-a-form-24431323"), native_id("/projects/php/budget-2020")
    ('24431323', '/projects/php/budget-2020')
    """
    number = re.search(r"^/projects/.*[-/]([0-9]{7,10})$", path)
    return number[1] if number else path


def path_of(link: str) -> str:
    """Return a project's path, from the coded target if the card leads to the login page.

    >>> path_of("/projects/php/fix-a-form/?w=f")
    '/projects/php/fix-a-form'
    """
    target = urlsplit(link)
    if target.path == "/login":
        coded = "".join(parse_qs(target.query).get("goto", ()))
        plain = base64.b64decode(coded.translate(URL_SAFE)).decode()
        target = urlsplit(plain[max(plain.find("https://"), 0) :])
    if not target.path.startswith(("/projects/", "/contest/")):
        raise ValueError(f"no project or contest in the link {link[:80]!r}")
    return target.path.rstrip("/")


def _row(card: Card) -> dict[str, Any]:
    link = str(need(card, "link").get("href"))
    path = path_of(link)
    contest, hidden = path.startswith("/contest/"), link.startswith("/login")
    entries = None if contest else parse_count_bracket(words(card.get("entry")))
    days_left = parse_days_left(words(card.get("days")))
    tags = labels(card["card"], ".JobSearchCard-primary-tagsLink")
    price, flags = _price(words(card.get("price")), contest)
    return price | {
        "native_id": native_id(path),
        "side": "demand",
        "title": None if hidden else words(card["link"]),
        "text": None if hidden else words(card.get("text")),
        "skills": tags or None,
        "bids": entries and entries[0],
        "remote": None if "Local Job" in tags else True,
        "status": None if days_left is None else "open" if days_left else "ended",
        "days_left": days_left,
        "url": f"{SITE}{path}",
        "flags": flags + ["contest"] * contest + ["details_missing"] * hidden,
    }


def _price(text: str | None, contest: bool) -> tuple[dict[str, Any], list[str]]:
    """Return the columns of what a card shows as price, and what is odd about it."""
    shown = parse_money(text)
    if shown is None:
        return {"pricing_type": "unknown"}, []
    is_hourly = shown.period == "hour"
    row = {
        "pricing_type": "hourly" if is_hourly else "fixed",
        "price_period": "hour" if is_hourly else None,
    }
    if re.search(r"\bavg\.? bid\b", text or "", re.IGNORECASE):
        average = {"bid_avg": shown.low, "currency": shown.currency}
        return row | average, ["visitor_currency"]
    if shown.low == shown.high and not contest:
        return row, ["price_kind_unknown"]
    return row | price_cells(shown), ["visitor_currency"]
