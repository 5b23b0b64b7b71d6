"""Reading listings in several processes: the same answers in the same order, or one clear error.

Each process is `etl/reading_worker.py`, asked by a line on its input and answering by one on its
output; listings and readings go by file, so that no message is ever large enough to wait for.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import polars as pl

from etl.config import ROOT
from etl.contracts import CheckFailed

Batch = tuple[pl.DataFrame, pl.DataFrame]  # listings, and what the readers say of them
Worker = subprocess.Popen[str]
ENDED = (
    "a process that reads listings was ended, perhaps for lack of memory;"
    " set OBSERVATORY_PROCESSES=1 and run again"
)


def readings_by_processes(
    batches: Iterable[pl.DataFrame], models: Mapping[str, bytes], processes: int
) -> Iterator[Batch]:
    """Yield every batch of listings with what the readers say, in order.

    At most one batch per process, and one more, are held. CheckFailed: a process was ended.
    """
    with tempfile.TemporaryDirectory(prefix="observatory-reading-") as name, ExitStack() as stack:
        folder = Path(name)
        for reader, body in models.items():
            (folder / f"{reader}.skops").write_bytes(body)
        workers = [stack.enter_context(_worker(folder)) for _ in range(processes)]
        waiting: deque[tuple[pl.DataFrame, Path, Worker]] = deque()
        for number, listings in enumerate(batches):
            path, worker = folder / f"{number}.arrow", workers[number % processes]
            listings.select("side", "title", "text").write_ipc(path)
            _ask(worker, path)
            waiting.append((listings, path, worker))
            if len(waiting) > processes:
                yield _answer(*waiting.popleft())
        while waiting:
            yield _answer(*waiting.popleft())


@contextmanager
def _worker(folder: Path) -> Iterator[Worker]:
    words = [sys.executable, "-m", "etl.reading_worker", str(folder)]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdin=pipe, stdout=pipe, text=True, cwd=ROOT) as worker:
        try:
            yield worker
        finally:
            worker.kill()
            with suppress(BrokenPipeError):  # what was not read any more
                worker.stdin.close()


def _ask(worker: Worker, path: Path) -> None:
    try:
        worker.stdin.write(f"{path}\n")
        worker.stdin.flush()
    except BrokenPipeError as error:
        raise CheckFailed(ENDED) from error


def _answer(listings: pl.DataFrame, path: Path, worker: Worker) -> Batch:
    if worker.stdout.readline() != f"{path}\n":
        raise CheckFailed(ENDED)
    read = pl.read_ipc(path)
    path.unlink()
    return listings, read
