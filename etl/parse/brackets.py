"""Counts that sites print as brackets ("5 to 10", "50+"), and ratings with a review count."""

import re

from etl.parse.blank import filled

# Exact counts pass through floats in some files, so "12.0" is twelve; "1.5" is no count.
_COUNT = r"(?:[0-9]{1,3}(?:,[0-9]{3}){1,4}|[0-9]{1,12})(?:\.[0-9])?k?"
_NOUN = (
    r"(?:\s*(?:bids?|entry|entries|proposals?|quotes?|applicants?|offers?|reviews?|ratings?|jobs?)"
    r"(?:\s+received)?)?"
)
_FORMS = {
    kind: re.compile(form + _NOUN, re.IGNORECASE)
    for kind, form in {
        "below": rf"(?:less than|fewer than|under|<)\s*({_COUNT})",
        "above": rf"(?:more than|over|>)\s*({_COUNT})",
        "from": rf"({_COUNT})\s*\+",
        "between": rf"({_COUNT})\s*(?:to|-|–)\s*({_COUNT})",
        "exact": rf"({_COUNT})",
    }.items()
}
_RATING = re.compile(r"([0-9]{1,3}(?:[.,][0-9]{1,6})?)\s*\(\s*([^()]{1,20})\)")


def parse_count_bracket(text: str | None) -> tuple[int, int | None] | None:
    """Read a count as its lowest and highest whole value; an open end is None.

    Both ends are inclusive: "Less than 5" stops at 4 and "More than 50" starts at 51, while
    "5 to 10" and "10 to 15" share 10, as the sites print them.

    >>> parse_count_bracket("Less than 5"), parse_count_bracket("5 to 10")
    ((0, 4), (5, 10))
    >>> parse_count_bracket("1k+"), parse_count_bracket("29 bids"), parse_count_bracket("NA")
    ((1000, None), (29, 29), None)
    """
    cell = filled(text)
    if cell is None:
        return None
    for kind, form in _FORMS.items():
        if match := form.fullmatch(cell):
            return _bracket(kind, [_count(group) for group in match.groups()], cell)
    raise ValueError(f"not a count or a bracket: {cell[:60]!r}")


def parse_rating(text: str | None) -> tuple[float, int, int | None] | None:
    """Read "4.9(275)" as the rating (0 to 5) and the lowest and highest review count.

    >>> parse_rating("4.9(275)"), parse_rating("5.0(1k+)"), parse_rating("null")
    ((4.9, 275, 275), (5.0, 1000, None), None)
    """
    cell = filled(text)
    if cell is None:
        return None
    match = _RATING.fullmatch(cell)
    reviews = parse_count_bracket(match[2]) if match else None
    if not match or not reviews:
        raise ValueError(f"not a rating with a review count: {cell[:60]!r}")
    rating = float(match[1].replace(",", "."))
    if rating > 5:
        raise ValueError(f"rating outside 0 to 5: {cell[:60]!r}")
    return rating, *reviews


def _bracket(kind: str, counts: list[int], cell: str) -> tuple[int, int | None]:
    low, high = {
        "below": (0, counts[0] - 1),
        "above": (counts[0] + 1, None),
        "from": (counts[0], None),
        "between": (counts[0], counts[-1]),
        "exact": (counts[0], counts[0]),
    }[kind]
    if high is not None and high < low:
        raise ValueError(f"bracket ends below its start: {cell[:60]!r}")
    return low, high


def _count(text: str) -> int:
    plain = text.replace(",", "").lower()
    whole, _, tenth = plain.removesuffix("k").partition(".")
    if plain.endswith("k"):
        return int(whole) * 1000 + int(tenth or 0) * 100
    if int(tenth or 0):
        raise ValueError(f"a count must be whole: {text!r}")
    return int(whole)
