"""Durations as clients ask for them and time left on a listing, both in days.

A month is 30 days, a year 365, a week 7: sites print brackets, not calendars.
"""

import re

from etl.parse.blank import filled

_DAYS = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1, "week": 7, "month": 30, "year": 365}
_UNIT = r"(?:(minute|min|hour|hr|day|week|wk|month|mo|year|yr)s?)"
_NUMBER = r"([0-9]{1,5}(?:\.[0-9]{1,3})?|an?|one)"
_FORMS = {
    kind: re.compile(form, re.IGNORECASE)
    for kind, form in {
        "below": rf"(?:less than|up to|under|<) ?{_NUMBER} ?{_UNIT}",
        "above": rf"(?:more than|over|>) ?{_NUMBER} ?{_UNIT}",
        "from": rf"{_NUMBER} ?(?:\+ ?{_UNIT}|{_UNIT}(?: ?\+| or more))",
        "between": rf"{_NUMBER} ?{_UNIT}? ?(?:to|-|–) ?{_NUMBER} ?{_UNIT}",
        "exact": rf"{_NUMBER} ?{_UNIT}",
    }.items()
}
# Some exports print the weekly hours in the same cell; they are another measure.
_WEEKLY = re.compile(
    r"(?:(?:less than|more than) )?[0-9]{1,3}\+? (?:hrs|hours)/week|hours to be determined"
    r"|not[ _]sure",
    re.IGNORECASE,
)
_LEFT = re.compile(rf"{_NUMBER} ?{_UNIT}(?:,? ?{_NUMBER} ?{_UNIT})?(?: left)?", re.IGNORECASE)
# "Ending left" is what a card prints in its last hour: half of it, above the 0 of a closed one.
_WORDS = {"ended": 0.0, "closed": 0.0, "ending": 0.5 / 24, "ending left": 0.5 / 24}


def parse_duration_days(text: str | None) -> tuple[float, float | None] | None:
    """Read a duration bracket as days from and to; an open end is None.

    >>> parse_duration_days("Less than 1 month"), parse_duration_days("3-6 months")
    ((0.0, 30.0), (90.0, 180.0))
    >>> parse_duration_days("More than 6 months, 30+ hrs/week"), parse_duration_days(None)
    ((180.0, None), None)
    """
    cell = filled(text)
    if cell is None:
        return None
    asked, _, weekly = cell.partition(", ")
    if not weekly or _WEEKLY.fullmatch(weekly):
        for kind, form in _FORMS.items():
            if match := form.fullmatch(asked):
                return _bracket(kind, [part for part in match.groups() if part], cell)
    raise ValueError(f"not a duration: {cell[:60]!r}")


def parse_days_left(text: str | None) -> float | None:
    """Read the time left on a listing as days; 0 when it has ended.

    >>> parse_days_left("6 days left"), parse_days_left("12 hours left"), parse_days_left("Ended")
    (6.0, 0.5, 0.0)
    """
    cell = filled(text)
    if cell is None:
        return None
    if cell.lower() in _WORDS:
        return _WORDS[cell.lower()]
    match = _LEFT.fullmatch(cell)
    if not match:
        raise ValueError(f"not a time left: {cell[:60]!r}")
    parts = [part for part in match.groups() if part]
    return sum(_days(*pair) for pair in zip(parts[::2], parts[1::2], strict=True))


def _bracket(kind: str, parts: list[str], cell: str) -> tuple[float, float | None]:
    if len(parts) == 3:  # "1 to 3 months" names the unit once
        parts.insert(1, parts[2])
    first, last = _days(*parts[:2]), _days(*parts[-2:])
    if last < first:
        raise ValueError(f"duration ends before it starts: {cell[:60]!r}")
    low = 0.0 if kind == "below" else first
    return low, None if kind in ("above", "from") else last


def _days(number: str, unit: str) -> float:
    count = float(number) if number[0].isdigit() else 1.0
    name = {"min": "minute", "hr": "hour", "wk": "week", "mo": "month", "yr": "year"}
    return count * _DAYS[name.get(unit.lower(), unit.lower())]
