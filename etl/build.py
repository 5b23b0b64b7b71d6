"""Warehouse → marts ⇄ models → metric values. The only module of etl that meets models/.

The order is never written down: it follows from what each select and model reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from types import ModuleType

import polars as pl

from etl import model_files, scoring
from etl.contracts import ContractError
from etl.evidence import KEY, SCHEMA, with_evidence
from etl.marts import Mart, marts
from etl.metrics import metrics
from etl.warehouse import Warehouse
from models import _reading, models


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
    """Read the listings that were not read so by these models, then build every mart and table."""
    scoring.score(warehouse, models)
    for maker in build_order():
        if isinstance(maker, Mart):
            warehouse.create(maker.name, maker.sql)
        else:
            frames = {name: _table(warehouse, name) for name in maker.READS}
            warehouse.put(maker.WRITES, maker.estimate(frames))


def _table(warehouse: Warehouse, name: str) -> pl.DataFrame:
    return warehouse.frame(f'select * from "{name}"')


def metric_values(warehouse: Warehouse) -> pl.DataFrame:
    """Return the rows of every metric, graded and in key order."""
    unlabelled = "select source_id from ref_sources where kind = 'listing' and crosswalk is null"
    by_model = frozenset(warehouse.frame(unlabelled)["source_id"])
    frames = [
        with_evidence(metric, warehouse.frame(metric.sql), by_model)
        for metric in metrics().values()
    ]
    return pl.concat(frames).select(list(SCHEMA)).sort(KEY, nulls_last=False)
