"""A search or gig page of Fiverr as a person saved it, or the JSON of its script alone.

Units differ. Search: whole units of the page's currency, `duration` in days. Gig page: hundredths,
`duration` in hours. A price is where a gig starts, its cheapest package, so the high end stays
open. Addresses hold the seller's name and are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from etl.contracts import Capture, Reject, SourceChanged
from etl.parse.html import html_to_text
from etl.sources._api import json_body, located, maybe, need
from etl.sources._listing import rows
from etl.sources._pages import amount, inner, json_after, one_line, text_or_none

SCRIPT = r"<script\b[^>]{0,400}\bid=[\"']perseus-initial-props[\"'][^>]{0,400}>\s{0,99}"
ALWAYS = ("title", "price_i", "buying_review_rating", "buying_review_rating_count")
CATEGORY_IDS = ("category_id", "sub_category_id", "nested_sub_category_id")
CATEGORIES = ("category", "subCategory", "nestedSubCategory")
HUNDREDTHS, HOURS_A_DAY = 100, 24


def listings(body: bytes, capture: Capture) -> Iterator[dict[str, Any] | Reject]:
    """Yield one gig per result of a search page, or the gig of a gig page."""
    props = json_after(body, SCRIPT)
    if props is None:
        props = json_body(body)
    if inner(props, "packages", "packageList") is not None:
        yield from rows([("gig", props)], _gig)
        return
    currency = _currency(inner(props, "currency", "name"))
    yield from rows(located(_results(props), ALWAYS, "gig"), lambda gig: _result(gig, currency))


def _results(props: Any) -> list[Any]:
    """Return the gigs of a search page, which stand at three places, some at two of them."""
    lists = inner(props, "listings")
    places = [inner(part, "gigs") for part in lists] if isinstance(lists, list) else []
    found = [gig for gigs in places if isinstance(gigs, list) for gig in gigs]
    for gigs in (inner(props, "items"), inner(props, "rawListingData", "gigs")):
        seen = {_any_id(gig) for gig in found} - {None}
        found += [gig for gig in gigs if _any_id(gig) not in seen] if isinstance(gigs, list) else []
    if found:
        return found
    raise SourceChanged("neither search results nor packages in the page's data")


def _result(record: dict[str, Any], currency: str | None) -> dict[str, Any]:
    price = amount("price_i", record.get("price_i")) or None  # 0 is unknown
    offer = inner(record, "packages", "recommended")
    # A package that costs more than the start price is another one, and so is its delivery time.
    is_cheapest = inner(offer, "price") in (None, price)
    levels = [str(record[name]) for name in CATEGORY_IDS if isinstance(record.get(name), int)]
    is_promoted = (text_or_none(record.get("type")) or "").startswith("promoted")
    row = _reviews(record.get("buying_review_rating"), record.get("buying_review_rating_count"))
    return row | {
        "native_id": _id(record, "gig_id", "gigId"),
        "side": "supply",
        "title": one_line(need(record, "title", str)),
        "source_category": " > ".join(levels) or None,
        **_price(price, currency),
        "delivery_days": _duration(offer) if is_cheapest else None,
        "seller_level": maybe(record, "seller_level", str) or None,
        "seller_country": maybe(record, "seller_country", str) or None,
        "remote": True,
        "flags": _flags(price, currency) + ["promoted"] * is_promoted,
    }


def _gig(props: dict[str, Any]) -> dict[str, Any]:
    offers = {
        _currency(inner(props, "currency", "name")),
        _currency(inner(props, "seo", "schemaMarkup", "gigOffers", "currency")),
    } - {None}
    currency = offers.pop() if len(offers) == 1 else None  # two names: which one is meant?
    cents, hours = _cheapest(inner(props, "packages", "packageList"))
    price = None if cents is None else cents / HUNDREDTHS
    gig = inner(props, "overview", "gig")
    levels = [inner(props, "overview", "categories", name, "name") for name in CATEGORIES]
    tags = inner(props, "tags", "tagsGigList")
    names = [text_or_none(inner(tag, "name")) for tag in tags] if isinstance(tags, list) else []
    country = inner(props, "overview", "seller", "countryCode")
    return _reviews(inner(gig, "rating"), inner(gig, "ratingsCount")) | {
        "native_id": _id(inner(props, "general") or {}, "gigId"),
        "side": "supply",
        "title": text_or_none(inner(props, "general", "gigTitle")),
        "text": _text(inner(props, "description", "content")),
        "skills": [name for name in names if name] or None,
        "source_category": " > ".join(filter(None, map(text_or_none, levels))) or None,
        **_price(price, currency),
        "delivery_days": None if hours is None else hours / HOURS_A_DAY,
        "seller_level": text_or_none(inner(props, "seller", "sellerLevel")),
        "seller_country": text_or_none(country or inner(props, "sellerCard", "countryCode")),
        "remote": True,
        "flags": _flags(price, currency),
    }


def _cheapest(packages: Any) -> tuple[float | None, float | None]:
    """Return price and delivery time of the cheapest package, in the page's units."""
    if not isinstance(packages, list):
        raise ValueError("packageList is no list")
    priced = [
        (price, _duration(package))
        for package in packages
        if (price := amount("price", inner(package, "price")))  # 0 is unknown
    ]
    return min(priced, key=lambda pair: pair[0], default=(None, None))


def _text(content: Any) -> str | None:
    return html_to_text(content) or None if isinstance(content, str) else None


def _duration(package: Any) -> float | None:
    return amount("duration", inner(package, "duration")) or None


def _price(price: float | None, currency: str | None) -> dict[str, Any]:
    known = price is not None
    return {
        "pricing_type": "package",
        "price_min": price,
        "currency": currency if known else None,
    }


def _flags(price: float | None, currency: str | None) -> list[str]:
    return ["currency_unknown"] if price is not None and currency is None else []


def _currency(name: Any) -> str | None:
    return name if isinstance(name, str) and re.fullmatch("[A-Z]{3}", name) else None


def _reviews(rating: Any, count: Any) -> dict[str, Any]:
    """Return rating and reviews of a gig; a rating without a review is none."""
    if count is not None and (isinstance(count, bool) or not isinstance(count, int)):
        raise ValueError("the count of reviews is no whole number")
    stars = amount("rating", rating) if count else None
    return {"rating": stars, "reviews_low": count, "reviews_high": count}


def _any_id(record: Any) -> str | None:
    try:
        return _id(record, "gig_id", "gigId")
    except ValueError:
        return None


def _id(record: Any, *keys: str) -> str:
    for key in keys:
        value = inner(record, key)
        if isinstance(value, (int, str)) and re.fullmatch("[0-9]{1,18}", str(value)):
            return str(value)
    raise ValueError(f"{' or '.join(keys)} is missing")
