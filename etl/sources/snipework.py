"""SnipeWork's Upwork market index: weekly posts, shares and prices, by category and by country.

Every file has series of its own names, since a newer payload replaces its series whole. `n` is all
posts of the cell: prices rest on those of one pricing type among them, a number not published.
The country file spells some countries in two ways ("United States" and "USA"): labels stay as
spelt, three-letter codes carry `unmerged_spelling`, and add up before comparing countries. Only
the weekly file marks a running week; in the others the newest week is `partial`, as it is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from etl.asking import Ask, Payload
from etl.contracts import Budget, Capture, Reject, Source, Terms
from etl.sources._series import Point, dims, first_day, points

SOURCE = Source(
    id="snipework",
    title="SnipeWork Upwork market index, weekly",
    publisher="SnipeWork",
    platform="upwork",
    kind="series",
    url="https://github.com/snipeworkapp-oss/upwork-market-data",
    licence="CC BY 4.0",
    licence_url="https://creativecommons.org/licenses/by/4.0/",
    citation="SnipeWork, Upwork Market Index (snipework.com/market/index)",
    caveat="What part of Upwork its scans see is not published, so levels are no market size."
    " Budgets are means of range midpoints; hourly rates above 500 dollars and empty budgets are"
    " left out by the producer. Country counts split some countries over two spellings.",
    cadence_days=7,
    files="series/snipework_*.csv",
    hosts=("raw.githubusercontent.com",),
    budget=Budget(seconds_between=2.0, requests_per_day=60),
    terms=Terms(
        url="https://github.com/snipeworkapp-oss/upwork-market-data/blob/main/LICENSE",
        read_on="2026-11-24",
        found="LICENSE and README of the repository, read whole in stored copies, put the data"
        " under CC BY 4.0: any use, with credit and a link. By the README the figures come from"
        " Upwork's own API, whose terms bind the producer and were not read.",
        read_in_full=True,
        allows=True,
    ),
    selected=True,
)

FOLDER = "https://raw.githubusercontent.com/snipeworkapp-oss/upwork-market-data/main/data"
FILES = ("weekly.csv", "categories.csv", "countries.csv")

WEEKLY = [
    "avg_fixed_usd",
    "median_fixed_usd",
    "avg_hourly_usd",
    "fixed_share",
    "hourly_share",
    "entry_share",
    "intermediate_share",
    "expert_share",
]
BY_CATEGORY = ["share", "avg_fixed_usd", "median_fixed_usd", "avg_hourly_usd"]


def extract(ask: Ask) -> Iterator[Payload]:
    """Ask for the three files the producer renews on Mondays."""
    for name in FILES:
        yield Payload(name, ask.get(f"{FOLDER}/{name}", kind="csv"))


def normalise(body: bytes, capture: Capture) -> Iterator[Point | Reject]:
    """Yield the points of any of the three files."""
    files = {
        ("period_start", "week", "jobs_scanned", *WEEKLY, "is_partial"): _weekly,
        ("period_start", "week", "category_slug", "jobs", *BY_CATEGORY): _category,
        ("period_start", "week", "country", "jobs", "share"): _country,
    }
    yield from points(body, files)


def _weekly(record: Mapping[str, str | None], newest: str) -> Iterator[Point]:
    if record["is_partial"] not in ("0", "1"):
        raise ValueError(f"is_partial {record['is_partial']!r} is neither 0 nor 1")
    week = _week(record) | {"flags": "partial" if record["is_partial"] == "1" else ""}
    for column in ("jobs_scanned", *WEEKLY):
        yield week | {"series_id": column, "value": record[column], "n": record["jobs_scanned"]}


def _category(record: Mapping[str, str | None], newest: str) -> Iterator[Point]:
    week = _week(record) | {
        "dims": dims(category=record["category_slug"]),
        "flags": "partial" if record["period_start"] == newest else "",
    }
    for column in ("jobs", *BY_CATEGORY):
        name = f"category_{column}"
        yield week | {"series_id": name, "value": record[column], "n": record["jobs"]}


def _country(record: Mapping[str, str | None], newest: str) -> Iterator[Point]:
    country = record["country"] or ""
    flags = {
        "partial": record["period_start"] == newest,
        "unmerged_spelling": re.fullmatch("[A-Z]{3}", country),
    }
    week = _week(record) | {
        "dims": dims(country=country),
        "flags": ";".join(flag for flag, holds in flags.items() if holds),
    }
    for column in ("jobs", "share"):
        name = f"country_{column}"
        yield week | {"series_id": name, "value": record[column], "n": record["jobs"]}


def _week(record: Mapping[str, str | None]) -> Point:
    start = first_day(record["period_start"])
    if f"{start:%G-W%V-%u}" != f"{record['week']}-1":
        raise ValueError(f"{record['period_start']} is not the Monday of week {record['week']}")
    return {"grain": "week", "period_start": start}
