"""Raw → warehouse: what is read again, what is not, and that the way there does not show."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from etl import landing
from etl.command_line import main
from etl.config import warehouse_file
from etl.contracts import Capture, CheckFailed, InputError
from etl.fx import Rates
from etl.load import LOST, is_current, load_source, reading
from etl.source_report import CAPTURES
from etl.warehouse import Warehouse

GIGS = (Path(__file__).parent / "payloads" / "fiverr_grid" / "gigs.csv").read_bytes()
LANDED = datetime(2026, 1, 2)
JANUARY: Rates = {("2023-01", "USD"): 1.1}


def land(body: bytes = GIGS, name: str = "gigs.csv") -> Capture:
    moment = datetime(2023, 1, 15)
    capture = Capture("fiverr_grid", name, landing.sha256(body), moment, "day", LANDED)
    landing.land(body, capture)
    return capture


def prices(warehouse: Warehouse) -> pl.DataFrame:
    query = "select native_id, price_min, price_min_usd from core_sightings order by all"
    return warehouse.frame(query).filter(pl.col("price_min") < 100)


def loaded(*steps: Rates) -> tuple[pl.DataFrame, list[int]]:
    """Load one payload under one set of rates after the other; return prices and payloads read."""
    captures = [land()]
    with Warehouse(None) as warehouse:
        read = [len(load_source(warehouse, captures, rates)) for rates in steps]
        return prices(warehouse), read


def test_dollars_follow_the_rates_whatever_came_first(data_folder):
    """A rate that came later than the gigs: the same dollars as if it had come before."""
    late, read = loaded({}, JANUARY)
    early, _ = loaded(JANUARY)
    assert read == [1, 1]
    assert late.equals(early)
    first = late.row(0, named=True)
    assert first["price_min_usd"] == pytest.approx(first["price_min"] * 1.1)


def test_a_rate_of_another_month_makes_nothing_be_read_again(data_folder):
    other = JANUARY | {("2023-02", "USD"): 1.2, ("2023-01-16", "USD"): 3.0}
    _, read = loaded(JANUARY, other, JANUARY | {("2023-01", "USD"): 1.3})
    assert read == [1, 0, 1]


def test_a_reading_ends_with_code_moment_reach_or_rate():
    at = datetime(2026, 11, 20)
    capture = Capture("s", "n", "0" * 64, at, "second", at)
    eur = {"currency": "EUR", "posted_at": at, "posted_precision": "second", "observed_at": at}
    rates: Rates = {("2026-11-20", "USD"): 1.2}
    read = reading(capture, "c1", [eur, {"currency": "USD", "posted_at": at}], rates)
    assert read.endswith("2026-11-20=1.2") and read.count("=") == 1
    assert is_current(read, capture, "c1", rates)
    assert not is_current(None, capture, "c1", rates)
    assert not is_current(read, capture, "c10", rates)
    assert not is_current(read, capture, "c", rates)
    assert not is_current(read, replace(capture, cursor={"whole_to": "2026-11-21"}), "c1", rates)
    assert not is_current(read, replace(capture, precision="day"), "c1", rates)
    assert not is_current(read, capture, "c1", {("2026-11-20", "USD"): 1.3})
    assert not is_current(read, capture, "c1", rates | {("2026-11", "USD"): 1.25}), "month is over"


def test_a_lost_payload_is_one_reject_until_it_is_back(data_folder):
    whole, lost = land(), land(GIGS.replace(b"yodel", b"whistle"), "more.csv")
    file = data_folder / "raw" / "fiverr_grid" / f"{lost.sha256}.zst"
    kept = file.read_bytes()
    file.unlink()
    with Warehouse(None) as warehouse:
        results = load_source(warehouse, [whole, lost], JANUARY)
        assert [result.is_unreadable for result in results] == [False, True]
        assert warehouse.loaded("fiverr_grid")[lost.sha256] == LOST
        [reason] = warehouse.frame("select reason from rejects where reason like '%land%'")[
            "reason"
        ]
        assert "more.csv cannot be read" in reason
        [told] = warehouse.frame(CAPTURES)["payloads"].to_list()
        assert told == [whole.sha256[:12]], "no edition rests on what is lost"
        before = warehouse.frame("select * from core_sightings").height
        file.write_bytes(kept)
        assert [r.capture.name for r in load_source(warehouse, [whole, lost], JANUARY)] == [
            "more.csv"
        ]
        assert warehouse.frame("select * from core_sightings").height == 2 * before
        assert warehouse.frame("select * from rejects where reason like '%land%'").is_empty()


@pytest.mark.parametrize(
    "line",
    ["[]", "{}", "null", '{"name": 1', "\udcff", '{"sha256": "x", "cursor": []}'],
    ids=["list", "empty", "null", "cut", "no text", "cursor"],
)
def test_a_damaged_line_of_a_manifest_is_named_and_harms_no_other(data_folder, capsys, line: str):
    capture = land()
    manifest = data_folder / "raw" / "fiverr_grid" / "manifest.ndjson"
    with manifest.open("ab") as file:
        file.write(line.encode("utf-8", "surrogateescape") + b"\n")
    with pytest.raises(CheckFailed, match=r"line 2 of .*fiverr_grid/manifest.ndjson is damaged"):
        landing.captures("fiverr_grid")
    grid = GIGS.replace(b"yodel", b"hum")
    other = replace(capture, source_id="fiverr_data_gigs", sha256=landing.sha256(grid))
    landing.land(grid, other)
    assert main(["build"]) == 1
    said = capsys.readouterr()
    assert "left out fiverr_grid: line 2 of" in said.err and "Traceback" not in said.err
    assert "fiverr_data_gigs: " in said.out, "the others were read"
    assert main(["verify"]) == 1
    assert "is damaged" in capsys.readouterr().err


def test_a_name_with_any_character_keeps_its_line(data_folder):
    """Line separators of Unicode and halves of characters end no line and break no table."""
    names = ["a\u2028b.csv", "a\x85b.csv", "half \ud83d.csv"]
    captures = [
        land(GIGS.replace(b"yodel", f"yodel {n}".encode()), name) for n, name in enumerate(names)
    ]
    assert [capture.name for capture in landing.captures("fiverr_grid")] == names
    with Warehouse(None) as warehouse:
        load_source(warehouse, captures, JANUARY)
        kept = set(warehouse.frame("select name from core_captures")["name"])
    assert kept == {"a\u2028b.csv", "a\x85b.csv", "half ?.csv"}


def test_a_warehouse_that_is_none_is_said(data_folder):
    data_folder.mkdir()
    warehouse_file().write_bytes(b"no database" * 1000)
    with pytest.raises(InputError, match=r"is damaged; delete it and run `python -m etl build`"):
        Warehouse(warehouse_file())


def test_the_first_moment_of_known_bytes_stays_and_their_reach_moves(data_folder):
    first = land()
    reach = {"until": "2026-01-03T00:00:00", "whole_to": "2026-01-02T22:00:00"}
    again = replace(first, captured_at=datetime(2023, 2, 1), cursor=reach)
    assert not landing.land(GIGS, again)
    [only] = landing.captures("fiverr_grid")
    assert (only.captured_at, only.cursor) == (first.captured_at, reach)
    line = (data_folder / "raw" / "fiverr_grid" / "manifest.ndjson").read_text().splitlines()[-1]
    assert json.loads(line)["cursor"] == reach


def test_the_rates_of_a_currency_beside_the_dollar_count(data_folder):
    """The same dollar, another pound: rows in pounds are read again."""
    at = datetime(2026, 4, 3)
    capture = Capture("s", "n", "0" * 64, at, "second", at)
    gbp = {"currency": "GBP", "posted_at": at, "posted_precision": "second", "observed_at": at}
    old: Rates = {("2026-04", "USD"): 1.2, ("2026-04", "GBP"): 0.8}
    read = reading(capture, "c", [gbp], old)
    assert read.endswith(f"GBP:2026-04={1.2 / 0.8}")
    assert is_current(read, capture, "c", old)
    assert not is_current(read, capture, "c", old | {("2026-04", "GBP"): 0.9})
    assert is_current(read, capture, "c", old | {("2026-04", "INR"): 90.0})


# --- series: the last payload speaks, however the warehouse came to be


def series(value: str, name: str) -> Capture:
    """Land one file of a series: the Indeed share of one day, as its producer publishes it."""
    body = f"date,jobcountry,AI_share_postings\n2026-01-01,US,{value}\n".encode()
    at = datetime(2026, 1, 2)
    capture = Capture("indeed", name, landing.sha256(body), at, "day", at)
    landing.land(body, capture)
    return capture


def shown(warehouse: Warehouse) -> list[float]:
    load_source(warehouse, landing.captures("indeed"), {})
    return warehouse.frame("select value from core_series")["value"].to_list()


def test_an_older_payload_that_is_back_does_not_speak_last(data_folder):
    old = series("4.5", "a.csv")
    series("9.5", "b.csv")
    file = data_folder / "raw" / "indeed" / f"{old.sha256}.zst"
    kept = file.read_bytes()
    with Warehouse(None) as warehouse:
        before = shown(warehouse)
        file.unlink()
        assert shown(warehouse) == before
        file.write_bytes(kept)
        warehouse.change("update core_captures set code = $lost where name = 'a.csv'", {"lost": ""})
        assert shown(warehouse) == before
    with Warehouse(None) as rebuilt:
        assert shown(rebuilt) == before and len(before) == 1


def test_a_line_taken_out_of_the_manifest_takes_its_points_along(data_folder):
    series("4.5", "a.csv")
    series("9.5", "b.csv")
    manifest = data_folder / "raw" / "indeed" / "manifest.ndjson"
    with Warehouse(None) as warehouse:
        both = shown(warehouse)
        manifest.write_bytes(manifest.read_bytes().splitlines(keepends=True)[0])
        first = shown(warehouse)
        assert len(first) == len(both) == 1 and first[0] < both[0]


# --- the same bytes on another day


def test_bytes_that_come_on_another_day_are_another_sighting(data_folder):
    first = land()
    again = replace(first, captured_at=datetime(2023, 3, 5))
    shelf = landing.Shelf("fiverr_grid")
    assert shelf.seen_again(first) == first and shelf.seen_again(again) != again
    for _ in range(2):  # a second time on that day adds nothing
        one = landing.Shelf("fiverr_grid").seen_again(again)
        landing.land(GIGS, one)
    known = landing.captures("fiverr_grid")
    assert [(c.captured_at, c.of) for c in known] == [
        (first.captured_at, None), (again.captured_at, first.sha256)
    ]  # fmt: skip
    assert len(list((data_folder / "raw" / "fiverr_grid").glob("*.zst"))) == 1
    assert {landing.payload(capture) for capture in known} == {GIGS}
    with Warehouse(None) as warehouse:
        load_source(warehouse, known, JANUARY)
        days = warehouse.frame("select distinct observed_at::date as d from core_sightings")["d"]
        assert sorted(map(str, days)) == ["2023-01-15", "2023-03-05"]
