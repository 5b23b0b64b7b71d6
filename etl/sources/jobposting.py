"""Any site's schema.org JobPostings: pages and sitemaps that an operator lists.

employmentType is a text or a list, baseSalary comes in many forms, dates with and without zone. The
hiring organisation is never kept; of its name eight digits of a hash tell apart the postings of two
organisations with one identifier.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from etl.asking import Ask, Payload
from etl.contracts import Budget, Capture, Reject, Source, Terms
from etl.parse.dates import parse_timestamp
from etl.parse.html import html_to_text
from etl.sources._jobposting import Page, read_page
from etl.sources._jobposting_pay import salary
from etl.sources._listing import LICENCE, rows
from etl.sources._pages import web_address
from etl.sources._sitemap import is_sitemap, pages_of

SOURCE = Source(
    id="jobposting",
    title="JobPosting pages of sites an operator chose",
    publisher="The sites listed in jobposting_urls.txt",
    platform="jobposting",
    kind="listing",
    url="https://schema.org/JobPosting",
    licence=LICENCE,
    licence_url="https://schema.org/docs/terms.html",
    citation="schema.org JobPosting data on the pages of the sites named in each row's url",
    caveat="Whatever pages the operator listed: never a market share or a volume. A page found in a"
    " sitemap is asked for once, so its closing is not seen.",
    scope="query",
    cadence_days=1,
    budget=Budget(seconds_between=5.0, requests_per_day=500),
    terms=Terms(
        url="https://schema.org/docs/terms.html",
        read_on="2026-11-23",
        found="Every site has terms of its own: whoever lists its address reads them first.",
        read_in_full=False,
    ),
)

MAX_PAGES = 400  # a day's budget less sitemaps and robots.txt
TITLE_CHARS = 300
LABEL_CHARS, LABELS = 60, 50
TRACKING = re.compile("utm_.*|gclid|fbclid|mc_[ce]id", re.IGNORECASE)
MIDNIGHT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]00:00(?::00(?:\.0+)?)?(?:[^0-9.:].*)?")


def extract(ask: Ask) -> Iterator[Payload]:
    """Ask for the pages listed, and for those of the sitemaps listed that are not landed yet."""
    pages: list[str] = []
    for address in ask.addresses:
        if is_sitemap(address):
            pages += [page for page in pages_of(ask, address) if page not in ask.landed]
        else:
            pages.append(address)
    for page in list(dict.fromkeys(pages))[:MAX_PAGES]:
        answer = ask.get(page, kind="html", missing_ok=True)
        if answer.body:  # a posting that is over is often a page that is gone
            yield Payload(page, answer, may_hold_none=True)


def normalise(body: bytes, capture: Capture) -> Iterator[dict[str, Any] | Reject]:
    """Yield one listing per JobPosting of a page; other things it describes are rejects."""
    page = read_page(body, web_address(capture.url, None))
    yield from page.rejects
    yield from rows(page.postings, partial(_row, page=page, capture=capture))


def _row(node: Mapping[str, Any], page: Page, capture: Capture) -> dict[str, Any]:
    title = _words(node.get("title")) or _words(node.get("name"))
    if title is None:
        raise ValueError("neither title nor name")
    own = web_address(node.get("url"), page.url) or web_address(_identifier(node), None)
    posted_at, precision = _moment(node.get("datePosted")) or (None, None)
    remote = "TELECOMMUTE" in [label.upper() for label in _labels(node.get("jobLocationType"))]
    kinds = ("occupationalCategory", "relevantOccupation", "industry")
    categories = [label for kind in kinds for label in _labels(node.get(kind))]
    return salary(node) | {
        "native_id": _native_id(node, own, page, title),
        "side": "demand",
        "posted_at": posted_at,
        "posted_precision": precision,
        "title": title[:TITLE_CHARS],
        "text": _description(node.get("description")),
        "skills": _skills(node.get("skills")),
        "source_category": categories[0] if categories else None,
        "employment_type": ", ".join(_labels(node.get("employmentType"))) or None,
        "remote": remote or None,
        "url": own or page.url,
        **_end(node.get("validThrough"), capture),
    }


def _native_id(node: Mapping[str, Any], own: str | None, page: Page, title: str) -> str:
    """Return what tells a posting from all others of all sites: identifier, address, or text."""
    number = _identifier(node)
    if number and web_address(number, None) is None:
        name = _words(node.get("hiringOrganization"))
        host = urlsplit(own or page.url or "").hostname
        return ":".join(filter(None, (host, number, name and _hash(name)[:8])))
    if own is None and len(page.postings) == 1:
        own = page.url
    if own:
        return _hash(_plain(own))
    date = _words(node.get("datePosted")) or ""
    return _hash(*([_plain(page.url)] if page.url else []), title, date)


def _identifier(node: Mapping[str, Any]) -> str | None:
    given = node.get("identifier")
    value = given.get("value") if isinstance(given, Mapping) else given
    number = str(value).strip() if isinstance(value, (str, int)) else ""
    return number if 0 < len(number) <= 200 else None


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:24]


def _plain(address: str) -> str:
    """Return an address without scheme, final slash and the marks of campaigns."""
    parts = urlsplit(address)
    kept = [(k, v) for k, v in parse_qsl(parts.query, True) if not TRACKING.fullmatch(k)]
    return f"{parts.netloc.lower()}{parts.path.rstrip('/')}?{urlencode(kept)}".rstrip("?")


def _labels(value: Any) -> list[str]:
    """Return the texts of a value, a list of values or named things."""
    found = []
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, Mapping):
            one = one.get("name") or one.get("@value") or one.get("value")
        if isinstance(one, str) and (text := " ".join(html_to_text(one).split())):
            found.append(text)
    return found


def _words(value: Any) -> str | None:
    return next(iter(_labels(value)), None)


def _skills(value: Any) -> list[str] | None:
    """Return skill labels; a sentence is none."""
    parts = [part.strip() for text in _labels(value) for part in re.split(r"[;,|•·]", text)]
    return [part for part in parts if 0 < len(part) <= LABEL_CHARS][:LABELS] or None


def _description(value: Any) -> str | None:
    """Return a description as text; some sites escape its HTML once more."""
    value = value.get("@value") if isinstance(value, Mapping) else value
    if not isinstance(value, str):
        return None
    return html_to_text(value if "<" in value else unescape(value)) or None


def _moment(value: Any) -> tuple[datetime, str] | None:
    """Read a date; one with slashes is refused, for no site says which comes first."""
    text = str(value) if isinstance(value, int) else _words(value)
    if text and re.match(r"[0-9]{1,2}/[0-9]{1,2}/", text):
        raise ValueError(f"a date that can be read two ways: {text[:60]!r}")
    if text and (match := MIDNIGHT.fullmatch(text)):
        text = match[1]  # a day written as its first moment, in whatever zone
    return parse_timestamp(text)


def _end(value: Any, capture: Capture) -> dict[str, Any]:
    """Return what validThrough says at the moment of the capture; past its end is not closed."""
    until = _moment(value)
    if until is None or capture.captured_at is None:
        return {}
    if capture.precision not in ("second", "minute", "day"):
        return {}
    end = until[0] + timedelta(days=until[1] == "day")  # valid through that day
    days = (end - capture.captured_at) / timedelta(days=1)
    return {"status": "open", "days_left": round(days, 2)} if days >= 0 else {"status": "ended"}
