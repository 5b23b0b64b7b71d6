"""Every page runs, shows the edition's numbers, and exactly the metrics that name it."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from etl import edition as editions
from etl.edition import current
from etl.metrics import metrics
from pages.parts.frame import PAGES
from pages.parts.wording import plain

ROOT = Path(__file__).resolve().parent.parent
NAMES = [name for group in PAGES.values() for name in group]
ALLOWED = {"streamlit", "polars", "etl.edition", "etl.metrics", "etl.export", "etl.freshness",
           "etl.reference", "etl.contracts"}  # fmt: skip
LIBRARY = {"plotly", "__future__", "functools", "collections", "datetime", "typing", "math", "re",
           "textwrap", "pathlib", "contextlib", "gc", "calendar"}  # fmt: skip

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*:DeprecationWarning:streamlit", "ignore:.*:DeprecationWarning:plotly"
)


def run(name: str, **link: str) -> AppTest:
    """Run one page as if opened by a link with these filters."""
    page = AppTest.from_file(ROOT / "pages" / f"{name}.py", default_timeout=60)
    for key, value in link.items():
        page.query_params[key] = value
    page.run()
    assert not page.exception
    return page


@pytest.fixture(scope="module")
def opened() -> dict[str, AppTest]:
    """Return every page at its defaults."""
    return {name: run(name) for name in NAMES}


def texts(page: AppTest) -> list[str]:
    """Return what a page says in captions and in the help of its tiles."""
    helps = [element.proto.help for element in page.markdown]
    return [element.value for element in page.caption] + [plain(text) for text in helps]


def headings(page: AppTest) -> list[str]:
    """Return the headlines of a page."""
    return [element.value for element in page.header]


def test_app_runs() -> None:
    app = AppTest.from_file(ROOT / "app.py", default_timeout=60).run()
    assert not app.exception
    assert app.title[0].value == "Freelance Market Observatory"


@pytest.mark.parametrize("name", NAMES)
def test_page_is_complete(opened: dict[str, AppTest], name: str) -> None:
    page = opened[name]
    assert len(page.title) == 1
    assert current()[0].id in page.caption[0].value
    assert "nan" not in " ".join(headings(page) + texts(page)).lower().split()


@pytest.mark.parametrize("name", NAMES)
def test_page_shows_exactly_the_metrics_that_name_it(opened: dict[str, AppTest], name: str) -> None:
    said = texts(opened[name])
    shown = {
        metric.id
        for metric in metrics().values()
        if any(plain(f"{metric.title}, {metric.unit}") in text for text in said)
    }
    assert shown == {metric.id for metric in metrics().values() if name in metric.pages}


@pytest.mark.parametrize("name", NAMES)
def test_no_metric_without_its_caveat(opened: dict[str, AppTest], name: str) -> None:
    said = " ".join(texts(opened[name]))
    for metric in metrics().values():
        if name in metric.pages:
            assert plain(f"Caveat: {metric.caveat}") in said, metric.id


@pytest.mark.parametrize("name", NAMES)
def test_figures_offer_table_and_file(opened: dict[str, AppTest], name: str) -> None:
    page = opened[name]
    charts = page.get("plotly_chart")
    assert len(page.toggle) == len(charts) <= len(page.get("download_button"))
    assert all(chart.proto.alt for chart in charts)


def one(metric: str, *filters: pl.Expr) -> dict:
    """Return the one row of the edition that these filters name."""
    (row,) = current()[0].values(metric).filter(pl.col("niche") == "*", *filters).rows(named=True)
    return row


DEMAND = (pl.col("source_id") == "upwork_search", pl.col("dims") == "")


def test_overview_numbers_are_the_editions(opened: dict[str, AppTest]) -> None:
    tiles = [metric.value for metric in opened["overview"].metric]
    rate = one("hourly_rate", *DEMAND, pl.col("stat") == "median", pl.col("family") == "*")
    assert tiles[1] == f"${rate['value']:,.2f}".removesuffix(".00")
    crowd = one("proposals_20_plus", DEMAND[0], pl.col("dims") == "age_band=12-24h",
                pl.col("family") == "*")  # fmt: skip
    assert tiles[2] == f"{100 * crowd['value']:.1f} %"
    oli = current()[0].values("oli_group_share")
    oli = oli.filter(pl.col("dims").str.contains("writing_translation"))
    oli = oli.filter(~pl.col("flags").str.contains("partial|anomaly|incomplete"))
    last = oli.sort("period_start").row(-1, named=True)
    then = oli.filter(pl.col("period_start") == last["period_start"].replace(year=2022))
    assert tiles[0] == f"{100 * last['value']:.1f} %"
    assert (
        f"from {100 * then['value'].item():.1f} % in {last['period_start']:%B} 2022"
        in (headings(opened["overview"])[0])
    )


def test_old_data_says_its_age(opened: dict[str, AppTest]) -> None:
    said = [text for text in texts(opened["overview"]) if "Online Labour Index, monthly" in text]
    assert said and all("years old" in text for text in said)


def test_pricing_headline_is_the_editions(opened: dict[str, AppTest]) -> None:
    families = current()[0].values("hourly_rate").filter(
        *DEMAND, pl.col("stat") == "median", pl.col("niche") == "*",
        ~pl.col("family").is_in(["*", "unclassified"]),
    )  # fmt: skip
    top = families.drop_nulls("value").sort("value", descending=True).row(0, named=True)
    said = headings(opened["pricing"])[0]
    assert f"${top['value']:,.2f}".removesuffix(".00") in said
    assert said.lower().startswith(top["family"].split("_")[0])


def test_competition_says_that_the_snapshots_disagree(opened: dict[str, AppTest]) -> None:
    said = headings(opened["competition"])[0]
    assert "disagree" in said
    for day in ("2023-01-01", "2023-01-03"):
        dims = pl.col("dims") == f"age_band=12-24h;capture={day}"
        row = one("proposals_20_plus", DEMAND[0], dims, pl.col("family") == "*")
        assert f"{100 * row['value']:.1f} %" in said


def test_turnaround_says_what_it_cannot_tell(opened: dict[str, AppTest]) -> None:
    assert "cannot be told yet" in opened["turnaround"].info[0].value


def test_sources_account_for_every_row(opened: dict[str, AppTest]) -> None:
    table = opened["sources"].dataframe[0].value
    assert len(table) == len(current()[0].manifest["sources"])
    parts = table[["observations", "duplicates", "rejects"]].fillna(0).sum(axis=1)
    assert (table["rows read"] == parts).all()
    assert not opened["sources"].warning


def test_a_filter_changes_the_rows(opened: dict[str, AppTest]) -> None:
    chosen = run("pricing", family="writing")
    assert headings(chosen)[0] != headings(opened["pricing"])[0]
    assert chosen.selectbox(key="family").value == "writing"
    chosen.toggle(key="hourly-table").set_value(True).run()
    table = chosen.dataframe[0].value
    niches = set(table["niche"])
    assert set(table["family"]) == {"writing"} and {"*", "copywriting"} <= niches


def test_words_of_a_link_mean_the_same_as_ids() -> None:
    assert headings(run("pricing", family="Writing")) == headings(run("pricing", family="writing"))


@pytest.mark.parametrize("family", ["legal", "customer_service"])
def test_thin_kinds_of_work_run(family: str) -> None:
    for name in ("pricing", "competition", "turnaround"):
        run(name, family=family)


def test_broken_links_are_named() -> None:
    page = run("pricing", family="foo", maxbids="abc")
    (warning,) = page.warning
    assert "family=foo" in warning.value and "maxbids=abc" in warning.value
    assert page.selectbox(key="family").value == "*"
    assert not page.run().warning or "maxbids" in page.warning[0].value


@pytest.fixture
def fresh_cache() -> None:
    """Forget which editions were checked, before and after."""
    for cached in (editions._manifest, editions._frame, editions._checked):
        cached.cache_clear()
    yield
    for cached in (editions._manifest, editions._frame, editions._checked):
        cached.cache_clear()


@pytest.mark.usefixtures("fresh_cache")
def test_a_damaged_edition_gives_way_to_the_shipped_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = current()[0]
    broken = tmp_path / "editions" / shipped.id
    shutil.copytree(editions.SHIPPED, broken)
    (broken / editions.VALUES).write_bytes(b"PAR1 no more")
    (tmp_path / "editions" / "CURRENT").write_text(shipped.id, encoding="utf-8")
    monkeypatch.setenv("OBSERVATORY_DATA", str(tmp_path))
    app = AppTest.from_file(ROOT / "app.py", default_timeout=60).run()
    assert not app.exception
    assert "the shipped edition is shown" in app.warning[0].value
    assert len(app.metric) == 6


@pytest.mark.usefixtures("fresh_cache")
@pytest.mark.parametrize("damage", ["values", "manifest"])
def test_a_damaged_shipped_edition_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    shutil.copytree(editions.SHIPPED, tmp_path / "shipped")
    name = editions.VALUES if damage == "values" else editions.MANIFEST
    (tmp_path / "shipped" / name).write_bytes(b"no more")
    monkeypatch.setattr(editions, "SHIPPED", tmp_path / "shipped")
    monkeypatch.setenv("OBSERVATORY_DATA", str(tmp_path / "none"))
    app = AppTest.from_file(ROOT / "app.py", default_timeout=60).run()
    assert not app.exception
    (error,) = app.error
    assert error.value.startswith("This page cannot be shown:") and "Traceback" not in error.value


def _imports(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
    return found


@pytest.mark.parametrize("path", sorted((ROOT / "pages").rglob("*.py")), ids=lambda p: p.stem)
def test_pages_import_only_what_they_may(path: Path) -> None:
    for name in _imports(path):
        root = name.split(".")[0]
        own = name == "pages" or name.startswith("pages.parts")
        assert own or name in ALLOWED or root in LIBRARY | {"streamlit"}, name
    text = path.read_text("utf-8")
    lines = text.count("\n")
    assert lines <= (80 if path.parent.name == "pages" else 300)
    assert "read_parquet" not in text and "pandas" not in text


def test_every_page_has_a_file_and_a_question() -> None:
    files = {path.stem for path in (ROOT / "pages").glob("*.py")}
    assert files == set(NAMES)
    for name in NAMES:
        assert (
            ast.get_docstring(ast.parse((ROOT / "pages" / f"{name}.py").read_text("utf-8")))[-1]
            == "?"
        )
