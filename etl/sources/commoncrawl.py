"""Common Crawl: pages of four marketplaces out of the archive of its monthly crawls.

A capture is a range of an archive file: one gzip member, one WARC record. A backfill lands each
as a payload of `archived_<site>`; the answers of the index, which say where they lie, hold no
listing and are not landed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from etl.asking import Ask, Payload
from etl.contracts import Budget, Capture, Reject, Source, SourceChanged, Terms
from etl.sources._api import json_body, records_at
from etl.sources._archive import SITES, TERMS_URL, Site, archived_listings, host_of, site_of
from etl.sources._cdx import MOST_PAGES, captures, crawls, distinct, index_lines, spread
from etl.sources._listing import LICENCE

SOURCE = Source(
    id="commoncrawl",
    title="Common Crawl: archived listing pages of four marketplaces",
    publisher="Common Crawl Foundation",
    platform="commoncrawl",
    kind="listing",
    url="https://index.commoncrawl.org/",
    licence=f"Common Crawl terms of use; pages belong to their sites: {LICENCE}",
    licence_url=TERMS_URL,
    citation="Common Crawl (https://commoncrawl.org), index and archive of its monthly crawls",
    caveat="What it lands stands under the archived pages of each site. Which sites let the crawler"
    " in changes over the years.",
    scope="capped",
    hosts=("index.commoncrawl.org", "data.commoncrawl.org"),
    budget=Budget(seconds_between=2.0, requests_per_day=2000),
    terms=Terms(
        url=TERMS_URL,
        read_on="2026-11-24",
        found="The terms of use were not read. Its FAQ names few restrictions, no"
        " republishing of crawled pages beyond fair use, and that the terms of the"
        " crawled sites are to be respected.",
        read_in_full=False,
    ),
)

LANDS_AS = tuple(site.source_id for site in SITES.values())
ARCHIVE = "https://data.commoncrawl.org/"
PER_CRAWL = 20  # captures per site; crawls are about monthly
LINE_KEYS = {"urlkey", "timestamp", "url"}
COUNT_KEYS = {"pages", "pageSize", "blocks"}


def plan(ask: Ask, since: date, per_month: int | None) -> int:
    """Return how many requests a backfill takes at most, this question included."""
    prefixes = sum(len(site.prefixes) for site in SITES.values())
    each = prefixes * (1 + MOST_PAGES) + len(SITES) * (per_month or PER_CRAWL)
    return 2 + each * len(crawls(ask, since))


def backfill(ask: Ask, since: date, per_month: int | None) -> Iterator[Payload]:
    """Land up to `per_month` pages of each site from each crawl since a day, newest crawl first."""
    most = per_month or PER_CRAWL
    for crawl in crawls(ask, since):
        for site in SITES.values():
            if _landed(ask, crawl, site) < most:  # else the slow index need not be asked
                yield from _pages(ask, crawl, site, most)


def _landed(ask: Ask, crawl: str, site: Site) -> int:
    begin = f"{crawl} {','.join(reversed(site.domain.split('.')))})"
    return sum(name.startswith(begin) for name in ask.landed)


def _pages(ask: Ask, crawl: str, site: Site, most: int) -> Iterator[Payload]:
    lines = [line for prefix in site.prefixes for line in captures(ask, crawl, prefix)]
    own = [line for line in lines if site_of(host_of(line["url"])) is site]
    for line in spread(distinct(own), most):
        name = f"{crawl} {line['urlkey']} {line['timestamp']}"
        if name not in ask.landed:
            begin = int(line["offset"])
            part = (begin, begin + int(line["length"]) - 1)
            answer = ask.get(ARCHIVE + line["filename"], kind="warc", part=part)
            yield Payload(name, answer, source_id=site.source_id, may_hold_none=True)


def normalise(body: bytes, capture: Capture) -> Iterator[dict[str, Any] | Reject]:
    """Yield the listings of an archived page; a Reject per line of the index, which holds none."""
    host = host_of(capture.url)
    site = site_of(host)
    if site is not None:
        for item in archived_listings(site, body, capture):
            if isinstance(item, dict):  # several sites' listings under one name
                item = item | {"native_id": f"{site.platform}:{item['native_id']}"}
            yield item
    elif host is None or host in SOURCE.hosts:
        yield from _index(body)
    else:
        yield Reject("page", f"a page of {_shown(host)}, which has no reader")


def _index(body: bytes) -> Iterator[Reject]:
    if body.lstrip()[:1] == b"[":
        records, what = records_at(json_body(body)), "crawl"
    else:
        records, what = list(index_lines(body)), "line"
    reasons = [_reason(record) for record in records]
    if not any(reasons):
        raise SourceChanged("neither an archived page nor an answer of the index")
    for number, reason in enumerate(reasons, start=1):
        yield Reject(f"{what} {number}", reason or "not of the index")


def _reason(record: Any) -> str | None:
    """Return why a record of the index is no listing; None for a record of something else."""
    if not isinstance(record, Mapping):
        return None
    if "cdx-api" in record:
        return f"a crawl of the archive ({_shown(record.get('id'))}): no listing in it"
    if record.keys() >= LINE_KEYS:
        seen = f"{_shown(host_of(str(record['url'])))}, {_shown(record['timestamp'])}"
        return f"an index line of an archived page ({seen}): no listing in it"
    is_count = "pages" in record and record.keys() <= COUNT_KEYS
    return "a count of index pages: no listing in it" if is_count else None


def _shown(value: Any) -> str:
    return str(value)[:80].encode("ascii", "replace").decode()
