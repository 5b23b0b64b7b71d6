"""One module = one model: pure functions of frames, a card (`<name>.md`) beside each.

    READS       names of the tables it needs (core_, mart_, est_, ref_)
    WRITES      name of the table it gives (est_...)
    estimate(frames) -> frame

A reader says what a listing is, from its words; its trained pipeline is kept in the edition, and
`_reading.py` is the door to all of them. It may make a table as well, as `category` does.

    train(frames, ...) -> pipeline
    read(..., listings, pipeline) -> frame, row by row; see `_reading.py` for what each is given

No files, no clock, no network, no randomness without a seed. Modules with a leading underscore
are numerics shared by several models. Found by folder: no list to edit.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import ModuleType


@cache
def models() -> dict[str, ModuleType]:
    """Return the models by name, sorted."""
    names = sorted(
        module.name for module in pkgutil.iter_modules(__path__) if module.name[0] != "_"
    )
    return {name: importlib.import_module(f"{__name__}.{name}") for name in names}
