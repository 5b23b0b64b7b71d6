"""Shared by all tests: where the project stands, and a data folder of the test's own."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Everything this test builds goes here."""
    monkeypatch.setenv("OBSERVATORY_DATA", str(tmp_path / "data"))
    return tmp_path / "data"
