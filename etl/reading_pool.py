"""Reading listings in several processes: the same answers in the same order, or one clear error.

Batches and answers go by file and only their paths by message: a worker that dies while a large
message is on its way could stop the process that waits for it.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from etl import model_files
from etl.contracts import CheckFailed
from models import _reading

WATCH_SECONDS = 1.0
Batch = tuple[pl.DataFrame, pl.DataFrame]  # listings, and what the readers say of them


def readings_by_processes(
    batches: Iterable[pl.DataFrame], models: dict[str, bytes], processes: int
) -> Iterator[Batch]:
    """Yield every batch of listings with what the readers say, in order.

    At most one batch per process, and one more, are held. CheckFailed: a process was ended.
    """
    with tempfile.TemporaryDirectory(prefix="observatory-reading-") as name:
        folder = Path(name)
        for reader, body in models.items():
            (folder / f"{reader}.skops").write_bytes(body)
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(
            processes, mp_context=context, initializer=_watch, initargs=(os.getpid(), folder)
        ) as pool:
            try:
                yield from _in_order(batches, folder, pool.submit, processes)
            except BrokenProcessPool as error:
                raise CheckFailed(
                    "a process that reads listings was ended, perhaps for lack of memory;"
                    " set OBSERVATORY_PROCESSES=1 and run again"
                ) from error
            finally:
                pool.shutdown(cancel_futures=True)


def _in_order(
    batches: Iterable[pl.DataFrame],
    folder: Path,
    submit: Callable[..., Future[None]],
    processes: int,
) -> Iterator[Batch]:
    waiting: deque[tuple[pl.DataFrame, Path, Future[None]]] = deque()
    for number, listings in enumerate(batches):
        path = folder / f"{number}.arrow"
        listings.select("side", "title", "text").write_ipc(path)
        waiting.append((listings, path, submit(_read_file, path)))
        if len(waiting) > processes:
            yield _answer(*waiting.popleft())
    while waiting:
        yield _answer(*waiting.popleft())


def _answer(listings: pl.DataFrame, path: Path, done: Future[None]) -> Batch:
    done.result()
    read = pl.read_ipc(path)
    path.unlink()
    return listings, read


def _watch(parent: int, folder: Path) -> None:
    """End this process, and take its files along, when the one it reads for is gone."""

    def look() -> None:
        while os.getppid() == parent:
            time.sleep(WATCH_SECONDS)
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(1)

    threading.Thread(target=look, daemon=True).start()


def _read_file(path: Path) -> None:
    """Replace a batch of listings with what the readers say of them."""
    listings = pl.read_ipc(path)
    _reading.read(listings, _pipelines(path.parent)).write_ipc(path)


@cache
def _pipelines(folder: Path) -> dict[str, Any]:
    files = sorted(folder.glob("*.skops"))
    return {file.stem: model_files.loads(file.read_bytes(), file.stem) for file in files}
