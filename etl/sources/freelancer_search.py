"""Freelancer.com search for "script python", five snapshots: exact bids, average bids, days left.

The card shows the average bid once bids came in, and the client's budget only before: 95 of 100
sightings hold no budget. The average of an hourly project is per hour. Amounts are in the currency
shown to the visitor, dollars. A project that asks for a login hides its title, price and bids; its
path stands in the login link, coded. A contest takes entries, not bids.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from etl.contracts import Capture, Reject, Source
from etl.parse.brackets import parse_count_bracket
from etl.parse.durations import parse_days_left
from etl.parse.money import parse_money
from etl.parse.records import csv_records
from etl.sources._freelancer_cards import path_of
from etl.sources._listing import LICENCE, known, labels, price_cells, rows

SOURCE = Source(
    id="freelancer_search",
    title="Freelancer.com: search for Python scripts, autumn 2025",
    publisher="Freelancer.com clients, collected by a public data set",
    platform="freelancer",
    kind="listing",
    url="https://www.freelancer.com/search/projects",
    licence=LICENCE,
    licence_url="https://www.freelancer.com/about/terms",
    citation="Five public snapshots of Freelancer.com search, 25 October to 20 November 2025",
    caveat="One query; most prices shown are average bids, not budgets; texts are excerpts, so"
    " mention shares are lower bounds; a project missing from a later snapshot left the search"
    " for an unknown reason, which is not closing.",
    scope="query",
    crosswalk="freelancer",
    files="freelancer_search/*.csv",
    defects={
        "2025-10-25": "bids look overstated: the 122 projects seen again four days later fell from"
        " a median of 31 bids to 24, and bids do not fall"
    },
)

REQUIRED = ["title", "job_link", "days", "price", "average_bid", "bid", "description", "job_tag"]


def normalise(body: bytes, capture: Capture) -> Iterator[dict[str, Any] | Reject]:
    """Yield one listing per card of a search snapshot."""
    yield from rows(csv_records(body, REQUIRED), _row)


def _row(record: dict[str, Any]) -> dict[str, Any]:
    path = path_of(record["job_link"] or "")
    contest = path.startswith("/contest/")
    hidden = record["title"] is None and record["price"] is None
    bids = None if contest else parse_count_bracket(record["bid"])
    days_left = parse_days_left(record["days"])
    tags = labels(record["job_tag"])
    return _price(record) | {
        "native_id": path,
        "side": "demand",
        "title": record["title"],
        "text": None if hidden else record["description"],
        "skills": tags or None,
        "bids": bids and bids[0],
        "remote": None if "Local Job" in tags else True,
        "status": None if days_left is None else "open" if days_left else "ended",
        "days_left": days_left,
        "url": f"https://www.freelancer.com{path}",
        "flags": ["contest"] * contest + ["details_missing"] * hidden,
    }


def _price(record: dict[str, Any]) -> dict[str, Any]:
    is_average = known({"True": True, "False": False}, record["average_bid"], "average_bid")
    shown = parse_money(record["price"])
    if shown is None:
        return {"pricing_type": "unknown"}
    row = {"pricing_type": "hourly" if shown.period == "hour" else "fixed"}
    if is_average:
        return row | {"bid_avg_usd": shown.low if shown.currency == "USD" else None}
    return row | price_cells(shown)
