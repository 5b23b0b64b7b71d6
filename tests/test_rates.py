"""Rates and prices: the ECB's days, the Bureau's months, archives that lie, and what is asked."""

from __future__ import annotations

import io
import json
import time
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.asking import Answer
from etl.contracts import Capture, Reject, SourceChanged
from etl.normalise import Normalised, normalise
from etl.sources import ecb, source_module
from etl.warehouse import Warehouse

WIRE = Path(__file__).resolve().parents[2] / "shared" / "wire" / "ecb_bls"
with_wire = pytest.mark.skipif(
    not WIRE.is_dir(), reason="needs ../shared/wire/ecb_bls, which is not part of the project"
)
NOW = datetime(2026, 8, 5, 12)
HISTORY = b"Date,USD,\n2022-12-30,1.05,\n1999-01-04,1.17,\n"


def read(source_id: str, body: bytes) -> Normalised:
    capture = Capture(source_id, "x", "0" * 64, NOW, "second", NOW)
    return normalise(source_module(source_id), body, capture, {})


def values(result: Normalised, series: str, dims: str = "") -> dict[str, Any]:
    """Return day -> value of a series."""
    return {
        f"{row['period_start']:%Y-%m-%d}": row["value"]
        for row in result.rows
        if (row["series_id"], row["dims"]) == (series, dims)
    }


def packed(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


class Host:
    """Stands in for the network: answers every request with one body and notes the requests."""

    now = NOW
    cursor: dict[str, Any] = {}  # noqa: RUF012
    landed: frozenset[str] = frozenset()

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def get(self, url: str, *, kind: str = "json", **other: Any) -> Answer:
        self.asked.append((url, kind))
        return Answer(url, b"body", NOW)

    def open_ids(self) -> list[str]:
        raise AssertionError("a series has no open listings")


GITHUB = "https://raw.githubusercontent.com"


@pytest.mark.parametrize(
    ("source_id", "asked"),
    [
        ("ecb", {"https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist.zip": "zip"}),
        ("bls", {"https://api.bls.gov/publicAPI/v1/timeseries/data/CUUR0000SA0": "json"}),
        (
            "indeed",
            {
                f"{GITHUB}/hiring-lab/ai-tracker/HEAD/AI_posting.csv": "csv",
                f"{GITHUB}/hiring-lab/job_postings_tracker/HEAD/US/"
                "aggregate_job_postings_US.csv": "csv",
            },
        ),
        (
            "snipework",
            {
                f"{GITHUB}/snipeworkapp-oss/upwork-market-data/main/data/{name}.csv": "csv"
                for name in ("weekly", "categories", "countries")
            },
        ),
    ],
)
def test_what_is_asked_is_one_request_per_file(source_id: str, asked: dict[str, str]):
    host, module = Host(), source_module(source_id)
    payloads = list(module.extract(host))
    assert host.asked == list(asked.items())
    assert [payload.answer.url for payload in payloads] == list(asked)
    assert len({payload.name for payload in payloads}) == len(payloads)
    assert all(url.split("/")[2] in module.SOURCE.hosts for url in asked)
    assert module.SOURCE.budget.requests_per_day >= len(asked)
    assert module.SOURCE.cadence_days and module.SOURCE.terms


def test_the_online_labour_index_is_imported_only():
    assert not hasattr(source_module("oli"), "extract"), "its monthly file has no address we know"


def test_every_form_of_the_rates_says_the_same():
    xml = (
        b"<e:E xmlns:e='a' xmlns='b'><Cube><Cube time='2022-12-30'><Cube currency='USD' rate='1.05'"
        b"/></Cube><Cube time='1999-01-04'><Cube currency='USD' rate='1.17'/></Cube></Cube></e:E>"
    )
    expected = {"2022-12-30": 1.05, "1999-01-04": 1.17}
    for body in (HISTORY, packed(("eurofxref-hist.csv", HISTORY)), xml, b"\n" + xml):
        result = read("ecb", body)
        assert values(result, "units_per_eur", "currency=USD") == expected
        assert not result.rejects


def test_a_file_of_one_day_is_added_to_the_history():
    one_day = read("ecb", b"Date, USD, JPY, \n13 April 2026, 1.25, 150.5, \n")
    assert values(one_day, "units_per_eur", "currency=JPY") == {"2026-04-13": 150.5}
    with Warehouse(None) as warehouse:
        for number, result in enumerate([read("ecb", HISTORY), one_day, read("ecb", HISTORY)]):
            warehouse.load(result, str(number))
        days = warehouse.frame("select period_start from core_series where dims like '%USD'")
    assert days.height == 3


def test_a_day_without_rate_is_no_point_and_a_bad_cell_costs_one():
    body = b"Date,USD,RUB,JPY,\n2022-03-02,1.1,N/A,,\n2022-03-01,1.2,117.2,1e3,\n,1.3,1,1,\n"
    result = read("ecb", body)
    assert values(result, "units_per_eur", "currency=RUB") == {"2022-03-01": 117.2}
    assert [(reject.locator, reject.reason) for reject in result.rejects] == [
        ("row 2", "'JPY': '1e3' is no rate"),
        ("row 3", "'' is no day"),
    ]
    assert len(result.rows) == 3


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (packed(), "holds 0 files"),
        (packed(("a.csv", HISTORY), ("b.csv", HISTORY)), "holds 2 files"),
        (packed(("a.csv", HISTORY), method=zipfile.ZIP_LZMA), "packed in another way"),
        (packed(("a.csv", b"x" * (ecb.MAX_BYTES + 1))), "too large"),
        (packed(("a.csv", HISTORY))[:-30], "no whole archive"),
        (packed(("a.csv", HISTORY)).replace(b"a.csv", b"b.csv", 1), "no whole archive"),
        (packed(("a.html", b"<html>")), "lacks the column 'Date'"),
        (b"<html><p>Just a moment", "no XML"),
        (b"<html/>", "no Cube"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a><Cube time='2026-01-02'/></a>", "document type"),
        (b"Date,USD,Rate,\n2022-12-30,1.05,2,\n", "not currencies"),
        (b"Date,USD, USD\n2022-12-30,1.05,1.06\n", "not currencies"),
        (b"", "lacks the column"),
        (b"\xff\xfe\xff", "not UTF-8"),
    ],
)
def test_what_is_no_table_of_rates_is_said_so(body: bytes, says: str):
    with pytest.raises(SourceChanged, match=says):
        read("ecb", body)


def test_the_path_in_an_archive_is_not_used():
    rows = read("ecb", packed(("../../etc/passwd", HISTORY))).rows
    assert len(rows) == 2


def test_an_archive_that_lies_about_its_size_is_cut_off():
    """A header that promises 40 bytes must not make us unpack a gigabyte."""
    content = HISTORY + b"," * 5_000_000
    body = bytearray(packed(("a.csv", content)))
    size = len(content).to_bytes(4, "little")
    body = bytes(body).replace(size, (40).to_bytes(4, "little"))
    with pytest.raises(SourceChanged, match="no whole archive"):
        read("ecb", body)


@with_wire
def test_the_recorded_history_is_read_whole_and_fast():
    begin = time.perf_counter()
    result = read("ecb", (WIRE / "eurofxref-hist_2026-04.zip").read_bytes())
    assert time.perf_counter() - begin < 6
    assert (len(result.rows), result.duplicates, result.rejects) == (217_555, 0, [])
    assert len({row["period_start"] for row in result.rows}) == 6_983
    last = {
        currency: max(values(result, "units_per_eur", f"currency={currency}"))
        for currency in ("BGN", "HRK", "RUB", "TRL", "USD")
    }
    assert last == {
        "BGN": "2025-12-31",
        "HRK": "2022-12-30",
        "RUB": "2022-03-01",
        "TRL": "2004-12-31",
        "USD": "2026-04-13",
    }
    one_day = read("ecb", (WIRE / "eurofxref.csv").read_bytes())
    assert len(one_day.rows) == 29
    for row in one_day.rows:
        days = values(result, "units_per_eur", row["dims"])
        assert days["2026-04-13"] == row["value"]


def answer(*data: dict[str, Any], series: str = "CUUR0000SA0", **other: Any) -> bytes:
    results = {"series": [{"seriesID": series, "data": list(data)}]}
    whole = {"status": "REQUEST_SUCCEEDED", "message": [], "Results": results}
    return json.dumps(whole | other).encode()


def month(name: str, value: Any) -> dict[str, Any]:
    year, number = name.split("-")
    return {"year": year, "period": f"M{number}", "value": value}


def test_one_missing_month_is_the_mean_of_its_neighbours_and_two_stay_missing():
    for dashes in ([], [month("2025-10", "-")]):
        result = read(
            "bls",
            answer(
                month("2026-01", "325.0"),
                month("2025-11", "324.122"),
                *dashes,
                month("2025-09", "324.8"),
                month("2025-06", "322.0"),
            ),
        )
        flagged = {
            f"{row['period_start']:%Y-%m}": (row["value"], row["flags"])
            for row in result.rows
            if row["flags"]
        }
        # (324.8 + 324.122) / 2 and, over the turn of the year, (324.122 + 325.0) / 2
        assert flagged == {
            "2025-10": (324.461, "interpolated"),
            "2025-12": (324.561, "interpolated"),
        }
        assert not result.rejects


def test_a_month_that_cannot_be_read_is_not_interpolated():
    result = read(
        "bls",
        answer(month("2025-03", "321.0"), month("2025-02", 320.5), month("2025-01", "320.0")),
    )
    assert set(values(result, "cpi_u_nsa")) == {"2025-03-01", "2025-01-01"}
    assert [reject.reason for reject in result.rejects] == ["'no text' is no index"]


def test_null_was_not_published_and_a_month_without_the_key_is_a_reject():
    months = month("2025-03", "321.0"), month("2025-02", None), month("2025-01", "320.0")
    result = read("bls", answer(*months))
    assert values(result, "cpi_u_nsa")["2025-02-01"] == 320.5
    assert not result.rejects
    result = read("bls", answer(months[0], {"year": "2025", "period": "M02"}))
    assert [reject.reason for reject in result.rejects] == ["value is missing"]


def test_a_series_beside_the_known_is_a_reject():
    known = {"seriesID": "CUUR0000SA0", "data": [month("2025-02", "320.5")]}
    results = {"series": [known, {"seriesID": "LNS14000000", "data": []}]}
    result = read("bls", answer(Results=results))
    assert values(result, "cpi_u_nsa") == {"2025-02-01": 320.5}
    assert ["LNS14000000" in reject.reason for reject in result.rejects] == [True]


def test_the_mean_of_the_year_is_left_out_and_a_dash_at_an_end_has_no_value():
    result = read(
        "bls",
        answer(month("2025-03", "-"), month("2025-02", "320.5"), month("2024-13", "314.0")),
    )
    assert values(result, "cpi_u_nsa") == {"2025-02-01": 320.5, "2025-03-01": None}
    assert result.read == 2


def test_the_seasonally_adjusted_index_is_another_series():
    result = read("bls", answer(month("2025-02", "320.5"), series="CUSR0000SA0"))
    assert values(result, "cpi_u_sa") == {"2025-02-01": 320.5}


def test_results_may_be_a_list_as_in_the_published_example():
    one = json.loads(answer(month("2025-02", "320.5")))
    one["Results"] = [one["Results"]]
    assert values(read("bls", json.dumps(one).encode()), "cpi_u_nsa") == {"2025-02-01": 320.5}


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (
            answer(status="REQUEST_NOT_PROCESSED", message=["daily threshold reached"]),
            "REQUEST_NOT_PROCESSED daily threshold reached",
        ),
        (b"{}", "the Bureau answers"),
        (b'{"status": ["x"]}', "the Bureau answers"),
        (answer(month("2025-02", "1"), series="LNS14000000"), "another series"),
        (answer(Results=None), "'series' is missing"),
        (answer(*[{"Year": "2025"}] * 5), "none of its 5 records holds 'year'"),
        (b"Date,Value\n", "lacks the column 'Index'"),
        (b"<html>", "lacks the columns"),
        (b"", "lacks the columns"),
    ],
)
def test_what_is_no_answer_of_the_bureau_is_said_so(body: bytes, says: str):
    with pytest.raises(SourceChanged, match=says):
        read("bls", body)


@with_wire
def test_the_derived_index_reads_as_recorded():
    """It starts in 1913; months before 1995 are older than any listing and are not read."""
    result = read("bls", (WIRE / "cpiai.csv").read_bytes())
    found = values(result, "cpi_u_nsa")
    assert (min(found), max(found), len(found)) == ("1995-01-01", "2026-05-01", 377)
    assert not result.rejects
    assert found["2025-10-01"] == pytest.approx((324.8 + 324.122) / 2)
    assert [row["flags"] for row in result.rows if row["flags"]] == ["interpolated"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)
CELL = st.sampled_from(["2025-02-01", "1.5", "N/A", "-", "", "0", "1e9", "nan", "ä", '"', "a,b"])
TABLE = st.lists(st.lists(CELL, max_size=4).map(",".join), max_size=6).map("\n".join)
HEADERS = st.sampled_from(["Date,USD,", "Date,Index,Inflation", "Date, USD, JPY, ", ""])


def survives(source_id: str, body: bytes) -> None:
    """Read any bytes: rows, rejects or SourceChanged, never another error."""
    capture = Capture(source_id, "x", "0" * 64, NOW, "second", NOW)
    try:
        found = list(source_module(source_id).normalise(body, capture))
    except SourceChanged:
        return
    assert all(isinstance(item, (dict, Reject)) for item in found)


@given(st.sampled_from(["ecb", "bls"]), st.binary(max_size=200))
def test_any_bytes_are_survived(source_id: str, body: bytes):
    for start in (b"", b"PK\x03\x04", b"<", b"{", b"Date,USD\n"):
        survives(source_id, start + body)


@given(st.sampled_from(["ecb", "bls"]), HEADERS, TABLE)
def test_any_table_is_survived(source_id: str, header: str, table: str):
    survives(source_id, f"{header}\n{table}\n".encode())
    survives("ecb", packed(("a.csv", f"{header}\n{table}\n".encode())))


@given(JSON, JSON, JSON)
def test_any_answer_is_survived(record: Any, series: Any, status: Any):
    good = month("2025-02", "320.5")
    survives("bls", json.dumps({"status": status, "message": record}).encode())
    survives("bls", answer(good, record, good | {"value": series}))
    survives("bls", answer(good | {"year": record}, good | {"period": series}))
    survives("bls", answer(good, Results=series))
    survives("bls", answer(good, Results={"series": [series, record]}))


@given(st.binary(min_size=1, max_size=4), st.integers(0, 400))
def test_any_damage_to_an_archive_is_survived(damage: bytes, place: int):
    body = bytearray(packed(("a.csv", HISTORY * 3)))
    place %= len(body)
    body[place : place + len(damage)] = damage
    survives("ecb", bytes(body))
