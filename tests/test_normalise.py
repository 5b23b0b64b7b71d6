"""Normalise: every row accounted for, contracts without an off switch, personal data dropped."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.contracts import Capture, Reject, Source, SourceChanged
from etl.normalise import normalise
from etl.tables import LISTINGS

SOURCE = Source(
    id="board",
    title="t",
    publisher="p",
    platform="x",
    kind="listing",
    url="",
    licence="",
    licence_url="",
    caveat="",
    citation="",
)
SEEN = datetime(2023, 1, 10)
RATES = {("2023-01", "USD"): 1.2, ("2023-01", "GBP"): 0.8}


def read(*rows: dict | Reject, precision: str = "day"):
    """Normalise rows as a source of ours would yield them."""

    def body_rows(body: bytes, capture: Capture) -> Iterator[dict | Reject]:
        yield from rows

    module = SimpleNamespace(SOURCE=SOURCE, normalise=body_rows)
    capture = Capture("board", "f", "0" * 64, SEEN, precision, datetime(2023, 2, 1))
    return normalise(module, b"", capture, RATES)


def row(native_id: str = "1", **more: object) -> dict:
    return {"native_id": native_id, "side": "demand", "pricing_type": "fixed"} | more


cells = st.one_of(st.none(), st.text(max_size=5), st.integers(-5, 5), st.floats(), st.booleans())


@given(st.lists(st.dictionaries(st.sampled_from(LISTINGS.names), cells, max_size=6), min_size=1))
def test_every_row_is_accounted_for(rows):
    result = read(*rows, Reject("row 0", "unreadable"))
    assert result.read == len(rows) + 1
    assert result.read == len(result.rows) + result.duplicates + len(result.rejects)
    for accepted in result.rows:
        assert result.table.check(accepted) is None


def test_duplicates_are_counted_and_conflicts_rejected():
    result = read(row("a", title="One"), row("a", title="One"), row("a", title="Other"), row("b"))
    assert [r["native_id"] for r in result.rows] == ["a", "b"]
    assert result.duplicates == 1
    assert [r.reason for r in result.rejects] == ["same id as an earlier row, but other title"]


def test_money_is_converted_at_the_posting_month():
    pounds = row(
        price_min=100.0,
        price_max=200.0,
        currency="GBP",
        posted_at=datetime(2023, 1, 3),
        posted_precision="day",
    )
    [converted] = read(pounds).rows
    dollars = (converted["price_min_usd"], converted["price_max_usd"])
    assert dollars == pytest.approx((150.0, 300.0))  # 1.2 / 0.8 = 1.5 dollars per pound
    assert converted["flags"] == []


@pytest.mark.parametrize(
    ("more", "precision"),
    [
        ({"currency": "XQZ"}, "day"),
        ({"currency": "GBP", "posted_at": datetime(2022, 5, 1), "posted_precision": "day"}, "day"),
        (
            {"currency": "GBP", "posted_at": datetime(2023, 1, 1), "posted_precision": "year"},
            "year",
        ),
    ],
)
def test_without_a_rate_nothing_is_guessed(more, precision):
    [kept] = read(row(price_min=5.0, **more), precision=precision).rows
    assert "price_min_usd" not in kept and kept["flags"] == ["rate_missing"]


def test_implausible_prices_are_kept_and_flagged():
    rows = read(
        row("a", price_min=1e12, currency="USD"), row("b", price_min=500.0, currency="USD")
    ).rows
    assert [r["flags"] for r in rows] == [["price_implausible"], []]
    assert rows[0]["price_min_usd"] == 1e12


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"posted_at": datetime(2099, 1, 1)}, "lies after the day"),
        ({"posted_at": datetime(1970, 1, 1)}, "lies before 1995"),
        ({"posted_at": datetime(2023, 1, 1, tzinfo=UTC)}, "time zone"),
        ({"side": "both"}, "is none of"),
        ({"rating": 5.1}, "above 5"),
        ({"bids": -1}, "below 0"),
        ({"bids": 2**70}, "not a finite number"),
        ({"price_min": float("nan")}, "not a finite number"),
        ({"currency": "zł"}, "does not have the form"),
        ({"title": "half \ud800"}, "lone surrogate"),
        ({"skills": ["ok", 3]}, "no text"),
        ({"colour": "red"}, "undeclared column colour"),
    ],
)
def test_breaches_are_rejected_with_their_reason(more, said):
    result = read(row(**more), row("sound"))
    assert [r["native_id"] for r in result.rows] == ["sound"]
    assert said in result.rejects[0].reason


def test_personal_data_does_not_enter():
    [kept] = read(
        row(title="Write to jo@example.org", text="WhatsApp +44 20 7946 0000", skills=["a@b.org"])
    ).rows
    assert kept["title"] == "Write to [removed]" and "7946" not in kept["text"]
    assert kept["skills"] == ["[removed]"]


def test_a_payload_without_rows_is_a_changed_source():
    with pytest.raises(SourceChanged, match="holds no row"):
        read()
