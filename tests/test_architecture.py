"""The house rules as tests: imports, sizes, nothing declared and unused, documents in step."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from etl import marts, metrics, readme, tables
from etl.contracts import Source
from etl.sources import sources
from models import models

ROOT = Path(__file__).resolve().parent.parent
CODE = sorted(p for d in ("etl", "models", "pages", "benchmarks") for p in (ROOT / d).rglob("*.py"))
CODE.append(ROOT / "app.py")
HARD_LIMIT_LINES = 300

# A library → the only places that may import it.
ONLY_IN = {
    "duckdb": ("etl/warehouse.py", "etl/edition.py"),
    "requests": ("etl/http.py",),
    "tenacity": ("etl/http.py",),
    "urllib3": ("etl/http.py", "etl/network.py"),
    "protego": ("etl/robots.py",),
    "warcio": ("etl/parse/",),
    "extruct": ("etl/sources/_jobposting.py",),
    "yaml": ("etl/parse/yaml_items.py",),
    "tqdm": ("etl/console.py",),
    "streamlit": ("app.py", "pages/"),
    "plotly": ("pages/",),
    "sklearn": ("models/", "benchmarks/"),
    "skops": ("etl/model_files.py",),
    "bs4": ("etl/parse/", "etl/sources/"),
    "pyarrow": ("etl/parse/records.py",),
    "zstandard": ("etl/landing.py",),
    "models": (
        "models/",
        "etl/build.py",
        "etl/reading_worker.py",
        "etl/scoring.py",
        "pages/",
        "benchmarks/",
    ),
}
# A place → what it never imports.
NEVER = {
    "etl/contracts.py": ("etl", "polars", "pandas"),
    "etl/parse/": ("etl.sources", "etl.landing", "etl.warehouse", "etl.http", "polars", "pandas"),
    "etl/sources/": (
        "etl.http",
        "etl.landing",
        "etl.warehouse",
        "etl.normalise",
        "polars",
        "pandas",
        "time",
    ),
    "etl/normalise.py": ("etl.http", "etl.landing", "etl.warehouse", "etl.sources"),
    "models/": ("etl", "pages", "pandas", "os", "pathlib", "time", "datetime.now"),
    "pages/": ("etl.warehouse", "etl.sources", "etl.http", "etl.landing", "etl.build", "models"),
    "app.py": ("etl", "polars", "pandas"),
}


def imports(path: Path) -> set[str]:
    """Return the dotted names a module imports, at the top or inside functions."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def is_under(path: Path, places: tuple[str, ...]) -> bool:
    name = path.relative_to(ROOT).as_posix()
    return any(
        name == place or (place.endswith("/") and name.startswith(place)) for place in places
    )


def uses(found: set[str], name: str) -> bool:
    return any(item == name or item.startswith(name + ".") for item in found)


@pytest.mark.parametrize("path", CODE, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_imports_and_size(path: Path):
    found = imports(path)
    for library, places in ONLY_IN.items():
        assert not uses(found, library) or is_under(path, places), f"{library} belongs in {places}"
    for place, forbidden in NEVER.items():
        if is_under(path, (place,)):
            for name in forbidden:
                assert not uses(found, name), f"{place} never imports {name}"
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= HARD_LIMIT_LINES
    assert ast.get_docstring(ast.parse(text)), "a module says in its docstring what it is"


@pytest.mark.parametrize("path", CODE, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_public_functions_say_what_they_give(path: Path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body:
        public = isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name[0] != "_"
        assert not public or ast.get_docstring(node), f"{node.name} has no docstring"


def test_sources_do_not_import_each_other():
    names = set(sources())
    for name, module in sources().items():
        found = imports(Path(module.__file__))
        assert not {f"etl.sources.{other}" for other in names - {name}} & found


def test_every_table_made_is_read():
    """A mart or model table that no metric, mart or model reads is left over."""
    made = set(marts.marts()) | {m.WRITES for m in models().values() if hasattr(m, "WRITES")}
    read = {t for m in marts.marts().values() for t in m.reads}
    read |= {t for m in metrics.metrics().values() for t in m.reads}
    read |= {t for m in models().values() for t in getattr(m, "READS", ())}
    assert made - read <= {"est_distributions"}, "est_distributions is published as it is"


def test_every_metric_names_pages_there_are():
    pages = {path.stem for path in (ROOT / "pages").glob("*.py")}
    for metric in metrics.metrics().values():
        assert metric.pages, f"{metric.id} is shown nowhere"
        assert set(metric.pages) <= pages, f"{metric.id} names a page there is not"


def test_every_core_column_is_set_by_a_source():
    """A declared column nothing fills is left over; a mapped file may fill any listing column."""
    text = "\n".join(
        p.read_text(encoding="utf-8")
        for d in ("etl/sources", "etl")
        for p in (ROOT / d).glob("*.py")
        if p.name not in ("tables.py", "contracts.py")
    )
    for table in tables.TABLES:
        for name in set(table.names) - set(tables.LISTINGS.names):
            assert re.search(rf"\b{name}\b", text), f"{table.name}.{name} is never set"


def test_every_source_field_is_read():
    text = "\n".join(p.read_text(encoding="utf-8") for p in CODE if p.name != "contracts.py")
    for name in Source.__dataclass_fields__:
        assert re.search(rf"\.{name}\b|\b{name}\b.*DECLARED|[\"' ]{name}[\"' ]", text), name


def test_readme_tables_are_in_step():
    text = readme.README.read_text(encoding="utf-8")
    assert readme.rendered(text) == text, "run `make readme`"


def test_readme_and_dependencies_name_what_there_is():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for path in re.findall(r"\]\((?!http)([^)#]+)\)", text):
        assert (ROOT / path).exists(), f"README links to {path}"
    pinned = re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    reasons = (ROOT / "docs/dependencies.md").read_text(encoding="utf-8")
    for name in pinned:
        assert f"`{name}`" in reasons, f"docs/dependencies.md gives no reason for {name}"


def test_no_broad_except():
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler):
                names = ast.unparse(node.type) if node.type else ""
                assert names and "Exception" not in names.split(".")[-1:], f"broad except in {path}"
