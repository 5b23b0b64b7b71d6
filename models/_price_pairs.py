"""Pairs of prices: two dated cross-sections at fixed mix, one listing seen twice, reposts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from scipy import stats

from models import _hedonic
from models._intervals import wilson
from models._posters import stand_ins
from models._price_rows import (
    FEWEST,
    KEY,
    common,
    dims,
    merged_flags,
    percent,
    percent_interval,
    row,
)
from models._price_series import NO_CPI, deflator
from models._price_trend import CANNOT_TELL

APART_DAYS, TOGETHER_DAYS = 180, 45  # cross-sections closer than this are one point in time
CELL = 5  # listings a niche needs in both
FEWEST_NICHES = 5
CHANGED = 0.02  # a smaller log change is the day's exchange rate, not the client
REPOST_WORDS = 20  # a shorter text is alike by chance
MARKED = ("few_captures", "single_snapshot", "selected_query", "undated", "capped_page")
NO_NICHES = "fewer than 5 niches with 5 listings in both: no common mix"
RAW = "raw medians: the mix of listings is not held fixed"
UNDATED = "the month of one of the two is not known: no CPI-U to deflate with"


def comparison_rows(rows: pl.DataFrame, cpi: Mapping[date, float]) -> Iterator[dict[str, Any]]:
    """Yield price differences at fixed mix between two sources of a platform, half a year apart.

    `placebo`: the same between two collectors of the same weeks, where nothing can have moved.
    ln p = later + niche + experience + duration + country over the niches both
    hold; errors clustered by niche, since collectors differ niche by niche.
    """
    dated = rows.drop_nulls("period_start").filter(pl.col("side") == "demand")
    for (platform, pricing, currency), part in dated.group_by(
        "platform", "pricing_type", "currency", maintain_order=True
    ):
        if currency != "USD":
            continue
        starts = part.group_by("source_id").agg(
            pl.col("period_start").min(), n=pl.len()
        ).filter(pl.col("n") >= 50).sort("period_start", "source_id")  # fmt: skip
        pairs = [(a[0], b[0], (a[1] - b[1]).days) for a in starts.iter_rows()
                 for b in starts.iter_rows() if a[0] != b[0]]  # fmt: skip
        close = [
            _mixed(part, later, earlier) for later, earlier, days in pairs
            if 0 <= days <= TOGETHER_DAYS and not _undated(part, later, earlier)
        ]  # fmt: skip
        place = {"platform": platform, "side": "demand"}
        together = [_told(pair) for pair in close]
        for pair, found in zip(close, together, strict=True):
            said = {"against": pair.earlier, "prices": "nominal", "pricing_type": pricing}
            yield _row(place, pair, "placebo", found, dims(**said), None)
        least = max((_farthest(found) for found in together if found), default=None)
        for later, earlier, days in pairs:
            if days >= APART_DAYS:
                pair = _mixed(part, later, earlier)
                yield from _comparison(place, pair, str(pricing), least, cpi)


@dataclass(frozen=True)
class Pair:
    """Two cross-sections of the niches both hold; `niches` is how many."""

    later: str
    earlier: str
    rows: pl.DataFrame
    niches: int
    start: date
    flags: str


def _undated(part: pl.DataFrame, *sources: str) -> bool:
    own = part.filter(pl.col("source_id").is_in(sources))
    return bool(own["flags"].str.contains("undated").any())


def _mixed(part: pl.DataFrame, later: str, earlier: str) -> Pair:
    pair = part.filter(pl.col("source_id").is_in([later, earlier]))
    is_later = pl.col("source_id") == later
    held = pair.filter(pl.col("niche") != "unclassified").group_by("niche").agg(
        a=is_later.sum(), b=(~is_later).sum()
    ).filter((pl.col("a") >= CELL) & (pl.col("b") >= CELL))  # fmt: skip
    both = pair.join(held.select("niche"), on="niche", how="semi", maintain_order="left")
    flags = set(merged_flags(pair["flags"]).split(";")) & set(MARKED) | {"cross_section"}
    start = pair.filter(is_later)["period_start"].min()
    return Pair(later, earlier, both, held.height, start, ";".join(sorted(flags)))


Found = tuple[float, float, int] | None


def _told(pair: Pair, log: np.ndarray | None = None) -> Found:
    """Return the difference at fixed mix, its error, df; None without a common mix."""
    if pair.niches < FEWEST_NICHES:
        return None
    log = pair.rows["log_price"].to_numpy() if log is None else log
    return _difference(pair.rows, log, pair.later)


def _row(place: Mapping[str, Any], pair: Pair, stat: str, found: Found, said: str,
         verdict: str | None) -> dict[str, Any]:  # fmt: skip
    cells = {"reason": NO_NICHES} if found is None else percent_interval(*found)
    return row("price_comparison", stat, place, source_id=pair.later, period_start=pair.start,
               flags=pair.flags, n=pair.rows.height, dims=said, value_text=verdict,
               **cells)  # fmt: skip


def _comparison(place: Mapping[str, Any], pair: Pair, pricing: str, least: float | None,
                cpi: Mapping[date, float]) -> Iterator[dict[str, Any]]:  # fmt: skip
    for prices in ("nominal", "real"):
        said = dims(against=pair.earlier, prices=prices, pricing_type=pricing)
        log, why = _deflated(pair.rows, prices, cpi)
        found = _told(pair, log) if log is not None else None
        one = _row(place, pair, "ratio", found, said, _verdict(found, least))
        yield one | ({"reason": why} if why and pair.niches >= FEWEST_NICHES else {})
        if prices == "nominal" and found:
            is_later = (pair.rows["source_id"] == pair.later).to_numpy()
            gap = float(np.median(log[is_later]) - np.median(log[~is_later]))
            raw = _row(place, pair, "raw_ratio", found, said, None)
            yield raw | {"value": percent(gap), "lo": None, "hi": None, "reason": RAW}


def _verdict(found: Found, least: float | None) -> str:
    """Return higher or lower only beyond sampling and beyond what collectors of one time differ.

    `least`: what two collectors of the same weeks may differ by, the far end of the interval of
    the difference that stands farthest from none (stat placebo).
    """
    if found is None or least is None or abs(found[0]) <= least:
        return CANNOT_TELL
    half = float(stats.t.ppf(0.975, found[2])) * found[1]
    return CANNOT_TELL if abs(found[0]) <= half else "higher" if found[0] > 0 else "lower"


def _farthest(found: tuple[float, float, int]) -> float:
    return abs(found[0]) + float(stats.t.ppf(0.975, found[2])) * found[1]


def _deflated(
    both: pl.DataFrame, prices: str, cpi: Mapping[date, float]
) -> tuple[np.ndarray | None, str | None]:
    log = both["log_price"].to_numpy()
    if prices == "nominal":
        return log, None
    if both["flags"].str.contains("undated").any():
        return None, UNDATED
    months = {start: deflator(cpi, start, "month") for start in both["period_start"].unique()}
    lacking = sorted(start for start, level in months.items() if level is None)
    if lacking:
        return None, NO_CPI.format(f"{lacking[0]:%Y-%m}")
    return log - np.log(both["period_start"].replace_strict(months).to_numpy()), None


def _difference(both: pl.DataFrame, log: np.ndarray, later: str) -> tuple[float, float, int]:
    """Return the log difference, its standard error (the larger of two), degrees of freedom."""
    kinds = [kind for kind in ("experience", "duration", "country") if _shared(both, kind)]
    both = both.with_columns(common(both["country"]))
    given = {"later": (both["source_id"] == later).to_numpy().astype(float)}
    given |= _hedonic.columns(both, ["niche", *kinds])
    fits = [_hedonic.fit(log, given, both[by].to_numpy()) for by in ("niche", "native_id")]
    return _hedonic.wider(fits, "later")


def _shared(both: pl.DataFrame, kind: str) -> bool:
    """Is the kind known for most listings of both sources? Else it would stand for the source."""
    known = both.group_by("source_id").agg((pl.col(kind) != "unknown").mean().alias("known"))
    return bool((known["known"] > 0.8).all())


def resighting_rows(observations: pl.DataFrame, rows: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield how many listings seen twice changed their advertised price, per source.

    First against last sighting, middles of ranges, one currency; never bids.
    """
    seen = observations.with_columns(
        middle=(pl.coalesce("price_min", "price_max") + pl.coalesce("price_max", "price_min")) / 2
    ).filter(pl.col("middle") > 0).drop_nulls("observed_at")  # fmt: skip
    pairs = seen.sort("observed_at", "raw_sha256").group_by(KEY).agg(
        ends=pl.col("middle").last() / pl.col("middle").first(),
        at=pl.col("observed_at").min().cast(pl.Date), times=pl.col("observed_at").n_unique(),
        currencies=pl.col("currency").n_unique(),
    ).filter(pl.col("times") > 1, pl.col("currencies") == 1)  # fmt: skip
    places = rows.select(*KEY, "platform", "side", "pricing_type", "flags").unique(
        KEY, keep="first", maintain_order=True
    )
    pairs = pairs.join(places, on=KEY).sort(KEY)
    for key, part in pairs.group_by("source_id", "platform", "side", maintain_order=True):
        place = dict(zip(("source_id", "platform", "side"), key, strict=True))
        place |= {"period_start": part["at"].min().replace(day=1),
                  "flags": merged_flags(part["flags"])}  # fmt: skip
        yield from _moves("resighting", place, np.log(part["ends"].to_numpy()))


def _moves(kind: str, place: dict[str, Any], moved: np.ndarray) -> Iterator[dict[str, Any]]:
    """Yield the share of pairs whose price changed, and the mean change of all of them."""
    n = len(moved)
    changed = int((np.abs(moved) >= CHANGED).sum())
    lo, hi = wilson(changed, n)
    said = dims(pair=kind)
    yield row("price_change", "share", place, n=n, value=changed / n, lo=lo, hi=hi, dims=said)
    error = float(moved.std(ddof=1) / np.sqrt(n)) if n > 1 else np.nan
    cells = percent_interval(float(moved.mean()), error, max(n - 1, 1))
    reason = None if cells["lo"] is not None else "all changed by the same: no interval"
    yield row("price_change", "mean", place, n=n, **cells, dims=said, reason=reason)


def repost_rows(
    listings: pl.DataFrame, rows: pl.DataFrame, sources: pl.DataFrame
) -> Iterator[dict[str, Any]]:
    """Yield the share of listings that repost an earlier one, and how the price changed with it.

    A repost: another id, the same source, way of pricing and client country, nearly the same
    words (four min-hashes), a text of REPOST_WORDS words or more. Titles alone cannot tell.
    """
    told = listings.filter(
        pl.col("text").fill_null("").str.count_matches(r"\S+") >= REPOST_WORDS,
        pl.col("side") == "demand", pl.col("pricing_type").is_in(["hourly", "fixed"]),
    )  # fmt: skip
    told = told.with_columns(
        stand_ins(told, [])["text_sketch"],
        when=pl.coalesce("posted_at", "first_seen_at"),
    ).drop_nulls("when").sort("source_id", "when", "native_id")  # fmt: skip
    same = ["source_id", "pricing_type", "client_country", "text_sketch"]
    told = told.with_columns(
        order=pl.int_range(pl.len()).over(same), first=pl.col("native_id").first().over(same)
    )
    price = rows.select(*KEY, "log_price", "flags").unique(KEY, keep="first", maintain_order=True)
    price = price.select(*KEY, "log_price")
    platform = dict(sources.select("source_id", "platform").iter_rows())
    flags = {key[0]: merged_flags(part["flags"]) for key, part in rows.group_by("source_id")}
    for (source,), part in told.group_by("source_id", maintain_order=True):
        place = {"source_id": source, "platform": platform[source], "side": "demand",
                 "period_start": part["when"].min().date().replace(day=1),
                 "flags": flags.get(source, "")}  # fmt: skip
        k, n = int((part["order"] > 0).sum()), part.height
        if n < FEWEST:
            continue
        lo, hi = wilson(k, n)
        yield row("repost_share", "share", place, n=n, value=k / n, lo=lo, hi=hi)
        again = part.filter(pl.col("order") > 0).join(price, on=KEY).join(
            price, left_on=["source_id", "first"], right_on=KEY, suffix="_first"
        )  # fmt: skip
        if again.height:
            moved = again["log_price"] - again["log_price_first"]
            yield from _moves("repost", place, moved.to_numpy())
