"""What every Upwork source shares: labels, the moment of a capture, the RSS feed's layout."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from etl.contracts import FUTURE_TOLERANCE, Capture
from etl.parse.html import html_to_text
from etl.parse.money import Money, parse_money

EXPERIENCE = {
    "Entry level": "entry",
    "Entry Level": "entry",
    "Entry": "entry",
    "Intermediate": "intermediate",
    "Expert": "expert",
}
PRICING = {"Hourly": "hourly", "Fixed-price": "fixed"}
PERIOD_DAYS = {"day": 1, "month": 31, "year": 366}
FEED_ID = re.compile(r"(?:~|%7[Ee])(01[0-9a-f]{16})(?![0-9A-Za-z])")
# The feed ends a description with its own fields; left in, skills would count as mentions.
POSTED_ON = re.compile(r"Posted On\s{0,3}:\s{0,3}[A-Z][a-z]+ [0-9]{1,2}, [0-9]{4} [0-9:]{5} UTC")
PRICE_LINE = re.compile(
    r"(?:Hourly Range|Budget)\s{0,3}:\s{0,3}\$[0-9.,]{1,20}(?:-\$[0-9.,]{1,20})?$"
)


def newest_post(times: Iterable[datetime | None], capture: Capture) -> dict[str, Any]:
    """Return when a capture was made: its newest post is the latest time known to lie before it.

    A post dated after the capture's own day, month or year (with the tolerance for clocks and
    zones) does not count, nor does one before it: a wrong id must not move a whole capture.
    """
    if capture.precision in ("second", "minute"):
        return {"observed_at": capture.captured_at, "observed_precision": capture.precision}
    start, bound = capture.captured_at, capture.landed_at + FUTURE_TOLERANCE
    if start and capture.precision in PERIOD_DAYS:
        end = start + timedelta(days=PERIOD_DAYS[capture.precision])
        bound = min(bound, end + FUTURE_TOLERANCE)
    newest = max((time for time in times if time and time <= bound), default=None)
    if newest is None or (start and newest < start):
        return {"observed_at": start, "observed_precision": capture.precision}
    return {"observed_at": newest, "observed_precision": "day"}


def price_range(low: str | None, high: str | None) -> Money | None:
    """Read a price from the two cells of its ends; a single amount stands for both."""
    start, end = parse_money(low), parse_money(high)
    return start and Money(start.low, (end or start).high, start.currency, None)


def feed_id(url: str | None) -> str:
    """Return the listing id of a feed link; it carries no time.

    >>> feed_id("https://www.upwork.com/jobs/Fix-bug_%7E01bcd1a198c301aebc?source=rss")
    '~01bcd1a198c301aebc'
    """
    match = FEED_ID.search(url or "")
    if not match:
        raise ValueError(f"no Upwork id in the link {str(url)[:80]!r}")
    return f"~{match[1]}"


def feed_text(description: str | None) -> str | None:
    """Return a feed's description as plain text, without the fields the feed appends."""
    text = description or ""
    appended = list(POSTED_ON.finditer(text))
    if appended:
        text = PRICE_LINE.sub("", text[: appended[-1].start()].rstrip())
    return html_to_text(text) or None


def feed_skills(cell: str | None) -> list[str]:
    """Split a feed's skills; they stand apart by a comma and many spaces, names hold bare commas.

    >>> feed_skills("Python,     Email, Phone & Chat Support    ")
    ['Python', 'Email, Phone & Chat Support']
    """
    return [label.strip() for label in re.split(r",\s{2,}", cell or "") if label.strip()]
