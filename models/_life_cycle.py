"""The stage of a service, from its posts by month; 'cannot tell' where the months do not say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models._bursts import (
    BEFORE,
    COMPARED,
    FEWEST_POSTS,
    PRESENT_POSTS,
    RECENT,
    Counts,
    overdispersion,
    window,
)

NEW_MONTHS = 12  # flagged for the first time within: emerging, not growing
FAST, SLOW = (RECENT, BEFORE), (12, 12)  # months compared: this quarter, and year with year
FEWEST = COMPARED
WIDEST = 2.0  # an interval that holds 1 and reaches further says nothing
NO_EXTRA = (0.0, 0.0)
# What `dates` gives, in this order.
DATES = (
    "stage", "reason", "staged_on", "born_on", "flagged_on", "growth", "growth_lo", "growth_hi",
    "share", "n_recent", "n_before", "n_all", "first_month", "last_month", "year_growth",
    "year_growth_lo", "year_growth_hi",
)  # fmt: skip
_Z = 1.96
CANNOT_TELL = "cannot tell"


@dataclass(frozen=True)
class Growth:
    """Recent share over earlier share with its 95 % interval, and the posts behind it."""

    ratio: float
    low: float
    high: float
    n_recent: int
    n_before: int
    share: float


def growth(
    counts: Counts, month: int, extra: float, months: tuple[int, int] = FAST
) -> Growth | None:
    """Return the growth of a single series in the window that ends with `month`."""
    seen = window(counts, month, months, FEWEST[months])
    if seen is None:
        return None
    half = _Z * float(np.sqrt(seen.variance[0] + extra))
    ratio = float(seen.ratio[0])
    return Growth(ratio, ratio * float(np.exp(-half)), ratio * float(np.exp(half)),
                  int(seen.a[0]), int(seen.b[0]), float(seen.a[0] / seen.n_recent))  # fmt: skip


def stage(
    counts: Counts, month: int, extra: tuple[float, float], flagged: int | None
) -> tuple[str, str | None]:
    """Return the stage of a single series at `month`, and why where it cannot be told.

    `extra`: variance of ordinary terms over the fast and the slow comparison; `flagged`: the
    month (position) of the first burst, None if there was none.
    """
    fast = growth(counts, month, extra[0])
    if fast is None:
        return CANNOT_TELL, f"needs {RECENT} and, before them, most of {BEFORE} complete months"
    if fast.n_recent + fast.n_before < FEWEST_POSTS:
        return CANNOT_TELL, f"fewer than {FEWEST_POSTS} listings in twelve months"
    slow = growth(counts, month, extra[1], SLOW) or fast
    if fast.low > 1 or (slow.low > 1 and fast.ratio >= 1):
        is_new = flagged is not None and month - flagged < NEW_MONTHS
        return ("emerging" if is_new else "growing"), None
    if fast.high < 1 or (slow.high < 1 and fast.ratio <= 1):
        return "fading", None
    if fast.high > WIDEST or fast.low < 1 / WIDEST:
        return CANNOT_TELL, "too few listings: a doubling or a halving is within the interval"
    return "mature", None


def spread(counts: Counts, month: int) -> tuple[float, float]:
    """Return how much ordinary terms move beyond sampling, this quarter and year with year."""
    seen = [window(counts, month, months, FEWEST[months]) for months in (FAST, SLOW)]
    fast, slow = (overdispersion(one) if one else 0.0 for one in seen)
    return fast, slow


def born(counts: Counts, flagged: int) -> int:
    """Return the first month of the flagged window with more than twice the earlier share.

    The year before the flag where two years are complete, else the three months before it. Dated
    to the month, and only because all months of the window are there.
    """
    months = SLOW if window(counts, flagged, SLOW, FEWEST[SLOW]) else FAST
    seen = window(counts, flagged, months, FEWEST[months])
    if seen is None:
        return flagged
    recent = np.arange(flagged - months[0] + 1, flagged + 1)
    share = counts.posts[0, recent] / counts.totals[recent]
    risen = (share > 2 * seen.b[0] / seen.n_before) & (counts.posts[0, recent] >= PRESENT_POSTS)
    return int(recent[risen][0]) if risen.any() else flagged


def seen_between(counts: Counts, months: list) -> str:
    """Say between which months of a broken record the series appeared, or that it did not.

    A month held in part can show that a word is used, not that it is not.
    """
    size, n = int(counts.totals.sum()), int(counts.posts.sum())
    if n < FEWEST_POSTS:
        return f"{n} of {size} dated listings: too few to say more"
    here = np.flatnonzero(counts.posts[0] >= PRESENT_POSTS)
    if not len(here):
        return "never two listings in one month"
    first = int(here[0])
    before = np.flatnonzero(counts.complete[:first])
    if not len(before):
        return "present from the first listings on"
    last = int(before[-1])
    gap = first - last - 1
    between = f"; {gap} months between are missing or held in part" if gap else ""
    return f"not seen up to {months[last]:%Y-%m}, seen from {months[first]:%Y-%m} on{between}"


def dates(counts: Counts, months: list, extra: dict[int, tuple[float, float]],
           flag: int | None, dated: bool, n_all: int) -> tuple:  # fmt: skip
    """Return the columns DATES of a single series; `extra` as of `spread`, by month."""
    here = np.flatnonzero(counts.posts[0]) if months else np.array([], dtype=int)
    ends = (months[here[0]], months[here[-1]]) if len(here) else (None, None)
    birth = (months[born(counts, flag)], months[flag]) if flag is not None else (None, None)
    if not dated:
        word = "present" if n_all >= FEWEST_POSTS else f"{n_all} listings: too few to say more"
        reason = f"{word}; a selected query or the newest listings are not the market"
        return CANNOT_TELL, reason, None, *birth, *[None] * 6, n_all, *ends, *[None] * 3
    whole = np.flatnonzero(counts.complete)
    last = int(whole[-1]) if len(whole) else None
    grown = growth(counts, last, extra.get(last, NO_EXTRA)[0]) if len(whole) else None
    if grown is None:
        recent = whole[-RECENT:]
        n, size = int(counts.posts[0, recent].sum()), int(counts.totals[recent].sum())
        reason = f"{seen_between(counts, months)}; {_needed(counts, months, extra, flag)}"
        share = n / size if size else None
        return (CANNOT_TELL, reason, None, *birth, *[None] * 3, share, n, None, n_all, *ends,
                *[None] * 3)  # fmt: skip
    word, reason = stage(counts, last, extra.get(last, NO_EXTRA), flag)
    slow = growth(counts, last, extra.get(last, NO_EXTRA)[1], SLOW)
    yearly = (slow.ratio, slow.low, slow.high) if slow else None
    return (
        word, reason, months[last], *birth, grown.ratio, grown.low, grown.high, grown.share,
        grown.n_recent, grown.n_before, n_all, *ends, *(yearly or [None] * 3),
    )  # fmt: skip


def _needed(counts: Counts, months: list, extra: dict[int, tuple[float, float]],
            flag: int | None) -> str:  # fmt: skip
    """Say what a stage needs, and the last one there was."""
    needed = f"stages need {RECENT} and, before them, most of {BEFORE} complete months"
    if not extra:
        return needed
    last = max(extra)
    return f"{needed}; at {months[last]:%Y-%m} it was: {stage(counts, last, extra[last], flag)[0]}"
