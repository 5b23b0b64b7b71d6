"""Two dated cross-sections beside each other: which families' shares differ, and how surely.

A comparison of two points, never a trend. Where two collectors made them, every difference may be
theirs: `undone_by` says by what factor their odds of seeing a family would have to differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from scipy import stats

LEVEL = 0.95
FALSE_DISCOVERIES = 0.05  # over the families of one comparison (Benjamini & Hochberg 1995)
UNCHANGED_WITHIN = 1.1  # the whole interval of the odds ratio lies between 1 / 1.1 and 1.1
# Two collectors may differ at least as much as one does with itself: in January 2023 two snapshots
# of one collector, two days apart, differed by odds of 1.23 (admin support) and 1.22 (design).
COLLECTORS_DIFFER_BY = 1.25


@dataclass(frozen=True)
class Section:
    """One dated cross-section: counts `k` (families × captures) of `n` (captures)."""

    source_id: str
    platform: str
    first_day: date
    families: tuple[str, ...]
    k: np.ndarray
    n: np.ndarray
    flags: frozenset[str] = frozenset()


def log_odds(section: Section) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Return per family share, log-odds and its variance, and the degrees of freedom.

    The variance is that of sampling plus what captures differ by beyond it, over their number:
    the families' mean excess, or the family's own where that is larger, so that an interval is
    never surer than the family's own captures. Degrees of freedom: families - 1 for each capture
    but one (the shares add up to 1).
    """
    n = section.n.sum()
    share = section.k.sum(axis=1) / n
    p = (section.k + 0.5) / (section.n + 1)
    each = np.log(p / (1 - p))
    sampling = 1 / (n * share * (1 - share))
    captures = len(section.n)
    excess = np.zeros(len(share))
    if captures > 1:
        within = (1 / (section.n * share[:, None] * (1 - share[:, None]))).mean(axis=1)
        own = each.var(axis=1, ddof=1) - within
        excess = np.maximum(np.maximum(own, own.mean()), 0)
    variance = sampling + excess / captures
    df = (len(share) - 1) * (captures - 1)
    return share, np.log(share / (1 - share)), variance, df


def share_change(before: Section, after: Section) -> list[dict[str, Any]]:
    """Return before, after, difference, odds ratio, and what would undo it, per common family."""
    before, after = _common(before, after)
    sides = [log_odds(section) for section in (before, after)]
    (share0, odds0, var0, df0), (share1, odds1, var1, df1) = sides
    change, var = odds1 - odds0, var0 + var1
    unsure = sum(v**2 / df if df else 0.0 for v, df in ((var0, df0), (var1, df1)))
    df = np.divide(var**2, unsure, out=np.full_like(var, np.inf), where=unsure > 0)
    t = stats.t.ppf(0.5 + LEVEL / 2, df)
    low, high = np.exp(change - t * np.sqrt(var)), np.exp(change + t * np.sqrt(var))
    p = stats.false_discovery_control(2 * stats.t.sf(np.abs(change) / np.sqrt(var), df))
    ends = [_ends(odds, v, df) for _, odds, v, df in sides]
    undone = np.maximum(np.where(change > 0, low, 1 / high), 1.0)
    rows = []
    for i, family in enumerate(after.families):
        least = COLLECTORS_DIFFER_BY if before.source_id != after.source_id else 1.0
        verdict = _verdict(change[i], p[i] if undone[i] > least else 1.0, low[i], high[i])
        (lo0, hi0), (lo1, hi1) = ((lo[i], hi[i]) for lo, hi in ends)
        down = np.hypot(share1[i] - lo1, hi0 - share0[i])  # Zou & Donner 2008
        up = np.hypot(hi1 - share1[i], share0[i] - lo0)
        gap = share1[i] - share0[i]
        numbers = {
            "before": (share0[i], lo0, hi0, None, None),
            "after": (share1[i], lo1, hi1, None, None),
            "difference": (gap, gap - down, gap + up, verdict, _why(p[i], undone[i], least)),
            "odds_ratio": (np.exp(change[i]), low[i], high[i], None, None),
            "undone_by": (undone[i], None, None, None, "a bound, not an estimate"),
        }
        rows += [_share_row(before, after, family, stat, *said) for stat, said in numbers.items()]
    return rows


def _common(before: Section, after: Section) -> tuple[Section, Section]:
    """Return both over the families that have listings in both."""
    kept = [
        family for family in after.families
        if family in before.families and before.k[before.families.index(family)].sum()
        and after.k[after.families.index(family)].sum()
    ]  # fmt: skip
    return tuple(
        Section(s.source_id, s.platform, s.first_day, tuple(kept),
                s.k[[s.families.index(family) for family in kept]], s.n, s.flags)
        for s in (before, after)
    )  # fmt: skip


def _ends(odds: np.ndarray, variance: np.ndarray, df: int) -> tuple[np.ndarray, np.ndarray]:
    half = stats.t.ppf(0.5 + LEVEL / 2, df or np.inf) * np.sqrt(variance)
    return 1 / (1 + np.exp(half - odds)), 1 / (1 + np.exp(-half - odds))


def _verdict(change: float, p: float, low: float, high: float) -> str:
    if low > 1 / UNCHANGED_WITHIN and high < UNCHANGED_WITHIN:
        return "unchanged"
    if p > FALSE_DISCOVERIES:
        return "cannot tell"
    return "higher" if change > 0 else "lower"


def _why(p: float, undone: float, least: float) -> str:
    said = f"adjusted p {p:.2g}"
    if least > 1:
        said += f"; undone where the collectors' odds differ by {undone:.2f} ({least} is allowed)"
    return said


def _share_row(before: Section, after: Section, family: str, stat: str, value: float,
               lo: float | None, hi: float | None, text: str | None, reason: str | None
               ) -> dict[str, Any]:  # fmt: skip
    own = {"before": before, "after": after}.get(stat)
    told, beside = (before, after) if stat == "before" else (after, before)
    flags = own.flags if own else (before.flags | after.flags | {"cross_section"})
    if not own and before.source_id != after.source_id:
        flags = (flags - {"reference"}) | {"method_break", "two_collectors"}
    n = int(min(s.n.sum() for s in ((own,) if own else (before, after))))
    return {
        "measure": "share_change", "stat": stat, "source_id": told.source_id,
        "platform": told.platform, "side": "demand", "geo": "*",
        "period_start": told.first_day, "grain": "snapshot", "family": family, "niche": "*",
        "dims": f"against={beside.first_day}", "n": n, "value": value, "lo": lo, "hi": hi,
        "value_text": text, "reason": reason, "flags": ";".join(sorted(flags)),
    }  # fmt: skip
