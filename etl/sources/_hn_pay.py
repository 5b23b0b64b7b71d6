"""Pay in the free text of a post: certain, or left out.

A figure counts as pay only when all of this holds:

1. it has a currency, or stands right behind the word "rate" and says what it is paid per;
2. it stands in the post's first line with its period or as a part of its own; or behind a word for
   pay on its line, or right before one; or it is per hour and begins a clause. Without a period it
   must be a salary of 20,000 or more;
3. no word beside it says that it is something else: funding, revenue, prices, costs, bonuses;
4. its amount is one that is paid for its period;
5. a bare "$" beside a place that has dollars of its own is no US dollar: flag `currency_unclear`;
6. the first line comes before the rest, and one pay is left: two are two roles, `several_rates`.

A salary that names no period is not said to be yearly: flag `period_unknown`. "Budget: $3,000" is a
fixed price, in the thread for freelancers only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any, NamedTuple

from etl.parse.currency import CODE, SYMBOL
from etl.parse.money import Money, parse_money

HEADER_CHARS = 300
BESIDE = 80  # characters before a figure that are read
MOST_FIGURES = 200  # a text with more is a table or an attack, and no pay in it is certain

_MARK = rf"(?:{SYMBOL}|{CODE})"
_AMOUNT = (
    rf"(?:{_MARK}\s?){{0,2}}(?:[0-9]{{1,3}}(?:[,.][0-9]{{3}}){{1,2}}|[0-9]{{1,6}}(?:\.[0-9]{{1,2}})?)"
    rf"(?:\s?[kK])?\+?(?:\s?{_MARK})?(?![\w%]|[.,'][0-9]|\s?(?:[mMbB]illion|MM?\b|[bB]n\b))"
)
_PER = (
    r"(?:\s?/\s?(?i:(?:hour|hr|day|week|wk|month|mth|mo|year|yr|annum)s?|[hdwmy])\b(?![-/])"
    r"|\s(?:per|an?)\s(?i:hour|hr|day|week|month|year|annum)\b(?!-)"
    r"|\s(?i:hourly|daily|weekly|monthly|yearly|annual(?:ly)?)\b|\s?p\.?a\.?(?![A-Za-z]))"
)
_SPAN = re.compile(rf"(?<![\w.,/$€£+-]){_AMOUNT}{_PER}?(?:\s?(?:-|–|—|\bto\b)\s?{_AMOUNT}{_PER}?)?")
_LEAD = r"\W{0,3}(?:(?:is|of|from|at|about|around|up to|starts? at|starting at)\s){0,2}\W{0,2}$"
_PAY = re.compile(
    r"\b(?:salar(?:y|ies)|pay(?:s|ing)?|paid|compensation|comp|base|wages?|ote|rates?|remuneration)"
    r"\b[^.;\n]{0,60}$",
    re.IGNORECASE,
)
_PAY_AFTER = re.compile(r"\s?(?:base|salary|annual salary|ote)\b", re.IGNORECASE)
_RATE = re.compile(rf"\brates?\b{_LEAD}", re.IGNORECASE)
_BUDGET = re.compile(rf"(?:^|[|.\n])\W{{0,4}}(?:(?:my|our|the) )?budget\b{_LEAD}", re.IGNORECASE)
_PER_BEFORE = re.compile(
    rf"\b(hour|dai|day|week|month|annual|year)(?:ly)?(?:\s(?:rates?|pay|salary))?{_LEAD}",
    re.IGNORECASE,
)
_AT_MOST = re.compile(r"\b(?:up to|max(?:imum)?(?: of)?|at most)\W{0,3}$", re.IGNORECASE)
_AT_LEAST = re.compile(
    r"\b(?:from|at least|min(?:imum)?(?: of)?|start(?:s|ing)?(?: at| around| from)?)\W{0,3}$",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"\b(?:rais(?:e|ed|es|ing)|fund(?:s|ed|ing)?|seed|series|round|backed|invest\w*|valu\w+|arr|mrr"
    r"|revenues?|gmv|sales|profit\w*|sav(?:e|ed|es|ing|ings)|costs?|costing|spend\w*|spent|charg\w+"
    r"|pric\w+|worth|process\w*|generat\w+|budgets?|burn|bill\w*|invoice\w*|stipends?|bonus\w*"
    r"|refer|referr\w+|allowance|sign(?:ing|-on)|relocation|prizes?|grants?|401k?|equipment|market"
    r"|subscription|minimum wage|gpus?|servers?|fees?|discount\w*|donat\w+|credit\w*|reward\w*"
    r"|bount(?:y|ies)|customers?|users?|markets?|industry|compan(?:y|ies)|deal\w*|transactions?"
    r"|loans?|payments?|volume|averag\w+|not|instead)\b",
    re.IGNORECASE,
)
_CUT = re.compile(r"[0-9kK]\s?(?:[-–—/]|\bto)\s?$")  # the span is the end of something longer
_GOES_ON = re.compile(r"\s?(?:[-–—/]|to\b)\s?[^\w\s]?\s?[0-9?]")
_CLAUSE = re.compile(r"[|;,(•●·:\n]|[.!?]\s|\s[-–—]\s")
_OTHER_DOLLARS = re.compile(
    r"\b(?:Canad(?:a|ian)|Cdn|Toronto|Vancouver|Montr[eé]al|Ottawa|Ontario|Waterloo|Calgary"
    r"|Edmonton|Qu[eé]bec|Austral(?:ia|ian)|Sydney|Melbourne|Brisbane|Perth|New Zealand|Auckland"
    r"|Wellington|Christchurch|Singapore|Hong Kong|Taiwan|Taipei|Mexico|Argentina|Chile|Colombia"
    r"|Uruguay|Jamaica|AUD|CAD|SGD|HKD|NZD|TWD|MXN)\b",
    re.IGNORECASE,
)
_PAID = {
    "hour": (5, 1_000),
    "day": (50, 8_000),
    "week": (100, 20_000),
    "month": (300, 80_000),
    "year": (10_000, 1_000_000),
    None: (20_000, 1_000_000),
}
_FIXED = (50, 500_000)
_DOLLAR_SIZED = {"USD", "EUR", "GBP", "CAD", "AUD", "NZD", "SGD", "CHF", None}


class _Found(NamedTuple):
    money: Money
    kind: str  # hourly, salary, fixed
    is_low_open: bool
    in_header: bool


def pay(text: str, for_freelancers: bool) -> dict[str, Any]:
    """Return the price columns of a post; `pricing_type` "unknown" where it names no one pay.

    >>> pay("Some Co | Go developer | REMOTE | $80-120/hr", False)["price_max"]
    120.0
    >>> pay("We raised $120k and pay well.", False)
    {'pricing_type': 'unknown'}
    """
    lines = text.split("\n", 3)
    header, place = lines[0][:HEADER_CHARS], "\n".join(lines[:3])[:400]
    figures = list(islice(_SPAN.finditer(text), MOST_FIGURES + 1))
    found = list(_found(text, figures, len(header), for_freelancers))
    found = [one for one in found if one.in_header] or found
    found = list(dict.fromkeys(one._replace(in_header=True) for one in found))
    if not found or len(figures) > MOST_FIGURES:
        return {"pricing_type": "unknown"}
    if len(found) > 1:
        return {"pricing_type": "unknown", "flags": ["several_rates"]}
    money, kind, is_low_open, _ = found[0]
    if money.currency == "bare $":
        if _OTHER_DOLLARS.search(place):
            return {"pricing_type": "unknown", "flags": ["currency_unclear"]}
        money = replace(money, currency="USD")
    row = {"pricing_type": kind, "price_max": money.high, "currency": money.currency}
    row |= {"price_min": None if is_low_open else money.low, "price_period": money.period}
    return row | ({"flags": ["period_unknown"]} if kind == "salary" and not money.period else {})


def _found(
    text: str, figures: list[re.Match[str]], header_end: int, for_freelancers: bool
) -> Iterator[_Found]:
    for match in figures:
        start, end = match.span()
        before = text[max(start - BESIDE, 0) : start]
        after = text[end : end + 30].split("\n", 1)[0]
        line = before.rsplit("\n", 1)[-1]
        money = _money(match[0], line, after)
        if money is None or _CUT.search(before) or _GOES_ON.match(after):
            continue
        in_header = start < header_end
        is_budget = for_freelancers and bool(_BUDGET.search(before))
        if not is_budget and not _is_pay(money, line, after, in_header):
            continue
        kind = "hourly" if money.period == "hour" else "salary"
        if is_budget and money.period is None:
            kind = "fixed"
        is_low_open = bool(_AT_MOST.search(line))
        bounds = _FIXED if kind == "fixed" else _PAID[money.period]
        if _is_of_size(money, bounds) and not (is_low_open and money.high is None):
            yield _Found(money, kind, is_low_open, in_header)


def _money(span: str, line: str, after: str) -> Money | None:
    """Read a span; what its line says before and after belongs to it."""
    try:
        money = parse_money(span)
    except ValueError:
        return None  # prose is full of figures that are no price
    if money is None:
        return None
    if money.period is None and (per := _PER_BEFORE.search(line)):
        period = {"dai": "day", "annual": "year"}.get(per[1].lower(), per[1].lower())
        money = replace(money, period=period)
    if money.low == money.high and _AT_LEAST.search(line):
        money = replace(money, high=None)
    if money.currency == "USD" and "US" not in span:
        is_local = _OTHER_DOLLARS.match(after.lstrip(" (+-,"))
        money = replace(money, currency="?" if is_local else "bare $")
    return None if money.currency == "?" else money


def _is_pay(money: Money, line: str, after: str, in_header: bool) -> bool:
    clause = _CLAUSE.split(line)[-1] if in_header else line
    if _OTHER.search(clause[-50:]) or _OTHER.search(re.split(r"[|;.,(]", after, maxsplit=1)[0]):
        return False
    if money.currency is None:
        return money.period is not None and bool(_RATE.search(line))
    begins = not _CLAUSE.split(line)[-1].strip(" *~-–—")
    if in_header and (money.period or begins):
        return True
    if money.period == "hour" and begins:
        return True
    return bool(_PAY.search(line) or _PAY_AFTER.match(after))


def _is_of_size(money: Money, bounds: tuple[float, float]) -> bool:
    if money.currency not in _DOLLAR_SIZED | {"bare $"}:
        return money.low > 0 and (money.period is not None or money.low >= _PAID[None][0])
    low, high = bounds
    return low <= money.low and (money.high or money.low) <= high
