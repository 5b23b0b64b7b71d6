"""Fiverr gigs for data and AI work, undated (2022 by their prices): start prices in rupees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from etl.contracts import Capture, Reject, Source
from etl.parse.records import csv_records
from etl.sources._fiverr import gig
from etl.sources._listing import LICENCE, cells_key, known, rows

SOURCE = Source(
    id="fiverr_data_gigs",
    title="Fiverr: data and AI gigs, undated",
    publisher="Fiverr sellers, collected by a public data set",
    platform="fiverr",
    kind="listing",
    url="https://www.fiverr.com/search/gigs",
    licence=LICENCE,
    licence_url="https://www.fiverr.com/legal-portal/legal-terms/terms-of-service",
    citation="Public data set of Fiverr data gigs, undated",
    caveat="One field of work and no date: never a point in time. Prices start there, in Pakistani"
    " rupees, for which the ECB has no rate: no dollars. Half the cards carry no rating.",
    scope="query",
    title_only=True,
    files="fiverr_data_gigs/*.csv",
)

# Seven cards carry the heading of another badge where their level should stand.
LEVELS = {
    "Level 1 Seller": "Level 1 Seller",
    "Level 2 Seller": "Level 2 Seller",
    "Top Rated Seller": "Top Rated Seller",
    "Clients": None,
}
REQUIRED = ["Title", "gigrating", "seller_level", "Price"]


def normalise(body: bytes, capture: Capture) -> Iterator[dict[str, Any] | Reject]:
    """Yield one gig per card."""
    yield from rows(csv_records(body, REQUIRED), _row)


def _row(record: dict[str, Any]) -> dict[str, Any]:
    key = cells_key(record)
    return gig(key, record["Title"], record["gigrating"], record["Price"], "PKR") | {
        "seller_level": known(LEVELS, record["seller_level"], "seller_level"),
    }
