"""Mapped imports: the documented example, every row accounted for, bad mappings and bad files."""

import contextlib
import io
import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from etl.config import MAX_ROW_CHARS
from etl.contracts import Capture, InputError, SourceChanged
from etl.loading_frames import rows_frame
from etl.mapping import mapped_module, mapped_source, preview, read_mapping
from etl.normalise import Normalised, normalise
from etl.tables import SIGHTINGS

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "import.md").read_text(encoding="utf-8")
HEAD = 'source_id = "my_board"\ntitle = "My board"\nplatform = "my-board"\nlicence = "own"\n'
HEAD += 'scope = "query"\n'
SIDE = '[constants]\nside = "demand"\n'
RATES = {("2026-01", "USD"): 1.2}
LANDED_AT = datetime(2026, 3, 1)


def mapping(columns: str, *, top: str = 'format = "csv"', constants: str = SIDE) -> dict[str, Any]:
    return read_mapping(f"{HEAD}{top}\n{constants}\n[columns]\n{columns}\n")


def capture(source_id: str = "my_board") -> Capture:
    return Capture(
        source_id, "file", "0" * 64, datetime(2026, 1, 31), "day", LANDED_AT, mapping=None
    )


def run(found: dict[str, Any], body: bytes | str) -> Normalised:
    raw = body.encode() if isinstance(body, str) else body
    found = json.loads(json.dumps(found))  # as it comes back from the manifest
    return normalise(mapped_module(found), raw, capture(), RATES)


def one(columns: str, body: bytes | str, **options: str) -> dict[str, Any]:
    """Return the only row of a file; fail with the reason when there is none."""
    result = run(mapping(columns, **options), body)
    assert result.rejects == []
    return result.rows[0]


def reason(columns: str, body: bytes | str, **options: str) -> str:
    """Return why the only row of a file is rejected."""
    result = run(mapping(columns, **options), body)
    assert not result.rows
    return result.rejects[0].reason


def block(language: str, number: int = 0) -> str:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)[number]


def test_the_page_shows_what_happens():
    module = mapped_module(read_mapping(block("toml")))
    unknown = Capture("my_board", "gigs.csv", "0" * 64, None, "unknown", LANDED_AT)
    assert preview(module, block("csv").encode(), unknown, {}, limit=2) == block("text").rstrip(
        "\n"
    )


def test_source_says_where_a_number_comes_from():
    source = mapped_source(read_mapping(block("toml")))
    assert (source.id, source.kind, source.scope) == ("my_board", "listing", "query")
    assert source.title_only and not source.republish_rows
    assert "never a market share" in source.caveat


def test_nested_json_and_typed_values():
    columns = """
native_id = "id"
title = "job.title"
skills = "tags.name"
client_country = "client.country"
price_min = "pay.min"
price_max = "pay.max"
bids = "bids"
rating = "stars"
remote = "remote"
posted_at = "at"
"""
    items = [
        {
            "id": 1900000000000000001,
            "job": {"title": " Tidy a cellar "},
            "tags": [{"name": "lifting"}, {"name": None}, {"name": " care "}],
            "client": None,
            "pay": {"min": 15, "max": 20.5},
            "bids": 3.0,
            "stars": float("nan"),
            "remote": False,
            "at": 1767225600,
        },
        {"id": 2, "job": {"title": "B"}, "client": {"country": "NA"}, "stars": 4.5},
    ]
    top = 'format = "json"\njson_path = "data.items"'
    result = run(mapping(columns, top=top), json.dumps({"data": {"items": items}}))
    assert result.rejects == []
    first, second = result.rows
    assert first["native_id"] == "1900000000000000001"
    assert (first["title"], first["skills"]) == ("Tidy a cellar", ["lifting", "care"])
    assert (first["price_min"], first["price_max"], first["bids"]) == (15.0, 20.5, 3)
    assert (first["posted_at"], first["posted_precision"]) == (datetime(2026, 1, 1), "second")
    assert first["remote"] is False and "rating" not in first and "client_country" not in first
    assert (second["rating"], second["client_country"]) == (4.5, "NA")
    assert (second["pricing_type"], second["observed_at"]) == ("unknown", datetime(2026, 1, 31))
    rows_frame(SIGHTINGS, result.rows)


def test_parquet_keeps_its_types():
    frame = pl.DataFrame(
        {
            "id": [1, 2],
            "at": [datetime(2026, 1, 5, 12, tzinfo=UTC), None],
            "day": [date(2026, 1, 6), None],
            "price": [pl.Series([float("nan")])[0], 250.0],
            "tags": [["a", "b"], []],
            "blob": [b"x", b"y"],
            "who": [{"country": "Chile"}, None],
        }
    ).with_columns(pl.col("price").cast(pl.Decimal(10, 2), strict=False).alias("exact"))
    body = io.BytesIO()
    frame.write_parquet(body)
    columns = """
native_id = "id"
posted_at = "at"
closed_at = "day"
price = "price"
bid_avg_usd = "exact"
skills = "tags"
client_country = "who.country"
"""
    result = run(mapping(columns, top='format = "parquet"'), body.getvalue())
    assert result.rejects == []
    first, second = result.rows
    assert (first["posted_at"], first["closed_at"]) == (
        datetime(2026, 1, 5, 12),
        datetime(2026, 1, 6),
    )
    assert "price_min" not in first and first["client_country"] == "Chile"
    assert (second["price_min"], second["bid_avg_usd"], second["skills"]) == (250.0, 250.0, [])
    why = reason('title = "blob"', body.getvalue(), top='format = "parquet"')
    assert why == "title from column 'blob' holds a bytes: a nested or binary value (bytes)"


@pytest.mark.parametrize(
    ("columns", "cell", "expected"),
    [
        ('price = "x"', "$20 - $40 /hr", {"price_min": 20.0, "price_max": 40.0, "currency": "USD"}),
        ('price = "x"', "$20 - $40 /hr", {"pricing_type": "hourly"}),
        ('price = "x"', "€3.000 per month", {"price_min": 36_000.0, "pricing_type": "salary"}),
        ('price = "x"', "$500+", {"price_min": 500.0, "price_max": None}),
        ('price = "x"', "negotiable", {"price_min": None, "pricing_type": "unknown"}),
        ('price = "x"', "NaN", {"price_min": None}),
        ('currency = "x"', "n/a", {"currency": None}),
        ('experience_level = "x"', "-", {"experience_level": None}),
        ('price_max = "x"', "$99", {"price_min": None, "price_max": 99.0, "currency": "USD"}),
        ('price = "x"\n[units]\nprice = "cents"', "1250", {"price_min": 12.5}),
        ('price = "x"\n[units]\nprice = "thousands"', "1.5", {"price_max": 1500.0}),
        ('duration = "x"', "1 to 3 months", {"duration_days_low": 30, "duration_days_high": 90}),
        ('duration = "x"\n[units]\nduration = "weeks"', "2", {"duration_days_low": 14.0}),
        ('proposals = "x"', "20 to 50", {"proposals_low": 20, "proposals_high": 50}),
        ('proposals = "x"', "50+", {"proposals_low": 50, "proposals_high": None}),
        ('reviews = "x"', "1k+", {"reviews_low": 1000, "reviews_high": None}),
        ('rating = "x"', "4.9(275)", {"rating": 4.9, "reviews_low": 275}),
        ('rating = "x"', "4,9", {"rating": 4.9}),
        ('bids = "x"', "1,204", {"bids": 1204}),
        ('experience_level = "x"', "Expert", {"experience_level": "expert"}),
        ('remote = {column = "x", values = {"On site" = false}}', "On site", {"remote": False}),
        ('skills = {column = "x", separator = "|"}', "a| b||c", {"skills": ["a", "b", "c"]}),
        (
            'posted_at = "x"',
            "2025-12-31T23:30:00-02:00",
            {"posted_at": datetime(2026, 1, 1, 1, 30)},
        ),
        (
            'posted_at = {column = "x", format = "%d/%m/%y"}',
            "05/01/26",
            {"posted_precision": "day"},
        ),
        ('posted_at = {column = "x", format = "%B %Y"}', "May 2025", {"posted_precision": "month"}),
        ('observed_at = "x"', "2026-01-30", {"observed_precision": "day"}),
        ('observed_at = "x"', "", {"observed_at": datetime(2026, 1, 31)}),
        (
            'seller_level = {column = "x", values = {"2" = "Level 2"}}',
            "2",
            {"seller_level": "Level 2"},
        ),
        ('title = "x"', "Write to jo@example.org", {"title": "Write to [removed]"}),
    ],
)
def test_a_cell_is_read(columns: str, cell: str, expected: dict[str, Any]):
    row = one(columns, f'id,x\n1,"{cell}"\n')
    assert {name: row.get(name) for name in expected} == expected


def test_bare_numbers_follow_the_declared_decimal_mark():
    found = {}
    for mark in (None, ".", ","):
        top = 'format = "csv"\ndelimiter = ";"' + (f'\ndecimal = "{mark}"' if mark else "")
        found[mark] = one('price = "x"', "x\n1.234\n", top=top)["price_min"]
    assert found == {None: 1234.0, ".": 1.234, ",": 1234.0}
    top = 'format = "csv"\ndelimiter = ";"\ndecimal = ","'
    assert one('price = "x"', "x\n1.234,5\n", top=top)["price_min"] == 1234.5


@pytest.mark.parametrize(
    ("columns", "cell", "why"),
    [
        ('price = "x"', "-5", "price from column 'x' holds '-5': negative amount"),
        ('price = "x"', "€400 per day", "an amount per day in a listing priced as unknown"),
        ('price_min = "x"', "5-9 EUR", "a range; map the column as price"),
        ('currency = "x"', "zł", "currency from column 'x' holds 'zł': no ISO 4217 code"),
        ('bids = "x"', "lots", "bids from column 'x' holds 'lots': not a count"),
        ('bids = "x"', "5 to 10", "not one whole number"),
        ('delivery_days = "x"', "3 sleeps", "not a bare positive number"),
        ('rating = "x"', "7.0", "rating from column 'x' holds '7.0': rating 7.0 is above 5"),
        ('side = "x"', "both", "side 'both' is none of demand, supply"),
        (
            'pricing_type = {column = "x", values = {"H" = "hourly"}}',
            "Z",
            "pricing_type 'z' is none",
        ),
        ('remote = "x"', "maybe", "neither yes nor no"),
        ('posted_at = "x"', "31/01/2026", "posted_at from column 'x' holds '31/01/2026': no such"),
        ('posted_at = "x"', "1900-01-01", "no moment at which a listing could have stood"),
        ('posted_at = {column = "x", format = "%Y"}', "0001", "no moment at which"),
        ('posted_at = "x"', "2099-01-01", "posted_at 2099-01-01 lies after the day"),
        ('duration = "x"', "14", "a duration without a unit (name it in units.duration)"),
        (
            'skills = {column = "x", separator = ";"}',
            "a;" * 999,
            "1,000 labels; a listing may have 200",
        ),
        ('url = "x"', "javascript:alert(1)", "no web address"),
    ],
)
def test_an_odd_cell_rejects_its_row_and_is_named(columns: str, cell: str, why: str):
    constants = "" if columns.startswith("side") else SIDE
    assert why in reason(columns, f"x,y\n{cell},1\n", constants=constants)


def test_prices_that_are_kept_and_flagged():
    columns = 'price = "x"\ncurrency = "c"'
    row = one(columns, "x,c\n100,xqz\n")
    assert (row["currency"], row["flags"]) == ("XQZ", ["rate_missing"])
    row = one(columns, f"x,c\n{10**12},EUR\n")
    assert (row["price_min_usd"], row["flags"]) == (1.2 * 10**12, ["price_implausible"])
    assert "above price_max" in reason('price_min = "x"\nprice_max = "c"', "x,c\n5,4\n")
    salary = '[constants]\nside = "demand"\npricing_type = "salary"'
    why = reason('price = "x"', "x,y\n$9/hr,1\n", constants=salary)
    assert "an amount per hour in a listing priced as salary" in why


def test_rows_without_an_id_are_told_apart_by_their_cells_but_the_row_number():
    result = run(mapping('title = "t"'), ",t,u\n0,A,1\n1,A,1\n2,A,2\n")
    assert (len(result.rows), result.duplicates) == (2, 1)
    assert len({row["native_id"] for row in result.rows}) == 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("source_id = ", "no TOML"),
        ("a = " + "[" * 5000, "no TOML"),
        ("x = 1\n" * 50_000, "longer than"),
        ('title = "x"', "lacks source_id"),
        (HEAD + 'format = "csv"\n[columns]\ntitle = "t"', "side is missing"),
        (HEAD + 'format = "xlsx"\n[columns]\ntitle = "t"', "format = 'xlsx' is none of csv"),
        (HEAD + 'format = "csv"\ncolour = "red"\n[columns]\ntitle = "t"', "holds 'colour'; known"),
        (
            HEAD.replace("my_board", "My Board") + 'format = "csv"\n[columns]',
            "source_id = 'My Board'",
        ),
        (HEAD.replace("my_board", "../x") + 'format = "csv"\n[columns]', "source_id = '../x'"),
        (
            HEAD.replace("my_board", "oli") + 'format = "csv"\n[columns]',
            "'oli' is a built-in source",
        ),
        (
            HEAD.replace('"query"', '"all"') + 'format = "csv"\n[columns]',
            "scope = 'all' is none of",
        ),
        (HEAD.replace('"own"', '""') + 'format = "csv"\n[columns]', "licence must be text"),
        (HEAD.replace("my-board", "pooled") + 'format = "csv"\n[columns]', "platform = 'pooled'"),
        (
            HEAD + 'url = "javascript:1"\nformat = "csv"\n[columns]',
            "url = 'javascript:1' must start",
        ),
        (HEAD + 'format = "csv"\nencoding = "zlib"\n[columns]', "encoding = 'zlib' is no text"),
        (HEAD + 'format = "csv"\nencoding = "idna"\n[columns]', "encoding = 'idna' is no text"),
        (HEAD + 'format = "csv"\ndelimiter = "ab"\n[columns]', "delimiter must be one character"),
        (HEAD + 'format = "json"\ndelimiter = ";"\n[columns]', "delimiter is only for"),
        (HEAD + 'format = "csv"\ndecimal = ";"\n[columns]', "decimal = ';' is none of"),
        (HEAD + 'format = "csv"\ncolumns = 3', "columns must be a table"),
        (HEAD + f'format = "csv"\n{SIDE}[columns]', "columns is empty"),
        (
            HEAD + f'format = "csv"\n{SIDE}[columns]\nprize = "x"',
            "columns holds 'prize'; known are",
        ),
        (HEAD + f'format = "csv"\n{SIDE}[columns]\nflags = "x"', "columns holds 'flags'"),
        (HEAD + f'format = "csv"\n{SIDE}[columns]\nside = "x"', "both give side"),
        (
            HEAD + f'format = "csv"\n{SIDE}[columns]\nprice = "x"\nprice_max = "y"',
            "columns.price and columns.price_max both give price_max",
        ),
        (
            HEAD + f'format = "csv"\n{SIDE}[columns]\ntitle = 3',
            "columns.title must be a column name",
        ),
        (
            HEAD + f'format = "csv"\n{SIDE}[columns]\ntitle = {{column = "t", eval = "1"}}',
            "columns.title holds 'eval'",
        ),
        (
            HEAD + f'format = "csv"\n{SIDE}[columns]\ntitle = {{column = "t", separator = ";"}}',
            "columns.title.separator",
        ),
        (
            HEAD
            + f'format = "csv"\n{SIDE}[columns]\nposted_at = {{column = "t", format = "%d.%m."}}',
            "columns.posted_at.format",
        ),
        (
            HEAD
            + f'format = "csv"\n{SIDE}[columns]\nposted_at = {{column = "t", format = "%Y%Y"}}',
            "columns.posted_at.format",
        ),
        (
            HEAD + f'format = "csv"\n{SIDE}[columns]\n'
            'pricing_type = {column = "t", values = {"H" = "hour"}}',
            "columns.pricing_type.values = 'hour' is none of",
        ),
        (
            HEAD + 'format = "csv"\n[constants]\nside = "all"\n[columns]\ntitle = "t"',
            "constants.side",
        ),
        (
            HEAD + f'format = "csv"\n{SIDE}currency = "euro"\n[columns]\ntitle = "t"',
            "constants.currency = 'euro' cannot be used: no ISO 4217",
        ),
        (
            HEAD + f'format = "csv"\n{SIDE}rating = nan\n[columns]\ntitle = "t"',
            "constants.rating = nan cannot be used: it says nothing",
        ),
        (
            HEAD + f'format = "csv"\n{SIDE}posted_at = 2026-01-01\n[columns]\ntitle = "t"',
            "constants.posted_at must be",
        ),
        (
            HEAD + f'format = "csv"\n{SIDE}[columns]\nprice = "t"\n[units]\nprice = "pounds"',
            "units.price = 'pounds' is none of units, cents, thousands",
        ),
    ],
)
def test_a_wrong_mapping_is_refused_by_its_key(text: str, says: str):
    with pytest.raises(InputError, match=re.escape(says)):
        read_mapping(text)


def parquet(frame: pl.DataFrame) -> bytes:
    body = io.BytesIO()
    frame.write_parquet(body)
    return body.getvalue()


@pytest.mark.parametrize(
    ("form", "body", "says"),
    [
        ("csv", b"u,v\n1,2\n", "lacks the column 't'"),
        ("csv", "t\nFahrräder\n".encode("latin-1"), "not UTF-8 text"),
        ("csv", b"", "lacks the column"),
        ("csv", b"t\n", "holds no row"),
        ("json", b'{"t": 1}', "no array"),
        ("json", b'[{"u": 1}]', "no record holds 't'"),
        ("json", b"[" * 100_000, "no JSON"),
        ("ndjson", b"\xff\xff", "not UTF-8"),
        ("parquet", b"t\n1\n", "no whole Parquet"),
        ("parquet", parquet(pl.DataFrame({"t": ["a"] * 99}))[:200], "no whole Parquet"),
        ("parquet", parquet(pl.DataFrame({"u": ["a"]})), "no record holds 't'"),
    ],
)
def test_a_file_of_another_shape_is_refused(form: str, body: bytes, says: str):
    with pytest.raises(SourceChanged, match=re.escape(says)):
        run(mapping('title = "t"', top=f'format = "{form}"'), body)


def test_another_encoding_can_be_named():
    top = 'format = "csv"\nencoding = "cp1252"'
    assert one('title = "t"', "t\nFahrräder\n".encode("cp1252"), top=top)["title"] == "Fahrräder"


def test_hostile_records_become_rejects():
    deep = "[" * 800 + "]" * 800
    lines = [
        '{"t": "fine"}',
        f'{{"t": {deep}}}',
        '{"t": %s}' % ("[" * 100_000),
        '{"t": "\\ud800"}',
        '{"t": {"a": 1}}',
        '{"t": "%s"}' % ("x" * MAX_ROW_CHARS),
        '{"t": 1e400}',
        '{"t": %s}' % ("9" * 4000),
        '{"t": 12345678901234567890.0}',
        "[1]",
        '{"t": null, "n": %s}' % ("9" * 4000),
    ]
    result = run(mapping('title = "t"\nbids = "n"', top='format = "ndjson"'), "\n".join(lines))
    assert len(result.rejects) == 10
    assert [row["title"] for row in result.rows] == ["fine"]


def test_preview_cannot_steer_a_terminal():
    body = json.dumps({"t": "red \x1b[31m" + "x" * 99, "b": 1}) + "\n"
    body += json.dumps({"t": "a", "b": "\x1b[2J"}) + "\n"
    module = mapped_module(mapping('title = "t"\nbids = "b"', top='format = "ndjson"'))
    text = preview(module, body.encode(), capture(), RATES)
    assert "\x1b" not in text
    assert "  title: red [31m" + "x" * 51 + "…" in text.splitlines()
    assert "would be rejected: 1" in text and "(first: line 2)" in text


def test_preview_names_at_most_twenty_reasons():
    body = "b\n" + "".join(f"no {number}\n" for number in range(30))
    text = preview(mapped_module(mapping('bids = "b"')), body.encode(), capture(), RATES)
    assert text.splitlines()[-1] == "  and 10 other reasons"


EVERYTHING = """
native_id = "a"
title = "b"
price = "c"
currency = "d"
posted_at = "e"
duration = "f"
proposals = "g"
rating = "h"
bids = "i"
experience_level = "j"
remote = "k"
skills = {column = "l", separator = ","}
"""
CELLS = "abcdefghijkl"
texts = st.text(max_size=12) | st.sampled_from(
    [
        "",
        "1",
        "-1",
        "1.5",
        "$5-$9/hr",
        "2026-01-01",
        "NaN",
        "inf",
        "20 to 50",
        "4.9(3)",
        "EUR",
        "yes",
    ]
)
typed = (
    texts | st.none() | st.booleans() | st.floats() | st.integers() | st.lists(texts, max_size=3)
)


def accounted(result: Normalised, count: int) -> None:
    assert result.read == count == len(result.rows) + result.duplicates + len(result.rejects)
    assert rows_frame(SIGHTINGS, result.rows).height == len(result.rows)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(typed, min_size=12, max_size=12), min_size=1, max_size=6))
@example([["1", *[2.0**70] * 11], ["1", *["\ud800"] * 11]])
def test_every_record_is_accounted_for_in_ndjson(rows: list[list[Any]]):
    body = "\n".join(json.dumps(dict(zip(CELLS, row, strict=True))) for row in rows)
    accounted(run(mapping(EVERYTHING, top='format = "ndjson"'), body), len(rows))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=["Cs"]), max_size=12), min_size=12, max_size=12
        ).map(lambda cells: [re.sub('["\r\n\0]', "", cell) for cell in cells]),
        min_size=1,
        max_size=6,
    )
)
def test_every_record_is_accounted_for_in_csv(rows: list[list[str]]):
    lines = [",".join(CELLS), *(",".join(f'"{cell}"' for cell in row) for row in rows)]
    accounted(run(mapping(EVERYTHING), "\n".join(lines) + "\n"), len(rows))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["csv", "json", "ndjson", "parquet"]))
def test_arbitrary_bytes_give_rows_or_one_sentence(body: bytes, form: str):
    with contextlib.suppress(SourceChanged):
        run(mapping('title = "t"', top=f'format = "{form}"'), b"t\n" + body)
