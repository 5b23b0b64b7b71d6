"""What a pull does when its host misbehaves, and when it is killed: over real HTTP, on loopback.

`python -m benchmarks.loopback_run` prints the table of docs/robustness.md; tests/test_faults.py and
tests/test_kill.py assert the same. A disturbed source must say one sentence, lose no row once the
host behaves again, and leave the other source of the command alone.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import numpy as np
import polars as pl

from benchmarks.freelancer_market import Market, answer, market
from etl.command_line import main as etl
from etl.config import hosts_file, warehouse_file
from etl.warehouse import Warehouse
from tests import loopback as do
from tests.loopback import Fault, Loopback, Reply

HOST, OTHER = "www.freelancer.com", "raw.githubusercontent.com"
PULL = ("pull", "freelancer", "indeed")
SEEN = ("first_seen_at", "last_seen_at", "raw_sha256")  # differ with the moment of a pull
AI_SHARE = b"date,jobcountry,AI_share_postings\n2026-07-01,US,4.5\n2026-07-02,US,4.6\n"
INDEX = (
    b"date,jobcountry,indeed_job_postings_index_SA,indeed_job_postings_index_NSA,variable\n"
    b"2026-07-01,US,101.5,99,total postings\n"
)


def recent_market(projects: int, in_one_hour: int) -> Market:
    """Return a market of the hours a first pull asks for, one of them crowded."""
    now = datetime.now(UTC).replace(tzinfo=None, second=0, microsecond=0)

    def part(seed: int, begin: int, end: int, n: int) -> Market:
        days = [(now - timedelta(hours=hours)).isoformat() for hours in (begin, end)]
        return market(seed, *days, n)

    calm, crowd = part(1, 22, 1, projects), part(2, 10, 9, in_one_hour)
    order = np.argsort(np.concatenate([calm.posted, crowd.posted]), kind="stable")
    return Market(
        *(
            np.concatenate([getattr(calm, name), getattr(crowd, name)])[order]
            for name in Market.__dataclass_fields__
        )
    )


def serve(server: Loopback, world: Market) -> None:
    """Let the server answer for both hosts."""
    server.answers[HOST] = lambda path, query: answer(world, path, query)
    server.answers[OTHER] = lambda path, query: AI_SHARE if "AI_" in path else INDEX


def environment(folder: Path, server: Loopback, pace: float = 0.001):
    """Send what is asked to the server, keep what is landed in the folder."""
    names = {"DATA": folder, "MIRROR": server.url, "PACE": pace, "SOURCES": "all"}
    return patch.dict(os.environ, {f"OBSERVATORY_{name}": str(v) for name, v in names.items()})


@dataclass
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


def command(*words: str) -> Said:
    """Run one command of the pipeline in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = etl(list(words))
    return Said(code, out.getvalue(), err.getvalue())


def rows() -> dict[str, pl.DataFrame]:
    """Return the listings and points there are, but for what differs with the moment of a pull."""
    with Warehouse(warehouse_file()) as warehouse:
        warehouse.build_core()
        listings = warehouse.frame("select * from core_listings order by source_id, native_id")
        flags = pl.col("flags").str.replace("partial_window", "").str.strip_chars(";")
        return {
            "listings": listings.drop(SEEN).with_columns(flags),
            "series": warehouse.frame("select * from core_series order by all"),
        }


def outcome(source_id: str) -> str:
    """Return how a source's last command ended, by the ledger."""
    with Warehouse(warehouse_file()) as warehouse:
        runs = warehouse.frame("select source_id, outcome from runs order by started_at")
    return runs.filter(source_id=source_id)["outcome"][-1]


def time_passes() -> None:
    """Let the pauses that hosts asked for, and the day of their budgets, be over."""
    turns = json.loads(hosts_file().read_text())
    over = {"day": "2000-01-01", "requests": 0, "not_before": 0.0}
    hosts_file().write_text(json.dumps({host: turn | over for host, turn in turns.items()}))


# --- faults


@dataclass(frozen=True)
class Case:
    """One way to misbehave, and what the source is to say of it."""

    name: str
    arrange: Callable[[Loopback], None]
    says: str  # a regular expression; "landed": the source copes
    slow: bool = False  # tests leave it out


def once(*faults: Fault) -> Callable[[Loopback], None]:
    """Let things go wrong in the middle of a pull."""
    return lambda server: server.faults[HOST].extend([do.well] * 12 + list(faults))


def ever(fault: Fault) -> Callable[[Loopback], None]:
    """Let things go wrong from the middle of a pull on."""

    def arrange(server: Loopback) -> None:
        once()(server)
        server.always[HOST] = fault

    return arrange


def robots(text: str | Reply) -> Callable[[Loopback], None]:
    """Let robots.txt say something."""
    return lambda server: server.robots.update({HOST: text})


def pages(change: Callable[[dict], None]) -> Fault:
    """Change the result of a search."""

    def changed(body: bytes) -> bytes:
        envelope = json.loads(body)
        change(envelope["result"])
        return json.dumps(envelope).encode()

    return do.changed(changed)


def renamed(result: dict) -> None:
    """Call the budget of every project something else."""
    for project in result["projects"]:
        project["price"] = project.pop("budget")


def to(address: str) -> Fault:
    """Redirect to an address."""
    return do.status(302, Location=address)


def repeated(server: Loopback) -> None:
    """Answer every page with the first one, as a cache does that ignores half of a query."""
    honest = server.answers[HOST]
    first_page = {"offset": ["0"]}
    server.answers[HOST] = lambda path, query: honest(path, query | first_page)


def bottomless(server: Loopback) -> None:
    """Announce a billion projects in every search, when few requests of the day are left."""
    ever(pages(lambda result: result.update(total_count=10**9)))(server)
    used = {"day": f"{datetime.now(UTC):%Y-%m-%d}", "requests": 4940}
    hosts_file().parent.mkdir(parents=True, exist_ok=True)
    turn = used | {"last_at": 0.0, "not_before": 0.0}
    hosts_file().write_text(json.dumps({HOST: turn}))


CHALLENGE = b"<!DOCTYPE html><title>Just a moment...</title><div id='cf-chl-widget'></div>"
PAGE = b"<!DOCTYPE html><title>Projects</title><p>Hello</p>"
STOPPED = "this source is stopped"
LATER = "try again later"
CASES = (
    Case("429, Retry-After 60 s", once(do.status(429, Retry_After="60")), "landed"),
    Case(
        "429, Retry-After two days",
        ever(do.status(429, Retry_After="172800")),
        "answered 429 and asks for a pause of 172,800 s; run again after 20",
    ),
    Case("429 for ever", ever(do.status(429)), f"answered 429; {LATER}"),
    Case("500 twice", once(do.status(500), do.status(500)), "landed"),
    Case("500 for ever", ever(do.status(500)), f"answered 500; {LATER}"),
    Case("503 for ever, Retry-After 1 s", ever(do.status(503, Retry_After="1")), "answered 503"),
    Case("silence once", once(do.hang), "landed"),
    Case("silence for ever", ever(do.hang), f"could not be reached.*{LATER}", slow=True),
    Case("silence in mid-answer", once(do.hang_midway), "landed"),
    Case("a byte now and then", ever(do.drip), "took longer than 4 s"),
    Case("a byte of the headers now and then", ever(do.drip_headers), "took longer", slow=True),
    Case("connection reset in mid-answer, once", once(do.reset), "landed"),
    Case("connection reset in mid-answer, for ever", ever(do.reset), f"broke off.*{LATER}"),
    Case("connection closed in mid-answer", ever(do.closed_early), f"broke off.*{LATER}"),
    Case("gzip cut short, Content-Length right, once", once(do.gzip_cut), "landed"),
    Case("gzip cut short, for ever", ever(do.gzip_cut), "gzip data without an end"),
    Case("gzip bomb, 1 GiB in 1 MiB", ever(do.gzip_bomb(1024)), "more than 67,108,864 bytes"),
    Case("unknown encoding", ever(do.instead(b"x", Content_Encoding="br")), "unknown encoding"),
    Case("challenge page, 200", ever(do.instead(CHALLENGE)), f"challenge page: {STOPPED}"),
    Case("challenge page, 403", ever(do.status(403, CHALLENGE)), r"challenge page \(403\)"),
    Case("challenge page, 503", ever(do.status(503, CHALLENGE)), r"challenge page \(503\)"),
    Case("403", ever(do.status(403)), rf"refuses \(403\); {STOPPED}"),
    Case("404", ever(do.status(404)), rf"does not answer \(404\); {STOPPED}"),
    Case("410", ever(do.status(410)), r"took this address down \(410\)"),
    Case("304 without having asked", ever(do.status(304)), r"does not answer \(304\)"),
    Case("a web page instead of JSON", ever(do.instead(PAGE)), "a web page instead of JSON"),
    Case("an empty body", ever(do.instead(b"")), f"answered with nothing: {STOPPED}"),
    Case("JSON of another shape", ever(do.instead(b'{"items": []}')), "no total_count"),
    Case("a field renamed", ever(pages(renamed)), "(holds 'budget'|budget is missing).*a person"),
    Case("every page is the first", repeated, "repeats"),
    Case("endless paging", bottomless, "today's 5,000 requests .* are used up; .*tomorrow"),
    Case("robots.txt refuses", robots("User-agent: *\nDisallow: /"), "does not allow /api"),
    Case("robots.txt: 500", robots(Reply(status=500)), "robots.txt cannot be read.*500"),
    Case("robots.txt: 429", robots(Reply(status=429)), "robots.txt cannot be read.*429"),
    Case("robots.txt: crawl delay 20 s", robots("User-agent: *\nCrawl-delay: 20"), "landed"),
    Case("robots.txt: delay of an hour", robots("User-agent: *\nCrawl-delay: 3600"), "3,600 s"),
    Case("redirect to another host", ever(to("https://elsewhere.org/x")), "not https on a host"),
    Case("redirect to http", ever(to(f"http://{HOST}/x")), "not https on a host"),
    Case("redirect to a private address", ever(to("https://127.0.0.1/")), "not https on a host"),
    Case("redirect in circles", ever(to(f"https://{HOST}/api/x")), "in circles"),
    Case("redirect to no address", ever(to("https://[1/")), "redirects to no address"),
    Case("10 GB, announced", ever(do.endless("announced")), "announced 10,737,418,240 bytes"),
    Case("10 GB, in chunks", ever(do.endless("chunked")), "more than 67,108,864 bytes"),
    Case("10 GB, unannounced", ever(do.endless()), "more than 67,108,864 bytes"),
    Case(
        "10 GB behind a redirect",
        ever(do.endless("announced", 302, Location="https://elsewhere.org/")),
        "not https on a host",
    ),
    Case("10 GB behind a 404", ever(do.endless("chunked", 404)), r"does not answer \(404\)"),
    Case("no HTTP", ever(do.bytes_only(b"SSH-2.0-server\r\n")), f"could not be reached.*{LATER}"),
)


@dataclass
class Outcome:
    """What became of a disturbed source."""

    code: int  # of the disturbed command
    says: str  # by the ledger
    said: Said
    lost: int  # rows of an undisturbed run that are missing, or other, after the next pull
    others: str  # of the other source: "unaffected", or not
    later: Said
    asked_in_vain: int  # requests before time had passed, where the host asked for a pause
    gaps: list[float]  # seconds between the requests of the disturbed command


def disturbed(case: Case, world: Market, expected: dict[str, pl.DataFrame]) -> Outcome:
    """Pull while the host misbehaves, then after; a new folder each time."""
    with (
        tempfile.TemporaryDirectory(prefix="loopback-") as folder,
        Loopback() as server,
        environment(Path(folder), server),
    ):
        serve(server, world)
        case.arrange(server)
        said = command(*PULL)
        says, other, gaps = outcome("freelancer"), outcome("indeed"), server.gaps(HOST)
        is_same = other == "landed" and rows()["series"].equals(expected["series"])
        before = len(server.asked(HOST))
        server.behave()
        serve(server, world)
        asked_in_vain = 0
        if "run again" in says:
            command(*PULL)
            asked_in_vain = len(server.asked(HOST)) - before
            time_passes()
        later = command(*PULL)
        lost = missing(expected["listings"], rows()["listings"])
    others = "unaffected" if is_same else f"affected: {other}"
    return Outcome(said.code, says, said, lost, others, later, asked_in_vain, gaps)


def missing(expected: pl.DataFrame, found: pl.DataFrame) -> int:
    """Return how many rows of one frame the other lacks, has otherwise, or has too many."""
    return len(set(map(str, expected.rows())) ^ set(map(str, found.rows())))
