"""Numbers, periods and evidence in words: how every page writes them."""

from __future__ import annotations

from datetime import date

GRADES = {
    "A": "A: 200 listings or more",
    "B": "B: 50 to 199 listings, or weakened by its design",
    "C": "C: 15 to 49 listings, or weakened by its design",
    "D": "D: too thin, withheld",
    "R": "R: as published by its producer",
}
FLAGS = {
    "anomaly_spike": "an artefact of the data, not of the market",
    "capped_page": "capped pages: no shares, no counts",
    "carried": "carried from an earlier edition",
    "defect_capture": "a capture known to be defective",
    "derived": "derived from other published figures",
    "lower_bound": "a lower bound",
    "method_break": "the method changes here",
    "partial": "partial period",
    "selected_query": "one selected query, not a market",
    "single_snapshot": "a single snapshot",
    "suppressed": "withheld: too few listings",
    "title_only": "bare titles: a lower bound",
    "trailing_twelve_months": "twelve trailing months",
    "undated": "known to the year at best",
    "unmerged_spelling": "spelt two ways at the source",
    "unverified": "not verified",
}
MISSING = "–"


def number(value: float | None, unit: str, decimals: int) -> str:
    """Return a value in its unit as a reader says it; shares as percentages.

    >>> number(0.0913, "share of listings (0-1)", 3), number(22.5, "US dollars per hour", 1)
    ('9.1 %', '$22.50')
    >>> number(100.0, "US dollars per project", 0), number(None, "", 0)
    ('$100', '–')
    """
    if value is None:
        return MISSING
    if unit.startswith("share"):
        return f"{100 * value:.{max(0, decimals - 2)}f} %"
    if unit.startswith("US dollars"):
        return f"${value:,.0f}" if decimals == 0 or value >= 1000 else f"${value:,.2f}"
    return f"{value:,.{decimals}f}"


def interval(lo: float | None, hi: float | None, unit: str, decimals: int) -> str:
    """Return a 95 % interval in words, or an empty text where there is none.

    >>> interval(0.08, 0.10, "share", 3)
    '8.0 % to 10.0 %'
    """
    if lo is None or hi is None:
        return ""
    return f"{number(lo, unit, decimals)} to {number(hi, unit, decimals)}"


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
        return str(start.year)
    if grain in ("week", "day"):
        return f"{'week of ' * (grain == 'week')}{start.day} {start:%B %Y}"
    return f"{start:%B %Y}"


def flag_words(flags: str) -> str:
    """Return the flags of a number in words."""
    return "; ".join(FLAGS.get(flag, flag.replace("_", " ")) for flag in flags.split(";") if flag)
