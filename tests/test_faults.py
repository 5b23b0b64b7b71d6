"""Every way a host can misbehave, one by one: a sentence, no row lost, no other source harmed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks.loopback_faults import CASES, Case, disturbed
from benchmarks.loopback_run import Undisturbed, undisturbed
from benchmarks.loopback_world import (
    OTHER,
    PULL,
    command,
    environment,
    recent_market,
    serve,
    state,
)
from tests import loopback as do
from tests.loopback import Loopback

COPES = "landed"


@pytest.fixture(scope="module")
def world():
    """A market of some 400 projects, more than two pages of them in one hour."""
    return recent_market(150, 230)


@pytest.fixture(scope="module")
def calm(world) -> Undisturbed:
    """What a pull leaves when nothing goes wrong."""
    return undisturbed(PULL, world)


@pytest.fixture
def server(tmp_path: Path):
    """Both hosts, and a data folder of the test's own."""
    with Loopback() as server, environment(tmp_path / "data", server):
        yield server


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.in_tests], ids=lambda case: case.name
)
def test_a_fault_costs_no_row_and_harms_no_other(case: Case, world, calm):
    found = disturbed(case, world, calm.state)
    assert re.search(case.says, found.says), found.says
    assert found.lost == 0, "rows are missing after the next pull"
    assert found.others == "unaffected"
    assert "Traceback" not in found.said.err + found.later.err
    assert found.later.code == 0 and not found.later.err
    if case.says == COPES:
        assert found.said.code == 0
        assert found.requests == calm.requests - 3 + case.repeats, "it did happen"
    else:
        assert found.said.code == 1
        assert f"freelancer: {found.says}\n" in found.said.err, "the ledger keeps what was said"
    assert found.asked_in_vain == 0, "a host that named a time is not asked before"


def test_without_a_fault_no_case_would_pass(world, calm):
    """What the cases look for is not there when nothing goes wrong."""
    found = disturbed(Case("nothing", lambda server: None, COPES), world, calm.state)
    assert (found.says, found.requests, found.lost) == (COPES, calm.requests - 3, 0)
    assert not [case.name for case in CASES if case.says != COPES and re.search(case.says, COPES)]
    assert calm.state.listings.height == len(world.posted), "every project there is"


def test_a_series_that_fails_leaves_the_listings_alone(world, calm, server):
    serve(server, world)
    server.faults[OTHER] = [do.well, do.hang_midway]  # one of its two files; asked again
    server.always[OTHER] = do.status(500)
    said = command(*PULL)
    assert said.code == 1 and said.err == f"indeed: {OTHER} answered 500; try again later\n"
    assert state().outcomes["freelancer"] == COPES
    assert state().listings.equals(calm.state.listings)
    server.behave()
    assert command(*PULL).code == 0
    assert state().series.equals(calm.state.series)


def test_an_hour_with_more_projects_than_a_search_shows_is_read_whole(server):
    world = recent_market(50, 1500)
    serve(server, world)
    assert command("pull", "freelancer").code == 0
    assert state().listings.height == len(world.posted)
