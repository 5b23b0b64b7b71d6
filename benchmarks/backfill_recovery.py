"""A whole backfill over real HTTP: 100,000 projects of ten years, recovered and compared.

`python -m benchmarks.backfill_recovery` serves a simulated Freelancer.com (benchmarks/
freelancer_market.py) on a loopback address, runs the operator's two commands against it in a
temporary folder, and prints what they asked and how far the edition is from the truth.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta

import numpy as np

from benchmarks.backfill_coverage import amounts
from benchmarks.freelancer_market import Market, answer, market
from etl import edition
from etl.command_line import main
from etl.console import now, say
from etl.sources._freelancer_draw import months

HOST, YEARS, PROJECTS = "www.freelancer.com", 10, 100_000


def truth(world: Market, month: datetime, name: str) -> float:
    """Return a month's true number of projects, or median."""
    begin = month.replace(tzinfo=UTC)
    end = (begin + timedelta(days=32)).replace(day=1)
    span = world.between(int(begin.timestamp()), int(end.timestamp()) - 1)
    if name == "volume":
        return float(span.stop - span.start)
    values = amounts(world)[name][span]
    if name == "budget":  # hourly projects have rates, not budgets
        values = values[np.arange(span.start, span.stop) % 7 != 0]
    return float(np.median(values))


def report(world: Market, served: int, seconds: float) -> None:
    """Print what was asked, and how the edition compares with the market."""
    say(f"{served:,} requests served in {seconds:.0f} s at no pace")
    shown = edition.current()[0]
    posted = shown.values("projects_posted").filter(family="*")
    exact = [
        row["value"] == truth(world, _moment(row), "volume") for row in posted.iter_rows(named=True)
    ]
    say(f"monthly volumes: {sum(exact)} of {len(exact)} exact")
    for metric, name in {"bids_per_listing": "bids", "fixed_budget": "budget"}.items():
        medians = shown.values(metric).filter(
            source_id="freelancer_panel", stat="median", family="*", niche="*"
        )
        held = [
            row["lo"] <= truth(world, _moment(row), name) <= row["hi"]
            for row in medians.drop_nulls("lo").iter_rows(named=True)
        ]
        say(f"monthly median {name}: {sum(held)} of {len(held)} within the interval stated")


def _moment(row: dict) -> datetime:
    return datetime.combine(row["period_start"], datetime.min.time())


def run(serve) -> None:
    """Serve a market with `serve(host, answer)`, backfill it, build, and report."""
    begin = months(now().date() - timedelta(days=365 * YEARS), now())[-1]
    world = market(11, f"{begin:%Y-%m-%d}", f"{now() + timedelta(days=1):%Y-%m-%d}", PROJECTS)
    with tempfile.TemporaryDirectory() as folder, serve() as server:
        server.answers[HOST] = lambda path, query: answer(world, path, query)
        os.environ |= {
            "OBSERVATORY_DATA": folder,
            "OBSERVATORY_MIRROR": server.url,
            "OBSERVATORY_PACE": "0.0001",
        }
        started = time.monotonic()
        main(["backfill", "freelancer", "--since", f"{begin:%Y-%m}"])
        seconds = time.monotonic() - started
        main(["build"])
        report(world, len(server.asked(HOST)), seconds)


if __name__ == "__main__":
    sys.path.insert(0, "tests")
    from loopback import Loopback

    run(Loopback)
