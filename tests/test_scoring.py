"""Each listing is read once, alone as in company, and again only when something changed."""

from __future__ import annotations

import random
import time
import zipfile
from collections.abc import Iterator
from io import BytesIO
from itertools import islice

import numpy as np
import polars as pl
import pytest
import readers

from etl import model_files, scoring
from etl.contracts import CheckFailed
from etl.warehouse import Warehouse
from models import _reading

MARKET = readers.market(seed=11)
KEY = ["source_id", "native_id"]


@pytest.fixture(scope="module")
def models() -> dict[str, bytes]:
    return readers.models()


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    with Warehouse(None) as warehouse:
        warehouse.put("core_listings", MARKET)
        yield warehouse


def readings(warehouse: Warehouse) -> pl.DataFrame:
    return warehouse.frame("select * from core_readings order by source_id, native_id")


def changed(native_id: str, **cells: str | None) -> pl.DataFrame:
    """Return the market with one listing's cells replaced."""
    here = pl.col("native_id") == native_id
    return MARKET.with_columns(
        pl.when(here).then(pl.lit(value, pl.String)).otherwise(name).alias(name)
        for name, value in cells.items()
    )


def other(models: dict[str, bytes]) -> dict[str, bytes]:
    """Return the same readers, but for one that hardly finds any class."""
    pipeline = model_files.loads(models["exposure"], "exposure")
    pipeline["classes"].intercept_[:] = [9.0, 0.0, 0.0]
    return models | {"exposure": model_files.dump(pipeline)}


def test_what_is_kept_is_what_the_readers_say(warehouse, models):
    assert scoring.score(warehouse, models) == MARKET.height
    found = readings(warehouse)
    said = _reading.read(MARKET, scoring.opened(models))
    labels = [name for name, kind in _reading.KEPT.items() if kind != pl.Float32]
    assert found.columns == [*scoring.KEY, "readers", *_reading.KEPT]
    assert dict(found.select(list(_reading.KEPT)).schema) == _reading.KEPT
    expected = MARKET.select(KEY).hstack(said).sort(KEY)
    assert found.select(*KEY, *labels).equals(expected.select(*KEY, *labels))
    assert np.allclose(found["p_family"], expected["p_family"], atol=1e-6)
    assert set(found["readers"]) == {scoring.readers_version(models)}


def test_the_readers_tell_invented_listings_apart(warehouse, models):
    """So that the other tests here compare labels that differ from listing to listing."""
    scoring.score(warehouse, models)
    found = readings(warehouse)
    for name, least in (("family", 4), ("ai_relation", 4), ("substitutability", 2)):
        assert found[name].n_unique() >= least
    assert found["human_only"].any() and not found["human_only"].all()


def test_a_listing_is_read_once(warehouse, models):
    scoring.score(warehouse, models)
    before = readings(warehouse)
    assert scoring.score(warehouse, models) == 0
    assert readings(warehouse).equals(before)
    warehouse.put("core_listings", MARKET.reverse())
    assert scoring.score(warehouse, models) == 0


@pytest.mark.parametrize(
    "cells",
    [
        {"title": "Voice over for a radio spot"},
        {"text": "Ten pages on gardening."},
        {"text": None},
        {"side": "supply"},
        {"title": "Article", "text": " on the circus"},
    ],
    ids=str,
)
def test_it_is_read_again_when_what_it_says_changes(warehouse, models, cells):
    scoring.score(warehouse, models)
    before = readings(warehouse)
    warehouse.put("core_listings", changed("k6n03", **cells))
    assert scoring.score(warehouse, models) == 1
    after = readings(warehouse)
    assert after.height == before.height
    moved = after.join(before, on=KEY).filter(pl.col("text_hash") != pl.col("text_hash_right"))
    assert moved["native_id"].to_list() == ["k6n03"]
    anew = _reading.read(changed("k6n03", **cells), scoring.opened(models))
    where = MARKET["native_id"].to_list().index("k6n03")
    assert moved["ai_relation"][0] == anew["ai_relation"][where]
    assert moved["family"][0] == anew["family"][where]


def test_what_no_reader_sees_is_no_reason_to_read_again(warehouse, models):
    scoring.score(warehouse, models)
    warehouse.put("core_listings", changed("k6n03", source_category="Poetry"))
    assert scoring.score(warehouse, models) == 0


def test_words_that_move_from_the_title_to_the_text_are_another_listing(warehouse, models):
    one = pl.DataFrame({"source_id": ["s"], "native_id": ["1"], "side": ["demand"]})
    warehouse.put("core_listings", one.with_columns(title=pl.lit("ab"), text=pl.lit("c")))
    scoring.score(warehouse, models)
    warehouse.put("core_listings", one.with_columns(title=pl.lit("a"), text=pl.lit("bc")))
    assert scoring.score(warehouse, models) == 1


def test_other_readers_read_everything_again(warehouse, models):
    scoring.score(warehouse, models)
    before = readings(warehouse)
    assert scoring.score(warehouse, other(models)) == MARKET.height
    after = readings(warehouse)
    assert set(after["substitutability"]) != set(before["substitutability"])
    assert set(after["readers"]) == {scoring.readers_version(other(models))}
    assert scoring.score(warehouse, models) == MARKET.height
    assert readings(warehouse).equals(before)


def test_gone_listings_go_and_new_ones_come(warehouse, models):
    warehouse.put("core_listings", MARKET.head(10))
    assert scoring.score(warehouse, models) == 10
    warehouse.put("core_listings", MARKET[4:12])
    assert scoring.score(warehouse, models) == 2
    assert sorted(readings(warehouse)["native_id"]) == sorted(MARKET[4:12]["native_id"])
    warehouse.put("core_listings", MARKET.clear())
    assert scoring.score(warehouse, models) == 0
    assert readings(warehouse).is_empty()


def test_the_same_id_at_two_sources_is_two_listings(warehouse, models):
    """One that is known does not stand for the other."""
    one, other = MARKET.head(1), MARKET.tail(1).with_columns(source_id=pl.lit("b"))
    both = pl.concat([one, other]).with_columns(native_id=pl.lit("1"))
    warehouse.put("core_listings", both.head(1))
    assert scoring.score(warehouse, models) == 1
    warehouse.put("core_listings", both)
    assert scoring.score(warehouse, models) == 1
    assert readings(warehouse)["source_id"].to_list() == ["b", "market"]


def test_a_table_of_an_earlier_version_is_made_anew(warehouse, models):
    old = MARKET.select(*KEY, text_hash=pl.lit("x"), readers=pl.lit("y"), family=pl.lit("legal"))
    warehouse.put("core_readings", old)
    assert scoring.score(warehouse, models) == MARKET.height
    assert readings(warehouse).height == MARKET.height


def test_reading_goes_on_where_it_was_cut_short(warehouse, models):
    scoring.score(warehouse, models)
    whole = readings(warehouse)
    warehouse.change("delete from core_readings where native_id > $last", {"last": "k3n02"})
    left = readings(warehouse).height
    assert 0 < left < MARKET.height
    assert scoring.score(warehouse, models) == MARKET.height - left
    assert readings(warehouse).equals(whole)


def test_every_hand_labelled_listing_is_counted_among_the_errors(warehouse):
    models = readers.small()
    scoring.score(warehouse, models)
    found = warehouse.frame("select * from core_reader_errors")
    assert found.schema == pl.Schema(_reading.ERRORS)
    totals = dict(found.group_by("label").agg(pl.col("listings").sum()).iter_rows())
    hand = len(readers.KINDS) * readers.PER_KIND
    assert totals == dict.fromkeys((*_reading.CHECKED, "substitutability"), hand)
    truths = found.group_by("label", "truth").agg(pl.col("listings").sum())
    counted = {(label, truth): n for label, truth, n in truths.iter_rows()}
    each = readers.PER_KIND
    assert counted["ai_relation", "none"] == 3 * each
    assert counted["ai_service", "none"] == 5 * each
    assert counted["human_only", "true"] == each
    assert counted["substitutability", "complementary"] == 3 * each


def same(one: pl.DataFrame, another: pl.DataFrame) -> bool:
    """Say whether labels are equal and probabilities as near as float32 sums allow."""
    words = [name for name, kind in one.schema.items() if not (kind.is_float() or kind.is_nested())]
    numbers = [name for name, kind in one.schema.items() if kind.is_float()]
    near = np.allclose(
        one.select(numbers).to_numpy().astype(float),
        another.select(numbers).to_numpy().astype(float),
        atol=1e-5,
        equal_nan=True,
    )
    return one.select(words).equals(another.select(words)) and near


def test_alone_as_in_company(models):
    pipelines = scoring.opened(models)
    rows = pl.concat([MARKET.select("title", "text", "side"), hostile()], how="vertical")
    together = _reading.read(rows, pipelines)
    for at in (0, 5, 40, 104, *range(rows.height - hostile().height, rows.height)):
        assert same(_reading.read(rows[at], pipelines), together[at]), rows[at]
    assert same(_reading.read(rows.reverse(), pipelines).reverse(), together)


def batches(size: int) -> Iterator[pl.DataFrame]:
    return MARKET.iter_slices(size)


def test_batches_come_back_in_order_with_their_readings(models):
    alone = pl.concat([read for _, read in scoring.readings([MARKET], models)])
    given, found = zip(*scoring.readings(batches(9), models), strict=True)
    assert [read.height for read in found] == [listings.height for listings in given]
    assert pl.concat(given).equals(MARKET)
    assert same(pl.concat(found), alone)


def test_batches_are_asked_for_as_they_are_read(models):
    """Memory is that of a few batches: of a source without end, only some are taken."""
    taken = []

    def endless() -> Iterator[pl.DataFrame]:
        while True:
            taken.append(1)
            yield MARKET.head(2)

    assert len(list(islice(scoring.readings(endless(), models), 3))) == 3
    assert len(taken) == 3


def test_a_market_of_many_batches_is_read_whole(warehouse, models, monkeypatch):
    many = pl.concat(MARKET.with_columns(source_id=pl.lit(f"s{number:02}")) for number in range(70))
    warehouse.put("core_listings", many)
    monkeypatch.setattr(scoring, "BATCH", 2_048)  # the engine hands out no fewer
    sizes = [batch.height for batch in warehouse.batches("select * from core_listings", 2_048)]
    assert len(sizes) > 2
    assert scoring.score(warehouse, models) == many.height
    found = readings(warehouse)
    assert found.select(KEY).equals(many.select(KEY).sort(KEY))
    first = found.filter(source_id="s00").drop("source_id")
    assert found.filter(source_id="s69").drop("source_id").equals(first)


def hostile() -> pl.DataFrame:
    texts = [
        "a" * 300_000,
        "AI " * 50_000,
        "no AI, no ChatGPT " * 5_000,
        "| tags: [" * 20_000,
        "\x00\x01\x1b[2J\u202e\ufeff\U0010ffff",
        "é" * 1_000 + "\u0301" * 1_000,
        "((((((((((" * 1_000 + "\\\\\\",
        "<script>alert(1)</script>'; drop table core_readings; --",
        "\n" * 10_000,
        "AI" + "\u200b" * 10_000 + "AI",
    ]
    rows = [(text, None, "demand") for text in texts] + [("Logo", text, None) for text in texts]
    return pl.DataFrame(rows, schema=dict.fromkeys(("title", "text", "side"), pl.String),
                        orient="row")  # fmt: skip


def test_hostile_texts_are_read_and_cost_little(warehouse, models):
    rows = hostile().with_row_index("native_id")
    rows = rows.with_columns(source_id=pl.lit("s"), native_id=pl.col("native_id").cast(pl.String))
    warehouse.put("core_listings", rows)
    started = time.perf_counter()
    assert scoring.score(warehouse, models) == rows.height
    assert time.perf_counter() - started < 20
    found = readings(warehouse).sort(pl.col("native_id").cast(pl.Int64))
    told = pl.Series([(title or "").strip() + (text or "").strip() != ""
                      for title, text, _ in hostile().iter_rows()])  # fmt: skip
    assert found["ai_relation"].is_not_null().equals(told)
    assert found["p_family"].drop_nulls().is_between(0, 1).all()
    assert found["human_only"][2]


@pytest.mark.parametrize("title", [None, "", " \n\t "])
@pytest.mark.parametrize("text", [None, "", " \n\t "])
def test_nothing_to_read_has_no_label(models, title, text):
    rows = pl.DataFrame([(title, text, "demand"), ("Logo", None, None)], schema=hostile().schema,
                        orient="row")  # fmt: skip
    found = _reading.read(rows, scoring.opened(models)).select(list(_reading.KEPT))
    assert set(found.row(0)) == {None}
    assert None not in found.row(1)


def test_a_missing_reader_is_named_and_nothing_is_lost(warehouse, models):
    scoring.score(warehouse, models)
    before = readings(warehouse)
    lacking = {"category": models["category"]}
    with pytest.raises(CheckFailed, match="no trained ai_relation, exposure; run `python -m etl"):
        scoring.score(warehouse, lacking)
    with pytest.raises(CheckFailed, match="category, ai_relation, exposure"):
        scoring.score(warehouse, {})
    assert readings(warehouse).equals(before)


def foreign(body: bytes) -> bytes:
    """Return a model file that names a function of the system where its estimator was."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(body)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            told = old.read(name)
            if name == "schema.json":
                told = told.replace(b'"LogisticRegression"', b'"Popen"').replace(
                    b'"sklearn.linear_model._logistic"', b'"subprocess"'
                )
                assert b"Popen" in told
            new.writestr(name, told)
    return out.getvalue()


@pytest.mark.parametrize("spoilt", [b"", b"PK no zip", "cut", "foreign"], ids=str)
def test_a_spoilt_model_file_is_refused_by_name(warehouse, models, spoilt):
    body = models["exposure"]
    body = {"cut": body[:-200], "foreign": foreign(body)}.get(spoilt, spoilt)
    with pytest.raises(CheckFailed, match="the model exposure "):
        scoring.score(warehouse, models | {"exposure": body})
    assert "core_readings" not in warehouse.tables()


def test_a_model_of_another_shape_is_named(warehouse, models):
    """One reader's file in another's place, or any dict of estimators."""
    with pytest.raises(CheckFailed, match="holds no trained category"):
        scoring.score(warehouse, models | {"category": models["exposure"]})


def test_no_damage_to_a_model_file_ends_in_a_traceback(models):
    """Whatever bytes are changed: a pipeline, or a sentence."""
    chance, body = random.Random(0), models["exposure"]
    refused = 0
    for _ in range(150):
        damaged = bytearray(body)
        for _ in range(chance.choice([1, 3, 20])):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        try:
            model_files.loads(bytes(damaged), "exposure")
        except CheckFailed:
            refused += 1
    assert refused > 50


def test_a_model_that_unpacks_without_end_is_refused():
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("schema.json", b"[" * (model_files.LARGEST_BYTES + 1))
    with pytest.raises(CheckFailed, match="the model big cannot be read"):
        model_files.loads(out.getvalue(), "big")


def test_the_version_of_the_readers_is_that_of_all_their_files(models):
    version = scoring.readers_version(models)
    assert scoring.readers_version(dict(reversed(models.items()))) == version
    for name in _reading.NEEDS:
        assert scoring.readers_version(models | {name: models[name] + b"x"}) != version
    swapped = models | {"exposure": models["ai_relation"], "ai_relation": models["exposure"]}
    assert scoring.readers_version(swapped) != version
