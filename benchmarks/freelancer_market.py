"""A simulated Freelancer.com with a known history, answering its search as the API does.

Budgets sit on the platform's ranges and drift, bids are skewed and grow over the years, both shift
with the hour of the day and the day (projects of one window of time resemble each other), and
projects arrive unevenly. Everything follows from the seed. Used by the coverage study here and,
over real HTTP, by the tests.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

RANGES = np.array([[10, 30], [30, 250], [250, 750], [750, 1500], [1500, 3000], [3000, 5000]])
SKILLS = {  # id: (name, category); the names stand in the crosswalk
    3: ("PHP", "Websites, IT & Software"),
    13: ("Python", "Websites, IT & Software"),
    20: ("Graphic Design", "Design, Media & Architecture"),
    21: ("Copywriting", "Writing & Content"),
    22: ("Article Writing", "Writing & Content"),
    36: ("Data Entry", "Data Entry & Admin"),
    22039: ("SEO", "Internet Marketing"),
}
CURRENCIES = {"USD": 1.0, "EUR": 1.1, "INR": 0.012}
HOUR, DAY = 3600, 86400


@dataclass
class Market:
    """Projects sorted by posting time; arrays are parallel."""

    posted: np.ndarray  # Unix seconds
    budget: np.ndarray  # index into RANGES
    bids: np.ndarray
    skill: np.ndarray  # a key of SKILLS
    second_skill: np.ndarray

    def between(self, first: int, last: int) -> slice:
        """Return the projects posted from `first` to `last`, Unix seconds, both included."""
        return slice(
            int(np.searchsorted(self.posted, first, "left")),
            int(np.searchsorted(self.posted, last, "right")),
        )


def market(seed: int, begin: str, end: str, projects: int) -> Market:
    """Return a market of about `projects` projects between two days."""
    rng = np.random.default_rng(seed)
    first, last = (
        int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()) for day in (begin, end)
    )
    hours = np.arange(first, last, HOUR)
    years = (hours - first) / (365.25 * DAY)
    of_day = np.sin(2 * np.pi * (hours % DAY) / DAY)
    day_shock = np.repeat(rng.normal(0, 0.25, len(hours) // 24 + 1), 24)[: len(hours)]
    rate = np.exp(0.3 * of_day + 0.05 * years + day_shock + rng.normal(0, 0.2, len(hours)))
    counts = rng.poisson(rate * projects / rate.sum())
    hour = np.repeat(np.arange(len(hours)), counts)
    n = len(hour)
    posted = np.sort(hours[hour] + rng.integers(0, HOUR, n))
    price_shock = rng.normal(0, 0.4, len(hours) // 24 + 1)[hour // 24]
    level = 1.4 + 0.08 * years[hour] + 0.3 * of_day[hour] + price_shock + rng.normal(0, 1.1, n)
    bids_mean = np.exp(2.2 + 0.1 * years[hour] - 0.2 * of_day[hour] + price_shock * 0.5)
    skills = np.array(list(SKILLS))
    return Market(
        posted,
        np.clip(np.round(level), 0, len(RANGES) - 1).astype(int),
        rng.poisson(bids_mean * rng.gamma(2, 0.5, n)),
        rng.choice(skills, n, p=[0.25, 0.2, 0.18, 0.12, 0.1, 0.1, 0.05]),
        rng.choice(skills, n),
    )


def project(world: Market, index: int) -> dict[str, Any]:
    """Return one project as the API sends it, compact."""
    low, high = RANGES[world.budget[index]]
    skills = sorted({int(world.skill[index]), int(world.second_skill[index])})
    bids, when = int(world.bids[index]), int(world.posted[index])
    code = list(CURRENCIES)[index % 10 if index % 10 < 3 else 0]
    rate = CURRENCIES[code]
    return {
        "id": 1_000_000 + index,
        "owner_id": 5,
        "title": f"Invented project {index}",
        "status": "closed",
        "sub_status": "closed_awarded" if index % 3 else "closed_expired",
        "seo_url": f"php/invented-project-{index}",
        "currency": {"id": 1, "code": code, "sign": "$", "exchange_rate": rate},
        "description": f"Invented description of project {index}.",
        "jobs": [
            {"id": s, "name": SKILLS[s][0], "category": {"id": 1, "name": SKILLS[s][1]}}
            for s in skills
        ],
        "type": "hourly" if index % 7 == 0 else "fixed",
        "bidperiod": 7,
        "budget": {"minimum": float(low / rate), "maximum": float(high / rate)},
        "bid_stats": {
            "bid_count": bids,
            "bid_avg": float((low + high) / 2 / rate) if bids else 0.0,
        },
        "time_submitted": when,
        "time_updated": when,
        "submitdate": when,
        "frontend_project_status": "complete",
        "upgrades": {"sealed": False, "urgent": False, "NDA": False, "fulltime": False},
        "hidebids": False,
        "language": "en",
        "local": False,
        "hireme": False,
        "deleted": False,
    }


def answer(world: Market, path: str, query: Mapping[str, Sequence[str]]) -> bytes:
    """Return the body the API gives for a path and its query."""
    if path.endswith("/jobs/"):
        skills = [{"id": id_, "name": name} for id_, (name, _) in SKILLS.items()]
        return _envelope(skills)
    if path.endswith("/directory/"):
        wanted = [int(id_) for id_ in query.get("jobs[]", [])]
        return _envelope({"users": [], "total_count": 1000 + sum(wanted)})
    chosen = _search(world, query)
    offset, limit = (
        int(query.get(name, [default])[0]) for name, default in (("offset", 0), ("limit", 10))
    )
    page = [project(world, int(i)) for i in chosen[offset : offset + min(limit, 100)]]
    return _envelope({"projects": page, "total_count": len(chosen)})


def _search(world: Market, query: Mapping[str, Sequence[str]]) -> np.ndarray:
    if "projects[]" in query:
        ids = np.array([int(id_) - 1_000_000 for id_ in query["projects[]"]])
        return ids[(ids >= 0) & (ids < len(world.posted))]
    span = world.between(int(query["from_time"][0]), int(query["to_time"][0]))
    chosen = np.arange(len(world.posted))[span]
    if "jobs[]" in query:
        wanted = [int(id_) for id_ in query["jobs[]"]]
        has = np.isin(world.skill[span], wanted) | np.isin(world.second_skill[span], wanted)
        chosen = chosen[has]
    return chosen[::-1]  # newest first


def _envelope(result: Any) -> bytes:
    return json.dumps({"status": "success", "result": result, "request_id": "0" * 32}).encode()
