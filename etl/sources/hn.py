"""Hacker News' three monthly threads: who hires, who wants to be hired, freelancers and clients.

Posts are top-level comments; what they say of pay, place and employment is free text. In the thread
for freelancers a line beginning with SEEKING WORK or SEEKING FREELANCER tells the side. The body is
a thread with its tree of comments (items/ID) or an answer of the search.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any

from etl.asking import Ask, Payload
from etl.contracts import Budget, Capture, Reject, Source, SourceChanged, Terms
from etl.parse.html import html_to_text
from etl.sources import _hn_threads
from etl.sources._api import json_body, located, maybe, need, records_at, unix_seconds
from etl.sources._hn_pay import pay
from etl.sources._hn_text import (
    TITLE_CHARS,
    employment,
    is_remote,
    marked_side,
    technologies,
    without_contacts,
)
from etl.sources._hn_threads import KINDS, thread_of
from etl.sources._listing import LICENCE, rows

SOURCE = Source(
    id="hn",
    title="Hacker News: monthly hiring, job seekers' and freelancers' threads",
    publisher="Hacker News authors, through Algolia's search of the site",
    platform="hackernews",
    kind="listing",
    url="https://news.ycombinator.com/submitted?id=whoishiring",
    licence=LICENCE,
    licence_url="https://www.ycombinator.com/legal/",
    citation="Hacker News threads Who is hiring?, Who wants to be hired? and Freelancer? Seeking"
    " freelancer?, from the search API at hn.algolia.com",
    caveat="Employment mostly; software firms and people who read Hacker News. The thread for"
    " freelancers has become small (18 posts in October 2026), nearly all of them SEEKING WORK."
    " Pay is read from free text, and only where it is beyond doubt. Posts that a moderator or"
    " their author removed are missing.",
    scope="window",
    cadence_days=1,
    hosts=("hn.algolia.com",),
    budget=Budget(seconds_between=1.0, requests_per_day=3000),
    terms=Terms(
        url="https://www.ycombinator.com/legal/",
        read_on="2026-11-23",
        found="The terms of Hacker News and of Algolia's search of it were not read. The search"
        " takes no key; about 10,000 requests an hour and address are said to be let through.",
        read_in_full=False,
    ),
)

SIDES = {"hiring": "demand", "hired": "supply"}
ALWAYS = ("id", "text", "created_at_i")


def extract(ask: Ask) -> Iterator[Payload]:
    """Ask for the threads of this month and, once, for those of the month before."""
    return _hn_threads.newest(ask)


def plan(ask: Ask, since: date, per_month: int | None) -> int:
    """Return how many requests `backfill` makes at most."""
    return _hn_threads.plan(ask, since, per_month)


def backfill(ask: Ask, since: date, per_month: int | None) -> Iterator[Payload]:
    """Ask for the threads of past months, at most `per_month` of a month, newest first."""
    return _hn_threads.backfill(ask, since, per_month)


def normalise(body: bytes, capture: Capture) -> Iterator[dict[str, Any] | Reject]:
    """Yield one listing per post of a thread, or of an answer of the search."""
    answer = json_body(body)
    if isinstance(answer, Mapping) and "hits" not in answer:
        if not _is_tree(answer):
            raise SourceChanged("neither a monthly thread nor an answer of the search")
        answer = [answer]
    posts: list[dict[str, Any]] = []
    records = records_at(answer, "hits")
    titles = {_key(r.get("objectID")): r.get("title") for r in records if isinstance(r, Mapping)}
    for number, record in enumerate(records, start=1):
        if _is_tree(record):
            posts += _tree(record)
        elif isinstance(record, Mapping) and record.get("title"):
            yield Reject(f"hit {number}", "a thread, not a listing")
        else:
            posts.append(_hit(record, titles))
    yield from rows(located(posts, ALWAYS, "comment"), partial(_row, seen={}))


def _is_tree(record: Any) -> bool:
    """Is it a thread with its comments? A hit of the search has their numbers at most."""
    if not isinstance(record, Mapping) or thread_of(record.get("title")) is None:
        return False
    children = record.get("children")
    return isinstance(children, list) and not ("objectID" in record or "_tags" in record)


def _tree(item: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield all comments of a thread in reading order; hostile nesting must not exhaust Python."""
    where = {"thread": thread_of(item["title"]), "story": _key(item.get("id"))}
    waiting = [(child, False) for child in reversed(item["children"])]
    while waiting:
        comment, is_reply = waiting.pop()
        comment = comment if isinstance(comment, Mapping) else {}
        children = comment.get("children")
        if isinstance(children, list):
            waiting += [(child, True) for child in reversed(children)]
        yield {**comment, **where, "is_reply": is_reply}


def _hit(record: Any, titles: Mapping[str, Any]) -> dict[str, Any]:
    """Return a hit of the search as the comment it is; `titles` are the threads' beside it."""
    hit = record if isinstance(record, Mapping) else {}
    story, parent = _key(hit.get("story_id")), _key(hit.get("parent_id"))
    names = {"id": "objectID", "text": "comment_text", "author": "author"}
    post = {name: hit[key] for name, key in names.items() if key in hit}
    return post | {
        "created_at_i": hit.get("created_at_i"),
        "thread": thread_of(hit.get("story_title") or titles.get(story)),
        "story": story,
        "is_reply": parent != story if parent and story else None,
    }


def _key(value: Any) -> str | None:
    """Return an id as text: a hit names itself in text and its thread by number."""
    return str(value) if isinstance(value, (str, int)) else None


def _row(post: dict[str, Any], seen: dict[Any, str]) -> dict[str, Any]:
    native_id = str(need(post, "id", (int, str)))
    if not re.fullmatch("[1-9][0-9]{0,11}", native_id, re.ASCII):
        raise ValueError(f"id has an unknown form: {native_id[:60]!r}")
    if post["is_reply"] is None:
        raise ValueError("parent_id or story_id is missing")
    if post["is_reply"]:
        raise ValueError("a reply, no listing")
    html = maybe(post, "text", str)
    if not html or not html.strip():
        raise ValueError("deleted or dead")
    if post["thread"] is None:
        raise ValueError("its thread is no monthly hiring thread")
    kind = post["thread"][1]
    text = html_to_text(html)
    side = _side(kind, text)
    row = {
        "native_id": native_id,
        "side": side,
        "posted_at": unix_seconds(need(post, "created_at_i", (int, float))),
        "posted_precision": "second",
        "source_category": KINDS[kind],
        "remote": is_remote(text),
        "employment_type": employment(text),
        "url": f"https://news.ycombinator.com/item?id={native_id}",
    }
    row |= pay(text, kind == "freelancer" and side == "demand")
    if side == "supply":
        _refuse_second(post, native_id, seen)
        row["skills"] = technologies(text)
        text = without_contacts(text)
    if not text.strip():
        raise ValueError("nothing but ways to reach its author")
    return row | {"title": text.split("\n", 1)[0].strip()[:TITLE_CHARS], "text": text}


def _side(kind: str, text: str) -> str:
    """Return the side of a post; the thread for freelancers holds both."""
    marked = marked_side(text)
    if kind == "freelancer" and marked is None:
        raise ValueError("no line begins with SEEKING WORK or SEEKING FREELANCER")
    side = SIDES.get(kind, marked)
    if marked != side and marked_side(text.split("\n", 1)[0]):
        raise ValueError("a post for the other side's thread")
    return side


def _refuse_second(post: dict[str, Any], native_id: str, seen: dict[Any, str]) -> None:
    author = maybe(post, "author", str)
    if author and seen.setdefault((post["story"], author), native_id) != native_id:
        raise ValueError("a second post of its author in this thread")
