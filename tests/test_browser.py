"""One journey through the running app in a real browser: links, filters, table, file, phone."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import polars as pl
import pytest

from etl.edition import current
from etl.evidence import SCHEMA

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
shots = pytest.importorskip("benchmarks.screenshots", reason="its libraries are not installed")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not shots.BROWSER.exists(), reason="/usr/bin/chromium is not installed"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
# A deep link makes Streamlit's page ask first at its own path, then at the root.
KNOWN_404 = re.compile(r"/_stcore/(health|host-config)$")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Run the app once; the very first request to it is a deep link (see below)."""
    with shots.served({"OBSERVATORY_DATA": "/nonexistent"}) as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[sync_api.Browser]:
    """Run one browser."""
    with sync_api.sync_playwright() as play:
        running = play.chromium.launch(executable_path=shots.BROWSER, args=shots.CHROMIUM)
        yield running
        running.close()


class Visit:
    """A page of the browser that remembers where it asked and what went wrong."""

    def __init__(self, browser: sync_api.Browser, width: int = 1440) -> None:
        self.context = browser.new_context(viewport={"width": width, "height": 900})
        self.page = self.context.new_page()
        self.hosts: set[str] = set()
        self.lost: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", lambda request: self.hosts.add(urlsplit(request.url).hostname))
        self.page.on("response", lambda r: self.lost.append(r.url) if r.status >= 400 else None)
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _listen(self, message: sync_api.ConsoleMessage) -> None:
        if message.type == "error" and "404 (Not Found)" not in message.text:
            self.errors.append(message.text)

    def open(self, url: str) -> None:
        """Open a link and wait until it is drawn."""
        self.page.goto(url)
        shots.settle(self.page)

    def menu(self, group: str, name: str) -> None:
        """Open a page by the menu."""
        self.page.get_by_text(group, exact=True).first.click()
        self.page.locator("a", has_text=name).first.click()
        self.page.wait_for_url(re.compile(name.lower()))
        shots.settle(self.page)

    def check(self) -> None:
        """Nothing left the host, nothing failed but what is known."""
        assert self.hosts - {None, ""} == {"localhost"}
        assert [url for url in self.lost if not KNOWN_404.search(url)] == []
        assert self.errors == []
        self.context.close()


def test_a_deep_link_as_the_first_request_gets_the_frame(
    browser: sync_api.Browser, address: str
) -> None:
    visit = Visit(browser)
    visit.open(f"{address}/pricing?family=writing")
    assert visit.page.title() == "Pricing · Freelance Market Observatory"
    assert visit.page.get_by_text("Choose", exact=True).count() == 1
    visit.page.wait_for_url("**/pricing?family=Writing")
    assert visit.page.locator("h2").first.inner_text().startswith("Writing, all: $24")
    visit.check()


def test_journey_from_overview_to_the_file(browser: sync_api.Browser, address: str) -> None:
    visit = Visit(browser)
    page = visit.page
    visit.open(address)
    assert urlsplit(page.url).query == ""
    assert page.locator('[data-testid="stMetric"]').count() == 6
    visit.menu("Choose", "Pricing")
    before = page.locator("h2").first.inner_text()
    page.locator('[data-testid="stSelectbox"]').first.click()
    page.get_by_role("option", name="Writing", exact=True).click()
    page.wait_for_url("**/pricing?family=Writing")
    shots.settle(page)
    assert page.locator("h2").first.inner_text() != before
    page.get_by_text("View as table").first.click()
    page.wait_for_selector('[data-testid="stDataFrame"]')
    shots.settle(page)
    with page.expect_download() as waiting:
        page.get_by_text("Download CSV").first.click()
    _check_file(waiting.value, page)
    page.go_back()  # a filter replaces its page's entry: one press leaves the page
    page.wait_for_url(f"{address}/")
    shots.settle(page)
    assert page.locator("h1").inner_text() == "Freelance Market Observatory"
    visit.check()


def _check_file(download: sync_api.Download, page: sync_api.Page) -> None:
    """The file holds the edition's rows, row for row, and as many as the table on screen."""
    edition = current()[0]
    assert download.suggested_filename == f"pricing_hourly_family-writing_{edition.id}.csv"
    lines = Path(download.path()).read_text("utf-8-sig").splitlines()
    notes = [line for line in lines if line.startswith("#")]
    assert any(line == f"# edition: {edition.id}" for line in notes)
    assert {line.split(":")[0] for line in notes} >= {"# caveat", "# sources", "# filters"}
    table = list(csv.DictReader(io.StringIO("\n".join(lines[len(notes) :]))))
    expected = edition.values("hourly_rate").filter(
        pl.col("source_id") == "upwork_search", pl.col("stat") == "median",
        pl.col("family") == "writing", pl.col("dims") == "",
        pl.col("niche") != "unclassified",
    )  # fmt: skip
    assert list(table[0]) == list(SCHEMA)
    assert [row["niche"] for row in table] == expected["niche"].to_list()
    for column in ("value", "lo", "hi", "n"):
        found = [float(row[column]) if row[column] else None for row in table]
        assert found == [None if x is None else float(x) for x in expected[column]]
    grid = page.locator('[data-testid="stDataFrame"] table[role="grid"]').first
    assert int(grid.get_attribute("aria-rowcount")) == len(table) + 1
    cells = grid.locator("tbody tr td").all_inner_texts()
    assert expected["niche"][0] in cells


def test_a_broken_link_is_named(browser: sync_api.Browser, address: str) -> None:
    visit = Visit(browser)
    visit.open(f"{address}/pricing?family=foo")
    alert = visit.page.locator('[data-testid="stAlert"]').first.inner_text()
    assert "family=foo" in alert
    assert urlsplit(visit.page.url).query == ""
    visit.check()


@pytest.mark.parametrize("name", ["", "pricing", "competition", "turnaround", "sources"])
def test_a_phone_scrolls_down_only(browser: sync_api.Browser, address: str, name: str) -> None:
    visit = Visit(browser, width=390)
    visit.open(f"{address}/{name}")
    inner, outer = visit.page.evaluate(
        "(() => { const main = document.querySelector('[data-testid=\"stMain\"]');"
        " return [main.scrollWidth, main.clientWidth]; })()"
    )
    assert inner <= outer
    levels = [int(tag[1]) for tag in visit.page.evaluate(
        "[...document.querySelectorAll('h1,h2,h3,h4')].map(e => e.tagName)"
    )]  # fmt: skip
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    visit.check()
