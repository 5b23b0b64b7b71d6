"""The shapes Hacker News comes in: Algolia's threads and hits, a page of the site, Firebase items.

A page is turned into a thread with its comments, Firebase items into hits, and both into comments
that name their thread and tell posts from replies, and parts of threads from whole ones. A page
shows a comment's depth as the width or the `indent` of its first cell; the time in `title` is UTC,
followed by Unix seconds since 2024.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from typing import Any

from bs4 import BeautifulSoup
from bs4.element import Tag

from etl.contracts import SourceChanged
from etl.parse.dates import parse_timestamp
from etl.sources._hn_threads import thread_of

INDENT_PIXELS = 40  # of one level, where depth is a width


def thread_of_page(body: bytes) -> dict[str, Any]:
    """Return a thread's page as Algolia's tree of items; replies stand below the post before them.

    Raises SourceChanged when it is no page of a thread.
    """
    soup = BeautifulSoup(body, "lxml")
    title = soup.select_one(".titleline > a, a.storylink, .title > a")
    rows = soup.select("tr.athing.comtr")
    if title is None or not rows:
        raise SourceChanged("no page of a thread with comments")
    story = title.find_parent("tr")
    thread: dict[str, Any] = {
        "id": story.get("id") if isinstance(story, Tag) else None,
        "title": title.get_text().strip(),
        "children": [],
        "is_partial": soup.select_one("a.morelink") is not None,
    }
    for row in rows:
        comment = _comment(row)
        if _depth(row) == 0 or not thread["children"]:
            thread["children"].append(comment)
        else:
            thread["children"][-1]["children"].append(comment)
    return thread


def _comment(row: Tag) -> dict[str, Any]:
    author, text = row.select_one("a.hnuser"), row.select_one(".commtext")
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


def hits_of_items(records: Sequence[Any]) -> list[Any]:
    """Return Firebase items as hits of the search; what is none stays as it is."""
    items = {
        item["id"]: item
        for item in records
        if isinstance(item, Mapping) and isinstance(item.get("id"), int) and "time" in item
    }
    return [
        _hit(record, items)
        if isinstance(record, Mapping) and isinstance(record.get("id"), int) and "time" in record
        else record
        for record in records
    ]


def _hit(item: Mapping[str, Any], items: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
    if item.get("title"):
        return {"objectID": item["id"], "title": item["title"]}
    root = item.get("parent")
    for _ in items:  # at most so many steps: hostile parents may go round in circles
        if not isinstance(root, int) or "parent" not in items.get(root, {}):
            break
        root = items[root]["parent"]
    return {
        "objectID": item["id"],
        "author": item.get("by"),
        "comment_text": item.get("text"),
        "created_at_i": item["time"],
        "parent_id": item.get("parent"),
        "story_id": root,
    }


def is_tree(record: Any) -> bool:
    """Is it a thread with its comments? A hit of the search has their numbers at most."""
    if not isinstance(record, Mapping) or thread_of(record.get("title")) is None:
        return False
    children = record.get("children")
    return isinstance(children, list) and not ("objectID" in record or "_tags" in record)


def comments_of(item: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield all comments of a thread in reading order; hostile nesting must not exhaust Python."""
    where = {"thread": thread_of(item["title"]), "story": key_of(item.get("id"))}
    where["is_partial"] = item.get("is_partial") is True
    waiting = [(child, False) for child in reversed(item["children"])]
    while waiting:
        comment, is_reply = waiting.pop()
        comment = comment if isinstance(comment, Mapping) else {}
        children = comment.get("children")
        if isinstance(children, list):
            waiting += [(child, True) for child in reversed(children)]
        yield {**comment, **where, "is_reply": is_reply}


def comment_of_hit(record: Any, titles: Mapping[str, Any]) -> dict[str, Any]:
    """Return a hit of the search as the comment it is; `titles` are the threads' beside it."""
    hit = record if isinstance(record, Mapping) else {}
    story, parent = key_of(hit.get("story_id")), key_of(hit.get("parent_id"))
    names = {"id": "objectID", "text": "comment_text", "author": "author"}
    post = {name: hit[key] for name, key in names.items() if key in hit}
    return post | {
        "created_at_i": hit.get("created_at_i"),
        "thread": thread_of(hit.get("story_title") or titles.get(story)),
        "story": story,
        "is_partial": True,  # the search gives what it found, not the thread
        "is_reply": parent != story if parent and story else None,
    }


def key_of(value: Any) -> str | None:
    """Return an id as text: a hit names itself in text and its thread by number."""
    return str(value) if isinstance(value, (str, int)) else None
