"""How often a host may be asked: a pace, a budget per UTC day, and the pauses it asked for.

Kept in `hosts.json` of the data folder and written before each request, so that neither a crash nor
a second command lets a host be asked more often. Written under `landing.exclusive` only.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from etl.config import pace
from etl.contracts import Budget, InputError, SourceUnavailable

PATIENCE_SECONDS = 120.0  # a longer wait ends the source for this command
LONGEST_PAUSE_SECONDS = 30 * 86400.0  # a host that asks for more is asked again after that


class OverBudget(SourceUnavailable):
    """Our own limit, not the host's answer."""


@dataclass
class Turn:
    """What one host was asked on its last day; times are Unix seconds."""

    day: str = ""
    requests: int = 0
    last_at: float = 0.0  # end of its last answer, or of the attempt to get one
    not_before: float = 0.0  # a pause the host asked for


class Turns:
    """The turns of all hosts; `take` waits for the next one of a host."""

    def __init__(self, file: Path):
        self._file = file
        self._turns = _stored(file)

    def take(self, host: str, budget: Budget, seconds_between: float = 0.0) -> None:
        """Wait until the host may be asked and count the request; raise when it may not today.

        `seconds_between` is a slower pace the host itself asks for (robots.txt crawl delay).
        """
        turn = self._turns.setdefault(host, Turn())
        if seconds_between > PATIENCE_SECONDS:
            raise SourceUnavailable(
                f"robots.txt of {host} asks for {seconds_between:,.0f} s between two requests;"
                " it is not asked"
            )
        self._check(host, turn, budget)
        now, gap = time.time(), max(budget.seconds_between, seconds_between) * pace()
        since_last = min(turn.last_at + gap - now, gap)  # a clock set back is no wait of years
        time.sleep(max(0.0, since_last, turn.not_before - now))
        turn.last_at = time.time()
        turn.requests += 1
        self._write()

    def end(self, host: str) -> None:
        """Say that a request has ended: from here the pace counts, so that the host sees it kept.

        Counted from its start, a slow request and a fast one after it would arrive too close.
        """
        self._turns[host].last_at = time.time()
        self._write()

    def _check(self, host: str, turn: Turn, budget: Budget) -> None:
        now = time.time()
        if turn.not_before - now > PATIENCE_SECONDS * pace():
            raise SourceUnavailable(
                f"{host} asked not to be asked before {_clock(turn.not_before)}; run again then"
            )
        today = f"{datetime.fromtimestamp(now, UTC):%Y-%m-%d}"
        if turn.day != today:
            turn.day, turn.requests = today, 0
        if turn.requests >= budget.requests_per_day:
            raise OverBudget(
                f"today's {budget.requests_per_day:,} requests to {host} are used up;"
                " run again tomorrow (UTC), it goes on where it stopped"
            )

    def pause(self, host: str, seconds: float) -> str:
        """Remember that the host asked for a pause, for this and later commands; return its end."""
        turn = self._turns.setdefault(host, Turn())
        end = time.time() + min(seconds, LONGEST_PAUSE_SECONDS) * pace()
        turn.not_before = max(turn.not_before, end)
        self._write()
        return _clock(turn.not_before)

    def left(self, host: str, budget: Budget) -> int:
        """Return how many requests of the day are left."""
        turn = self._turns.get(host, Turn())
        used = turn.requests if turn.day == f"{datetime.now(UTC):%Y-%m-%d}" else 0
        return max(0, budget.requests_per_day - used)

    def _write(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        part = self._file.with_suffix(".part")
        turns = {name: asdict(turn) for name, turn in self._turns.items()}
        part.write_text(json.dumps(turns, indent=1), encoding="utf-8")
        part.replace(self._file)


def _stored(file: Path) -> dict[str, Turn]:
    try:
        turns = json.loads(file.read_text(encoding="utf-8"))
        return {name: _turn(**turn) for name, turn in turns.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise InputError(
            f"{file}, which counts what each host was asked today, is damaged ({error});"
            " delete it, and the count of today starts anew"
        ) from error


def _turn(day: str, requests: int, last_at: float, not_before: float) -> Turn:
    turn = Turn(str(day), int(requests), float(last_at), float(not_before))
    if not all(0 <= moment < 4_102_444_800 for moment in (turn.last_at, turn.not_before)):  # 2100
        raise ValueError("a moment is none")
    return turn


def _clock(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"
