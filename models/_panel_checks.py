"""What is told about one panel: every estimator with its interval, p values, checks; percent.

Rows are (check, estimator, stat, value, lo, hi, value_text, reason); effects 100 (exp(b) - 1).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from models._panel import (
    Panel,
    log_ols,
    ppml,
    pre_slope,
    trend_extrapolated,
    trend_interaction,
)
from models._panel_inference import Effect, effect, permutation_p, smallest_p, wild_p
from models._panel_trend import breakdown, extrapolated
from models._sdid import sdid

Row = tuple[str, str, str, float | None, float | None, float | None, str | None, str | None]
LEVEL = 0.05  # where no p can reach it, a parametric p would claim what labels cannot
FEWEST_BEFORE, FEWEST_AFTER = 6, 4  # periods; fewer are not called an estimate

NO_WILD = "the wild bootstrap needs two treated and two control categories"
ONE_CONTROL = "one control category: nothing to judge the spread of categories by"
NO_LOGS = "a category has a period without posts: no logarithm"
NO_PLACEBO = "no interval: placebos need two controls more than treated categories"
NO_INTERVAL = "a probability has no interval"
COUNTED = "a count of what entered"


@dataclass(frozen=True)
class Findings:
    """The numbers a verdict rests on, log points."""

    main: Effect
    adjusted: Effect
    log: float
    synthetic: float
    p: float
    p_floor: float


def percent(log_points: float) -> float:
    """Return 100 (exp(b) - 1).

    >>> round(percent(-0.2231), 1)
    -20.0
    """
    return float(100 * np.expm1(log_points))


def effect_row(check: str, estimator: str, e: Effect, stat: str = "effect_pct") -> Row:
    """Return a row of an effect in percent, or of why there is none."""
    if not np.isfinite(e.value):
        return (check, estimator, stat, None, None, None, None, NO_LOGS)
    lo, hi = e.interval
    if lo is None or hi is None:
        why = NO_PLACEBO if estimator == "sdid" else ONE_CONTROL
        return (check, estimator, stat, percent(e.value), None, None, None, why)
    return (check, estimator, stat, percent(e.value), percent(lo), percent(hi), None, None)


def number_row(check: str, estimator: str, stat: str, value: float, reason: str,
               missing: str = "cannot be computed on this panel") -> Row:  # fmt: skip
    """Return a row of a number that has no interval."""
    if not np.isfinite(value):
        return (check, estimator, stat, None, None, None, None, missing)
    return (check, estimator, stat, float(value), None, None, None, reason)


def enough(p: Panel) -> str | None:
    """Return why a panel is too short or too small to estimate on, or nothing."""
    before, after = int((~p.post).sum()), int(p.post.sum())
    if before < FEWEST_BEFORE or after < FEWEST_AFTER:
        return (f"{before} months before and {after} after the shock in the window: at least "
                f"{FEWEST_BEFORE} and {FEWEST_AFTER} are needed")  # fmt: skip
    if p.treated.all() or not p.treated.any():
        return "no treated category, or none left as a control"
    sums = np.stack([p.counts[:, ~p.post].sum(axis=1), p.counts[:, p.post].sum(axis=1)])
    return "a category without posts on one side of the shock" if (sums <= 0).any() else None


def main_rows(p: Panel, grain: str) -> tuple[list[Row], Findings]:
    """Return the estimates of one panel with their inference, and what a verdict needs."""
    told = {
        "ppml": effect(p, ppml), "log_ols": effect(p, log_ols),
        "own_trend": effect(p, trend_interaction),
        "gap_trend": effect(p, trend_extrapolated),
        "gap_trend_hac": extrapolated(p, grain), "sdid": sdid(p),
    }  # fmt: skip
    rows = [effect_row("main", name, e) for name, e in told.items()]
    floor = smallest_p(p)
    too_few = f"withheld: the smallest p these categories allow is {floor:.3f}"
    rows += [
        number_row("main", name, "p", np.nan if floor > LEVEL else e.p, NO_INTERVAL,
                   too_few if floor > LEVEL else "cannot be computed on this panel")
        for name, e in told.items()
    ]  # fmt: skip
    for name, estimator in (("ppml", ppml), ("log_ols", log_ols), ("pre_trend", pre_slope),
                            ("own_trend", trend_interaction)):  # fmt: skip
        p_value = permutation_p(p, estimator)
        rows.append(number_row("main", name, "p_permutation", p_value, NO_INTERVAL))
        rows.append(number_row("main", name, "p_floor", floor, NO_INTERVAL))
    if floor > LEVEL:
        rows.append(number_row("main", "log_ols", "p_wild", np.nan, NO_INTERVAL, too_few))
    else:
        rows.append(number_row("main", "log_ols", "p_wild", wild_p(p), NO_INTERVAL, NO_WILD))
    rows.append(effect_row("main", "pre_trend", effect(p, pre_slope), "slope_pct"))
    smallest = -percent(-told["ppml"].detectable)
    rows.append(number_row("main", "ppml", "mde_pct", smallest, "derived from the interval"))
    if np.isfinite(told["gap_trend"].value):
        rows.append(number_row("main", "gap_trend", "breakdown", breakdown(p),
                               "a ratio of what was seen"))  # fmt: skip
    counts = {"categories": len(p.treated), "treated": p.treated.sum()}
    counts |= {"periods_before": (~p.post).sum(), "periods_after": p.post.sum()}
    rows += [number_row("main", "ppml", stat, value, COUNTED) for stat, value in counts.items()]
    return rows, Findings(
        told["ppml"], told["own_trend"], told["log_ols"].value, told["sdid"].value,
        permutation_p(p, ppml), floor,
    )  # fmt: skip


def short_rows(p: Panel, check: str) -> list[Row]:
    """Return the naive and the trend-adjusted estimates of a panel under another name."""
    if enough(p):
        return []
    return [
        effect_row(check, "ppml", effect(p, ppml)),
        effect_row(check, "log_ols", effect(p, log_ols)),
        effect_row(check, "own_trend", effect(p, trend_interaction)),
        effect_row(check, "gap_trend", effect(p, trend_extrapolated)),
    ]  # fmt: skip


def placebo_categories(p: Panel) -> Iterator[Row]:
    """Yield the naive effect of each category as if it alone were treated, the others controls,
    and the permutation p of the treated one among them."""
    for at, name in enumerate(p.categories):
        one = p.of(np.ones(len(p.treated), bool), np.arange(len(p.treated)) == at)
        real = bool(p.treated[at])
        check = "all_groups" if real else f"placebo_{name}"
        for label, estimator in (("ppml", ppml), ("log_ols", log_ols)):
            yield effect_row(check, label, effect(one, estimator))
            if real:
                chance = permutation_p(one, estimator)
                yield number_row(check, label, "p_permutation", chance, NO_INTERVAL)
                yield number_row(check, label, "p_floor", smallest_p(one), NO_INTERVAL)
