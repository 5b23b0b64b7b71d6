"""What the boards of remote jobs share: how they are asked, and pay, labels and texts of a job."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from etl.asking import Ask, Kind, Payload
from etl.contracts import SourceChanged
from etl.parse.blank import filled
from etl.parse.dates import parse_timestamp
from etl.parse.html import html_to_text
from etl.sources._api import is_rested, json_body, maybe, need, records_at, typed
from etl.sources._listing import known
from etl.sources._pages import one_line, web_address

PERIODS = {
    "hourly": "hour",
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "yearly": "year",
    "annual": "year",
}
FIGURE = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,9})?")
MOST = 1e12  # no pay is higher in any currency
CLOSING_TAG = re.compile(r"</[A-Za-z][A-Za-z0-9]{0,9}>")

# (answer, pages read, jobs read) -> the next address, None at the end
Following = Callable[[Any, int, int], str | None]


def whole_board(ask: Ask, url: str, name: str, hours: float, kind: Kind = "json") -> Iterator:
    """Ask once for all a board shows, unless it was asked less than `hours` ago."""
    if is_rested(ask, hours):
        answer = ask.get(url, kind=kind)
        yield Payload(name, answer, {"asked_at": answer.moment.isoformat()})


def newest_pages(
    ask: Ask, url: str, path: str, key: str, following: Following, most: int
) -> Iterator[Payload]:
    """Ask for page after page, to the end, a page without a new id, or `most` pages."""
    seen: set[str] = set()
    for page in range(1, most + 1):
        answer = ask.get(url)
        name = f"page_{page:03}.json"
        try:
            value = json_body(answer.body)
            jobs = [job for job in records_at(value, path) if isinstance(job, Mapping)]
        except SourceChanged:
            yield Payload(name, answer)  # kept for the person who looks
            raise
        ids = {job[key] for job in jobs if isinstance(job.get(key), str)}
        is_known = ids <= seen
        seen |= ids
        url = None if is_known or page == most else following(value, page, len(seen))
        # a pull that breaks off begins anew, so only the last page ends the turn
        yield Payload(name, answer, {} if url else {"asked_at": answer.moment.isoformat()})
        if url is None:
            return


def identity(record: Mapping[str, Any], key: str) -> str:
    """Return an id that may be a number or a text.

    >>> identity({"id": 7}, "id"), identity({"id": "a-7"}, "id")
    ('7', 'a-7')
    """
    if not record:
        raise ValueError("no object, or an empty one")
    value = need(record, key, (int, str))
    if isinstance(value, bool) or not str(value).strip():
        raise ValueError(f"{key} is no id: {value!r}")
    return str(value).strip()


def amount(record: Mapping[str, Any], key: str) -> float | None:
    """Return an amount a program wrote, as number or text, or None.

    >>> amount({"min": "67500"}, "min"), amount({"min": 14}, "min"), amount({"min": ""}, "min")
    (67500.0, 14.0, None)
    """
    value = record.get(key)
    if isinstance(value, str):
        value = filled(value)
        value = float(value) if value and FIGURE.fullmatch(value) else value
    if value is None:
        return None
    if not 0 <= typed(key, value, (int, float)) < MOST:
        raise ValueError(f"{key} is no amount: {str(value)[:60]}")
    return float(value)


def period(record: Mapping[str, Any], key: str) -> str | None:
    """Return what a pay is per; an unknown word is refused by name, a missing one is None.

    >>> period({"per": "Hourly"}, "per"), period({}, "per")
    ('hour', None)
    """
    word = label(record, key)
    return known(PERIODS, word and word.lower(), key)


def currency(record: Mapping[str, Any], key: str) -> str | None:
    """Return an ISO 4217 code or None.

    >>> currency({"in": "usd "}, "in"), currency({"in": ""}, "in")
    ('USD', None)
    """
    code = (label(record, key) or "").upper()
    if code and not re.fullmatch("[A-Z]{3}", code):
        raise ValueError(f"{key} is no currency code: {code[:60]!r}")
    return code or None


def stated_pay(
    record: Mapping[str, Any], low: str, high: str, unit: str, per: str
) -> dict[str, Any]:
    """Return the pay given by four keys; currency and period count only beside an amount."""
    ends = amount(record, low), amount(record, high)
    if not any(ends):
        return pay(None, None)
    return pay(*ends, currency(record, unit), period(record, per))


def pay(
    low: float | None, high: float | None, unit: str | None = None, per: str | None = None
) -> dict[str, Any]:
    """Return the columns of an advertised pay; one without a period is flagged.

    >>> pay(20.0, None, "USD", "hour")["pricing_type"], pay(None, None, "USD", "hour")
    ('hourly', {'pricing_type': 'unknown'})
    >>> pay(9.0, 5.0, "USD", "hour")
    {'pricing_type': 'unknown', 'flags': ['price_unread']}
    """
    low, high = low or None, high or None  # 0 is unknown
    if low is None and high is None:
        return {"pricing_type": "unknown"}
    if low is not None and high is not None and low > high:
        return {"pricing_type": "unknown", "flags": ["price_unread"]}
    row = {"price_min": low, "price_max": high, "currency": unit}
    if per is None:
        return row | {"pricing_type": "salary", "flags": ["period_unknown"]}
    return row | {"pricing_type": "hourly" if per == "hour" else "salary", "price_period": per}


def posted(record: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return when a job was posted; a text without zone is taken as UTC.

    >>> posted({"at": "2026-01-05T09:24:39-05:00"}, "at")["posted_at"]
    datetime.datetime(2026, 1, 5, 14, 24, 39)
    """
    moment = parse_timestamp(need(record, key, str))
    if moment is None:
        raise ValueError(f"{key} is missing")
    return {"posted_at": moment[0], "posted_precision": moment[1]}


def label(record: Mapping[str, Any], key: str) -> str | None:
    """Return a short text in single spaces, without tags and entities, or None.

    >>> label({"in": "UK,  R&amp;D"}, "in")
    'UK, R&D'
    """
    return one_line(maybe(record, key, str) or "") or None


def labels(record: Mapping[str, Any], key: str) -> list[str]:
    """Return a list of short texts, each once.

    >>> labels({"tags": ["dev", "R&amp;D", "", "dev"]}, "tags")
    ['dev', 'R&D']
    """
    values = maybe(record, key, list) or []
    if not all(isinstance(value, str) for value in values):
        raise ValueError(f"{key} holds what is no text")
    return list(dict.fromkeys(filter(None, map(one_line, values))))


def text(record: Mapping[str, Any], key: str) -> str | None:
    """Return a description as plain lines; some jobs hold it escaped a second time.

    >>> text({"text": "&lt;p&gt;Fix &amp;amp; test&lt;/p&gt;"}, "text")
    'Fix & test'
    """
    lines = html_to_text(maybe(record, key, str) or "")
    if CLOSING_TAG.search(lines):
        lines = html_to_text(lines.replace("\n", "<br>"))
    return lines or None


def page_address(record: Mapping[str, Any], key: str) -> str | None:
    """Return where a job stands, if that is an address of the web."""
    return web_address(maybe(record, key, str))
