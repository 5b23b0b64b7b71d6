"""Two live sources on loopback, one command over them, and what became of it: for loopback_run."""

from __future__ import annotations

import contextlib
import io
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import numpy as np
import polars as pl

from benchmarks.freelancer_market import Market, answer, market
from etl.command_line import main as etl
from etl.config import hosts_file, warehouse_file
from etl.warehouse import Warehouse
from tests.loopback import Loopback

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


@dataclass
class State:
    """The listings and points there are, and how each source's last command ended."""

    listings: pl.DataFrame
    series: pl.DataFrame
    outcomes: dict[str, str]


def state() -> State:
    """Return what the warehouse holds, but for what differs with the moment of a pull."""
    with Warehouse(warehouse_file()) as warehouse:
        warehouse.build_core()
        listings = warehouse.frame("select * from core_listings order by source_id, native_id")
        flags = pl.col("flags").list.set_difference(["partial_window"])
        return State(
            listings.drop(SEEN).with_columns(flags),
            warehouse.frame("select * from core_series order by all"),
            dict(warehouse.frame("select source_id, outcome from runs order by rowid").rows()),
        )


def time_passes() -> None:
    """Let the pauses that hosts asked for, and the day of their budgets, be over."""
    turns = json.loads(hosts_file().read_text())
    over = {"day": "2000-01-01", "requests": 0, "not_before": 0.0}
    hosts_file().write_text(json.dumps({host: turn | over for host, turn in turns.items()}))


def missing(expected: State, found: State) -> int:
    """Return how many rows the one has and the other has not, or has otherwise."""
    pairs = (expected.listings, found.listings), (expected.series, found.series)
    return sum(len(set(map(repr, a.rows())) ^ set(map(repr, b.rows()))) for a, b in pairs)
