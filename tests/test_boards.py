"""The boards of remote jobs: how they are asked, their units, and that nothing is lost or invented.

`Asked` stands in for the network: it answers from a function and keeps what was asked.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.asking import Answer, Payload
from etl.contracts import Capture, Reject, SourceChanged
from etl.normalise import normalise as normalise_whole
from etl.sources import (
    arbeitnow,
    himalayas,
    jobicy,
    remoteok,
    remotive,
    weworkremotely,
    workingnomads,
)

NOW = datetime(2026, 11, 23, 6, 0)
CAPTURE = Capture("board", "jobs.json", "0" * 64, NOW, "second", NOW)
ONE_ANSWER = {
    remoteok: ("https://remoteok.com/api", 1),
    remotive: ("https://remotive.com/api/remote-jobs", 6),
    jobicy: ("https://jobicy.com/api/v2/remote-jobs?count=100", 1),
    workingnomads: ("https://www.workingnomads.com/api/exposed_jobs/", 1),
    weworkremotely: ("https://weworkremotely.com/remote-jobs.rss", 1),
}
PAGED = (arbeitnow, himalayas)
JSON_BOARDS = (remoteok, remotive, jobicy, workingnomads, arbeitnow, himalayas)
BOARDS = (*JSON_BOARDS, weworkremotely)
ENVELOPE = dict.fromkeys(JSON_BOARDS, "jobs") | {arbeitnow: "data"}


def name(value: Any) -> str | None:
    return value.SOURCE.id if isinstance(value, ModuleType) else None


class Asked:
    """An Ask that answers without a network."""

    def __init__(self, answer: Callable[[str], Any], cursor: dict[str, Any] | None = None):
        self.now, self.cursor, self.landed = NOW, cursor or {}, set()
        self.urls: list[str] = []
        self.kinds: set[str] = set()
        self._answer = answer

    def get(self, url: str, *, kind: str = "json", **_: Any) -> Answer:
        self.urls.append(url)
        self.kinds.add(kind)
        value = self._answer(url)
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        return Answer(url, body, NOW + timedelta(seconds=len(self.urls)))


def query(url: str) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}


def rows_of(module: ModuleType, value: Any) -> list[dict[str, Any] | Reject]:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return list(module.normalise(body, CAPTURE))


# -- asking


@pytest.mark.parametrize("module", ONE_ANSWER, ids=name)
def test_a_whole_board_is_one_request(module: ModuleType):
    ask = Asked(lambda url: b"not even parsed")
    payloads = list(module.extract(ask))
    assert ask.urls == [ONE_ANSWER[module][0]]
    assert ask.kinds == {"xml" if module is weworkremotely else "json"}
    assert [p.answer.body for p in payloads] == [b"not even parsed"]
    assert payloads[0].cursor == {"asked_at": "2026-11-23T06:00:01"}


@pytest.mark.parametrize("module", BOARDS, ids=name)
def test_a_board_is_left_alone_until_its_time(module: ModuleType):
    hours = ONE_ANSWER[module][1] if module in ONE_ANSWER else 20
    for minutes, asks in ((0, False), (60 * hours - 1, False), (60 * hours, True), (-5, True)):
        asked_at = (NOW - timedelta(minutes=minutes)).isoformat()
        ask = Asked(lambda url: [], {"asked_at": asked_at})
        payloads = list(module.extract(ask))
        assert (bool(payloads), bool(ask.urls)) == (asks, asks), minutes


@pytest.mark.parametrize("module", BOARDS, ids=name)
def test_what_a_board_declares(module: ModuleType):
    source = module.SOURCE
    ask = Asked(lambda url: [])
    list(module.extract(ask))
    assert {urlsplit(url).hostname for url in ask.urls} <= set(source.hosts)
    most = getattr(module, "MAX_PAGES", 1)
    assert most + 1 <= source.budget.requests_per_day  # robots.txt counts too
    assert source.budget.seconds_between >= 2
    assert not source.republish_rows
    assert source.scope == ("capped" if module is himalayas else "newest")
    assert source.terms.read_on == "2026-11-24"
    assert source.is_on_by_default == (module in (remoteok, remotive, jobicy))


def test_remotive_is_asked_four_times_a_day_at_most():
    assert remotive.SOURCE.budget.requests_per_day == 4
    assert remotive.SOURCE.budget.seconds_between >= 30  # two a minute are blocked


def arbeitnow_page(url: str, last: int, ids: Callable[[int], list[str]]) -> dict[str, Any]:
    page = int(query(url)["page"])
    following = f"https://elsewhere.example/{page + 1}" if page < last else None
    return {"data": [{"slug": slug} for slug in ids(page)], "links": {"next": following}}


def test_arbeitnow_is_read_to_the_page_without_a_next_one():
    ask = Asked(lambda url: arbeitnow_page(url, 3, lambda page: [f"{page}a", f"{page}b"]))
    payloads = list(arbeitnow.extract(ask))
    first = "https://www.arbeitnow.com/api/job-board-api?page="
    assert ask.urls == [first + "1", first + "2", first + "3"]
    assert [p.name for p in payloads] == ["page_001.json", "page_002.json", "page_003.json"]


@pytest.mark.parametrize(
    ("ids", "pages"),
    [
        (lambda page: [str(page)], arbeitnow.MAX_PAGES),  # always new ones
        (lambda page: ["same"], 2),
        (lambda page: [str(min(page, 4)), "same"], 5),
        (lambda page: [], 1),
    ],
)
def test_arbeitnow_never_pages_without_end(ids: Callable[[int], list[str]], pages: int):
    ask = Asked(lambda url: arbeitnow_page(url, 10**9, ids))
    assert len(list(arbeitnow.extract(ask))) == len(ask.urls) == pages


def test_arbeitnow_without_links_is_one_page():
    ask = Asked(lambda url: [{"slug": "a"}])
    assert len(list(arbeitnow.extract(ask))) == 1


def test_himalayas_goes_on_by_the_cursor_of_the_answer():
    following = {None: "a/b=", "a/b=": "c", "c": ""}

    def answer(url: str) -> dict[str, Any]:
        cursor = query(url).get("cursor")
        return {"jobs": [{"guid": f"g{cursor}"}], "nextCursor": following[cursor]}

    ask = Asked(answer)
    payloads = list(himalayas.extract(ask))
    assert ask.urls == [
        "https://himalayas.app/jobs/api?limit=20",
        "https://himalayas.app/jobs/api?limit=20&cursor=a%2Fb%3D",
        "https://himalayas.app/jobs/api?limit=20&cursor=c",
    ]
    assert len({p.name for p in payloads}) == 3


@pytest.mark.parametrize("cursor", [None, "", 7, ["x"]])
def test_himalayas_ends_at_no_cursor(cursor: Any):
    ask = Asked(lambda url: {"jobs": [{"guid": "g"}], "nextCursor": cursor})
    assert len(list(himalayas.extract(ask))) == 1


def test_himalayas_goes_on_by_offset_where_there_is_no_cursor():
    def answer(url: str) -> dict[str, Any]:
        offset = int(query(url).get("offset", 0))
        return {"jobs": [{"guid": str(n)} for n in range(offset, min(offset + 20, 45))]}

    ask = Asked(answer)
    list(himalayas.extract(ask))
    assert [query(url).get("offset") for url in ask.urls] == [None, "20", "40", "45"]


def test_himalayas_stops_at_its_cap_and_at_a_page_seen_before():
    ask = Asked(lambda url: {"jobs": [{"guid": url}], "nextCursor": f"{len(url)}"})
    assert len(list(himalayas.extract(ask))) <= himalayas.MAX_PAGES
    counted = iter(range(10**6))
    ask = Asked(lambda url: {"jobs": [{"guid": str(next(counted))}], "nextCursor": "same"})
    assert len(list(himalayas.extract(ask))) == himalayas.MAX_PAGES == 50
    ask = Asked(lambda url: {"jobs": [{"guid": "g"}], "nextCursor": url[-9:]})
    assert len(list(himalayas.extract(ask))) == 2


@pytest.mark.parametrize("module", PAGED, ids=name)
@pytest.mark.parametrize("body", [b"<html>", b'{"error": "x"}', b"[1]", b"[" * 5000])
def test_a_page_is_landed_before_it_is_read(module: ModuleType, body: bytes):
    landed: list[Payload] = []
    if body == b"[1]":  # a list of no jobs: the end
        landed.extend(module.extract(Asked(lambda url: body)))
    else:
        with pytest.raises(SourceChanged):
            landed.extend(p for p in module.extract(Asked(lambda url: body)))
    pages = module.extract(Asked(lambda url: body))
    assert next(pages).answer.body == body


# -- units, times, and what is not known


def himalayas_job(**cells: Any) -> dict[str, Any]:
    return {
        "guid": "g",
        "title": "t",
        "pubDate": 1778990421,
        "employmentType": "Contractor",
    } | cells


@pytest.mark.parametrize(
    ("low", "high", "period", "expected"),
    [
        (14, 14, "hourly", ("hourly", "hour", 14, 14)),
        (14, 14, "annual", ("salary", "year", 14, 14)),  # as sent, never converted
        (400, 500, "daily", ("salary", "day", 400, 500)),
        (None, 9.5, "weekly", ("salary", "week", None, 9.5)),
        (50, 70, None, ("salary", None, 50, 70)),
        (None, None, "fortnightly", ("unknown", None, None, None)),
    ],
)
def test_himalayas_pay_is_per_its_period(
    low: float | None, high: float | None, period: str | None, expected: tuple[Any, ...]
):
    cells = {"minSalary": low, "maxSalary": high, "salaryPeriod": period}
    (row,) = rows_of(himalayas, [himalayas_job(currency="USD", **cells)])
    found = tuple(row.get(k) for k in ("pricing_type", "price_period", "price_min", "price_max"))
    assert found == expected
    assert row.get("currency") == ("USD" if expected[0] != "unknown" else None)
    assert (row.get("flags") == ["period_unknown"]) == (expected[:2] == ("salary", None))
    assert row["posted_at"] == datetime(2026, 5, 17, 4, 0, 21)


def test_himalayas_words_it_does_not_know_are_named():
    cells = {"minSalary": 1, "maxSalary": 2, "currency": "USD", "salaryPeriod": "fortnightly"}
    assert rows_of(himalayas, [himalayas_job(**cells)]) == [
        Reject("job 1", "unknown salaryPeriod 'fortnightly'")
    ]
    cells |= {"salaryPeriod": "hourly", "currency": "dollars"}
    assert rows_of(himalayas, [himalayas_job(**cells)]) == [
        Reject("job 1", "currency is no currency code: 'DOLLARS'")
    ]


def test_himalayas_job_keeps_its_id_whatever_the_company_is_called():
    jobs = [himalayas_job(companyName=company) for company in ("name", "Elm", None)]
    rows = rows_of(himalayas, jobs)
    assert rows[0] == rows[1] == rows[2]
    assert not any("name" in str(value) for value in rows[0].values())


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2026-07-10T09:24:39-04:00", datetime(2026, 7, 10, 13, 24, 39)),  # summer
        ("2026-01-10T21:24:39-05:00", datetime(2026, 1, 11, 2, 24, 39)),  # winter, the next day
    ],
)
def test_working_nomads_tells_us_eastern_time(written: str, utc: datetime):
    job = {"url": "https://www.workingnomads.com/job/go/5/", "title": "t", "pub_date": written}
    (row,) = rows_of(workingnomads, [job])
    assert (row["native_id"], row["posted_at"]) == ("5", utc)


@pytest.mark.parametrize(
    ("salary", "expected"),
    [
        ("$50-$75 /hour", ("hourly", "hour", 50, 75, "USD")),
        ("£400 per day", ("salary", "day", 400, 400, "GBP")),
        ("€31,2k - €52k per year", ("salary", "year", 31200, 52000, "EUR")),
        ("CAD 30+ per hour", ("hourly", "hour", 30, None, "CAD")),
        ("up to $40/hr", ("hourly", "hour", None, 40, "USD")),
        ("$170k - $200k", ("salary", None, 170_000, 200_000, "USD")),
        ("$31,2k- $52k", ("salary", None, 31_200, 52_000, "USD")),
    ],
)
def test_remotive_pay_is_read(salary: str, expected: tuple[Any, ...]):
    row = remotive._pay(salary)
    keys = ("pricing_type", "price_period", "price_min", "price_max", "currency")
    assert tuple(row.get(key) for key in keys) == expected
    assert ("flags" in row) == (row.get("price_period") is None), "period_unknown"


UNREAD = [
    "Pay per task", "OTE $25k - $35k", "20 hours per week",
    "OTE: $60k per year", "$25/hour or $4k/month", "10% per year", "$9-5/hour", "DOE",
]  # fmt: skip


@pytest.mark.parametrize("salary", UNREAD)
def test_remotive_pay_is_never_guessed(salary: str):
    assert remotive._pay(salary) == {"pricing_type": "unknown", "flags": ["price_unread"]}


@pytest.mark.parametrize("salary", ["", "-", " ", None, "N/A"])
def test_remotive_without_pay_is_no_odd_row(salary: str | None):
    assert remotive._pay(salary) == {"pricing_type": "unknown"}


def remoteok_job(**cells: Any) -> dict[str, Any]:
    return {
        "id": "1",
        "epoch": 1768816800,
        "position": "p",
        "salary_min": 0,
        "salary_max": 0,
    } | cells


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        ((0, 0), ("unknown", None, None)),
        ((21, 24), ("salary", 21, 24)),
        ((150000, 250000), ("salary", 150000, 250000)),
        ((0, 90000), ("salary", None, 90000)),
        ((90000, 0), ("salary", 90000, None)),
        ((90000, 60000), ("unknown", None, None)),
    ],
)
def test_remoteok_zero_is_unknown_and_no_unit_is_made_up(
    ends: tuple[int, int], expected: tuple[Any, ...]
):
    (row,) = rows_of(remoteok, [remoteok_job(salary_min=ends[0], salary_max=ends[1])])
    assert tuple(row.get(k) for k in ("pricing_type", "price_min", "price_max")) == expected
    assert row.get("currency") is None
    assert row.get("price_period") is None


def test_remoteok_notice_is_no_job_and_no_reject():
    assert rows_of(remoteok, [{"legal": "x", "last_updated": 1}]) == []
    assert len(rows_of(remoteok, [{"legal": "x"}, remoteok_job()])) == 1
    assert len(rows_of(remoteok, [remoteok_job(legal="a job that says legal")])) == 1


@pytest.mark.parametrize(
    ("shown", "meant"),
    [
        ("Café".encode().decode("latin-1"), "Café"),
        ("don’t – “so” 🚀".encode().decode("latin-1"), "don’t – “so” 🚀"),
        ("naïve »Spaß« ÀÉ ¿SÃO PAULO?", "naïve »Spaß« ÀÉ ¿SÃO PAULO?"),  # sound as it is
    ],
)
def test_remoteok_letters_read_wrongly_are_repaired_and_no_others(shown: str, meant: str):
    (row,) = rows_of(remoteok, [remoteok_job(position=shown, description=f"<p>{shown}</p>")])
    assert (row["title"], row["text"]) == (meant, meant)


def test_remoteok_letters_of_any_script_are_repaired():
    for meant in ("日本語のイベント", "Łukasz – Привет", "頠 no control, so it may be sound"):
        shown = meant.encode().decode("latin-1")
        (row,) = rows_of(remoteok, [remoteok_job(position=shown)])
        assert row["title"] == (" ".join(shown.split()) if "sound" in meant else meant)
    cut = "日本語".encode()[:-1].decode("latin-1")
    (row,) = rows_of(remoteok, [remoteok_job(position=cut)])
    assert row["title"] == "日本"
    (row,) = rows_of(remoteok, [remoteok_job(position="a \u00e0\u0080\u0080 b")])
    assert row["title"], "no UTF-8, so it stays"


@pytest.mark.parametrize("odd", [None, 5, "x", [], {}])
def test_what_is_no_job_is_said_to_be_none(odd: Any):
    (_, reject) = rows_of(remoteok, [remoteok_job(), odd])
    assert reject.reason == "no object, or an empty one"


def test_remoteok_text_does_not_hold_who_asked():
    """The footer holds the reader's address and changes with every pull."""
    footer = "Please mention the word **{}** and tag {} when applying (#{})."
    texts = {
        rows_of(
            remoteok, [remoteok_job(description="Work.<br/><br/>" + footer.format(word, tag, tag))]
        )[0]["text"]
        for word, tag in (("CALM", "MQ=="), ("KEEN", "Mg=="))
    }
    assert texts == {"Work."}


def test_jobicy_yearly_text_and_numbers_with_a_period_say_the_same():
    job = {"id": 1, "jobTitle": "t", "pubDate": "2026-01-01 04:10:21", "salaryCurrency": "USD"}
    new = {"salaryMin": 67500, "salaryMax": 79000, "salaryPeriod": "yearly"}
    old = {"annualSalaryMin": "67500", "annualSalaryMax": "79000"}
    assert rows_of(jobicy, [job | new]) == rows_of(jobicy, [job | old])
    (row,) = rows_of(jobicy, [job | new])
    assert (row["price_min"], row["price_period"]) == (67500.0, "year")


def test_jobicy_renamed_salary_is_never_silently_missing():
    """2.0 and 2.2 differ in these names, and a job without pay carries none of them."""
    job = {"id": 1, "jobTitle": "t", "pubDate": "2026-01-01 04:10:21", "salaryFrom": 5}
    assert rows_of(jobicy, [job]) == [Reject("job 1", "unknown salary key 'salaryFrom'")]


# -- shapes


@pytest.mark.parametrize("module", JSON_BOARDS, ids=name)
def test_a_key_no_job_has_any_more_is_a_change(module: ModuleType):
    for key in module.ALWAYS:
        job = {other: None for other in module.ALWAYS if other != key}
        with pytest.raises(SourceChanged, match=repr(key)):
            rows_of(module, [job] * 5)


@pytest.mark.parametrize("module", JSON_BOARDS, ids=name)
@pytest.mark.parametrize(
    "body",
    [b"", b"<html>Just a moment", b'{"message": "no"}', b"7", b'"x"', b'{"jobs": {}, "data": 7}'],
)
def test_another_shape_is_a_change(module: ModuleType, body: bytes):
    with pytest.raises(SourceChanged):
        rows_of(module, body)


@pytest.mark.parametrize("module", JSON_BOARDS, ids=name)
def test_envelope_and_bare_list_say_the_same(module: ModuleType):
    jobs = [dict.fromkeys(module.ALWAYS, "x")]
    assert rows_of(module, jobs) == rows_of(module, {ENVELOPE[module]: jobs, "more": 1})


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.sampled_from([10**4000, 1768816800, 1768816800000, 0, 14]),
    st.floats(),
    st.text(st.characters(), max_size=12),
    st.sampled_from(
        [
            "<p>x</p>", "&lt;p&gt;x&lt;/p&gt;", "2026-01-02", "hourly", "USD", "12.5", "\ud800",
            "https://www.workingnomads.com/job/go/5/", "Please mention the word **", "Ã©",
        ]
    ),
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=4,
)
OTHER_KEYS = {
    remoteok: ("description", "url", "legal"),
    remotive: ("description", "tags", "url"),
    jobicy: (
        "jobDescription", "url", "salaryMin", "salaryMax", "salaryCurrency", "salaryPeriod",
        "annualSalaryMin", "annualSalaryMax",
    ),
    workingnomads: ("description",),
    arbeitnow: ("description", "tags", "url"),
    himalayas: ("description", "categories", "parentCategories", "currency", "salaryPeriod"),
}  # fmt: skip


@pytest.mark.parametrize("module", JSON_BOARDS, ids=name)
@settings(max_examples=120, deadline=None)
@given(st.data())
def test_every_job_of_any_form_is_a_row_or_a_reject(module: ModuleType, data: st.DataObject):
    keys = st.sampled_from((*module.ALWAYS, *OTHER_KEYS[module]))
    jobs = data.draw(st.lists(st.dictionaries(keys, VALUES) | VALUES, max_size=7))
    body = json.dumps(data.draw(st.sampled_from([jobs, {ENVELOPE[module]: jobs}]))).encode()
    try:
        items = list(module.normalise(body, CAPTURE))
    except SourceChanged:
        return
    notices = [job for job in jobs if module is remoteok and remoteok._is_notice(job)]
    assert len(items) == len(jobs) - len(notices)
    assert all(isinstance(item, (dict, Reject)) for item in items)
    if items:
        result = normalise_whole(module, body, CAPTURE, {})
        assert result.read == len(items)


@pytest.mark.parametrize("module", BOARDS, ids=name)
@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60) | st.text("[]{}<>!rssitem/ \"':,1&;").map(str.encode))
def test_any_bytes_are_rows_rejects_or_a_change(module: ModuleType, body: bytes):
    try:
        items = list(module.normalise(body, CAPTURE))
    except SourceChanged:
        return
    assert all(isinstance(item, (dict, Reject)) for item in items)


def test_labels_have_no_tags_and_links_lead_to_the_web():
    cells = {
        "position": "<b>R&amp;D</b> &lt;i&gt;lead&lt;/i&gt;",
        "tags": ["<i>a</i>", "C++ &lt; C"],
    }
    (row,) = rows_of(remoteok, [remoteok_job(url="javascript:alert(1)", **cells)])
    assert (row["title"], row["skills"]) == ("R&D lead", ["a", "C++ < C"])
    assert row["url"] is None


def test_zero_is_no_pay_on_any_board():
    (row,) = rows_of(himalayas, [himalayas_job(minSalary=0, maxSalary=0, salaryPeriod="x")])
    assert (row["pricing_type"], row.get("price_min"), row.get("flags")) == ("unknown", None, None)
    (row,) = rows_of(himalayas, [himalayas_job(minSalary=0, maxSalary=9, salaryPeriod="hourly")])
    assert (row["price_min"], row["price_max"]) == (None, 9)
    job = {"id": 1, "jobTitle": "t", "pubDate": "2026-01-05 09:24:39"}
    (row,) = rows_of(jobicy, [job | {"salaryMin": 0, "salaryMax": 50000, "salaryPeriod": "yearly"}])
    assert (row["price_min"], row["price_max"]) == (None, 50000)
    (row,) = rows_of(jobicy, [job | {"annualSalaryMin": "0", "annualSalaryMax": "0"}])
    assert row["pricing_type"] == "unknown"
    job = {"id": 1, "title": "t", "publication_date": "2026-01-05T09:24:39", "salary": "$0 /hour"}
    (row,) = rows_of(remotive, [job])
    assert (row["pricing_type"], row.get("price_max")) == ("unknown", None)


# -- the feed of We Work Remotely


def item(number: int, **cells: str) -> str:
    cells = {
        "title": f"Elm: Role {number}", "type": "Contract", "category": "Design",
        "pubDate": "Sat, 10 Jan 2026 08:00:00 +0000", "guid": f"g{number}",
    } | cells  # fmt: skip
    return "<item>" + "".join(f"<{key}>{value}</{key}>" for key, value in cells.items()) + "</item>"


def feed(*items: str, before: str = "") -> bytes:
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    return f"{head}{before}<rss><channel>{''.join(items)}</channel></rss>".encode()


def ids(items: list[dict[str, Any] | Reject]) -> list[str]:
    return [row["native_id"] for row in items if isinstance(row, dict)]


@pytest.mark.parametrize(
    ("damage", "read", "rejects"),
    [
        ("<title>no & more</title>", ["g1", "g2"], 0),  # outside any item but before the first
        (item(3, description="&nbsp;"), ["g1", "g2"], 1),
        (item(3, description="a \x0b b"), ["g1", "g2"], 1),
        ("<item><guid>g3", ["g1", "g2"], 1),
        ("</item>", ["g1", "g2"], 1),
        ("<itm><guid>g3</guid></item>", ["g1", "g2"], 1),
        (item(3) + "<guid>g4</guid></item>", ["g3", "g1", "g2"], 1),
    ],
)
def test_a_damaged_feed_gives_its_whole_items(damage: str, read: list[str], rejects: int):
    items = rows_of(weworkremotely, feed(damage, item(1), item(2, title="Elm: Ünharmed")))
    assert ids(items) == read
    assert [item for item in items if isinstance(item, dict)][-1]["title"] == "Ünharmed"
    assert len(items) == len(read) + rejects


def test_two_jobs_in_one_item_are_no_job():
    merged = (item(1) + item(2)).replace("</item><item>", "")
    lost, row = rows_of(weworkremotely, feed(merged, item(3)))
    assert lost.reason == "damaged XML: a second title in one item"
    assert row["native_id"] == "g3"
    (reject,) = rows_of(weworkremotely, feed(item(1).replace("title>", "name>")))
    assert reject.reason == "title is missing"


def test_a_cut_feed_loses_its_last_item_only():
    whole = feed(item(1), item(2), item(3))
    for cut in range(whole.index(b"<guid>g3"), len(whole)):
        items = rows_of(weworkremotely, whole[:cut])
        assert ids(items)[:2] == ["g1", "g2"]
        assert len(items) == 3


def test_a_feed_in_another_encoding_is_read_by_its_declaration():
    text = '<?xml version="1.0" encoding="{}"?><rss><channel>' + item(1, title="Elm: Ü")
    for encoding in ("utf-16", "iso-8859-1"):
        body = (text.format(encoding) + "</channel></rss>").encode(encoding)
        assert rows_of(weworkremotely, body)[0]["title"] == "Ü"
    damaged = (text.format("iso-8859-1") + "<item>").encode("iso-8859-1")
    assert rows_of(weworkremotely, damaged)[0]["title"] == "Ü"


def test_a_feed_never_reads_a_file_or_grows(tmp_path: Any):
    secret = tmp_path / "secret"
    secret.write_text("SECRET")
    outside = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    bomb = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    for before in (outside, f'<!DOCTYPE rss [<!ENTITY a0 "x">{bomb}<!ENTITY x "&a11;">]>'):
        body = feed(item(1), item(2, description="&x;"), before=before)
        try:
            assert "SECRET" not in str(rows_of(weworkremotely, body))
        except SourceChanged as error:
            assert "document type" in str(error)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<html><body>Just a moment</body></html>", "its root is 'html'"),
        (b"<!DOCTYPE html><html><p>Just a moment</html>", "no XML"),
        (b"<rss>" * 300, "no XML"),
        (b" " * (weworkremotely.MAX_BYTES + 1), "a feed of 33,554,433 bytes"),
        (feed(*(f"<item><link>{n}</link></item>" for n in range(5))), "'guid'"),
    ],
)
def test_no_feed_is_a_change(body: bytes, reason: str):
    with pytest.raises(SourceChanged, match=reason):
        rows_of(weworkremotely, body)


@pytest.mark.parametrize(
    ("title", "role"),
    [
        ("Elm &amp; Ash: Editor", "Editor"),
        ("Elm: Editor: Night shift", "Editor: Night shift"),
        ("Editor", "Editor"),
        ("Elm:", "Elm:"),
        ("", None),
    ],
)
def test_a_title_keeps_the_role(title: str, role: str | None):
    (row,) = rows_of(weworkremotely, feed(item(1, title=title)))
    assert row["title"] == role
