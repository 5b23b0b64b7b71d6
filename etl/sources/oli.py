"""Online Labour Index: new vacancies on large freelance platforms, monthly level by occupation.

Index points with the total of May 2016 at 100: the groups add up to the total, so a group's share
is its level over the total (without microwork: over the total less microwork). Known defects are
flagged on the point, never repaired:

- `anomaly_spike` March and April 2022, every group: a platform artefact (writing +48 %, clerical
  +73 % against the months around them); leave both months out of comparisons.
- `method_break` March and April 2021, microwork and the total it is part of: a new platform was
  added, microwork rose from 6 to 40 points. Compare across it without microwork.
- `possible_source_change` September 2023, writing: -19 % in one month; show with and without it.
- `partial` August 2024: the last files are of that August and of early September, so nothing says
  that the month is whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from etl.contracts import Capture, Reject, Source
from etl.sources._series import Point, dims, first_day, points

SOURCE = Source(
    id="oli",
    title="Online Labour Index, monthly level by occupation group",
    publisher="Oxford Internet Institute: Kässi and Lehdonvirta",
    platform="online_labour_index",
    kind="series",
    url="https://doi.org/10.6084/m9.figshare.3761562",
    licence="CC BY 4.0",
    licence_url="https://creativecommons.org/licenses/by/4.0/",
    citation="Kässi, O. and Lehdonvirta, V. (2018), Online Labour Index, Technological Forecasting"
    " and Social Change 137:241-248; data: figshare 10.6084/m9.figshare.3761562",
    caveat="Collection ended in summer 2024, so it can only describe the past. English-language"
    " platforms mostly; vacancies posted, not work done. March and April 2022 hold a platform"
    " artefact, microwork changed its source in March and April 2021, writing may have changed one"
    " in September 2023, and the last month may be incomplete.",
    files="series/oli_*.csv",
)

GROUPS = [
    "clerical_data_entry",
    "creative_multimedia",
    "microwork",
    "professional_services",
    "sales_marketing",
    "software_dev_tech",
    "writing_translation",
]
DEFECTS = {  # month -> flag, groups it concerns
    "2021-03": ("method_break", {"microwork", "all"}),
    "2021-04": ("method_break", {"microwork", "all"}),
    "2022-03": ("anomaly_spike", {*GROUPS, "all"}),
    "2022-04": ("anomaly_spike", {*GROUPS, "all"}),
    "2023-09": ("possible_source_change", {"writing_translation"}),
    "2024-08": ("partial", {*GROUPS, "all"}),
}


def normalise(body: bytes, capture: Capture) -> Iterator[Point | Reject]:
    """Yield one point per month and occupation group, and one for the total."""
    yield from points(body, {("date", "total", *GROUPS): _month})


def _month(record: Mapping[str, str | None], newest: str) -> Iterator[Point]:
    month = first_day(record["date"])
    if month.day != 1:
        raise ValueError(f"{record['date']!r} is not the first day of a month")
    flag, concerned = DEFECTS.get(f"{month:%Y-%m}", ("", set()))
    for column in (*GROUPS, "total"):
        group = "all" if column == "total" else column
        yield {
            "series_id": "oli_level",
            "grain": "month",
            "period_start": month,
            "dims": dims(occupation_group=group),
            "value": record[column],
            "flags": flag if group in concerned else "",
        }
