"""US consumer prices (CPI-U, all items, US city average), monthly, index 1982-84 = 100.

Read are the answers of the Bureau's public data service, where values and years are texts and M13
is the year's average (left out), and a third party's CSV of the same figures (Date, Index,
Inflation), which reaches further back: without a key a GET answers with the last three years only.

A single month that was not published ("-", or no row) between two that were is the mean of both,
flagged `interpolated`: October 2025, when the government was shut. In a longer gap, or at an end,
nothing is filled in: a "-" there is a point without value, flagged `unpublished`. Months before
1995 are older than any listing and are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from etl.asking import Ask, Payload
from etl.contracts import EARLIEST, Budget, Capture, Reject, Source, SourceChanged, Terms
from etl.parse.records import csv_records
from etl.sources._api import json_body, located, need, records_at
from etl.sources._series import Point, first_day

FOLDER = "https://api.bls.gov/publicAPI/v1/timeseries/data"
TERMS = "https://www.bls.gov/developers/termsOfService.htm"
SOURCE = Source(
    id="bls",
    title="US consumer price index (CPI-U), monthly",
    publisher="US Bureau of Labor Statistics",
    platform="bls",
    kind="series",
    url=f"{FOLDER}/CUUR0000SA0",
    licence="US public domain, source to be named",
    licence_url="https://www.bls.gov/bls/linksite.htm",
    citation="US Bureau of Labor Statistics, CPI-U, US city average, all items, not seasonally"
    " adjusted (CUUR0000SA0). BLS.gov cannot vouch for the data or analyses derived from these"
    " data after the data have been retrieved from BLS.gov.",
    caveat="Prices of US households, not of freelance work. October 2025 was never published and"
    " is interpolated. Without a key the Bureau sends the last three years only.",
    cadence_days=31,
    republish_rows=True,
    is_incremental=True,
    hosts=("api.bls.gov",),
    budget=Budget(seconds_between=5.0, requests_per_day=4),
    terms=Terms(
        url=TERMS,
        read_on="2026-11-24",
        found="Not read at its address. By others' quotations users name the Bureau and the day of"
        " retrieval, say that it cannot vouch for what is derived, and do not use its emblem; the"
        " site's terms of use (opening read) block robots that are excessive or name no contact.",
        read_in_full=False,
    ),
)

SERIES = {"CUUR0000SA0": "cpi_u_nsa", "CUSR0000SA0": "cpi_u_sa"}
INDEX = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?")
UNPUBLISHED = (None, "", "-")

# A month as a payload writes it: where it stands, its first day, and its index.
Month = tuple[str, datetime, str | None]


def extract(ask: Ask) -> Iterator[Payload]:
    """Ask for the index as published; the form with years is a POST, and is not used."""
    yield Payload("CUUR0000SA0.json", ask.get(f"{FOLDER}/CUUR0000SA0"))


def normalise(body: bytes, capture: Capture) -> Iterator[Point | Reject]:
    """Yield one point per month, and one for a single missing month between two."""
    if body.lstrip()[:1] != b"{":
        yield from _points("cpi_u_nsa", _csv_months(body))
        return
    answered = list(_answered(json_body(body)))
    known = [(SERIES[name], data) for name, data in answered if name in SERIES]
    if answered and not known:
        raise SourceChanged(f"it holds another series than {' or '.join(SERIES)}")
    for name, data in known:
        yield from _points(name, _api_months(data))
    for name in (name for name, _ in answered if name not in SERIES):
        yield Reject("series", f"{name[:40]!r} is another series than {' or '.join(SERIES)}")


def _points(series: str, months: Iterable[Month | Reject]) -> Iterator[Point | Reject]:
    values: dict[datetime, float] = {}
    missing: set[datetime] = set()
    unreadable: set[datetime] = set()  # published, so not to be interpolated
    point = {"series_id": series, "grain": "month", "geo": "US"}
    for item in months:
        if isinstance(item, Reject):
            yield item
            continue
        locator, month, cell = item
        if month < EARLIEST:
            continue
        if cell in UNPUBLISHED:
            missing.add(month)
        elif not INDEX.fullmatch(cell) or not float(cell):
            unreadable.add(month)
            yield Reject(locator, f"{cell[:40]!r} is no index")
        else:
            values[month] = float(cell)
            yield point | {"period_start": month, "value": float(cell)}
    means = _means(values)
    for month in sorted((missing | means.keys()) - values.keys() - unreadable):
        flags = "interpolated" if month in means else "unpublished"
        yield point | {"period_start": month, "value": means.get(month), "flags": flags}


def _means(values: dict[datetime, float]) -> dict[datetime, float]:
    """Return month -> mean of its neighbours, for single months without a value between two."""
    gaps = {_after(month) for month in values} - values.keys()
    return {
        gap: round((values[_before(gap)] + values[_after(gap)]) / 2, 4)
        for gap in gaps
        if _after(gap) in values
    }


def _after(month: datetime) -> datetime:
    return datetime(month.year + month.month // 12, month.month % 12 + 1, 1)


def _before(month: datetime) -> datetime:
    return datetime(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)


def _answered(answer: dict[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    said = [answer.get("status"), *_texts(answer.get("message"))]
    if said[0] != "REQUEST_SUCCEEDED":
        raise SourceChanged(f"the Bureau answers {' '.join(_texts(said))[:160]!r}")
    results = answer.get("Results")  # an object; a list of one in the Bureau's own examples
    for result in results if isinstance(results, list) else [results]:
        for series in records_at({"Results": result}, "Results", "series"):
            name = series.get("seriesID") if isinstance(series, dict) else None
            yield str(name), records_at(series, "data")


def _texts(value: Any) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


def _api_months(data: list[Any]) -> Iterator[Month | Reject]:
    for locator, record in located(data, ("year", "period", "value"), "month"):
        try:
            year, period = need(record, "year", str), need(record, "period", str)
            if "value" not in record:
                raise ValueError("value is missing")
            value = record["value"]
            cell = value.strip() if isinstance(value, str) else None if value is None else "no text"
            if period == "M13":
                continue
            if not re.fullmatch("M(0[1-9]|1[0-2])", period):
                raise ValueError(f"period {period[:20]!r} is no month")
            yield locator, first_day(f"{year}-{period[1:]}", "month"), cell
        except ValueError as error:
            yield Reject(locator, str(error))


def _csv_months(body: bytes) -> Iterator[Month | Reject]:
    for item in csv_records(body, ("Date", "Index")):
        if isinstance(item, Reject):
            yield item
            continue
        locator, record = item
        try:
            month = first_day(record["Date"])
            if month.day != 1:
                raise ValueError(f"{record['Date']!r} is not the first day of a month")
        except ValueError as error:
            yield Reject(locator, str(error))
            continue
        yield locator, month, record["Index"]
