"""Raw landing: bytes come back as they were, the same payload lands once, damage is named."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl import config, landing
from etl.contracts import Capture, CheckFailed, InputError

LANDED = datetime(2026, 1, 2)


def capture(body: bytes, name: str = "f.csv") -> Capture:
    return Capture("upwork_search", name, landing.sha256(body), datetime(2026, 1, 1), "day", LANDED)


def test_same_payload_lands_once_and_comes_back(data_folder):
    assert landing.land(b"a,b\n1,2\n", capture(b"a,b\n1,2\n"))
    assert not landing.land(b"a,b\n1,2\n", capture(b"a,b\n1,2\n", "renamed.csv"))
    [only] = landing.captures("upwork_search")
    assert (only.name, only.captured_at, only.precision) == ("f.csv", datetime(2026, 1, 1), "day")
    assert landing.payload(only) == b"a,b\n1,2\n"
    assert landing.landed_sources() == ["upwork_search"]


@given(bodies=st.lists(st.binary(min_size=1, max_size=200), min_size=1, max_size=5))
def test_bytes_survive(tmp_path_factory, bodies):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OBSERVATORY_DATA", str(tmp_path_factory.mktemp("d")))
        for body in bodies:
            landing.land(body, capture(body))
        found = {landing.payload(c) for c in landing.captures("upwork_search")}
    assert found == set(bodies)


def test_a_line_cut_by_a_crash_is_landed_again(data_folder):
    landing.land(b"one", capture(b"one"))
    manifest = data_folder / "raw" / "upwork_search" / "manifest.ndjson"
    whole = manifest.read_bytes()
    manifest.write_bytes(whole + b'{"name": "g.csv", "sha')
    assert len(landing.captures("upwork_search")) == 1
    assert landing.land(b"two", capture(b"two", "g.csv"))
    assert [c.name for c in landing.captures("upwork_search")] == ["f.csv", "g.csv"]


def test_damage_is_named(data_folder):
    landing.land(b"one", capture(b"one"))
    [only] = landing.captures("upwork_search")
    path = data_folder / "raw" / "upwork_search" / f"{only.sha256}.zst"
    path.write_bytes(path.read_bytes()[:-2])
    with pytest.raises(CheckFailed, match=r"f\.csv"):
        landing.payload(only)
    path.unlink()
    with pytest.raises(CheckFailed, match="land the file again"):
        landing.payload(only)


def test_second_writer_leaves(data_folder):
    with (
        landing.exclusive(),
        pytest.raises(InputError, match="another command"),
        landing.exclusive(),
    ):
        pass


def test_too_large_empty_or_missing_files_are_refused(tmp_path: Path):
    sparse = tmp_path / "big.csv"
    with sparse.open("wb") as file:
        file.truncate(config.MAX_PAYLOAD_BYTES + 1)
    with pytest.raises(InputError, match="split the file"):
        landing.read_payload(sparse)
    (tmp_path / "empty.csv").touch()
    with pytest.raises(InputError, match="empty"):
        landing.read_payload(tmp_path / "empty.csv")
    with pytest.raises(InputError, match="no file"):
        landing.read_payload(tmp_path / "missing.csv")
