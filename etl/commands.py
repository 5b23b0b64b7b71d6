"""What the smaller commands do, free of argument parsing; every function returns an exit code."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from etl import edition, landing, ledger
from etl.config import SHIPPED, warehouse_file
from etl.console import complain, say
from etl.contracts import InputError, ObservatoryError, Reject, SourceChanged
from etl.export import csv_bytes
from etl.fx import shipped_rates
from etl.identities import broken_identities
from etl.importing import accounting, capture_of, expand, import_file
from etl.mapping import mapped_module, preview, read_mapping
from etl.normalise import Normalised, normalise
from etl.parse.cut import readable_json
from etl.sources import readers, source_module
from etl.warehouse import Warehouse


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
    module, mapping = _reader(source_id, mapping_file)
    refused = 0
    with landing.exclusive():
        for path in expand(paths):
            try:
                if dry_run:
                    body = landing.read_payload(path)
                    capture = capture_of(
                        path, body, module.SOURCE.id, landed_at, captured_at, mapping
                    )
                    say(preview(module, body, capture, shipped_rates()))
                else:
                    with ledger.entry(landed_at, "import", module.SOURCE.id) as row:
                        result, is_new = import_file(path, module, landed_at, captured_at, mapping)
                        row |= result.totals() | {
                            "outcome": ledger.LANDED if is_new else ledger.KNOWN
                        }
                    known = "" if is_new else f"\n  {ledger.KNOWN}: nothing changes"
                    say(f"{path.name}: {accounting(result)}{known}")
            except ObservatoryError as error:
                refused += 1
                complain(f"refused: {error}")
    return 1 if refused else 0


def _reader(source_id: str | None, mapping_file: Path | None) -> tuple[Any, dict | None]:
    """Return the module that reads the files, and the mapping it was made from, if any."""
    if mapping_file is not None and source_id is not None:
        raise InputError("give either --as SOURCE or --mapping FILE.toml, not both")
    if mapping_file is not None:
        mapping = read_mapping(landing.read_payload(mapping_file).decode("utf-8", "replace"))
        return mapped_module(mapping), mapping
    if source_id is not None:
        return source_module(source_id), None
    raise InputError("say what the files are: --as SOURCE or --mapping FILE.toml")


def parse(name: str, path: Path, captured_at: str | None, landed_at: datetime) -> int:
    """Normalise one payload: rows as NDJSON on stdout, rejects as NDJSON on stderr."""
    body = landing.read_payload(path)
    result = _first_reading(readers(name), path, body, captured_at, landed_at)
    for row in result.rows:
        line = {name: row.get(name) for name in result.table.names}
        if "observed_at" in line:
            line |= {"first_seen_at": line["observed_at"], "last_seen_at": line["observed_at"]}
        print(json.dumps(line, ensure_ascii=False, default=datetime.isoformat))
    repeats = [Reject(locator, "identical to an earlier row") for locator in result.repeats]
    for reject in [*result.rejects, *repeats]:
        line = {"locator": reject.locator, "reason": reject.reason}
        print(json.dumps(line, ensure_ascii=False), file=sys.stderr)
    return 0


def _first_reading(
    modules: list[Any], path: Path, body: bytes, captured_at: str | None, landed_at: datetime
) -> Normalised:
    """Return what the first source makes of a payload whose shape it knows."""
    *others, last = modules
    for module in others:
        try:
            return _reading(module, path, body, captured_at, landed_at)
        except SourceChanged:
            continue  # the next one's shape, perhaps; the last one's error is the operator's
    return _reading(last, path, body, captured_at, landed_at)


def _reading(
    module: Any, path: Path, body: bytes, captured_at: str | None, landed_at: datetime
) -> Normalised:
    capture = capture_of(path, body, module.SOURCE.id, landed_at, captured_at)
    try:
        return normalise(module, body, capture, shipped_rates())
    except SourceChanged:
        kept = readable_json(body) if body.lstrip()[:1] in (b"{", b"[") else None
        if kept is None:
            raise
    result = normalise(module, kept[0], capture, shipped_rates())
    result.rejects.append(Reject("end of file", kept[1]))
    return result


def verify() -> int:
    """Re-check hashes of raw and editions, keys and identities of the warehouse; 1 on a finding."""
    problems: list[str] = []
    counts: Counter[str] = Counter()
    for source_id in landing.landed_sources():
        for capture in _collect(problems, landing.captures, source_id) or ():
            counts["raw payloads"] += 1
            _collect(problems, landing.payload, capture)
    for found in [edition.Edition(SHIPPED), *edition.built_editions()]:
        counts["editions"] += 1
        _collect(problems, found.check)
    if warehouse_file().exists():
        with Warehouse(warehouse_file(), read_only=True) as warehouse:
            problems += broken_identities(warehouse)
        counts["warehouse"] += 1
    say("checked " + ", ".join(f"{n} {name}" for name, n in counts.items()))
    for problem in problems:
        complain(problem)
    say("all sound" if not problems else f"{len(problems)} problems")
    return 1 if problems else 0


def _collect(problems: list[str], check: Callable[..., Any], *arguments: Any) -> Any:
    """Return what a check returns, or nothing and one problem more."""
    try:
        return check(*arguments)
    except ObservatoryError as error:
        problems.append(str(error))
        return None


def export(metric_id: str | None) -> int:
    """Write the rows of one metric, or of all, of the edition shown as CSV to stdout."""
    shown, notice = edition.current()
    if notice:
        complain(notice)
    known = {entry["id"] for entry in shown.manifest["metrics"]}
    if metric_id is not None and metric_id not in known:
        raise InputError(f"{metric_id!r} is no metric; known are {', '.join(sorted(known))}")
    declared = {entry["id"]: entry for entry in shown.manifest["metrics"]}.get(metric_id, {})
    provenance = {
        name: declared[name] for name in ("title", "unit", "method", "caveat") if name in declared
    }
    provenance |= {"edition": shown.id, "published": shown.manifest["created"][:10]}
    sys.stdout.buffer.write(csv_bytes(shown.values(metric_id), provenance))
    sys.stdout.flush()
    return 0
