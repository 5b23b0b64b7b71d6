"""The REST API of Freelancer.com: its addresses, its envelope, and one project as a listing.

Times are Unix seconds, amounts in the project's own currency; `exchange_rate` is US dollars per
unit, the inverse of the ECB's sense. Hourly budgets and their average bid are per hour. A project
without bids has no average, whatever stands there. `time_updated` tells neither award nor close:
both are seen by asking again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Set
from datetime import datetime
from typing import Any

from etl.contracts import Budget, Capture, Reject, SourceChanged, SourceUnavailable, Terms
from etl.parse.html import html_to_text
from etl.sources._api import address, json_body, located, maybe, need, records_at, unix_seconds
from etl.sources._listing import NotKept, rows
from etl.sources._pages import one_line

HOST = "www.freelancer.com"
API = f"https://{HOST}/api"
ALL = f"{API}/projects/0.1/projects/all/"
BY_ID = f"{API}/projects/0.1/projects/"
SKILLS = f"{API}/projects/0.1/jobs/"
DIRECTORY = f"{API}/users/0.1/users/directory/"
MOST_PER_PAGE = 100
DETAILS = [("full_description", "true"), ("job_details", "true"), ("compact", "true")]
ALWAYS = ("id", "title", "type", "currency", "budget", "bid_stats", "time_submitted")
TYPES = {"fixed": "fixed", "hourly": "hourly"}
SECONDS_PER_DAY = 86400

BUDGET = Budget(seconds_between=2.0, requests_per_day=5000)
TERMS = Terms(
    url="https://www.freelancer.com/about/terms",
    read_on="2026-11-24",
    found="The user agreement of 5 June 2025, read whole in an archived copy, forbids robots"
    " and other automated access, the API included, without written permission (section"
    " 33); the API terms of 2017 include it. Switch it on only with that permission.",
    read_in_full=True,
    allows=False,
)


def window(begin: datetime, end: datetime) -> list[tuple[str, Any]]:
    """Return the parameters for projects posted from `begin` to before `end`, UTC."""
    epoch = datetime(1970, 1, 1)
    first, after = (int((moment - epoch).total_seconds()) for moment in (begin, end))
    return [("from_time", first), ("to_time", after - 1)]


def count_address(url: str, parameters: list[tuple[str, Any]]) -> str:
    """Return the address that counts what the parameters select, giving one of them."""
    return address(url, [*parameters, ("limit", 1), ("compact", "true")])


def total_count(body: bytes) -> int:
    """Return how many projects a search found, from its envelope."""
    result = _result(body)
    total = result.get("total_count")
    if not isinstance(total, int) or isinstance(total, bool) or total < 0:
        raise SourceChanged("the answer holds no total_count")
    return total


def projects(body: bytes) -> list[dict[str, Any]]:
    """Return the projects of a search answer, of one asked for by id, or of a bare list."""
    value = json_body(body)
    if not isinstance(value, Mapping):
        return records_at(value)
    result = _result(body)
    if "projects" in result:
        return records_at(result["projects"] or [])
    return [dict(result)] if "time_submitted" in result else records_at(result, "projects")


def ids_of(body: bytes) -> list[Any]:
    """Return the ids of a search answer's projects, as far as they have one."""
    return [record.get("id") for record in projects(body) if isinstance(record, Mapping)]


def is_short(found: Set[Any], totals: Set[int]) -> bool:
    """Were fewer projects given than announced, or did the count move between two pages?

    Pages are cut by position: a project that goes or comes in between hides another.
    """
    return len(totals) > 1 or len(found) < max(totals, default=0)


def check_page(ids: Set[Any], found: Set[Any], offset: int, total: int) -> None:
    """Raise when a page is empty or repeats earlier ones although more are announced."""
    if ids - found or offset >= total:
        return
    what = "repeats earlier ones" if ids else "is empty"
    raise SourceUnavailable(f"page {offset} {what}, of {total:,} announced; try again later")


def _result(body: bytes) -> Mapping[str, Any]:
    value = json_body(body)
    if not isinstance(value, Mapping):
        raise SourceChanged("the answer is no object")
    if value.get("status") == "error":
        raise SourceChanged(f"the API answered with an error: {str(value.get('message'))[:120]!r}")
    result = value.get("result", value)
    if not isinstance(result, Mapping):
        raise SourceChanged("the answer holds no result")
    return result


def listings(body: bytes, capture: Capture) -> Iterator[dict[str, Any] | Reject]:
    """Yield one listing per project of an API answer."""
    seen = capture.captured_at if capture.precision in ("second", "minute") else None
    yield from rows(located(projects(body), ALWAYS, "project"), lambda record: _row(record, seen))


def _row(record: Mapping[str, Any], seen: datetime | None) -> dict[str, Any]:
    if record.get("deleted") is True:
        raise NotKept("deleted by its client")
    path = maybe(record, "seo_url", str)
    status = _status(record)
    posted_at = unix_seconds(need(record, "time_submitted", (int, float)))
    text = maybe(record, "description", str) or maybe(record, "preview_description", str)
    skills, category = _skills(record)
    return {
        "native_id": str(need(record, "id", int)),
        "side": "demand",
        "posted_at": posted_at,
        "posted_precision": "second",
        "title": one_line(need(record, "title", str)),
        "text": html_to_text(text) if text else None,
        "skills": skills,
        "source_category": category,
        "remote": None if maybe(record, "local", bool) else True,
        "status": status,
        "days_left": _days_left(record, posted_at, status, seen),
        "employment_type": "fulltime" if _upgrade(record, "fulltime") else None,
        "url": f"https://{HOST}/projects/{path}" if path else None,
        "flags": _flags(record),
        **_money(record),
    }


def _status(record: Mapping[str, Any]) -> str | None:
    """Return "open" while bids are taken, else the most telling of the three states."""
    sub = maybe(record, "sub_status", str)
    shown = maybe(record, "frontend_project_status", str) or maybe(record, "status", str)
    return sub or ("open" if shown == "active" else shown)


def _days_left(
    record: Mapping[str, Any], posted_at: datetime, status: str | None, seen: datetime | None
) -> float | None:
    """Return the days until bidding ends, while it is open; 0 once its time has run out."""
    period = maybe(record, "bidperiod", (int, float))
    if status != "open" or seen is None or period is None:
        return None
    return max(0.0, round(period - (seen - posted_at).total_seconds() / SECONDS_PER_DAY, 2))


def _money(record: Mapping[str, Any]) -> dict[str, Any]:
    kind = need(record, "type", str)
    if kind not in TYPES:
        raise ValueError(f"unknown type {kind[:60]!r}")
    currency = need(record, "currency", Mapping)
    low, high = _ends(record) or (None, None)
    stats = maybe(record, "bid_stats", Mapping) or {}
    bids = maybe(stats, "bid_count", int)
    number = (int, float)
    return {
        "pricing_type": TYPES[kind],
        "price_min": low,
        "price_max": high,
        "currency": need(currency, "code", str),
        "usd_per_unit": maybe(currency, "exchange_rate", number),
        "bids": bids,
        "bid_avg": (maybe(stats, "bid_avg", number) or None) if bids else None,
    }


def _ends(record: Mapping[str, Any]) -> tuple[float | None, float | None] | None:
    """Return the ends of a budget; None where the low one is above the high one."""
    budget = need(record, "budget", Mapping)
    low, high = (maybe(budget, key, (int, float)) for key in ("minimum", "maximum"))
    return None if None not in (low, high) and low > high else (low, high)


def _skills(record: Mapping[str, Any]) -> tuple[list[str] | None, str | None]:
    """Return the skill names, and the category most of them belong to (the first of equals)."""
    jobs = maybe(record, "jobs", list)
    if not jobs:
        return None, None
    if not all(isinstance(job, Mapping) for job in jobs):
        raise ValueError("jobs are no objects")
    names = [one_line(need(job, "name", str)) for job in jobs]
    categories = [
        one_line(name)
        for job in jobs
        if isinstance(found := job.get("category"), Mapping)
        and isinstance(name := found.get("name"), str)
    ]
    common = Counter(categories).most_common(1)
    return names, common[0][0] if common else None


def _upgrade(record: Mapping[str, Any], name: str) -> bool:
    upgrades = maybe(record, "upgrades", Mapping) or {}
    return upgrades.get(name) is True or record.get(name) is True


def _flags(record: Mapping[str, Any]) -> list[str]:
    has_text = bool(record.get("description"))
    marks = {
        "sealed": _upgrade(record, "sealed") or record.get("hidebids") is True,
        "urgent": _upgrade(record, "urgent"),
        "nda": _upgrade(record, "NDA"),
        "one_freelancer_asked": record.get("hireme") is True,
        "price_unread": _ends(record) is None,
        "excerpt": not has_text and bool(record.get("preview_description")),
    }
    return [name for name, is_set in marks.items() if is_set]
