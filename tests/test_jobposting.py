"""JobPostings of any site: identity, pay, dates, damaged pages, and which pages are asked for."""

from __future__ import annotations

import gzip
import json
import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.asking import Answer
from etl.contracts import Capture, Reject, SourceChanged
from etl.normalise import normalise
from etl.sources import jobposting
from etl.sources._jobposting_pay import salary
from etl.sources._sitemap import MAX_SITEMAPS

PAYLOADS = Path(__file__).resolve().parent / "payloads" / "jobposting"
NOW = datetime(2026, 8, 5, 12)
URL = "https://jobs.example/teas?page=2"


def capture(precision: str = "second", url: str | None = None) -> Capture:
    return Capture("jobposting", "page", "0" * 64, NOW, precision, NOW, url=url)


def read(body: str | bytes, **given: Any) -> list[dict[str, Any] | Reject]:
    body = body.encode() if isinstance(body, str) else body
    return list(jobposting.normalise(body, capture(**given)))


def block(*postings: Any) -> str:
    return "".join(
        f'<script type="application/ld+json">{json.dumps(posting)}</script>' for posting in postings
    )


def posting(**more: Any) -> dict[str, Any]:
    return {"@type": "JobPosting", "title": "Taster"} | more


def one(**more: Any) -> dict[str, Any]:
    (row,) = read(block(posting(**more)))
    assert isinstance(row, dict), row
    return row


def ids(*postings: dict[str, Any], head: str = "", url: str | None = None) -> list[str]:
    return [row["native_id"] for row in read(head + block(*postings), url=url)]


def test_identifier_stands_beside_its_site_and_organisation():
    acme, other = {"name": "Acme"}, "Other"
    found = ids(
        posting(identifier="7", url="https://a.example/x", hiringOrganization=acme),
        posting(identifier={"value": 7}, url="https://a.example/y", hiringOrganization=acme),
        posting(identifier="7", url="https://a.example/x", hiringOrganization=other),
        posting(identifier="7", url="https://b.example/x", hiringOrganization=acme),
        posting(identifier="7"),
    )
    assert found[0] == found[1]
    assert len(set(found)) == 4
    assert found[0].startswith("a.example:7:") and found[4] == "7"
    assert not [native_id for native_id in found if "acme" in native_id.lower()]


def test_address_without_marks_of_campaigns_is_the_identity():
    same = [
        "https://a.example/jobs/7", "http://A.example/jobs/7/", "https://a.example/jobs/7#apply",
        "https://a.example/jobs/7?utm_source=x&gclid=1",
    ]  # fmt: skip
    assert len(set(ids(*[posting(url=url) for url in same]))) == 1
    assert len(set(ids(posting(url=same[0]), posting(url=f"{same[0]}?id=8")))) == 2
    assert ids(posting(identifier=same[0])) == ids(posting(url=same[0]))


def test_canonical_link_is_the_identity_of_the_only_posting_of_a_page():
    link = '<link rel="canonical" href="/jobs/7">'
    own = ids(posting(url="https://jobs.example/jobs/7"))
    assert ids(posting(), head=link, url=URL) == own
    assert ids(posting(title="Other"), head=link, url=URL) == own
    two = ids(posting(), posting(title="Other"), head=link, url=URL)
    assert len({*two, *own}) == 3
    assert len(set(ids(posting(), url=URL) + ids(posting()))) == 2


def test_without_any_identity_title_and_date_are_it():
    dates = ("2026-08-01", "2026-08-02")
    found = ids(*[posting(datePosted=date) for date in (*dates, *dates)])
    assert len(set(found)) == 2


@pytest.mark.parametrize(
    ("written", "moment", "precision"),
    [
        ("2026-07-30", datetime(2026, 7, 30), "day"),
        ("2026-07-30T00:00:00+02:00", datetime(2026, 7, 30), "day"),  # not the 29th, 22:00
        ("2026-07-30T00:00", datetime(2026, 7, 30), "day"),
        ("2026-07-30T00:00:00.000Z", datetime(2026, 7, 30), "day"),
        ("2026-07-30T00:00:30", datetime(2026, 7, 30, 0, 0, 30), "second"),
        ("2026-07-30T22:30:00-04:00", datetime(2026, 7, 31, 2, 30), "second"),
        ("2026-07-30T10:15", datetime(2026, 7, 30, 10, 15), "minute"),
        ("July 30, 2026", datetime(2026, 7, 30), "day"),
        (1785369600, datetime(2026, 7, 30), "second"),
        (["2026-07-30"], datetime(2026, 7, 30), "day"),
        ("", None, None),
        (None, None, None),
    ],
)
def test_date_posted(written, moment, precision):
    row = one(datePosted=written)
    assert (row["posted_at"], row["posted_precision"]) == (moment, precision)


@pytest.mark.parametrize("written", ["07/08/2026", "30.07.2026", "soon", 3, True, "2026-02-30"])
def test_unreadable_date_is_a_reject(written):
    (reject,) = read(block(posting(datePosted=written)))
    assert isinstance(reject, Reject)
    assert reject.locator == "JSON-LD 1"


def test_valid_through_counts_to_the_end_of_its_day():
    assert one(validThrough="2026-08-05")["days_left"] == 0.5
    assert one(validThrough="2026-08-06T18:00:00Z")["days_left"] == 1.25
    assert one(validThrough="2026-08-06T00:00:00Z")["status"] == "open"
    over = one(validThrough="2026-08-04")
    assert over["status"] == "ended" and "days_left" not in over and "closed_at" not in over
    (row,) = read(block(posting(validThrough="2026-08-06")), precision="month")
    assert "status" not in row


def test_remote_is_true_or_unknown():
    assert one(jobLocationType="TELECOMMUTE")["remote"] is True
    assert one(jobLocationType=["telecommute"])["remote"] is True
    assert one(jobLocationType="ONSITE")["remote"] is None
    assert one()["remote"] is None


def test_employment_type_and_category_as_the_site_spells_them():
    assert one(employmentType="Freelance")["employment_type"] == "Freelance"
    assert one(employmentType=["CONTRACTOR", "OTHER"])["employment_type"] == "CONTRACTOR, OTHER"
    row = one(industry="Tea", occupationalCategory={"name": "Tasters", "codeValue": "1"})
    assert row["source_category"] == "Tasters"
    assert one(skills=["Tea, milk", {"name": "Sugar"}])["skills"] == ["Tea", "milk", "Sugar"]
    sentence = "You will be somebody who has tasted a thousand teas and can tell them apart"
    assert one(skills=sentence)["skills"] is None


def test_nothing_of_the_organisation_is_kept():
    row = one(hiringOrganization={"name": "Acme", "email": "a@acme.example"}, identifier=7)
    assert "acme" not in json.dumps(row, default=str).lower()


@pytest.mark.parametrize(
    ("value", "low", "high", "period"),
    [
        ({"value": 40, "unitText": "HOUR"}, 40, 40, "hour"),
        ({"value": 40, "unitText": "Hourly"}, 40, 40, "hour"),
        ({"value": 40, "unitText": "per hour"}, 40, 40, "hour"),
        ({"value": 40, "unitCode": "HUR"}, 40, 40, "hour"),
        ({"minValue": 300, "maxValue": 400, "unitText": "DAY"}, 300, 400, "day"),
        ({"minValue": "1,500", "maxValue": "$2,000.50", "unitText": "WEEK"}, 1500, 2000.5, "week"),
        ({"minValue": 3000, "unitText": "MONTH"}, 3000, None, "month"),
        ({"maxValue": 90000, "unitText": "YEAR"}, None, 90000, "year"),
        ({"minValue": 0, "maxValue": 90000, "unitText": "ANNUALLY"}, None, 90000, "year"),
        ("$100,000", 100000, 100000, None),
        ("80k - 90k", 80000, 90000, None),
        ("$40 an hour", 40, 40, "hour"),
        (50000, 50000, 50000, None),
        ({"value": {"value": 50, "unitText": "HOUR"}}, 50, 50, "hour"),
        ({"value": 500, "unitText": "PROJECT"}, 500, 500, None),
    ],
)
def test_salary(value, low, high, period):
    row = salary({"baseSalary": {"@type": "MonetaryAmount", "currency": "USD", "value": value}})
    assert (row["price_min"], row["price_max"], row["price_period"]) == (low, high, period)
    assert row["currency"] == "USD"
    assert row["pricing_type"] == ("hourly" if period == "hour" else "salary")
    assert row.get("flags", []) == ([] if period else ["period_unknown"])


@pytest.mark.parametrize(
    ("given", "flags"),
    [
        (None, None), ("", None), (0, None), ([], None), ("Competitive", None), ({}, None),
        ({"value": {"minValue": 0, "maxValue": 0}}, None),
        ({"minValue": 9, "maxValue": 3}, ["price_unread"]),
        ({"value": "€50", "currency": "USD"}, ["price_unread"]),
        ({"value": "50 per day", "unitText": "HOUR", "currency": "USD"}, ["price_unread"]),
        ({"minValue": "40-50", "maxValue": 60}, ["price_unread"]),
        (True, ["price_unread"]), (-5, ["price_unread"]), (10**400, ["price_unread"]),
        (float("nan"), ["price_unread"]), (float("inf"), ["price_unread"]),
        ({"value": [1, 2]}, ["price_unread"]),
        ({"value": {"value": {"value": {"value": {"value": 3}}}}}, ["price_unread"]),
        ([{"value": 3}, {"value": 4}], ["several_rates"]),
    ],
)  # fmt: skip
def test_no_certain_salary(given, flags):
    expected = {"pricing_type": "unknown"} | ({"flags": flags} if flags else {})
    assert salary({"baseSalary": given}) == expected


def test_bare_dollar_of_a_site_that_names_no_currency_is_no_us_dollar():
    assert salary({"baseSalary": "$50/hr"})["currency"] is None
    assert salary({"baseSalary": "US$50/hr"})["currency"] == "USD"
    assert salary({"baseSalary": "$50/hr", "salaryCurrency": "cad"})["currency"] == "CAD"


def test_page_without_posting_is_source_changed():
    bodies = [
        b"", b" ", b"\xff\xfe\x00", b"<!-- -->", b"{}", b"<p>We hire!</p>", b"\0\0",
        block({"@type": "Person"}, [], {}, "x", 3, None).encode(),
        b"<div itemscope itemtype='https://schema.org/Organization'></div>",
        b"<div>" * 100_000,
    ]  # fmt: skip
    for body in bodies:
        with pytest.raises(SourceChanged):
            read(body)


def test_damaged_block_spoils_no_other():
    texts = [
        "{",
        "[1, 2",
        "}",
        "// nothing",
        "/*",
        '{"a": 1} {"b": 2}',
        "[" * 100_000,
        "]" * 999,
        "",
    ]
    scripts = "".join(f"<script type='application/ld+json'>{text}</script>" for text in texts)
    *rejects, row = read(scripts + block(posting()))
    assert row["title"] == "Taster"
    assert {reject.reason[:7] for reject in rejects} == {"no JSON"}


def test_json_without_a_page_is_read():
    for body in (posting(), [posting()], {"@graph": [posting()]}):
        [row] = read(json.dumps(body), url="https://a.org/1")
        assert (row["title"], row["url"]) == ("Taster", "https://a.org/1")
    assert len(read("\ufeff" + json.dumps([posting(description="</script>"), {"@type": "X"}]))) == 2
    with pytest.raises(SourceChanged):
        read('{"@type": "Person"}')


@pytest.mark.parametrize(
    "wrapped",
    ["<!-- {} -->", "<![CDATA[{}]]>", "//<![CDATA[\n{}\n//]]>", "/*<![CDATA[*/{}/*]]>*/"],
)
def test_a_block_hidden_from_old_browsers_is_read(wrapped: str):
    inside = wrapped.replace("{}", json.dumps(posting(description="a <!-- b")))
    [row] = read(f'<script type="application/ld+json">{inside}</script>')
    assert row["title"] == "Taster"


def test_an_empty_graph_is_a_reject():
    reject, _ = read(block(posting(), {"@graph": []}))
    assert reject.reason == "a node without type, no JobPosting"


def test_comments_control_characters_and_other_encodings_are_read():
    text = (
        '<script type="Application/LD+JSON">// x\n{"@type": "JobPosting", /* y */ "title": "T\tä"}'
    )
    for encoding in ("utf-8", "latin-1"):
        page = f'<meta charset="{encoding}">{text}</script>'.encode(encoding)
        (row,) = read(page)
        assert row["title"] == "T ä"


SCOPE = "itemscope itemtype='https://schema.org/JobPosting'"


def test_microdata_that_would_exhaust_its_reader_is_refused_and_harms_no_later_page():
    title = "<p itemprop=title>Taster</p>"
    hostile = [
        f"<div {SCOPE} itemprop=a>" * 20_000,
        f"<div {SCOPE} itemref='{'a ' * 500}'></div><div id=a>{'<p itemprop=b>x' * 500}</div>",
        "<div itemscope itemprop=a>" * 12 + "<p itemprop=title>x</p>" * 9_000,
        f"<div {SCOPE}>{'<b>' * 300}{title}",
    ]
    begin = time.monotonic()
    for page in hostile:
        found = read(block(posting()) + page)
        assert [item for item in found if isinstance(item, Reject)], page[:80]
        assert read(f"<div {SCOPE}>{title}</div>")[0]["title"] == "Taster"
    assert time.monotonic() - begin < 10


def test_unusable_link_in_microdata_is_a_reject():
    page = f"<div {SCOPE}><a itemprop=url href='http://[x'>x</a></div>"
    assert "cannot be read" in read(page + block(posting()), url=URL)[0].reason
    assert one(url="http://[x")["url"] is None


def test_half_a_character_is_a_reject():
    for name in ("title", "identifier", "url", "description"):
        body = block(posting(**{name: "https://a.example/\ud800"})).encode()
        result = normalise(jobposting, body, capture(), {})
        assert (len(result.rows), len(result.rejects)) == (0, 1), name


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from(["JobPosting", "$5/hr", "2026-08-01", "https://a.example/1", "HOUR", "<p>x"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["@type", "@graph", "value", "minValue", "unitText", "name", "currency"]),
        inner, max_size=3,
    ),
    max_leaves=8,
)  # fmt: skip
KEYS = [
    "@type", "title", "name", "baseSalary", "salaryCurrency", "datePosted", "validThrough", "url",
    "identifier", "employmentType", "skills", "description", "jobLocationType", "industry",
    "hiringOrganization", "@graph",
]  # fmt: skip
nodes = st.dictionaries(st.sampled_from(KEYS), json_values, max_size=8)


@settings(max_examples=400)
@given(st.lists(nodes, max_size=3), st.booleans())
def test_any_json_gives_rows_rejects_or_source_changed(found, is_posting):
    page = block(*[node | ({"@type": "JobPosting"} if is_posting else {}) for node in found])
    try:
        assert len(read(page)) >= len([node for node in found if node])
    except SourceChanged:
        assert not (is_posting and found)


@settings(max_examples=200)
@given(st.binary(max_size=300) | st.lists(st.sampled_from([
    b"<div itemscope itemtype=JobPosting>", b"<p itemprop=title>", b"</div>", b"<a href='//['>",
    b"<meta itemprop=baseSalary content='$5'>", b"<script type=application/ld+json>", b"</script>",
    b'{"@type":"JobPosting","title":"x"}', b"<!--", b"\xff", b"\0", b"<svg>", b"<?x", b"<![CDATA[",
]), max_size=20).map(b"".join))  # fmt: skip
def test_any_bytes_give_rows_rejects_or_source_changed(body):
    try:
        assert read(body)
    except SourceChanged as error:
        assert str(error)


@dataclass
class FakeAsk:
    """Stands in for the network: pages by address; one that is missing answers with nothing."""

    addresses: tuple[str, ...]
    bodies: dict[str, bytes]
    landed: set[str] = field(default_factory=set)
    now: datetime = NOW
    cursor: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def open_ids(self) -> list[str]:
        return []

    def get(self, url: str, kind: str = "json", missing_ok: bool = False) -> Answer:
        self.asked.append((url, kind))
        assert missing_ok == (kind == "html")
        body = self.bodies.get(url, b"<p>" if kind == "html" else b"")
        return Answer(url, body, self.now)


def sitemap(*links: str, index: bool = False) -> bytes:
    root, entry = ("sitemapindex", "sitemap") if index else ("urlset", "url")
    entries = "".join(f"<{entry}><loc> {link} </loc></{entry}>" for link in links)
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return f'<?xml version="1.0"?><{root} xmlns="{space}">{entries}</{root}>'.encode()


SITE = "https://a.example"


def test_extract_asks_for_pages_and_for_what_sitemaps_hold_that_is_not_landed():
    ask = FakeAsk(
        ("https://b.example/job", f"{SITE}/index.xml", "https://b.example/job"),
        {
            f"{SITE}/index.xml": sitemap(
                f"{SITE}/1.xml.gz", f"{SITE}/index.xml", "https://evil.example/2.xml", index=True
            ),
            f"{SITE}/1.xml.gz": gzip.compress(
                sitemap(
                    f"{SITE}/1", f"{SITE}/2", "https://evil.example/3", f"{SITE}/gone", "ftp://x"
                )
            ),
            f"{SITE}/gone": b"",
        },
        landed={f"{SITE}/1", "https://b.example/job"},
    )
    payloads = list(jobposting.extract(ask))
    assert [payload.name for payload in payloads] == ["https://b.example/job", f"{SITE}/2"]
    assert all(payload.may_hold_none for payload in payloads)
    assert ask.asked == [
        (f"{SITE}/index.xml", "xml"), (f"{SITE}/1.xml.gz", "xml"),
        ("https://b.example/job", "html"), (f"{SITE}/2", "html"), (f"{SITE}/gone", "html"),
    ]  # fmt: skip


def test_extract_without_addresses_asks_for_nothing():
    assert list(jobposting.extract(FakeAsk((), {}))) == []


def test_extract_ends_with_the_budget_of_a_day():
    pages = [f"{SITE}/{number}" for number in range(1_000)]
    ask = FakeAsk((f"{SITE}/s.xml",), {f"{SITE}/s.xml": sitemap(*pages)})
    assert len(list(jobposting.extract(ask))) == jobposting.MAX_PAGES
    assert len(ask.asked) < jobposting.SOURCE.budget.requests_per_day


def test_index_of_ever_more_indexes_ends():
    bodies = {
        f"{SITE}/{n}.xml": sitemap(f"{SITE}/{n + 1}.xml", f"{SITE}/{n + 2}.xml", index=True)
        for n in range(100)
    }
    ask = FakeAsk((f"{SITE}/0.xml",), bodies)
    assert list(jobposting.extract(ask)) == []
    assert len(ask.asked) == MAX_SITEMAPS


ENTITY = (
    b'<!DOCTYPE u [<!ENTITY e SYSTEM "file:///etc/hostname">]><urlset><url><loc>&e;</loc></url>'
)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"x", b"<html></html>", b"<urlset>", b"\x1f\x8b\x08broken",
        gzip.compress(sitemap("https://a.example/1"), mtime=0)[:30],
        gzip.compress(b"<!--" + b" " * (60 << 20), mtime=0),
        b'<!DOCTYPE u [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><feed>&b;</feed>',
    ],
)  # fmt: skip
def test_what_is_no_sitemap_is_source_changed(body):
    with pytest.raises(SourceChanged, match="no sitemap"):
        list(jobposting.extract(FakeAsk((f"{SITE}/s.xml",), {f"{SITE}/s.xml": body})))


def test_sitemap_reaches_no_file():
    ask = FakeAsk((f"{SITE}/s.xml",), {f"{SITE}/s.xml": ENTITY + b"</urlset>"})
    assert list(jobposting.extract(ask)) == []


def test_pictures_of_a_sitemap_are_no_pages():
    picture = '<image:image xmlns:image="http://x"><image:loc>https://a.example/p.png</image:loc></image:image>'
    body = sitemap(f"{SITE}/1").replace(b"</url>", picture.encode() + b"</url>")
    ask = FakeAsk((f"{SITE}/s.xml",), {f"{SITE}/s.xml": body})
    assert [payload.name for payload in jobposting.extract(ask)] == [f"{SITE}/1"]
