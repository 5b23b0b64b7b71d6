"""Hosts are asked no faster, no more often and no sooner than declared: by the server's own log."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.loopback_world import (
    HOST,
    OTHER,
    PULL,
    command,
    environment,
    recent_market,
    serve,
    time_passes,
)
from etl import politeness
from etl.config import ROOT, hosts_file
from etl.contracts import Budget, InputError, SourceUnavailable
from etl.http import Client
from etl.politeness import Turns
from etl.robots import READ_BYTES, Robots
from etl.sources import sources
from tests import loopback as do
from tests.loopback import Loopback, Reply

PACE = 0.02
CLOCKS = 0.002  # ours counts wall-clock time, the log monotonic time
ANY = Budget(seconds_between=0.0, requests_per_day=1000)
URL = f"https://{HOST}/x"
ROBOTS_TXT = "User-agent: *\n"


@pytest.fixture
def server(tmp_path: Path):
    """A server that stands for every host, at a pace that can be measured."""
    with Loopback() as server, environment(tmp_path / "data", server, PACE):
        server.answers[HOST] = server.answers[OTHER] = lambda path, query: b"{}"
        yield server


@pytest.fixture
def client() -> Iterator[Callable[..., Client]]:
    """Makes clients of a budget, and closes them."""
    with contextlib.ExitStack() as open_ones:

        def make(budget: Budget = ANY) -> Client:
            one = Client(frozenset({HOST}), budget, Turns(hosts_file()))
            return open_ones.enter_context(contextlib.closing(one))

        yield make


def today(**of_host) -> None:
    turn = {"day": f"{datetime.now(UTC):%Y-%m-%d}", "requests": 0, "last_at": 0, "not_before": 0}
    hosts_file().parent.mkdir(parents=True, exist_ok=True)
    hosts_file().write_text(json.dumps({HOST: turn | of_host}))


# --- pace


def test_no_host_is_asked_faster_than_declared(server):
    """Two commands in a row, robots.txt and repeats included, slow requests before fast ones."""
    serve(server, recent_market(30, 0))
    server.faults[HOST] = [do.well, do.status(500), do.well, do.reset, do.gzip_cut]
    server.transit = defaultdict(list, {HOST: [0.05, 0, 0, 0.05], OTHER: [0, 0.05]})
    assert command(*PULL).code == 0
    assert command(*PULL).code == 0
    for host, name in ((HOST, "freelancer"), (OTHER, "indeed")):
        gaps = server.gaps(host)
        assert len(gaps) >= 5
        assert min(gaps) >= sources()[name].SOURCE.budget.seconds_between * PACE - CLOCKS
    assert sum(line.path == "/robots.txt" for line in server.asked(HOST)) == 2
    assert len(server.asked(HOST)) >= 2 + 24 + 3 + 2, "rules, slices, repeats, slices again"


def test_a_crawl_delay_slows_us_down_and_never_up(server, client):
    server.robots[HOST] = f"{ROBOTS_TXT}Crawl-delay: 4"
    one = client(Budget(1.0, 1000))
    for _ in range(4):
        one.get(URL)
    assert min(server.gaps(HOST)[1:]) >= 4 * PACE - CLOCKS
    server.robots[HOST] = f"{ROBOTS_TXT}Crawl-delay: 1"
    server.log.clear()
    one = client(Budget(3.0, 1000))
    for _ in range(3):
        one.get(URL)
    assert min(server.gaps(HOST)) >= 3 * PACE - CLOCKS


@settings(max_examples=30, deadline=None)
@given(
    asked=st.lists(st.tuples(st.sampled_from("ab"), st.booleans()), min_size=2, max_size=8),
    slower=st.floats(0, 0.01),
)
def test_turns_keep_the_pace_in_any_order(tmp_path_factory, asked, slower):
    file = tmp_path_factory.mktemp("t") / "hosts.json"
    turns, budget, ends = Turns(file), Budget(0.004, 1000), {}
    for host, is_new_command in asked:
        turns = Turns(file) if is_new_command else turns
        turns.take(host, budget, slower)
        begin = time.time()
        assert begin >= ends.get(host, 0.0) + max(0.004, slower) - CLOCKS
        ends[host] = time.time()
        turns.end(host)
    used = {host: sum(h == host for h, _ in asked) for host in "ab"}
    assert {host: turns.left(host, budget) for host in "ab"} == {
        host: 1000 - n for host, n in used.items()
    }


def test_a_clock_that_was_set_back_keeps_the_pace_and_does_not_wait_for_ever(server):
    today(last_at=time.time() + 1e9)
    begin = time.monotonic()
    Turns(hosts_file()).take(HOST, Budget(2.0, 10))
    assert time.monotonic() - begin >= 2.0 * PACE - CLOCKS


# --- budget of a day


def test_a_budget_lasts_for_the_day_across_restarts(server, client):
    budget = Budget(0.0, 5)
    one = client(budget)
    for _ in range(4):  # and robots.txt
        one.get(URL)
    for again in (one, client(budget)):
        with pytest.raises(SourceUnavailable, match=r"today's 5 requests .* run again tomorrow"):
            again.get(URL)
    assert len(server.asked(HOST)) == 5
    time_passes()
    client(budget).get(URL)
    assert len(server.asked(HOST)) == 7


def test_a_request_is_counted_before_it_is_made(server, client):
    """So kill -9 in the middle of one does not make it free."""
    counted = []

    def read() -> None:
        used = json.loads(hosts_file().read_text())[HOST]["requests"]
        counted.append((len(server.log), used))

    server.on_request = read
    one = client()
    for _ in range(3):
        one.get(URL)
    assert counted == [(1, 1), (2, 2), (3, 3), (4, 4)]


def test_repeats_count_and_end_with_the_budget(server, client):
    server.always[HOST] = do.status(500)
    with pytest.raises(SourceUnavailable, match="used up"):
        client(Budget(0.0, 3)).get(URL)
    assert len(server.asked(HOST)) == 3


def test_a_command_asks_no_more_than_is_left_of_the_day(server, monkeypatch):
    monkeypatch.setenv("OBSERVATORY_PACE", "0.001")
    serve(server, recent_market(30, 0))
    today(requests=4990)
    said = command("pull", "freelancer")
    assert said.code == 1 and "today's 5,000 requests" in said.err
    assert command("pull", "freelancer").code == 1
    assert len(server.asked(HOST)) == 10
    time_passes()
    assert command("pull", "freelancer").code == 0
    assert len(server.asked(HOST)) < 10 + 24 + 1, "it goes on where it stopped"


# --- pauses a host asks for


def test_a_short_pause_is_kept_by_this_command_and_the_next(server, client):
    server.robots[HOST] = ROBOTS_TXT
    server.always[HOST] = do.status(429, Retry_After="10")
    with pytest.raises(SourceUnavailable, match="answered 429"):
        client().get(URL)
    server.always.clear()
    with pytest.raises(SourceUnavailable, match="today's"):
        client(Budget(0.0, 5)).get(URL)
    client().get(URL)
    assert [line.path for line in server.asked(HOST)] == [
        *("/robots.txt", "/x", "/x", "/x", "/x"),
        *("/robots.txt", "/x"),
    ]
    gaps = server.gaps(HOST)
    assert min(gaps[1:5]) >= 10 * PACE - CLOCKS


def test_a_long_pause_ends_the_source_and_is_kept_by_later_commands(server, client):
    server.faults[HOST] = [do.status(503, Retry_After="100000")]
    with pytest.raises(SourceUnavailable, match=r"503 and asks for a pause of 100,000 s"):
        client().get(URL)
    asked = len(server.asked(HOST))
    for _ in range(2):
        with pytest.raises(SourceUnavailable, match=r"not to be asked before 20.* UTC"):
            client().get(URL)
    assert len(server.asked(HOST)) == asked
    time_passes()
    assert client().get(URL).body == b"{}"


def test_a_pause_of_years_is_not_kept_for_years(server, client):
    server.faults[HOST] = [do.status(429, Retry_After="Fri, 31 Dec 9999 23:59:59 GMT")]
    with pytest.raises(SourceUnavailable, match="asks for a pause"):
        client().get(URL)
    [turn] = json.loads(hosts_file().read_text()).values()
    assert turn["not_before"] <= time.time() + politeness.LONGEST_PAUSE_SECONDS * PACE


def test_a_damaged_file_of_turns_is_named(server):
    serve(server, recent_market(30, 0))
    turn = '{"a": {"day": "2026-11-24", "requests": 1, "last_at": %s, "not_before": 0}}'
    odd = [turn % moment for moment in ("1e400", "-1", "1e12", "NaN", "null")]
    deep = "[" * 100_000
    for text in ("", "{", "[]", '{"a": 1}', '{"a": {"day": 1}}', '{"a": {"c": 1}}', deep, *odd):
        hosts_file().parent.mkdir(parents=True, exist_ok=True)
        hosts_file().write_text(text)
        with pytest.raises(InputError, match=r"hosts\.json.*is damaged.*delete it"):
            Turns(hosts_file())
    said = command(*PULL)
    assert said.code == 2 and "delete it" in said.err and not server.log


# --- one writing command at a time


def test_a_second_pull_says_so_and_leaves(server, monkeypatch):
    serve(server, recent_market(30, 0))
    monkeypatch.setenv("OBSERVATORY_PACE", "0.001")
    asked, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        asked.set()
        go_on.wait(60)

    server.on_request = hold
    first = subprocess.Popen(
        [sys.executable, "-m", "etl", "pull", "indeed"], cwd=ROOT, stderr=subprocess.DEVNULL
    )
    try:
        assert asked.wait(60)
        before = len(server.log)
        second = command("pull", "freelancer")
        assert second.code == 2 and "another command is writing" in second.err
        assert len(server.log) == before, "it asked nobody"
    finally:
        server.on_request = lambda: None
        go_on.set()
    assert first.wait(60) == 0


# --- robots.txt


def test_robots_are_read_as_the_standard_says():
    ours = b"User-agent: Freelance-Market-Observatory\nDisallow: /"
    assert not Robots(ours).allows(URL)
    assert not Robots(b"\xef\xbb\xbfUser-agent: *\nDisallow: /").allows(URL), "a BOM is no text"
    assert Robots(b"User-agent: other\nDisallow: /").allows(URL)
    assert Robots(b"#" * READ_BYTES + b"\nUser-agent: *\nDisallow: /").allows(URL), (
        "not read so far"
    )
    assert Robots(b"User-agent: *\nRequest-rate: 1/30").seconds_between == 30


@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_robots(body):
    robots = Robots(b"User-agent: *\nCrawl-delay: " + body)
    assert robots.seconds_between >= 0
    robots.allows(URL)


def test_a_host_whose_robots_cannot_be_read_is_not_asked(server, client):
    damaged = Reply(b"x", headers={"Content-Encoding": "gzip"})
    for reply in (Reply(status=503), Reply(status=429), damaged):
        server.log.clear()
        server.robots[HOST] = reply
        with pytest.raises(SourceUnavailable, match=r"robots\.txt cannot be read"):
            client().get(URL)
        assert {line.path for line in server.asked(HOST)} == {"/robots.txt"}
    for status in (401, 403, 404, 410):
        server.robots[HOST] = Reply(status=status)
        assert client().get(URL).body == b"{}", "no rules are no refusal"


def test_robots_may_be_redirected_within_the_declared_hosts(server, client):
    server.robots[HOST] = Reply(status=301, headers={"Location": "/rules.txt"})
    server.answers[HOST] = lambda path, query: b"User-agent: *\nDisallow: /x"
    with pytest.raises(SourceUnavailable, match="does not allow /x"):
        client().get(URL)
    assert [line.path for line in server.asked(HOST)] == ["/robots.txt", "/rules.txt"]
    server.robots[HOST] = Reply(status=301, headers={"Location": f"http://{HOST}/rules.txt"})
    server.answers[HOST] = lambda path, query: b"{}"
    client().get(URL)  # rules elsewhere than over https are not followed, so there are none
    assert len(server.asked(HOST)) == 4
