"""Sitemaps (sitemaps.org): the addresses of a site's pages, through indexes of sitemaps too."""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Iterator
from urllib.parse import urlsplit

from lxml import etree

from etl.asking import Ask
from etl.contracts import SourceChanged

MAX_SITEMAPS = 20  # asked for per address listed
MAX_BYTES = 50 << 20  # what the protocol allows, unpacked
MAX_PAGES = 50_000  # likewise


def is_sitemap(address: str) -> bool:
    """Does an address lead to a sitemap, by its ending?

    >>> is_sitemap("https://a.org/jobs.xml.gz"), is_sitemap("https://a.org/jobs/1")
    (True, False)
    """
    return urlsplit(address).path.lower().endswith((".xml", ".xml.gz"))


def pages_of(ask: Ask, address: str) -> list[str]:
    """Ask for a sitemap and those it names; return the pages of its own host, in their order."""
    waiting, asked, pages = deque([address]), {address}, dict[str, None]()
    for _ in range(MAX_SITEMAPS):
        if not waiting or len(pages) >= MAX_PAGES:
            break
        url = waiting.popleft()
        is_index, links = _read(ask.get(url, kind="xml").body, url)
        own = [link for link in links if _host(link) == _host(address)]
        if is_index:
            waiting += [link for link in dict.fromkeys(own) if link not in asked]
            asked |= set(own)
        else:
            pages |= dict.fromkeys(own)
    return list(pages)[:MAX_PAGES]


def _read(body: bytes, url: str) -> tuple[bool, list[str]]:
    """Return whether a sitemap is an index, and the addresses it holds."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(_unpacked(body), parser)
    except (etree.XMLSyntaxError, ValueError, zlib.error) as error:
        raise SourceChanged(f"{url} is no sitemap ({str(error)[:80]})") from error
    name = etree.QName(root)
    if name.localname not in ("urlset", "sitemapindex"):
        raise SourceChanged(f"{url} is no sitemap: it begins with {name.localname[:40]!r}")
    return name.localname == "sitemapindex", list(_links(root, name.namespace))


def _links(root: etree._Element, namespace: str | None) -> Iterator[str]:
    """Yield the addresses of the entries; those of their pictures have another namespace."""
    tag = f"{{{namespace}}}loc" if namespace else "loc"
    for link in root.iterfind(f"*/{tag}"):
        if link.text and link.text.strip().startswith(("http://", "https://")):
            yield link.text.strip()


def _unpacked(body: bytes) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        return body
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 16)
    whole = unpack.decompress(body, MAX_BYTES)
    if unpack.unconsumed_tail:
        raise ValueError("larger than a sitemap may be")
    return whole


def _host(link: str) -> str | None:
    try:
        return urlsplit(link).hostname
    except ValueError:
        return None
