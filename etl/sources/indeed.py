"""Indeed Hiring Lab: share of job postings that mention AI, by country; US job postings index.

Both are daily seven-day trailing averages, so neighbouring days are not independent. The index is
100 on 1 February 2020, seasonally adjusted (sa) and not (nsa), for all and for new postings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from etl.asking import Ask, Payload
from etl.contracts import Budget, Capture, Reject, Source, Terms
from etl.sources._series import Point, dims, first_day, points

SOURCE = Source(
    id="indeed",
    title="Indeed Hiring Lab: AI share of postings and US postings index",
    publisher="Indeed Hiring Lab",
    platform="indeed",
    kind="series",
    url="https://github.com/hiring-lab",
    licence="CC BY 4.0",
    licence_url="https://creativecommons.org/licenses/by/4.0/",
    citation="Indeed Hiring Lab, AI Tracker (github.com/hiring-lab/ai-tracker) and Job Postings"
    " Index (github.com/hiring-lab/job_postings_tracker)",
    caveat="Employment postings on Indeed, not freelance work. A posting counts as AI when it holds"
    " one of Indeed's keywords, data science among them. Days are seven-day trailing averages; past"
    " values are revised when the seasonal factors are.",
    cadence_days=31,
    files="series/indeed_*.csv",
    hosts=("raw.githubusercontent.com",),
    budget=Budget(seconds_between=2.0, requests_per_day=60),
    terms=Terms(
        url="https://github.com/hiring-lab/job_postings_tracker#licence",
        read_on="2026-11-24",
        found="The README files of both repositories, read whole in stored copies, put the data"
        " under CC BY 4.0: free to use as long as Indeed Hiring Lab is named as the source.",
        read_in_full=True,
        allows=True,
    ),
)

FOLDER = "https://raw.githubusercontent.com/hiring-lab"
PATHS = (
    "ai-tracker/HEAD/AI_posting.csv",
    "job_postings_tracker/HEAD/US/aggregate_job_postings_US.csv",
)

VARIABLES = {"total postings": "total_postings", "new postings": "new_postings"}


def extract(ask: Ask) -> Iterator[Payload]:
    """Ask for the two published files."""
    for path in PATHS:
        yield Payload(path, ask.get(f"{FOLDER}/{path}", kind="csv"))


def normalise(body: bytes, capture: Capture) -> Iterator[Point | Reject]:
    """Yield the points of either file."""
    index = "date jobcountry indeed_job_postings_index_SA indeed_job_postings_index_NSA variable"
    files = {
        ("date", "jobcountry", "AI_share_postings"): _ai_share,
        tuple(index.split()): _postings_index,
    }
    yield from points(body, files)


def _ai_share(record: Mapping[str, str | None], newest: str) -> Iterator[Point]:
    yield _day(record) | {
        "series_id": "ai_posting_share_pct",
        "value": record["AI_share_postings"],
    }


def _postings_index(record: Mapping[str, str | None], newest: str) -> Iterator[Point]:
    variable = VARIABLES.get(record["variable"] or "")
    if variable is None:
        raise ValueError(f"variable {record['variable']!r} is none of {', '.join(VARIABLES)}")
    for adjusted in ("SA", "NSA"):
        yield _day(record) | {
            "series_id": f"postings_index_{adjusted.lower()}",
            "dims": dims(variable=variable),
            "value": record[f"indeed_job_postings_index_{adjusted}"],
        }


def _day(record: Mapping[str, str | None]) -> Point:
    country = record["jobcountry"] or ""
    if not re.fullmatch("[A-Z]{2}", country):
        raise ValueError(f"jobcountry {country[:60]!r} is no two-letter country code")
    return {"grain": "day", "period_start": first_day(record["date"]), "geo": country}
