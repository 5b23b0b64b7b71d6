"""The series sources: what their files say about the world, and how damaged ones are refused."""

import hashlib
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest

from etl.contracts import Capture, SourceChanged
from etl.normalise import Normalised, normalise
from etl.sources import source_module

ROOT = Path(__file__).resolve().parent.parent
SERIES = ROOT.parent / "shared" / "data" / "series"
with_shared = pytest.mark.skipif(
    not SERIES.is_dir(), reason="needs ../shared/data/series, which is not part of the project"
)


def read(source_id: str, name: str, body: bytes) -> Normalised:
    capture = Capture(
        source_id, name, hashlib.sha256(body).hexdigest(), None, "unknown", datetime(2026, 10, 1)
    )
    return normalise(source_module(source_id), body, capture, {})


@cache
def real(source_id: str, name: str) -> Normalised:
    return read(source_id, f"series/{name}", (SERIES / name).read_bytes())


def values(result: Normalised, series_id: str, **where: str) -> dict[str, float]:
    """Return day -> value of one series, where columns hold what is asked."""
    return {
        f"{row['period_start']:%Y-%m-%d}": row["value"]
        for row in result.rows
        if row["series_id"] == series_id and all(row.get(k) == v for k, v in where.items())
    }


@with_shared
@pytest.mark.parametrize(
    ("source_id", "name", "points"),
    [
        ("oli", "oli_levels_monthly.csv", 100 * 8),
        ("indeed", "indeed_ai_posting.csv", 24_642),
        ("indeed", "indeed_postings_us.csv", 4_774 * 2),
        ("snipework", "snipework_weekly.csv", 6 * 9),
        ("snipework", "snipework_categories.csv", 72 * 5),
        ("snipework", "snipework_countries.csv", 48 * 2),
        ("hn_counts", "hn_volume.csv", 181),
        ("hn_counts", "hn_hire_vs_seek.csv", 142 * 2),
        ("hn_counts", "hn_keyword_share.csv", 181 * 51),
        ("fiverr_index", "fiverr_price_index_panel_geks.csv", 20 * 7),
        ("fiverr_index", "fiverr_price_index_panel_geks_se.csv", 20 * 7),
        ("fiverr_index", "fiverr_price_index_recent_geks.csv", 7 * 7),
        ("fiverr_index", "fiverr_price_index_recent_geks_se.csv", 7 * 7),
        ("fiverr_inc", "fiverr_inc_metrics.csv", 10 * 3),
    ],
)
def test_every_point_of_the_real_files_is_accepted(source_id: str, name: str, points: int):
    result = real(source_id, name)
    assert (len(result.rows), result.duplicates, result.rejects) == (points, 0, [])


@with_shared
def test_files_of_one_source_never_share_a_series():
    """The warehouse replaces a series whole: two files with one series would delete each other."""
    for source_id in ["oli", "indeed", "snipework", "hn_counts", "fiverr_index", "fiverr_inc"]:
        seen: dict[str, str] = {}
        glob = source_module(source_id).SOURCE.files
        for path in sorted(SERIES.parent.glob(glob)):
            for series_id in {row["series_id"] for row in real(source_id, path.name).rows}:
                assert seen.setdefault(series_id, path.name) == path.name


@with_shared
def test_online_labour_index_base_shares_and_defects():
    result = real("oli", "oli_levels_monthly.csv")
    total = values(result, "oli_level", dims="occupation_group=all")
    microwork = values(result, "oli_level", dims="occupation_group=microwork")
    writing = values(result, "oli_level", dims="occupation_group=writing_translation")
    assert total["2016-05-01"] == 100.0

    def share(day: str) -> float:
        return 100 * writing[day] / (total[day] - microwork[day])

    assert share("2022-07-01") == pytest.approx(11.7, abs=0.05)
    assert share("2024-07-01") == pytest.approx(7.4, abs=0.05)
    groups = {row["dims"] for row in result.rows} - {"occupation_group=all"}
    for day in total:
        parts = [values(result, "oli_level", dims=group)[day] for group in groups]
        assert sum(parts) == pytest.approx(total[day], abs=0.01)
    flagged = {
        (f"{row['period_start']:%Y-%m}", row["flags"]) for row in result.rows if row["flags"]
    }
    assert flagged == {
        ("2021-03", "method_break"),
        ("2021-04", "method_break"),
        ("2022-03", "anomaly_spike"),
        ("2022-04", "anomaly_spike"),
        ("2023-09", "possible_source_change"),
        ("2024-08", "partial"),
    }


@with_shared
def test_indeed_share_of_postings_that_mention_ai():
    share = values(real("indeed", "indeed_ai_posting.csv"), "ai_posting_share_pct", geo="US")
    assert share["2022-03-15"] == pytest.approx(3.28, abs=0.01)
    assert share["2026-06-30"] == pytest.approx(5.88, abs=0.01)
    index = real("indeed", "indeed_postings_us.csv")
    for series_id in ("postings_index_sa", "postings_index_nsa"):
        assert values(index, series_id, dims="variable=total_postings")["2020-02-01"] == 100.0


@with_shared
def test_fiverr_buyers_fell_by_36_percent():
    result = real("fiverr_inc", "fiverr_inc_metrics.csv")
    buyers = values(result, "active_buyers_m")
    assert max(buyers.values()) == buyers["2021-01-01"] == 4.2
    assert 100 * (buyers["2025-07-01"] / 4.2 - 1) == pytest.approx(-36, abs=0.5)
    last = [row for row in result.rows if row["period_start"] == datetime(2025, 7, 1)]
    assert all("trailing_twelve_months" in row["flags"] for row in last)


@with_shared
def test_fiverr_panels_are_two_series_and_the_older_one_unverified():
    panel = real("fiverr_index", "fiverr_price_index_panel_geks.csv")
    recent = real("fiverr_index", "fiverr_price_index_recent_geks.csv")
    assert {row["flags"] for row in panel.rows} == {"unverified"}
    assert {row["flags"] for row in recent.rows} == {""}
    empty = [row for row in panel.rows if row["value"] is None]
    assert {row["dims"] for row in empty} == {"category=translation"}
    assert len(empty) == 4


@with_shared
def test_hacker_news_months_that_are_missing_or_not_whole():
    result = real("hn_counts", "hn_volume.csv")
    posts = values(result, "hiring_posts")
    assert not {"2011-07-01", "2015-04-01", "2015-05-01"} & posts.keys()
    flags = {f"{row['period_start']:%Y-%m}": row["flags"] for row in result.rows if row["flags"]}
    assert flags == {"2011-12": "incomplete", "2026-07": "partial"}
    llm = values(real("hn_counts", "hn_keyword_share.csv"), "keyword_share_pct", dims="keyword=llm")
    assert llm["2022-06-01"] < 1 < 10 < llm["2026-06-01"]


@with_shared
def test_snipework_weeks():
    weekly = real("snipework", "snipework_weekly.csv")
    assert {f"{row['period_start']:%d %b}" for row in weekly.rows if row["flags"]} == {"10 Aug"}
    shares = values(real("snipework", "snipework_categories.csv"), "category_share")
    assert set(shares) == set(values(weekly, "jobs_scanned"))
    countries = real("snipework", "snipework_countries.csv")
    odd = {row["dims"] for row in countries.rows if "unmerged_spelling" in row["flags"]}
    assert odd == {"country=USA", "country=GBR"}


PANEL = b"quarter,audio,coding,design,marketing,translation,video,writing\n"


@pytest.mark.parametrize(
    ("source_id", "name", "body", "says"),
    [
        ("oli", "oli.csv", b"date,total\n2024-01-01,100\n", "known are"),
        ("oli", "oli.csv", b"", "known are"),
        ("oli", "oli.csv", b"\xff\xfe\x00", "not UTF-8"),
        ("indeed", "x.csv", b"date,country\n", "known are"),
        ("hn_counts", "hn_volume.csv", b"month,0\n", "no row"),
        ("fiverr_index", "prices.csv", PANEL + b"2020Q1" + b",100" * 7, "name does not end"),
        (
            "fiverr_index",
            "fiverr_price_index_recent_geks.csv",
            PANEL + b"2020Q1" + b",100" * 7,
            "first quarter is not 2024Q3 with 100",
        ),
        (
            "fiverr_index",
            "fiverr_price_index_panel_geks_se.csv",
            PANEL + b"2020Q1" + b",100" * 7,
            "first quarter is not 2020Q1 with 0",
        ),
    ],
)
def test_another_shape_is_refused(source_id: str, name: str, body: bytes, says: str):
    with pytest.raises(SourceChanged, match=says):
        read(source_id, name, body)


def test_a_bad_cell_costs_one_point_and_a_bad_period_one_row():
    body = (
        b"month,LLM,RAG\n2025-01,1.5,2\n2025-02,nan,3\n2025-03,1e999,101\n2025-3,1,2\n2025-04,2\n"
        b"2025-01,1.5,2\n2025-02,9,3\n"
    )
    result = read("hn_counts", "hn_keyword_share.csv", body)
    assert [(r.locator, r.reason) for r in result.rejects] == [
        ("row 2", "keyword_share_pct keyword=llm: 'nan' is no number"),
        ("row 3", "keyword_share_pct keyword=llm: '1e999' is no number"),
        ("row 3", "keyword_share_pct keyword=rag: 101 lies outside 0 to 100"),
        ("row 4", "not a date form we know: '2025-3'"),
        ("row 5", "has 2 cells, the header 3"),
    ]
    assert (len(result.rows), result.duplicates) == (4, 3)
