"""How the mix of work moved: shares of two cross-sections, groups of a series, value in parts.

Two cross-sections are a comparison, never a trend: a family is `higher`, `lower`, `unchanged` or
`cannot tell`. Monthly groups are `rising` or `falling` beside equally long earlier changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from models._metric_rows import SCHEMA
from models._share_change import Section, share_change
from models._value_mix import decompose, joined, totals

READS = ("core_series", "mart_amounts", "mart_listing_counts", "ref_crosswalk", "ref_sources")
WRITES = "est_category_shifts"

APART_DAYS = 90  # two cross-sections closer than this are one
MARKET = ("newest", "window")  # scopes that see a whole market
SHOCK_MONTH = date(2022, 11, 1)  # the last month before ChatGPT could act on a whole month
FEWEST_PLACEBOS = 19  # below it no 95 % range can be read from ranks
SERIES = "oli"
LEFT_OUT = ("occupation_group=all", "occupation_group=microwork")
NO_VOLUME = "volumes exist only where a whole market is seen over time; this source shows a part"
EXACT = "arithmetic on the figures as they stand: no sampling interval, rounded where they are"


def estimate(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return rows of `measure` share_change (0-1, odds) and value_change (US dollars)."""
    sections = [*_snapshots(frames), *_weeks(frames)]
    rows = [row for pair in _pairs(sections) for row in share_change(*pair)]
    rows += _group_changes(frames)
    rows += _value_changes(frames)
    return pl.DataFrame(rows, schema=SCHEMA).sort(*SCHEMA, nulls_last=False)


def _pairs(sections: list[Section]) -> list[tuple[Section, Section]]:
    """Return per platform its first and last cross-section, where they are far enough apart."""
    pairs = []
    for platform in sorted({section.platform for section in sections}):
        own = sorted((s for s in sections if s.platform == platform), key=lambda s: s.first_day)
        if (own[-1].first_day - own[0].first_day).days >= APART_DAYS:
            pairs.append((own[0], own[-1]))
    return pairs


def _snapshots(frames: Mapping[str, pl.DataFrame]) -> list[Section]:
    """Return the snapshots of listing sources that see a market and whose labels are mapped."""
    counts = frames["mart_listing_counts"].join(
        frames["ref_sources"].select("source_id", "crosswalk"), on="source_id"
    ).filter(
        pl.col("scope").is_in(MARKET), pl.col("measure") == "listing_share",
        pl.col("grain") == "snapshot", pl.col("capture") != "", pl.col("niche") == "*",
        pl.col("family") != "*", pl.col("crosswalk").is_not_null(), pl.col("side") == "demand",
        pl.col("period_start").is_not_null(), ~pl.col("flags").str.contains("defect"),
    )  # fmt: skip
    keys = ["source_id", "platform", "period_start"]
    return [
        _section(*key, group, frozenset({"single_snapshot"} if group["capture"].n_unique() < 2
                                        else {"few_captures"}))
        for key, group in counts.sort(*keys).group_by(keys, maintain_order=True)
    ]  # fmt: skip


def _weeks(frames: Mapping[str, pl.DataFrame]) -> list[Section]:
    """Return the last whole weeks (at most 4) of each published series of weekly counts.

    The first week of a series is left out: collecting may have begun within it.
    """
    crosswalk = frames["ref_crosswalk"].drop_nulls("family").select(
        pl.col("crosswalk").alias("source_id"), "family",
        pl.concat_str(pl.lit("category="), "label").alias("dims"),
    )  # fmt: skip
    counts = (
        frames["core_series"]
        .filter(pl.col("series_id") == "category_jobs", pl.col("grain") == "week")
        .join(crosswalk, on=["source_id", "dims"])
        .join(frames["ref_sources"].select("source_id", "platform", "selected"), on="source_id")
    )
    sections = []
    for (source, platform, selected), group in counts.group_by(
        "source_id", "platform", "selected", maintain_order=True
    ):
        partial = group.filter(pl.col("flags").str.contains("partial"))["period_start"].unique()
        weeks = [w for w in sorted(group["period_start"].unique())[1:] if w not in set(partial)]
        cells = group.filter(pl.col("period_start").is_in(weeks[-4:])).select(
            "family", pl.col("period_start").alias("capture"), pl.col("value").alias("k"),
            pl.col("value").sum().over("period_start").alias("n"),
        )  # fmt: skip
        flags = {"reference"} | ({"selected_query"} if selected else set())
        if cells.height:
            sections.append(_section(source, platform, weeks[-4:][0].date(), cells,
                                     frozenset(flags)))  # fmt: skip
    return sections


def _section(source: str, platform: str, first_day: date, cells: pl.DataFrame,
             flags: frozenset[str]) -> Section:  # fmt: skip
    """Return a cross-section from rows of family, capture, k, n."""
    families = tuple(sorted(cells["family"].unique()))
    captures = sorted(cells["capture"].unique())
    k, n = np.zeros((len(families), len(captures))), np.zeros(len(captures))
    for family, capture, count, whole in cells.select("family", "capture", "k", "n").iter_rows():
        k[families.index(family), captures.index(capture)] += count
        n[captures.index(capture)] = whole
    return Section(source, platform, first_day, families, k, n, flags)


def _group_changes(frames: Mapping[str, pl.DataFrame]) -> list[dict[str, Any]]:
    """Return changes of the groups' shares since a year before and since SHOCK_MONTH, by month."""
    levels = frames["core_series"].filter(
        pl.col("source_id") == SERIES, pl.col("series_id") == "oli_level",
        ~pl.col("dims").is_in(LEFT_OUT),
    ).with_columns(pl.col("period_start").cast(pl.Date)).with_columns(
        share=pl.col("value") / pl.col("value").sum().over("period_start"),
        odd=pl.col("flags").str.contains("anomaly|partial"),
    )  # fmt: skip
    platforms = dict(frames["ref_sources"].select("source_id", "platform").iter_rows())
    rows = []
    for (dims,), group in levels.sort("period_start").group_by("dims", maintain_order=True):
        months = group["period_start"].to_list()
        share = dict(zip(months, group["share"], strict=True))
        sound = {m for m, odd in zip(months, group["odd"], strict=True) if not odd}
        for month in months:
            for against in {_earlier(month, 12), SHOCK_MONTH}:
                if against in share and against < month:
                    row = _group_row(share, sound, against, month)
                    rows.append(row | {"dims": f"against={against};{dims}", "source_id": SERIES,
                                       "platform": platforms[SERIES]})  # fmt: skip
    return rows


def _earlier(month: date, months: int) -> date:
    at = month.year * 12 + month.month - 1 - months
    return date(at // 12, at % 12 + 1, 1)


def _group_row(share: dict[date, float], sound: set[date], against: date, month: date
               ) -> dict[str, Any]:  # fmt: skip
    """Return one change, its range the 95 % rank of equally long changes that ended earlier.

    Changes that overlap are not independent: how small a p-value could become is said by those
    that do not, and with fewer than 19 of these the verdict is descriptive.
    """
    length = (month.year - against.year) * 12 + month.month - against.month
    change = share[month] - share[against]
    placebos = sorted(
        abs(share[end] - share[_earlier(end, length)]) for end in sound
        if end <= SHOCK_MONTH and _earlier(end, length) in sound
    )  # fmt: skip
    row = {
        "measure": "group_change", "stat": "difference", "side": "demand", "geo": "*",
        "period_start": month, "grain": "month", "family": "*", "niche": "*", "n": None,
        "value": change, "lo": None, "hi": None, "value_text": None, "reason": None,
        "flags": "reference" if {month, against} <= sound else "reference;anomaly",
    }  # fmt: skip
    if month <= SHOCK_MONTH:
        return row | {"reason": "one of the earlier changes that later ones are held against"}
    m = len(placebos)
    if m < FEWEST_PLACEBOS:
        return row | {"value_text": "cannot tell",
                      "reason": f"only {m} earlier changes of {length} months"}  # fmt: skip
    rank = min(m, int(np.ceil((m + 1) * 0.95)))
    width = placebos[rank - 1]
    apart = (m + length) // length  # how many changes of this length fit without overlap
    verdict = "cannot tell" if abs(change) <= width else "rising" if change > 0 else "falling"
    floor = 1 / (apart + 1)
    return row | {
        "lo": change - width, "hi": change + width, "value_text": verdict,
        "reason": f"descriptive: beside {m} earlier changes of {length} months, "
                  f"{apart} without overlap, so p cannot be below {floor:.2f}",
    }  # fmt: skip


def _value_changes(frames: Mapping[str, pl.DataFrame]) -> list[dict[str, Any]]:
    """Return the parts of changes in offered value per source, and why others have none."""
    sources = frames["ref_sources"].filter(pl.col("kind") == "listing")
    amounts = frames["mart_amounts"].filter(
        pl.col("measure") == "fixed_budget", pl.col("capture") == ""
    )
    renamed = frames.get("ref_label_changes", pl.DataFrame(schema=dict.fromkeys(
        ("source_id", "old", "new"), pl.String)))  # fmt: skip
    rows = []
    for source, platform, scope in sources.select("source_id", "platform", "scope").iter_rows():
        own = amounts.filter(pl.col("source_id") == source)
        if not own.height:
            continue
        same = {"source_id": source, "platform": platform, "side": "demand", "geo": "*"}
        months = own.filter(pl.col("grain") == "month", ~pl.col("flags").str.contains("partial"))
        if scope != "window":
            rows.append(_no_value(own, same, NO_VOLUME))
            continue
        changes = renamed.filter(pl.col("source_id") == source).select("old", "new").rows()
        found = _listing_values(months, changes, same)
        rows += found or [_no_value(own, same, "no two months a year apart")]
    return rows + _reported_values(frames)


def _no_value(own: pl.DataFrame, same: dict[str, Any], reason: str) -> dict[str, Any]:
    last = own.sort("period_start", nulls_last=False).row(-1, named=True)
    return _value_row(same, last["period_start"], last["grain"], "", "total", None, own.height) | {
        "reason": reason, "value_text": "cannot tell",
    }  # fmt: skip


def _listing_values(months: pl.DataFrame, changes: list[tuple[str, str]], same: dict[str, Any]
                    ) -> list[dict[str, Any]]:  # fmt: skip
    """Return every month beside the same month a year before, per niche, family and in all."""
    cells = months.group_by("period_start", "family", "niche").agg(
        n=pl.len(), cents=(pl.col("amount") * 100).round().cast(pl.Int64).sum()
    )
    families = dict(cells.select("niche", "family").iter_rows())
    names = joined(families, changes)
    by_month: dict[date, dict[str, tuple[int, int]]] = {}
    for month, niche, n, cents in cells.select("period_start", "niche", "n", "cents").iter_rows():
        own = by_month.setdefault(month, {})
        had = own.get(names[niche], (0, 0))
        own[names[niche]] = had[0] + n, had[1] + cents
    rows = []
    for month in sorted(by_month):
        before = by_month.get(_earlier(month, 12))
        if before:
            parts = decompose(before, by_month[month])
            n = min(sum(n for n, _ in side.values()) for side in (before, by_month[month]))
            dims = f"against={_earlier(month, 12)}"
            rows += [
                _value_row(same, month, "month", dims, stat, cents, n)
                for stat, cents in totals(parts).items()
            ]
            rows += [
                _value_row(same, month, "month", dims, stat, cents,
                           before.get(niche, (0,))[0] + by_month[month].get(niche, (0,))[0])
                | {"family": families.get(niche, "*"), "niche": niche}
                for niche, row in parts.items() for stat, cents in row.items() if cents
            ]  # fmt: skip
    return rows


def _reported_values(frames: Mapping[str, pl.DataFrame]) -> list[dict[str, Any]]:
    """Return Fiverr's reported yearly turnover in parts: buyers (volume), spend each (price)."""
    sources = dict(frames["ref_sources"].select("source_id", "platform").iter_rows())
    years = frames["core_series"].filter(
        pl.col("series_id").is_in(["active_buyers_m", "gmv_usd_m"]), pl.col("grain") == "year",
        ~pl.col("flags").str.contains("trailing"),
    ).pivot(on="series_id", index=["source_id", "period_start"], values="value")  # fmt: skip
    rows = []
    if not {"active_buyers_m", "gmv_usd_m"} <= set(years.columns):
        return rows
    cells = {
        (source, at.date()): {"*": (round(buyers * 1e6), round(usd * 1e8))}
        for source, at, buyers, usd in years.select(
            "source_id", "period_start", "active_buyers_m", "gmv_usd_m").drop_nulls().iter_rows()
    }  # fmt: skip
    for (source, year), after in sorted(cells.items()):
        for against in {_earlier(year, 12), date(SHOCK_MONTH.year, 1, 1)}:
            if against < year and (source, against) in cells:
                same = {"source_id": source, "platform": sources[source], "side": "both",
                        "geo": "*"}  # fmt: skip
                parts = decompose(cells[source, against], after)
                rows += [
                    _value_row(same, year, "year", f"against={against}", stat, cents, None)
                    for stat, cents in totals(parts).items() if stat in ("volume", "price", "total")
                ]  # fmt: skip
    return rows


def _value_row(same: dict[str, Any], month: date | None, grain: str, dims: str, stat: str,
               cents: int | None, n: int | None) -> dict[str, Any]:  # fmt: skip
    return same | {
        "measure": "value_change", "stat": stat, "period_start": month, "grain": grain,
        "family": "*", "niche": "*", "dims": dims, "n": n,
        "value": None if cents is None else cents / 100, "lo": None, "hi": None,
        "value_text": None, "reason": EXACT, "flags": "reference" if n is None else "",
    }  # fmt: skip
