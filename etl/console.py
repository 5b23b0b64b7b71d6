"""The clock and the terminal, for commands: nothing below them touches either."""

from __future__ import annotations

import sys
from datetime import UTC, datetime


def now() -> datetime:
    """Return the time, UTC without zone; commands read the clock, nothing below them does."""
    return datetime.now(UTC).replace(tzinfo=None)


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)


def complain(line: str) -> None:
    """Print a line on stderr at once."""
    print(line, file=sys.stderr, flush=True)
