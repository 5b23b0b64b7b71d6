"""Why a total of prices changed: volume, mix, price, births, deaths; exact in whole cents.

For niches present in both periods, with n listings worth s cents, N all listings, p = s / n:

    volume_i = (N1 / N0 - 1) s0_i       as many more or fewer listings, nothing else changed
    mix_i    = (n1_i - n0_i N1 / N0) p0_i     listings that moved between niches
    price_i  = s1_i - n1_i p0_i         dearer or cheaper listings of the same niche

They add up to s1_i - s0_i exactly; rational numbers throughout, rounded so that a niche's parts
still do (largest remainder). A niche of one period only is a birth or a death, whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import floor

PARTS = ("volume", "mix", "price", "births", "deaths")
Cell = tuple[int, int]  # listings, cents


def decompose(before: Mapping[str, Cell], after: Mapping[str, Cell]) -> dict[str, dict[str, int]]:
    """Return per niche the parts of its change in cents; a niche of no listings is not present.

    >>> decompose({"a": (10, 1000)}, {"a": (11, 1210)})["a"]
    {'volume': 100, 'mix': 0, 'price': 110, 'births': 0, 'deaths': 0}
    """
    before = {niche: cell for niche, cell in before.items() if cell[0]}
    after = {niche: cell for niche, cell in after.items() if cell[0]}
    both = before.keys() & after.keys()
    growth = Fraction(1)
    if both:
        growth = Fraction(sum(after[i][0] for i in both), sum(before[i][0] for i in both))
    parts = {}
    for niche in sorted(before.keys() | after.keys()):
        row = dict.fromkeys(PARTS, 0)
        if niche in both:
            row |= _continuing(before[niche], after[niche], growth)
        elif niche in after:
            row["births"] = after[niche][1]
        else:
            row["deaths"] = -before[niche][1]
        parts[niche] = row
    return parts


def _continuing(before: Cell, after: Cell, growth: Fraction) -> dict[str, int]:
    n0, s0 = before
    n1, s1 = after
    price_before = Fraction(s0, n0)
    exact = {
        "volume": (growth - 1) * s0,
        "mix": (n1 - n0 * growth) * price_before,
        "price": s1 - n1 * price_before,
    }
    cents = {name: floor(amount) for name, amount in exact.items()}
    left = s1 - s0 - sum(cents.values())
    by_remainder = sorted(exact, key=lambda name: exact[name] - cents[name], reverse=True)
    return cents | {name: cents[name] + 1 for name in by_remainder[:left]}


def totals(parts: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """Return the sum of every part over niches, and `total`, the sum of all parts."""
    summed = {name: sum(row[name] for row in parts.values()) for name in PARTS}
    return summed | {"total": sum(summed.values())}


def joined(names: Iterable[str], changes: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return every niche's name for comparison: those linked by a label change share one.

    A rename is one (old, new) pair, a split several with one old, a merger several with one new.
    All that hang together are compared as one, named after the first in the alphabet of the names
    that are never an old one, or of all where there is none: else a new label would look like
    new work.
    """
    changes = list(changes)
    parent = {name: name for name in {*names, *(name for pair in changes for name in pair)}}

    def root(name: str) -> str:
        while parent[name] != name:
            name = parent[name]
        return name

    for old, new in changes:
        parent[root(old)] = root(new)
    olds = {old for old, _ in changes}
    members: dict[str, list[str]] = {}
    for name in parent:
        members.setdefault(root(name), []).append(name)
    best = {top: min(all_, key=lambda m: (m in olds, m)) for top, all_ in members.items()}
    return {name: best[root(name)] for name in parent}
