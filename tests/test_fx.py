"""Currency: monthly means and daily rates of the ECB, hand-computed; nothing is guessed."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from pathlib import Path

import pytest

from etl.contracts import Capture
from etl.fx import (
    DailyRates,
    daily_rates,
    monthly_means,
    rates_with,
    shipped_rates,
    units_per_eur_on,
    usd_per_unit,
)
from etl.sources import ecb

WIRE = Path(__file__).resolve().parents[2] / "shared" / "wire" / "ecb_bls"
with_wire = pytest.mark.skipif(
    not WIRE.is_dir(), reason="needs ../shared/wire/ecb_bls, which is not part of the project"
)
Day = tuple[date, str, float]

DAYS: list[Day] = [
    (date(2022, 4, 1), "USD", 1.2),
    (date(2022, 3, 31), "USD", 1.1),
    (date(2022, 3, 2), "USD", 1.3),
    (date(2022, 3, 1), "USD", 1.2),
    (date(2022, 3, 1), "RUB", 117.2),
]


def days_of(body: bytes) -> list[Day]:
    """Return the days of a payload of the source `ecb`."""
    at = datetime(2026, 8, 5)
    points = ecb.normalise(body, Capture("ecb", "x", "0" * 64, at, "day", at))
    return [
        (point["period_start"].date(), point["dims"].removeprefix("currency="), point["value"])
        for point in points
    ]


@cache
def recorded() -> list[Day]:
    return days_of((WIRE / "eurofxref-hist_2026-04.zip").read_bytes())


def test_means_leave_out_missing_days_and_hold_the_month_that_is_running():
    assert list(monthly_means(DAYS)) == [
        ("2022-03", "RUB", 117.2, 1),
        ("2022-03", "USD", 1.2, 3),
        ("2022-04", "USD", 1.2, 1),
    ]


def test_shipped_rates_convert_and_never_guess():
    rates = shipped_rates()
    january = datetime(2023, 1, 9)
    assert usd_per_unit("USD", january, rates) == 1
    assert usd_per_unit("EUR", january, rates) == pytest.approx(1.0769, abs=1e-4)
    # ECB means of January 2023: 1.0769 dollars and 0.882123 pounds per euro
    assert usd_per_unit("GBP", january, rates) == pytest.approx(1.0769 / 0.882123, rel=1e-5)
    assert usd_per_unit("PKR", january, rates) is None
    assert usd_per_unit("RUB", january, rates) is None, "suspended since March 2022"
    assert usd_per_unit("EUR", datetime(2031, 1, 1), rates) is None


def may(first: float, second: float) -> list[tuple[date, str, float]]:
    """Twenty days of May 2026 at two rates, and the first of June."""
    rates = [first, second] * 10
    days = [(date(2026, 5, day), "USD", rate) for day, rate in enumerate(rates, start=4)]
    return [*days, (date(2026, 6, 1), "USD", 1.5)]


def test_months_that_are_over_are_laid_over_the_shipped_ones():
    rates = rates_with(may(1.1, 1.3))
    assert rates["2026-05", "USD"] == pytest.approx(1.2)
    assert rates["2026-03", "USD"] == shipped_rates()["2026-03", "USD"]
    assert ("2026-06", "USD") not in rates, "June is not over"


def test_in_a_running_month_every_day_has_its_own_rate():
    friday, monday = date(2026, 6, 5), date(2026, 6, 8)
    days = [(friday, "USD", 1.2), (friday, "GBP", 0.8), (monday, "USD", 1.3), (monday, "GBP", 0.9)]
    rates = rates_with(days)
    sunday = usd_per_unit("GBP", datetime(2026, 6, 7, 23), rates)
    assert sunday == pytest.approx(1.5), "the Friday before"
    assert usd_per_unit("GBP", datetime(2026, 6, 15), rates) == pytest.approx(1.3 / 0.9)
    assert usd_per_unit("GBP", datetime(2026, 6, 16), rates) is None, "carried for a week at most"
    assert usd_per_unit("GBP", datetime(2026, 6, 4), rates) is None, "nothing came before"


def test_a_few_days_do_not_stand_for_a_month():
    march = ("2026-03", "USD")
    later = [(date(2026, 4, 1), "USD", 1.0)]
    one = [(date(2026, 3, 2), "USD", 2.0), *later]
    assert rates_with(one)[march] == shipped_rates()[march]
    whole = [(date(2026, 3, day), "USD", 2.0) for day in range(1, 24)]
    assert rates_with(whole + later)[march] == 2.0, "a month that the ECB corrected is taken over"
    assert ("2026-05", "USD") not in rates_with(
        [*may(1.1, 1.3)[:3], (date(2026, 6, 1), "USD", 1.0)]
    )


WEEK = daily_rates(
    [
        (date(2022, 12, 30), "USD", 1.05),
        (date(2022, 12, 30), "HRK", 7.6),
        (date(2023, 1, 3), "ISK", 150.0),
        (date(2023, 1, 4), "USD", 1.07),
        (date(2023, 1, 4), "ISK", 151.0),
    ]
)


@pytest.mark.parametrize(
    ("currency", "day", "rate"),
    [
        ("USD", date(2022, 12, 29), None),  # before the first
        ("USD", date(2022, 12, 30), 1.05),
        ("USD", date(2023, 1, 1), 1.05),  # Sunday: Friday's
        ("USD", date(2023, 1, 3), None),  # others had a rate that day, this one had none
        ("USD", date(2023, 1, 11), 1.07),  # seven days after the last of all
        ("USD", date(2023, 1, 12), None),
        ("HRK", date(2022, 12, 30), 7.6),
        ("HRK", date(2022, 12, 31), None),  # ended: not even over the weekend
        ("HRK", date(2023, 1, 2), None),
        ("ISK", date(2023, 1, 5), 151.0),
        ("EUR", date(1990, 1, 1), 1.0),
        ("PKR", date(2023, 1, 2), None),
    ],
)
def test_a_rate_is_carried_over_days_without_any_and_no_further(
    currency: str, day: date, rate: float | None
):
    assert units_per_eur_on(currency, day, WEEK) == rate


def test_without_days_there_is_no_rate():
    assert units_per_eur_on("USD", date(2023, 1, 2), DailyRates([], {}, {})) is None


@with_wire
def test_shipped_rates_are_the_ones_computed_from_the_published_history():
    """`data/reference/ecb_monthly_means.csv` holds every month from 2009 that was over."""
    published = {
        (month, currency): mean
        for month, currency, mean, _ in monthly_means(recorded())
        if "2009" <= month < "2026-04"
    }
    assert shipped_rates() == published
    assert rates_with(recorded()).items() >= published.items()


@with_wire
def test_recorded_days_are_carried_over_easter_and_not_past_an_end():
    daily = daily_rates(recorded())
    thursday = units_per_eur_on("USD", date(2026, 4, 2), daily)
    assert thursday == units_per_eur_on("USD", date(2026, 4, 6), daily) is not None
    assert units_per_eur_on("BGN", date(2025, 12, 31), daily) == 1.9558
    assert units_per_eur_on("BGN", date(2026, 1, 1), daily) is None
    assert units_per_eur_on("ISK", date(2012, 1, 2), daily) is None, "between its two stretches"
    gaps = [(b - a).days for a, b in zip(daily.days, daily.days[1:], strict=False)]
    assert max(gaps) == 5
