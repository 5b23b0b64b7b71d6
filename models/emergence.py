"""Which services are new? Bursts of terms, clustered into services, named, dated and staged.

Dated only where months follow each other; elsewhere a service is present, absent, or cannot be
told. Named only by words of kept lists, of at least 15 posts and 5 posters: no text is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from models._bursts import FEWEST_POSTS, Counts, rising
from models._incumbents import SCHEMA as BESIDE
from models._incumbents import beside_incumbents
from models._kept_names import kept_names
from models._life_cycle import CANNOT_TELL, dates, spread
from models._source_bursts import DATED, Told, told
from models._term_clusters import clusters, incidence
from models._walk_forward import FEWEST_POSTERS, first_flags
from models._watched_series import keyword_counts

READS = (
    "core_listings", "core_series", "est_listing_labels", "ref_ai_terms", "ref_crosswalk",
    "ref_service_terms", "ref_sources", "ref_technologies", "ref_term_rules",
)  # fmt: skip
WRITES = "est_services"

NOT_NAMED = "a word that no kept list holds"
SCHEMA = {
    "source_id": pl.String, "platform": pl.String, "service_id": pl.String, "basis": pl.String,
    "name": pl.String, "terms": pl.String, "n_terms": pl.Int64, "matched_service": pl.String,
    "talked_about": pl.Boolean, "stage": pl.String, "reason": pl.String, "staged_on": pl.Date,
    "born_on": pl.Date, "flagged_on": pl.Date, "growth": pl.Float64, "growth_lo": pl.Float64,
    "growth_hi": pl.Float64, "share": pl.Float64, "n_recent": pl.Int64, "n_before": pl.Int64,
    "n_all": pl.Int64, "first_month": pl.Date, "last_month": pl.Date,
    "year_growth": pl.Float64, "year_growth_lo": pl.Float64, "year_growth_hi": pl.Float64,
    "is_rename_of": pl.String,
}  # fmt: skip


def estimate(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return one row per source and service.

    `basis`: burst (found by the data), watched (looked for by the terms of service_terms.csv),
    series (a published monthly keyword share), unnamed (bursts that no kept list names, counted
    together). `growth`: share of the recent three months over that of the nine before, with its
    95 % interval; `year_growth`: of the last twelve months over the twelve before; `share`,
    `n_recent`, `n_before` are of these months; `n_all` of all listings.
    """
    kept = kept_names(frames)
    sources = frames["ref_sources"].filter(pl.col("kind") == "listing").sort("source_id")
    all_told = []
    for source in sources.iter_rows(named=True):
        own = frames["core_listings"].filter(pl.col("source_id") == source["source_id"])
        if own.height:
            all_told.append(told(own, source, dict(frames), kept))
    backed = _backed(all_told)
    rows = [row for one in all_told for row in _services(one, backed, frames, kept)]
    rows += _series_rows(frames, kept)
    table = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    beside = beside_incumbents(frames["core_listings"], frames["est_listing_labels"])
    table = table.join(beside.cast(BESIDE), on=["source_id", "service_id"], how="left",
                       maintain_order="left")  # fmt: skip
    return table.sort("source_id", "service_id")


def _backed(all_told: list[Told]) -> dict[str, pl.DataFrame]:
    """Return per source the bursts of at least five posters or two platforms in one month."""
    every = pl.concat(
        one.burst.with_columns(
            source=pl.lit(one.source), platform=pl.lit(one.platform),
            on=pl.Series([one.months[m] for m in one.burst["month"]], dtype=pl.Date),
        )
        for one in all_told
    ) if all_told else pl.DataFrame()  # fmt: skip
    return {
        one.source: every.filter(
            (pl.col("posters") >= FEWEST_POSTERS)
            | (pl.col("platform").n_unique().over("term", "on") >= 2)
        ).filter(pl.col("source") == one.source)
        for one in all_told
    }


def _services(
    one: Told, backed: dict[str, pl.DataFrame], frames: Mapping[str, pl.DataFrame], kept: set[str]
) -> list[tuple]:
    first = first_flags(backed[one.source])
    named = [term for term in first["term"] if term in kept]
    stands = incidence(one.pairs, named, int(one.pairs["row"].max() or 0) + 1)
    together: dict[int, list[str]] = {}
    for term, number in zip(named, clusters(stands), strict=True):
        together.setdefault(int(number), []).append(term)
    watch = frames["ref_service_terms"]
    service_of = dict(watch.select("term", "service").iter_rows())
    rows, matched = [], {}
    for terms in together.values():
        known = [service_of[term] for term in terms if term in service_of]
        if not known:
            slug = terms[0].replace(" ", "_")
            rows.append(_row(one, "burst", slug, None, terms, None, first, kept))
            continue
        most = max(sorted(known), key=known.count)
        for term in terms:
            matched.setdefault(service_of.get(term, most), []).append(term)
    kinds = watch.group_by("service", "service_name", "talked_about", maintain_order=True)
    for (service, name, talked), group in kinds:
        terms = sorted({*group["term"], *matched.get(service, ())})
        basis = "burst" if service in matched else "watched"
        rows.append(_row(one, basis, service, name, terms, talked, first, kept))
    unnamed = first.height - len(named)
    if unnamed:
        rows.append(_unnamed(one, unnamed))
    return rows


def _row(one: Told, basis: str, service: str, name: str | None, terms: list[str],
         talked: Any, first: pl.DataFrame, kept: set[str]) -> tuple:  # fmt: skip
    old = one.renamed.filter(pl.col("term").is_in(terms))["is_rename_of"].to_list()
    # A service under a new name is as old as the old one: both are counted together.
    counts = one.counts([*terms, *old])
    flag = first.filter(pl.col("term").is_in(terms))["month"].min()
    used = one.used.filter(pl.col("term").is_in(terms)).sort("posts", "term", descending=True)
    shown = used.filter((pl.col("posts") >= FEWEST_POSTS) & (pl.col("posters") >= FEWEST_POSTERS))
    known = [term for term in old if term in kept]
    name = name or ", ".join(shown["term"].head(3)) or None
    n_all = one.pairs.filter(pl.col("term").is_in(terms))["row"].n_unique()
    dated = one.scope in DATED
    return (
        one.source, one.platform, service, basis, name, "; ".join(shown["term"]), shown.height,
        service if talked is not None else None, _flag(talked),
        *dates(counts, one.months, one.extra, flag, dated, n_all),
        (known or [NOT_NAMED])[0] if old else None,
    )  # fmt: skip


def _flag(talked: Any) -> bool | None:
    return None if talked is None else str(talked).lower() == "true"


def _unnamed(one: Told, terms: int) -> tuple:
    reason = "words of bursts that no kept list holds: counted, not named"
    row = dict.fromkeys(SCHEMA) | {
        "source_id": one.source, "platform": one.platform, "service_id": "unnamed",
        "basis": "unnamed", "n_terms": terms, "stage": CANNOT_TELL, "reason": reason,
    }  # fmt: skip
    return tuple(row.values())


def _series_rows(frames: Mapping[str, pl.DataFrame], kept: set[str]) -> list[tuple]:
    """Return the services that published keyword shares can date; posters are not known there."""
    sources = frames["ref_sources"].filter(pl.col("kind") == "series").sort("source_id")
    return [
        row for place in sources.select("source_id", "platform").iter_rows()
        for row in _keyword_rows(place, *keyword_counts(frames["core_series"], place[0]), frames,
                                 kept)
    ]  # fmt: skip


def _keyword_rows(place: tuple, words: list[str], months: list, counts: Counts,
                  frames: Mapping[str, pl.DataFrame], kept: set[str]) -> list[tuple]:  # fmt: skip
    watch = frames["ref_service_terms"].select("term", "service", "talked_about")
    known = {term: (service, _flag(talked)) for term, service, talked in watch.iter_rows()}
    bursts = [rising(counts, month) for month in range(len(months))]
    whole = np.flatnonzero(counts.complete)
    extra = {int(whole[-1]): spread(counts, int(whole[-1]))} if len(whole) else {}
    rows = []
    for i, word in enumerate(words):
        if word not in kept:
            continue
        single = Counts(counts.posts[[i]].astype(int), counts.totals, counts.complete)
        flag = next((m for m, at in enumerate(bursts) if i in at), None)
        told_dates = list(dates(single, months, extra, flag, True, int(single.posts.sum())))
        told_dates[1] = "; ".join(
            filter(None, (told_dates[1], "a published keyword: posters not known"))
        )
        rows.append((*place, word.replace(" ", "_"), "series", word, word, 1,
                     *known.get(word, (None, None)), *told_dates, None))  # fmt: skip
    return rows
