"""Editions: immutable folders of published numbers. Pages, exports and later builds read these.

    <id>/metric_values.parquet, distributions.parquet, manifest.json, CHANGES.md, models/

`<id>` = day of publication and a hash of all content. Built editions live in the data folder,
where CURRENT, replaced atomically, names the one shown; without a valid one data/shipped is shown.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl

from etl.config import SHIPPED, editions_folder
from etl.contracts import CheckFailed

VALUES = "metric_values.parquet"
DISTRIBUTIONS = "distributions.parquet"
MANIFEST = "manifest.json"
MANIFEST_HASH = "manifest.sha256"
CHANGES = "CHANGES.md"
PROMISED = {"id", "created", "sources", "metrics", "resources"}  # what readers rely on


@dataclass(frozen=True)
class Edition:
    """One published edition, read lazily; equal folders are one edition."""

    folder: Path

    @property
    def manifest(self) -> dict[str, Any]:
        """The manifest: sources, metrics, resources, provenance."""
        return _manifest(self.folder)

    @property
    def id(self) -> str:
        """The edition's id."""
        return self.manifest["id"]

    def values(self, metric_id: str | None = None) -> pl.DataFrame:
        """Return the rows of `metric_values`, of one metric or all."""
        frame = _frame(self.folder / VALUES)
        return frame if metric_id is None else frame.filter(pl.col("metric_id") == metric_id)

    def distributions(self) -> pl.DataFrame:
        """Return the coarse distributions that medians and shares can be recomputed from."""
        return _frame(self.folder / DISTRIBUTIONS)

    def model_files(self) -> dict[str, Path]:
        """Return the trained pipelines by model name."""
        return {path.stem: path for path in sorted((self.folder / "models").glob("*.skops"))}

    def models(self) -> dict[str, bytes]:
        """Return the trained pipelines' files by name; CheckFailed when one is not as published."""
        stated = {resource["path"]: resource["hash"] for resource in self.manifest["resources"]}
        found = {}
        for name, path in self.model_files().items():
            body = path.read_bytes()
            if digest(body) != stated.get(f"models/{path.name}"):
                raise CheckFailed(
                    f"edition {self.folder.name}: models/{path.name} is not as it was published;"
                    f" {self._way_out()}"
                )
            found[name] = body
        return found

    def _way_out(self) -> str:
        if self.folder == SHIPPED:
            return "restore it with `git checkout data/shipped`"
        return "delete the folder and run `python -m etl build`"

    def check(self) -> None:
        """Raise CheckFailed unless every file is there with the bytes the manifest names."""
        stated = self.folder / MANIFEST_HASH
        if not stated.is_file() or stated.read_text("utf-8").strip() != digest(
            (self.folder / MANIFEST).read_bytes()
        ):
            raise CheckFailed(
                f"edition {self.folder.name}: {MANIFEST} is not as it was published;"
                f" {self._way_out()}"
            )
        for resource in self.manifest["resources"]:
            path = self.folder / resource["path"]
            if not path.is_file() or digest(path.read_bytes()) != resource["hash"]:
                raise CheckFailed(
                    f"edition {self.folder.name}: {resource['path']} is missing or damaged;"
                    f" {self._way_out()}"
                )


def digest(body: bytes) -> str:
    """Return the hash a manifest names a file by."""
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


@lru_cache(maxsize=8)
def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CheckFailed(f"the edition in {folder} has no readable manifest: {error}") from error
    if not isinstance(manifest, dict) or not manifest.keys() >= PROMISED:
        raise CheckFailed(f"the manifest in {folder} is not that of an edition")
    return manifest


@lru_cache(maxsize=8)
def _frame(path: Path) -> pl.DataFrame:
    try:
        return pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise CheckFailed(f"{path} is missing or damaged: {str(error)[:100]}") from error


def built_editions() -> list[Edition]:
    """Return the editions built on this machine, sound or not, newest first."""
    found = [Edition(path) for path in editions_folder().glob("[0-9]*")]
    return sorted(found, key=lambda edition: edition.folder.name, reverse=True)


def current() -> tuple[Edition, str | None]:
    """Return the edition to show, and a sentence when the one CURRENT names cannot be shown."""
    pointer = editions_folder() / "CURRENT"
    if not pointer.exists():
        return Edition(SHIPPED), None
    try:
        name = pointer.read_text(encoding="utf-8", errors="replace").strip()
        edition = Edition(editions_folder() / name)
        _checked(edition.folder)
        return edition, None
    except (CheckFailed, OSError) as error:
        said = str(error).rstrip(".")
        return Edition(SHIPPED), f"{said}. Until then the shipped edition is shown."


@lru_cache(maxsize=8)
def _checked(folder: Path) -> None:
    Edition(folder).check()


def parquet_bytes(frame: pl.DataFrame) -> bytes:
    """Return a frame as Parquet, the same bytes for the same rows."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd", statistics=False)
    return buffer.getvalue()


def content_hash(files: dict[str, bytes]) -> str:
    """Return ten hex digits of the hash over names and bytes of all files."""
    total = hashlib.sha256()
    for name in sorted(files):
        total.update(f"{name}\0{digest(files[name])}\n".encode())
    return total.hexdigest()[:10]


def publish(edition_id: str, files: dict[str, bytes]) -> Edition:
    """Write an edition and make it the one shown; a crash before the end leaves the old one."""
    root = editions_folder()
    root.mkdir(parents=True, exist_ok=True)
    for left_over in root.glob(".building-*"):
        shutil.rmtree(left_over)
    part = root / f".building-{os.getpid()}"
    write_files(part, files)
    target = root / edition_id
    if target.exists() and not _is_sound(target):
        shutil.rmtree(target)
    if target.exists():
        shutil.rmtree(part)
    else:
        part.rename(target)
    pointer = root / f".CURRENT-{os.getpid()}"
    pointer.write_text(edition_id + "\n", encoding="utf-8")
    pointer.replace(root / "CURRENT")
    return Edition(target)


def _is_sound(folder: Path) -> bool:
    for cache in (_manifest, _frame, _checked):
        cache.cache_clear()  # what was read before may not be what is there now
    try:
        Edition(folder).check()
    except (CheckFailed, OSError):
        return False
    return True


def write_files(folder: Path, files: dict[str, bytes]) -> None:
    """Write files below a folder, each flushed to disk."""
    for name, body in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
