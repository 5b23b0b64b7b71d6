"""Chance and cost of winning one contract: arithmetic on stated assumptions, with intervals.

An average bidder's chance is hires over proposals: of all proposals sent to such listings, the
share that won (so the mean of proposals, not the median, is what counts). Many listings hire no
one, so hires per listing is below 1 wherever that is not known to be false; where no source gives
it, it is an assumption the reader sets, and 1 makes the chance an upper bound.

Intervals: each result moves one way in each input, so its interval is the result at the inputs'
ends. With one uncertain input it has that input's coverage; with several it is wider than need be
only if they are independent, and holds jointly with at least one less the sum of their misses.
"""

from __future__ import annotations

from typing import NamedTuple


class Estimate(NamedTuple):
    """A number and its 95 % interval; of an assumption all three are one number."""

    value: float
    lo: float
    hi: float

    @classmethod
    def of(cls, known: float | Estimate) -> Estimate:
        """Return an estimate as it is, a plain number as one without error."""
        return known if isinstance(known, Estimate) else cls(known, known, known)


def win_chance(
    proposals_per_listing: float | Estimate,
    hires_per_listing: float | Estimate,
    own_odds: float | Estimate = 1.0,
) -> Estimate:
    """Return the chance (0-1) that a proposal wins.

    `own_odds` is the reader's odds over an average bidder's (1: average; 2: twice the odds).
    Raises ValueError where an input is not above 0.

    >>> win_chance(20.0, 0.5).value
    0.025
    >>> win_chance(5.0, 1.0, own_odds=4.0).value  # odds 1:4, four times better: 1:1
    0.5
    """
    proposals, hires, odds = map(Estimate.of, (proposals_per_listing, hires_per_listing, own_odds))
    if min(*proposals, *hires, *odds) <= 0:
        raise ValueError("proposals, hires and odds must be above 0")
    return Estimate(
        _chance(proposals.value, hires.value, odds.value),
        _chance(proposals.hi, hires.lo, odds.lo),
        _chance(proposals.lo, hires.hi, odds.hi),
    )


def _chance(proposals: float, hires: float, odds: float) -> float:
    average = min(1.0, hires / proposals)
    return odds * average / (1 - average + odds * average)


def cost_to_win(
    connects: float | Estimate,
    price_per_connect_usd: float | Estimate,
    proposals_per_listing: float | Estimate,
    hires_per_listing: float | Estimate,
    own_odds: float | Estimate = 1.0,
) -> Estimate:
    """Return what bidding costs per contract won, US dollars: cost of a proposal over its chance.

    `connects` is what one proposal costs in the platform's tokens. One contract takes 1 / chance
    proposals on average, if chances are alike and independent. Raises ValueError where connects
    or price are negative, or as `win_chance`.

    >>> cost = cost_to_win(6, 0.15, Estimate(20.0, 16.0, 25.0), 0.5)
    >>> [round(x, 2) for x in cost]  # 6 x 0.15 = 0.90 a proposal; 40, 32 and 50 proposals
    [36.0, 28.8, 45.0]
    """
    tokens, price = Estimate.of(connects), Estimate.of(price_per_connect_usd)
    if min(*tokens, *price) < 0:
        raise ValueError("connects and their price must not be negative")
    chance = win_chance(proposals_per_listing, hires_per_listing, own_odds)
    return Estimate(
        tokens.value * price.value / chance.value,
        tokens.lo * price.lo / chance.hi,
        tokens.hi * price.hi / chance.lo,
    )
