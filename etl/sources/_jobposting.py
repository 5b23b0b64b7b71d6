"""Finds the schema.org JobPostings of a page: in its JSON-LD blocks and in its microdata.

extruct reads both. It is given one block at a time, so that a damaged block spoils no other. A body
may also be JSON-LD alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import lxml.html
from extruct.jsonld import JsonLdExtractor
from extruct.w3cmicrodata import MicrodataExtractor
from lxml import etree

from etl.contracts import Reject, SourceChanged
from etl.sources._api import json_body
from etl.sources._jobposting_microdata import as_node, is_too_much
from etl.sources._pages import web_address

JSON_LD = "application/ld+json"
# What hides a block from old browsers: <!-- --> or <![CDATA[ ]]>, maybe behind // or inside /* */.
WRAPPING = re.compile(
    r"\A\s*(?:/[/*]\s*)?<!(?:--|\[CDATA\[)(?:\s*\*/)?|(?:/[/*]\s*)?(?:-->|\]\]>)(?:\s*\*/)?\s*\Z"
)
Node = dict[str, Any]


class Page(NamedTuple):
    """What a page says of itself: where it stands, its postings, and what else it describes."""

    url: str | None
    postings: list[tuple[str, Node]]
    rejects: list[Reject]


def read_page(body: bytes, asked_for: str | None) -> Page:
    """Return the postings of a page; SourceChanged when it holds none."""
    bare = _bare_json(body)
    if bare is not None:
        postings, rejects = _sorted_out(_located("JSON-LD", [bare]))
        if not postings:
            raise SourceChanged("no JobPosting in it")
        return Page(web_address(asked_for), postings, rejects)
    document = _document(body)
    postings, rejects = _sorted_out(_json_ld(document))
    found, others = _sorted_out(_microdata(document, asked_for))
    if postings:
        reason = "a posting in microdata beside JSON-LD, which describes the page already"
        others += [Reject(locator, reason) for locator, _ in found]
    else:
        postings = found
    if not postings:
        raise SourceChanged("no JobPosting in it")
    return Page(_own_url(document, asked_for), postings, rejects + others)


def types_of(node: Mapping[str, Any]) -> list[str]:
    """Return the bare names of a node's types.

    >>> types_of({"@type": ["http://schema.org/JobPosting", "schema:Thing"]})
    ['JobPosting', 'Thing']
    """
    types = node.get("@type")
    names = types if isinstance(types, list) else [types]
    return [re.split("[/#:]", name)[-1].strip()[:60] for name in names if isinstance(name, str)]


def _bare_json(body: bytes) -> Any:
    """Return the JSON of a body that is JSON-LD without a page around it, else None."""
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"{", b"["):
        return None
    try:
        return json_body(body)
    except SourceChanged:
        return None


def _document(body: bytes) -> lxml.html.HtmlElement:
    try:
        body.decode()
        body, encoding = body.replace(b"\0", b""), "utf-8"
    except UnicodeDecodeError:
        encoding = None  # the page's own word, or a guess of the parser's
    try:
        parser = lxml.html.HTMLParser(encoding=encoding)
        return lxml.html.document_fromstring(body, parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise SourceChanged(f"no page ({str(error)[:80]})") from error


def _own_url(document: lxml.html.HtmlElement, asked_for: str | None) -> str | None:
    """Return the canonical address of a page; else the one it gives to social sites; else ours."""
    links = [
        link.get("href")
        for link in document.iter("link")
        if "canonical" in (link.get("rel") or "").lower().split()
    ]
    links += [
        meta.get("content") for meta in document.iter("meta") if meta.get("property") == "og:url"
    ]
    found = (web_address(link, asked_for) for link in [*links, asked_for])
    return next((link for link in found if link), None)


def _json_ld(document: lxml.html.HtmlElement) -> Iterator[tuple[str, Any]]:
    """Yield (locator, node) of every JSON-LD block; the node of an unreadable block is a Reject."""
    number = 0
    for script in document.iter("script"):
        if (script.get("type") or "").partition(";")[0].strip().lower() != JSON_LD:
            continue
        script.set("type", JSON_LD)  # extruct knows this spelling only
        number += 1
        locator = f"JSON-LD {number}"
        try:
            if WRAPPING.search(script.text or ""):
                script.text = WRAPPING.sub("", script.text)
            nodes = JsonLdExtractor().extract_items(script)
        except (ValueError, IndexError, TypeError, RecursionError) as error:
            yield locator, Reject(locator, f"no JSON ({str(error)[:80]})")
            continue
        yield from _located(locator, nodes)


def _located(locator: str, nodes: list[Any]) -> Iterator[tuple[str, Any]]:
    parts = [part for node in nodes for part in _parts(node)]
    for place, part in enumerate(parts, start=1):
        yield locator if len(parts) == 1 else f"{locator}.{place}", part


def _parts(node: Any) -> list[Any]:
    """Return a block's nodes: those of a list or graph, else itself."""
    if isinstance(node, Mapping) and isinstance(node.get("@graph"), list):
        rest = {key: value for key, value in node.items() if key != "@graph"}
        return node["@graph"] + ([rest] if "@type" in rest else []) or [node]
    return node if isinstance(node, list) else [node]


def _microdata(document: lxml.html.HtmlElement, base: str | None) -> Iterator[tuple[str, Any]]:
    if document.find(".//*[@itemscope]") is None:
        return
    if is_too_much(document):
        yield "microdata", Reject("microdata", "more of it, or in deeper nests, than pages hold")
        return
    try:
        items = MicrodataExtractor().extract_items(document, base or "")
    except ValueError as error:  # a link that is none
        yield "microdata", Reject("microdata", f"it cannot be read ({str(error)[:80]})")
        return
    for number, item in enumerate(items, start=1):
        yield f"microdata {number}", as_node(item)


def _sorted_out(nodes: Iterator[tuple[str, Any]]) -> tuple[list[tuple[str, Node]], list[Reject]]:
    """Return the postings among some nodes, inside others too, and a Reject for each other node."""
    postings: list[tuple[str, Node]] = []
    rejects: list[Reject] = []
    for locator, node in nodes:
        if isinstance(node, Reject):
            rejects.append(node)
            continue
        found = list(_postings_in(node))
        postings += [(locator, posting) for posting in found]
        if not found:
            names = types_of(node) if isinstance(node, Mapping) else []
            what = " and ".join(names) or "a node without type"
            rejects.append(Reject(locator, f"{what}, no JobPosting"))
    return postings, rejects


def _postings_in(node: Any) -> Iterator[Node]:
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting += reversed(part)
        elif isinstance(part, Mapping) and "JobPosting" in types_of(part):
            yield dict(part)
        elif isinstance(part, Mapping):
            waiting += reversed(list(part.values()))
