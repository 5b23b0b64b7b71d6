"""One cell of anybody's file, read as core columns: text, or a value that JSON or Parquet typed.

`read` returns the core values a cell gives, none when it is empty (null, NaN, "n/a"), and raises
ValueError for anything it does not understand: nothing is guessed and nothing is evaluated.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from etl.config import MAX_ROW_CHARS
from etl.parse.blank import filled
from etl.parse.brackets import parse_count_bracket, parse_rating
from etl.parse.dates import parse_timestamp
from etl.parse.durations import parse_duration_days
from etl.parse.money import Money, parse_amount, parse_money

MAX_ITEMS = 200  # labels in one cell
MAX_WHOLE = 10**15
EARLIEST_YEAR = 1995  # before there were freelance sites; 1900 and 1970 are empty cells in disguise
PRICE_UNITS = {"units": 1.0, "cents": 0.01, "thousands": 1000.0}
DURATION_UNITS = {"hours": 1 / 24, "days": 1, "weeks": 7, "months": 30}
PRICING = {"hour": ("hourly", 1), "year": ("salary", 1), "month": ("salary", 12)}
Values = dict[str, Any]


@dataclass(frozen=True)
class Cell:
    """Where a core column is found, and how what stands there is to be read."""

    core: str
    column: str
    values: Mapping[str, Any] | None = None  # what stands in the cell -> what it means
    separator: str | None = None  # between labels
    format: str | None = None  # of a time, as strptime takes it
    decimal: str | None = None  # the decimal mark of bare numbers
    unit: str | None = None


def read(cell: Cell, kind: str, value: Any, row: Values) -> Values:
    """Return the core values in `value`; `kind` is a name of `TYPES` unless core is `SPECIAL`."""
    if cell.values and isinstance(value, (str, int)):
        value = cell.values.get(str(value).strip(), value)
    if isinstance(value, list) and kind == "list":
        _check_length(value)
        return {cell.core: [label for item in value if (label := _text(item))]}
    value = _scalar(value)
    is_free = kind in ("text", "list") and cell.core not in SPECIAL  # there "NA" may mean something
    if isinstance(value, str) and not is_free:
        value = None if value.lower() in ("nan", "nat") else filled(value)
    if value is None:
        return {}
    return (SPECIAL.get(cell.core) or TYPES[kind])(cell, value, row)


def _scalar(value: Any) -> Any:
    if isinstance(value, str):
        if len(value) > MAX_ROW_CHARS:
            raise ValueError(f"longer than {MAX_ROW_CHARS:,} characters")
        value.encode()  # half a surrogate pair is no text, and no file could hold it
        return value.strip() or None
    if isinstance(value, (float, Decimal)):
        if not math.isinf(value):
            return None if math.isnan(value) else float(value)
        raise ValueError("no finite number")
    if isinstance(value, int) and abs(value) >= 10**40:
        raise ValueError("too large a number")
    if value is None or isinstance(value, (bool, int, date)):
        return value
    raise ValueError(f"a nested or binary value ({type(value).__name__})")


def _text(value: Any) -> str | None:
    value = _scalar(value)
    if isinstance(value, float) and value.is_integer():
        if abs(value) >= 2**53:
            raise ValueError("a number so large that its last digits are lost")
        value = int(value)
    return None if value is None else str(value)


def _number(cell: Cell, value: Any) -> float:
    if isinstance(value, str):
        bare = _bare(cell, value)
        value = parse_amount(value) if bare is None else bare
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
        raise ValueError("not a bare positive number")
    return float(value)


def _bare(cell: Cell, text: str) -> float | None:
    """Return a bare number by the decimal mark the mapping declares; None for any other text."""
    if not cell.decimal:
        return None
    grouping = "," if cell.decimal == "." else "."
    plain = text.replace(grouping, "").replace(cell.decimal, ".")
    return float(plain) if re.fullmatch(r"[0-9]{1,40}(\.[0-9]{1,40})?", plain) else None


def _money(cell: Cell, value: Any, currency: str | None) -> Money | None:
    if isinstance(value, str) and _bare(cell, value) is None:
        return parse_money(value, currency)
    amount = _number(cell, value)
    return Money(amount, amount, currency, None)


def _whole(value: Any) -> int:
    if isinstance(value, str):
        low, high = parse_count_bracket(value) or (0, None)
        if low != high:
            raise ValueError("not one whole number")
        value = low
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != int(value):
        raise ValueError("not a whole number")
    if not 0 <= value <= MAX_WHOLE:
        raise ValueError("negative, or too large to be a count")
    return int(value)


def _flag(value: Any) -> bool:
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if str(value).lower() not in words:
        raise ValueError("neither yes nor no")
    return words[str(value).lower()]


def _moment(cell: Cell, value: Any) -> Values:
    if isinstance(value, datetime):
        when, precision = value, "second"
    elif isinstance(value, date):
        when, precision = datetime(value.year, value.month, value.day), "day"
    elif isinstance(value, str) and cell.format:
        when, precision = datetime.strptime(value, cell.format), _precision(cell.format)
    else:
        whole = int(value) if isinstance(value, float) and value.is_integer() else value
        when, precision = parse_timestamp(str(whole)) or (None, "")
    if when is None or when.year < EARLIEST_YEAR:
        raise ValueError("no moment at which a listing could have stood anywhere")
    if when.tzinfo:
        when = when.astimezone(UTC).replace(tzinfo=None)
    name = cell.core.removesuffix("_at") + "_precision"
    known = {} if cell.core == "closed_at" else {name: precision}
    return {cell.core: when, **known}


def _precision(form: str) -> str:
    """How exactly a strptime format tells a moment."""
    for directives, precision in (("SfTXcs", "second"), ("M", "minute"), ("djxD", "day")):
        if re.search(f"%[{directives}]", form):
            return precision
    return "month" if re.search("%[mbB]", form) else "year"


def _labels(cell: Cell, value: Any, row: Values) -> Values:
    text = _text(value) or ""
    parts = text.split(cell.separator) if cell.separator else [text]
    _check_length(parts)
    return {cell.core: [part.strip() for part in parts if part.strip()]}


def _check_length(labels: list[Any]) -> None:
    if len(labels) > MAX_ITEMS:
        raise ValueError(f"{len(labels):,} labels; a listing may have {MAX_ITEMS}")


def _price(cell: Cell, value: Any, row: Values) -> Values:
    money = _money(cell, value, row.get("currency"))
    if money is None:
        return {}
    factor = PRICE_UNITS[cell.unit or "units"]
    pricing = row.get("pricing_type", "unknown")
    if money.period:
        implied, times = PRICING.get(money.period, ("", 1))
        if not implied or pricing not in ("unknown", implied):
            raise ValueError(f"an amount per {money.period} in a listing priced as {pricing}")
        pricing, factor = implied, factor * times
    ends = (money.low * factor, None if money.high is None else money.high * factor)
    found = {"price_min": ends[0], "price_max": ends[1], "currency": money.currency}
    if cell.core != "price":  # price_min or price_max alone
        if ends[0] != ends[1]:
            raise ValueError("a range; map the column as price")
        found = {cell.core: ends[0], "currency": money.currency}
    return found | {"pricing_type": pricing}


def _currency(cell: Cell, value: Any, row: Values) -> Values:
    code = str(value).upper()
    if not re.fullmatch("[A-Z]{3}", code):
        raise ValueError("no ISO 4217 code such as EUR (give the code with `values`)")
    return {"currency": code}


def _url(cell: Cell, value: Any, row: Values) -> Values:
    text = _text(value) or ""
    if re.match("[a-z][a-z0-9+.-]*:", text, re.IGNORECASE) and not re.match("https?:", text):
        raise ValueError("no web address")
    return {"url": text}


def _rating(cell: Cell, value: Any, row: Values) -> Values:
    if isinstance(value, str) and "(" in value:
        rating, low, high = parse_rating(value) or (None, None, None)
        return {"rating": rating, "reviews_low": low, "reviews_high": high}
    if isinstance(value, str):
        value = float(value.replace(",", ".")) if re.fullmatch("[0-9][.,]?[0-9]*", value) else None
    return {"rating": _number(cell, value)}


def _bracket(cell: Cell, value: Any, row: Values) -> Values:
    ends = parse_count_bracket(value) if isinstance(value, str) else (_whole(value),) * 2
    low, high = ends or (None, None)
    return {f"{cell.core}_low": low, f"{cell.core}_high": high}


def _duration(cell: Cell, value: Any, row: Values) -> Values:
    if isinstance(value, str) and not re.fullmatch("[0-9.,]+", value):
        low, high = parse_duration_days(value) or (None, None)
        return {"duration_days_low": low, "duration_days_high": high}
    if cell.unit is None:
        raise ValueError("a duration without a unit (name it in units.duration)")
    days = _number(cell, value) * DURATION_UNITS[cell.unit]
    return {"duration_days_low": days, "duration_days_high": days}


Reading = Callable[[Cell, Any, Values], Values]
SPECIAL: dict[str, Reading] = {
    "price": _price,
    "price_min": _price,
    "price_max": _price,
    "currency": _currency,
    "url": _url,
    "rating": _rating,
    "proposals": _bracket,
    "reviews": _bracket,
    "duration": _duration,
}
TYPES: dict[str, Reading] = {
    "text": lambda cell, value, row: {cell.core: _text(value)},
    "choice": lambda cell, value, row: {cell.core: str(value).lower()},
    "number": lambda cell, value, row: {cell.core: _number(cell, value)},
    "integer": lambda cell, value, row: {cell.core: _whole(value)},
    "boolean": lambda cell, value, row: {cell.core: _flag(value)},
    "timestamp": lambda cell, value, row: _moment(cell, value),
    "list": _labels,
}
