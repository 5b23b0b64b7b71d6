"""The clock and the terminal, for commands: nothing below them touches either."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from tqdm import tqdm


def now() -> datetime:
    """Return the time, UTC without zone; commands read the clock, nothing below them does."""
    return datetime.now(UTC).replace(tzinfo=None)


def harmless(line: str) -> str:
    r"""Return a line without what would move a terminal: a host's words may stand in it.

    >>> harmless("said \x1b[2J\nnext")
    'said ?[2J\nnext'
    """
    return "".join(letter if letter.isprintable() or letter == "\n" else "?" for letter in line)


def say(line: str) -> None:
    """Print a line at once."""
    print(harmless(line), flush=True)


def complain(line: str) -> None:
    """Print a line on stderr at once."""
    print(harmless(line), file=sys.stderr, flush=True)


class Progress:
    """A bar with an estimate on a terminal; a line at every tenth otherwise, if wanted."""

    def __init__(self, total: int, what: str, *, has_lines: bool = True):
        self._total, self._what, self._done = total, what, 0
        self._has_lines = has_lines
        self._bar = tqdm(total=total, desc=what, disable=not sys.stderr.isatty(), leave=False)

    def step(self) -> None:
        """Count one more done."""
        self._done += 1
        self._bar.update()
        tenth = self._total / 10
        is_tenth = tenth >= 1 and self._done // tenth > (self._done - 1) // tenth
        if self._bar.disable and is_tenth and self._has_lines:
            complain(f"{self._what}: {self._done:,} of {self._total:,}")
