"""A saved page of a Hacker News thread, read as Algolia's tree of items.

A page shows a comment's depth as the width or the `indent` of its first cell; the time in `title`
is UTC, followed by Unix seconds since 2024. A page that was cut off may hold half a comment, and a
half figure in it: its last comment is marked.
"""

from __future__ import annotations

import re
from datetime import UTC
from typing import Any

from bs4 import BeautifulSoup
from bs4.element import Tag

from etl.contracts import SourceChanged
from etl.parse.dates import parse_timestamp
from etl.sources._hn_threads import thread_of

DEEPEST = 2000  # elements open at once: thousands of comments may each forget to close one
_NESTING = re.compile(
    rb"<(/?)(?!(?:area|base|br|col|hr|img|input|link|meta|source|wbr"
    rb"|p|li|t[rdh]|tbody|option)[\s/>])[a-z]",
    re.IGNORECASE,
)
INDENT_PIXELS = 40  # of one level, where depth is a width


def thread_of_page(body: bytes) -> dict[str, Any]:
    """Return a thread's page as Algolia's tree of items; replies stand below the post before them.

    Raises SourceChanged when it is no page of a thread.
    """
    _refuse_deep(body)
    # "<?" opens nothing in HTML; left in, the parser warns of XML.
    soup = BeautifulSoup(body.replace(b"<?", b"&lt;?"), "lxml")
    title = soup.select_one(".titleline > a, a.storylink, .title > a")
    rows = soup.select("tr.athing.comtr")
    if title is None or not rows:
        raise SourceChanged("no page of a thread with comments")
    if thread_of(title.get_text().strip()) is None:
        raise SourceChanged("the page of another thread than the monthly ones")
    is_cut = _is_cut(body)
    story = title.find_parent("tr")
    thread: dict[str, Any] = {
        "id": story.get("id") if isinstance(story, Tag) else None,
        "title": title.get_text().strip(),
        "children": [],
        "is_partial": is_cut or soup.select_one("a.morelink") is not None,
    }
    for number, row in enumerate(rows, start=1):
        comment = _comment(row) | {"is_cut": is_cut and number == len(rows)}
        if _depth(row) == 0 or not thread["children"]:
            thread["children"].append(comment)
        else:
            thread["children"][-1]["children"].append(comment)
    return thread


def _refuse_deep(body: bytes) -> None:
    """Refuse hostile nesting before the parser, whose time and memory grow with depth."""
    depth = 0
    for tag in _NESTING.finditer(body):
        depth = max(depth - 1, 0) if tag[1] else depth + 1
        if depth > DEEPEST:
            raise SourceChanged(f"elements nested more than {DEEPEST} deep")


def _is_cut(body: bytes) -> bool:
    """Does the body end before its page does, or inside its last comment's table?"""
    page = body.lower()
    last = page[max(page.rfind(b"comtr"), 0) :]
    is_open = b"<html" in page[:1000] and b"</html" not in page
    return is_open or last.count(b"<table") > last.count(b"</table>")


def _comment(row: Tag) -> dict[str, Any]:
    author, text = row.select_one("a.hnuser"), row.select_one(".commtext")
    for link in row.select(".commtext .reply"):  # pages of about 2021 hold it in the text
        link.decompose()
    return {
        "id": row.get("id"),
        "author": author.get_text() if author else None,
        "created_at_i": _seconds(row.select_one(".age")),
        "text": text.decode_contents() if text else None,
        "children": [],
    }


def _seconds(age: Tag | None) -> float | None:
    words = str(age.get("title") or "").split() if age else []
    try:
        found = parse_timestamp(words[0]) if words else None
    except ValueError:
        return None  # the row without a time becomes a reject that says so
    return found[0].replace(tzinfo=UTC).timestamp() if found else None


def _depth(row: Tag) -> int:
    cell, image = row.select_one("td.ind"), row.select_one("td.ind img")
    indent = str(cell.get("indent") or "") if cell else ""
    width = str(image.get("width") or "") if image else ""
    if indent.isdecimal():
        return int(indent[:6])
    return int(width[:6]) // INDENT_PIXELS if width.isdecimal() else 0
