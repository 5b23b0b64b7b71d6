"""Fiverr pages a person saved: search results or a gig, start prices and promised delivery.

Nothing is asked over the network: the site turns programs away.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from etl.contracts import Capture, Reject, Source, Terms
from etl.sources._fiverr_pages import listings
from etl.sources._listing import LICENCE

SOURCE = Source(
    id="fiverr",
    title="Fiverr: saved search and gig pages",
    publisher="Fiverr sellers",
    platform="fiverr",
    kind="listing",
    url="https://www.fiverr.com/search/gigs",
    licence=LICENCE,
    licence_url="https://www.fiverr.com/legal-portal/legal-terms/terms-of-service",
    citation="Fiverr pages saved by a reader",
    caveat="Whatever a person searched for and saved, advertisements among it (flagged promoted):"
    " no shares, no counts of supply. Prices start there. Promised delivery is far shorter than"
    " what orders take. Search pages carry a title and category numbers only.",
    scope="query",
    crosswalk="fiverr",
    terms=Terms(
        url="https://www.fiverr.com/legal-portal/legal-terms/terms-of-service",
        read_on="2026-11-23",
        found="The terms could not be read; pages are only imported, never asked for.",
        read_in_full=False,
    ),
)


def normalise(body: bytes, capture: Capture) -> Iterator[dict[str, Any] | Reject]:
    """Yield one gig per search result, or the gig of a gig page."""
    yield from listings(body, capture)
