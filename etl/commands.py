"""What each command does, free of argument parsing; every function returns an exit code."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from types import ModuleType

from etl import edition, http, landing, model_files
from etl.build import build_tables, metric_values
from etl.config import SHIPPED, SHIPPED_LIMIT_BYTES, warehouse_file
from etl.contracts import Capture, CheckFailed, InputError, ObservatoryError
from etl.export import csv_bytes
from etl.fx import shipped_rates
from etl.importing import accounting, capture_of, expand, import_file
from etl.load import Loaded, load_raw
from etl.mapping import mapped_module, preview, read_mapping
from etl.metrics import metrics
from etl.normalise import normalise
from etl.publish import assemble, complete_sources
from etl.reference import reference_tables
from etl.source_report import source_entries
from etl.sources import source_module, sources
from etl.warehouse import Warehouse


def now() -> datetime:
    """Return the time, UTC without zone; commands read the clock, nothing below them does."""
    return datetime.now(UTC).replace(tzinfo=None)


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)


def import_files(
    paths: list[Path],
    source_id: str | None,
    mapping_file: Path | None,
    *,
    captured_at: str | None,
    dry_run: bool,
    landed_at: datetime,
) -> int:
    """Land local files of one source, or of any shape with a mapping; 1 if one was refused."""
    if mapping_file is not None:
        mapping = read_mapping(landing.read_payload(mapping_file).decode("utf-8", "replace"))
        module = mapped_module(mapping)
    elif source_id is not None:
        mapping, module = None, source_module(source_id)
    else:
        raise InputError("say what the files are: --as SOURCE or --mapping FILE.toml")
    refused = 0
    with landing.exclusive():
        for path in expand(paths):
            try:
                if dry_run:
                    body = landing.read_payload(path)
                    capture = capture_of(
                        path,
                        body,
                        module.SOURCE.id,
                        landed_at,
                        captured_at=captured_at,
                        mapping=mapping,
                    )
                    say(preview(module, body, capture, shipped_rates()))
                    continue
                result, is_new = import_file(
                    path, module, landed_at, captured_at=captured_at, mapping=mapping
                )
                say(
                    f"{path.name}: {accounting(result)}"
                    + ("" if is_new else "\n  landed before: nothing changes")
                )
            except ObservatoryError as error:
                refused += 1
                print(f"refused: {error}", file=sys.stderr, flush=True)
    return 1 if refused else 0


def build(published_on: date, *, retrain: bool = False, base: edition.Edition | None = None) -> int:
    """Build raw → the next edition, starting from the one shown; nothing new publishes nothing."""
    if base is None:
        base, notice = edition.current()
        if notice:
            say(notice)
    started_at = now()
    with landing.exclusive(), Warehouse(warehouse_file()) as warehouse:
        loaded = load_raw(warehouse, started_at, say)
        if not loaded.modules:
            say(f"no raw data on this machine: edition {base.id} stays the one shown")
            return 1 if loaded.failures else 0
        files = _next_edition(warehouse, loaded, base, published_on, retrain=retrain)
    if files is None:
        say(f"nothing new: edition {base.id} stays the one shown")
    else:
        say(f"published edition {edition.publish(*files).id}")
    for source_id, sentence in loaded.failures.items():
        print(f"left out {source_id}: {sentence}", file=sys.stderr, flush=True)
    return 1 if loaded.failures else 0


def _next_edition(
    warehouse: Warehouse,
    loaded: Loaded,
    base: edition.Edition | None,
    published_on: date,
    *,
    retrain: bool,
) -> tuple[str, dict[str, bytes]] | None:
    """Return id and files of what was built, or None when it says nothing new."""
    declared = [module.SOURCE for module in loaded.modules.values()]
    for name, frame in reference_tables(declared).items():
        warehouse.put(name, frame)
    warehouse.build_core()
    stored = base.model_files() if base else {}
    pipelines = {} if retrain else {k: model_files.load(path) for k, path in stored.items()}
    used = build_tables(warehouse, pipelines, retrain=retrain)
    values = metric_values(warehouse)
    distributions = warehouse.frame("select * from est_distributions")
    models = (
        {f"{name}.skops": model_files.dump(pipeline) for name, pipeline in used.items()}
        if retrain
        else {path.name: path.read_bytes() for path in stored.values()}
    )
    entries = source_entries(warehouse, declared)
    for name in sorted(
        {e["id"] for e in entries} - complete_sources(base, entries) if base else ()
    ):
        say(
            f"{name}: its published numbers rest on more raw data than this machine holds;"
            " they stay where ours would rest on fewer listings"
        )
    return assemble(
        base, published_on, values, distributions, models, entries, list(metrics().values())
    )


def make_edition(shared_data: Path, published_on: date, target: Path = SHIPPED) -> int:
    """Build the shipped edition from the dated files of a data folder: same input, same bytes."""
    if not shared_data.is_dir():
        raise InputError(f"{shared_data} is no folder; name the one with the dated listing sets")
    landed_at = datetime(published_on.year, published_on.month, published_on.day)
    with tempfile.TemporaryDirectory(prefix="observatory-") as folder:
        os.environ["OBSERVATORY_DATA"] = folder
        for module in sources().values():
            paths = sorted(shared_data.glob(module.SOURCE.files)) if module.SOURCE.files else []
            for path in paths:
                result, _ = import_file(path, module, landed_at)
                say(f"{module.SOURCE.id}/{path.name}: {accounting(result)}")
        with landing.exclusive(), Warehouse(warehouse_file()) as warehouse:
            loaded = load_raw(warehouse, landed_at, lambda line: None)
            if loaded.failures or not loaded.modules:
                raise CheckFailed(f"not every source could be built: {loaded.failures or 'none'}")
            edition_id, files = _next_edition(warehouse, loaded, None, published_on, retrain=True)
    size = sum(len(body) for body in files.values())
    if size > SHIPPED_LIMIT_BYTES:
        raise CheckFailed(f"the edition holds {size / 2**20:.1f} MiB; git may hold 10")
    shutil.rmtree(target, ignore_errors=True)
    edition.write_files(target, files)
    say(f"edition {edition_id}: {size / 2**20:.2f} MiB in {target}")
    return 0


def parse(source_id: str, path: Path, captured_at: str | None, landed_at: datetime) -> int:
    """Normalise one payload: rows as NDJSON on stdout, rejects as NDJSON on stderr."""
    module = source_module(source_id)
    body = landing.read_payload(path)
    capture = capture_of(path, body, source_id, landed_at, captured_at=captured_at)
    result = normalise(module, body, capture, shipped_rates())
    for row in result.rows:
        line = {name: row.get(name) for name in result.table.names}
        if "observed_at" in line:
            line |= {"first_seen_at": line["observed_at"], "last_seen_at": line["observed_at"]}
        print(json.dumps(line, ensure_ascii=False, default=datetime.isoformat))
    for reject in result.rejects:
        line = {"locator": reject.locator, "reason": reject.reason}
        print(json.dumps(line, ensure_ascii=False), file=sys.stderr)
    return 0


def verify() -> int:
    """Re-check hashes of raw and editions, keys and identities of the warehouse; 1 on a finding."""
    problems: list[str] = []
    counts: Counter[str] = Counter()
    for source_id in landing.landed_sources():
        for capture in landing.captures(source_id):
            counts["raw payloads"] += 1
            _collect(problems, landing.payload, capture)
    for found in [edition.Edition(SHIPPED), *edition.built_editions()]:
        counts["editions"] += 1
        _collect(problems, found.check)
    if warehouse_file().exists():
        with Warehouse(warehouse_file(), read_only=True) as warehouse:
            problems += warehouse.broken_identities()
        counts["warehouse"] += 1
    say("checked " + ", ".join(f"{n} {name}" for name, n in counts.items()))
    for problem in problems:
        print(problem, file=sys.stderr)
    say("all sound" if not problems else f"{len(problems)} problems")
    return 1 if problems else 0


def _collect(problems: list[str], check, *arguments) -> None:
    try:
        check(*arguments)
    except ObservatoryError as error:
        problems.append(str(error))


def live_sources() -> dict[str, ModuleType]:
    """Return the sources that can be asked over the network, by id."""
    return {name: module for name, module in sources().items() if hasattr(module, "extract")}


def is_online() -> bool:
    """Is a live source reachable? If not, say in one line what is shown instead."""
    hosts = [host for module in live_sources().values() for host in module.SOURCE.hosts]
    if http.online(hosts):
        return True
    say(f"no network: edition {edition.current()[0].id} is shown as it is")
    return False


def pull(names: list[str], landed_at: datetime) -> int:
    """Land what is new at the live sources named (all of them without names); 1 if one failed."""
    live = live_sources()
    wanted = {name: source_module(name) for name in names} or live
    for name in wanted.keys() - live.keys():
        raise InputError(f"{name} cannot be pulled: import its files with --as {name}")
    if not is_online():
        return 1
    failed = 0
    with landing.exclusive():
        for name, module in wanted.items():
            try:
                for line in _pulled(module, landed_at):
                    say(f"{name}: {line}")
            except ObservatoryError as error:
                failed += 1
                print(f"{name}: {error}", file=sys.stderr, flush=True)
    return 1 if failed else 0


def _pulled(module: ModuleType, landed_at: datetime) -> Iterator[str]:
    """Land a source's payloads, each checked for its shape first; yield a line per payload."""
    for name, body in module.extract(lambda url: http.fetch(url, module.SOURCE.hosts)):
        capture = Capture(
            module.SOURCE.id, name, landing.sha256(body), landed_at, "second", landed_at
        )
        result = normalise(module, body, capture, shipped_rates())
        is_new = landing.land(body, capture)
        yield f"{name}: {accounting(result)}" + ("" if is_new else "; as landed before")


def export(metric_id: str | None) -> int:
    """Write the rows of one metric, or of all, of the edition shown as CSV to stdout."""
    shown, notice = edition.current()
    if notice:
        print(notice, file=sys.stderr)
    known = {entry["id"] for entry in shown.manifest["metrics"]}
    if metric_id is not None and metric_id not in known:
        raise InputError(f"{metric_id!r} is no metric; known are {', '.join(sorted(known))}")
    provenance = {"edition": shown.id, "published": shown.manifest["created"]}
    sys.stdout.buffer.write(csv_bytes(shown.values(metric_id), provenance))
    sys.stdout.flush()
    return 0
