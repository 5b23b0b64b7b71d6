"""Fixed-price Upwork jobs found by three keywords in 2023: titles, budgets, brackets, no dates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from etl.contracts import Capture, Reject, Source
from etl.parse.brackets import parse_count_bracket
from etl.parse.records import csv_records
from etl.sources._listing import LICENCE, cells_key, known, number, rows
from etl.sources._upwork import PRICING

SOURCE = Source(
    id="upwork_fixed",
    title="Upwork: fixed-price jobs for three keywords, 2023",
    publisher="Upwork clients, collected by a public data set",
    platform="upwork",
    kind="listing",
    url="https://www.upwork.com/nx/search/jobs/",
    licence=LICENCE,
    licence_url="https://www.upwork.com/legal",
    citation="Public data set of fixed-price Upwork jobs for the keywords Developer, Marketing"
    " and Data science, 2023",
    caveat="Three keyword searches, fixed price only, no day and no id: equal rows count once, a"
    " job found by two keywords twice. Accented letters in titles were lost by the collector.",
    scope="query",
    title_only=True,
    crosswalk="upwork",
    files="upwork_fixed_2023/*.csv",
)

REQUIRED = [
    "job_title", "search_keyword", "category_1", "category_2", "client_country",
    "applicants_num", "payment_type", "job_cost",
]  # fmt: skip


def normalise(body: bytes, capture: Capture) -> Iterator[dict[str, Any] | Reject]:
    """Yield one listing per row; the nameless first column is the row number."""
    yield from rows(csv_records(body, REQUIRED), _row)


def _row(record: dict[str, Any]) -> dict[str, Any]:
    native_id = cells_key(record, without="")
    cells = {name: None if cell == "NA" else cell for name, cell in record.items()}
    price = number(cells["job_cost"])
    proposals = parse_count_bracket(cells["applicants_num"]) or (None, None)
    return {
        "native_id": native_id,
        "side": "demand",
        "title": cells["job_title"],
        "skills": [label for label in (cells["category_1"], cells["category_2"]) if label] or None,
        "source_category": cells["category_1"],
        "pricing_type": known(PRICING, cells["payment_type"], "payment_type"),
        "price_min": price,
        "price_max": price,
        "currency": "USD" if price is not None else None,
        "proposals_low": proposals[0],
        "proposals_high": proposals[1],
        "client_country": cells["client_country"],
        "remote": True,
        "status": "open",
    }
