"""The baseSalary of a JobPosting, in the many ways sites write it.

A number, a text ("$100,000"), a MonetaryAmount or PriceSpecification with the amount in it, or with
a QuantitativeValue in it that has value, or minValue and maxValue, and the period in unitText. 0 is
unknown. An unreadable amount is flagged `price_unread`, several that differ are `several_rates`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from etl.parse.money import Money, parse_money

DEEPEST = 4  # baseSalary > value > value is what sites write
TOO_MUCH = 1e12  # no pay in any currency

# unitText as sites write it, and the codes of UN/CEFACT that schema.org allows in unitCode.
_UNITS = {
    "hour": {"HOUR", "HOURS", "HOURLY", "HR", "HRS", "H", "HUR"},
    "day": {"DAY", "DAYS", "DAILY", "D"},
    "week": {"WEEK", "WEEKS", "WEEKLY", "WEE", "WK", "W"},
    "month": {"MONTH", "MONTHS", "MONTHLY", "MON", "MO", "M"},
    "year": {"YEAR", "YEARS", "YEARLY", "ANNUAL", "ANNUALLY", "ANNUM", "ANN", "YR", "Y"},
}
_PERIODS = {label: period for period, labels in _UNITS.items() for label in labels}
_LOW = ("minValue", "minPrice", "lowPrice")
_HIGH = ("maxValue", "maxPrice", "highPrice")


class _Salary(NamedTuple):
    low: float | None
    high: float | None
    currency: str | None
    period: str | None


def salary(posting: Mapping[str, Any]) -> dict[str, Any]:
    """Return the price columns of a posting.

    >>> value = {"minValue": 40, "maxValue": "60", "unitText": "HOUR"}
    >>> salary({"baseSalary": {"currency": "EUR", "value": value}})["price_max"]
    60.0
    """
    given = posting.get("baseSalary")
    currency = _code(posting.get("salaryCurrency"))
    try:
        every = [
            found
            for one in (given if isinstance(given, list) else [given])
            if (found := _read(one, currency, None)) is not None
        ]
    except ValueError:
        return {"pricing_type": "unknown", "flags": ["price_unread"]}
    if len(set(every)) > 1:
        return {"pricing_type": "unknown", "flags": ["several_rates"]}
    if not every:
        return {"pricing_type": "unknown"}
    row = {"price_min": every[0].low, "price_max": every[0].high, "currency": every[0].currency}
    period = every[0].period
    row |= {"pricing_type": "hourly" if period == "hour" else "salary", "price_period": period}
    return row | ({} if period else {"flags": ["period_unknown"]})


def _read(value: Any, currency: str | None, period: str | None, depth: int = 0) -> _Salary | None:
    """Read an amount; currency and period are what stood around it."""
    if value is None or value == "" or value == []:
        return None
    if not isinstance(value, Mapping):
        money = _money(value, currency)
        return money and _salary(money.low, money.high, money.currency, money.period, period)
    if depth == DEEPEST:
        raise ValueError("an amount inside an amount")
    currency = _code(value.get("currency") or value.get("priceCurrency")) or currency
    period = _period(value.get("unitText") or value.get("unitCode")) or period
    ends = [_end(value, names, currency) for names in (_LOW, _HIGH)]
    if ends != [None, None]:
        currency = currency or next(end.currency for end in ends if end)
        low, high = (end and end.low for end in ends)
        return _salary(low, high, currency, None, period)
    inner = value.get("value", value.get("price"))
    return _read(inner, currency, period, depth + 1)


def _salary(
    low: float | None, high: float | None, currency: str | None, said: str | None, unit: str | None
) -> _Salary | None:
    if said and unit and said != unit:
        raise ValueError("two periods")
    low, high = low or None, high or None  # 0 is unknown
    if low and high and low > high:
        raise ValueError("the low end is above the high end")
    return _Salary(low, high, currency, said or unit) if low or high else None


def _end(value: Mapping[str, Any], names: tuple[str, ...], currency: str | None) -> Money | None:
    """Return one end of a range, which must be a single amount."""
    given = next((value[name] for name in names if value.get(name) not in (None, "")), None)
    money = None if given is None else _money(given, currency)
    if money is not None and money.low != money.high:
        raise ValueError("a range as the end of a range")
    return money


def _money(value: Any, currency: str | None) -> Money | None:
    if isinstance(value, str):
        money = parse_money(value, currency)
        # A site that names no currency may mean any dollar.
        is_bare = money is not None and money.currency == "USD" and "US" not in value.upper()
        if is_bare and currency is None:
            return Money(money.low, money.high, None, money.period)
        if money and currency and money.currency != currency:
            raise ValueError("two currencies")
        return money
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError("no amount")
    if not 0 <= value < TOO_MUCH:
        raise ValueError("no amount of money")
    return Money(float(value), float(value), currency, None)


def _code(value: Any) -> str | None:
    """Return a currency code, None for what is none."""
    code = value.strip().upper() if isinstance(value, str) else ""
    return code if re.fullmatch("[A-Z]{3}", code, re.ASCII) else None


def _period(value: Any) -> str | None:
    label = value.upper().replace("PER", "", 1) if isinstance(value, str) else ""
    return _PERIODS.get(label.strip(" /-_."))
