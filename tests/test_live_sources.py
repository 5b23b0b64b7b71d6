"""Every live source, pulled from a loopback server that answers in its shape, becomes numbers."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from loopback import Loopback, Query, Reply

from benchmarks.freelancer_market import answer, market
from etl import edition
from etl.command_line import main
from etl.config import warehouse_file
from etl.console import now
from etl.switches import live_sources, switched_on
from etl.warehouse import Warehouse

PAYLOADS = Path(__file__).resolve().parent / "payloads"
RUNS = "select source_id, requests, bytes, listings_new, rejects, seconds, outcome from runs"
ONE_ANSWER = {  # host -> the payload it always answers with
    "remoteok.com": "remoteok/jobs.json",
    "remotive.com": "remotive/jobs.json",
    "weworkremotely.com": "weworkremotely/feed.xml",
    "www.arbeitnow.com": "arbeitnow/page.json",
    "jobicy.com": "jobicy/v2_2.json",
    "himalayas.app": "himalayas/page.json",
    "www.workingnomads.com": "workingnomads/jobs.json",
    "www.peopleperhour.com": "peopleperhour/state_2026.html",
    "www.guru.com": "guru/cards_2020.html",
    "api.bls.gov": "bls/answer.json",
}
FILES = {
    "AI_posting.csv": "indeed/ai_share.csv",
    "aggregate_job_postings_US.csv": "indeed/postings_us.csv",
    "weekly": "snipework/weekly.csv",
    "categor": "snipework/categories.csv",
    "countr": "snipework/countries.csv",
}
PAGE = b"""<html><script type="application/ld+json">{"@context": "https://schema.org",
"@type": "JobPosting", "title": "Invented role", "description": "<p>Write code.</p>",
"datePosted": "2026-11-01", "baseSalary": {"currency": "EUR", "value": {"value": 400,
"unitText": "DAY"}}, "url": "https://jobs.example.org/1"}</script></html>"""


def payload(name: str) -> bytes:
    return (PAYLOADS / name).read_bytes()


def file_of(path: str, query: Query) -> bytes:
    body = next(payload(name) for part, name in FILES.items() if part in path)
    for later, earlier in {b"2026": b"2020", b"2027": b"2021"}.items():  # weeks of the same days
        body = body.replace(later, earlier)
    return body


def rates(path: str, query: Query) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as bundle:
        bundle.writestr("eurofxref-hist.csv", payload("ecb/history.csv"))
    return sink.getvalue()


def threads(path: str, query: Query) -> bytes:
    """Hacker News: this month's three threads, and the posts of each."""
    kinds = {"hiring": 1, "wants to be hired": 2, "Freelancer": 3}
    titles = {
        1: f"Ask HN: Who is hiring? ({now():%B %Y})",
        2: f"Ask HN: Who wants to be hired? ({now():%B %Y})",
        3: f"Ask HN: Freelancer? Seeking freelancer? ({now():%B %Y})",
    }
    created = int(now().replace(day=1, hour=15).timestamp())
    if "/items/" in path:
        number = int(path.rsplit("/", 1)[1])
        posts = [
            {"id": number * 100 + n, "created_at_i": created, "author": f"u{n}", "children": [],
             "parent_id": number, "story_id": number, "type": "comment", "title": None,
             "text": text}
            for n, text in enumerate(("SEEKING WORK | Remote | $80/hr", "SEEKING FREELANCER | X"))
        ]  # fmt: skip
        story = {"id": number, "title": titles[number], "type": "story", "author": "someone"}
        story |= {"created_at_i": created, "children": posts, "text": "", "parent_id": None}
        return json.dumps(story).encode()
    wanted = query.get("query", [""])[0]
    found = [n for word, n in kinds.items() if word.lower() in wanted.lower()] or [1, 2, 3]
    hits = [
        {"objectID": str(n), "title": titles[n], "author": "a", "created_at_i": created}
        for n in found
    ]
    body = {"hits": hits, "nbHits": len(hits), "page": 0, "nbPages": 1, "hitsPerPage": 1000}
    return json.dumps(body).encode()


@pytest.fixture
def everything(data_folder, monkeypatch) -> Iterator[Loopback]:
    """All hosts, each answering in its source's shape."""
    world = market(5, f"{now() - timedelta(days=40):%Y-%m-%d}", f"{now():%Y-%m-%d}", 2000)
    hosts: dict[str, Callable[[str, Query], bytes]] = {
        host: (lambda path, query, name=name: payload(name)) for host, name in ONE_ANSWER.items()
    }
    hosts |= {
        "www.freelancer.com": lambda path, query: answer(world, path, query),
        "raw.githubusercontent.com": file_of,
        "www.ecb.europa.eu": rates,
        "hn.algolia.com": threads,
        "jobs.example.org": lambda path, query: PAGE,
    }
    with Loopback() as server:
        server.answers = hosts
        monkeypatch.setenv("OBSERVATORY_MIRROR", server.url)
        monkeypatch.setenv("OBSERVATORY_PACE", "0.0001")
        monkeypatch.setenv("OBSERVATORY_SOURCES", "all")
        data_folder.mkdir(exist_ok=True)
        (data_folder / "jobposting_urls.txt").write_text("https://jobs.example.org/1\n")
        yield server


def test_every_live_source_lands_and_is_published(everything, capsys):
    assert main(["pull"]) == 0, capsys.readouterr().err[-2000:]
    with Warehouse(warehouse_file(), read_only=True) as warehouse:
        runs = {row["source_id"]: row for row in warehouse.frame(RUNS).iter_rows(named=True)}
    assert runs.keys() == live_sources().keys()
    for source_id, row in runs.items():
        assert row["outcome"] == "landed", source_id
        assert row["requests"] >= 2 and row["bytes"] > 0 and row["listings_new"] > 0, source_id
    assert main(["build"]) == 0, capsys.readouterr().err[-2000:]
    assert {entry["id"] for entry in edition.current()[0].manifest["sources"]} >= runs.keys()
    capsys.readouterr()
    assert main(["status"]) == 0
    said = capsys.readouterr().out
    assert "switched off" not in said and "last error" not in said
    assert main(["verify"]) == 0


def test_one_request_names_us_and_asks_for_robots_first(everything, monkeypatch):
    monkeypatch.setenv("OBSERVATORY_CONTACT", "mailto:lab@example.org")
    assert main(["pull", "remoteok"]) == 0
    first, second = everything.asked("remoteok.com")
    assert (first.path, second.path) == ("/robots.txt", "/api")
    for line in (first, second):
        assert "freelance-market-observatory" in line.headers["User-Agent"]
        assert "lab@example.org" in line.headers["User-Agent"]


def test_only_sources_whose_terms_allow_it_are_on(monkeypatch, data_folder):
    monkeypatch.delenv("OBSERVATORY_SOURCES", raising=False)
    assert set(switched_on()) == {"indeed", "jobicy", "remoteok", "remotive", "snipework"}
    monkeypatch.setenv("OBSERVATORY_SOURCES", "ecb, -remoteok")
    assert set(switched_on()) == {"ecb", "indeed", "jobicy", "remotive", "snipework"}


def test_a_source_that_is_off_says_why_and_how(data_folder, capsys, monkeypatch):
    monkeypatch.delenv("OBSERVATORY_MIRROR", raising=False)
    for command in (["pull", "freelancer"], ["backfill", "freelancer", "--since", "2020-01"]):
        assert main(command) == 2
        said = capsys.readouterr().err
        assert "written permission" in said and "OBSERVATORY_SOURCES=freelancer" in said
    monkeypatch.setenv("OBSERVATORY_SOURCES", "no_such")
    assert main(["pull"]) == 2
    assert "no_such" in capsys.readouterr().err
    assert not list(data_folder.glob("raw/*"))


RECORD = gzip.compress(payload("archived_guru/crawl_2019.warc"))
LINE = {
    "urlkey": "com,guru)/d/jobs/", "timestamp": "20190620101112", "mime": "text/html",
    "url": "https://www.guru.com/d/jobs/", "status": "200", "digest": "ABC", "offset": "100",
    "length": str(len(RECORD)), "filename": "crawl-data/CC-MAIN-2019-26/segments/1/warc/a.warc.gz",
}  # fmt: skip


def index(path: str, query: Query) -> bytes | Reply:
    """Common Crawl's index: one crawl, one page of one site, nothing of the others."""
    if path == "/collinfo.json":
        crawl = {"id": "CC-MAIN-2019-26", "cdx-api": "https://index.commoncrawl.org/x-index"}
        return json.dumps([crawl | {"from": "2019-06-01", "to": "2019-06-30"}]).encode()
    if "guru.com" not in query["url"][0]:
        return Reply(b'{"message": "No Captures found"}', status=404)
    if "showNumPages" in query:
        return b'{"pages": 1, "pageSize": 5, "blocks": 1}'
    return json.dumps(LINE).encode()


@pytest.mark.parametrize("factor", ["fast", "-1", "nan", "1e9", "0.5.1"])
def test_a_pace_that_is_none_is_named(everything, capsys, monkeypatch, factor: str):
    monkeypatch.setenv("OBSERVATORY_PACE", factor)
    assert main(["pull", "remoteok"]) in (1, 2)
    assert "OBSERVATORY_PACE" in capsys.readouterr().err


def test_archived_pages_are_the_history_of_a_site(everything):
    everything.answers["index.commoncrawl.org"] = index
    everything.answers["data.commoncrawl.org"] = lambda path, query: Reply(RECORD, status=206)
    command = ["backfill", "commoncrawl", "--since", "2019-01", "--per-month", "5"]
    assert main(command) == 0
    [asked] = [line for line in everything.asked("data.commoncrawl.org") if "warc" in line.path]
    assert asked.headers["Range"] == f"bytes=100-{99 + len(RECORD)}"
    with Warehouse(warehouse_file(), read_only=True) as warehouse:
        seen = warehouse.frame("select source_id, observed_at, flags from core_sightings")
    assert seen.height and set(seen["source_id"]) == {"archived_guru"}
    assert {moment.year for moment in seen["observed_at"]} == {2019}, "when it was crawled"
    assert all("archived" in flags for flags in seen["flags"])
    assert main(command) == 0
    again = [line for line in everything.asked("data.commoncrawl.org") if "warc" in line.path]
    assert again == [asked], "a page that is landed is not asked for again"


def test_what_a_host_says_does_not_move_the_terminal(everything, capsys):
    error = b'{"status": "error", "message": "\\u001b[2J\\u001b]0;owned\\u0007"}'
    everything.answers["www.freelancer.com"] = lambda path, query: error
    assert main(["pull", "freelancer"]) == 1
    said = capsys.readouterr()
    assert "owned" in said.err and "\x1b" not in said.err + said.out
