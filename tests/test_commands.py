"""The command line from import to edition: every row accounted for, nothing published is lost."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import readers
from hypothesis import given
from hypothesis import strategies as st

from etl import edition
from etl.command_line import main
from etl.config import SHIPPED, warehouse_file
from etl.evidence import KEY
from etl.parse.cut import readable_json
from etl.warehouse import Warehouse

ROOT = Path(__file__).resolve().parent.parent
HEADER = "id,posted,title,budget,kind\n"
MAPPING = """
source_id = "my_board"
title = "A board of ours"
platform = "my_board"
licence = "CC0"
scope = "query"
format = "csv"
[constants]
side = "demand"
currency = "USD"
[columns]
native_id = "id"
posted_at = "posted"
title = "title"
price = "budget"
pricing_type = {column = "kind", values = {hourly = "hourly", fixed = "fixed"}}
"""


def board(rows: int, first: int = 0) -> str:
    lines = [
        f"{i},2026-03-0{1 + i % 9},Edit article {i},{20 + i % 7},hourly"
        for i in range(first, first + rows)
    ]
    return HEADER + "\n".join(lines) + "\n"


@pytest.fixture
def mapped(tmp_path: Path, data_folder: Path) -> tuple[Path, Path]:
    """A CSV of 250 listings captured on 10 March 2026, and its mapping."""
    csv, toml = tmp_path / "board_2026-03-10.csv", tmp_path / "my.toml"
    csv.write_text(board(250), encoding="utf-8")
    toml.write_text(MAPPING, encoding="utf-8")
    return csv, toml


def import_board(csv: Path, toml: Path) -> int:
    return main(["import", str(csv), "--mapping", str(toml)])


def build() -> int:
    return main(["build", "--published-on", "2026-11-25"])


def test_nothing_landed_publishes_nothing(data_folder, capsys):
    assert build() == 0
    assert "no raw data" in capsys.readouterr().out
    assert edition.current()[0].folder == SHIPPED
    assert not edition.built_editions()


def test_a_build_carries_every_shipped_row(mapped, capsys):
    assert import_board(*mapped) == 0
    assert (
        "250 rows = 250 observations + 0 in-file duplicates + 0 rejects" in capsys.readouterr().out
    )
    assert build() == 0
    shown, notice = edition.current()
    assert notice is None and shown.folder != SHIPPED
    old, new = edition.Edition(SHIPPED).values(), shown.values()
    carried = new.filter(pl.col("source_id") != "my_board")
    assert carried.drop("flags").equals(old.drop("flags"))
    # made in every build, from what is carried, reference tables and the price guide: the same rows
    made = ["claim_verdict", "outlook", "outlook_backtest", "outlook_score",
            "price_guide_accuracy", "published_finding"]  # fmt: skip
    rest = carried.filter(~pl.col("metric_id").is_in(made))
    assert rest["flags"].str.split(";").list.contains("carried").all()
    own = new.filter(pl.col("source_id") == "my_board")
    median = own.filter(metric_id="hourly_rate", family="*", stat="median", dims="")
    # 250 rates 20 + i % 7: 36 of 20…24 each, 35 of 25 and 26; the 125th and 126th are 23
    assert median["value"].item() == 23 and median["n"].item() == 250
    assert not own.filter(metric_id="listing_share").height, "a selected query has no shares"
    entries = {entry["id"]: entry for entry in shown.manifest["sources"]}
    assert entries["oli"]["carried_from"] == edition.Edition(SHIPPED).id
    assert "carried_from" not in entries["my_board"]
    shown.check()


def test_building_again_changes_nothing(mapped, capsys):
    import_board(*mapped)
    build()
    first = edition.current()[0].id
    import_board(*mapped)
    assert "landed before" in capsys.readouterr().out
    build()
    assert "nothing new" in capsys.readouterr().out
    assert edition.current()[0].id == first
    (Path(os.environ["OBSERVATORY_DATA"]) / "warehouse.duckdb").unlink()
    build()
    assert edition.current()[0].id == first, "the warehouse is rebuilt from raw to the same numbers"
    assert main(["verify"]) == 0


def test_overlapping_captures_are_sightings_of_one_listing(mapped, tmp_path):
    csv, toml = mapped
    later = tmp_path / "board_2026-03-12.csv"
    later.write_text(board(250, first=100), encoding="utf-8")
    import_board(csv, toml)
    import_board(later, toml)
    build()
    counts = edition.current()[0].values("listings").filter(source_id="my_board", family="*")
    found = dict(counts.select("dims", "n").iter_rows())
    assert found == {"": 350, "capture=2026-03-10": 250, "capture=2026-03-12": 250}


def test_part_of_a_source_does_not_replace_what_was_built_from_all_of_it(
    mapped, tmp_path, monkeypatch, capsys
):
    csv, toml = mapped
    import_board(csv, toml)
    build()
    base = edition.current()[0]
    other = tmp_path / "other"
    monkeypatch.setenv("OBSERVATORY_DATA", str(other))
    (other / "editions").mkdir(parents=True)
    shutil.copytree(base.folder, other / "editions" / base.folder.name)
    (other / "editions" / "CURRENT").write_text(base.folder.name)
    small = tmp_path / "board_2026-03-20.csv"
    small.write_text(board(60, first=900), encoding="utf-8")
    import_board(small, toml)
    assert build() == 0
    assert "my_board: its published numbers rest on more raw data" in capsys.readouterr().out
    shown = edition.current()[0]
    whole = shown.values("hourly_rate").filter(
        source_id="my_board", family="*", stat="median", dims=""
    )
    assert whole["n"].to_list() == [250], "60 listings do not replace 250"
    assert set(shown.values().select(KEY).iter_rows()) >= set(base.values().select(KEY).iter_rows())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"id;posted\n1;2\n", "lacks the column"),
        (HEADER.encode() + b"1,2026-03-01,caf\xe9,10,hourly\n", "UTF-8"),
        (b"PAR1\0\0binary", "binary"),
        (HEADER.encode(), "holds no row"),
        (HEADER.encode() + b"1,2099-01-01,A,10,hourly\n", "lies after"),
        (HEADER.encode() + b"1,2026-03-01,A,10,hourly,extra\n", "has 6 cells, the header 5"),
    ],
)
def test_bad_files_are_refused_in_one_sentence(mapped, capsys, content, said):
    csv, toml = mapped
    csv.write_bytes(content)
    assert import_board(csv, toml) == 1
    captured = capsys.readouterr()
    assert said in captured.err and "Traceback" not in captured.err
    assert len(captured.err.strip().splitlines()) == 1
    assert not list((Path(os.environ["OBSERVATORY_DATA"])).glob("raw/*/manifest.ndjson"))


def test_odd_rows_are_counted_and_the_rest_is_kept(mapped, capsys):
    csv, toml = mapped
    odd = [
        "a,2099-01-01,Future,10,hourly",
        "b,2026-03-01,Rich,1000000000000,fixed",
        "c,2026-03-01,Odd kind,10,weekly",
        "d,2026-03-01,Twice,10,hourly",
        "d,2026-03-01,Twice,10,hourly",
        "d,2026-03-01,Twice but other,10,hourly",
    ]
    csv.write_text(board(20) + "\n".join(odd) + "\n", encoding="utf-8")
    assert import_board(csv, toml) == 0
    out = capsys.readouterr().out
    assert "26 rows = 22 observations + 1 in-file duplicates + 3 rejects" in out
    assert "1 prices are implausible" in out
    build()
    entry = next(e for e in edition.current()[0].manifest["sources"] if e["id"] == "my_board")
    assert (
        entry["rows_read"] == entry["observations"] + entry["duplicates"] + entry["rejects"] == 26
    )
    assert entry["prices_implausible"] == 1 and sum(entry["reject_reasons"].values()) == 3


def test_dry_run_lands_nothing(mapped, capsys):
    csv, toml = mapped
    assert main(["import", str(csv), "--mapping", str(toml), "--dry-run"]) == 0
    assert "250" in capsys.readouterr().out
    assert not list((Path(os.environ["OBSERVATORY_DATA"])).glob("raw/*/manifest.ndjson"))


def test_parse_writes_rows_and_rejects(capsys):
    path = ROOT / "tests/payloads/upwork_search"
    payload = next(p for p in sorted(path.glob("*.csv")))
    assert main(["parse", "upwork_search", str(payload), "--captured-at", "2023-01-03"]) == 0
    captured = capsys.readouterr()
    rows = [json.loads(line) for line in captured.out.splitlines()]
    assert rows and all(row["source_id"] == "upwork_search" for row in rows)
    assert all(
        json.loads(line).keys() == {"locator", "reason"} for line in captured.err.splitlines()
    )


@pytest.mark.parametrize(
    "words", [["parse", "nowhere", "x"], ["import", "x.csv"], ["export", "--metric", "nothing"]]
)
def test_operator_mistakes_are_one_sentence(words, capsys, data_folder):
    assert main(words) == 2
    assert re.fullmatch(r"\w+: .+\n", capsys.readouterr().err)


def test_status_names_edition_and_sources(data_folder, capsys):
    assert main(["status"]) == 0
    out = capsys.readouterr().out
    assert edition.Edition(SHIPPED).id in out and "oli: one_off" in out


def test_killed_builds_leave_the_old_edition_and_the_next_one_completes(mapped, capsys):
    import_board(*mapped)
    words = [sys.executable, "-m", "etl", "build", "--published-on", "2026-11-25"]
    for seconds in (0.6, 1.5, 2.2, 3.0):
        running = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(seconds)
        running.send_signal(signal.SIGKILL)
        running.communicate()
        shown, notice = edition.current()
        shown.check()
        assert notice is None
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert edition.current()[0].values().filter(source_id="my_board").height
    assert main(["verify"]) == 0


def test_status_tells_the_last_error_and_what_is_landed(mapped, capsys):
    csv, toml = mapped
    import_board(csv, toml)
    csv.write_text("id;posted\n", encoding="utf-8")
    import_board(csv, toml)
    build()
    capsys.readouterr()
    assert main(["status"]) == 0
    out = capsys.readouterr().out
    assert "my_board: " in out
    with Warehouse(warehouse_file(), read_only=True) as warehouse:
        runs = warehouse.frame("select command, outcome, rows_read from runs order by started_at")
    assert runs["command"].to_list()[:2] == ["import", "import"]
    assert runs["outcome"][0] == "landed" and "lacks the column" in runs["outcome"][1]
    assert runs["rows_read"][0] == 250


def test_a_part_of_a_series_takes_nothing_away(data_folder, tmp_path, capsys):
    """Six points of one SnipeWork category: the other published points stay as they were."""
    by_week = after_weeks(tmp_path, "2026-W28,2026-07-06", "2026-W29,2026-07-13")
    assert by_week[date(2026, 7, 6)] == "revised", "0.5 is not what was published"
    assert "carried" in by_week[date(2026, 7, 13)], "a partial week does not replace a whole one"
    again = edition.current()[0].id
    assert build() == 0 and edition.current()[0].id == again


def test_another_number_for_a_week_that_was_not_over_is_no_revision(data_folder, tmp_path):
    assert (
        edition.Edition(SHIPPED)
        .values("snipework_listing_share")
        .filter(pl.col("period_start") == date(2026, 8, 10), pl.col("flags") == "partial")
        .height
    )
    by_week = after_weeks(tmp_path, "2026-W33,2026-08-10", "2026-W34,2026-08-17")
    assert by_week[date(2026, 8, 10)] == ""


def after_weeks(tmp_path: Path, *weeks: str) -> dict[date, str]:
    """Import weeks of one SnipeWork category and build; return the flags of its weeks."""
    path = tmp_path / "snipework_categories.csv"
    path.write_text(
        "week,period_start,category,category_slug,jobs,share,avg_fixed_usd,median_fixed_usd,"
        "avg_hourly_usd\n" + "".join(f"{w},Legal,legal,200,0.5,200,150,50\n" for w in weeks),
        encoding="utf-8",
    )
    assert main(["import", str(path), "--as", "snipework"]) == 0
    assert build() == 0
    old, new = edition.Edition(SHIPPED).values(), edition.current()[0].values()
    keys = [set(v.select(KEY).iter_rows()) for v in (old, new)]
    assert keys[0] <= keys[1]
    legal = new.filter(metric_id="snipework_listing_share", family="legal")
    return dict(legal.select("period_start", "flags").iter_rows())


def test_a_wrong_capture_date_is_doubted_and_can_be_corrected(mapped, tmp_path, capsys):
    csv, toml = mapped
    wrong = tmp_path / "board_2026-09-30.csv"
    csv.rename(wrong)
    import_board(wrong, toml)
    assert "posted 205 days before the capture of 2026-09-30" in capsys.readouterr().out
    right = ["import", str(wrong), "--mapping", str(toml), "--captured-at", "2026-03-10"]
    assert main(right) == 0
    build()
    periods = edition.current()[0].values("listings").filter(source_id="my_board")["period_start"]
    assert set(periods) == {date(2026, 3, 1)}


def test_unusable_folders_are_one_sentence(tmp_path, monkeypatch, capsys):
    (tmp_path / "file").touch()
    monkeypatch.setenv("OBSERVATORY_DATA", str(tmp_path / "file"))
    assert main(["build"]) == 2
    assert re.fullmatch(r"build: .+ cannot be used .+\n", capsys.readouterr().err)


def test_an_edited_manifest_is_seen(mapped, capsys):
    import_board(*mapped)
    build()
    path = edition.current()[0].folder / "manifest.json"
    path.write_text(path.read_text("utf-8").replace("A board of ours", "Another"), "utf-8")
    edition._checked.cache_clear()
    assert main(["verify"]) == 1
    assert "not as it was published" in capsys.readouterr().err
    assert build() == 0, "the next build makes it whole"
    assert edition.current()[0].folder != SHIPPED


def test_one_more_capture_of_a_shipped_source_shows_beside_what_is_published(data_folder, tmp_path):
    """A later Upwork snapshot alone: its own numbers are new, the published ones stay."""
    header = (ROOT / "tests/payloads/upwork_search").glob("*.csv")
    first = next(iter(sorted(header))).read_text("utf-8").splitlines()[0].split(",")
    row = dict.fromkeys(first, "") | {
        "title": "Edit an essay",
        "type": "hourly",
        "hourly_rate": "30",
        "duration": "Less than 1 month",
        "proposals_tier": "20 to 50",
        "tier": "Expert",
        "occupations_category_pref_label": "Writing",
        "occupations_oservice_pref_label": "Copywriting",
    }
    uid = 1610400000000000000  # 3 January 2023, 22:16 UTC
    lines = [",".join(first)]
    lines += [",".join({**row, "uid": str(uid + n * 10**12)}.values()) for n in range(60)]
    path = tmp_path / "2023-01-04.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert main(["import", str(path), "--as", "upwork_search"]) == 0
    assert build() == 0
    old, new = edition.Edition(SHIPPED).values(), edition.current()[0].values()
    assert set(old.select(KEY).iter_rows()) <= set(new.select(KEY).iter_rows())
    rate = new.filter(
        pl.col("metric_id") == "hourly_rate", pl.col("source_id") == "upwork_search",
        pl.col("family") == "*", pl.col("stat") == "median",
    )  # fmt: skip
    found = {dims: (n, value) for dims, n, value in rate.select("dims", "n", "value").iter_rows()}
    assert found["capture=2023-01-04"] == (60, 30.0)
    assert found[""] == (3664, 20.0), "60 listings do not replace the whole of January"


def test_parse_reads_damaged_json_up_to_the_damage(tmp_path, capsys):
    whole = (ROOT / "tests" / "payloads" / "freelancer" / "search.json").read_bytes()
    file = tmp_path / "cut.json"
    file.write_bytes(whole[: whole.index(b"40000003")])
    assert main(["parse", "freelancer", str(file), "--captured-at", "2026-01-03"]) == 0
    said = capsys.readouterr()
    rows = [json.loads(line) for line in said.out.splitlines()]
    assert [row["native_id"] for row in rows] == ["40000001", "40000002"]
    [reject] = [json.loads(line) for line in said.err.splitlines()]
    assert "damaged from character" in reject["reason"]
    file.write_bytes(whole[:40])
    assert main(["parse", "freelancer", str(file)]) == 1
    assert "Traceback" not in capsys.readouterr().err


@given(cut=st.integers(0, 2000), noise=st.binary(max_size=8))
def test_what_is_left_of_damaged_json_is_json(cut: int, noise: bytes):
    whole = json.dumps({"a": [{"id": n, "x": ['{"', n]} for n in range(40)], "b": 1}).encode()
    body = whole[:cut] + noise
    kept = readable_json(body)
    if kept is not None:
        records = json.loads(kept[0])["a"]
        assert [r["id"] for r in records] == list(range(len(records)))


@pytest.mark.parametrize("mark", ["utf-8-sig", "utf-16"])
def test_parse_reads_texts_that_begin_with_a_mark(tmp_path, capsys, mark: str):
    whole = (ROOT / "tests" / "payloads" / "freelancer" / "search.json").read_text("utf-8")
    file = tmp_path / "marked.json"
    file.write_bytes(whole.encode(mark))
    assert main(["parse", "freelancer", str(file), "--captured-at", "2026-01-03"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 8


def test_parse_names_what_came_twice_and_numbers_nobody_can_keep(tmp_path, capsys):
    answer = json.loads(
        (ROOT / "tests" / "payloads" / "freelancer" / "search.json").read_text("utf-8")
    )
    first = answer["result"]["projects"][0]
    huge = first | {"id": 5, "bid_stats": {"bid_count": 1, "bid_avg": 10**400}}
    dear = first | {"id": 6, "budget": {"minimum": 10**400, "maximum": None}}
    file = tmp_path / "2031-05" / "a.json"  # a folder that looks like a day to come
    file.parent.mkdir()
    file.write_text(json.dumps([first, first, huge, dear]))
    assert main(["parse", "freelancer", str(file)]) == 0
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 1
    reasons = [json.loads(line)["reason"] for line in said.err.splitlines()]
    assert any("bid_avg_usd" in reason for reason in reasons)
    assert any("price_min" in reason for reason in reasons)
    assert "identical to an earlier row" in reasons
    file.write_text("[" + "9" * 5000 + "]")
    assert main(["parse", "freelancer", str(file)]) == 1


def test_an_edition_of_fewer_readers_reads_with_the_shipped_ones(data_folder, tmp_path, capsys):
    """A machine that built with an earlier version goes on building, and says so."""
    shipped = edition.Edition(SHIPPED).models()
    readers.show(data_folder, {"category": shipped["category"]})
    path = tmp_path / "snipework_categories.csv"
    path.write_text(
        "week,period_start,category,category_slug,jobs,share,avg_fixed_usd,median_fixed_usd,"
        "avg_hourly_usd\n2026-W28,2026-07-06,Legal,legal,200,0.5,200,150,50\n",
        encoding="utf-8",
    )
    assert main(["import", str(path), "--as", "snipework"]) == 0
    capsys.readouterr()
    assert build() == 0
    assert "the shipped ones are used" in capsys.readouterr().err
    assert edition.current()[0].models() == shipped
