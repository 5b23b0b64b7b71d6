"""Promises the warehouse must keep, for `verify`: unique keys, rows that add up."""

from __future__ import annotations

from etl.tables import LISTINGS, SERIES, SIGHTINGS
from etl.warehouse import Warehouse


def broken_identities(warehouse: Warehouse) -> list[str]:
    """Return a sentence per broken promise: unique keys, rows that add up."""
    checks = {
        "captures whose rows do not add up": "select count(*) from core_captures"
        " where rows_read <> rows_accepted + duplicates + rejects",
        "captures with other rejects than counted": "select count(*) from core_captures as c"
        " where rejects <> (select count(*) from rejects as r where r.source_id = c.source_id"
        " and r.raw_sha256 = c.raw_sha256)",
    }
    for table in (LISTINGS, SIGHTINGS, SERIES):
        if table.name in warehouse.tables():
            key = ", ".join(table.key)
            checks[f"keys of {table.name} that are not unique"] = (
                f"select count(*) from (select 1 from {table.name}"
                f" group by {key} having count(*) > 1)"
            )
    counts = {text: warehouse.frame(query).item() for text, query in checks.items()}
    return [f"warehouse: {count} {text}" for text, count in counts.items() if count]
