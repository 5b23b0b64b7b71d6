"""What did a dated shock (ChatGPT, image models ...) do to the number of posts of a category?

PPML with category and period effects is the default; beside it log-OLS, trend-adjusted and
synthetic difference-in-differences, effect per standard deviation of exposure, an event study,
interrupted series, and breaks whose date is searched for. Formulas and what they are worth:
docs/methods/shock.md. Verdicts follow `verdict`, a rule older than the runs it judges.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import polars as pl

from models._panel import Panel, event_path
from models._panel_checks import (
    LEVEL,
    NO_INTERVAL,
    Findings,
    Row,
    effect_row,
    enough,
    main_rows,
    number_row,
    placebo_categories,
    short_rows,
)
from models._panel_inference import effect, permutation_p, smallest_p
from models._panel_more import anomaly_rows, break_rows, exposure_rows, series_rows
from models._panel_series import Series, all_series, month_number
from models._panel_window import (
    Shock,
    anomalous,
    in_window,
    no_controls,
    panel_of,
    shock_of,
    treated_groups,
    window_name,
)

READS = (
    "core_series", "est_niche_exposure", "mart_listing_counts", "ref_exposure_groups",
    "ref_shocks", "ref_sources",
)  # fmt: skip
WRITES = "est_shock"
SCHEMA = {
    "measure": pl.String, "source_id": pl.String, "platform": pl.String, "side": pl.String,
    "period_start": pl.Date, "grain": pl.String, "dims": pl.String, "stat": pl.String,
    "n": pl.Int64, "value": pl.Float64, "lo": pl.Float64, "hi": pl.Float64,
    "value_text": pl.String, "reason": pl.String, "flags": pl.String,
}  # fmt: skip
GRAIN = "month"
PLACEBOS = (12, 13, 24, 36, 48)  # months from a placebo date to the shock
SUPPORTED, CONTRADICTED, CANNOT_TELL = "supported", "contradicted", "cannot tell"
DESCRIPTIVE = "descriptive"
TOGETHER = "treated_together"


def estimate(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return effects, event studies, breaks and verdicts per series, shock, group and window.

    One long table; `measure` is effect, event, break or verdict. `dims` holds shock, estimator,
    occupation_group, window (missing: the main one, the first of shocks.csv), check (main,
    all_months, donut, all_groups, placebo_date_..., placebo_<category>), event_month. Effects and
    slopes are percent, p values 0-1. Where a source cannot show a shock, a verdict row says why.
    """
    shocks = [shock_of(row) for row in frames["ref_shocks"].iter_rows(named=True)]
    rows: list[tuple] = []
    seen = set()
    for series in all_series(frames):
        seen.add(series.source_id)
        rows += _anomalies(series)
        for shock in shocks:
            rows += _told(series, shock)
    rows += _unseen(frames, shocks, seen)
    return pl.DataFrame(rows, schema=SCHEMA, orient="row").sort(
        "measure", "source_id", "dims", "stat"
    )


def verdict(
    expected: str, f: Findings, windows: list[float], placebos: list[float]
) -> tuple[str, str]:
    """Return a verdict on the claim that demand moved as `expected` (fall or rise), and why.

    Written before the model was run; published naive effects were known. In this order:
    `descriptive` where no p could reach 5 %, however large the effect; `cannot tell` where
    estimators or windows differ in sign, where the interval of the trend-adjusted effect holds 0,
    where a placebo date gives as much, or p exceeds 5 %; then `supported` or `contradicted` by the
    sign.
    """
    if f.p_floor > LEVEL:
        return DESCRIPTIVE, f"the smallest p these categories allow is {f.p_floor:.3f}"
    values = [f.main.value, f.log, f.adjusted.value, f.synthetic, *windows]
    signs = {float(np.sign(v)) for v in values if np.isfinite(v)}
    if len(signs) > 1:
        return CANNOT_TELL, "estimators or windows differ in sign"
    lo, hi = f.adjusted.interval
    if lo is None or hi is None or lo <= 0 <= hi:
        return CANNOT_TELL, "the interval of the trend-adjusted effect holds no change"
    if any(abs(b) >= abs(f.main.value) for b in placebos):
        return CANNOT_TELL, "a placebo date gives an effect as large"
    if not f.p <= LEVEL:
        return CANNOT_TELL, f"permutation p is {f.p:.3f}"
    as_expected = (f.main.value < 0) == (expected == "fall")
    return SUPPORTED if as_expected else CONTRADICTED, "all checks of the rule passed"


def _told(series: Series, shock: Shock) -> Iterator[tuple]:
    """Yield every row of one series and shock."""
    whole = panel_of(series, shock.first, [], [])
    reason = _outside(series, shock)
    if reason is None:
        last = shock.windows[0][1] - shock.first
        for at, name in enumerate(series.categories):
            odd = anomalous(series, shock.first, [name])
            for row in series_rows(whole.where((whole.time <= last) & ~odd), at):
                yield _row("effect", series, shock, row, whole, occupation_group=name)
    groups = treated_groups(series, shock)
    if not groups or len(groups) == len(series.categories):
        reason = reason or "no category of this source is told apart as treated or control"
    if reason is not None:
        text: Row = ("main", "", "verdict", None, None, None, CANNOT_TELL, reason)
        alone = {"occupation_group": series.categories[0]} if len(series.categories) == 1 else {}
        yield _row("verdict", series, shock, text, whole, **alone)
        return
    for group in [*groups, *([TOGETHER] if len(groups) > 1 else [])]:
        own = groups if group == TOGETHER else [group]
        away = {*groups, *no_controls(series, shock)} - set(own)
        yield from _group(series, shock, group, own, sorted(away))
    yield from _by_exposure(series, shock, whole)
    for name, row in break_rows(whole):
        yield _row("break", series, shock, row, whole, occupation_group=name)


def _outside(series: Series, shock: Shock) -> str | None:
    first, last = month_number(series.months[0]), month_number(series.months[-1])
    if first >= shock.first:
        return (f"cannot be estimated from this source: its first month, {series.months[0]:%Y-%m}, "
                "lies after the shock")  # fmt: skip
    if last < shock.first + 3:
        return (f"cannot be estimated from this source: its last whole month is "
                f"{series.months[-1]:%Y-%m}")  # fmt: skip
    start, end = shock.windows[0]
    inside = [month_number(m) for m in series.months if start <= month_number(m) <= end]
    if sum(m < shock.first for m in inside) < 6 or sum(m >= shock.first for m in inside) < 4:
        return "cannot be estimated from this source: too few of its months lie around the shock"
    return None


def _group(series: Series, shock: Shock, group: str, own: list[str],
           others: list[str]) -> Iterator[tuple]:  # fmt: skip
    """Yield effects, event study and verdict of one treated group."""
    odd = anomalous(series, shock.first, own)
    full = panel_of(series, shock.first, own, others)
    windows = []
    findings = None
    for number, window in enumerate(shock.windows):
        inside = in_window(full, shock.first, window)
        p, label = (
            full.where(inside & ~odd),
            {"occupation_group": group} | ({"window": window_name(window)} if number else {}),
        )
        problem = enough(p)
        if problem:
            gone: Row = ("main", "ppml", "effect_pct", None, None, None, None, problem)
            yield _row("effect", series, shock, gone, p, **label)
            continue
        rows, told = main_rows(p, GRAIN) if number == 0 else (short_rows(p, "main"), None)
        windows.append(next(r[3] for r in rows if r[1:3] == ("ppml", "effect_pct")))
        if (inside & odd).any():
            rows.append(_left_out(full.where(inside & odd)))
            rows += short_rows(full.where(inside), "all_months")
        if told is not None:
            findings = told
            rows += short_rows(p.where((p.time < -1) | (p.time > 0)), "donut")
            wide = panel_of(series, shock.first, own, []).where(inside & ~odd)
            rows += placebo_categories(wide) if len(own) == 1 and others else []
            for month, row in _event(p):
                yield _row("event", series, shock, row, p, event_month=month, **label)
        for row in rows:
            yield _row("effect", series, shock, row, p, **label)
    placebos = list(_placebo_dates(full.where(~odd), shock))
    for row in (row for _, more in placebos for row in more):
        yield _row("effect", series, shock, row, full, occupation_group=group)
    if findings is not None:
        word, why = verdict(shock.expected, findings, windows, [b for b, _ in placebos])
        row = ("main", "", "verdict", None, None, None, word, why)
        yield _row("verdict", series, shock, row, full, occupation_group=group)


def _placebo_dates(p: Panel, shock: Shock) -> Iterator[tuple[float, list[Row]]]:
    """Yield the effect (log points) and rows of dates before the shock, when nothing happened.

    The window is as long as the main one, moved back until it ends before the shock.
    """
    start, end = (m - shock.first for m in shock.windows[0])
    for back in PLACEBOS:
        moved = max(back, end + 1)
        fake = replace(p, time=p.time + back)
        inside = (p.time >= start - moved) & (p.time <= end - moved)
        cut = fake.where(inside)
        if enough(cut):
            continue
        month = shock.first - back
        rows = short_rows(cut, f"placebo_date_{month // 12}-{month % 12 + 1:02}")
        value = next(r[3] for r in rows if r[1] == "ppml")
        yield float(np.log1p(value / 100)), rows


def _event(p: Panel) -> Iterator[tuple[str, Row]]:
    """Yield the event study of a panel, and the joint test of its periods before the shock."""
    base = int(np.flatnonzero(~p.post)[-1])
    leads = [at for at in np.flatnonzero(~p.post) if at != base]
    ratios = []
    for at, month in enumerate(p.time):
        if at == base:
            continue
        one = effect(p, lambda q, t, c, at=at: event_path(q, t, c)[:, at])
        if at in leads and one.se > 0:
            ratios.append((one.value / one.se) ** 2)
        yield str(int(month)), effect_row("main", "event_study", one)
    f = float(np.mean(ratios)) if ratios else np.nan
    chance = permutation_p(p, lambda q, t, c: event_path(q, t, c)[:, leads])
    yield (
        "before",
        number_row("main", "event_study", "pretrend_f", f, "mean squared t of the months"),
    )
    yield "before", number_row("main", "event_study", "p_permutation", chance, NO_INTERVAL)
    yield "before", number_row("main", "event_study", "p_floor", smallest_p(p), NO_INTERVAL)


def _by_exposure(series: Series, shock: Shock, whole: Panel) -> Iterator[tuple]:
    odd = anomalous(series, shock.first, treated_groups(series, shock))
    p = whole.where(in_window(whole, shock.first, shock.windows[0]) & ~odd)
    rows, word = exposure_rows(p, series.exposure)
    for row in rows:
        yield _row("effect", series, shock, row, p, occupation_group="by_exposure")
    if word:
        text: Row = ("main", "", "verdict", None, None, None, word,
                     "a trend in exposure beside it turns the sign")  # fmt: skip
        yield _row("verdict", series, shock, text, p, occupation_group="by_exposure")


def _left_out(p: Panel) -> Row:
    text = ", ".join(f"{day:%Y-%m}" for day in p.periods)
    return ("main", "ppml", "periods_left_out", float(len(p.periods)), None, None, text, "by rule")


def _anomalies(series: Series) -> Iterator[tuple]:
    names, counts = series.categories + series.left_out, series.counts
    if series.left_counts is not None:
        counts = np.vstack([counts, series.left_counts])
    for name, row in anomaly_rows(names, series.months, counts):
        yield _row("break", series, None, row, None, occupation_group=name)


def _unseen(
    frames: Mapping[str, pl.DataFrame], shocks: list[Shock], seen: set[str]
) -> Iterator[tuple]:
    """Yield for every listing source without monthly volumes why it cannot show a shock."""
    whole = frames["mart_listing_counts"].filter(
        (pl.col("family") == "*") & (pl.col("niche") == "*") & (pl.col("capture") == "")
    )
    kept = (
        whole.group_by("source_id", "platform", "side", "scope").agg(pl.col("k").sum())
        .filter(~pl.col("source_id").is_in(seen)).sort("source_id", "side")
    )  # fmt: skip
    for source, platform, side, scope, n in kept.iter_rows():
        reason = f"cannot be estimated from this source: it has no volumes by month (scope {scope})"
        flags = "selected_query" if scope == "query" else ""
        for shock in shocks:
            yield ("verdict", source, platform, side, shock.first_day, GRAIN,
                   f"shock={shock.shock}", "verdict", n, None, None, None, CANNOT_TELL, reason,
                   flags)  # fmt: skip


def _row(measure: str, series: Series, shock: Shock | None, row: Row, p: Panel | None,
         **dims: str) -> tuple:  # fmt: skip
    check, estimator, stat, value, lo, hi, text, reason = row
    dims |= {"shock": shock.shock} if shock else {}
    if measure in ("effect", "break"):
        dims |= {"check": check, "estimator": estimator}
    n = int((series if p is None else p).counts.sum()) if series.is_listings else None
    start = shock.first_day if shock else series.months[0]
    return (
        measure, series.source_id, series.platform, series.side, start, GRAIN,
        ";".join(f"{k}={v}" for k, v in sorted(dims.items())), stat, n, value, lo, hi, text, reason,
        series.flags,
    )  # fmt: skip
