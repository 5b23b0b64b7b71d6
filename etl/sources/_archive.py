"""Pages of marketplaces as Common Crawl kept them: which sites, and one page's listings.

A capture's address and moment are the archived page's own. Common Crawl keeps about the first
megabyte of a page (5 MB since 2025): such a row is flagged truncated_page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from etl.contracts import Capture, Reject, Source, SourceChanged
from etl.sources import _fiverr_pages, _freelancer_cards, _guru_cards, _pph_pages
from etl.sources._listing import LICENCE

Listings = Callable[[bytes, Capture], Iterator[dict[str, Any] | Reject]]
TERMS_URL = "https://commoncrawl.org/terms-of-use"


@dataclass(frozen=True)
class Site:
    """A marketplace in the archive: `archived_<platform>` is its source."""

    platform: str
    name: str
    domain: str
    prefixes: tuple[str, ...]  # of its pages that list; * stands for the rest
    listings: Listings
    crosswalk: str | None = None
    is_json: bool = False  # its listings are one JSON value, which is whole or cannot be read

    @property
    def source_id(self) -> str:
        """The source its pages are landed as."""
        return f"archived_{self.platform}"


SITES = {
    site.platform: site
    for site in (
        Site(
            "peopleperhour",
            "PeoplePerHour",
            "peopleperhour.com",
            ("www.peopleperhour.com/freelance-jobs*",),
            _pph_pages.listings,
        ),
        Site("guru", "Guru", "guru.com", ("www.guru.com/d/jobs/*",), _guru_cards.listings),
        Site(
            "freelancer",
            "Freelancer.com",
            "freelancer.com",
            ("www.freelancer.com/jobs/*",),
            _freelancer_cards.listings,
            "freelancer",
        ),
        Site(
            "fiverr",
            "Fiverr",
            "fiverr.com",
            ("www.fiverr.com/categories/*", "www.fiverr.com/search/gigs*"),
            _fiverr_pages.listings,
            is_json=True,
        ),
    )
}


def archived_source(site: Site) -> Source:
    """Return the declaration of a site's archived pages."""
    return Source(
        id=site.source_id,
        title=f"{site.name}: listing pages archived by Common Crawl",
        publisher=f"{site.name} users, collected by Common Crawl",
        platform=site.platform,
        kind="listing",
        url=f"https://www.{site.domain}/",
        licence=f"Common Crawl terms of use; pages belong to {site.name}: {LICENCE}",
        licence_url=TERMS_URL,
        citation=f"Common Crawl (https://commoncrawl.org), captures of pages of {site.domain}",
        caveat="A few captured pages per monthly crawl, of categories the crawler came by: levels"
        " can be compared within a page, never volumes or shares. Long pages may be cut off.",
        scope="capped",
        crosswalk=site.crosswalk,
    )


def host_of(url: str | None) -> str | None:
    """Return the host of an address in small letters, None where there is none.

    >>> host_of("https://www.Guru.com/d/jobs/"), host_of("x")
    ('www.guru.com', None)
    """
    try:
        return urlsplit(url or "").hostname or None
    except ValueError:
        return None


def site_of(host: str | None) -> Site | None:
    """Return the site a host belongs to."""
    for site in SITES.values():
        if host is not None and (host == site.domain or host.endswith(f".{site.domain}")):
            return site
    return None


def archived_listings(
    site: Site, body: bytes, capture: Capture
) -> Iterator[dict[str, Any] | Reject]:
    """Yield the listings of one archived page of a site, flagged; a Reject for a page without.

    A body that is the site's page by its address never raises: years ago it had other shapes.
    """
    host = host_of(capture.url)
    if host is not None and site_of(host) is not site:
        yield Reject("page", f"a page of {host[:80]}, not of {site.name}")
        return
    is_empty = True
    try:
        for item in _whole(site, site.listings(body, capture), capture.is_truncated):
            is_empty = False
            yield item
    except SourceChanged as error:
        if host is None:
            raise
        yield Reject("page", _none_on(capture, str(error)))
        return
    if is_empty and host is not None:
        yield Reject("page", _none_on(capture, ""))


def _whole(
    site: Site, items: Iterator[dict[str, Any] | Reject], is_truncated: bool
) -> Iterator[dict[str, Any] | Reject]:
    """Yield items, rows flagged; the last card of a page cut off may lack digits of its price."""
    marks = ["archived", *["truncated_page"] * is_truncated]
    held: list[dict[str, Any] | Reject] = []
    for item in items:
        yield from held
        is_row = isinstance(item, dict)
        held = [item | {"flags": [*(item.get("flags") or []), *marks]} if is_row else item]
    if held and isinstance(held[0], dict) and is_truncated and not site.is_json:
        held = [Reject("last card", "the page was cut off, maybe within this card")]
    yield from held


def _none_on(capture: Capture, why: str) -> str:
    cut = "; it was cut off" if capture.is_truncated else ""
    return f"no listing on this page ({(capture.url or '')[:200]}){cut}{why and f': {why}'}"
