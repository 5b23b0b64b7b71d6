"""Estimates beside the panel of one treated group: exposure, single series, searched breaks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
from scipy import stats

from models._break_search import MIN_SIZE, single_break
from models._panel import Panel, log_changes
from models._panel_anomaly import HALF, beyond_others, breaks, spells
from models._panel_checks import NO_INTERVAL, Row, effect_row, number_row, percent
from models._panel_fit import exposure_effects
from models._panel_trend import interrupted

ITS_BEFORE = 60  # months of one series before the shock
BREAK_SIDE = 24  # months on each side of a shock in which a break is searched
PERMUTATIONS = 1_999


def exposure_rows(p: Panel, exposure: np.ndarray) -> tuple[list[Row], str | None]:
    """Return effects per sd of exposure over all categories, and a verdict where one is forced.

    The verdict is `not identified` where a trend in exposure beside it turns the sign.
    """
    told = exposure_effects(p, exposure)
    if not told:
        return [], None
    rows = [
        effect_row("main", "exposure_1sd", told["plain"]),
        effect_row("main", "exposure_1sd_trend", told["trend"]),
    ]
    known = np.isfinite(exposure)
    change, e = log_changes(p)[known], exposure[known]
    if np.isfinite(change).all():
        rho = float(stats.spearmanr(e, change).statistic)
        rows.append(number_row("main", "exposure_1sd", "rank_correlation", rho,
                               "exact over few categories: see p_permutation"))  # fmt: skip
        p_value = _slope_p(e, change)
        rows.append(number_row("main", "exposure_1sd", "p_permutation", p_value, NO_INTERVAL))
    turned = told["plain"].value * told["trend"].value < 0
    return rows, "not identified" if turned else None


def _slope_p(exposure: np.ndarray, change: np.ndarray) -> float:
    rng = np.random.default_rng(1)
    e = exposure - exposure.mean()
    shuffled = rng.permuted(np.tile(e, (PERMUTATIONS, 1)), axis=1)
    own = abs(float(e @ change))
    return float((1 + (np.abs(shuffled @ change) >= own - 1e-12).sum()) / (PERMUTATIONS + 1))


def series_rows(p: Panel, at: int) -> list[Row]:
    """Return the interrupted time series of one category: its level at the shock, slope after."""
    kept = p.time >= -ITS_BEFORE
    counts, time = p.counts[at, kept], p.time[kept]
    season = np.array([d.month for d in p.periods])[kept]
    if (counts <= 0).any() or (time < 0).sum() < 24 or (time >= 0).sum() < 6:
        return []
    told = interrupted(np.log(counts), time, season, "month")
    return [
        effect_row("main", "its", told["level"]),
        effect_row("main", "its", told["slope"], "slope_pct"),
    ]


def break_rows(p: Panel) -> Iterator[tuple[str, Row]]:
    """Yield per category the break of its log share within 24 months of the shock, and of all.

    `value_text` is its first month, or that none is found; `months_from_shock` its distance. A
    break of all categories together within a month of it is no break of a share.
    """
    p = p.where(np.abs(p.time + 0.5) <= BREAK_SIDE)
    total = p.counts.sum(axis=0)
    series = {name: row / total for name, row in zip(p.categories, p.counts, strict=True)}
    for name, row in ({"all": total} | series).items():
        if (row <= 0).any():
            continue
        found = single_break(np.log(row), MIN_SIZE["month"])
        if found is None:
            continue
        month = f"{p.periods[found.at]:%Y-%m}"
        text = month if found.is_found else f"no break told from noise (best split {month})"
        jump = (None, None, text, "the date is searched for: no interval of the jump")
        yield name, ("main", "break", "jump_pct", percent(found.jump), *jump)
        yield name, number_row("main", "break", "p", found.p, NO_INTERVAL)
        distance = float(p.time[found.at])
        yield name, number_row("main", "break", "months_from_shock", distance, "a searched date")


def anomaly_rows(
    names: tuple[str, ...], months: tuple[date, ...], counts: np.ndarray
) -> Iterator[tuple[str, Row]]:
    """Yield per category the months that the rules for spells and for breaks mark, as text."""
    if len(names) < 3 or (counts <= 0).any() or len(months) <= 2 * HALF["month"]:
        return
    logs = np.log(counts)
    marked = {
        "anomaly": [spells(row, HALF["month"]) for row in beyond_others(logs, HALF["month"])],
        "step": breaks(logs),
    }
    for estimator, flags in marked.items():
        for name, own in zip(names, flags, strict=True):
            text = ", ".join(f"{months[at]:%Y-%m}" for at in np.flatnonzero(own)) or "none"
            row: Row = (
                "main",
                estimator,
                "months",
                float(own.sum()),
                None,
                None,
                text,
                "found by rule",
            )
            yield name, row
