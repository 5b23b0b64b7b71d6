"""What a currency was worth: euro reference rates of the ECB, by month and by day; pure.

An amount is converted at its posting month's means, USD per EUR over units per EUR. A currency or
month without a rate gives None: the amount stays unconverted and is counted, never guessed.
Rates come from the table in data/reference (see its README) and from the days of the source `ecb`
(points of core_series). Source: European Central Bank, euro foreign exchange reference rates.
"""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from statistics import fmean

from etl.config import REFERENCE

RATES_FILE = REFERENCE / "ecb_monthly_means.csv"
FEWEST_DAYS = 15  # of a month with a mean; the shortest has had 18 with rates
CARRIED_DAYS = 7  # the longest stretch without rates from 1999 to 2026 is 5 days

Rates = Mapping[tuple[str, str], float]  # (month or day, currency) -> (mean) units per euro
Days = Iterable[tuple[date, str, float]]  # day, currency, units per euro


@cache
def shipped_rates() -> Rates:
    """Return the rates of the reference table: every month from 2009 to the last one shipped."""
    return {key: mean for key, (mean, _) in _shipped().items()}


@cache
def _shipped() -> dict[tuple[str, str], tuple[float, int]]:
    with RATES_FILE.open(newline="", encoding="utf-8") as file:
        return {
            (row["month"], row["currency"]): (float(row["units_per_eur"]), int(row["days"]))
            for row in csv.DictReader(file)
        }


def rates_with(days: Days) -> Rates:
    """Return the shipped rates with the months of `days` laid over them.

    A month counts once it is over; until then its days stand for themselves, under keys like
    ("2026-11-24", "GBP"). A month of fewer days than the shipped one rests on (a file of one day,
    imported alone) does not replace it, and one of fewer than FEWEST_DAYS has no mean.
    """
    days = list(days)
    shipped = _shipped()
    running = max((f"{day:%Y-%m}" for day, _, _ in days), default="")
    newer = {
        (month, currency): mean
        for month, currency, mean, count in monthly_means(days)
        if month < running and count >= shipped.get((month, currency), (0.0, FEWEST_DAYS))[1]
    }
    return {**shipped_rates(), **newer, **_running_days(days, running)}


def _running_days(days: list[tuple[date, str, float]], month: str) -> Rates:
    """Return the rates of every day of a month that is not over, and of a week after its last."""
    daily = daily_rates(days)
    if not daily.days:
        return {}
    first = date.fromisoformat(f"{month}-01")
    length = (daily.days[-1] - first).days + CARRIED_DAYS + 1
    found = {}
    for day in (first + timedelta(days=number) for number in range(length)):
        for currency in daily.last:
            units = units_per_eur_on(currency, day, daily)
            if units is not None:
                found[f"{day:%Y-%m-%d}", currency] = units
    return found


def usd_per_unit(currency: str, moment: datetime, rates: Rates) -> float | None:
    """Return US dollars per unit of `currency` in the month of `moment`, or None without a rate.

    In a month that is not over, the rate is that of the day.

    >>> rates = {("2023-01", "USD"): 1.25, ("2023-01", "GBP"): 0.5}
    >>> usd_per_unit("GBP", datetime(2023, 1, 5), rates)
    2.5
    """
    if currency == "USD":
        return 1.0
    month = f"{moment:%Y-%m}"
    if (month, "USD") not in rates:
        month = f"{moment:%Y-%m-%d}"
    dollars = rates.get((month, "USD"))
    units = 1.0 if currency == "EUR" else rates.get((month, currency))
    return None if dollars is None or units is None else dollars / units


def rate_at(key: str, rates: Rates) -> float | None:
    """Return US dollars per unit for currency:month, or currency:day while the month has none.

    >>> rate_at("EUR:2026-11-24", {("2026-11", "USD"): 1.2}), rate_at("GBP:2026-11", {})
    (1.2, None)
    """
    currency, period = key.split(":")
    return usd_per_unit(currency, datetime.fromisoformat(f"{period}-01"[:10]), rates)


def monthly_means(days: Days) -> Iterator[tuple[str, str, float, int]]:
    """Yield (month, currency, mean units per euro, days) of every month, the running one too.

    Days on which a currency had no rate do not enter its mean. Six significant digits, as the
    ECB's own rates have.
    """
    values: dict[tuple[str, str], list[float]] = defaultdict(list)
    for day, currency, value in days:
        values[f"{day:%Y-%m}", currency].append(value)
    for (month, currency), rates in sorted(values.items()):
        yield month, currency, float(f"{fmean(rates):.6g}"), len(rates)


@dataclass(frozen=True)
class DailyRates:
    """Rates by day: the days with any rate in order, the rates, and each currency's last day."""

    days: Sequence[date]
    rates: Mapping[tuple[date, str], float]
    last: Mapping[str, date]


def daily_rates(days: Days) -> DailyRates:
    """Return the rates of `days`, to be looked up with `units_per_eur_on`."""
    rates = {(day, currency): value for day, currency, value in days}
    last: dict[str, date] = {}
    for day, currency in sorted(rates):
        last[currency] = day
    return DailyRates(sorted({day for day, _ in rates}), rates, last)


def units_per_eur_on(currency: str, day: date, daily: DailyRates) -> float | None:
    """Return units of `currency` per euro on a day, or None without a rate.

    At weekends and on holidays the rate of the day before stands, for CARRIED_DAYS at most. A
    series that ended gives nothing after its last day, not even over the weekend that follows.

    >>> friday = date(2024, 6, 7)
    >>> daily = DailyRates([friday], {(friday, "GBP"): 0.85}, {"GBP": friday})
    >>> units_per_eur_on("GBP", date(2024, 6, 9), daily)
    0.85
    """
    if currency == "EUR":
        return 1.0
    position = bisect_right(daily.days, day)
    if not position or (day - daily.days[position - 1]).days > CARRIED_DAYS:
        return None
    last = daily.last.get(currency)
    if last is None or (day > last and last < daily.days[-1]):
        return None
    return daily.rates.get((daily.days[position - 1], currency))
