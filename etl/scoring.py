"""Listings → what they are: each text is read once per version of the readers, batch by batch.

The one door to the readers: `build` scores the listings that are new, changed, or were read by
other readers; `classify` scores a file. Memory stays that of a few batches however many listings
there are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

import polars as pl

from etl import edition, model_files
from etl.config import SHIPPED, processes
from etl.console import complain
from etl.contracts import CheckFailed
from etl.reading_pool import readings_by_processes
from etl.reference import code_version
from etl.warehouse import Warehouse
from models import _reading

BATCH = 20_000  # listings; at 1,000 characters each, 0.3 GB with all that is made of them
READINGS = "core_readings"
ERRORS = "core_reader_errors"
KEY = {"source_id": pl.String, "native_id": pl.String, "text_hash": pl.String}
# Read by other readers, or of another text (the readers see side, title and text), or gone.
GONE = """
delete from core_readings as r where r.readers <> $readers or not exists (
    select 1 from core_listings as l
    where l.source_id = r.source_id and l.native_id = r.native_id and r.text_hash = md5(concat_ws(
        ':', l.side, length(coalesce(l.title, '')), coalesce(l.title, ''), coalesce(l.text, '')))
)
"""
UNREAD = """
select l.source_id, l.native_id, l.side, l.title, l.text, md5(
    concat_ws(
        ':', l.side, length(coalesce(l.title, '')), coalesce(l.title, ''), coalesce(l.text, '')
    )
) as text_hash
from core_listings as l
anti join core_readings as r on r.source_id = l.source_id and r.native_id = l.native_id
order by l.source_id, l.native_id
"""


def readers_version(models: Mapping[str, bytes]) -> str:
    """Return what readings depend on beside the text: the trained files, our code, our tables."""
    total = hashlib.sha256(code_version("models", "data/reference").encode())
    for name in sorted(_reading.NEEDS):
        total.update(name.encode() + b"\0" + hashlib.sha256(models[name]).digest())
    return total.hexdigest()[:12]


def models_of(shown: edition.Edition) -> dict[str, bytes]:
    """Return the model files of an edition; those shipped where it was built without some."""
    models = shown.models()
    if models.keys() >= {*_reading.NEEDS, "price_guide"}:
        return models
    complain(f"edition {shown.id} lacks some of today's models; the shipped ones are used")
    return edition.Edition(SHIPPED).models()


def opened(models: Mapping[str, bytes]) -> dict[str, Any]:
    """Return the trained pipelines of an edition's model files; CheckFailed names what is wrong."""
    found = {name: model_files.loads(body, name) for name, body in models.items()}
    missing = _reading.missing(found)
    if missing:
        raise CheckFailed(
            f"the edition shown holds no trained {', '.join(missing)};"
            " run `python -m etl build --retrain FILE`"
        )
    return found


def score(warehouse: Warehouse, models: Mapping[str, bytes]) -> int:
    """Bring core_readings in step with core_listings; return how many listings were read."""
    warehouse.put(ERRORS, _reading.errors(opened(models)))
    readers = readers_version(models)
    schema = KEY | {"readers": pl.String} | _reading.KEPT
    warehouse.keep_table(READINGS, pl.DataFrame(schema=schema))
    warehouse.change(GONE, {"readers": readers})
    scored = 0
    for listings, read in readings(warehouse.batches(UNREAD, BATCH), models):
        kept = listings.select(*KEY, readers=pl.lit(readers)).hstack(
            read.select(pl.col(name).cast(kind) for name, kind in _reading.KEPT.items())
        )
        warehouse.append(READINGS, kept)
        scored += kept.height
    return scored


def readings(
    batches: Iterable[pl.DataFrame], models: Mapping[str, bytes]
) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Yield every batch of listings (title, text, side) with what the readers say, in order.

    A first batch that is half full or less is read here, and so is what follows: starting other
    processes takes longer than that. Otherwise each core reads (OBSERVATORY_PROCESSES).
    """
    pipelines, workers = opened(models), processes()
    batches = iter(batches)
    for first in batches:
        together = chain([first], batches)
        if first.height > BATCH // 2 and workers > 1:
            yield from readings_by_processes(together, models, workers)
        else:
            yield from ((listings, _reading.read(listings, pipelines)) for listings in together)
