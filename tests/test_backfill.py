"""The history of Freelancer.com, over real HTTP from a market whose truth is known."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from loopback import Loopback, Query

from benchmarks.backfill_coverage import amounts
from benchmarks.freelancer_market import SKILLS, Market, answer, market, project
from etl import config, edition, landing, pulling
from etl.command_line import main
from etl.config import warehouse_file
from etl.console import now
from etl.reference import crosswalk_labels
from etl.sources._freelancer_draw import is_settled, months
from etl.warehouse import Warehouse

HOST = "www.freelancer.com"
FAMILY = {
    family: [id_ for id_, (name, _) in SKILLS.items() if name in labels]
    for family, labels in crosswalk_labels("freelancer").items()
}


@pytest.fixture
def served(data_folder, monkeypatch) -> Iterator[tuple[Loopback, Market]]:
    """A loopback Freelancer.com whose market reaches to this minute."""
    begin = now() - timedelta(days=200)
    world = market(7, f"{begin:%Y-%m-01}", f"{now() + timedelta(days=1):%Y-%m-%d}", 6000)
    with Loopback() as server:
        server.answers[HOST] = lambda path, query: answer(world, path, query)
        monkeypatch.setenv("OBSERVATORY_MIRROR", server.url)
        monkeypatch.setenv("OBSERVATORY_PACE", "0.0001")
        yield server, world


def past(world: Market) -> list[date]:
    first = datetime.fromtimestamp(int(world.posted[0]), UTC).date()
    return months(first, now())


def of_month(world: Market, month: date) -> slice:
    begin = datetime(month.year, month.month, 1, tzinfo=UTC)
    end = (begin + timedelta(days=32)).replace(day=1)
    return world.between(int(begin.timestamp()), int(end.timestamp()) - 1)


def test_history_is_counted_exactly_and_sampled_within_its_intervals(served, capsys):
    server, world = served
    wanted = past(world)
    command = ["backfill", "freelancer", "--since", f"{wanted[-1]:%Y-%m}"]
    assert main(command) == 0
    asked = len(server.asked(HOST))
    estimate = int(capsys.readouterr().out.split()[2].replace(",", ""))
    # robots.txt is not in the estimate; families without a skill of the market are not asked for
    assert 0 < asked - 1 <= estimate
    assert main(command) == 0
    assert len(server.asked(HOST)) == asked, "nothing is asked twice"

    assert main(["build"]) == 0
    shown = edition.current()[0]
    posted = shown.values("projects_posted")
    for month in wanted:
        span = of_month(world, month)
        counted = posted.filter(period_start=month)
        assert counted.filter(family="*")["value"].item() == span.stop - span.start
        for family, ids in FAMILY.items():
            if ids:
                has = np.isin(world.skill[span], ids) | np.isin(world.second_skill[span], ids)
                assert counted.filter(family=family)["value"].item() == has.sum()
    assert "carried" not in posted["flags"].str.join(";").item()

    held = []
    for metric, name in {"bids_per_listing": "bids", "fixed_budget": "budget"}.items():
        medians = shown.values(metric).filter(
            source_id="freelancer_panel", stat="median", family="*", niche="*"
        )
        settled = [month for month in wanted if is_settled(month, now())]
        assert sorted(medians["period_start"]) == sorted(settled), "others still take bids"
        assert medians["reason"].null_count() == medians.height
        for row in medians.iter_rows(named=True):
            truth = _median(world, of_month(world, row["period_start"]), name)
            held.append(row["lo"] <= truth <= row["hi"])
    assert np.mean(held) >= 0.8, "12 to 14 intervals of at least 93 %"


def _median(world: Market, span: slice, name: str) -> float:
    values = amounts(world)[name][span]
    if name == "budget":  # hourly projects have rates, not budgets
        values = values[np.arange(span.start, span.stop) % 7 != 0]
    return float(np.median(values))


def test_an_interrupted_history_goes_on_where_it_stopped(served):
    server, world = served
    since = past(world)[-1]
    count = 0

    def breaking(path, query):
        nonlocal count
        count += 1
        if count == 60:
            raise ConnectionAbortedError
        return answer(world, path, query)

    server.answers[HOST] = breaking
    assert pulling.backfill("freelancer", since, None, now()) in (0, 1)
    server.answers[HOST] = lambda path, query: answer(world, path, query)
    assert pulling.backfill("freelancer", since, None, now()) == 0
    disturbed = _tables()
    assert disturbed["core_series"].height and disturbed["core_sightings"].height
    drawn = disturbed["core_sightings"]["sample_window"]
    assert drawn.null_count() == 0
    windows = drawn.str.extract(r"^(\S+)").n_unique()
    assert windows == sum(is_settled(month, now()) for month in past(world))


def test_a_history_older_than_any_source_is_refused(served, capsys):
    assert main(["backfill", "freelancer", "--since", "1999-12"]) == 2
    assert "no source reaches back before 2000-01" in capsys.readouterr().err
    assert not served[0].log


def test_a_pull_brings_the_day_and_asks_again_for_what_was_open(served):
    _, world = served
    assert main(["pull", "freelancer"]) == 0
    with Warehouse(warehouse_file(), read_only=True) as warehouse:
        rows = warehouse.frame("select native_id, posted_at from core_sightings")
    until = now()
    day = world.between(
        int((until - timedelta(hours=23, minutes=50)).replace(tzinfo=UTC).timestamp()),
        int((until - timedelta(minutes=2)).replace(tzinfo=UTC).timestamp()),
    )
    expected = {str(1_000_000 + index) for index in range(day.start, day.stop)}
    assert expected <= set(rows["native_id"])
    assert rows["posted_at"].min() > until - timedelta(hours=25)


def crowded(world: Market, broken: list[bytes]):
    """An API whose every hour holds 150 projects; its second pages are `broken` while there are."""

    def reply(path: str, query: Query) -> bytes:
        if "projects[]" in query:
            return answer(world, path, query)
        first, offset = int(query["from_time"][0]), int(query["offset"][0])
        if offset and broken:
            return broken.pop(0)
        page = [
            project(world, n) | {"id": first * 1000 + n, "time_submitted": first + 1}
            for n in range(offset, min(offset + 100, 150))
        ]
        return json.dumps({"result": {"projects": page, "total_count": 150}}).encode()

    return reply


NO_MORE = b'{"result": {"projects": [], "total_count": 150}}'
NULLS = b'{"result": {"projects": [null, 1], "total_count": 150}}'


@pytest.mark.parametrize("page", [NO_MORE, NULLS], ids=["empty", "nulls"])
def test_a_page_that_is_missing_moves_no_cursor(served, capsys, page: bytes):
    server, world = served
    server.answers[HOST] = crowded(world, [page])
    assert main(["pull", "freelancer"]) == 1
    said = capsys.readouterr().err
    assert "of 150 announced" in said and "Traceback" not in said
    assert main(["pull", "freelancer"]) == 0
    with Warehouse(warehouse_file(), read_only=True) as warehouse:
        hours = warehouse.frame(
            "select posted_at, count(distinct native_id) as n from core_sightings group by 1"
        )
    assert set(hours["n"]) == {150}, "every hour is whole"


def test_an_hour_that_comes_short_is_asked_for_again(served):
    """A second page of one project, once: the next reading of the hour holds all 150."""
    server, world = served
    one = json.dumps({"result": {"projects": [project(world, 3)], "total_count": 150}}).encode()
    server.answers[HOST] = crowded(world, [one])
    assert main(["pull", "freelancer"]) == 0
    with Warehouse(warehouse_file(), read_only=True) as warehouse:
        spans = warehouse.frame("select distinct whole_from from core_captures").drop_nulls()
        hours = warehouse.frame(
            "select posted_at, count(distinct native_id) as n from core_sightings"
            f" where native_id <> '{project(world, 3)['id']}' group by 1"
        )
    assert spans.height == 1 and set(hours["n"]) == {150}


def test_an_hour_that_stays_short_begins_the_stream_anew(served):
    """What an hour never gave is not held: months before and after it are not one whole."""
    server, world = served
    one = json.dumps({"result": {"projects": [project(world, 3)], "total_count": 150}}).encode()
    server.answers[HOST] = crowded(world, [one] * 3)
    assert main(["pull", "freelancer"]) == 0
    with Warehouse(warehouse_file(), read_only=True) as warehouse:
        spans = warehouse.frame("select distinct whole_from from core_captures").drop_nulls()
    assert spans.height == 2


def hours(world: Market, deleted: bool):
    """An API whose every hour holds one project; those of odd hours were deleted, or are."""

    def reply(path: str, query: Query) -> bytes:
        if "projects[]" in query:
            return answer(world, path, query)
        first = int(query["from_time"][0])
        one = project(world, 0) | {"id": first, "time_submitted": first + 1}
        one |= {"deleted": True} if deleted and first // 3600 % 2 else {}
        return json.dumps({"result": {"projects": [one], "total_count": 1}}).encode()

    return reply


def test_an_hour_of_deleted_projects_alone_stops_nothing(served, capsys):
    """They are counted as rejects; the shape has not changed, and the stream is whole."""
    server, world = served
    server.answers[HOST] = hours(world, deleted=True)
    assert main(["pull", "freelancer"]) == 0, capsys.readouterr().err
    with Warehouse(warehouse_file(), read_only=True) as warehouse:
        reasons = set(warehouse.frame("select reason from rejects")["reason"])
        [(lost, whole_to)] = warehouse.frame(
            "select max(is_lost::int), max(whole_to) from core_captures"
        ).rows()
    assert reasons == {"deleted by its client"} and lost == 0
    assert now() - whole_to < timedelta(hours=3)


def test_a_payload_of_a_stream_that_is_lost_is_told(served):
    assert main(["pull", "freelancer"]) == 0
    [*_, last] = landing.captures("freelancer")
    (config.raw_folder() / "freelancer" / f"{last.of or last.sha256}.zst").unlink()
    warehouse_file().unlink()
    assert main(["build"]) == 1
    with Warehouse(warehouse_file(), read_only=True) as warehouse:
        lost = warehouse.frame("select raw_sha256 from core_captures where is_lost")
        partial = warehouse.frame(
            "select count(*) from mart_sightings where source_id = 'freelancer'"
            " and not coalesce(is_open, false) and is_stream"
        ).item()
    assert lost["raw_sha256"].to_list() == [last.sha256] and partial == 0


def test_a_window_of_the_sample_is_read_whole_or_not_at_all(served, capsys):
    server, world = served
    broken = [NO_MORE]

    def emptying(path: str, query: Query) -> bytes:
        return broken.pop() if "offset" in query and broken else answer(world, path, query)

    server.answers[HOST] = emptying
    assert pulling.backfill("freelancer", past(world)[-1], None, now()) == 1
    assert "is empty, of 150 announced" in capsys.readouterr().err


def test_a_month_is_partial_unless_the_stream_holds_all_of_it(served):
    assert main(["pull", "freelancer"]) == 0
    with Warehouse(warehouse_file(), read_only=True) as warehouse:
        [(begun, whole_to)] = warehouse.frame(
            "select min(whole_from), max(whole_to) from core_captures"
        ).rows()
    assert timedelta(hours=23) < now() - begun < timedelta(hours=25)
    assert timedelta(hours=1) < now() - whole_to < timedelta(hours=3), "late arrivals may come"
    assert main(["build"]) == 0
    shown = edition.current()[0].values("listings").filter(source_id="freelancer")
    assert shown.height
    assert all("partial" in flags for flags in shown["flags"])


def test_a_clock_that_was_ahead_is_named(served, capsys):
    assert pulling.pull(["freelancer"], now() + timedelta(hours=1)) == 0
    assert pulling.pull(["freelancer"], now() - timedelta(hours=6)) == 1
    assert "the clock was wrong then or is now" in capsys.readouterr().err


def test_an_open_project_is_asked_for_again_until_it_is_not(served, tmp_path):
    server, world = served
    three_days_ago = int((now() - timedelta(days=3)).replace(tzinfo=UTC).timestamp())
    index = world.between(0, three_days_ago).stop - 1
    still_open = project(world, index) | {
        "status": "active", "sub_status": None, "frontend_project_status": "open",
        "bid_stats": {"bid_count": 2, "bid_avg": 50.0},
    }  # fmt: skip
    file = tmp_path / "seen.json"
    file.write_text(json.dumps({"result": {"projects": [still_open], "total_count": 1}}))
    yesterday = f"{now() - timedelta(hours=20):%Y-%m-%dT%H:%M:%S}"
    assert main(["import", str(file), "--as", "freelancer", "--captured-at", yesterday]) == 0
    for _ in range(2):
        assert main(["pull", "freelancer"]) == 0
    asked = [line for line in server.asked(HOST) if "projects[]" in line.query]
    assert [line.query["projects[]"] for line in asked] == [[str(still_open["id"])]], "once"
    with Warehouse(warehouse_file(), read_only=True) as warehouse:
        seen = warehouse.frame(
            "select status, bids from core_sightings"
            f" where native_id = '{still_open['id']}' order by observed_at"
        )
    assert seen["status"].to_list() == ["open", project(world, index)["sub_status"]]
    assert seen["bids"].to_list() == [2, int(world.bids[index])]


def _tables() -> dict[str, pl.DataFrame]:
    with Warehouse(warehouse_file(), read_only=True) as warehouse:
        return {
            name: warehouse.frame(f"select * from {name}")
            for name in ("core_series", "core_sightings")
        }
