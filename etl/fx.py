"""US dollars per unit of a currency, by month: the ratio of monthly means of ECB reference rates.

An amount is converted at its posting month's means, USD per EUR over units per EUR. A currency or
month without a rate gives None: the amount stays unconverted and is counted, never guessed.
Source: European Central Bank, euro foreign exchange reference rates (data/reference/README.md).
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from statistics import fmean

from etl.config import REFERENCE
from etl.contracts import SourceChanged

RATES_FILE = REFERENCE / "ecb_monthly_means.csv"
Rates = Mapping[tuple[str, str], float]


@cache
def shipped_rates() -> Rates:
    """Return (month "2023-01", currency) -> units of the currency per euro, monthly mean."""
    with RATES_FILE.open(newline="", encoding="utf-8") as file:
        return {
            (row["month"], row["currency"]): float(row["units_per_eur"])
            for row in csv.DictReader(file)
        }


def usd_per_unit(currency: str, moment: datetime, rates: Rates) -> float | None:
    """Return US dollars per unit of `currency` in the month of `moment`, or None without a rate.

    >>> rates = {("2023-01", "USD"): 1.2, ("2023-01", "GBP"): 0.8}
    >>> usd_per_unit("GBP", datetime(2023, 1, 5), rates)
    1.5
    """
    if currency == "USD":
        return 1.0
    month = f"{moment:%Y-%m}"
    dollars = rates.get((month, "USD"))
    units = 1.0 if currency == "EUR" else rates.get((month, currency))
    return None if dollars is None or units is None else dollars / units


def monthly_means(archive: bytes) -> Iterator[tuple[str, str, float, int]]:
    """Yield (month, currency, mean units per euro, days) from the ECB's history archive.

    "N/A" marks days on which a currency had no rate; they do not enter the mean. A month whose
    last day of data is not in its last week is left out: it is not over.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as bundle:
            text = bundle.read(bundle.namelist()[0]).decode("utf-8")
    except (zipfile.BadZipFile, UnicodeDecodeError, IndexError) as error:
        raise SourceChanged(f"the ECB history is no archive of one CSV: {error}") from error
    rates: dict[tuple[str, str], list[float]] = defaultdict(list)
    last_day = ""
    for row in csv.DictReader(io.StringIO(text)):
        day = row.pop("Date")
        last_day = max(last_day, day)
        for currency, rate in row.items():
            if currency and rate and rate != "N/A":
                rates[day[:7], currency].append(float(rate))
    open_month = last_day[:7] if int(last_day[8:] or 0) < 24 else None
    for (month, currency), values in sorted(rates.items()):
        if month != open_month:
            yield month, currency, float(f"{fmean(values):.6g}"), len(values)
