"""kill -9 at any moment of a pull or a backfill: the same command goes on to the same tables."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.loopback_run import Moment, killed, moments, past_market, undisturbed
from benchmarks.loopback_world import (
    HOST,
    PULL,
    command,
    environment,
    missing,
    recent_market,
    serve,
    state,
)
from etl.config import raw_folder, warehouse_file
from etl.warehouse import Warehouse
from tests.loopback import Loopback, status, well

SEED = 7  # `python -m benchmarks.loopback_run --kills 20 --seed N` tries others


def assert_survives(words, world, expected, moment: Moment) -> None:
    found = killed(words, world, moment, expected)
    assert found.was_running, "it was killed too late to tell anything"
    assert found.code == 0 and found.is_sound
    assert found.lost == 0, "the tables differ from those of an undisturbed run"


@pytest.fixture(scope="module")
def pulled():
    world = recent_market(600, 250)
    return world, undisturbed(PULL, world)


@pytest.mark.parametrize("number", range(6))
def test_a_killed_pull_goes_on(number: int, pulled):
    world, expected = pulled
    assert expected.state.listings.height == len(world.posted)
    assert_survives(PULL, world, expected, moments(SEED, 6, expected.requests - 5)[number])


def test_a_killed_backfill_goes_on():
    world, words = past_market(2000)
    expected = undisturbed(words, world)
    for moment in moments(SEED, 2, expected.requests - 5):
        assert_survives(words, world, expected, moment)


def no_line(shelf: Path) -> None:
    """The payload is there, its line is not."""
    manifest = shelf / "manifest.ndjson"
    manifest.write_text("".join(manifest.read_text().splitlines(keepends=True)[:-1]))


def half_a_line(shelf: Path) -> None:
    """Its line was being written."""
    manifest = shelf / "manifest.ndjson"
    manifest.write_bytes(manifest.read_bytes()[:-25])


def no_rows(shelf: Path) -> None:
    """It is listed, but its rows are not in the warehouse."""
    last = json.loads((shelf / "manifest.ndjson").read_text().splitlines()[-1])
    with Warehouse(warehouse_file()) as warehouse:
        warehouse.drop_capture(shelf.name, last["sha256"])


def half_a_payload(shelf: Path) -> None:
    """The bytes were being written."""
    no_line(shelf)
    newest = max(shelf.glob("*.zst"), key=lambda path: path.stat().st_mtime_ns)
    newest.rename(newest.with_suffix(".part"))


def no_warehouse(shelf: Path) -> None:
    """It was deleted, as its message says one may."""
    warehouse_file().unlink()


@pytest.fixture(scope="module")
def small():
    world = recent_market(150, 230)
    return world, undisturbed(PULL, world)


@pytest.mark.parametrize("leave", [no_line, half_a_line, no_rows, half_a_payload, no_warehouse])
def test_whatever_a_crash_leaves_is_gone_on_from(leave, small, tmp_path):
    """Moments that a kill hits by luck only, each in the middle of a pull."""
    world, expected = small
    with Loopback() as server, environment(tmp_path, server):
        serve(server, world)
        server.faults[HOST] = [well] * 12
        server.always[HOST] = status(500)
        assert command(*PULL).code == 1
        leave(raw_folder() / "freelancer")
        server.behave()
        assert command(*PULL).code == 0
        assert missing(expected.state, state()) == 0
        assert command("verify").code == 0
