"""What a pull does when its host misbehaves: every way to, one by one, over real HTTP on loopback.

A disturbed source must say one sentence, lose no row once the host behaves again, and leave the
other source of the command alone. Asserted by tests/test_faults.py.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.freelancer_market import Market
from benchmarks.loopback_world import (
    HOST,
    PULL,
    Said,
    State,
    command,
    environment,
    missing,
    serve,
    state,
    time_passes,
)
from etl.config import hosts_file
from tests import loopback as do
from tests.loopback import Fault, Loopback, Query, Reply


@dataclass(frozen=True)
class Case:
    """One way to misbehave, and what the source is to say of it."""

    name: str
    arrange: Callable[[Loopback], None]
    says: str  # a regular expression; "landed": the source copes
    repeats: int = 0  # requests more than without it, where the source copes
    in_tests: bool = True  # left out: slow, or all but another case


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
    """Show page after page, one project among new ones that are gone; few requests are left."""
    honest = server.answers[HOST]

    def page(path: str, query: Query) -> bytes:
        envelope, offset = honest(path, query), int(query.get("offset", ["0"])[0])
        result = json.loads(envelope)["result"]
        if offset and not result["projects"]:
            result = json.loads(honest(path, query | {"offset": ["0"]}))["result"]
            result["projects"] += [
                project | {"id": project["id"] + 10**6 * offset, "deleted": True}
                for project in result["projects"]
            ]
        if result["projects"]:
            result["total_count"] = 10**9
        return json.dumps({"status": "success", "result": result}).encode()

    server.answers[HOST] = page
    used = {"day": f"{datetime.now(UTC):%Y-%m-%d}", "requests": 4940}
    hosts_file().parent.mkdir(parents=True, exist_ok=True)
    turn = used | {"last_at": 0.0, "not_before": 0.0}
    hosts_file().write_text(json.dumps({HOST: turn}))


CHALLENGE = b"<!DOCTYPE html><title>Just a moment...</title><div id='cf-chl-widget'></div>"
PAGE = b"<!DOCTYPE html><title>Projects</title><p>Hello</p>"
STOPPED = "this source is stopped"
LATER = "try again later"
CASES = (
    Case("429, Retry-After 60 s", once(do.status(429, Retry_After="60")), "landed", 1),
    Case(
        "429, Retry-After two days",
        ever(do.status(429, Retry_After="172800")),
        "answered 429 and asks for a pause of 172,800 s; run again after 20",
    ),
    Case("429 for ever", ever(do.status(429)), f"answered 429; {LATER}", in_tests=False),
    Case("500 twice", once(do.status(500), do.status(500)), "landed", 2),
    Case("500 for ever", ever(do.status(500)), f"answered 500; {LATER}"),
    Case(
        "503 for ever, Retry-After 1 s",
        ever(do.status(503, Retry_After="1")),
        "answered 503",
        in_tests=False,
    ),
    Case("silence once", once(do.hang), "landed", 1),
    Case("silence for ever", ever(do.hang), f"could not be reached.*{LATER}", in_tests=False),
    Case("silence in mid-answer", once(do.hang_midway), "landed", 1, in_tests=False),
    Case("a byte now and then", ever(do.drip), "took longer than 4 s"),
    Case(
        "a byte of the headers now and then", ever(do.drip_headers), "took longer", in_tests=False
    ),
    Case("connection reset in mid-answer, once", once(do.reset), "landed", 1),
    Case("connection reset in mid-answer, for ever", ever(do.reset), f"broke off.*{LATER}"),
    Case(
        "connection closed in mid-answer",
        ever(do.closed_early),
        f"broke off.*{LATER}",
        in_tests=False,
    ),
    Case("gzip cut short, Content-Length right, once", once(do.gzip_cut), "landed", 1),
    Case("gzip cut short, for ever", ever(do.gzip_cut), "gzip data without an end", in_tests=False),
    Case("gzip bomb, 1 GiB in 1 MiB", ever(do.gzip_bomb(1024)), "more than 67,108,864 bytes"),
    Case(
        "unknown encoding",
        ever(do.instead(b"x", Content_Encoding="br")),
        "unknown encoding",
        in_tests=False,
    ),
    Case("challenge page, 200", ever(do.instead(CHALLENGE)), f"challenge page: {STOPPED}"),
    Case("challenge page, 403", ever(do.status(403, CHALLENGE)), r"challenge page \(403\)"),
    Case("challenge page, 503", ever(do.status(503, CHALLENGE)), r"challenge page \(503\)"),
    Case("403", ever(do.status(403)), rf"refuses \(403\); {STOPPED}", in_tests=False),
    Case("404", ever(do.status(404)), rf"does not answer \(404\); {STOPPED}", in_tests=False),
    Case("410", ever(do.status(410)), r"took this address down \(410\)"),
    Case("304 without having asked", ever(do.status(304)), r"does not answer \(304\)"),
    Case("a web page instead of JSON", ever(do.instead(PAGE)), "a web page instead of JSON"),
    Case("an empty body", ever(do.instead(b"")), f"answered with nothing: {STOPPED}"),
    Case("JSON of another shape", ever(do.instead(b'{"items": []}')), "'projects' is missing"),
    Case("a field renamed", ever(pages(renamed)), "(holds 'budget'|budget is missing).*a person"),
    Case("every page is the first", repeated, "repeats"),
    Case("endless paging", bottomless, "today's 5,000 requests .* are used up; .*tomorrow"),
    Case("robots.txt refuses", robots("User-agent: *\nDisallow: /"), "does not allow /api"),
    Case("robots.txt: 500", robots(Reply(status=500)), "robots.txt cannot be read.*500"),
    Case(
        "robots.txt: 429",
        robots(Reply(status=429)),
        "robots.txt cannot be read.*429",
        in_tests=False,
    ),
    Case("robots.txt: crawl delay 20 s", robots("User-agent: *\nCrawl-delay: 20"), "landed"),
    Case("robots.txt: delay of an hour", robots("User-agent: *\nCrawl-delay: 3600"), "3,600 s"),
    Case("redirect to another host", ever(to("https://elsewhere.org/x")), "not https on a host"),
    Case("redirect to http", ever(to(f"http://{HOST}/x")), "not https on a host", in_tests=False),
    Case("redirect to a private address", ever(to("https://127.0.0.1/")), "not https on a host"),
    Case("redirect in circles", ever(to(f"https://{HOST}/api/projects/0.1/jobs/")), "in circles"),
    Case("redirect to no address", ever(to("https://[1/")), "redirects to no address"),
    Case("10 GB, announced", ever(do.endless("announced")), "announced 10,737,418,240 bytes"),
    Case("10 GB, in chunks", ever(do.endless("chunked")), "more than 67,108,864 bytes"),
    Case("10 GB, unannounced", ever(do.endless()), "more than 67,108,864 bytes", in_tests=False),
    Case(
        "10 GB behind a redirect",
        ever(do.endless("announced", 302, Location="https://elsewhere.org/")),
        "not https on a host",
    ),
    Case(
        "10 GB behind a 404",
        ever(do.endless("chunked", 404)),
        r"does not answer \(404\)",
        in_tests=False,
    ),
    Case(
        "no HTTP",
        ever(do.bytes_only(b"SSH-2.0-server\r\n")),
        f"could not be reached.*{LATER}",
        in_tests=False,
    ),
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
    requests: int  # of the disturbed command, to the disturbed host
    asked_in_vain: int  # requests before time had passed, where the host asked for a pause


def disturbed(case: Case, world: Market, expected: State) -> Outcome:
    """Pull while the host misbehaves, then after; a new folder each time."""
    with (
        tempfile.TemporaryDirectory(prefix="loopback-") as folder,
        Loopback() as server,
        environment(Path(folder), server),
    ):
        serve(server, world)
        case.arrange(server)
        said, then = command(*PULL), state()
        is_same = then.outcomes["indeed"] == "landed" and then.series.equals(expected.series)
        says = then.outcomes["freelancer"]
        before = len(server.asked(HOST))
        server.behave()
        serve(server, world)
        asked_in_vain = 0
        if "run again" in says:
            command("pull", "freelancer")
            asked_in_vain = len(server.asked(HOST)) - before
            time_passes()
        later = command("pull", "freelancer")
        lost = missing(expected, state())
    others = "unaffected" if is_same else f"affected: {then.outcomes['indeed']}"
    return Outcome(said.code, says, said, lost, others, later, before, asked_in_vain)
