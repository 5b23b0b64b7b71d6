"""Numbers, periods and evidence in words: how every page writes them."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

GRADES = {
    "A": "A: 200 listings or more",
    "B": "B: 50 to 199 listings, or more but weakened by the design",
    "C": "C: 15 to 49 listings, or more but weakened by the design",
    "D": "D: too thin for its design, withheld",
    "R": "R: as published by its producer",
}
FLAGS = {
    "anomaly": "an artefact of the data, not of the market",
    "anomaly_spike": "an artefact of the data, not of the market",
    "assumed_hires": "assumes that every listing hires one",
    "capped_page": "a capped number per page: not a market",
    "carried": "carried from an earlier edition",
    "cross_section": "two dated cross-sections, no trend",
    "defect_capture": "a capture known to be defective",
    "derived": "derived from other published figures",
    "evidence_b": "published, read through notes",
    "evidence_c": "published, read through the press or a company",
    "few_captures": "two to four captures: the interval may be too narrow",
    "incomplete": "the period is not covered whole",
    "lower_bound": "a lower bound",
    "measure_spread": "ends span the published measures",
    "method_break": "the method changes here",
    "model_labelled": "sorted by our classifier, not by the platform",
    "partial": "partial period",
    "possible_source_change": "the source may have changed here",
    "selected_query": "one selected query, not a market",
    "single_snapshot": "a single snapshot",
    "suppressed": "some withheld: too thin to show",
    "title_only": "bare titles: a lower bound",
    "too_narrow": "its interval held less than 90 % of past outcomes",
    "trailing_twelve_months": "twelve trailing months",
    "two_collectors": "two collectors, who see different listings",
    "undated": "known to the year at best",
    "unmerged_spelling": "spelt two ways at the source",
    "unverified": "not verified",
}
MISSING = "–"
ODD = "partial|anomaly|incomplete|trailing"  # flags of periods no headline may rest on
BREAKS = "method_break|source_change"  # flags of periods where a series may not be comparable


def number(value: float | None, unit: str, decimals: int) -> str:
    """Return a value in its unit as a reader says it; shares as percentages.

    >>> number(0.0913, "share of listings (0-1)", 3), number(22.5, "US dollars per hour", 1)
    ('9.1 %', '$22.50')
    >>> number(20.0, "US dollars per project", 0), number(None, "", 0), number(8.9, "euro", 1)
    ('$20', '–', '€8.90')
    >>> number(-1234.5, "US dollars", 0), number(-13.25, "percent", 1)
    ('−$1,234', '−13.2 %')
    """
    if value is None:
        return MISSING
    if unit.startswith(("share", "probability")):
        return f"{100 * value:.{max(0, decimals - 2)}f} %"
    sign = "$" if unit.startswith("US dollars") else "€" if unit.startswith("euro") else ""
    if sign:
        cents = decimals > 0 and abs(value) < 1000
        text = (f"{abs(value):,.2f}" if cents else f"{abs(value):,.0f}").removesuffix(".00")
        return ("−" if value < 0 else "") + sign + text
    if unit.startswith("percent"):
        return f"{value:,.{min(decimals, 1)}f} %".replace("-", "−")
    text = f"{value:,.{decimals}f}"
    return re.sub(r"\.0+$", "", text)


def interval(lo: float | None, hi: float | None, unit: str, decimals: int) -> str:
    """Return a 95 % interval in words, or an empty text where there is none.

    >>> interval(0.08, 0.10, "share", 3)
    '8.0 % to 10.0 %'
    """
    if lo is None or hi is None:
        return ""
    return f"{number(lo, unit, decimals)} to {number(hi, unit, decimals)}"


def value(row: dict) -> str:
    """Say one number of a row with its interval.

    >>> value({"value": 0.25, "lo": 0.24, "hi": 0.26, "unit": "share", "decimals": 3})
    '25.0 % (24.0 % to 26.0 %)'
    """
    said = number(row["value"], row["unit"], row["decimals"])
    around = interval(row["lo"], row["hi"], row["unit"], row["decimals"])
    return f"{said} ({around})" if around else said


def period(start: date | None, grain: str) -> str:
    """Return a period as a reader says it.

    >>> period(date(2024, 7, 1), "month"), period(date(2026, 1, 1), "quarter")
    ('July 2024', 'Q1 2026')
    """
    if start is None:
        return "undated"
    if grain == "quarter":
        return f"Q{(start.month + 2) // 3} {start.year}"
    if grain == "year":
        return str(start.year) if start.month == 1 else f"the year from {start:%B %Y}"
    if grain in ("week", "day"):
        return f"{'the week of ' * (grain == 'week')}{start.day} {start:%B %Y}"
    return f"{start:%B %Y}"


def period_of(row: dict) -> str:
    """Return a row's period in words; a source of unknown date is "about" its year.

    >>> period_of({"period_start": date(2023, 1, 1), "grain": "snapshot", "flags": "undated"})
    'about 2023'
    """
    start = row["period_start"]
    if start is not None and "undated" in row["flags"]:
        return f"about {start.year}"
    return period(start, row["grain"])


def period_end(start: date, grain: str) -> date:
    """Return the last day of a period; a snapshot is known by its month.

    >>> period_end(date(2024, 2, 1), "month"), period_end(date(2025, 10, 1), "quarter")
    (datetime.date(2024, 2, 29), datetime.date(2025, 12, 31))
    """
    if grain in ("day", "week"):
        return start + timedelta(days=6 * (grain == "week"))
    last = {"quarter": start.month + 2, "year": start.month + 11}.get(grain, start.month)
    year, month = start.year + (last - 1) // 12, (last - 1) % 12 + 1
    return date(year, month, monthrange(year, month)[1])


def flag_words(flags: str) -> str:
    """Return the flags of a number in words."""
    return "; ".join(FLAGS.get(flag, flag.replace("_", " ")) for flag in flags.split(";") if flag)


def listed(words: list[str], most: int = 3) -> str:
    """Return words as a reader lists them, or their count when there are many.

    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c", "d"])
    ('a', 'a and b', '4 others')
    """
    if len(words) > most:
        return f"{len(words)} others"
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def plain(text: str) -> str:
    """Return text so that Markdown shows it as it is written."""
    return re.sub(r"([\\`*_\[\]<>~#|$])", r"\\\1", text)
