"""A random sample of each past month's projects on Freelancer.com, drawn by windows of time.

`sample_window` names a row's window and how many were drawn of how many (etl/sources/
_freelancer_history.py): the window is the unit drawn, so it is the unit of every interval.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from etl.contracts import Capture, Reject, Source
from etl.sources._freelancer import BUDGET, HOST, TERMS, listings, total_count
from etl.sources._freelancer_draw import is_settled, notes, window_name
from etl.sources._listing import LICENCE

SOURCE = Source(
    id="freelancer_panel",
    title="Freelancer.com: random sample of past projects",
    publisher="Freelancer.com clients",
    platform="freelancer",
    kind="listing",
    url="https://www.freelancer.com/jobs/",
    licence=LICENCE,
    licence_url="https://www.freelancer.com/about/terms",
    citation="Random sample of Freelancer.com projects by month, drawn by this observatory",
    caveat="Sampled after their month: bids are final but for the newest months, deleted"
    " projects are missing. Amounts in"
    " other currencies use the mean rate of the month they were posted in.",
    scope="sample",
    cadence_days=31,
    crosswalk="freelancer",
    hosts=(HOST,),
    budget=BUDGET,
    terms=TERMS,
)


def normalise(body: bytes, capture: Capture) -> Iterator[dict[str, Any] | Reject]:
    """Yield one listing per project of a drawn window; the count before them holds none."""
    note = notes(capture.url)
    if "window" not in note:
        total_count(body)
        return
    name = window_name(note)
    month, seen = date.fromisoformat(f"{note['month']}-01"), capture.captured_at
    is_young = seen is None or not is_settled(month, seen)
    for item in listings(body, capture):
        if isinstance(item, dict):
            item |= {"sample_window": name, "flags": item["flags"] + ["partial_window"] * is_young}
        yield item
