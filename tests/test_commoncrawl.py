"""Common Crawl: which requests a backfill makes, and what an archived page becomes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.asking import Answer
from etl.contracts import Capture, Reject, SourceChanged
from etl.sources import commoncrawl, sources
from etl.sources._archive import SITES, host_of, site_of
from etl.sources._cdx import distinct, spread

NOW = datetime(2026, 11, 24)
SEEN = datetime(2019, 5, 5, 10)
CAPTURE = Capture("commoncrawl", "x", "0" * 64, SEEN, "second", NOW)
INDEX = "https://index.commoncrawl.org/"
MEMBER = b"\x1f\x8b\x08"
CRAWLS = [
    {"id": "CC-MAIN-2025-33", "cdx-api": "x", "to": "2025-08-15T23:42:38"},
    {"id": "CC-MAIN-2025-30", "cdx-api": "x", "to": "2025-07-20T23:42:38"},
    {"id": "CC-MAIN-2012", "cdx-api": "x"},
    {"id": "../../elsewhere", "cdx-api": "x", "to": "2025-08-15T23:42:38"},
    7,
]
GURU = "www.guru.com/d/jobs/*"


def line(number: int, **more: str) -> dict[str, str]:
    return {
        "urlkey": f"com,guru)/d/jobs/pg/{number}",
        "timestamp": f"201905050000{number:02}",
        "url": f"https://www.guru.com/d/jobs/pg/{number}/",
        "mime": "text/html",
        "status": "200",
        "digest": f"D{number:02}",
        "length": "900",
        "offset": str(1000 * number),
        "filename": "crawl-data/CC-MAIN-2025-33/segments/1.2/warc/a-00001.warc.gz",
    } | more


class Internet:
    """Stands in for index and archive: answers by prefix and page; notes what was asked."""

    now = NOW
    addresses = ()

    def __init__(self, pages: dict[str, list[list[dict]]], landed: set[str] = frozenset()):
        self.pages, self.landed, self.asked, self.cursor = pages, set(landed), [], {}

    def get(self, url, *, kind="json", part=None, missing_ok=False):
        self.asked.append(url if part is None else f"{url}#{part[0]}-{part[1]}")
        return Answer(url, self._body(url, kind, part, missing_ok), NOW)

    def open_ids(self):
        raise AssertionError("a backfill does not watch listings")

    def _body(self, url, kind, part, missing_ok) -> bytes:
        if part is not None:
            assert kind == "warc"
            return MEMBER
        if url == f"{INDEX}collinfo.json":
            return json.dumps(CRAWLS).encode()
        assert missing_ok, "no captures is a 404"
        query = parse_qs(urlsplit(url).query)
        pages = self.pages.get(query["url"][0])
        if pages is None:
            return b""
        if "showNumPages" in query:
            return json.dumps({"pages": len(pages), "pageSize": 5, "blocks": 9}).encode()
        lines = pages[int(query["page"][0])]
        return b"".join(json.dumps(record).encode() + b"\n" for record in lines)


def backfilled(internet: Internet, since: date = date(2025, 8, 1), per_month: int | None = None):
    return list(commoncrawl.backfill(internet, since, per_month))


def test_backfill_asks_index_then_ranges_of_the_archive():
    internet = Internet({GURU: [[line(2), line(1)]]})
    payloads = backfilled(internet)
    assert [payload.name for payload in payloads] == [
        "CC-MAIN-2025-33 com,guru)/d/jobs/pg/1 20190505000001",
        "CC-MAIN-2025-33 com,guru)/d/jobs/pg/2 20190505000002",
    ]
    assert {payload.source_id for payload in payloads} == {"archived_guru"}
    assert all(payload.may_hold_none and payload.answer.body == MEMBER for payload in payloads)
    filters = "output=json&filter=%3Dstatus%3A200&filter=mime%3A.%2Ahtml.%2A"
    guru = f"{INDEX}CC-MAIN-2025-33-index?url=www.guru.com%2Fd%2Fjobs%2F%2A&{filters}"
    archive = "https://data.commoncrawl.org/crawl-data/CC-MAIN-2025-33/segments/1.2/warc/a-00001"
    assert internet.asked[0] == f"{INDEX}collinfo.json"
    assert internet.asked[2:6] == [
        f"{guru}&showNumPages=true",
        f"{guru}&page=0",
        f"{archive}.warc.gz#1000-1899",
        f"{archive}.warc.gz#2000-2899",
    ]
    prefixes = [parse_qs(urlsplit(url).query).get("url", [""])[0] for url in internet.asked]
    asked = [prefix for prefix in dict.fromkeys(prefixes) if prefix]
    assert asked == [prefix for site in SITES.values() for prefix in site.prefixes]


def test_backfill_takes_the_crawls_that_ended_since():
    for since, crawls in {
        (2025, 8, 16): 0,
        (2025, 8, 15): 1,
        (2025, 7, 20): 2,
        (2012, 5, 1): 3,
    }.items():
        internet = Internet({})
        assert backfilled(internet, date(*since)) == []
        assert len(internet.asked) == 1 + 5 * crawls
        assert not any("elsewhere" in url for url in internet.asked)


def test_backfill_goes_on_where_it_stopped():
    pages = {GURU: [[line(number) for number in range(30)]]}
    whole = [payload.name for payload in backfilled(Internet(pages), per_month=5)]
    assert len(whole) == 5
    rest = Internet(pages, landed=set(whole[:2]))
    assert [payload.name for payload in backfilled(rest, per_month=5)] == whole[2:]
    done = Internet(pages, landed=set(whole))
    assert backfilled(done, per_month=5) == []
    assert not any("guru" in url for url in done.asked), "a site with enough is not asked for"


def test_backfill_spreads_over_contents_and_pages_of_the_index():
    pages = [[line(10 * page + number) for number in range(4)] for page in range(9)]
    internet = Internet({GURU: pages})
    payloads = backfilled(internet, per_month=4)
    asked = [parse_qs(urlsplit(url).query).get("page") for url in internet.asked]
    assert [page for page in asked if page] == [["0"], ["3"], ["6"]]
    stamps = [payload.name[-2:] for payload in payloads]
    assert stamps == ["00", "03", "32", "61"]
    assert len(backfilled(Internet({GURU: pages}))) == 12  # fewer than the 20 of no --per-month


ODD = {
    "a redirect": {"status": "301"},
    "no web page": {"mime": "text/plain"},
    "another type than announced": {"mime-detected": "application/pdf"},
    "an ARC file": {"filename": "crawl-data/CC-MAIN-2012/1/a.arc.gz"},
    "a way out": {"filename": "crawl-data/../../etc/a.warc.gz"},
    "another site": {"url": "https://guru.com.example.org/d/jobs/"},
    "no number": {"offset": "-1"},
    "nothing": {"length": "0"},
    "too much": {"length": "999999999"},
    "no moment": {"timestamp": "2019"},
    "no text": {"digest": ["a"]},
}


@pytest.mark.parametrize("case", ODD)
def test_backfill_passes_over(case: str):
    internet = Internet({GURU: [[line(1), line(2) | ODD[case]]]})
    assert [payload.name[-2:] for payload in backfilled(internet)] == ["01"]


def test_one_capture_per_address_and_content():
    lines = [line(1), line(2, digest="D01"), line(3, url=line(1)["url"]), line(4)]
    assert [found["offset"] for found in distinct(lines)] == ["1000", "4000"]
    assert distinct(reversed(lines)) == distinct(lines)
    assert spread(list(range(7)), 3) == [0, 2, 4]


@pytest.mark.parametrize(
    "pages", [[[{"urlkey": "x"}] * 2], [["no object"]]], ids=["renamed keys", "no objects"]
)
def test_index_of_another_shape_is_noticed(pages: list):
    with pytest.raises(SourceChanged, match="other keys"):
        backfilled(Internet({GURU: pages}))


def test_plan_is_never_exceeded():
    prefixes = [prefix for site in SITES.values() for prefix in site.prefixes]
    pages = [[line(10 * page + number) for number in range(9)] for page in range(9)]
    for per_month in (None, 1, 30):
        internet = Internet(dict.fromkeys(prefixes, pages))
        most = commoncrawl.plan(internet, date(2025, 7, 1), per_month)
        backfilled(internet, date(2025, 7, 1), per_month)
        assert len(internet.asked) <= most
    assert commoncrawl.plan(Internet({}), date(2025, 8, 1), None) == 2 + 5 * 4 + 4 * 20


# What an answer holds


def test_sites_by_host():
    assert host_of("https://user@WWW.Guru.com:443/x") == "www.guru.com"
    assert [host_of(url) for url in (None, "", "mailto:a@b.c", "http://[x", 'https:///"')] == [
        None
    ] * 5
    assert site_of("fr.guru.com") is site_of("guru.com") is SITES["guru"]
    assert site_of("notguru.com") is site_of("guru.com.evil.org") is site_of(None) is None


def test_archived_sources_are_those_a_backfill_lands_as():
    archived = {name for name in sources() if name.startswith("archived_")}
    assert archived == set(commoncrawl.LANDS_AS)
    for site in SITES.values():
        source = sources()[site.source_id].SOURCE
        assert "Common Crawl" in source.citation
        assert site.name in source.licence
        assert (source.platform, source.scope) == (site.platform, "capped")


def read(body: bytes, url: str | None, source_id: str = "commoncrawl", **more: object) -> list:
    capture = replace(CAPTURE, source_id=source_id, url=url, **more)
    return list(sources()[source_id].normalise(body, capture))


def card(number: int, budget: str) -> str:
    return (
        '<div class="jobRecord"><div class="jobRecord__meta">Posted <strong>on May 2, 2019</strong>'
        f" · <strong>4</strong> Quotes Received</div><h2 class='jobRecord__title'>"
        f'<a href="/jobs/a-b/{number}">A b</a></h2>'
        f'<div class="jobRecord__budget">{budget}</div></div>'
    )


PAGE = f"<html>{card(1, 'Fixed Price | $250-$500')}{card(2, 'Hourly | $25')}</html>".encode()
URL = "https://www.guru.com/d/jobs/"


def test_card_in_which_a_page_was_cut_off_is_no_row():
    rows = read(PAGE, URL)
    assert [(row["price_min"], row["price_max"]) for row in rows] == [(250, 500), (25, 25)]
    assert {tuple(row["flags"]) for row in rows} == {("archived",)}
    first, last = read(PAGE, URL, "archived_guru", is_truncated=True)
    assert first["flags"] == ["archived", "truncated_page"]
    assert last == Reject("last card", "the page was cut off, maybe within this card")


def test_archived_page_without_listing_is_a_reject_elsewhere_a_change():
    (reject,) = read(b"<p>nothing</p>", URL, "archived_guru")
    assert reject.reason.startswith(f"no listing on this page ({URL}): ")
    (reject,) = read(b"<p>nothing</p>", "https://www.fiverr.com/", "archived_guru")
    assert reject.reason == "a page of www.fiverr.com, not of Guru"
    with pytest.raises(SourceChanged):
        read(b"<p>nothing</p>", None, "archived_guru")
    assert len(read(PAGE, None, "archived_guru")) == 2


def test_index_answers_hold_no_listing():
    assert read(b'{"pages": 4, "pageSize": 5, "blocks": 18}', INDEX)[0].reason.startswith("a count")
    assert read(json.dumps(line(1)).encode() + b"\n[]", None) == [
        Reject(
            "line 1",
            "an index line of an archived page (www.guru.com, 20190505000001): no listing in it",
        ),
        Reject("line 2", "not of the index"),
    ]
    for other in (
        b"",
        b"[]",
        b"[1, 2]",
        b"id,title\n",
        b'{"jobs": []}',
        b'{"pages": 1, "jobs": []}',
    ):
        with pytest.raises(SourceChanged, match="neither an archived page nor"):
            read(other, None)
    with pytest.raises(SourceChanged):
        read(b"[1,", INDEX)


URLS = st.sampled_from(
    [None, URL, INDEX, "https://www.fiverr.com/x", "https://www.peopleperhour.com/", "http://["]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["urlkey", "url", "timestamp", "cdx-api", "pages"]), inner
        )
    ),
    max_leaves=8,
)


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()), URLS, st.booleans())
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_rows_rejects_or_a_change(body: bytes, url: str | None, is_truncated: bool):
    for source_id in ("commoncrawl", *commoncrawl.LANDS_AS):
        try:
            for item in read(body, url, source_id, is_truncated=is_truncated):
                assert isinstance(item, (dict, Reject))
                if isinstance(item, Reject):
                    item.reason.encode()
        except SourceChanged:
            assert url in (None, INDEX, "http://[")
