"""A listing page of PeoplePerHour: its state as JSON (2026), or its cards (2020).

State: `budget` is in `currency`, per hour where `project_type` is hourly, null where none was
given; `posted_dt` is UTC. The prices such a page shows are converted and never used. A card of
2020 holds nothing else: its price is in the visitor's currency and flagged, its time without a
zone is taken as UTC.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from etl.contracts import FUTURE_TOLERANCE, Capture, Reject, SourceChanged
from etl.parse.brackets import parse_count_bracket
from etl.parse.dates import parse_timestamp
from etl.parse.html import html_to_text
from etl.parse.money import parse_money
from etl.sources._api import located, maybe, need
from etl.sources._listing import known, price_cells, rows
from etl.sources._pages import (
    Card,
    amount,
    card_rows,
    cards,
    inner,
    json_after,
    one_line,
    text_or_none,
    web_address,
    words,
)

SITE = "https://www.peopleperhour.com"
STATE = r"PPHReact\.initialState\s{0,9}=\s{0,9}"
SERVER_TIME = rb"PPHReact\.serverTime\s{0,9}=\s{0,9}'([0-9]{13})'"
PRICING = {"fixed_price": "fixed", "hourly": "hourly"}
ALWAYS = ("title", "posted_dt", "budget", "currency", "project_type", "proposalCount")
PARTS = {
    "title": "h6.title a.job",
    "posted": "time[datetime]",
    "proposals": ".proposal-count",
    "price": ".price-tag",
    "location": ".job-location",
}
LINK = re.compile(r"/freelance-jobs/(?P<levels>(?:[\w-]+/)*)[^/?#]*-(?P<id>[0-9]+)/?(?:[?#]|$)")


def listings(body: bytes, capture: Capture) -> Iterator[dict[str, Any] | Reject]:
    """Yield one listing per project of the page's state; of a page without state, per card."""
    state = json_after(body, STATE)
    if state is None:
        found = cards(body, ".job-list-item", PARTS)
        yield from card_rows(found, ("title", "posted", "proposals", "price"), _card)
        return
    projects = _projects(state)
    featured = set(_ids(state, "featured"))
    seen = _seen(body, capture)
    records = [inner(project, "attributes") for project in projects]
    yield from rows(
        located(records, ALWAYS, "project"), lambda record: _project(record, featured) | seen
    )
    held = {str(inner(record, "proj_id")) for record in records}
    held |= {str(inner(project, "id")) for project in projects}
    for listed in sorted({*_ids(state, "main"), *featured} - held):
        yield Reject(f"project {listed[:40]}", "listed, but the page's state does not hold it")


def _projects(state: Any) -> list[Any]:
    projects = inner(state, "entities", "projects")
    if isinstance(projects, Mapping):
        projects = list(projects.values())
    if not isinstance(projects, list):
        raise SourceChanged("the key 'entities.projects' is missing in the page's state")
    return projects


def paging(body: bytes) -> tuple[set[str], int | None]:
    """Return the ids a page lists and how many pages there are, as far as it says so."""
    state = json_after(body, STATE)
    pages = inner(state, "freelanceJobs", "main", "meta", "total-pages")
    return set(_ids(state, "main")), pages if isinstance(pages, int) else None


def _ids(state: Any, part: str) -> list[str]:
    data = inner(state, "freelanceJobs", part, "data")
    ids = [inner(item, "id") for item in data] if isinstance(data, list) else []
    return [str(value) for value in ids if isinstance(value, (int, str))]


def _seen(body: bytes, capture: Capture) -> dict[str, Any]:
    """Return the server's own time, which tells when a saved page was made; not its file."""
    match = re.search(SERVER_TIME, body)
    if match is None or capture.precision in ("second", "minute"):
        return {}
    moment = (parse_timestamp(match[1].decode()) or (None, ""))[0]
    if moment is None or moment > capture.landed_at + FUTURE_TOLERANCE:
        return {}
    return {"observed_at": moment, "observed_precision": "second"}


def _project(record: dict[str, Any], featured: set[str]) -> dict[str, Any]:
    native_id = str(need(record, "proj_id", int))
    pricing = known(PRICING, need(record, "project_type", str), "project_type")
    budget = amount("budget", record.get("budget")) or None  # 0 is unknown
    posted = parse_timestamp(need(record, "posted_dt", str)) or (None, None)
    category = inner(record, "category", "cate_name"), inner(record, "sub_category", "subcate_name")
    location = text_or_none(record.get("location_type")) or ""
    is_featured = native_id in featured or inner(record, "etiquettes", "featured") is True
    return {
        "native_id": native_id,
        "side": "demand",
        "posted_at": posted[0],
        "posted_precision": posted[1],
        "title": one_line(need(record, "title", str)),
        "text": html_to_text(maybe(record, "proj_desc", str) or "") or None,
        "source_category": " > ".join(filter(None, map(text_or_none, category))) or None,
        "pricing_type": pricing,
        "price_min": budget,
        "price_max": budget,
        "currency": None if budget is None else need(record, "currency", str),
        "price_period": "hour" if pricing == "hourly" else None,
        "bids": need(record, "proposalCount", int),
        "client_country": text_or_none(inner(record, "client", "country")),
        "remote": True if location.startswith("remote") else None,
        "status": text_or_none(record.get("item_state")),
        "url": web_address(maybe(record, "url", str)),
        "flags": ["featured"] * is_featured,
    }


def _card(card: Card) -> dict[str, Any]:
    title = need(card, "title")
    link = LINK.search(str(title.get("href")))
    if link is None:
        raise ValueError(f"no project in the link {str(title.get('href'))[:80]!r}")
    posted = parse_timestamp(str(need(card, "posted")["datetime"])) or (None, None)
    shown = words(need(card, "price")) or ""
    price = parse_money(shown)
    is_hourly = bool((price and price.period == "hour") or re.search("(?i)hour", shown))
    bids = parse_count_bracket(words(card.get("proposals")))
    return price_cells(price) | {
        "native_id": link["id"],
        "side": "demand",
        "posted_at": posted[0],
        "posted_precision": posted[1],
        "title": words(title),
        "source_category": " > ".join(link["levels"].split("/")[:-1]) or None,
        "pricing_type": "hourly" if is_hourly else "fixed" if "Fixed" in shown else "unknown",
        "price_period": "hour" if is_hourly else None,
        "bids": bids and bids[0],
        "remote": True if words(card.get("location")) == "Remote" else None,
        "url": web_address(link.string[: link.end("id")], SITE),
        "flags": ["visitor_currency"] if price else [],
    }
