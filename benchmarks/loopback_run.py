"""What pulls and backfills survive: misbehaving hosts and kill -9, over real HTTP on loopback.

`python -m benchmarks.loopback_run` prints them as Markdown tables in about four minutes;
`--kills N --seed S` for other moments. Asserted by tests/test_faults.py and tests/test_kill.py.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.freelancer_market import Market, market
from benchmarks.loopback_faults import CASES, disturbed
from benchmarks.loopback_world import (
    PULL,
    State,
    command,
    environment,
    missing,
    recent_market,
    serve,
    state,
)
from etl.config import ROOT
from tests.loopback import Loopback


@dataclass(frozen=True)
class Moment:
    """When to kill: so many seconds after so many requests."""

    requests: int
    seconds: float


@dataclass
class Undisturbed:
    """What a command leaves when nothing happens, and how many requests that takes."""

    state: State
    requests: int


@dataclass
class Killed:
    """What a killed command and the same command after it leave."""

    moment: Moment
    was_running: bool
    code: int  # of the command after it
    lost: int  # rows missing, other or too many
    is_sound: bool  # by `verify`
    requests: int  # of both


def undisturbed(words: tuple[str, ...], world: Market) -> Undisturbed:
    """Run a command to its end in a folder of its own."""
    with (
        tempfile.TemporaryDirectory(prefix="loopback-") as folder,
        Loopback() as server,
        environment(Path(folder), server),
    ):
        serve(server, world)
        said = command(*words)
        assert said.code == 0, said
        return Undisturbed(state(), len(server.log))


def killed(words: tuple[str, ...], world: Market, moment: Moment, expected: Undisturbed) -> Killed:
    """Kill a command at a moment, run it again, and compare with an undisturbed run."""
    with (
        tempfile.TemporaryDirectory(prefix="loopback-") as folder,
        Loopback() as server,
        environment(Path(folder), server),
    ):
        serve(server, world)
        was_running = _kill(words, server, moment)
        again = command(*words)
        lost = missing(expected.state, state())
        is_sound = command("verify").code == 0
        return Killed(moment, was_running, again.code, lost, is_sound, len(server.log))


def _kill(words: tuple[str, ...], server: Loopback, moment: Moment) -> bool:
    """Start a command in a process of its own, kill it; was it still running?"""
    reached = threading.Event()

    def count() -> None:
        if len(server.log) >= moment.requests:
            reached.set()

    server.on_request = count
    process = subprocess.Popen(
        [sys.executable, "-m", "etl", *words],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not reached.wait(0.05) and process.poll() is None:
        pass
    time.sleep(moment.seconds)
    process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def moments(seed: int, kills: int, requests: int) -> list[Moment]:
    """Return random moments of a command that makes so many requests."""
    chance = random.Random(seed)
    return [Moment(chance.randint(1, requests - 1), chance.uniform(0, 0.04)) for _ in range(kills)]


def past_market(projects: int) -> tuple[Market, tuple[str, ...]]:
    """Return a market of the last three whole months, and the command that lands its history."""
    this = datetime.now(UTC).replace(tzinfo=None, day=1)
    since = this
    for _ in range(3):
        since = (since - timedelta(days=1)).replace(day=1)
    world = market(3, f"{since:%Y-%m-%d}", f"{this:%Y-%m-%d}", projects)
    words = ("backfill", "freelancer", "--since", f"{since:%Y-%m}", "--per-month", "100")
    return world, words


def main() -> None:
    """Print the tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=20)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    world = recent_market(400, 250)
    expected = undisturbed(PULL, world).state
    print("| fault | what the source did | rows lost | others |\n|---|---|---|---|")
    for case in CASES:
        found = disturbed(case, world, expected)
        copes = "asked again: landed" if case.repeats else "kept to it: landed"
        says = copes if found.code == 0 else found.says
        print(f"| {case.name} | {says.split('?')[0]} | {found.lost} | {found.others} |", flush=True)
    print("\n| killed at request | of | rows lost | `verify` | requests in all |")
    print("|---|---|---|---|---|")
    print_kills(PULL, recent_market(12_000, 1_500), chosen.kills, chosen.seed)
    world, words = past_market(3_000)
    print_kills(words, world, max(1, chosen.kills // 4), chosen.seed)


def print_kills(words: tuple[str, ...], world: Market, kills: int, seed: int) -> None:
    """Print what became of a command killed at random moments."""
    expected = undisturbed(words, world)
    for moment in moments(seed, kills, expected.requests):
        found = killed(words, world, moment, expected)
        sound = "sound" if found.is_sound and found.code == 0 and found.was_running else "BROKEN"
        at = f"{words[0]}, {moment.requests} + {1000 * moment.seconds:.0f} ms"
        print(
            f"| {at} | {expected.requests} | {found.lost} | {sound} | {found.requests} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
