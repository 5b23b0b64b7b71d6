"""The shapes Hacker News comes in: Algolia's threads and hits, Firebase items and their trees.

Firebase items beside each other are turned into hits of the search, and all become comments that
name their thread and tell posts from replies, and parts of threads from whole ones. Pages of the
site: `_hn_page`. What people save is a list, one list beside at most one story, answers of the
search in a list, items by their id, or one object per line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from etl.contracts import SourceChanged
from etl.sources._api import json_body, records_at
from etl.sources._hn_page import thread_of_page
from etl.sources._hn_threads import thread_of


def records_of(body: bytes) -> list[Any]:
    """Return what a body holds: trees of comments, and hits of the search."""
    if body.lstrip()[:1] == b"<":
        return [thread_of_page(body)]
    answer = _json(body)
    if is_tree(answer):
        answer = [answer]
    elif isinstance(answer, Mapping) and "hits" not in answer:
        answer = _saved(answer)
    records = records_at(answer, "hits")
    if records and all(isinstance(one, Mapping) and "hits" in one for one in records):
        records = [record for one in records for record in records_at(one, "hits")]
    return _hits_of_items(records)


def _json(body: bytes) -> Any:
    """Return the JSON of a body, or of its lines where each is a value of its own."""
    try:
        return json_body(body)
    except SourceChanged:
        lines = [line for line in body.splitlines() if line.strip()]
        if len(lines) < 2 or not lines[0].strip().endswith(b"}"):
            raise
        return [json_body(line) for line in lines]


def _saved(answer: Mapping[str, Any]) -> list[Any]:
    """Return the records of one list beside at most one story, or of items by their id."""
    lists = [value for value in answer.values() if isinstance(value, list)]
    objects = [value for value in answer.values() if isinstance(value, Mapping)]
    stories = [value for value in objects if _is_item(value) or _is_hit(value)]
    records = []
    if len(lists) == 1 and len(stories) < 2:
        records = stories + lists[0]
    elif objects and all(key.isdecimal() for key in answer):
        records = objects
    if not any(_is_item(record) or _is_hit(record) for record in records):
        raise SourceChanged("neither a monthly thread nor an answer of the search")
    return records


def _is_item(record: Any) -> bool:
    return isinstance(record, Mapping) and isinstance(record.get("id"), int) and "time" in record


def _is_hit(record: Any) -> bool:
    return isinstance(record, Mapping) and "objectID" in record


def _hits_of_items(records: Sequence[Any]) -> list[Any]:
    """Return Firebase items as hits of the search; what is none stays as it is."""
    items = {item["id"]: item for item in records if _is_item(item) and not is_tree(item)}
    return [
        _hit(record, items) if _is_item(record) and not is_tree(record) else record
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
        "dead": item.get("dead"),
    }


def is_tree(record: Any) -> bool:
    """Is it a thread with its comments? A hit of the search has their numbers at most."""
    if not isinstance(record, Mapping) or thread_of(record.get("title")) is None:
        return False
    return _children(record) is not None and not ("objectID" in record or "_tags" in record)


def _children(record: Mapping[str, Any]) -> list[Any] | None:
    """Return the comments below one; Firebase's `kids` are numbers unless somebody filled them in.

    >>> _children({"kids": [7, 8]}), _children({"kids": [{"id": 7}]})
    (None, [{'id': 7}])
    """
    children, kids = record.get("children"), record.get("kids")
    if isinstance(children, list):
        return children
    is_filled = isinstance(kids, list) and any(isinstance(kid, Mapping) for kid in kids)
    return kids if is_filled and children is None else None


def comments_of(item: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield all comments of a thread in reading order; hostile nesting must not exhaust Python."""
    where = {"thread": thread_of(item["title"]), "story": key_of(item.get("id"))}
    where["is_partial"] = item.get("is_partial") is True
    waiting = [(child, False) for child in reversed(_children(item) or [])]
    while waiting:
        comment, is_reply = waiting.pop()
        comment = comment if isinstance(comment, Mapping) else {}
        waiting += [(child, True) for child in reversed(_children(comment) or [])]
        yield {**_names_of_items(comment), **where, "is_reply": is_reply}


def _names_of_items(comment: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a comment of a tree by the names of the search, where Firebase's are used."""
    names = {"by": "author", "time": "created_at_i"}
    return {names[key]: comment[key] for key in names if key in comment} | comment


def comment_of_hit(record: Any, titles: Mapping[str, Any]) -> dict[str, Any]:
    """Return a hit of the search as the comment it is; `titles` are the threads' beside it."""
    hit = record if isinstance(record, Mapping) else {}
    story, parent = key_of(hit.get("story_id")), key_of(hit.get("parent_id"))
    names = {"id": "objectID", "text": "comment_text", "author": "author", "dead": "dead"}
    title = hit.get("story_title") or titles.get(story)
    post = {name: hit[key] for name, key in names.items() if key in hit}
    return post | {
        "created_at_i": hit.get("created_at_i"),
        "thread": thread_of(title),
        "is_named": title is not None,
        "story": story,
        "is_partial": True,  # the search gives what it found, not the thread
        "is_reply": parent != story if parent and story else None,
    }


def key_of(value: Any) -> str | None:
    """Return an id as text: a hit names itself in text and its thread by number."""
    return str(value) if isinstance(value, (str, int)) else None
