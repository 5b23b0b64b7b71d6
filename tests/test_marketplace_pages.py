"""Marketplace pages: units, times and prices by hand, damaged pages, the order of requests."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.asking import Answer
from etl.contracts import Capture, Reject, SourceChanged
from etl.normalise import normalise
from etl.sources import (
    _fiverr_pages,
    _freelancer,
    _freelancer_cards,
    _guru_cards,
    _pph_pages,
    fiverr,
    guru,
    peopleperhour,
    upwork,
)

NOON = datetime(2026, 1, 10, 12)
LISTINGS: dict[str, Callable] = {
    "peopleperhour": _pph_pages.listings,
    "guru": _guru_cards.listings,
    "freelancer": _freelancer_cards.listings,
    "fiverr": _fiverr_pages.listings,
    "upwork": upwork.normalise,
}


def seen(precision: str = "second", at: datetime | None = NOON) -> Capture:
    return Capture("x", "page.html", "0" * 64, at, precision, NOON + timedelta(days=1))


def read(source: str, body: str | bytes, capture: Capture | None = None) -> list[Any]:
    body = body.encode() if isinstance(body, str) else body
    return list(LISTINGS[source](body, capture or seen()))


# PeoplePerHour: the page's state


def project(number: int, **attributes: Any) -> dict[str, Any]:
    known = {
        "proj_id": number,
        "title": f"Project {number}",
        "url": f"https://www.peopleperhour.com/freelance-jobs/design/logo/project-{number}",
        "posted_dt": "2026-01-10 11:52:00",
        "budget": 40,
        "currency": "GBP",
        "project_type": "fixed_price",
        "proposalCount": 3,
        "item_state": "open",
        "location_type": "remote",
    }
    return {"id": str(number), "attributes": known | attributes}


def pph_page(*projects: dict[str, Any], pages: int | None = None, end: str = "") -> str:
    state = {
        "freelanceJobs": {
            "main": {
                "data": [{"id": item["id"]} for item in projects],
                "meta": {"current-page": 1} | ({"total-pages": pages} if pages else {}),
            }
        },
        "entities": {"projects": {item["id"]: item for item in projects}},
    }
    return (
        '<a class="card">$54/hr</a><script>window.PPHReact={};window.PPHReact.initialState='
        f"{json.dumps(state)};window.PPHReact.data={{fn:function(){{return '}};'}}}};{end}</script>"
    )


PPH_CARD = (
    '<div class="job-list-item"><h6 class="title"><a class="job"'
    ' href="https://www.peopleperhour.com/freelance-jobs/design/fix-a-form-17">Fix</a></h6>'
    '<time datetime="2020-01-10T11:52:00"></time><span class="proposal-count">12</span>'
    '<div class="price-tag">$<span>400</span></div></div>'
)


def test_pph_budget_is_the_clients_not_the_one_shown():
    [row] = read("peopleperhour", pph_page(project(7, project_type="hourly")))
    assert (row["price_min"], row["price_max"], row["currency"]) == (40, 40, "GBP")
    assert (row["pricing_type"], row["price_period"]) == ("hourly", "hour")
    assert row["posted_at"] == datetime(2026, 1, 10, 11, 52)
    assert row["bids"] == 3


def test_pph_without_budget_has_no_price_and_no_currency():
    [row] = read("peopleperhour", pph_page(project(7, budget=None)))
    assert row["price_min"] is row["price_max"] is row["currency"] is None


def test_pph_project_featured_by_list_alone_is_flagged():
    page = pph_page(project(7)).replace('{"main"', '{"featured": {"data": [{"id": "7"}]}, "main"')
    assert [row["flags"] for row in read("peopleperhour", page)] == [["featured"]]


def test_pph_title_link_and_zero_budget():
    odd = project(7, title="<b>A &amp; B</b>", url="javascript:alert(1)", budget=0)
    [row] = read("peopleperhour", pph_page(odd))
    assert (row["title"], row["url"]) == ("A & B", None)
    assert row["price_min"] is row["price_max"] is row["currency"] is None
    [card] = read("peopleperhour", PPH_CARD.replace("https:", "javascript:"))
    assert card["url"] is None


def test_pph_project_listed_but_not_held_is_a_reject():
    page = pph_page(project(7)).replace('"data": [{', '"data": [{"id": "9"}, {')
    row, reject = read("peopleperhour", page)
    assert (row["native_id"], reject.locator) == ("7", "project 9")


@pytest.mark.parametrize("name", _pph_pages.ALWAYS)
def test_pph_renamed_key_is_source_changed(name: str):
    page = pph_page(*map(project, range(5))).replace(f'"{name}"', '"renamed"')
    with pytest.raises(SourceChanged, match=name):
        read("peopleperhour", page)


def test_pph_server_time_dates_a_page_that_was_saved():
    page = pph_page(project(7), end="window.PPHReact.serverTime='1768042800000';")
    exact = datetime(2026, 1, 10, 11, 0)
    for precision in ("day", "month", "unknown"):
        [row] = read("peopleperhour", page, seen(precision))
        assert (row["observed_at"], row["observed_precision"]) == (exact, "second")
    [row] = read("peopleperhour", page, seen("second"))
    assert "observed_at" not in row
    [row] = read("peopleperhour", page.replace("'17", "'99"), seen("day"))
    assert "observed_at" not in row, "a time after the file was landed is no time of its making"


def test_pph_page_of_another_kind_is_source_changed():
    for page in ("<html>Press &amp; Hold</html>", "no page", "", pph_page(project(1))[:400]):
        with pytest.raises(SourceChanged):
            read("peopleperhour", page)


# Guru: posting day, deadline, budget


def guru_card(posted: str, budget: str = "Fixed Price | $5", before: str = "", n: int = 1) -> str:
    return (
        f'<div class="jobRecord"><div class="jobRecord__meta">Posted <strong>{posted}</strong> ·'
        f"<strong>3</strong> Quotes Received</div>"
        f'<h2 class="jobRecord__title"><a href="/jobs/a-job/{n}">A job</a></h2>'
        f'<div class="jobRecord__budget">{budget}</div>'
        f'<div class="record__header__action--full">Send before: <b>{before}</b></div></div>'
    )


@pytest.mark.parametrize(
    ("posted", "precision", "day"),
    [
        ("on Jan 05, 2026", "month", datetime(2026, 1, 5)),
        ("8 hrs ago", "second", datetime(2026, 1, 10)),
        ("13 hrs ago", "minute", datetime(2026, 1, 9)),
        ("13 hrs ago", "day", None),  # of which day is not known
        ("2 days ago", "unknown", None),
    ],
)
def test_guru_posting_day(posted: str, precision: str, day: datetime | None):
    [row] = read("guru", guru_card(posted), seen(precision))
    assert row["posted_at"] == day
    assert row["posted_precision"] == (day and "day")


def test_guru_deadline_counts_from_the_capture():
    card = guru_card("on Jan 05, 2026", before="February 04, 2026")
    assert read("guru", card)[0]["days_left"] == 24.5
    assert read("guru", card, seen("day", datetime(2026, 1, 10)))[0]["days_left"] == 25
    for capture in (seen("month"), seen("unknown", None), seen("second", datetime(2026, 2, 5))):
        assert read("guru", card, capture)[0]["days_left"] is None


@pytest.mark.parametrize(
    ("budget", "expected"),
    [
        ("Hourly | $25 - $50 | 1-10 hrs/wk | 1-3 months", ("hourly", 25, 50, 30, 90)),
        ("Fixed Price | $500-$1k", ("fixed", 500, 1000, None, None)),
        ("Fixed Price | Under $250", ("fixed", None, 250, None, None)),
        ("Fixed Price | $10k+", ("fixed", 10_000, None, None, None)),
        ("Fixed Price", ("fixed", None, None, None, None)),
        ("Hourly | Not Sure | 40 hrs/wk | 6+ months", ("hourly", None, None, 180, None)),
    ],
)
def test_guru_budget(budget: str, expected: tuple[Any, ...]):
    [row] = read("guru", guru_card("on Jan 05, 2026", budget))
    names = ["pricing_type", "price_min", "price_max", "duration_days_low", "duration_days_high"]
    assert tuple(row.get(name) for name in names) == expected


def test_guru_page_whose_cards_lost_their_quotes_is_source_changed():
    page = "".join(guru_card("on Jan 05, 2026", n=n) for n in range(5))
    assert len(read("guru", page)) == 5
    with pytest.raises(SourceChanged, match="quotes"):
        read("guru", page.replace("Quotes", "Offers"))


# Freelancer.com: which price a card shows


def freelancer_card(price: str, bids: str = "", href: str = "/projects/php/fix-a-form") -> str:
    entry = f'<div class="JobSearchCard-secondary-entry">{bids}</div>' if bids else ""
    return (
        f'<div class="JobSearchCard-item"><a class="JobSearchCard-primary-heading-link"'
        f' href="{href}"> Fix a\n form </a><span class="JobSearchCard-primary-heading-days">'
        f'6 days left</span><p class="JobSearchCard-primary-description">Quickly</p>'
        f'<a class="JobSearchCard-primary-tagsLink">PHP</a>'
        f'<div class="JobSearchCard-secondary-price">{price}</div>{entry}</div>'
    )


def test_freelancer_budget_whose_ends_are_reversed_is_flagged():
    project = {
        "id": 1, "title": "<b>x</b>", "type": "fixed", "time_submitted": 1768000000,
        "currency": {"code": "USD"}, "budget": {"minimum": 250, "maximum": 30},
    }  # fmt: skip
    [row] = _freelancer.listings(json.dumps([project]).encode(), seen())
    assert (row["title"], row["price_min"], row["price_max"]) == ("x", None, None)
    assert "price_unread" in row["flags"]
    project["budget"] = {"minimum": 30, "maximum": 250}
    [row] = _freelancer.listings(json.dumps([project]).encode(), seen())
    assert (row["price_min"], row["price_max"], row["flags"]) == (30, 250, [])


AVERAGE = '<span class="JobSearchCard-secondary-avgBid">Avg Bid</span>'
PRICES = ("pricing_type", "price_period", "price_min", "price_max", "bid_avg", "currency", "flags")


@pytest.mark.parametrize(
    ("price", "path", "expected"),
    [
        (f" $541 {AVERAGE}", "p", ("fixed", None, None, None, 541, "USD", ["visitor_currency"])),
        (
            f"€13 / hr{AVERAGE}",
            "p",
            ("hourly", "hour", None, None, 13, "EUR", ["visitor_currency"]),
        ),
        ("₹600 - ₹1500", "p", ("fixed", None, 600, 1500, None, "INR", ["visitor_currency"])),
        ("$8 - $15 / hr", "p", ("hourly", "hour", 8, 15, None, "USD", ["visitor_currency"])),
        ("min $56755", "p", ("fixed", None, 56755, None, None, "USD", ["visitor_currency"])),
        ("$117", "p", ("fixed", None, None, None, None, None, ["price_kind_unknown"])),
        ("$100", "c", ("fixed", None, 100, 100, None, "USD", ["visitor_currency", "contest"])),
        ("", "p", ("unknown", None, None, None, None, None, [])),
    ],
)
def test_freelancer_price(price: str, path: str, expected: tuple[Any, ...]):
    href = {"p": "/projects/php/fix-a-form/?w=f", "c": "/contest/a-logo-2647503"}[path]
    [row] = read("freelancer", freelancer_card(price, "12 bids", href))
    assert tuple(row.get(name) for name in PRICES) == expected
    assert row["bids"] == (12 if path == "p" else None), "a contest takes entries"
    assert (row["title"], row["days_left"], row["status"]) == ("Fix a form", 6, "open")


@pytest.mark.parametrize(
    ("href", "native_id"),
    [
        ("/projects/php/fix-a-form-24431323/", "24431323"),
        ("/projects/php/fix-a-form", "/projects/php/fix-a-form"),
        ("/projects/excel/budget-for-2026", "/projects/excel/budget-for-2026"),
        ("/contest/a-logo-2647503", "/contest/a-logo-2647503"),
        ("https://www.freelancer.com/projects/php/x-37345124?ref=1", "37345124"),
    ],
)
def test_freelancer_id(href: str, native_id: str):
    [row] = read("freelancer", freelancer_card("", "", href))
    assert row["native_id"] == native_id


def test_freelancer_card_behind_a_login_keeps_only_its_path():
    target = b"0123456789abcdef0123456789abcdefhttps://www.freelancer.com/projects/latex/a-thesis"
    coded = base64.b64encode(target).decode().replace("+", "-").replace("=", ",")
    [row] = read("freelancer", freelancer_card("", "", f"/login?goto={coded}"))
    assert row["native_id"] == "/projects/latex/a-thesis"
    assert (row["title"], row["text"], row["skills"]) == (None, None, ["PHP"])
    assert row["flags"] == ["details_missing"]


@pytest.mark.parametrize("href", ["/login?goto=%%", "/login", "/u/someone", "", "http://[x"])
def test_freelancer_card_without_project_is_rejected(href: str):
    [reject] = read("freelancer", freelancer_card("$5", "1 bids", href))
    assert isinstance(reject, Reject)


# Fiverr: the same gig on either page


def test_fiverr_units_of_both_pages_agree():
    found = {"gig_id": 5, "title": "x", "price_i": 495, "type": "gig"}
    found |= {"packages": {"recommended": {"price": 495, "duration": 3, "type": "cheapest"}}}
    search = {"currency": {"name": "USD"}, "listings": [{"gigs": [found]}]}
    packages = [{"price": 99500, "duration": 96}, {"price": 49500, "duration": 72}]
    gig = {"general": {"gigId": 5, "gigTitle": "x"}, "packages": {"packageList": packages}}
    for page in (search, gig | {"currency": {"name": "USD"}}):
        [row] = read("fiverr", json.dumps(page))
        assert (row["native_id"], row["price_min"], row["delivery_days"]) == ("5", 495, 3)
        assert (row["currency"], row["flags"], row["side"]) == ("USD", [], "supply")
        assert "price_max" not in row, "a gig starts there"


@pytest.mark.parametrize(
    ("shown", "offered", "currency"),
    [("USD", "USD", "USD"), ("EUR", None, "EUR"), (None, "USD", "USD"), ("EUR", "USD", None)],
)
def test_fiverr_gig_page_whose_currencies_differ_has_none(shown, offered, currency):
    page = {
        "general": {"gigId": 5},
        "packages": {"packageList": [{"price": 500, "duration": 24}]},
        "currency": {"name": shown},
        "seo": {"schemaMarkup": {"gigOffers": {"currency": offered}}},
    }
    [row] = read("fiverr", json.dumps(page))
    assert row["currency"] == currency
    assert row["flags"] == ([] if currency else ["currency_unknown"])


def test_fiverr_wall_is_source_changed():
    for page in ("<html>Press &amp; Hold</html>", "{}", '{"listings": [{"gigs": []}]}', "[1]"):
        with pytest.raises(SourceChanged):
            read("fiverr", page)


def test_fiverr_gigs_of_every_place_are_read_once_and_zero_is_no_price():
    one, two, three = ({"gig_id": n, "title": f"<b>t</b> {n}", "price_i": 0} for n in (1, 2, 3))
    page = {"listings": [{"gigs": [one]}], "items": [one, two], "rawListingData": {"gigs": [three]}}
    rows = read("fiverr", json.dumps(page))
    assert [(row["native_id"], row["title"]) for row in rows] == [
        ("1", "t 1"), ("2", "t 2"), ("3", "t 3")
    ]  # fmt: skip
    assert {row["price_min"] for row in rows} == {None}
    packages = [{"price": 0, "duration": 24}, {"price": 900, "duration": -1}]
    gig = {"general": {"gigId": 5, "gigTitle": "a &amp; b"}, "packages": {"packageList": packages}}
    [reject] = read("fiverr", json.dumps(gig))
    assert reject.reason == "duration is below 0 or too large"
    packages[1]["duration"] = 48
    [row] = read("fiverr", json.dumps(gig))
    assert (row["price_min"], row["delivery_days"], row["title"]) == (9, 2, "a & b")


# Upwork: bare and wrapped


def site_node(**job: Any) -> dict[str, Any]:
    tile = {
        "jobType": "HOURLY",
        "hourlyBudgetMin": "3.0",
        "hourlyBudgetMax": "8.0",
        "fixedPriceAmount": None,
        "totalApplicants": 4,
        "publishTime": "2026-01-09T01:02:03.456Z",
    }
    return {"id": "2009000000000000000", "title": "x", "jobTile": {"job": tile | job}}


def test_upwork_bare_and_wrapped_nodes_read_alike():
    nodes = [site_node(), site_node(hourlyBudgetMin=None, hourlyBudgetMax=None)]
    wrapped = {"data": {"search": {"x": {"edges": [{"node": node} for node in nodes]}}}}
    bare = read("upwork", json.dumps(nodes))
    assert bare == read("upwork", json.dumps(wrapped))
    assert bare[0]["posted_at"] == datetime(2026, 1, 9, 1, 2, 3, 456000)
    assert (bare[0]["price_min"], bare[0]["price_max"], bare[0]["currency"]) == (3, 8, "USD")
    assert "price_min" not in bare[1]


def test_upwork_title_has_no_tags():
    [row] = read("upwork", json.dumps([site_node() | {"title": "<i>R&amp;D</i> H^dev^H"}]))
    assert row["title"] == "R&D dev"


def test_upwork_unknown_applicants_are_not_none_applied():
    null, none = read("upwork", json.dumps([site_node(totalApplicants=n) for n in (None, 0)]))
    assert (null["bids"], none["bids"]) == (None, 0)


@pytest.mark.parametrize(
    ("money", "expected"),
    [
        ({"amount": {"rawValue": "250"}}, ("fixed", 250, 250)),
        ({"amount": {"rawValue": "0"}}, ("hourly", None, None)),
        ({"amount": None, "hourlyBudgetMin": {"rawValue": "9"}}, ("hourly", 9, None)),
        ({"amount": None, "hourlyBudgetMin": {"rawValue": "0"}}, ("unknown", None, None)),
        ({}, ("unknown", None, None)),
    ],
)
def test_upwork_official_node_tells_its_kind_by_its_sums(money: dict, expected: tuple):
    [row] = read("upwork", json.dumps([{"id": "2009000000000000000", "title": "x"} | money]))
    assert (row["pricing_type"], row.get("price_min"), row.get("price_max")) == expected


@pytest.mark.parametrize("name", upwork.TILE)
def test_upwork_renamed_key_is_source_changed(name: str):
    nodes = json.dumps([site_node() for _ in range(5)]).replace(f'"{name}"', '"renamed"')
    with pytest.raises(SourceChanged, match=name):
        read("upwork", nodes)


def test_upwork_may_not_be_republished():
    assert not upwork.SOURCE.republish_rows
    assert "24 hours" in upwork.SOURCE.caveat
    assert "24 hours" in upwork.SOURCE.terms.found.replace("\n", " ")
    assert not hasattr(upwork, "extract")
    assert not hasattr(fiverr, "extract")


# Any bytes at all


def only_rows_or_source_changed(source: str, body: bytes, capture: Capture) -> None:
    module = {"fiverr": fiverr, "guru": guru, "upwork": upwork}.get(source, peopleperhour)
    try:
        items = read(source, body, capture)
    except SourceChanged:
        return
    assert all(isinstance(item, (dict, Reject)) for item in items)
    if source != "freelancer" and items:  # it has no source of its own
        assert normalise(module, body, capture, {}).read == len(items)


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.sampled_from([10**400, -1, 1e308, float("nan"), float("inf"), "\ud800", "", "2026-01-01"]),
    st.text(max_size=9),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)
CAPTURES = st.sampled_from([seen(), seen("day"), seen("unknown", None)])
PIECES = st.sampled_from(
    [
        "<",
        ">",
        "</div>",
        "<?xml ?>",
        "<![CDATA[",
        "\x00",
        "🙂",
        "Posted ",
        "on Jan 99, 2026",
        "Quotes Received",
        '<div class="jobRecord">',
        '<div class="jobRecord__meta">',
        '<a href="/jobs/x/9"',
        '<div class="job-list-item">',
        '<h6 class="title"><a class="job" href="/freelance-jobs/x-9">',
        '<time datetime="x">',
        '<div class="price-tag">$9e9999 - $',
        '<div class="JobSearchCard-item">',
        '<a class="JobSearchCard-primary-heading-link" href="/login?goto=_">',
        '<div class="JobSearchCard-secondary-price">$1 - $2 - $3',
        '<script id="perseus-initial-props">',
        "PPHReact.initialState=",
        '{"entities":{"projects":[{}]}}',
        '{"items":[{}]}',
        "[[[[",
    ]
)


@pytest.mark.parametrize("source", LISTINGS)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=st.binary(max_size=80) | st.lists(PIECES, max_size=12).map("".join), capture=CAPTURES)
def test_any_bytes_give_rows_or_source_changed(source: str, body: Any, capture: Capture):
    raw = body.encode() if isinstance(body, str) else body
    only_rows_or_source_changed(source, raw, capture)


@pytest.mark.parametrize("source", ["peopleperhour", "guru", "freelancer"])
def test_a_page_nested_without_end_is_refused_at_once(source: str):
    for element in ("<b>", '<div class="jobRecord JobSearchCard-item job-list-item">'):
        with pytest.raises(SourceChanged, match="deep"):
            read(source, element * 20_000)


def test_ten_megabytes_of_nested_elements_take_seconds():
    begun = monotonic()
    with pytest.raises(SourceChanged, match="deep"):
        read("guru", "<div>" * 2_000_000)
    assert monotonic() - begun < 10


TWO_CARDS = {
    "guru": "".join(guru_card("8 hrs ago", "Hourly | $25-$50", n=n) for n in (1, 2)),
    "freelancer": freelancer_card("$30 - $250", "12 bids") * 2,
    "peopleperhour": PPH_CARD * 2,
}


@pytest.mark.parametrize("source", TWO_CARDS)
def test_a_page_cut_off_never_tells_half_a_number(source: str):
    part = f"<ul>{TWO_CARDS[source]}</ul>"
    for whole, least in ((part, 5), (f"<!DOCTYPE html><html><body>{part}</body></html>", 8)):
        first, second = read(source, whole)
        assert isinstance(second, dict)
        begun = whole.index(TWO_CARDS[source][-len(TWO_CARDS[source]) // 2 :]) + 60
        for end in range(begun, len(whole) - least):
            *rows, last = read(source, whole[:end])
            assert isinstance(last, Reject), whole[:end][-40:]
            assert "cut off" in last.reason
            assert rows in ([], [first])
        assert rows == [first]


def mutated(value: Any) -> Iterator[tuple[list[Any], Any]]:
    """Yield the path of everything inside a JSON value, with what stands there."""
    steps = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in steps if isinstance(value, (dict, list)) else ():
        yield [key], part
        if isinstance(part, (dict, list)):
            yield from (([key, *path], inner) for path, inner in mutated(part))


FIVERR_GIG = {
    "general": {"gigId": 5, "gigTitle": "x"},
    "packages": {"packageList": [{"price": 1, "duration": 2}]},
    "overview": {
        "gig": {"rating": 4, "ratingsCount": 2},
        "categories": {"category": {"name": "a"}},
    },
    "tags": {"tagsGigList": [{"name": "b"}]},
    "description": {"content": "<p>c"},
    "currency": {"name": "USD"},
}
FIVERR_SEARCH = {
    "currency": {"name": "USD"},
    "listings": [
        {
            "gigs": [
                {
                    "gig_id": 1,
                    "title": "a",
                    "type": "gig",
                    "price_i": 5,
                    "packages": {"recommended": {"price": 5, "duration": 1}},
                    "buying_review_rating": 5,
                    "buying_review_rating_count": 3,
                    "seller_level": "b",
                    "category_id": 3,
                }
            ]
        }
    ],
}
API_NODE = {
    "id": "2009000000000000000",
    "title": "a",
    "description": "b",
    "publishedDateTime": "2026-01-01T00:00:00Z",
    "amount": {"rawValue": "5", "currency": "USD"},
    "hourlyBudgetMin": {"rawValue": "5"},
    "durationLabel": "1 to 3 months",
    "engagementDuration": {"weeks": 3},
    "skills": [{"name": "c"}],
    "occupations": {"category": {"prefLabel": "d"}, "subCategories": [{"prefLabel": "e"}]},
    "experienceLevel": "EXPERT",
    "totalApplicants": 2,
}
WHOLE = [
    ("fiverr", FIVERR_GIG),
    ("fiverr", FIVERR_SEARCH),
    ("upwork", [API_NODE]),
    (
        "upwork",
        [site_node(fixedPriceAmount={"amount": "5"}, hourlyEngagementDuration={"weeks": 1})],
    ),
]
PLACES = [(source, whole, path) for source, whole in WHOLE for path, _ in mutated(whole)]


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(place=st.sampled_from(PLACES), value=VALUES, capture=CAPTURES)
def test_a_value_of_any_type_gives_rows_or_source_changed(place, value, capture):
    source, whole, path = place
    copy = json.loads(json.dumps(whole))
    at = copy
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    only_rows_or_source_changed(source, json.dumps(copy).encode(), capture)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    name=st.sampled_from([*_pph_pages.ALWAYS, "proj_id", "url", "proj_desc", "category", "client"]),
    value=VALUES,
    capture=CAPTURES,
)
def test_pph_attribute_of_any_type_gives_rows_or_source_changed(name, value, capture):
    page = pph_page(project(1, **{name: value}))
    only_rows_or_source_changed("peopleperhour", page.encode(), capture)


# Asking


class Site:
    """Stands in for the network: answers by address, remembers what was asked."""

    now = NOON
    cursor: dict[str, Any] = {}  # noqa: RUF012
    landed: frozenset[str] = frozenset()

    def __init__(self, answer: Callable[[int], str]) -> None:
        self.answer = answer
        self.asked: list[str] = []

    def get(self, url: str, *, kind: str = "json", part: Any = None, missing_ok: bool = False):
        assert kind == "html"
        self.asked.append(url)
        return Answer(url, self.answer(len(self.asked)).encode(), NOON)

    def open_ids(self) -> list[str]:
        return []


PPH_URL = "https://www.peopleperhour.com/freelance-jobs?page={}&sort=latest"


def test_pph_asks_until_the_last_page():
    site = Site(lambda page: pph_page(project(page), pages=3))
    names = [payload.name for payload in peopleperhour.extract(site)]
    assert names == ["page-01", "page-02", "page-03"]
    assert site.asked == [PPH_URL.format(page) for page in (1, 2, 3)]


def test_pph_stops_at_a_page_without_a_new_id():
    site = Site(lambda page: pph_page(project(min(page, 2)), project(1)))
    assert len(list(peopleperhour.extract(site))) == 3


def test_guru_stops_at_a_page_without_a_new_id():
    site = Site(lambda page: guru_card("on Jan 05, 2026", n=min(page, 2)))
    payloads = list(guru.extract(site))
    assert site.asked == ["https://www.guru.com/d/jobs/" + end for end in ("", "pg/2/", "pg/3/")]
    assert len({payload.name for payload in payloads}) == 3


@pytest.mark.parametrize("page", ["", "<html>Press and hold</html>"])
def test_a_page_without_listings_is_landed_and_ends_the_asking(page: str):
    for module in (peopleperhour, guru):
        assert len(list(module.extract(Site(lambda _: page)))) == 1


def test_asking_never_goes_on_for_ever():
    site = Site(lambda page: pph_page(project(page), pages=10**6))
    assert len(list(peopleperhour.extract(site))) == peopleperhour.MAX_PAGES
    site = Site(lambda page: guru_card("on Jan 05, 2026", n=page))
    assert len(list(guru.extract(site))) == guru.MAX_PAGES


@pytest.mark.parametrize("module", [peopleperhour, guru])
def test_asking_fits_its_budget_and_hosts(module):
    assert module.SOURCE.budget.requests_per_day >= module.MAX_PAGES + 1  # and robots.txt
    assert module.SOURCE.url.split("/")[2] in module.SOURCE.hosts
    assert not module.SOURCE.is_on_by_default
