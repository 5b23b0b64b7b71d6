"""Several processes read as one does, and a process that is ended is said, not waited for."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
import readers

from etl import scoring
from etl.config import processes
from etl.contracts import CheckFailed, InputError
from etl.reading_pool import readings_by_processes
from models import _reading

MARKET = readers.market(seed=11)
ROOT = Path(__file__).resolve().parent.parent


def test_processes_say_what_one_says_and_in_order():
    models = readers.models()
    batches = [MARKET.head(30), MARKET[30:37], MARKET[37:]]
    given, found = zip(*readings_by_processes(iter(batches), models, 2), strict=True)
    assert all(one.equals(other) for one, other in zip(given, batches, strict=True))
    alone = [_reading.read(batch, scoring.opened(models)) for batch in batches]
    words = ["family", "niche", "abstain", "ai_relation", *_reading.MARKS]
    for one, other in zip(found, alone, strict=True):
        assert one.schema == other.schema
        assert one.select(words).equals(other.select(words))


def test_a_process_that_is_ended_is_said():
    def batches() -> Iterator[pl.DataFrame]:
        yield MARKET
        for child in multiprocessing.active_children():
            child.kill()
        while True:
            yield MARKET

    with pytest.raises(CheckFailed, match=r"was ended.*OBSERVATORY_PROCESSES=1"):
        for _ in readings_by_processes(batches(), readers.models(), 2):
            pass
    assert not multiprocessing.active_children()


ORPHANS = """
import multiprocessing, os, signal, sys
sys.path.insert(0, "tests")
import readers
from etl.reading_pool import readings_by_processes

def batches():
    market = readers.market(seed=11)
    yield market
    yield market
    for child in multiprocessing.active_children():
        print(child.pid, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    list(readings_by_processes(batches(), readers.models(), 2))
"""


def test_processes_end_when_the_one_they_read_for_is_gone(tmp_path):
    script = tmp_path / "orphans.py"
    script.write_text(ORPHANS)
    done = subprocess.run(
        [sys.executable, str(script)], cwd=ROOT, capture_output=True, timeout=120, check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)},
    )  # fmt: skip
    pids = [int(line) for line in done.stdout.split()]
    assert len(pids) == 2
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and any(Path(f"/proc/{pid}").exists() for pid in pids):
        time.sleep(0.2)
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    assert not list(tmp_path.glob("observatory-reading-*"))


@pytest.mark.parametrize("said", ["0", "two", "-1", "100", "1.5"])
def test_a_number_of_processes_that_is_none_is_refused(monkeypatch, said):
    monkeypatch.setenv("OBSERVATORY_PROCESSES", said)
    with pytest.raises(InputError, match="OBSERVATORY_PROCESSES="):
        processes()


def test_the_number_of_processes_can_be_set(monkeypatch):
    monkeypatch.setenv("OBSERVATORY_PROCESSES", "3")
    assert processes() == 3
