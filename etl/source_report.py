"""What the manifest says of each source: terms, freshness, and where every row went."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import polars as pl

from etl.contracts import Source
from etl.warehouse import Warehouse

DECLARED = [
    "id",
    "title",
    "publisher",
    "platform",
    "kind",
    "url",
    "licence",
    "licence_url",
    "caveat",
    "citation",
    "scope",
    "cadence_days",
    "republish_rows",
    "title_only",
]

CAPTURES = """
select
    source_id as id,
    coalesce(
        list(distinct substr(raw_sha256, 1, 12) order by substr(raw_sha256, 1, 12)) filter (
            where rows_accepted > 0 or rejects <> 1 -- nothing rests on what could not be read
        ),
        []
    ) as payloads,
    sum(rows_read)::bigint as rows_read,
    sum(rows_accepted)::bigint as observations, sum(duplicates)::bigint as duplicates,
    sum(rejects)::bigint as rejects
from core_captures group by source_id
"""
LISTINGS = """
select
    l.source_id as id, count(*) as listings,
    min(coalesce(l.posted_at, l.first_seen_at))::date as data_from,
    max(coalesce(l.last_seen_at, l.posted_at))::date as data_to,
    count(*) filter (where array_contains(l.flags, 'rate_missing')) as prices_unconverted,
    count(*) filter (where array_contains(l.flags, 'price_implausible')) as prices_implausible,
    count(*) filter (where e.basis = 'crosswalk') as labelled_by_crosswalk,
    count(*) filter (where e.basis = 'model') as labelled_by_model,
    count(*) filter (where e.basis = 'none') as unlabelled
from core_listings as l
left join est_listing_labels as e on e.source_id = l.source_id and e.native_id = l.native_id
group by l.source_id
"""
# A series reaches to the last day of its newest period.
SERIES = """
select source_id as id, count(*) as points, min(period_start)::date as data_from,
    max(period_start + case grain
        when 'week' then interval 1 week when 'month' then interval 1 month
        when 'quarter' then interval 3 month when 'year' then interval 1 year
        else interval 1 day end - interval 1 day)::date as data_to
from core_series group by source_id
"""
# What stands in quotes is a cell of somebody's listing: it is counted, never published.
REASONS = """
select source_id as id, reason, count(*) as rows
from (
    select source_id, regexp_replace(reason, '''.*''|".*"', '…', 'g') as reason from rejects
)
group by all order by id, rows desc, reason
"""
MAX_REASONS = 10


def source_entries(warehouse: Warehouse, sources: Iterable[Source]) -> list[dict[str, Any]]:
    """Return one entry per source: its declaration, its accounting, its span, its rejects."""
    facts: dict[str, dict[str, Any]] = {}
    for query in (CAPTURES, LISTINGS, SERIES):
        for row in warehouse.frame(query).iter_rows(named=True):
            facts.setdefault(row["id"], {}).update(
                {name: _plain(value) for name, value in row.items()}
            )
    reasons = warehouse.frame(REASONS)
    entries = []
    for source in sources:
        entry = {name: getattr(source, name) for name in DECLARED} | facts.get(source.id, {})
        entry["defects"] = dict(source.defects)
        if source.terms:
            entry["terms"] = asdict(source.terms)
        entry["reject_reasons"] = dict(
            reasons.filter(pl.col("id") == source.id)
            .select("reason", "rows")
            .head(MAX_REASONS)
            .iter_rows()
        )
        entries.append(entry)
    return entries


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
