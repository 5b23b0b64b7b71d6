"""The network door over real HTTP: what an answer is, where a request goes, what bytes may come."""

from __future__ import annotations

import contextlib
import gc
import gzip
import socket
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from benchmarks.loopback_world import HOST, OTHER, command, environment, recent_market, serve, state
from etl import config, edition, network, robots
from etl.answers import Cut, decompressed, kind_problem, retry_after_seconds
from etl.config import ROOT, hosts_file
from etl.contracts import Budget, InputError, SourceUnavailable
from etl.http import Client, user_agent
from etl.politeness import Turns
from tests import loopback as do
from tests.loopback import Loopback, Reply

URL = f"https://{HOST}/x"
BUDGET = Budget(seconds_between=0.0, requests_per_day=100_000)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Loopback]:
    """A server that stands for every host."""
    with Loopback() as server, environment(tmp_path / "data", server):
        server.answers[HOST] = lambda path, query: b'{"a": 1}'
        yield server


@pytest.fixture
def client() -> Iterator[Callable[..., Client]]:
    """Makes clients for the hosts named, and closes them."""
    with contextlib.ExitStack() as open_ones:

        def make(*hosts: str) -> Client:
            one = Client(frozenset(hosts or [HOST]), BUDGET, Turns(hosts_file()))
            return open_ones.enter_context(contextlib.closing(one))

        yield make


# --- from a pull to an edition


def test_a_pull_becomes_an_edition(server, monkeypatch):
    monkeypatch.setenv("OBSERVATORY_SOURCES", "-all indeed")
    serve(server, recent_market(10, 0))
    said = command("run", "--published-on", "2026-11-25")
    assert said.code == 0, said.err
    shown = edition.current()[0]
    ours = shown.values("indeed_ai_posting_share").filter(geo="US")
    july = ours.filter(pl.col("period_start") == pl.date(2026, 7, 1))
    assert july["value"].item() == pytest.approx(0.0455)
    assert "partial" in july["flags"].item(), "two days are not a month"
    assert not server.asked(HOST), "only what is switched on is asked"
    assert {line.headers["User-Agent"] for line in server.log} == {user_agent()}
    again = command("run", "--published-on", "2026-11-25")
    assert again.code == 0 and "nothing new" in again.out


def test_what_has_not_changed_is_not_sent_again(server):
    serve(server, recent_market(10, 0))
    honest = server.answers[OTHER]

    def answer(path: str, query: do.Query) -> Reply:
        asked = server.asked(OTHER)[-1].headers
        if asked.get("If-None-Match") == '"1"':
            return Reply(status=304)
        return Reply(honest(path, query), headers={"ETag": '"1"'})

    server.answers[OTHER] = answer
    assert command("pull", "indeed").code == 0
    first = state()
    assert command("pull", "indeed").code == 0
    assert [line.headers.get("If-None-Match") for line in server.asked(OTHER)] == [
        *(None, None, None),
        *(None, '"1"', '"1"'),
    ]
    assert state().series.equals(first.series) and first.series.height == 4


def test_without_a_network_it_says_so_and_leaves(tmp_path, server, monkeypatch):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("OBSERVATORY_MIRROR", f"http://127.0.0.1:{closed.getsockname()[1]}")
        said = command("run", "--if-online")
        assert said.code == 0 and said.out.count("\n") == 1 and "no network" in said.out
        assert command("pull").code == 1


# --- where a request goes


@pytest.mark.parametrize(
    "address", ["127.0.0.1:1", "http://", "http://[", "http://a:x", "ftp://a", "http://a..b"]
)
def test_a_mirror_that_is_no_address_is_named(monkeypatch, address):
    monkeypatch.setenv("OBSERVATORY_MIRROR", address)
    with pytest.raises(InputError, match=r"OBSERVATORY_MIRROR=.* is no address"):
        config.mirror()


def test_only_declared_hosts_are_asked(server, client):
    addresses = (
        "https://elsewhere.org/x",
        f"http://{HOST}/x",
        f"https://{HOST}:8443/x",
        f"https://me:secret@{HOST}/x",
        f"https://{HOST}.elsewhere.org/x",
        f"https://elsewhere.org\\@{HOST}/x",
        f"https://elsewhere.org/{HOST}",
        f"ftp://{HOST}/x",
        "https://[1",
        "x",
    )
    for address in addresses:
        with pytest.raises(SourceUnavailable, match="not https on a host this source declares"):
            client().get(address)
    assert not server.log
    assert client().get(f"HTTPS://{HOST}/x").body


def test_redirects_are_followed_to_declared_hosts_only(server, client):
    server.faults[HOST] = [do.status(301, Location="/y?z=1"), do.status(307, Location="z")]
    answer = client().get(URL)
    assert answer.url == f"https://{HOST}/z"
    assert [line.path for line in server.asked(HOST)] == ["/robots.txt", "/x", "/y", "/z"]
    server.faults[HOST] = [do.status(302, Location=f"https://{OTHER}/x")]
    with pytest.raises(SourceUnavailable, match=f"{OTHER}/x is not https on a host"):
        client().get(URL)
    assert not server.asked(OTHER)
    server.answers[OTHER] = lambda path, query: b"{}"
    server.robots[OTHER] = "User-agent: *\nDisallow: /x"
    server.faults[HOST] = [do.status(302, Location=f"https://{OTHER}/x")]
    with pytest.raises(SourceUnavailable, match=rf"robots\.txt of {OTHER}"):
        client(HOST, OTHER).get(URL)


@pytest.fixture
def listener() -> Iterator[tuple[int, list[bytes]]]:
    """A port of this machine that notes what every connection to it sends."""
    received: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(10)

        def note() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    connection.settimeout(5)
                    try:
                        received.append(connection.recv(1000))
                    except OSError:
                        received.append(b"")

        thread = threading.Thread(target=note, daemon=True)
        thread.start()
        yield listening.getsockname()[1], received


def first(received: list[bytes]) -> bytes | None:
    """Return what the first connection sent, once it has ended."""
    for _ in range(1000):
        if received:
            return received[0]
        time.sleep(0.01)
    return None


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_not_a_byte_is_sent_to_a_private_address(listener, scheme, monkeypatch):
    """Nor with a mirror switched off again, nor over a name that looks public."""
    port, received = listener
    monkeypatch.delenv("OBSERVATORY_MIRROR", raising=False)
    with network.POOLS[scheme]("127.0.0.1", port, retries=False) as pool:
        with pytest.raises(network.urllib3.exceptions.NewConnectionError, match=network.PRIVATE):
            pool.request("GET", "/")
        assert first(received) == b"" and len(received) == 1
        if scheme == "http":  # the same pool does send to a mirror: the test can tell
            monkeypatch.setenv("OBSERVATORY_MIRROR", f"http://127.0.0.1:{port}")
            with pytest.raises(network.urllib3.exceptions.HTTPError):
                pool.request("GET", "/")
            assert received[1].startswith(b"GET / HTTP/1.1")


def test_a_public_name_that_leads_to_a_private_address_is_not_asked(
    listener, client, monkeypatch, tmp_path
):
    port, received = listener
    monkeypatch.delenv("OBSERVATORY_MIRROR", raising=False)
    monkeypatch.setenv("OBSERVATORY_DATA", str(tmp_path))
    resolve = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *rest, **more: resolve("127.0.0.1", port, *rest[1:])
    )
    with pytest.raises(SourceUnavailable, match="is an address on a private network"):
        client("jobs.example.org").get("https://jobs.example.org/x")
    assert first(received) == b"" and len(received) == 1, "one connection, nothing sent"


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1"),
        *("0.0.0.0", "::1", "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.1"),
    ],
)
def test_private_addresses_are_known(address, monkeypatch):
    monkeypatch.delenv("OBSERVATORY_MIRROR", raising=False)

    class Connected:
        """What a connection to the address would be."""

        is_closed = False

        def getpeername(self) -> tuple[str, int]:
            return address, 443

        def close(self) -> None:
            self.is_closed = True

    connected = Connected()
    connect = network._checked(lambda connection: connected)
    with pytest.raises(network.urllib3.exceptions.NewConnectionError, match=network.PRIVATE):
        connect(network.urllib3.connection.HTTPConnection("x"))
    assert connected.is_closed
    monkeypatch.setattr(Connected, "getpeername", lambda self: ("93.184.215.14", 443))
    assert connect(None) is connected


# --- what may come


RAW = st.one_of(
    st.binary(max_size=300),
    st.builds(
        lambda status, headers, body: (
            b"HTTP/1.1 %d X\r\n" % status + b"".join(h + b"\r\n" for h in headers) + b"\r\n" + body
        ),
        st.integers(100, 999),
        st.lists(
            st.sampled_from(
                b"Content-Length: 5|Content-Length: -1|Content-Length: \xb2"
                b"|Content-Length: 99999999999999999999999|Transfer-Encoding: chunked"
                b"|Content-Encoding: gzip|Content-Encoding: br, \xff|Location: //[|Location: \xff"
                b"|Location: https://www.freelancer.com:x/|Location: \t|Retry-After: -1"
                b"|Retry-After: Mon, 99 Foo 99999 99:99:99 GMT|Retry-After: 0|ETag: \xe9"
                b"|Set-Cookie: a=b; Expires=\xff|: x|no colon| folded|Connection: close".split(b"|")
            ),
            max_size=4,
            unique_by=lambda header: header.partition(b":")[0],
        ),
        st.one_of(
            st.binary(max_size=40),
            st.sampled_from([b"5\r\n{}   \r\n0\r\n\r\n", b"zz\r\n", b"5\r\n{}", b'{"a": 1}']),
            st.binary(max_size=40).map(gzip.compress),
        ),
    ),
)


@settings(max_examples=150, deadline=None)
@given(raw=RAW)
@example(raw=b"HTTP/1.1 200 OK\r\nContent-Length: \xb2\r\n\r\n{}")
@example(raw=b"HTTP/1.1 302 Found\r\nLocation: https://[\r\n\r\n")
@example(raw=b"HTTP/1.1 100 Continue\r\n\r\n" * 50)
def test_whatever_a_host_sends_is_an_answer_or_unavailable(raw, any_bytes):
    server, folder = any_bytes
    server.always[HOST] = do.bytes_only(raw)
    one = Client(frozenset([HOST]), BUDGET, Turns(folder / "hosts.json"))
    with contextlib.closing(one), contextlib.suppress(SourceUnavailable):
        answer = one.get(URL)
        assert answer.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_answer_of_two_lengths_is_none(server, client):
    server.always[HOST] = do.bytes_only(b"HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\n{}")
    with pytest.raises(SourceUnavailable, match="InvalidHeader"):
        client().get(URL)
    gc.collect()  # urllib3 leaves such a connection to the garbage collector


@pytest.fixture(scope="module")
def any_bytes(tmp_path_factory) -> Iterator[tuple[Loopback, Path]]:
    """A server, and no waiting."""
    folder = tmp_path_factory.mktemp("any")
    with Loopback() as server, environment(folder, server, pace=0):
        server.answers[HOST] = lambda path, query: b"{}"
        yield server, folder


def test_a_page_that_may_be_missing_is_not_missing_when_it_is_empty(server, client):
    """Else a host that answers with nothing would close every listing asked for again."""
    server.faults[HOST] = [do.status(404), do.instead(b"")]
    one = client()
    assert one.get(URL, missing_ok=True).body == b""
    with pytest.raises(SourceUnavailable, match="answered with nothing"):
        one.get(URL, missing_ok=True)


def test_a_part_of_a_file_is_that_part_or_nothing(server, client):
    server.answers[HOST] = lambda path, query: Reply(b"{}345", 206)
    one = client()
    assert one.get(URL, part=(0, 4)).body == b"{}345"
    asked = server.asked(HOST)[-1].headers
    assert (asked["Range"], asked["Accept-Encoding"]) == ("bytes=0-4", "identity")
    server.answers[HOST] = lambda path, query: b"{} the whole file"
    with pytest.raises(SourceUnavailable, match="another part of the file"):
        one.get(URL, part=(0, 4))


def test_headers_that_could_not_be_sent_back_are_not_kept(server, client):
    for tag, kept in (('"1"', True), ("\xe9", False), ("x" * 400, False)):
        server.faults[HOST] = [do.instead(b"{}", ETag=tag)]
        assert bool(client().get(URL).validators) is kept


def test_a_contact_of_any_letters_can_be_sent(server, client, monkeypatch):
    monkeypatch.setenv("OBSERVATORY_CONTACT", "Łukasz\n<l@example.org>")
    assert client().get(URL).body
    [*_, asked] = server.log
    assert asked.headers["User-Agent"].startswith(robots.AGENT)
    assert "?ukasz?<l@example.org>" in asked.headers["User-Agent"]


MEASURE = """
import re, sys
from pathlib import Path
from etl.contracts import Budget, InputError, SourceUnavailable
from etl.http import Client
from etl.politeness import Turns

def peak():  # KiB; ru_maxrss would begin with the peak of the process that started this one
    return int(re.search(r"VmHWM:\\s*([0-9]+)", Path("/proc/self/status").read_text())[1])

client = Client(frozenset(["www.freelancer.com"]), Budget(0.0, 99), Turns(Path(sys.argv[1])))
client.get("https://www.freelancer.com/small")
before = peak()
try:
    client.get("https://www.freelancer.com/x")
except SourceUnavailable as error:
    print(error)
print((peak() - before) // 1024)
"""


def padded_for_ever(reply: Reply) -> Reply:
    """Send a whole gzip stream, then ten gigabytes of what does not belong to it."""
    flood = do.endless("chunked", Content_Encoding="gzip")(reply)
    whole = gzip.compress(b'{"a": 1}')
    return Reply(b"%x\r\n%s\r\n" % (len(whole), whole), 200, flood.headers, flood.misbehave)


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (do.gzip_bomb(1024), "more than 67,108,864 bytes"),
        (do.endless(), "more than 67,108,864 bytes"),
        (do.endless("chunked", 302, Location=URL), "redirects in circles"),
        (do.endless("chunked", 403), "refuses"),
        (padded_for_ever, ""),
    ],
    ids=["gzip bomb", "10 GB", "10 GB behind redirects", "10 GB behind a 403", "10 GB after gzip"],
)
def test_no_answer_fills_the_memory(server, tmp_path, fault, says):
    server.faults[HOST] = [do.well]
    server.always[HOST] = fault
    script = [sys.executable, "-c", MEASURE, str(tmp_path / "hosts.json")]
    done = subprocess.run(script, cwd=ROOT, capture_output=True, text=True, check=True)
    *said, mebibytes = done.stdout.splitlines()
    assert says in "".join(said) and bool(says) == bool(said)
    assert int(mebibytes) < 1.5 * config.MAX_ANSWER_BYTES / (1 << 20), "one answer and change"


# --- the pure parts


def split(body: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(body) + 1) for cut in cuts), len(body)]
    return [body[a:b] for a, b in pairwise(edges)]


PACKED = {
    "": lambda bodies: b"".join(bodies),
    "gzip": lambda bodies: b"".join(map(gzip.compress, bodies)),  # in several members
    "deflate": lambda bodies: zlib.compress(b"".join(bodies)),
}


@given(
    bodies=st.lists(st.binary(max_size=200), min_size=1, max_size=3),
    cuts=st.lists(st.integers(0, 2000), max_size=6),
    encoding=st.sampled_from(sorted(PACKED)),
)
def test_a_body_comes_back_however_it_is_cut(bodies, cuts, encoding):
    packed, whole = PACKED[encoding](bodies), b"".join(bodies)
    assert decompressed(split(packed, cuts), encoding, 10_000) == whole
    if whole:
        with pytest.raises(SourceUnavailable, match="more than"):
            decompressed(split(packed, cuts), encoding, len(whole) - 1)


@given(
    body=st.binary(min_size=1, max_size=300),
    keep=st.integers(0, 1000),
    encoding=st.sampled_from(["gzip", "deflate"]),
)
def test_a_body_without_its_end_is_cut(body, keep, encoding):
    packed = PACKED[encoding]([body])
    with pytest.raises(Cut):
        decompressed([packed[: keep % len(packed)]], encoding, 10_000)


@given(
    pieces=st.lists(st.binary(max_size=60), max_size=5),
    encoding=st.sampled_from(["", "identity", "gzip", "x-gzip", "deflate"]) | st.text(max_size=8),
)
def test_any_bytes_are_a_body_or_cut_or_refused(pieces, encoding):
    try:
        body = decompressed([gzip.compress(b"x")[:10], *pieces], encoding, 100)
    except (Cut, SourceUnavailable):
        return
    assert len(body) <= 100


KINDS = {
    "json": b'{"jobs": [{"text": "<p>Just a moment: press and hold to prove</p>"}]}',
    "html": b"<!DOCTYPE html><p>Jobs</p>",
    "xml": b"<?xml version='1.0'?><rss><title>Verify you are human: perimeterx jobs</title></rss>",
    "csv": b"day,text\n2026-01-01,<b>are you a robot</b>\n",
    "zip": b"PK\x03\x04",
    "warc": gzip.compress(b"WARC/1.0"),
}
CHALLENGE = b"<!DOCTYPE html><html><title>Just a moment...</title></html>"


@pytest.mark.parametrize("kind", KINDS)
def test_a_body_is_of_its_kind(kind):
    assert kind_problem(KINDS[kind], kind) is None, "words of a challenge in data are data"
    assert kind_problem(b"\xef\xbb\xbf\r\n " + KINDS[kind], kind) is None or kind in ("zip", "warc")
    assert kind_problem(b" \r\n", kind) == "answered with nothing"
    assert kind_problem(CHALLENGE, kind) == "answered with a challenge page"
    if kind != "html":
        wrong = kind_problem(KINDS["html"], kind)
        assert wrong and wrong.startswith("answered with a web page instead of ")
    else:
        assert kind_problem(b"{}", kind) == "answered with something instead of a web page"


@given(body=st.binary(max_size=200), kind=st.sampled_from(sorted(KINDS)))
def test_any_bytes_are_of_a_kind_or_not(body, kind):
    problem = kind_problem(body, kind)
    assert problem is None or problem.startswith("answered with ")
    if problem is None:
        assert body.strip()


NOW = datetime(2026, 11, 24, 12)


@given(seconds=st.integers(0, 10**9 - 1))
def test_a_pause_in_seconds(seconds):
    assert retry_after_seconds(f" {seconds} ", NOW) == seconds


@given(seconds=st.integers(-(10**9), 10**9), offset=st.integers(-14, 14))
def test_a_pause_until_a_moment_in_any_zone(seconds, offset):
    moment = (NOW + timedelta(seconds=seconds)).replace(tzinfo=UTC)
    zone = (moment + timedelta(hours=offset)).strftime(f"%a, %d %b %Y %H:%M:%S {offset:+03d}00")
    for header in (format_datetime(moment, usegmt=True), zone):
        assert retry_after_seconds(header, NOW) == max(0, seconds)


@given(header=st.text(max_size=40) | st.from_regex(r"\A\w{3}, \d+ \w{3} \d+ \d+:\d+:\d+ [+-]\d+\Z"))
@example(header="Fri, 31 Dec 99999999999999999999 23:59:59 GMT")
@example(header="Mon, 01 Jan 0001 00:00:00 +2300")
def test_any_header_asks_for_a_pause_or_for_none(header):
    pause = retry_after_seconds(header, NOW)
    assert pause is None or pause >= 0
