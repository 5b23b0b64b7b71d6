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
from etl.contracts import Budget, Capture, Reject, Source, Terms
from etl.parse.html import html_to_text
from etl.sources import _hn_threads
from etl.sources._api import located, maybe, need, unix_seconds
from etl.sources._hn_pay import pay
from etl.sources._hn_shapes import comment_of_hit, comments_of, is_tree, key_of, records_of
from etl.sources._hn_text import (
    TITLE_CHARS,
    employment,
    is_remote,
    marked_side,
    technologies,
    without_contacts,
)
from etl.sources._hn_threads import KINDS
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
        read_on="2026-11-24",
        found="The terms of Y Combinator, read whole in an archived copy, forbid data mining"
        " and robots on its site; whether the public interfaces to its data count is not"
        " said, and Firebase's README invites programs. Algolia's interface has no terms"
        " of its own that were found.",
        read_in_full=True,
    ),
)

SIDES = {"hiring": "demand", "hired": "supply"}
ALWAYS = ("id", "text", "created_at_i")
REMOVED_TEXTS = ("", "[flagged]", "[dead]", "[deleted]", "[flagged] [dead]")


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
    posts: list[dict[str, Any]] = []
    records = records_of(body)
    titles = {key_of(r.get("objectID")): r.get("title") for r in records if isinstance(r, Mapping)}
    for number, record in enumerate(records, start=1):
        if is_tree(record):
            posts += comments_of(record)
        elif isinstance(record, Mapping) and record.get("title"):
            yield Reject(f"hit {number}", "a thread, not a listing")
        else:
            posts.append(comment_of_hit(record, titles))
    yield from rows(located(posts, ALWAYS, "comment"), partial(_row, seen={}))


def _row(post: dict[str, Any], seen: dict[Any, str]) -> dict[str, Any]:
    native_id, html = _own_text(post)
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
    row["flags"] = ["partial_window"] * bool(post.get("is_partial")) + row.get("flags", [])
    if side == "supply":
        _refuse_second(post, native_id, seen)
        row["skills"] = technologies(text)
        text = without_contacts(text)
    if not text.strip():
        raise ValueError("nothing but ways to reach its author")
    return row | {"title": text.split("\n", 1)[0].strip()[:TITLE_CHARS], "text": text}


def _own_text(post: Mapping[str, Any]) -> tuple[str, str]:
    """Return id and HTML of a post; ValueError says why it is no listing."""
    native_id = str(need(post, "id", (int, str)))
    if not re.fullmatch("[1-9][0-9]{0,11}", native_id, re.ASCII):
        raise ValueError(f"id has an unknown form: {native_id[:60]!r}")
    if post.get("is_cut") is True:
        raise ValueError("the page is cut off in or after this comment")
    if post["is_reply"] is None:
        raise ValueError("parent_id or story_id is missing")
    if post["is_reply"]:
        raise ValueError("a reply, no listing")
    html = maybe(post, "text", str)
    if not html or html.strip() in REMOVED_TEXTS or post.get("dead") is True:
        raise ValueError("deleted or dead")
    if post["thread"] is None:
        is_named = post.get("is_named")
        raise ValueError(f"its thread is {'no monthly hiring thread' if is_named else 'not named'}")
    return native_id, html


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
