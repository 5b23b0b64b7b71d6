"""European Central Bank: daily euro reference rates, units of a currency per euro, since 1999.

Read are the history archive (one CSV, newest day first), that CSV unpacked, the one-day CSV, which
spells its day "13 April 2026" and puts a space after each comma, and the XML form of either. "N/A"
or an empty cell says that a currency had no rate that day: no point and no reject. Weekends and
TARGET holidays have no day, ended series (RUB 1 March 2022, HRK 30 December 2022, BGN 31 December
2025) stay ended: nothing is carried here (`etl/fx.py` does).
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime

from lxml import etree

from etl.asking import Ask, Payload
from etl.contracts import Budget, Capture, Reject, Source, SourceChanged, Terms
from etl.parse.records import csv_records
from etl.sources._api import is_rested
from etl.sources._series import Point, first_day

HOURS_BETWEEN = 6.5 * 24  # rates are carried for a week, and each answer is the whole history
ADDRESS = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist.zip"
POLICY = (
    "https://www.ecb.europa.eu/stats/ecb_statistics/governance_and_quality_framework/html/"
    "usage_policy.en.html"
)
SOURCE = Source(
    id="ecb",
    title="Euro foreign exchange reference rates, daily",
    publisher="European Central Bank",
    platform="ecb",
    kind="series",
    url=ADDRESS,
    licence="free reuse, source to be named, figures unchanged",
    licence_url=POLICY,
    citation="European Central Bank, euro foreign exchange reference rates; monthly means and"
    " amounts in US dollars are our calculations from them",
    caveat="Set on working days at about 16:00 CET, for information and not for transactions."
    " About 30 currencies: none of Pakistan, Bangladesh, Ukraine, Nigeria, Kenya, Egypt, Argentina"
    " or Vietnam, and none of Russia since March 2022.",
    cadence_days=7,
    republish_rows=True,
    is_incremental=True,
    hosts=("www.ecb.europa.eu",),
    budget=Budget(seconds_between=5.0, requests_per_day=4),
    terms=Terms(
        url=POLICY,
        read_on="2026-11-24",
        found="Not read at its address. By stored copies and quotations of it, statistics of the"
        " European central banks may be reused free of charge if the source is named and they are"
        " not modified; the site's disclaimer asks that changes be stated.",
        read_in_full=False,
    ),
)

MAX_BYTES = 64 << 20  # of the CSV in the archive (1.9 MB in 2026), or of the XML
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others may claim gigabytes to unpack
BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError)
RATE = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?")
CURRENCY = re.compile("[A-Z]{3}")
NO_RATE = (None, "", "N/A")

# A day as a payload writes it: where it stands, its date, and (currency, rate) cells.
Day = tuple[str, str | None, Iterable[tuple[str, str | None]]]


def extract(ask: Ask) -> Iterator[Payload]:
    """Ask, once a week, for the whole history: the only file that never leaves a gap."""
    if is_rested(ask, HOURS_BETWEEN):
        answer = ask.get(ADDRESS, kind="zip")
        yield Payload("eurofxref-hist.zip", answer, {"asked_at": answer.moment.isoformat()})


def normalise(body: bytes, capture: Capture) -> Iterator[Point | Reject]:
    """Yield one point per day and currency with a rate."""
    for item in _days(body):
        if isinstance(item, Reject):
            yield item
            continue
        locator, date, cells = item
        try:
            day = first_day(date)
        except ValueError as error:
            yield Reject(locator, str(error))
            continue
        for currency, cell in cells:
            if cell not in NO_RATE:
                yield _point(locator, day, currency, cell)


def _point(locator: str, day: datetime, currency: str, cell: str) -> Point | Reject:
    if not CURRENCY.fullmatch(currency) or not RATE.fullmatch(cell) or not float(cell):
        return Reject(locator, f"{currency[:20]!r}: {cell[:40]!r} is no rate")
    return {
        "series_id": "units_per_eur",
        "grain": "day",
        "period_start": day,
        "dims": f"currency={currency}",
        "value": float(cell),
    }


def _days(body: bytes) -> Iterator[Day | Reject]:
    if body.startswith(b"PK"):
        return _csv_days(_unpacked(body))
    return _xml_days(body) if body.lstrip()[:1] == b"<" else _csv_days(body)


def _unpacked(body: bytes) -> bytes:
    """Return the one file of an archive; its name and path are not used."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            members = archive.infolist()
            if len(members) != 1:
                raise SourceChanged(f"the archive holds {len(members)} files, not one CSV")
            if members[0].file_size > MAX_BYTES or members[0].compress_type not in METHODS:
                raise SourceChanged("its file is packed in another way or too large")
            with archive.open(members[0]) as file:
                return file.read(members[0].file_size)  # no more, whatever the file unpacks to
    except BROKEN as error:
        raise SourceChanged(f"it is no whole archive of one CSV ({str(error)[:80]})") from error


def _csv_days(body: bytes) -> Iterator[Day | Reject]:
    is_first = True
    for item in csv_records(body, ("Date",)):
        if isinstance(item, Reject):
            yield item
            continue
        locator, record = item
        cells = {name.strip(): (cell or "").strip() for name, cell in record.items()}
        if is_first:
            odd = [name for name in cells if not CURRENCY.fullmatch(name)]
            if set(odd) - {"Date", ""} or len(cells) < len(record):
                raise SourceChanged(f"its columns are not currencies: {', '.join(cells)[:200]!r}")
            is_first = False
        date = cells.pop("Date")
        cells.pop("", None)  # every line ends with a comma
        yield locator, date, cells.items()


def _xml_days(body: bytes) -> Iterator[Day]:
    if len(body) > MAX_BYTES:
        raise SourceChanged("the XML is too large")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SourceChanged(f"it is no XML ({str(error)[:80]})") from error
    days = [cube for cube in root.iter("{*}Cube") if cube.get("time") is not None]
    if root.getroottree().docinfo.doctype or not days:
        raise SourceChanged("the XML holds no Cube with a time, or declares a document type")
    for number, day in enumerate(days, start=1):
        cubes = day.iterchildren("{*}Cube")
        yield (
            f"day {number}",
            day.get("time"),
            [(cube.get("currency") or "", cube.get("rate")) for cube in cubes],
        )
