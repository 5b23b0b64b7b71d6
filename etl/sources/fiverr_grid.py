"""Fiverr gigs on the first page of 129 sub-categories, early 2023 at the latest: start prices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from etl.contracts import Capture, Reject, Source
from etl.parse.records import csv_records
from etl.sources._fiverr import gig
from etl.sources._listing import LICENCE, cells_key, rows

SOURCE = Source(
    id="fiverr_grid",
    title="Fiverr: gigs of 129 sub-categories, by January 2023",
    publisher="Fiverr sellers, collected by a public data set",
    platform="fiverr",
    kind="listing",
    url="https://www.fiverr.com/categories",
    licence=LICENCE,
    licence_url="https://www.fiverr.com/legal-portal/legal-terms/terms-of-service",
    citation="Public data set of Fiverr gigs in seven categories, January 2023 or earlier",
    caveat="At most 48 gigs per sub-category, those Fiverr shows first: no shares, no counts of"
    " supply, and better rated than the rest. Prices start there; euros are Fiverr's own"
    " conversion of round dollars (about 0.889 per dollar).",
    scope="capped",
    title_only=True,
    crosswalk="fiverr",
    files="fiverr_grid_2023/*.csv",
)

REQUIRED = ["Category", "Subcat", "name", "stars", "price"]


def normalise(body: bytes, capture: Capture) -> Iterator[dict[str, Any] | Reject]:
    """Yield one gig per card."""
    yield from rows(csv_records(body, REQUIRED), _row)


def _row(record: dict[str, Any]) -> dict[str, Any]:
    # The menu's badge "New" is glued to twenty labels: "Book EditingNew".
    subcategory = re.sub(r"(?<=[a-z])New$", "", record["Subcat"] or "")
    key = cells_key(record)
    return gig(key, record["name"], record["stars"], record["price"], "EUR") | {
        "source_category": " > ".join(filter(None, (record["Category"], subcategory))) or None,
    }
