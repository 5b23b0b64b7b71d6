"""Prices in US dollars: at the posting month's mean ECB rate, or at a source's own rate of the day.

An average bid stands beside the price, never in it. A price without a rate stays unconverted and
is flagged; one outside its bounds is kept and flagged.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from etl.contracts import INT64, Capture
from etl.fx import Rates, usd_per_unit
from etl.tables import PLAUSIBLE_PRICE_USD

AGREES_WITHIN = 1.25  # no currency the ECB follows moved further within a month
OWN_RATE_DAYS = 31  # a source's own exchange rate is today's: it says nothing of older postings


def add_dollars(row: dict[str, Any], flags: set[str], capture: Capture, rates: Rates) -> None:
    """Convert prices, and the transient `bid_avg`, to dollars; `usd_per_unit` is a source's own."""
    own, bid_avg = row.pop("usd_per_unit", None), row.pop("bid_avg", None)
    if bid_avg is not None and not _is_number(bid_avg):
        row["bid_avg_usd"] = bid_avg  # the contract check names it
    amounts = [row.get("price_min"), row.get("price_max")]
    if not any(_is_number(amount) for amount in (*amounts, bid_avg)):
        return
    rate = _usd_per_unit(row, own, flags, capture, rates)
    if rate is None:
        flags.add("rate_missing")
        return
    if _is_number(bid_avg):
        row["bid_avg_usd"] = bid_avg * rate
    low, high = _plausible(row, flags)
    for name, amount in zip(("price_min_usd", "price_max_usd"), amounts, strict=True):
        if _is_number(amount):
            row[name] = amount * rate
            if not low <= row[name] <= high:
                flags.add("price_implausible")


def _plausible(row: dict[str, Any], flags: set[str]) -> tuple[float, float]:
    if "period_unknown" in flags:
        return PLAUSIBLE_PRICE_USD["unknown"]
    pricing, period = row.get("pricing_type") or "", row.get("price_period")
    return PLAUSIBLE_PRICE_USD.get(f"{pricing} per {period}") or PLAUSIBLE_PRICE_USD.get(
        pricing, (0, float("inf"))
    )


def _usd_per_unit(
    row: dict[str, Any], own: Any, flags: set[str], capture: Capture, rates: Rates
) -> float | None:
    """Return the rate of the posting's time: the source's own while young, else the ECB's."""
    currency = row.get("currency")
    if currency == "USD":
        return 1.0
    month = _posting_month(row, capture)
    found = None
    if month is not None and isinstance(currency, str):
        found = usd_per_unit(currency, month, rates)
    if not (_is_number(own) and 0 < own < float("inf")):
        return found
    if found is None:
        flags.update({"rate_of_capture"} if not _is_young(row) else ())
        return float(own)
    if not 1 / AGREES_WITHIN < own / found < AGREES_WITHIN:
        flags.add("rate_disputed")  # the inverse sense, or another currency's
        return found
    return float(own) if _is_young(row) else found


def _is_young(row: dict[str, Any]) -> bool:
    """Was it posted so lately that today's rate is the rate of its time?"""
    posted, seen = row.get("posted_at"), row.get("observed_at")
    dated = isinstance(posted, datetime) and isinstance(seen, datetime)
    return not dated or (seen - posted).days <= OWN_RATE_DAYS


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= INT64


def rate_key(row: dict[str, Any], rates: Rates) -> str | None:
    """Return currency:month whose rate a row's dollars rest on, or the day of a running month."""
    currency = row.get("currency")
    if currency in (None, "USD"):
        return None
    is_dated = row.get("posted_at") is not None and row.get("posted_precision") != "year"
    moment = row["posted_at"] if is_dated else row.get("observed_at")
    if moment is None:
        return None
    period = f"{moment:%Y-%m}" if (f"{moment:%Y-%m}", "USD") in rates else f"{moment:%Y-%m-%d}"
    return f"{currency}:{period}"


def _posting_month(row: dict[str, Any], capture: Capture) -> datetime | None:
    """When it was posted; else when it was seen, as far as either is known to the month."""
    if isinstance(row.get("posted_at"), datetime) and row.get("posted_precision") != "year":
        return row["posted_at"]
    if capture.precision in ("year", "unknown"):
        return None
    return capture.captured_at
