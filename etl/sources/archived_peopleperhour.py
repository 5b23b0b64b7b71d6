"""Listing pages of PeoplePerHour in the web archive of Common Crawl, from 2008 on.

A price on a page of 2020 is in the visitor's currency, so it has none that is known.
`backfill commoncrawl` lands them; a WARC file of one's own is imported the same way.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from etl.contracts import Capture, Reject
from etl.sources._archive import SITES, archived_listings, archived_source

SOURCE = archived_source(SITES["peopleperhour"])


def normalise(body: bytes, capture: Capture) -> Iterator[dict[str, Any] | Reject]:
    """Yield the listings of one archived page."""
    yield from archived_listings(SITES["peopleperhour"], body, capture)
