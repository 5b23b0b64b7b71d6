"""The newest ~5,000 open Upwork jobs on a day, all twelve categories: titles, budgets, brackets.

`hourly_rate` looks like the midpoint of the client's range (47 % end in .50): it is kept as both
ends of the price. A snapshot's moment is not recorded; the newest post in it is the latest time
known to lie before it, and listing ages are measured against that.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from etl.contracts import Capture, Reject, Source
from etl.parse.brackets import parse_count_bracket
from etl.parse.dates import parse_timestamp, upwork_id_time
from etl.parse.durations import parse_duration_days
from etl.parse.records import csv_records
from etl.sources._listing import known, number, rows
from etl.sources._upwork import EXPERIENCE, newest_post

SOURCE = Source(
    id="upwork_search",
    title="Upwork: newest open jobs, January 2023",
    publisher="Upwork clients, collected by a public data set",
    platform="upwork",
    kind="listing",
    url="https://www.upwork.com/nx/search/jobs/",
    licence="listings belong to their authors; aggregates only",
    licence_url="https://www.upwork.com/legal",
    citation="Two public snapshots of Upwork search, 1 and 3 January 2023",
    caveat="New-Year week; the newest listings of two days, so no volume over posting time;"
    " the two snapshots differ by more than sampling error.",
    scope="newest",
    title_only=True,
    crosswalk="upwork",
    files="upwork_search/*.csv",
)

PRICING = {"hourly": "hourly", "fixed_budget": "fixed", "no_budget": "unknown"}
REQUIRED = [
    "uid", "title", "type", "hourly_rate", "amount_amount", "duration", "proposals_tier",
    "tier", "created_on", "client_location_country", "occupations_category_pref_label",
    "occupations_oservice_pref_label",
]  # fmt: skip


def normalise(body: bytes, capture: Capture) -> Iterator[dict[str, Any] | Reject]:
    """Yield one listing per row of a snapshot CSV."""
    records = list(csv_records(body, REQUIRED))
    ids = (item[1]["uid"] for item in records if not isinstance(item, Reject))
    seen = newest_post(map(upwork_id_time, ids), capture)
    yield from rows(records, lambda record: _row(record) | seen)


def _row(record: dict[str, Any]) -> dict[str, Any]:
    pricing = known(PRICING, record["type"], "type")
    price = number(record["hourly_rate" if pricing == "hourly" else "amount_amount"])
    created = parse_timestamp(record["created_on"]) or (None, None)
    in_id = upwork_id_time(record["uid"])
    proposals = parse_count_bracket(record["proposals_tier"]) or (None, None)
    duration = parse_duration_days(record["duration"]) or (None, None)
    levels = [record[f"occupations_{level}_pref_label"] for level in ("category", "oservice")]
    return {
        "native_id": record["uid"],
        "side": "demand",
        "posted_at": in_id or created[0],
        "posted_precision": "second" if in_id else created[1],
        "title": record["title"],
        "source_category": " > ".join(filter(None, levels)) or None,
        "pricing_type": pricing,
        "price_min": price,
        "price_max": price,
        "currency": "USD" if price is not None else None,
        "proposals_low": proposals[0],
        "proposals_high": proposals[1],
        "duration_days_low": duration[0],
        "duration_days_high": duration[1],
        "experience_level": known(EXPERIENCE, record["tier"], "tier"),
        "client_country": record["client_location_country"],
        "remote": True,
        "status": "open",
    }
