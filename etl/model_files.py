"""Trained pipelines as skops files: no pickle, allow-listed types only, reproducible bytes."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from pathlib import Path
from typing import Any

import skops.io

from etl.contracts import CheckFailed

# Types beyond skops' own defaults that our pipelines are made of; anything else is refused.
TRUSTED: tuple[str, ...] = ()
# What a zip file with damaged bytes, and JSON in it, make the libraries raise.
DAMAGE = (
    zipfile.BadZipFile, zlib.error, LookupError, ValueError, TypeError, AttributeError, EOFError,
    NotImplementedError, RuntimeError, OSError, ImportError,
)  # fmt: skip
LARGEST_BYTES = 100 << 20  # unpacked; ours hold 10 MB
EPOCH = (1980, 1, 1, 0, 0, 0)  # earliest time a zip member can carry


def dump(pipeline: Any) -> bytes:
    """Return a dict of estimators as skops bytes without clock times or memory addresses."""
    for part in pipeline.values():
        if hasattr(part, "_stop_words_id"):
            del part._stop_words_id  # an address; scikit-learn notes it again when needed
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(skops.io.dumps(pipeline))) as old:
        schema = json.loads(old.read("schema.json"))
        renamed: dict[str, str] = {}
        _renumber(schema, {}, renamed)
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
            members = {renamed.get(name, name): name for name in old.namelist()}
            for name in sorted(members):
                body = (
                    json.dumps(schema, sort_keys=True).encode()
                    if name == "schema.json"
                    else old.read(members[name])
                )
                new.writestr(zipfile.ZipInfo(name, EPOCH), body, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _renumber(node: Any, ids: dict[int, int], files: dict[str, str]) -> None:
    """Replace object addresses and the member files named after them by running numbers."""
    if isinstance(node, list):
        for item in node:
            _renumber(item, ids, files)
    if not isinstance(node, dict):
        return
    if isinstance(node.get("__id__"), int):
        node["__id__"] = ids.setdefault(node["__id__"], len(ids) + 1)
    file = node.get("file")
    if isinstance(file, str):
        node["file"] = files.setdefault(file, f"member_{len(files):04}{Path(file).suffix}")
    for key in node:
        _renumber(node[key], ids, files)


def _check_size(body: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(body)) as bundle:
        size = sum(member.file_size for member in bundle.infolist())
    if size > LARGEST_BYTES:
        raise ValueError(f"{size:,} bytes unpacked")


def loads(body: bytes, name: str) -> Any:
    """Return a trained pipeline; refuse a file that is damaged or holds a type not allowed."""
    try:
        _check_size(body)
        unknown = skops.io.get_untrusted_types(data=body)
        if set(unknown) - set(TRUSTED):
            raise CheckFailed(f"the model {name} holds types not allowed: {sorted(unknown)}")
        return skops.io.loads(body, trusted=list(TRUSTED))
    except DAMAGE as error:
        raise CheckFailed(
            f"the model {name} cannot be read ({type(error).__name__});"
            " run `python -m etl build --retrain FILE`"
        ) from error
