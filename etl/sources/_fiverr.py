"""What a gig card of Fiverr tells, in whichever currency it was shown."""

from __future__ import annotations

from typing import Any

from etl.parse.brackets import parse_rating
from etl.parse.money import parse_money


def gig(
    native_id: str, title: str | None, rating: str | None, price: str | None, currency: str
) -> dict[str, Any]:
    """Return a gig's row; its price starts there, so the high end stays open."""
    stars = parse_rating(rating) or (None, None, None)
    starting = parse_money(price, currency)
    return {
        "native_id": native_id,
        "side": "supply",
        "title": title,
        "pricing_type": "package",
        "price_min": starting and starting.low,
        "currency": starting and starting.currency,
        "rating": stars[0],
        "reviews_low": stars[1],
        "reviews_high": stars[2],
        "remote": True,
    }
