"""The network door over real HTTP against a loopback server, faults included."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import polars as pl
import pytest
from pytest_httpserver import HTTPServer

from etl import edition, http
from etl.command_line import main
from etl.contracts import SourceUnavailable

SHARE = "date,jobcountry,AI_share_postings\n2026-07-0{},US,{}\n"
INDEX = (
    "date,jobcountry,indeed_job_postings_index_SA,indeed_job_postings_index_NSA,variable\n"
    "2026-07-01,US,101.5,99,total postings\n"
)
HOST = "raw.githubusercontent.com"
PATHS = (
    f"/{HOST}/hiring-lab/ai-tracker/HEAD/AI_posting.csv",
    f"/{HOST}/hiring-lab/job_postings_tracker/HEAD/US/aggregate_job_postings_US.csv",
)


@pytest.fixture
def mirror(monkeypatch):
    """A loopback server that stands for every host."""
    server = HTTPServer(threaded=True)
    server.start()
    monkeypatch.setenv("OBSERVATORY_MIRROR", server.url_for("").rstrip("/"))
    yield server
    server.clear()
    server.stop()


def serve(server: HTTPServer, share: str) -> None:
    server.clear()
    server.expect_request(PATHS[0]).respond_with_data(share)
    server.expect_request(PATHS[1]).respond_with_data(INDEX)


def test_a_pull_becomes_an_edition(mirror, data_folder, capsys):
    serve(mirror, SHARE.format(1, 4.5))
    assert main(["run", "--published-on", "2026-11-25"]) == 0
    shown = edition.current()[0]
    ours = shown.values("indeed_ai_posting_share").filter(geo="US")
    july = ours.filter(pl.col("period_start") == pl.date(2026, 7, 1))
    assert july["value"].item() == pytest.approx(0.045)
    assert "partial" in july["flags"].item(), "one day is not a month"
    agents = {request.headers["User-Agent"] for request, _ in mirror.log}
    assert agents == {http.USER_AGENT}
    assert main(["run", "--published-on", "2026-11-25"]) == 0
    assert "nothing new" in capsys.readouterr().out


def test_one_file_refused_fails_the_source_and_nothing_else(mirror, data_folder, capsys):
    mirror.expect_request(PATHS[0]).respond_with_data("no", status=503)
    assert main(["pull"]) == 1
    assert "answered 503" in capsys.readouterr().err


def test_a_challenge_page_is_not_data(mirror, data_folder, capsys):
    mirror.expect_request(PATHS[0]).respond_with_data("<html>Just a moment</html>")
    assert main(["pull"]) == 1
    error = capsys.readouterr().err
    assert "is no indeed" in error and "Traceback" not in error
    assert not list(Path(data_folder).glob("raw/*/manifest.ndjson"))


def test_undeclared_hosts_and_redirects_are_not_followed(mirror):
    with pytest.raises(SourceUnavailable, match="not a host this source declares"):
        http.fetch("https://elsewhere.org/x", [HOST])
    mirror.expect_request(f"/{HOST}/x").respond_with_data(
        "", status=302, headers={"Location": "/y"}
    )
    with pytest.raises(SourceUnavailable, match="302"):
        http.fetch(f"https://{HOST}/x", [HOST])


def test_without_a_network_it_says_so_within_five_seconds(monkeypatch, data_folder, capsys):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("OBSERVATORY_MIRROR", f"http://127.0.0.1:{closed.getsockname()[1]}")
        begin = time.monotonic()
        assert main(["run", "--if-online"]) == 0
        assert time.monotonic() - begin < 5
    out = capsys.readouterr().out
    assert out.count("\n") == 1 and "no network" in out
