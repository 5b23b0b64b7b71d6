"""Several processes read as one does, and a process that is ended is said, not waited for."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator

import polars as pl
import pytest
import readers

from etl import scoring
from etl.config import processes
from etl.contracts import CheckFailed, InputError
from etl.reading_pool import readings_by_processes
from models import _reading

MARKET = readers.market(seed=11)


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


@pytest.mark.parametrize("said", ["0", "two", "-1", "100", "1.5"])
def test_a_number_of_processes_that_is_none_is_refused(monkeypatch, said):
    monkeypatch.setenv("OBSERVATORY_PROCESSES", said)
    with pytest.raises(InputError, match="OBSERVATORY_PROCESSES="):
        processes()


def test_the_number_of_processes_can_be_set(monkeypatch):
    monkeypatch.setenv("OBSERVATORY_PROCESSES", "3")
    assert processes() == 3
