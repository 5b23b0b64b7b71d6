"""Raw data → an edition: `build` for this machine, `make_edition` for the one in git."""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import date, datetime
from pathlib import Path

import polars as pl

from etl import edition, landing, scoring
from etl.build import GUIDE, build_tables, metric_values, train, train_guide
from etl.config import SHIPPED, SHIPPED_LIMIT_BYTES, warehouse_file
from etl.console import complain, now, say
from etl.contracts import CheckFailed, InputError
from etl.evidence import SCHEMA
from etl.hand_labels import hand_labels as read_hand_labels
from etl.importing import accounting, import_file
from etl.load import Loaded, load_raw
from etl.merging import differences
from etl.metrics import metrics
from etl.publish import assemble, complete_sources
from etl.reference import reference_tables
from etl.source_report import source_entries
from etl.sources import sources
from etl.warehouse import Warehouse


def build(
    published_on: date, *, hand_labels: Path | None = None, base: edition.Edition | None = None
) -> int:
    """Build raw → the next edition, starting from the one shown; nothing new publishes nothing.

    With hand-labelled listings the models are trained anew.
    """
    if base is None:
        base, notice = edition.current()
        if notice:
            say(notice)
    started_at = now()
    with landing.exclusive(), Warehouse(warehouse_file()) as warehouse:
        loaded = load_raw(warehouse, started_at, say)
        _complain_of(loaded)
        if not loaded.modules:
            what = "raw data that can be read" if loaded.failures else "raw data on this machine"
            say(f"no {what}: edition {base.id} stays the one shown")
            return 1 if loaded.failures else 0
        files = _next_edition(warehouse, loaded, base, published_on, hand_labels)
    if files is None:
        say(f"nothing new: edition {base.id} stays the one shown")
    else:
        new = edition.publish(*files)
        counts = (
            differences(base.values(), new.values()).select("added", "changed", "removed").sum()
        )
        said = ", ".join(f"{n:,} {what}" for what, n in counts.row(0, named=True).items())
        say(f"published edition {new.id}; numbers since {base.id}: {said}")
    return 1 if loaded.failures else 0


def _complain_of(loaded: Loaded) -> None:
    for source_id, sentence in loaded.failures.items():
        complain(f"left out {source_id}: {sentence}")


def _next_edition(
    warehouse: Warehouse,
    loaded: Loaded,
    base: edition.Edition | None,
    published_on: date,
    hand_labels: Path | None,
) -> tuple[str, dict[str, bytes]] | None:
    """Return id and files of what was built, or None when it says nothing new."""
    declared = [module.SOURCE for module in loaded.modules.values()]
    for name, frame in reference_tables(declared).items():
        warehouse.put(name, frame)
    warehouse.build_core()
    models = _models(warehouse, base, hand_labels)
    build_tables(warehouse, models)
    if hand_labels is not None:
        models[GUIDE] = train_guide(warehouse)
    before = base.values() if base else pl.DataFrame(schema=SCHEMA)
    values = metric_values(warehouse, models[GUIDE], before, published_on)
    distributions = warehouse.frame("select * from est_distributions")
    files = {f"{name}.skops": body for name, body in models.items()}
    entries = source_entries(warehouse, declared)
    for name in sorted(
        {e["id"] for e in entries} - complete_sources(base, entries) if base else ()
    ):
        say(
            f"{name}: its published numbers rest on more raw data than this machine holds;"
            " they stay where ours would rest on fewer listings"
        )
    return assemble(
        base, published_on, values, distributions, files, entries, list(metrics().values())
    )


def _models(
    warehouse: Warehouse, base: edition.Edition | None, hand_labels: Path | None
) -> dict[str, bytes]:
    """Return the model files to read listings with: trained here, or those of the edition."""
    if hand_labels is None:
        return scoring.models_of(base or edition.Edition(SHIPPED))
    return train(warehouse, read_hand_labels(hand_labels))


def make_edition(
    shared_data: Path, hand_labels: Path, published_on: date, target: Path = SHIPPED
) -> int:
    """Build the shipped edition from the dated files of a data folder: same input, same bytes.

    Its models are trained on those and on the hand-labelled listings (etl/hand_labels.py).
    """
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
            edition_id, files = _next_edition(warehouse, loaded, None, published_on, hand_labels)
    size = sum(len(body) for body in files.values())
    if size > SHIPPED_LIMIT_BYTES:
        raise CheckFailed(f"the edition holds {size / 2**20:.1f} MiB; git may hold 10")
    shutil.rmtree(target, ignore_errors=True)
    edition.write_files(target, files)
    say(f"edition {edition_id}: {size / 2**20:.2f} MiB in {target}")
    return 0
