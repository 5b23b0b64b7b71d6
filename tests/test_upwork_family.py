"""A capture of Upwork is dated by its newest post, which one wrong id must not move."""

from __future__ import annotations

from datetime import datetime

import pytest

from etl.contracts import Capture
from etl.sources._upwork import newest_post

DAY = datetime(2025, 3, 8)


@pytest.mark.parametrize(
    ("captured_at", "precision", "posts", "expected"),
    [
        (DAY, "day", ["2025-03-07T10:00", "2025-03-08T14:00"], ("2025-03-08T14:00", "day")),
        (DAY, "day", ["2025-03-08T14:00", "2025-09-01T00:00"], ("2025-03-08T14:00", "day")),
        (DAY, "day", ["2025-03-01T14:00"], ("2025-03-08T00:00", "day")),
        (DAY, "day", [], ("2025-03-08T00:00", "day")),
        (datetime(2025, 3, 1), "month", ["2025-03-08T14:00"], ("2025-03-08T14:00", "day")),
        (DAY, "minute", ["2025-03-08T14:00"], ("2025-03-08T00:00", "minute")),
        (None, "unknown", ["2025-03-08T14:00", "2031-01-01T00:00"], ("2025-03-08T14:00", "day")),
        (None, "unknown", [], (None, "unknown")),
    ],
)
def test_capture_is_dated_by_its_newest_credible_post(captured_at, precision, posts, expected):
    capture = Capture(
        "upwork_tracks", "x.csv", "0" * 64, captured_at, precision, datetime(2026, 1, 2)
    )
    found = newest_post([None, *map(datetime.fromisoformat, posts)], capture)
    moment = expected[0] and datetime.fromisoformat(expected[0])
    assert found == {"observed_at": moment, "observed_precision": expected[1]}
