"""How many projects Freelancer.com counts per month and family, and freelancers in its directory.

A month is counted after it is over; a project carrying skills of several families counts in each,
so families do not add up to the whole. Projects deleted since are no longer counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from etl.asking import Ask, Payload
from etl.contracts import Capture, Reject, Source, SourceChanged
from etl.sources import _freelancer_history
from etl.sources._freelancer import BUDGET, HOST, TERMS, total_count
from etl.sources._freelancer_draw import notes
from etl.sources._series import Point, dims

SOURCE = Source(
    id="freelancer_counts",
    title="Freelancer.com: projects posted per month, freelancers listed",
    publisher="Freelancer.com",
    platform="freelancer",
    kind="series",
    url="https://www.freelancer.com/jobs/",
    licence="counts are facts; figures ours",
    licence_url="https://www.freelancer.com/about/apiterms",
    citation="Counted by this observatory through the search of the Freelancer.com API",
    caveat="As the platform's search counts on the day it was asked: deleted projects are missing,"
    " more of them the older the month. A project counts in every family of which it carries a"
    " skill. Postings, not hires; listed freelancers need not be active.",
    cadence_days=31,
    hosts=(HOST,),
    budget=BUDGET,
    terms=TERMS,
    is_incremental=True,
)


def extract(ask: Ask) -> Iterator[Payload]:
    """Ask the directory, once a month, how many freelancers it lists per family."""
    yield from _freelancer_history.directory(ask, {})


def normalise(body: bytes, capture: Capture) -> Iterator[Point | Reject]:
    """Yield the point one counting answer holds; its month and family stand behind the address."""
    note = notes(capture.url)
    if "family" not in note:
        raise SourceChanged("no answer to a count: its address names no family")
    total = total_count(body)
    point: Point = {"value": float(total), "n": total}
    if note["family"] != "*":
        point["dims"] = dims(family=note["family"])
    if "month" in note:
        month = datetime.strptime(note["month"], "%Y-%m")
        yield point | {"series_id": "projects_posted", "grain": "month", "period_start": month}
    elif capture.captured_at:
        day = capture.captured_at.replace(hour=0, minute=0, second=0)
        yield point | {"series_id": "freelancers_listed", "grain": "day", "period_start": day}
