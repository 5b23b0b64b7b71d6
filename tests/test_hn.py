"""Hacker News threads: found by title and month; pay only where a post leaves no doubt."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.asking import Answer
from etl.contracts import Capture, Reject, SourceChanged
from etl.sources import hn
from etl.sources._hn_pay import pay
from etl.sources._hn_text import employment, is_remote, marked_side, technologies, without_contacts
from etl.sources._hn_threads import thread_of

PAYLOADS = Path(__file__).resolve().parent / "payloads" / "hn"
NOW = datetime(2026, 11, 24, 6)
CAPTURE = Capture("hn", "2026-10 hiring", "0" * 64, NOW, "second", NOW)
BODIES = [
    path.read_bytes()
    for path in sorted(PAYLOADS.glob("*.json"))
    if not path.name.endswith((".expected.json", ".capture.json"))
]
ACCOUNT = "whoishiring"


def read(body: bytes) -> list[dict[str, Any] | Reject]:
    return list(hn.normalise(body, CAPTURE))


def seconds(*day: int) -> int:
    return int(datetime(*day, 15, tzinfo=UTC).timestamp())


def story(native_id: int, title: str, posted: int, comments: int = 100, by: str = ACCOUNT) -> dict:
    return {
        "objectID": str(native_id), "title": title, "created_at_i": posted,
        "num_comments": comments, "author": by, "_tags": ["story", f"author_{by}"],
    }  # fmt: skip


@dataclass
class FakeAsk:
    """Stands in for the network: a search over some stories, and threads without comments."""

    stories: list[dict[str, Any]]
    now: datetime = NOW
    landed: set[str] = field(default_factory=set)
    cursor: dict[str, Any] = field(default_factory=dict)
    addresses: tuple[str, ...] = ()
    asked: list[str] = field(default_factory=list)

    def open_ids(self) -> list[str]:
        return []

    def get(self, url: str, **options: Any) -> Answer:
        assert options == {}
        parts = urlsplit(url)
        assert (parts.scheme, parts.hostname) == ("https", "hn.algolia.com")
        query = parse_qs(parts.query, keep_blank_values=True)
        if parts.path.startswith("/api/v1/items/"):
            self.asked.append(parts.path.rpartition("/")[2])
            return Answer(url, b"{}", self.now)
        assert parts.path == "/api/v1/search_by_date"
        self.asked.append(query["query"][0] or query["tags"][0])
        return Answer(url, json.dumps({"hits": self._hits(query)}).encode(), self.now)

    def _hits(self, query: dict[str, list[str]]) -> list[dict[str, Any]]:
        words = query["query"][0].strip('"').lower()
        tags = set(query["tags"][0].split(","))
        found = [s for s in self.stories if words in s["title"].lower() and tags <= set(s["_tags"])]
        for bound in query["numericFilters"][0].split(","):
            name, sign, number = bound.partition(">=" if ">=" in bound else "<")
            assert name == "created_at_i"
            found = [s for s in found if (s[name] >= int(number)) == (sign == ">=")]
        newest_first = sorted(found, key=lambda s: -s["created_at_i"])
        return newest_first[: int(query["hitsPerPage"][0])]


@pytest.mark.parametrize(
    ("title", "thread"),
    [
        ("Ask HN: Who is hiring? (May 2026)", (date(2026, 5, 1), "hiring")),
        ("Ask HN: Who is Hiring? (December 2012) ", (date(2012, 12, 1), "hiring")),
        ("Ask HN: Who wants to be hired? (July 2026)", (date(2026, 7, 1), "hired")),
        ("Ask HN: Freelancer? Seeking Freelancer? (June 2014)", (date(2014, 6, 1), "freelancer")),
        ("Ask HN: Who is hiring right now?", None),
        ("Ask HN: Who is hiring remotely? (May 2026)", None),
        ("Who is hiring? (May 2026)", None),
        ("Ask HN: Who is hiring? (Maybe 2026)", None),
        ("Show HN: A search for Ask HN: Who is hiring? (May 2026)", None),
        (None, None),
        (7, None),
    ],
)
def test_thread_is_known_by_its_exact_title(title, thread):
    assert thread_of(title) == thread


@pytest.mark.parametrize(
    ("text", "kind", "low", "high", "currency", "period"),
    [
        ("Co | Dev | $80-120/hr", "hourly", 80, 120, "USD", "hour"),
        ("Co | Dev | EUR 80/h", "hourly", 80, 80, "EUR", "hour"),
        ("Co | Dev | 50-60 USD/h", "hourly", 50, 60, "USD", "hour"),
        ("Co | Dev | $100/hr - $120/hr", "hourly", 100, 120, "USD", "hour"),
        ("Hello\nMy hourly rate is $95.", "hourly", 95, 95, "USD", "hour"),
        ("Hello\nHourly rate: from £60", "hourly", 60, None, "GBP", "hour"),
        ("Co | Dev | £300 - £400 per day", "salary", 300, 400, "GBP", "day"),
        ("Hello\nDay rate: €650", "salary", 650, 650, "EUR", "day"),
        ("Hello\nRate: 600 per day", "salary", 600, 600, None, "day"),
        ("Co | Dev | $2k/wk", "salary", 2_000, 2_000, "USD", "week"),
        ("Co | Dev | $4K–6K USD/mo", "salary", 4_000, 6_000, "USD", "month"),
        ("Co | Dev\nSalary: 7.500 - 10.000 CHF per month", "salary", 7_500, 10_000, "CHF", "month"),
        ("Co | Dev | $142k - $165k CAD per year", "salary", 142_000, 165_000, "CAD", "year"),
        ("Co | Dev | Up to £50,000 per annum", "salary", None, 50_000, "GBP", "year"),
        ("Co | Dev | $120k-150k + equity", "salary", 120_000, 150_000, "USD", None),
        ("Co | Dev | €50k – €60k", "salary", 50_000, 60_000, "EUR", None),
        ("Co | Dev | $130k+", "salary", 130_000, None, "USD", None),
        ("Co | Dev\nCompensation: $60,000-$80,000", "salary", 60_000, 80_000, "USD", None),
        ("Co | Dev\nWe offer €90–120k base.", "salary", 90_000, 120_000, "EUR", None),
        ("Co | Sydney | Dev | A$120k-130k", "salary", 120_000, 130_000, "AUD", None),
    ],
)
def test_pay_that_is_certain(text, kind, low, high, currency, period):
    row = pay(text, for_freelancers=False)
    found = (row["pricing_type"], row["price_min"], row["price_max"], row["currency"])
    assert (*found, row["price_period"]) == (kind, low, high, currency, period)
    assert row.get("flags", []) == (["period_unknown"] if period is None else [])


@pytest.mark.parametrize(
    "text",
    [
        "Co | Dev | raised $120k",
        "Co | Dev | $500k ARR",
        "Co | Dev | $100M revenue, $20 million funding",
        "Co | Dev | $2M-$3M",
        "Co | Dev | $150-200",  # thousands perhaps
        "Co | Dev | 150-250k",  # of which currency?
        "Co | Dev | 40 h/week",
        "Co | Dev | $1,500/year learning budget",
        "Co | Dev | $10k signing bonus",
        "Co\nWe saved customers $300k per year.",
        "Co\nLawyers, with rates averaging $300/hour, are few.",
        "Co\nSomeone makes at most $12-15/hour there.",
        "Co\nOur GPUs: $40/hr.",
        "Co\nReal problems, the kind that companies pay $100k to solve.",
        "Co\nA seat is $30/month and pays for itself.",
        "Co\nSalary of $100,00 - $150,000",  # cut in two it would be wrong
        "Co\nSalary £40k/£50k",
        "Co\nPaid $9,000 per hour",
        "Co\nBudget: $3,000",
        "Co\nup to $90k+ salary",
        "",
    ],
)
def test_figure_that_is_no_certain_pay(text):
    assert pay(text, for_freelancers=False) == {"pricing_type": "unknown"}


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("Co | Dev\nSenior: salary £70k-80k\nJunior: salary £40k-45k", "several_rates"),
        ("Co | Toronto | $90k-110k", "currency_unclear"),
        ("Location: Sydney\nHi\nMy rate: $90/hr", "currency_unclear"),
    ],
)
def test_pay_left_out_says_why(text, flag):
    assert pay(text, for_freelancers=False) == {"pricing_type": "unknown", "flags": [flag]}


def test_same_pay_twice_is_one_pay_and_the_first_line_beats_the_rest():
    assert pay("Co | $90/hr\nAs said: pay is $90/hr", False)["price_min"] == 90
    assert pay("Co | $90/hr\nPay for juniors is $50/hr", False)["price_min"] == 90


def test_budget_is_a_fixed_price_among_clients_of_freelancers_only():
    text = "SEEKING FREELANCER | Remote\nBudget: $3,000"
    assert pay(text, for_freelancers=True)["pricing_type"] == "fixed"
    assert pay("Hi\nBudget: $60/hr", for_freelancers=True)["pricing_type"] == "hourly"
    assert (
        pay("Hi\nThe learning budget is $3,000", for_freelancers=True)["pricing_type"] == "unknown"
    )


@pytest.mark.parametrize(
    ("text", "remote"),
    [
        ("Co | Dev | REMOTE (US)", True),
        ("Co | Dev | Remote", True),
        ("Co | Dev | Onsite or Remote", True),
        ("Co | Dev | Berlin/Remote | Full-time", True),
        ("Co | Dev | ONSITE", False),
        ("Co | Dev | no remote", False),
        ("Co | Dev | Remote: no", False),
        ("Co | Dev | NOT REMOTE", False),
        ("Co | Dev | Onsite (2 days remote OK)", None),
        ("Co | Dev | partial REMOTE", None),
        ("Co | Dev | Hybrid", None),
        ("Co | Dev | Remote Sensing Institute", None),
        ("Co | Dev\nRemote teams are our customers", None),
        ("We prefer people near us, but remote is possible", None),
        ("Location: Rome\nRemote: Yes", True),
        ("Location: Rome\nRemote: only", True),
        ("Location: Rome\nRemote: No", False),
        ("Location: Rome\nRemote: No preference", None),
        ("Location: Rome\nRemote: Hybrid", None),
        ("Hello!\nSEEKING WORK | Remote", True),
    ],
)
def test_remote(text, remote):
    assert is_remote(text) is remote


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Co | Dev | Full-time", "full-time"),
        ("Co | Dev | FULLTIME or part time", "full-time, part-time"),
        ("Co | Dev | Contract (10 hrs/wk), Remote", "contract"),
        ("Co | Smart Contract Dev", None),
        ("Co | Freelance/Contract | Paris", "contract, freelance"),
        ("Co | INTERNS", "internship"),
        ("SEEKING FREELANCER | Remote", "freelance"),
        ("Co\nFull-time", None),
    ],
)
def test_employment(text, kinds):
    assert employment(text) == kinds


def test_marker_counts_at_the_start_of_a_line_and_the_first_one_wins():
    assert marked_side("**SEEKING WORK** | x\nSEEKING FREELANCER y") == "supply"
    assert marked_side("Hi\nSeeking freelancers for x\nSEEKING WORK") == "demand"
    assert marked_side("Seeking freelance work") == "supply"
    assert marked_side("I read SEEKING FREELANCER posts") is None
    assert marked_side("SEEKING WORKSHOP guests") is None


def test_ways_to_a_person_leave_with_their_lines():
    text = (
        "Location: Rome\nRésumé/CV: https://a.example/cv\nEmail: a@a.example\nLinkedIn - x: y\n"
        "Technologies: Go, Node.js\nSee www.a.example, a.example/work and github.com/a today"
    )
    assert without_contacts(text) == (
        "Location: Rome\nTechnologies: Go, Node.js\nSee [removed] [removed] and [removed] today"
    )
    assert technologies(text) == ["Go", "Node.js"]


def test_author_never_leaves_the_module():
    for body in BODIES:
        names = {part.split('"')[0] for part in body.decode().split('"author": "')[1:]}
        rows = json.dumps(
            [vars(r) if isinstance(r, Reject) else r for r in read(body)], default=str
        )
        assert not [name for name in names if f'"{name}"' in rows]


def test_second_post_of_an_author_counts_on_the_supply_side_and_per_thread():
    post = {"text": "Location: Rome", "created_at_i": 1790866800, "author": "a"}
    children = [{**post, "id": 11}, {**post, "id": 12}, {**post, "id": 11}]
    first = {"id": 1, "title": "Ask HN: Who wants to be hired? (October 2026)"}
    second = {"id": 2, "title": "Ask HN: Who wants to be hired? (November 2026)"}
    both = [{**first, "children": children}, {**second, "children": [{**post, "id": 21}]}]
    found = read(json.dumps(both).encode())
    ids = [one.reason if isinstance(one, Reject) else one["native_id"] for one in found]
    assert ids == ["11", "a second post of its author in this thread", "11", "21"]


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[", b"3", b"null", b'"x"', b"{}", b'{"hits": {}}', b"<html></html>", b"\xff\xfe",
        b'<?xml version="1.0"?><p>',
        b'{"title": "Ask HN: Who is hiring?", "children": []}',
        b'{"title": "Ask HN: Who is hiring? (May 2026)", "children": {}}',
        b"[" * 100_000,
    ],
)  # fmt: skip
def test_other_shape_is_source_changed(body):
    with pytest.raises(SourceChanged):
        read(body)


@pytest.mark.parametrize("key", ["id", "text", "created_at_i"])
def test_renamed_key_is_source_changed(key):
    thread = json.loads((PAYLOADS / "hiring.json").read_text(encoding="utf-8"))
    text = json.dumps(thread["children"]).replace(f'"{key}":', f'"new_{key}":')
    with pytest.raises(SourceChanged, match=key):
        read(json.dumps({**thread, "children": json.loads(text)}).encode())


def test_nesting_cannot_exhaust_python():
    comment: dict[str, Any] = {"id": 1000, "text": "x", "created_at_i": 1790866800}
    for number in range(200):
        comment = {"id": number + 1, "text": "x", "created_at_i": 1790866800, "children": [comment]}
    thread = {"id": 1, "title": "Ask HN: Who is hiring? (May 2026)", "children": [comment]}
    found = read(json.dumps(thread).encode())
    assert [isinstance(one, Reject) for one in found] == [False] + [True] * 200


def reason_or_id(one: dict[str, Any] | Reject) -> str:
    return one.reason if isinstance(one, Reject) else one["native_id"]


def hit(native_id: int, text: str, **more: Any) -> dict[str, Any]:
    return {
        "objectID": str(native_id), "comment_text": text, "created_at_i": 1790866800,
        "story_id": 1, "parent_id": 1, "story_title": "Ask HN: Who is hiring? (May 2026)", **more,
    }  # fmt: skip


def test_a_part_of_a_thread_stays_one_beside_a_flag_of_its_pay():
    (found,) = read(json.dumps({"hits": [hit(2, "Co | Dev | $120k-150k")]}).encode())
    assert found["flags"] == ["partial_window", "period_unknown"]
    (found,) = read(json.dumps({"hits": [hit(2, "Co | Dev")]}).encode())
    assert found["flags"] == ["partial_window"]


def test_answers_of_the_search_in_a_list_are_read_as_one():
    answers = [{"hits": [hit(2, "Co | Dev")]}, {"hits": [hit(3, "Co | Dev")]}]
    assert [one["native_id"] for one in read(json.dumps(answers).encode())] == ["2", "3"]


def test_hit_without_its_threads_name_says_so():
    hits = [hit(2, "Co | Dev", story_title=None), hit(3, "x", story_title="Ask HN: How are you?")]
    assert [one.reason for one in read(json.dumps(hits).encode())] == [
        "its thread is not named", "its thread is no monthly hiring thread",
    ]  # fmt: skip


STORY = {"id": 1, "time": 1790866700, "title": "Ask HN: Who is hiring? (May 2026)", "by": "who"}
REPLY = {"id": 4, "time": 1790866900, "by": "b", "text": "reply", "parent": 2}
ITEMS = [
    {"id": 2, "time": 1790866800, "by": "a", "text": "Co | Dev", "parent": 1, "kids": [4]},
    {"id": 3, "time": 1790866801, "by": "c", "text": "Co | Dev", "parent": 1, "dead": True},
    REPLY,
]
NESTED = [{**ITEMS[0], "kids": [REPLY]}, ITEMS[1]]


@pytest.mark.parametrize(
    "saved",
    [
        [STORY, *ITEMS],
        {"story": STORY, "comments": ITEMS},
        {"story": STORY, "saved": {"by": "hand"}, "comments": ITEMS},
        {"fetched_at": "2026-05-02", "items": [STORY, *ITEMS]},
        {str(item["id"]): item for item in [STORY, *ITEMS]},
        {**STORY, "kids": NESTED},
        {**STORY, "kids": [2, 3], "children": [{**ITEMS[0], "children": [REPLY]}, ITEMS[1]]},
        [{**STORY, "kids": NESTED}],
        "\n".join(json.dumps(item) for item in [STORY, *ITEMS]),
    ],
)
def test_items_are_read_however_they_were_saved(saved):
    found = read((saved if isinstance(saved, str) else json.dumps(saved)).encode())
    found = [one for one in found if getattr(one, "reason", "") != "a thread, not a listing"]
    reasons = ["2", "a reply, no listing", "deleted or dead"]
    assert sorted(map(reason_or_id, found)) == reasons
    assert [row["posted_at"] for row in found if isinstance(row, dict)] == [
        datetime(2026, 10, 1, 15, 0)
    ]


@pytest.mark.parametrize(
    "saved",
    [
        {"thread": STORY}, {"results": [{"name": "x"}]}, STORY, {**STORY, "kids": [2, 3]},
        {"1": {"name": "x"}}, {"a": STORY, "b": ITEMS[0]}, {"a": ITEMS, "b": ITEMS},
    ],
)  # fmt: skip
def test_other_objects_are_source_changed(saved):
    with pytest.raises(SourceChanged):
        read(json.dumps(saved).encode())


PAGE = (PAYLOADS / "page_2024.html").read_bytes()
MARK = "the page is cut off in or after this comment"


def test_page_of_another_thread_is_source_changed():
    body = PAGE.replace(b"Who wants to be hired? (September 2024)", b"How are you?")
    with pytest.raises(SourceChanged, match="another thread"):
        read(body)


def test_reply_link_inside_a_comment_and_marks_of_removal_are_no_text():
    reply = b'<div class="reply"><font size="1"><u><a href="r">reply</a></u></font></div>'
    body = PAGE.replace(b"ann@example.org</div>", b"ann@example.org" + reply + b"</div>")
    assert read(body)[0]["text"] == read(PAGE)[0]["text"]
    body = PAGE.replace(b"<div>[flagged]", b'<div class="commtext c00">[flagged]')
    assert read(body)[2] == Reject("comment 3", "deleted or dead")


def test_half_a_comment_at_the_end_of_a_cut_page_is_no_listing():
    first = PAGE[: PAGE.index(b"ann@example.org") - 40]
    assert [reason_or_id(one) for one in read(first)] == [MARK]
    for end in range(PAGE.index(b"41000013"), PAGE.index(b"</html>"), 97):
        found = read(PAGE[:end])
        assert found[-1].reason == MARK
        assert found[0]["flags"] == ["partial_window"]
    assert MARK not in map(reason_or_id, read(PAGE))
    fragment = PAGE[PAGE.index(b"<table class=") : PAGE.rindex(b"</table></td></tr></table>")]
    assert MARK not in map(reason_or_id, read(fragment))
    assert read(fragment[: fragment.rindex(b"</table>")])[-1].reason == MARK


def test_deep_page_and_a_table_of_figures_take_no_time():
    started = time.perf_counter()
    with pytest.raises(SourceChanged, match="deep"):
        read(b"<html>" + b"<div>" * 1_000_000)
    assert pay("Co | $90/hr\n" + "$1 " * 300_000, False) == {"pricing_type": "unknown"}
    assert time.perf_counter() - started < 1


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=6,
)
post_keys = st.sampled_from(
    ["id", "text", "author", "created_at_i", "children", "parent_id", "story_id", "title",
     "objectID", "comment_text", "story_title", "_tags"]
)  # fmt: skip
titles = st.sampled_from(
    ["Ask HN: Who is hiring? (May 2026)", "Ask HN: Freelancer? Seeking freelancer? (May 2026)"]
)
posts = st.dictionaries(
    post_keys, json_values | titles | st.just("SEEKING WORK $9/hr") | st.integers(1, 9), max_size=9
)


@settings(max_examples=300)
@given(st.lists(posts, max_size=4), st.sampled_from(["hits", "children", "bare"]), titles)
def test_any_json_gives_rows_rejects_or_source_changed(records, shape, title):
    body: Any = records if shape == "bare" else {shape: records, "title": title}
    try:
        found = read(json.dumps(body).encode())
    except SourceChanged:
        return
    assert len(found) >= len(records)


@settings(max_examples=200)
@given(
    st.text(alphabet=st.characters(), max_size=200)
    | st.text("$€0123456789k-/hrto .,|", max_size=60)
)
def test_any_text_has_a_reading(text):
    assert pay(text, True)["pricing_type"] in ("unknown", "hourly", "salary", "fixed")
    assert is_remote(text) in (True, False, None)
    employment(text)
    without_contacts(text)
    technologies(text)


def test_long_text_is_read_in_no_time():
    for part in (
        "$1",
        "$1-",
        "1,000",
        "remote ",
        "seeking ",
        "a.",
        "rate ",
        "|",
        "\n",
        "EUR ",
        "x:",
    ):
        text = part * (100_000 // len(part))
        pay(text, True), is_remote(text), marked_side(text), without_contacts(text)


HIRING, HIRED, FREE = (
    "Ask HN: Who is hiring? ({})",
    "Ask HN: Who wants to be hired? ({})",
    "Ask HN: Freelancer? Seeking freelancer? ({})",
)
STORIES = [
    story(101, HIRING.format("November 2026"), seconds(2026, 11, 2)),
    story(102, HIRED.format("November 2026"), seconds(2026, 11, 2)),
    story(103, FREE.format("November 2026"), seconds(2026, 11, 2), by="jon_north"),
    story(104, HIRING.format("November 2026"), seconds(2026, 11, 9), comments=3, by="joker"),
    story(105, HIRING.format("October 2026"), seconds(2026, 11, 9), comments=900, by="joker"),
    story(91, HIRING.format("October 2026"), seconds(2026, 10, 1)),
    story(92, HIRED.format("October 2026"), seconds(2026, 10, 1)),
    story(93, FREE.format("October 2026"), seconds(2026, 9, 30), by="jon_north"),
    story(81, HIRING.format("September 2026"), seconds(2026, 9, 1)),
    story(82, "Ask HN: Who is hiring right now?", seconds(2026, 9, 2)),
    story(73, FREE.format("December 2025"), seconds(2025, 12, 1)),
    story(71, HIRING.format("November 2025"), seconds(2025, 11, 3)),
]
SEARCHES = ['"Who is hiring?"', '"Who wants to be hired?"', '"Freelancer? Seeking freelancer?"']


def test_extract_asks_for_last_month_once_and_for_this_month_again():
    ask = FakeAsk(STORIES)
    payloads = list(hn.extract(ask))
    assert [payload.name for payload in payloads] == [
        "2026-10 hiring", "2026-10 hired", "2026-10 freelancer",
        "2026-11 hiring so far", "2026-11 hired so far", "2026-11 freelancer so far",
    ]  # fmt: skip
    assert ask.asked == [*SEARCHES, "91", "92", "93", "101", "102", "103"]
    assert [payload.may_hold_none for payload in payloads] == [False, False, True, True, True, True]
    again = FakeAsk(STORIES, landed={payload.name for payload in payloads})
    assert [payload.name for payload in hn.extract(again)] == [
        "2026-11 hiring so far", "2026-11 hired so far", "2026-11 freelancer so far",
    ]  # fmt: skip


def test_extract_without_threads_asks_for_none():
    ask = FakeAsk([])
    assert list(hn.extract(ask)) == []
    assert ask.asked == SEARCHES


def test_search_of_another_shape_is_source_changed(monkeypatch):
    ask = FakeAsk([])
    monkeypatch.setattr(ask, "get", lambda url: Answer(url, b'{"results": []}', NOW))
    with pytest.raises(SourceChanged, match="hits"):
        list(hn.extract(ask))


def test_backfill_goes_from_the_newest_month_back_and_searches_what_the_account_did_not_post():
    ask, since = FakeAsk(STORIES), date(2025, 11, 20)
    assert hn.plan(ask, since, None) == 12 * 3 + 6 + 1
    payloads = list(hn.backfill(ask, since, None))
    assert [payload.name for payload in payloads] == [
        "2026-10 hiring", "2026-10 hired", "2026-10 freelancer", "2026-09 hiring",
        "2025-12 freelancer", "2025-11 hiring",
    ]  # fmt: skip
    assert ask.asked == [
        f"story,author_{ACCOUNT}", "91", "92", SEARCHES[2], "93", "81", SEARCHES[1], SEARCHES[0],
        SEARCHES[0], SEARCHES[1], "73", "71", SEARCHES[2],
    ]  # fmt: skip
    assert len(ask.asked) <= 12 * 3 + 6 + 1


def test_backfill_leaves_out_what_is_landed_and_what_is_beyond_per_month():
    landed = {"2026-10 hiring", "2026-09 hiring", "2026-11 hiring so far"}
    ask = FakeAsk(STORIES, landed=landed)
    assert hn.plan(ask, date(2026, 9, 1), 1) == 0
    assert list(hn.backfill(ask, date(2026, 9, 1), 1)) == []
    assert ask.asked == []
    assert [p.name for p in hn.backfill(ask, date(2026, 10, 31), 2)] == ["2026-10 hired"]
    assert list(hn.backfill(ask, date(2026, 11, 1), None)) == []


def test_plan_begins_with_the_first_thread_there_is():
    months = (2026 - 2011) * 12 + 10 - 4 + 1
    assert hn.plan(FakeAsk([]), date(1999, 1, 1), None) == months * 3 + 16 * 3 + 1
