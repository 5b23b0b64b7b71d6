"""Every source keeps the contract of etl/sources, reads its recorded shapes, loses no row.

Golden files: `payloads/<source>/<case>.<ext>` holds a small hand-written payload in the source's
shape (`.ndjson` stands for Parquet where the source reads that), `<case>.expected.json` what it
becomes, `<case>.capture.json` when it was seen if not on 2026-01-01. A missing expectation is
written and fails once: review it, then keep it.
"""

from __future__ import annotations

import ast
import io
import json
import re
from datetime import datetime
from pathlib import Path
from statistics import median
from types import FunctionType, ModuleType
from typing import Any

import polars as pl
import pytest

from etl.contracts import SCOPES, Capture, InputError, Reject, Source, SourceChanged
from etl.landing import sha256
from etl.normalise import Normalised, normalise
from etl.parse.dates import date_in_name
from etl.sources import source_module, sources

ROOT = Path(__file__).resolve().parent.parent
PAYLOADS = Path(__file__).resolve().parent / "payloads"
SHARED = ROOT.parent / "shared" / "data"
RATES = {("2026-01", "USD"): 1.25, ("2023-01", "USD"): 1.08}  # units per euro
MODULES = sorted(sources().items())
TEXTS = {
    "id", "title", "publisher", "platform", "url", "licence", "licence_url", "caveat", "citation",
}  # fmt: skip
SIDE_FILES = (".expected.json", ".capture.json")
CASES = sorted(
    path
    for path in PAYLOADS.glob("*/*")
    if path.is_file() and not path.name.endswith(SIDE_FILES) and path.parent.name in sources()
)
# source -> file -> rows read, accepted, duplicates, rejects
ACCOUNTS = {
    "upwork_search": {"2023-01-01.csv": (4995, 4994, 1, 0), "2023-01-03.csv": (4996, 4774, 222, 0)},
    "upwork_tracks": {
        "android_developer.csv": (999, 997, 2, 0),
        "artificial_intelligence.csv": (1000, 1000, 0, 0),
        "data_analyst.csv": (657, 657, 0, 0),
        "javascript_developer.csv": (1000, 997, 3, 0),
    },
    "upwork_fixed": {"data_cleaned.csv": (19867, 18600, 1267, 0)},
    "upwork_rss": {"upwork.csv": (770, 765, 0, 5)},  # five posts a client edited: same id
    "upwork_rss_powerbi": {"upwork_rss_powerbi_2024.parquet": (1211, 1211, 0, 0)},
    "freelancer_search": {
        "2025-10-25.csv": (484, 484, 0, 0),
        "2025-10-29.csv": (642, 642, 0, 0),
        "2025-11-17.csv": (602, 602, 0, 0),
        "2025-11-19.csv": (553, 553, 0, 0),
        "2025-11-20.csv": (553, 553, 0, 0),
    },
    "fiverr_grid": {"fiverr.csv": (6183, 6182, 1, 0)},
    "fiverr_data_gigs": {"fiverr-data-gigs.csv": (1259, 1217, 42, 0)},
    "hn_hiring": {"who_is_hiring_posts.parquet": (42249, 42249, 0, 0)},
}
DISTINCT = {
    "upwork_tracks": 3529,
    "upwork_rss_powerbi": 1210,
    "freelancer_search": 1945,
    "hn_hiring": 42249,
}
LISTING_CASES = [case for case in CASES if case.parent.name in ACCOUNTS]
CSV_CASES = [case for case in LISTING_CASES if case.suffix == ".csv"]
PARQUET_CASES = [case for case in LISTING_CASES if case.suffix == ".ndjson"]


def label(value: Any) -> str | None:
    return f"{value.parent.name}/{value.name}" if isinstance(value, Path) else None


def payload(path: Path) -> bytes:
    """Return a recorded payload; NDJSON of a Parquet source as the Parquet it stands for."""
    reads = sources()[path.parent.name].SOURCE.files or ""
    if path.suffix != ".ndjson" or not reads.endswith(".parquet"):
        return path.read_bytes()
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return parquet(rows)


def parquet(rows: list[dict[str, Any]]) -> bytes:
    frame = pl.DataFrame(rows, infer_schema_length=None)
    moments = {"ts": False, "pub": True}
    for name in moments.keys() & set(frame.columns):
        moment = pl.col(name).cast(pl.String).str.to_datetime(time_zone="UTC")
        frame = frame.with_columns(moment if moments[name] else moment.dt.replace_time_zone(None))
    return written(frame)


def written(frame: pl.DataFrame) -> bytes:
    sink = io.BytesIO()
    frame.write_parquet(sink)
    return sink.getvalue()


def capture_of(path: Path) -> Capture:
    side = path.with_suffix(".capture.json")
    given = json.loads(side.read_text(encoding="utf-8")) if side.exists() else {}
    seen = given.get("captured_at", "2026-01-01")
    return Capture(
        source_id=path.parent.name,
        name=given.get("name", path.name),
        sha256="0" * 64,
        captured_at=seen and datetime.fromisoformat(seen),
        precision=given.get("precision", "day"),
        landed_at=datetime.fromisoformat(given.get("landed_at", "2026-01-02")),
    )


def read(path: Path) -> Normalised:
    module = source_module(path.parent.name)
    return normalise(module, payload(path), capture_of(path), RATES)


def plain(result: Normalised) -> dict[str, Any]:
    """Return what a payload became as JSON, without empty columns and the hash of its bytes."""
    left_out = ("source_id", "raw_sha256")
    rows = [
        {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in sorted(row.items())
            if value not in (None, [], "") and name not in left_out
        }
        for row in result.rows
    ]
    rejects = [{"locator": reject.locator, "reason": reject.reason} for reject in result.rejects]
    return {"duplicates": result.duplicates, "rejects": rejects, "rows": rows}


@pytest.mark.parametrize(("source_id", "module"), MODULES)
def test_source_declares_itself(source_id: str, module: ModuleType):
    source = module.SOURCE
    assert isinstance(source, Source)
    assert source.id == source_id
    assert source.kind in ("listing", "series")
    assert source.scope in SCOPES
    for name in TEXTS:
        assert getattr(source, name).strip() == getattr(source, name) != "", name
    for name in TEXTS - {"publisher", "licence", "citation"}:  # those may name people
        assert getattr(source, name).isascii(), name
    assert source.url.startswith("https://")
    assert source.licence_url.startswith("https://")
    assert source.caveat.endswith(".")
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", day) for day in source.defects)
    if source.crosswalk:
        assert (ROOT / "data" / "reference" / f"crosswalk_{source.crosswalk}.csv").exists()


@pytest.mark.parametrize(("source_id", "module"), MODULES)
def test_source_has_no_other_public_function(source_id: str, module: ModuleType):
    public = {
        name
        for name, value in vars(module).items()
        if isinstance(value, (FunctionType, type))
        and value.__module__ == module.__name__
        and not name.startswith("_")
    }
    assert "normalise" in public
    assert public <= {"normalise", "extract", "backfill", "plan"}


@pytest.mark.parametrize(("source_id", "module"), MODULES)
def test_source_is_small_and_pure(source_id: str, module: ModuleType):
    text = Path(module.__file__).read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 200
    nodes = list(ast.walk(ast.parse(text)))
    imported = {
        alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names
    }
    imported |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    own = {name for name in imported if name.startswith("etl.")}
    assert all(
        re.fullmatch(r"etl(\.sources|\.(asking|contracts|parse\.\w+|sources\._\w+))", name)
        for name in own
    )
    assert not imported & {"polars", "pandas", "requests", "duckdb", "urllib.request", "time"}
    for node in nodes:
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno - node.lineno < 30, node.name


@pytest.mark.parametrize(("source_id", "module"), MODULES)
def test_source_has_a_recorded_payload(source_id: str, module: ModuleType):
    assert [case for case in CASES if case.parent.name == source_id]


def test_unknown_source_names_the_known():
    with pytest.raises(InputError, match="upwork_search"):
        source_module("upwork_serach")


@pytest.mark.parametrize("case", CASES, ids=label)
def test_payload_becomes_what_was_reviewed(case: Path):
    found = plain(read(case))
    expectation = case.with_suffix(".expected.json")
    if not expectation.exists():
        text = json.dumps(found, indent=1, ensure_ascii=False, sort_keys=True)
        expectation.write_text(text + "\n", encoding="utf-8")
        pytest.fail(f"wrote {expectation.relative_to(ROOT)}: review it, then run again")
    assert found == json.loads(expectation.read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CSV_CASES, ids=label)
def test_every_row_of_a_csv_is_accounted_for(case: Path):
    rows = pl.read_csv(case, infer_schema=False, truncate_ragged_lines=True)
    assert read(case).read == rows.height


@pytest.mark.parametrize("case", CSV_CASES, ids=label)
def test_csv_of_another_shape_is_source_changed(case: Path):
    module, body, capture = source_module(case.parent.name), payload(case), capture_of(case)
    header, _, rest = body.partition(b"\n")
    damaged = {
        "lacks": header.replace(module.REQUIRED[0].encode(), b"renamed") + b"\n" + rest,
        "holds no row": header + b"\n",
        "lacks the column": b"",
        "not UTF-8": header + b"\n" + "Übersetzung".encode("latin-1") + b"\n" + rest,
        "binary|not UTF-8|lacks": body.decode().encode("utf-16-le"),
    }
    for reason, bytes_ in damaged.items():
        with pytest.raises(SourceChanged, match=reason):
            normalise(module, bytes_, capture, RATES)


@pytest.mark.parametrize("case", CSV_CASES, ids=label)
def test_each_required_column_is_missed(case: Path):
    module, body = source_module(case.parent.name), payload(case)
    header, _, rest = body.partition(b"\n")
    for name in module.REQUIRED:
        cells = ["gone" if cell == name else cell for cell in header.decode().split(",")]
        without = ",".join(cells).encode() + b"\n" + rest
        with pytest.raises(SourceChanged, match=name):
            normalise(module, without, capture_of(case), RATES)


@pytest.mark.parametrize("case", PARQUET_CASES, ids=label)
def test_damaged_parquet_is_source_changed(case: Path):
    module, body, capture = source_module(case.parent.name), payload(case), capture_of(case)
    for cut in (1, 4, len(body) // 2, len(body) - 9, len(body) - 1):
        with pytest.raises(SourceChanged):
            normalise(module, body[:cut], capture, RATES)
    rows = [json.loads(line) for line in case.read_text(encoding="utf-8").splitlines()]
    for name in module.REQUIRED:
        without = parquet([{key: row[key] for key in row if key != name} for row in rows])
        with pytest.raises(SourceChanged, match=name):
            normalise(module, without, capture, RATES)


@pytest.mark.parametrize("case", PARQUET_CASES, ids=label)
def test_parquet_of_other_types_is_rejected_row_by_row(case: Path):
    module = source_module(case.parent.name)
    rows = [dict.fromkeys(module.REQUIRED, 7) for _ in range(2)]
    result = normalise(module, written(pl.DataFrame(rows)), capture_of(case), RATES)
    assert (result.read, len(result.rejects)) == (2, 2)


def shared_results(source_id: str) -> dict[str, Normalised]:
    """Read a source's shared files."""
    module = source_module(source_id)
    paths = sorted(SHARED.glob(module.SOURCE.files)) if SHARED.is_dir() else []
    if not paths:
        pytest.skip(f"no shared data in {SHARED}")
    results = {}
    for path in paths:
        name, body = str(path.relative_to(SHARED)), path.read_bytes()
        dated = date_in_name(name) or (None, "unknown")
        capture = Capture(source_id, name, sha256(body), *dated, datetime(2026, 8, 20))
        results[path.name] = normalise(module, body, capture, RATES)
    return results


@pytest.mark.parametrize("source_id", ACCOUNTS)
def test_shared_files_are_accounted_for(source_id: str):
    results = shared_results(source_id)
    found = {
        name: (result.read, len(result.rows), result.duplicates, len(result.rejects))
        for name, result in results.items()
    }
    assert found == ACCOUNTS[source_id]
    rows = [row for result in results.values() for row in result.rows]
    if source_id in DISTINCT:
        assert len({row["native_id"] for row in rows}) == DISTINCT[source_id]
    rejects = [reject for result in results.values() for reject in result.rejects]
    assert all(isinstance(reject, Reject) and "same id" in reject.reason for reject in rejects)
    late = [row for row in rows if row.get("posted_at") and row.get("observed_at")]
    assert all(row["posted_at"] <= row["observed_at"] for row in late)


def test_shared_bid_medians():
    results = shared_results("freelancer_search")
    found = [
        median(row["bids"] for row in result.rows if row.get("bids") is not None)
        for result in results.values()
    ]
    assert found == [57.5, 29, 29, 30, 31]
    assert "2025-10-25" in source_module("freelancer_search").SOURCE.defects
