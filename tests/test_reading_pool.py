"""Several processes read as one does, and a process that is ended is said, not waited for."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
import types
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


def workers_of(pid: int) -> list[int]:
    """Return the ids of the reading processes of a process."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(stat.read_text().rsplit(")", 1)[1].split()[1]) == pid:
                words = (stat.parent / "cmdline").read_text()
                found += [int(stat.parent.name)] if "etl.reading_worker" in words else []
    return found


def test_a_process_that_is_ended_is_said():
    def batches() -> Iterator[pl.DataFrame]:
        yield MARKET
        for pid in workers_of(os.getpid()):
            os.kill(pid, signal.SIGKILL)
        while True:
            yield MARKET

    with pytest.raises(CheckFailed, match=r"was ended.*OBSERVATORY_PROCESSES=1"):
        for _ in readings_by_processes(batches(), readers.models(), 2):
            pass
    assert not workers_of(os.getpid())


ORPHANS = """
import os, signal, sys
sys.path.insert(0, "tests")
import readers
from test_reading_pool import workers_of
from etl.reading_pool import readings_by_processes

def batches():
    market = readers.market(seed=11)
    yield market
    yield market
    print(*workers_of(os.getpid()), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

list(readings_by_processes(batches(), readers.models(), 2))
"""


def test_processes_end_when_the_one_they_read_for_is_gone(tmp_path):
    script = tmp_path / "orphans.py"
    script.write_text(ORPHANS)
    done = subprocess.run(
        [sys.executable, str(script)], cwd=ROOT, capture_output=True, timeout=120, check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)},
    )  # fmt: skip
    pids = [int(word) for word in done.stdout.split()]
    assert len(pids) == 2
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and any(Path(f"/proc/{pid}").exists() for pid in pids):
        time.sleep(0.2)
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    assert not list(tmp_path.glob("observatory-reading-*"))


def test_it_does_not_matter_what_the_main_program_is(monkeypatch):
    """Streamlit puts a page in its place; a page must not be run again in every process."""
    page = types.ModuleType("__main__")
    page.__file__ = str(ROOT / "pages" / "overview.py")
    monkeypatch.setitem(sys.modules, "__main__", page)
    ((given, _),) = readings_by_processes([MARKET], readers.models(), 2)
    assert given.equals(MARKET)


@pytest.mark.parametrize("said", ["0", "two", "-1", "100", "1.5"])
def test_a_number_of_processes_that_is_none_is_refused(monkeypatch, said):
    monkeypatch.setenv("OBSERVATORY_PROCESSES", said)
    with pytest.raises(InputError, match="OBSERVATORY_PROCESSES="):
        processes()


def test_the_number_of_processes_can_be_set(monkeypatch):
    monkeypatch.setenv("OBSERVATORY_PROCESSES", "3")
    assert processes() == 3
