"""One module = one source. Each holds these names and nothing else public:

    SOURCE                          an etl.contracts.Source; its id is the module's name
    extract(ask)                    live sources: which requests; reads no more than paging needs
    plan(ask, since, per_month)     sources with a history: how many requests `backfill` makes
    backfill(ask, since, per_month)
    LANDS_AS                        ids its history is landed as, where not its own
    normalise(body, capture)        yields rows (dicts of core_sightings or core_series columns)
                                    and Rejects; no clock, no network, no disk

A listing row leaves out what it does not know; `etl/normalise.py` adds source_id, raw_sha256 and
US dollars, drops personal data and checks the contract. It may set `observed_at` when the payload
tells the moment of its capture better than the capture does, and two things that become dollars:
`bid_avg` in the listing's currency, and `usd_per_unit`, the source's own exchange rate.
A payload that no longer has the source's shape raises SourceChanged. Modules with a leading
underscore are helpers shared by sources of one kind. Found by folder: no list to edit.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import ModuleType

from etl.contracts import InputError

# Folders of recorded payloads that hold what several sources, or one under another name, read.
ALIASES = {"ecb_bls": ("ecb", "bls"), "jobposting_jsonld": ("jobposting",)}


@cache
def sources() -> dict[str, ModuleType]:
    """Return the source modules by id, sorted."""
    names = sorted(
        module.name for module in pkgutil.iter_modules(__path__) if module.name[0] != "_"
    )
    return {name: importlib.import_module(f"{__name__}.{name}") for name in names}


def source_module(source_id: str) -> ModuleType:
    """Return one source module; an unknown id is an InputError that names the known ones."""
    if source_id not in sources():
        raise InputError(f"{source_id!r} is no source; known are {', '.join(sources())}")
    return sources()[source_id]


def readers(name: str) -> list[ModuleType]:
    """Return the modules that may read payloads kept under a name: a source's, or an alias's."""
    return [source_module(source_id) for source_id in ALIASES.get(name, (name,))]
