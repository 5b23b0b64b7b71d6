"""Dates as sites, feeds and file names write them, as naive UTC with the precision they carry."""

import re
from datetime import UTC, datetime, timedelta, timezone

from etl.parse.blank import filled

_MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_WEEKDAY = r"(?:(?:mon|tue(?:s)?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,? )?"
# RFC 822 names these zones; it names no others.
_ZONES = {"z": 0, "utc": 0, "gmt": 0, "ut": 0, "edt": -4, "est": -5, "cdt": -5, "cst": -6}
_ZONES |= {"mdt": -6, "mst": -7, "pdt": -7, "pst": -8}
_CLOCK = (
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})"
    r"(?:[.,](?P<fraction>[0-9]{1,9}))?)?(?:\s?(?P<half>[ap])\.?m\.?)?"
    rf"(?:\s?(?P<zone>[+-][0-9]{{2}}(?::?[0-5][0-9])?|{'|'.join(_ZONES)}))?"
)
_YEAR = r"(?P<year>(?:19|20)[0-9]{2})"
_FORMS = [
    re.compile(form, re.IGNORECASE | re.ASCII)
    for form in (
        rf"{_YEAR}(?:-(?P<month>[0-9]{{2}})(?:-(?P<day>[0-9]{{2}})(?:[T ]{_CLOCK})?)?)?",
        rf"(?P<month>[0-9]{{1,2}})/(?P<day>[0-9]{{1,2}})/{_YEAR}(?:,? {_CLOCK})?",
        rf"{_WEEKDAY}(?P<day>[0-9]{{1,2}}) {_MONTH} {_YEAR}(?:,? {_CLOCK})?",
        rf"{_MONTH} (?:(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?,? )?{_YEAR}(?:,? {_CLOCK})?",
    )
]
_EPOCH = datetime(1970, 1, 1)
_UPWORK_EPOCH_MS = 1288834974657
_NAMED = re.compile(
    r"(?<![0-9A-Za-z])(?P<year>199[5-9]|20[0-9]{2})"
    r"(?:(?P<mark>[-_]?)(?P<month>[0-9]{2})(?P=mark)(?P<day>[0-9]{2})|-(?P<only>[0-9]{2}))?"
    r"(?=T[0-9]|[^0-9A-Za-z]|$)"
)


def parse_timestamp(text: str | int | None) -> tuple[datetime, str] | None:
    """Read a moment; a time without a zone is taken as UTC, and slashes are month first (US).

    >>> parse_timestamp("Mon, 06 May 2024 10:00:00 +0200")
    (datetime.datetime(2024, 5, 6, 8, 0), 'second')
    >>> parse_timestamp("6/7/2024 4:58pm")
    (datetime.datetime(2024, 6, 7, 16, 58), 'minute')
    >>> parse_timestamp("Mar 20, 2020"), parse_timestamp("")
    ((datetime.datetime(2020, 3, 20, 0, 0), 'day'), None)
    >>> parse_timestamp(1700000000)
    (datetime.datetime(2023, 11, 14, 22, 13, 20), 'second')
    """
    cell = filled(text)
    if cell is None:
        return None
    if re.fullmatch(r"[0-9]{10}|[0-9]{13}", cell):
        unit = "seconds" if len(cell) == 10 else "milliseconds"
        return _EPOCH + timedelta(**{unit: int(cell)}), "second"
    for form in _FORMS:
        if match := form.fullmatch(cell):
            try:
                return _moment(match.groupdict())
            except (ValueError, OverflowError) as error:
                raise ValueError(f"no such moment: {cell[:60]!r} ({error})") from error
    raise ValueError(f"not a date form we know: {cell[:60]!r}")


def upwork_id_time(native_id: str | None) -> datetime | None:
    """Give the creation time inside an Upwork id; None for ids that carry none.

    >>> upwork_id_time("~021900000000000000000")
    datetime.datetime(2025, 3, 13, 1, 44, 34, 949000)
    >>> upwork_id_time("~01abcdef0123456789") is None
    True
    """
    match = re.fullmatch(r"(?:~02)?([0-9]{18,19})", (native_id or "").strip())
    if not match:
        return None
    when = _EPOCH + timedelta(milliseconds=(int(match[1]) >> 22) + _UPWORK_EPOCH_MS)
    return when if when.year >= 2014 else None


def date_in_name(name: str) -> tuple[datetime, str] | None:
    """Find the rightmost date of a file or folder name; a shape that is no date is passed over.

    >>> date_in_name("search/2025-10-25.csv")
    (datetime.datetime(2025, 10, 25, 0, 0), 'day')
    >>> date_in_name("tracks_2025-03/part2.csv"), date_in_name("v2023x")
    ((datetime.datetime(2025, 3, 1, 0, 0), 'month'), None)
    """
    # An underscore is a delimiter here, unlike in \b.
    for match in reversed(list(_NAMED.finditer(name))):
        month, day = match["month"] or match["only"], match["day"]
        try:
            when = datetime(int(match["year"]), int(month or 1), int(day or 1))
        except ValueError:
            continue
        return when, "day" if day else "month" if month else "year"
    return None


def _moment(part: dict[str, str | None]) -> tuple[datetime, str]:
    month = part.get("month") or "1"
    number = int(month) if month.isdigit() else _MONTHS.index(month[:3].lower()) // 3 + 1
    when = datetime(int(part["year"] or 0), number, int(part.get("day") or 1))
    if not part.get("hour"):
        return when, "day" if part.get("day") else "month" if part.get("month") else "year"
    when = when.replace(
        hour=_hour(int(part["hour"] or 0), part["half"]),
        minute=int(part["minute"] or 0),
        second=int(part["second"] or 0),
        microsecond=int((part["fraction"] or "")[:6].ljust(6, "0")),
    )
    when = when.replace(tzinfo=_zone(part["zone"] or "z")).astimezone(UTC)
    return when.replace(tzinfo=None), "second" if part["second"] else "minute"


def _hour(hour: int, half: str | None) -> int:
    if not half:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError(f"hour {hour} with am or pm")
    return hour % 12 + (12 if half.lower() == "p" else 0)


def _zone(name: str) -> timezone:
    if name.lower() in _ZONES:
        return timezone(timedelta(hours=_ZONES[name.lower()]))
    digits = name[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if name[0] == "-" else offset)
