"""Editions: the same input gives the same bytes, damage is seen, models cannot run code."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from etl import edition, model_files, release
from etl.config import SHIPPED, SHIPPED_LIMIT_BYTES
from etl.contracts import CheckFailed
from etl.evidence import KEY, SCHEMA
from models import _reading

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"
HAND = SHARED.parent / "gold" / "dev.jsonl"


def shipped() -> edition.Edition:
    return edition.Edition(SHIPPED)


def test_shipped_edition_is_sound_small_and_typed():
    shipped().check()
    assert sum(p.stat().st_size for p in SHIPPED.rglob("*") if p.is_file()) <= SHIPPED_LIMIT_BYTES
    values = shipped().values()
    assert dict(values.schema) == SCHEMA
    assert not values.select(KEY).is_duplicated().any()
    assert (
        values.filter(pl.col("n") < 15)["value"].null_count()
        == values.filter(pl.col("n") < 15).height
    )
    assert (shipped().distributions()["listings"] >= 15).all()


def test_manifest_accounts_for_every_row_and_names_terms():
    for entry in shipped().manifest["sources"]:
        assert entry["licence"] and entry["citation"] and entry["caveat"]
        assert entry["rows_read"] == entry["observations"] + entry["duplicates"] + entry["rejects"]
    known = {entry["id"] for entry in shipped().manifest["metrics"]}
    assert known == set(shipped().values()["metric_id"])


def test_no_text_of_a_listing_is_published():
    """Every text column holds ids, words of ours or dimensions; the longest says why it is so."""
    values = shipped().values()
    for name in ("dims", "family", "niche", "flags", "value_text"):
        longest = values[name].drop_nulls().str.len_chars().max() or 0
        assert longest <= 120, name


def test_figures_the_readme_of_the_data_promises():
    values = shipped().values()
    oli = values.filter(metric_id="oli_level", dims="occupation_group=all")
    assert oli.filter(period_start=date(2016, 5, 1))["value"].item() == 100.0
    share = values.filter(metric_id="listing_share", source_id="upwork_search", niche="*", dims="")
    found = dict(share.select("family", "value").iter_rows())
    assert found["writing"] == pytest.approx(0.0913, abs=5e-4)
    assert found["web_mobile_software"] == pytest.approx(0.2560, abs=5e-4)
    bids = values.filter(metric_id="bids_per_listing", family="*", stat="median")
    by_day = dict(bids.select("dims", "value").iter_rows())
    assert by_day["capture=2025-10-25"] == 57.5
    assert [by_day[f"capture=2025-11-{d}"] for d in (17, 19, 20)] == [29, 30, 31]
    defect = bids.filter(dims="capture=2025-10-25")["flags"].item()
    assert "defect_capture" in defect
    groups = values.filter(metric_id="oli_group_share", dims="occupation_group=writing_translation")
    for day, expected in ((date(2022, 7, 1), 0.117), (date(2024, 7, 1), 0.074)):
        assert groups.filter(period_start=day)["value"].item() == pytest.approx(expected, abs=5e-4)


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the listing sets beside the project")
def test_shipped_edition_is_what_make_edition_builds(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("OBSERVATORY_DATA", str(tmp_path))
    created = date.fromisoformat(shipped().manifest["created"][:10])
    assert release.make_edition(SHARED, HAND, created, tmp_path / "again") == 0
    stated = SHIPPED / edition.MANIFEST_HASH  # holds with the manifest, code version included
    for path in sorted(p for p in SHIPPED.rglob("*") if p.is_file() and p != stated):
        again = tmp_path / "again" / path.relative_to(SHIPPED)
        if path.name == "manifest.json":
            ours, theirs = (json.loads(p.read_text()) for p in (path, again))
            assert {**ours, "code_version": ""} == {**theirs, "code_version": ""}
        else:
            assert again.read_bytes() == path.read_bytes(), f"{path.name}: run `make edition`"


def test_a_damaged_edition_gives_way_to_the_shipped_one(data_folder):
    folder = data_folder / "editions" / "2026-11-25-abc"
    shutil.copytree(SHIPPED, folder)
    (data_folder / "editions" / "CURRENT").write_text("2026-11-25-abc\n")
    assert edition.current() == (edition.Edition(folder), None)
    edition._checked.cache_clear()
    (folder / "metric_values.parquet").write_bytes(b"PAR1 cut")
    shown, notice = edition.current()
    assert shown.folder == SHIPPED and "damaged" in notice


def test_a_pointer_to_nowhere_gives_way_too(data_folder):
    (data_folder / "editions").mkdir(parents=True)
    (data_folder / "editions" / "CURRENT").write_text("../../etc")
    shown, notice = edition.current()
    assert shown.folder == SHIPPED and notice


def test_published_editions_are_never_changed(data_folder):
    files = {
        path.relative_to(SHIPPED).as_posix(): path.read_bytes()
        for path in SHIPPED.rglob("*")
        if path.is_file()
    }
    first = edition.publish("2026-11-25-aaaaaaaaaa", files)
    edition.publish("2026-11-25-aaaaaaaaaa", files | {"CHANGES.md": b"other"})
    assert (first.folder / "CHANGES.md").read_bytes() == files["CHANGES.md"]
    (first.folder / "models" / "category.skops").write_bytes(b"x")
    edition.publish("2026-11-25-aaaaaaaaaa", files)
    first.check()  # a damaged one is made whole


def models() -> dict[str, bytes]:
    return shipped().models()


def foreign(body: bytes) -> bytes:
    """Return a model file whose schema asks for a function of the system."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            told = old.read(name)
            if name == "schema.json":
                schema = json.loads(told)
                schema |= {"__class__": "system", "__module__": "os", "__loader__": "TypeNode"}
                told = json.dumps(schema).encode()
            new.writestr(name, told)
    return out.getvalue()


def test_shipped_models_are_those_listings_are_read_with():
    assert models().keys() == {*_reading.NEEDS, "price_guide"}


def test_a_model_loads_and_a_foreign_or_tampered_one_is_refused():
    for name, body in models().items():
        assert model_files.loads(body, name)
        with pytest.raises(CheckFailed, match=f"the model {name} cannot be read"):
            model_files.loads(body[:-200], name)
        with pytest.raises(CheckFailed, match=f"the model {name} "):
            model_files.loads(foreign(body), name)


def test_a_model_file_that_was_exchanged_is_refused(tmp_path):
    """A sound file of other bytes than the manifest names: nothing is read with it."""
    shutil.copytree(SHIPPED, tmp_path / "edition")
    own = tmp_path / "edition" / "models" / "exposure.skops"
    assert edition.Edition(tmp_path / "edition").models().keys() == {*_reading.NEEDS, "price_guide"}
    pipeline = model_files.loads(own.read_bytes(), "exposure")
    pipeline["classes"].coef_ = -pipeline["classes"].coef_
    own.write_bytes(model_files.dump(pipeline))
    with pytest.raises(CheckFailed, match=r"models/exposure\.skops is not as it was published"):
        edition.Edition(tmp_path / "edition").models()


def test_a_model_file_is_the_same_bytes_each_time():
    for name, body in models().items():
        pipeline = model_files.loads(body, name)
        again = model_files.dump(pipeline)
        assert again == model_files.dump(pipeline)
        assert again == model_files.dump(model_files.loads(body, name))
        with zipfile.ZipFile(io.BytesIO(again)) as bundle:
            assert all(member.date_time == model_files.EPOCH for member in bundle.infolist())
