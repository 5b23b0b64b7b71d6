"""We Work Remotely: the jobs of its RSS feed, of employment mostly; no pay but in the text.

`region`, `country`, `state`, `skills`, `type` and `expires_at` stand in the feed without a
namespace. `expires_at` is always 30 days after `pubDate`, so it says nothing about closing. A
title is "Company: Role". In a damaged feed every item that is whole by itself is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from etl.asking import Ask, Payload
from etl.contracts import Budget, Capture, Reject, Source, SourceChanged, Terms
from etl.sources._api import located, need
from etl.sources._boards import identity, label, page_address, posted, text, whole_board
from etl.sources._listing import LICENCE, rows

SOURCE = Source(
    id="weworkremotely",
    title="We Work Remotely: newest remote jobs",
    publisher="We Work Remotely",
    platform="weworkremotely",
    kind="listing",
    url="https://weworkremotely.com",
    licence=LICENCE,
    licence_url="https://weworkremotely.com/api-terms-and-guidelines",
    citation="We Work Remotely (https://weworkremotely.com), the jobs of its public feed",
    caveat="Employment mostly, about a hundred jobs; pay stands in the text alone, if at all; type"
    " and category are the employer's.",
    scope="newest",
    cadence_days=1,
    hosts=("weworkremotely.com",),
    budget=Budget(seconds_between=10, requests_per_day=12),
    terms=Terms(
        url="https://weworkremotely.com/api-terms-and-guidelines",
        read_on="2026-11-24",
        found="The guidelines were read in part. They keep its data from services that"
        " advertise or search jobs; others quote a ban on storing it, and a page that"
        " offers the feed to all who credit it.",
        read_in_full=False,
        allows=None,
    ),
)

HOURS_BETWEEN = 1  # the feed says so: ttl 60 minutes
MAX_BYTES = 32 * 2**20  # sixty times a usual feed
ALWAYS = ("guid", "title", "pubDate", "type", "category")
ELEMENT = re.compile(rb"<[A-Za-z]")
ONCE = ("guid", "title", "link", "pubDate")
DAMAGE = "<damage>"  # no name an element can have
DECLARATION = re.compile(rb"^\s*(?:\xef\xbb\xbf)?(<\?xml[^<>]{0,200}\?>)")
ROOT = re.compile(rb"<rss(?:\s[^<>]{0,2000})?>")
ITEM = re.compile(rb"<item(?:\s[^<>]{0,200})?>")


def extract(ask: Ask) -> Iterator[Payload]:
    """Ask for the feed of all categories."""
    url = "https://weworkremotely.com/remote-jobs.rss"
    yield from whole_board(ask, url, "jobs.xml", HOURS_BETWEEN, kind="xml")


def normalise(body: bytes, capture: Capture) -> Iterator[dict[str, Any] | Reject]:
    """Yield one listing per item of the feed."""
    if len(body) > MAX_BYTES:
        raise SourceChanged(f"a feed of {len(body):,} bytes")
    try:
        items = [_cells(item) for item in _root(body).iter("item")]
    except etree.XMLSyntaxError as error:
        items = list(_whole_items(body, str(error)))
    yield from rows(located(items, ALWAYS, "item"), _row)


def _root(document: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    root = etree.fromstring(document, parser)
    if root.getroottree().docinfo.internalDTD is not None:
        raise SourceChanged("a document type, which a feed has none of")
    if root.tag != "rss":
        raise SourceChanged(f"no RSS feed, its root is {str(root.tag)[:60]!r}")
    return root


def _cells(item: etree._Element) -> dict[str, str]:
    """Return the text of every element of an item without a namespace, the first of a name.

    Two of what a job has one of are two jobs whose border was lost.
    """
    cells: dict[str, str] = {}
    for child in item:
        if child.tag in cells and child.tag in ONCE:
            return {DAMAGE: f"damaged XML: a second {child.tag} in one item"}
        if isinstance(child.tag, str):
            cells.setdefault(child.tag, "".join(child.itertext()))
    return cells


def _whole_items(body: bytes, reason: str) -> Iterator[dict[str, str]]:
    """Yield the items of a damaged feed, each read by itself; a damaged one holds its damage."""
    head, *pieces = ITEM.split(body)
    if not pieces:
        raise SourceChanged(f"no XML ({reason[:80]})")
    declaration, root = DECLARATION.search(head), ROOT.search(head)
    before = (declaration[1] if declaration else b"") + (root[0] if root else b"<rss>")
    if b"</item>" in head:
        yield {DAMAGE: "damaged XML: the end of an item without its beginning"}
    for piece in pieces:
        inside, end, outside = piece.partition(b"</item>")
        if ELEMENT.search(outside):
            yield {DAMAGE: "damaged XML: elements outside any item"}
        try:
            feed = _root(before + b"<item>" + inside + end + b"</rss>")
            yield from [_cells(item) for item in feed.iter("item")]
        except etree.XMLSyntaxError as error:
            yield {DAMAGE: f"damaged XML: {error.msg[:80]}"}


def _row(record: dict[str, Any]) -> dict[str, Any]:
    if DAMAGE in record:
        raise ValueError(record[DAMAGE])
    need(record, "title", str)
    skills = (label(record, "skills") or "").split(",")
    return {
        "native_id": identity(record, "guid"),
        "side": "demand",
        **posted(record, "pubDate"),
        "title": _role(label(record, "title")),
        "text": text(record, "description"),
        "skills": [skill.strip() for skill in skills if skill.strip()] or None,
        "source_category": label(record, "category"),
        "pricing_type": "unknown",
        "remote": True,
        "employment_type": label(record, "type"),
        "url": page_address(record, "link"),
    }


def _role(title: str | None) -> str | None:
    """Return the role of "Company: Role"; a title without a colon is kept whole.

    >>> _role("Some Firm: Editor, Part 2: Numbers")
    'Editor, Part 2: Numbers'
    """
    return title and (title.partition(": ")[2] or title)
