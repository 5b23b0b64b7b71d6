"""The run ledger: what each command did for each source, how long it took and how it ended."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from etl.config import warehouse_file
from etl.contracts import ObservatoryError
from etl.warehouse import Warehouse

LANDED, KNOWN, BUILT = "landed", "landed before", "built"  # outcomes; any other is an error


@contextmanager
def entry(started_at: datetime, command: str, source_id: str) -> Iterator[dict[str, Any]]:
    """Yield a dict to fill with row totals and `outcome`; it becomes one row of the ledger.

    An error of ours becomes the outcome and goes on to the caller.
    """
    row: dict[str, Any] = {"source_id": source_id}
    begin = time.monotonic()
    try:
        yield row
    except ObservatoryError as error:
        row["outcome"] = str(error)
        raise
    finally:
        row["seconds"] = time.monotonic() - begin
        if "outcome" in row:
            with Warehouse(warehouse_file()) as warehouse:
                warehouse.log(started_at, command, row)
