"""Warehouse → marts ⇄ models → metric values. The only module of etl that meets models/.

The order is never written down: it follows from what each select and model reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from types import ModuleType
from typing import Any

import polars as pl

from etl.contracts import CheckFailed, ContractError
from etl.evidence import KEY, SCHEMA, with_evidence
from etl.marts import Mart, marts
from etl.metrics import metrics
from etl.warehouse import Warehouse
from models import models


def build_order() -> list[Mart | ModuleType]:
    """Return marts and models, each after what it reads; raise ContractError on a circle."""
    makers: dict[str, Mart | ModuleType] = dict(marts())
    makers |= {module.WRITES: module for module in models().values()}
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


def build_tables(
    warehouse: Warehouse, pipelines: Mapping[str, Any], *, retrain: bool
) -> dict[str, Any]:
    """Build every mart and model table; return the pipelines used, newly trained ones included."""
    used = dict(pipelines)
    for maker in build_order():
        if isinstance(maker, Mart):
            warehouse.create(maker.name, maker.sql)
            continue
        frames = {name: warehouse.frame(f'select * from "{name}"') for name in maker.READS}
        warehouse.put(maker.WRITES, _estimate(maker, frames, used, retrain=retrain))
    return used


def _estimate(
    module: ModuleType, frames: dict[str, pl.DataFrame], used: dict[str, Any], *, retrain: bool
) -> pl.DataFrame:
    if not hasattr(module, "train"):
        return module.estimate(frames)
    name = module.__name__.rsplit(".", 1)[-1]
    if retrain:
        used[name] = module.train(frames)
    if name not in used:
        raise CheckFailed(
            f"the edition shown holds no trained {name} model; run `python -m etl build --retrain`"
        )
    return module.estimate(frames, used[name])


def metric_values(warehouse: Warehouse) -> pl.DataFrame:
    """Return the rows of every metric, graded and in key order."""
    unlabelled = "select source_id from ref_sources where kind = 'listing' and crosswalk is null"
    by_model = frozenset(warehouse.frame(unlabelled)["source_id"])
    frames = [
        with_evidence(metric, warehouse.frame(metric.sql), by_model)
        for metric in metrics().values()
    ]
    return pl.concat(frames).select(list(SCHEMA)).sort(KEY, nulls_last=False)
