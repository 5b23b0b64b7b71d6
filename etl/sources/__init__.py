"""One module = one source. Each holds three names and nothing else public:

    SOURCE                          an etl.contracts.Source; its id is the module's name
    extract(get)                    live sources only: which requests; no parsing
    normalise(body, capture)        yields rows (dicts of core_sightings or core_series columns)
                                    and Rejects; no clock, no network, no disk

A listing row leaves out what it does not know; `etl/normalise.py` adds source_id, raw_sha256 and
US dollars, drops personal data and checks the contract. It may set `observed_at` when the payload
tells the moment of its capture better than the capture does.
A payload that no longer has the source's shape raises SourceChanged. Modules with a leading
underscore are helpers shared by sources of one kind. Found by folder: no list to edit.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import ModuleType

from etl.contracts import InputError


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
