"""Price indices of one source over its periods, and the trend class of every niche."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from scipy import stats

from models import _hedonic, _matched_index
from models._price_rows import FEWEST, SERIES, common, dims, merged_flags, percent, row
from models._price_trend import CANNOT_TELL, MIN_PERIODS, Slope, change, slope, verdicts

PREFER_MATCHED = 30  # matched items of a period from which the matched index is the one to read
ONE = "seen in one period only: one point in time is no trend"
FEW = "{} periods of 15 listings or more, a trend needs 6 over at least a year"
WIDE = "neither told from no change nor shown to stay within 3 % a year"
NO_CPI = "CPI-U of {} is not published"
NOT_USD = "prices in {}: CPI-U deflates US dollars only"
Levels = tuple[np.ndarray, np.ndarray, np.ndarray, float]  # log levels, variance, n, df


def series_rows(rows: pl.DataFrame, cpi: Mapping[date, float]) -> Iterator[dict[str, Any]]:
    """Yield index and trend rows of every source, way of pricing and currency."""
    for key, part in rows.group_by(SERIES, maintain_order=True):
        place = dict(zip(SERIES, key, strict=True)) | {"flags": merged_flags(part["flags"])}
        dated = part.drop_nulls("period_start")
        if dated["period_start"].n_unique() > 1:
            yield from _whole(place, dated, cpi)
        yield from _trends(place, part, cpi)


def _whole(
    place: dict[str, Any], part: pl.DataFrame, cpi: Mapping[date, float]
) -> Iterator[dict[str, Any]]:
    """Yield the indices over all listings of a series, by every estimator."""
    periods = part["period_start"].unique().sort().to_list()
    grain = dict(part.select("period_start", "grain").iter_rows())
    listings = [int((part["period_start"] == p).sum()) for p in periods]
    enough = [p for p, n in zip(periods, listings, strict=True) if n >= FEWEST]
    for name, (level, variance, n, df) in _estimators(part, periods, enough).items():
        for t, period in enumerate(periods):
            where = place | {"period_start": period, "grain": grain[period]}
            for prices in ("nominal", "real"):
                cells = _cells(level[t], variance[t, t], df, name, period, enough)
                if prices == "real":
                    cells |= _real(cells, place["currency"], cpi, period, enough)
                behind = int(n[t]) if cells["value"] is not None else listings[t]
                yield row("price_index", "index", where, n=behind, **cells,
                          dims=_dims(place, estimator=name, prices=prices))  # fmt: skip


def _estimators(part: pl.DataFrame, periods: list[date], enough: list[date]) -> dict[str, Levels]:
    code = part["period_start"].replace_strict(periods, range(len(periods))).to_numpy()
    base = periods.index(enough[0]) if enough else 0
    log = part["log_price"].to_numpy()
    n = np.bincount(code, minlength=len(periods))
    middle = np.array([np.median(log[code == t]) for t in range(len(periods))])
    unknown = np.full((len(periods), len(periods)), np.nan)
    prices = _matched_index.table(part["native_id"].to_numpy(), code, log, len(periods))
    found: dict[str, Levels] = {"raw_median": (middle - middle[base], unknown, n, 1)}
    found["hedonic"] = _hedonic_levels(part, periods, enough)
    for name in ("tpd", "geks"):
        index = getattr(_matched_index, name)(prices, base)
        linked = (~np.isnan(index.level)).sum() > 1
        level = index.level if linked else np.full(len(periods), np.nan)
        found[name] = (level, index.variance, index.matched, index.df)
    return found


def _hedonic_levels(part: pl.DataFrame, periods: list[date], enough: list[date]) -> Levels:
    """Return levels of the periods with enough listings, NaN in the others."""
    n = np.array([(part["period_start"] == p).sum() for p in periods])
    level = np.full(len(periods), np.nan)
    variance = np.full((len(periods), len(periods)), np.nan)
    if len(enough) < 2:
        return level, variance, n, 1
    kept = part.filter(pl.col("period_start").is_in(enough))
    kept = kept.with_columns(common(kept["country"]))
    code = kept["period_start"].replace_strict(enough, range(len(enough))).to_numpy()
    given = _hedonic.columns(kept, ("niche", "experience", "duration", "country"))
    cluster = kept["cluster"]
    if cluster.n_unique() < _hedonic.FEWEST_CLUSTERS:
        cluster = kept["native_id"]
    found, spread, df = _hedonic.time_dummies(
        kept["log_price"].to_numpy(), code, given, cluster.to_numpy(), len(enough)
    )
    where = [periods.index(p) for p in enough]
    level[where] = found
    variance[np.ix_(where, where)] = spread
    return level, variance, n, df


def _cells(level: float, variance: float, df: float, name: str, period: date,
           enough: list[date]) -> dict[str, Any]:  # fmt: skip
    """Return value, interval and reason of one index number, base = 100."""
    if name in ("tpd", "geks") and np.isnan(level):
        return {"value": None, "reason": _matched_index.NOT_CONNECTED}
    if period not in enough:
        return {"value": None, "reason": f"fewer than {FEWEST} listings in the period"}
    if np.isnan(level):
        return {"value": None, "reason": "fewer than two periods of 15 listings"}
    value = 100 * float(np.exp(level))
    if enough and period == enough[0]:
        return {"value": value, "reason": "base period: 100 by definition"}
    if name == "raw_median":
        return {"value": value, "reason": "raw: the mix of listings is not held fixed"}
    half = float(stats.t.ppf(0.975, df)) * float(np.sqrt(variance))
    if not np.isfinite(half):
        return {"value": value, "reason": "too few listings for an interval"}
    return {"value": value, "lo": value * np.exp(-half), "hi": value * np.exp(half),
            "reason": None}  # fmt: skip


def _real(cells: dict[str, Any], currency: str, cpi: Mapping[date, float], period: date,
          enough: list[date]) -> dict[str, Any]:  # fmt: skip
    """Return the same in prices of the base period, or why not."""
    if cells["value"] is None:
        return cells
    nothing = {"value": None, "lo": None, "hi": None}
    if currency != "USD":
        return nothing | {"reason": NOT_USD.format(currency)}
    for month in (enough[0], period):
        if deflator(cpi, month, "month") is None:
            return nothing | {"reason": NO_CPI.format(f"{month:%Y-%m}")}
    factor = deflator(cpi, enough[0], "month") / deflator(cpi, period, "month")
    return {name: cells[name] * factor for name in ("value", "lo", "hi") if cells.get(name)}


def deflator(cpi: Mapping[date, float], start: date, grain: str) -> float | None:
    """Return CPI-U of a month, or the mean of a quarter's three, None unless all are published."""
    months = {"quarter": 3, "year": 12}.get(grain, 1)
    first = start.year * 12 + start.month - 1
    found = [cpi.get(date(m // 12, m % 12 + 1, 1)) for m in range(first, first + months)]
    return None if None in found else float(np.mean([v for v in found if v is not None]))


def _dims(place: Mapping[str, Any], **parts: str) -> str:
    currency = place["currency"] if place["currency"] != "USD" else None
    return dims(pricing_type=place["pricing_type"], currency=currency, **parts)


def _trends(
    place: dict[str, Any], part: pl.DataFrame, cpi: Mapping[date, float]
) -> Iterator[dict[str, Any]]:
    """Yield the trend class of the whole, every family and every niche with enough listings."""
    star = pl.lit("*")
    levels = (part.with_columns(family=star, niche=star), part.with_columns(niche=star), part)
    for level in levels:
        cells = [(key, cell) for key, cell in
                 level.group_by("family", "niche", maintain_order=True)
                 if cell.height >= FEWEST and "unclassified" not in key]  # fmt: skip
        for prices in ("nominal", "real"):
            told = [_slope(cell, prices, place["currency"], cpi) for _, cell in cells]
            said = verdicts([found for found, _ in told])
            for ((family, niche), cell), (found, why), verdict in zip(
                cells, told, said, strict=True
            ):
                where = place | {"family": family, "niche": niche,
                                 "grain": cell["grain"][0],
                                 "period_start": cell["period_start"].max()}  # fmt: skip
                yield trend_row(where, cell.height, found, why, verdict,
                                _dims(place, prices=prices))  # fmt: skip


def trend_row(where: Mapping[str, Any], n: int | None, found: Slope | None, why: str | None,
              verdict: str, dimensions: str) -> dict[str, Any]:  # fmt: skip
    """Return a row of price_trend: percent a year, its interval, and the class in words."""
    if found is None:
        return row("price_trend", "ratio", where, n=n, value_text=verdict, reason=why,
                   dims=dimensions)  # fmt: skip
    lo, hi = found.interval()
    why = WIDE if verdict == CANNOT_TELL else None
    return row("price_trend", "ratio", where, n=n, value=percent(found.value), lo=percent(lo),
               hi=percent(hi), value_text=verdict, reason=why, dims=dimensions)  # fmt: skip


def _slope(
    cell: pl.DataFrame, prices: str, currency: str, cpi: Mapping[date, float]
) -> tuple[Slope | None, str | None]:
    """Return the slope of the index to be preferred, or why there is none."""
    dated = cell.drop_nulls("period_start")
    periods = dated["period_start"].unique().sort().to_list()
    if len(periods) < 2:
        return None, ONE
    counts = [(dated["period_start"] == p).sum() for p in periods]
    enough = [p for p, n in zip(periods, counts, strict=True) if n >= FEWEST]
    if prices == "real" and currency != "USD":
        return None, NOT_USD.format(currency)
    if prices == "real":
        enough = [p for p in enough if deflator(cpi, p, "month")]
    if len(enough) < MIN_PERIODS:
        return None, FEW.format(len(enough))
    level, variance = preferred(dated, periods, enough)
    years = np.array([(p - periods[0]).days / 365.25 for p in periods])
    if prices == "real":
        base = [deflator(cpi, p, "month") or np.nan for p in periods]
        level = level - np.log(base)
    return slope(level, years, variance), FEW.format(len(enough))


def preferred(
    dated: pl.DataFrame, periods: list[date], enough: list[date]
) -> tuple[np.ndarray, np.ndarray]:
    """Return levels and variance of the matched index where enough items match, else hedonic.

    Hedonic adjustment cannot see the quality of entrants; the matched index need not.
    """
    found = _estimators(dated, periods, enough)
    level, variance, n, _ = found["tpd"]
    if ((n >= PREFER_MATCHED) & ~np.isnan(level)).sum() >= max(MIN_PERIODS, len(enough)):
        return level, variance
    return found["hedonic"][:2]


def published_rows(
    series: pl.DataFrame, sources: pl.DataFrame, cpi: Mapping[date, float]
) -> Iterator[dict[str, Any]]:
    """Yield the published matched index in real terms, and the trend class of its categories."""
    name = pl.col("series_id")
    table = series.filter(pl.col("source_id") == "fiverr_index").with_columns(
        panel=name.str.replace("matched_price_index_", "").str.replace("_se_log", ""),
        start=pl.col("period_start").cast(pl.Date), is_error=name.str.contains("_se_"),
    ).sort("panel", "dims", "start")  # fmt: skip
    platform = dict(sources.select("source_id", "platform").iter_rows())
    for (panel,), part in table.group_by("panel", maintain_order=True):
        place = {"source_id": "fiverr_index", "platform": platform.get("fiverr_index"),
                 "side": "supply", "grain": part["grain"][0],
                 "flags": ";".join(filter(None, ["reference", part["flags"][0]]))}  # fmt: skip
        yield from _panel_rows(place, panel, part, cpi)


def _panel_rows(place: dict[str, Any], panel: str, part: pl.DataFrame,
                cpi: Mapping[date, float]) -> Iterator[dict[str, Any]]:  # fmt: skip
    every = []
    for (category,), one in part.group_by("dims", maintain_order=True):
        level = one.filter(~pl.col("is_error")).select("start", "value")
        error = one.filter(pl.col("is_error")).select("start", se="value")
        both = level.join(error, on="start", how="left", maintain_order="left")
        base = [deflator(cpi, start, place["grain"]) for start in both["start"]]
        every.append((str(category).removeprefix("category="), both, base))
        yield from _real_rows(place, panel, *every[-1])
    for prices in ("nominal", "real"):
        found = [_published_slope(both, base if prices == "real" else None)
                 for _, both, base in every]  # fmt: skip
        for (name, both, _), one, verdict in zip(every, found, verdicts(found), strict=True):
            why = FEW.format(both["value"].count()).replace(" of 15 listings or more", "")
            yield trend_row(
                place | {"period_start": both["start"].max()}, None, one, why, verdict,
                dims(category=name, panel=panel, prices=prices, pricing_type="package"),
            )  # fmt: skip


def _real_rows(place: dict[str, Any], panel: str, name: str, both: pl.DataFrame,
               base: list[float | None]) -> Iterator[dict[str, Any]]:  # fmt: skip
    for (start, value, se), now in zip(both.iter_rows(), base, strict=True):
        cells: dict[str, Any] = {"value": None, "reason": None}
        if value is None:
            cells["reason"] = "the producer publishes no value"
        elif now is None or base[0] is None:
            cells["reason"] = NO_CPI.format(f"a month of the quarter from {start:%Y-%m}")
        else:
            value *= base[0] / now
            cells["value"] = value
            if se is None:
                cells["reason"] = "the producer publishes no standard error"
            else:
                cells["lo"], cells["hi"] = (
                    value * float(np.exp(z * se)) for z in (-1.959964, 1.959964)
                )
        yield row("price_index_published", "index", place | {"period_start": start}, **cells,
                  dims=dims(category=name, panel=panel, prices="real"))  # fmt: skip


def _published_slope(both: pl.DataFrame, base: list[float | None] | None) -> Slope | None:
    level = np.log(both["value"].fill_null(np.nan).to_numpy() / 100)
    if base is not None:
        level = level - np.log(np.array([np.nan if b is None else b for b in base]))
    start = both["start"].to_list()
    years = np.array([(s - start[0]).days / 365.25 for s in start])
    return change(level, years, both["se"].fill_null(np.nan).to_numpy())
