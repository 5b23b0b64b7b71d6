"""Warehouse → marts ⇄ models → metric values. The only module of etl that meets models/.

The order is never written down: it follows from what each select and model reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from graphlib import CycleError, TopologicalSorter
from types import ModuleType

import polars as pl

from etl import model_files, scoring
from etl.contracts import ContractError
from etl.evidence import KEY, SCHEMA, with_evidence
from etl.marts import Mart, marts
from etl.metrics import metrics
from etl.warehouse import Warehouse
from models import _reading, models, price_guide

VALUES = "metric_values"  # as a table that models read
PAST = "core_past_outlooks"
GUIDE = "price_guide"


def build_order() -> list[Mart | ModuleType]:
    """Return marts and models, each after what it reads; raise ContractError on a circle."""
    makers: dict[str, Mart | ModuleType] = dict(marts())
    makers |= {module.WRITES: module for module in models().values() if hasattr(module, "WRITES")}
    graph = {
        name: [table for table in _reads(maker) if table in makers]
        for name, maker in sorted(makers.items())
    }
    unmade = sorted(
        {t for maker in makers.values() for t in _reads(maker) if t[:4] in ("mart", "est_")}
        - makers.keys()
    )
    if unmade:
        raise ContractError(f"nothing makes {', '.join(unmade)}")
    try:
        return [makers[name] for name in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        raise ContractError(f"marts and models read each other in a circle: {error}") from error


def _reads(maker: Mart | ModuleType) -> tuple[str, ...]:
    return maker.reads if isinstance(maker, Mart) else maker.READS


def train(warehouse: Warehouse, hand_labels: pl.DataFrame) -> dict[str, bytes]:
    """Train every reader on the core tables and hand labels; return the model files by name."""
    frames = {name: _table(warehouse, name) for name in _reading.LEARNS_FROM}
    pipelines = _reading.train(frames | {"hand_labels": hand_labels})
    return {name: model_files.dump(pipeline) for name, pipeline in pipelines.items()}


def build_tables(warehouse: Warehouse, models: Mapping[str, bytes]) -> None:
    """Read the listings that were not read so by these models, then build every mart and table.

    But for the tables made from metric values (`metric_values` makes those).
    """
    scoring.score(warehouse, models)
    late = _made_of_values()
    for maker in build_order():
        if _gives(maker) not in late:
            _make(warehouse, maker)


def _make(warehouse: Warehouse, maker: Mart | ModuleType) -> None:
    if isinstance(maker, Mart):
        warehouse.create(maker.name, maker.sql)
    else:
        frames = {name: _table(warehouse, name) for name in maker.READS}
        warehouse.put(maker.WRITES, maker.estimate(frames))


def _gives(maker: Mart | ModuleType) -> str:
    return maker.name if isinstance(maker, Mart) else maker.WRITES


def _made_of_values() -> set[str]:
    """Return the tables that are made from metric values, or from such a table."""
    late = {VALUES}
    for maker in build_order():
        if late & set(_reads(maker)):
            late.add(_gives(maker))
    return late


def train_guide(warehouse: Warehouse) -> bytes:
    """Train the price guide on listings that were read and labelled; return its model file."""
    frames = {name: _table(warehouse, name) for name in price_guide.LEARNS_FROM}
    return model_files.dump(price_guide.train(frames))


def _table(warehouse: Warehouse, name: str) -> pl.DataFrame:
    return warehouse.frame(f'select * from "{name}"')


def metric_values(
    warehouse: Warehouse, guide: bytes, before: pl.DataFrame, published_on: date
) -> pl.DataFrame:
    """Return the rows of every metric, graded and in key order.

    `guide`: the price guide's file, which knows its own accuracy; `before`: the rows of the
    edition before. Some tables are made from metric values, and metrics from those: they come
    second, and see what the edition before said of sources that are not on this machine.
    """
    warehouse.put("core_price_guide", price_guide.errors(model_files.loads(guide, GUIDE)))
    late = _made_of_values()
    is_late = {name: bool(late & set(metric.reads)) for name, metric in metrics().items()}
    values = _rows(warehouse, [name for name, later in is_late.items() if not later])
    earlier = before.filter(pl.col("metric_id").is_in([n for n in is_late if not is_late[n]]))
    warehouse.put(VALUES, with_past(earlier, values))
    past = before.filter(
        pl.col("metric_id") == "outlook", pl.col("dims").str.contains("made_on=", literal=True)
    )
    warehouse.put(PAST, past)
    warehouse.put("core_published_on", pl.DataFrame({"published_on": [published_on]}))
    for maker in build_order():
        if _gives(maker) in late:
            _make(warehouse, maker)
    more = _rows(warehouse, [name for name, later in is_late.items() if later])
    # an outlook stays as it was first published
    return with_past(pl.concat([values, more]), past).sort(KEY, nulls_last=False)


def with_past(rows: pl.DataFrame, past: pl.DataFrame) -> pl.DataFrame:
    """Return `rows` of metric values with `past`, which stands where both have a key."""
    return pl.concat([rows.join(past, on=KEY, how="anti", nulls_equal=True), past])


def _rows(warehouse: Warehouse, names: list[str]) -> pl.DataFrame:
    unlabelled = "select source_id from ref_sources where kind = 'listing' and crosswalk is null"
    by_model = frozenset(warehouse.frame(unlabelled)["source_id"])
    frames = [
        with_evidence(metric, warehouse.frame(metric.sql), by_model)
        for name, metric in metrics().items()
        if name in names
    ]
    empty = pl.DataFrame(schema=SCHEMA)
    return pl.concat([empty, *frames]).select(list(SCHEMA)).sort(KEY, nulls_last=False)
