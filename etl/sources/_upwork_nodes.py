"""A job as Upwork's GraphQL sends it: the site's own node (2025) and the official search node.

Amounts are strings or null and 0 stands for none. `totalApplicants` is exact, null where unknown.
The duration's label is the client's answer ("1 to 3 months"); its `weeks` (9) only stand for it and
are read as that answer. Search hits are marked H^so^H inside texts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from etl.parse.dates import parse_timestamp, upwork_id_time
from etl.parse.durations import parse_duration_days
from etl.parse.html import html_to_text
from etl.sources._api import maybe, need
from etl.sources._listing import known
from etl.sources._pages import amount, inner, one_line, text_or_none

JOB_TYPES = {"HOURLY": "hourly", "FIXED": "fixed"}
TIERS = {
    "EntryLevel": "entry",
    "IntermediateLevel": "intermediate",
    "ExpertLevel": "expert",
    "ENTRY_LEVEL": "entry",
    "INTERMEDIATE": "intermediate",
    "EXPERT": "expert",
    "NONE": None,
}
WEEKS = {3: "less than 1 month", 9: "1 to 3 months", 18: "3 to 6 months", 52: "over 6 months"}
WORKLOADS = {
    "FULL_TIME": "FULL_TIME",
    "PART_TIME": "PART_TIME",
    "AS_NEEDED": "AS_NEEDED",
    "NOT_SURE": None,
}
JOB = "https://www.upwork.com/jobs/"


def job(node: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row of a node of either kind."""
    return _site_job(node) if "jobTile" in node else _api_job(node)


def posted_at(node: Any) -> Any:
    """Return when a node says it was published or else created, as it stands there."""
    tile = inner(node, "jobTile", "job")
    times = [inner(tile, "publishTime"), inner(tile, "createTime")]
    times += [inner(node, "publishedDateTime"), inner(node, "createdDateTime")]
    return next((time for time in times if isinstance(time, str) and time), None)


def _site_job(node: Mapping[str, Any]) -> dict[str, Any]:
    tile = need(node["jobTile"] if isinstance(node["jobTile"], dict) else {}, "job", dict)
    pricing = known(JOB_TYPES, need(tile, "jobType", str), "jobType")
    if pricing == "hourly":
        low, high = (_number(tile, name) for name in ("hourlyBudgetMin", "hourlyBudgetMax"))
        duration, currency = inner(tile, "hourlyEngagementDuration"), None
    else:
        sum_ = maybe(tile, "fixedPriceAmount", dict) or {}
        low = high = _number(sum_, "amount")
        duration = inner(tile, "fixedPriceEngagementDuration")
        currency = sum_.get("isoCurrencyCode")
    skills = inner(node, "ontologySkills")
    return _common(node) | {
        **_price(pricing, low, high, currency),
        **_duration(inner(duration, "label"), inner(duration, "weeks")),
        "skills": _labels(skills, "prefLabel"),
        "bids": maybe(tile, "totalApplicants", int),
        "experience_level": known(TIERS, maybe(tile, "contractorTier", str), "contractorTier"),
        "employment_type": known(
            WORKLOADS, maybe(tile, "hourlyEngagementType", str), "hourlyEngagementType"
        ),
        "client_country": text_or_none(inner(node, "upworkHistoryData", "client", "country")),
        "url": _url(tile.get("ciphertext")),
    }


def _api_job(node: Mapping[str, Any]) -> dict[str, Any]:
    """Read the official node, which names no job type: a sum above 0 is a fixed price."""
    sum_ = _number(node.get("amount") or {}, "rawValue")
    money = [node.get(f"hourlyBudget{end}") or {} for end in ("Min", "Max")]
    low, high = (_number(value, "rawValue") for value in money)
    currency = next((c for value in money if (c := inner(value, "currency"))), None)
    is_zero = sum_ is None and inner(node, "amount", "rawValue") is not None
    pricing = "fixed" if sum_ else "hourly" if is_zero or low or high else "unknown"
    if sum_:
        low, high, currency = sum_, sum_, inner(node, "amount", "currency")
    levels = [inner(node, "occupations", "category", "prefLabel") or node.get("category")]
    subs = inner(node, "occupations", "subCategories")
    first = inner(subs[0], "prefLabel") if isinstance(subs, list) and subs else None
    levels.append(first or node.get("subcategory"))
    return _common(node) | {
        **_price(pricing, low, high, currency),
        **_duration(node.get("durationLabel"), inner(node, "engagementDuration", "weeks")),
        "source_category": " > ".join(filter(None, map(text_or_none, levels))) or None,
        "skills": _labels(node.get("skills"), "prettyName", "name"),
        "bids": maybe(node, "totalApplicants", int),
        "experience_level": known(TIERS, maybe(node, "experienceLevel", str), "experienceLevel"),
        "client_country": text_or_none(inner(node, "client", "location", "country")),
        "url": _url(node.get("ciphertext")),
    }


def _common(node: Mapping[str, Any]) -> dict[str, Any]:
    native_id = need(node, "id", str).removeprefix("~02")
    posted = parse_timestamp(posted_at(node))
    created = upwork_id_time(native_id)
    return {
        "native_id": native_id,
        "side": "demand",
        "posted_at": posted[0] if posted else created,
        "posted_precision": posted[1] if posted else created and "second",
        "title": one_line(_unmarked(need(node, "title", str))),
        "text": html_to_text(_unmarked(maybe(node, "description", str) or "")) or None,
        "remote": True,
    }


def _unmarked(text: str) -> str:
    return text.replace("H^", "").replace("^H", "")


def _number(record: Any, key: str) -> float | None:
    """Read an amount of money that stands as a text; 0 and null are none."""
    value = inner(record, key)
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,6})?", value):
        value = float(value)
    return amount(key, value) or None


def _price(pricing: str, low: float | None, high: float | None, currency: Any) -> dict[str, Any]:
    """Return the columns of a price; Upwork leaves its currency out, and it is the US dollar."""
    if low is not None and high is not None and low > high:
        raise ValueError(f"low amount {low:g} is above high amount {high:g}")
    row = {"pricing_type": pricing, "price_period": "hour" if pricing == "hourly" else None}
    if low is None and high is None:
        return row
    return row | {
        "price_min": low,
        "price_max": high,
        "currency": text_or_none(currency) or "USD",
    }


def _duration(label: Any, weeks: Any) -> dict[str, Any]:
    days = parse_duration_days(text_or_none(label))
    if days is None and (length := amount("weeks", weeks)):
        days = parse_duration_days(WEEKS.get(length)) or (length * 7, length * 7)
    return {"duration_days_low": days[0], "duration_days_high": days[1]} if days else {}


def _labels(skills: Any, *keys: str) -> list[str] | None:
    if not isinstance(skills, list):
        return None
    spelled = ([text_or_none(inner(skill, key)) for key in keys] for skill in skills)
    return [next(filter(None, names)) for names in spelled if any(names)] or None


def _url(ciphertext: Any) -> str | None:
    """Return a job's address from its ciphertext, which has its tilde or has lost it.

    >>> _url("021924000000000000000")
    'https://www.upwork.com/jobs/~021924000000000000000'
    """
    code = text_or_none(ciphertext)
    return f"{JOB}~{code.removeprefix('~')}" if code and code.strip("~").isalnum() else None
