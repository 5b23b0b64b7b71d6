"""Listing pages of Fiverr in the web archive of Common Crawl, from 2008 on.

The data stands at the end of a page: what was cut off holds no gig.
`backfill commoncrawl` lands them; a WARC file of one's own is imported the same way.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from etl.contracts import Capture, Reject
from etl.sources._archive import SITES, archived_listings, archived_source

SOURCE = archived_source(SITES["fiverr"])


def normalise(body: bytes, capture: Capture) -> Iterator[dict[str, Any] | Reject]:
    """Yield the listings of one archived page."""
    yield from archived_listings(SITES["fiverr"], body, capture)
