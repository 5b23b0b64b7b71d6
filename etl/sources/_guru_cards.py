"""The job cards of a Guru.com listing page: exact quotes, price range, duration, deadline. USD.

A card tells the day a job was posted ("on Mar 20, 2020") or how long ago ("8 hrs ago"). "Send
before" is the last day for quotes; days_left counts to the start of that day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin

from etl.contracts import Capture, Reject
from etl.parse.brackets import parse_count_bracket
from etl.parse.dates import parse_timestamp
from etl.parse.durations import parse_duration_days
from etl.parse.money import parse_money
from etl.sources._api import need
from etl.sources._listing import known, price_cells
from etl.sources._pages import Card, card_rows, cards, labels, words

SITE = "https://www.guru.com"
PRICING = {"Hourly": "hourly", "Fixed Price": "fixed"}
PARTS = {
    "title": ".jobRecord__title a",
    "meta": ".jobRecord__meta",
    "budget": ".jobRecord__budget",
    "actions": ".record__header__action--full",
    "text": ".jobRecord__desc",
    "badge": ".jobRecord__title .module_badge",
    "country": ".module_avatar .subtext strong, .freelancerAvatar__subText strong",
}
LINK = re.compile(r"/jobs/[^/?#]+/(?P<id>[0-9]+)(?=[/?&#]|$)")
POSTED = re.compile(r"Posted (?:on )?([^·]{1,40}?) ?(?:·|$)")
QUOTES = re.compile(r"([0-9,]{1,12}) Quotes? Received")
DEADLINE = re.compile(r"Send before: ?([A-Z][a-z]{2,8} [0-9]{1,2}, [0-9]{4})")
WEEKLY = re.compile(r"[0-9 +-]{1,12} ?hrs?/wk")


def listings(body: bytes, capture: Capture) -> Iterator[dict[str, Any] | Reject]:
    """Yield one listing per job card."""
    found = cards(body, ".jobRecord", PARTS)
    for card in found:
        meta = words(card.get("meta")) or ""
        card |= {name: match[1] for name, match in _said(meta) if match}
    always = ("title", "posted", "quotes", "budget")
    yield from card_rows(found, always, lambda card: _row(card, capture))


def ids_of(body: bytes) -> set[str]:
    """Return the ids of the jobs a page lists."""
    return {number.decode() for number in re.findall(rb'"/jobs/[^/?#"]+/([0-9]+)', body)}


def _said(meta: str) -> list[tuple[str, re.Match[str] | None]]:
    return [("posted", POSTED.search(meta)), ("quotes", QUOTES.search(meta))]


def _row(card: Card, capture: Capture) -> dict[str, Any]:
    link = LINK.search(str(need(card, "title").get("href")))
    if link is None:
        raise ValueError(f"no job in the link {str(card['title'].get('href'))[:80]!r}")
    posted = _posted(need(card, "posted"), capture)
    quotes = parse_count_bracket(card.get("quotes"))
    return _budget(words(need(card, "budget")) or "") | {
        "native_id": link["id"],
        "side": "demand",
        "posted_at": posted,
        "posted_precision": posted and "day",
        "title": words(card["title"]),
        "text": (words(card.get("text")) or "").rstrip(" …") or None,
        "skills": labels(card["card"], "a.skillsList__skill") or None,
        "source_category": " > ".join(labels(card["card"], "span.skillsList__skill a")) or None,
        "bids": quotes and quotes[0],
        "client_country": words(card.get("country")),
        "days_left": _days_left(words(card.get("actions")) or "", capture),
        "url": urljoin(SITE, link.string[: link.end()]),
        "flags": ["featured"] if words(card.get("badge")) == "Featured" else [],
    }


def _budget(text: str) -> dict[str, Any]:
    """Read "Hourly | $25 - $50 | 1-10 hrs/wk | 1-3 months": hours a week are another measure.

    >>> _budget("Fixed Price | $500-$1k")["price_max"]
    1000.0
    """
    kind, *parts = (part.strip() for part in text.split("|"))
    pricing = known(PRICING, kind, "kind of budget")
    row = {"pricing_type": pricing, "price_period": "hour" if pricing == "hourly" else None}
    for part in parts:
        if "$" in part:
            row |= price_cells(parse_money(part, "USD"))
            row["price_min"] = row.get("price_min") or None  # "Under $250" names no low end
        elif any(sign.isdigit() for sign in part) and not WEEKLY.fullmatch(part):
            low, high = parse_duration_days(part) or (None, None)
            row |= {"duration_days_low": low, "duration_days_high": high}
    return row


def _posted(text: str, capture: Capture) -> datetime | None:
    """Return the day a job was posted; "8 hrs ago" tells it only where the capture is exact."""
    if not text.endswith(" ago"):
        return (parse_timestamp(text) or (None, ""))[0]
    ago = parse_duration_days(text.removesuffix(" ago"))
    if not ago or not capture.captured_at or capture.precision not in ("second", "minute"):
        return None
    moment = capture.captured_at - timedelta(days=ago[0])
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _days_left(text: str, capture: Capture) -> float | None:
    deadline = DEADLINE.search(text)
    day = parse_timestamp(deadline[1]) if deadline else None
    if day is None or not capture.captured_at:
        return None
    if capture.precision not in ("second", "minute", "day"):
        return None
    left = (day[0] - capture.captured_at) / timedelta(days=1)
    return left if left > 0 else None
