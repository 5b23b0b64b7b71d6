"""kill -9 at any moment of a pull or a backfill: the same command goes on to the same tables."""

from __future__ import annotations

import pytest

from benchmarks.loopback_run import Moment, killed, moments, past_market, undisturbed
from benchmarks.loopback_world import PULL, recent_market

SEED = 7  # `python -m benchmarks.loopback_run --kills 20 --seed N` tries others


def assert_survives(words, world, expected, moment: Moment) -> None:
    found = killed(words, world, moment, expected)
    assert found.was_running, "it was killed too late to tell anything"
    assert found.code == 0 and found.is_sound
    assert found.lost == 0, "the tables differ from those of an undisturbed run"


@pytest.fixture(scope="module")
def pulled():
    world = recent_market(1500, 300)
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
