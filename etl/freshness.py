"""How old each source of an edition is against its cadence, in words; the clock is given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any


def freshness(entry: Mapping[str, Any], today: date) -> tuple[str, str]:
    """Return (state, sentence) of a manifest's source: current, stale, one_off or undated.

    A source is stale when its newest data are older than twice its cadence.
    """
    if not entry.get("data_to"):
        return "undated", "no date is known for it"
    age = (today - date.fromisoformat(entry["data_to"])).days
    cadence = entry.get("cadence_days")
    if cadence is None:
        return "one_off", f"a closed data set; its newest data are {in_words(age)} old"
    if age > 2 * cadence:
        return "stale", f"newest data {in_words(age)} old, expected every {in_words(cadence)}"
    return "current", f"newest data {in_words(age)} old"


def in_words(days: int) -> str:
    """Return a number of days as a reader would say it.

    >>> in_words(1), in_words(45), in_words(800)
    ('1 day', '45 days', '2.2 years')
    """
    if days < 0:
        return "less than a day"
    if days < 90:
        return f"{days} day{'s' * (days != 1)}"
    if days < 700:
        return f"{days / 30.4:.0f} months"
    return f"{days / 365.25:.1f} years"
