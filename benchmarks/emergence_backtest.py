"""What would models/emergence.py have flagged on Hacker News, and when? Needs ../shared.

python -m benchmarks.emergence_backtest

Rule, fixed before any result was seen: a flag is right if the term's share of the posts of the
twelve months after it is at least its share of the three months of the flag. Flags with fewer than
twelve later months are not judged.
"""

from __future__ import annotations

import time
from datetime import datetime

import polars as pl

from benchmarks.category_accuracy import SHARED, rows_of
from etl.reference import reference_tables
from etl.sources import sources
from models import emergence
from models._bursts import (
    COMPARED,
    FEWEST_POSTS,
    LEAST_RATIO,
    Counts,
    chance,
    overdispersion,
    window,
)
from models._intervals import wilson
from models._kept_names import kept_names
from models._term_corpus import Corpus, candidates, corpus, count
from models._walk_forward import FEWEST_POSTERS, first_flags, flags

LEVEL = 0.005  # the share whose first passing tells the lag
AFTER = 12
ASKED = ["docker", "containers", "react", "deep learning", "machine learning", "blockchain",
         "kubernetes", "golang", "swift", "graphql", "vue", "typescript", "elixir", "kafka",
         "microservices", "serverless", "tensorflow", "redux", "ethereum", "angularjs"]  # fmt: skip
COLUMNS = {"source_id": pl.String, "native_id": pl.String, "title": pl.String, "text": pl.String,
           "skills": pl.List(pl.String), "posted_at": pl.Datetime, "flags": pl.List(pl.String),
           "pricing_type": pl.String, "price_min_usd": pl.Float64, "price_max_usd": pl.Float64,
           "bids": pl.Int64, "proposals_low": pl.Int64}  # fmt: skip
LABELS = {"source_id": pl.String, "native_id": pl.String, "niche": pl.String}


def frames() -> dict[str, pl.DataFrame]:
    """Return the frames that the model reads, from the shared data files; no labels."""
    modules = sources()
    tables = reference_tables(module.SOURCE for module in modules.values())
    listings = {
        (row["source_id"], row["native_id"]): [row.get(name) for name in COLUMNS]
        for module in modules.values() if module.SOURCE.kind == "listing" and module.SOURCE.files
        for row in rows_of(module)
    }  # fmt: skip
    series = [row for row in rows_of(modules["hn_counts"]) if row.get("series_id")]
    return tables | {
        "core_listings": pl.DataFrame(list(listings.values()), schema=COLUMNS, orient="row"),
        "core_series": pl.DataFrame(series, infer_schema_length=None),
        "est_listing_labels": pl.DataFrame(schema=LABELS),
    }


def shares(counts: Counts, at: int, month: int) -> tuple[float, float] | None:
    """Return a term's share in the months of the flag and in the twelve after; None if too few."""
    later = slice(month + 1, month + 1 + AFTER)
    if counts.complete[later].sum() != AFTER:
        return None
    now = slice(month - 2, month + 1)
    return tuple(
        float(counts.posts[at, span].sum() / counts.totals[span].sum()) for span in (now, later)
    )


def lag(counts: Counts, at: int, month: int) -> int | None:
    """Return the months from the first three-month share of LEVEL to the flag; < 0: before it."""
    for end in range(2, len(counts.totals)):
        span = slice(end - 2, end + 1)
        if counts.complete[span].all() and (
            counts.posts[at, span].sum() >= LEVEL * counts.totals[span].sum()
        ):
            return month - end
    return None


def judged(counts: Counts, terms: list[str], first: pl.DataFrame) -> pl.DataFrame:
    """Add to first flags whether they were right (null: too late to be judged), and their lag."""
    rows = []
    for term, month, posters in first.iter_rows():
        at = terms.index(term)
        pair = shares(counts, at, month)
        right = None if pair is None else pair[1] >= pair[0]
        rows.append((term, month, posters, *(pair or (None, None)), right, lag(counts, at, month)))
    names = ["term", "month", "posters", "share", "later", "right", "lag"]
    return pl.DataFrame(rows, schema=names, orient="row", infer_schema_length=None)


def precision(name: str, table: pl.DataFrame) -> None:
    """Print how many of the judged flags were right, with Wilson's interval."""
    told = table.drop_nulls("right")
    k, n = int(told["right"].sum()), told.height
    low, high = wilson(k, n) if n else (float("nan"), float("nan"))
    print(f"{name}: {table.height} flags, {n} judged, {k} right"
          f" = {k / max(n, 1):.2f} [{low:.2f}, {high:.2f}]; median lag of the right ones"
          f" {told.filter('right')['lag'].median()} months")  # fmt: skip


def usual(counts: Counts) -> None:
    """Print how often any term of 15 posts keeps its share: what a flag is to be held against."""
    kept, tried = 0, 0
    for month in range(len(counts.totals)):
        seen = window(counts, month)
        if seen is None or shares(counts, 0, month) is None:
            continue
        later = slice(month + 1, month + 1 + AFTER)
        tested = seen.a >= FEWEST_POSTS
        after = counts.posts[tested, later].sum(axis=1) / counts.totals[later].sum()
        kept, tried = (
            kept + int((after >= seen.a[tested] / seen.n_recent).sum()),
            tried + tested.sum(),
        )
    print(f"any term of {FEWEST_POSTS} posts, any month: {kept / tried:.2f} keep their share")


def backtest(data: Corpus, kept: set[str]) -> None:
    """Walk forward over 2012-2018 and print flags, precision, lags and what was missed."""
    terms = candidates(data)
    counts = count(data, terms)
    print(f"{len(data.texts)} posts, {len(terms)} terms, {data.complete.sum()} complete months")
    tables = {}
    for name, named in (("one family of tests", set()), ("kept names and others apart", kept)):
        burst = flags(data, terms, counts, named)
        first = first_flags(burst.filter(pl.col("posters") >= FEWEST_POSTERS))
        tables[name] = table = judged(counts, terms, first)
        is_kept = pl.col("term").is_in(sorted(kept))
        print(f"\n{name}; too few posters: {first_flags(burst).height - first.height} terms")
        precision("  all terms", table)
        precision("  kept names", table.filter(is_kept))
        precision("  other words", table.filter(~is_kept))
        for term, month, posters, share, later, right, months in table.filter(is_kept).iter_rows():
            print(f"  | {data.months[month]:%Y-%m} | {term} | {posters} |"
                  f" {'' if share is None else f'{share:.2%}'} |"
                  f" {'' if later is None else f'{later:.2%}'} | {right} | {months} |")  # fmt: skip
    usual(counts)
    asked(data, counts, terms, tables)


def asked(data: Corpus, counts: Counts, terms: list[str], tables: dict) -> None:
    """Print for the terms everybody remembers: when flagged, or how near they came."""
    print("\n| term | share 2012-13, 2017-18 | flagged: one family, apart | smallest p, month |")
    for term in ASKED:
        if term not in terms:
            print(f"| {term} | never five posts in a month |")
            continue
        at = terms.index(term)
        own = Counts(counts.posts[[at]], counts.totals, counts.complete)
        best = (1.0, None)
        for month in range(len(data.months)):
            for months, fewest in COMPARED.items():
                seen = window(counts, month, months, fewest)
                if seen is None or seen.a[at] < FEWEST_POSTS or seen.ratio[at] < LEAST_RATIO:
                    continue
                p = float(chance(window(own, month, months, fewest), overdispersion(seen))[0])
                best = min(best, (p, month))
        when = [
            table.filter(pl.col("term") == term)["month"].to_list() for table in tables.values()
        ]
        told = ", ".join(f"{data.months[w[0]]:%Y-%m}" if w else "no" for w in when)
        ends = [own.posts[0, s].sum() / own.totals[s].sum() for s in (slice(0, 24), slice(-25, -1))]
        p = f"{best[0]:.1e}, {data.months[best[1]]:%Y-%m}" if best[1] is not None else "never twice"
        print(f"| {term} | {ends[0]:.2%}, {ends[1]:.2%} | {told} | {p} |")


def main() -> None:
    """Print the back-test, and what the material of 2023-2026 supports."""
    if not (SHARED / "data" / "hn").exists():
        print("../shared is not there: nothing to test on")
        return
    tables = frames()
    listings = tables["core_listings"]
    old = (pl.col("source_id") == "hn_hiring") & (pl.col("posted_at") < datetime(2018, 7, 1))
    data = corpus(listings.filter(old), tables["ref_ai_terms"], tables["ref_term_rules"])
    backtest(data, kept_names(tables))
    start = time.perf_counter()
    services = emergence.estimate(tables)
    print(f"\nestimate: {listings.height} listings, {time.perf_counter() - start:.0f} s")
    pl.Config(tbl_rows=-1, tbl_cols=-1, tbl_width_chars=230, fmt_str_lengths=150)
    shown = ["source_id", "service_id", "stage", "born_on", "flagged_on", "growth", "growth_lo",
             "growth_hi", "n_recent", "n_before", "n_all", "is_rename_of"]  # fmt: skip
    print(services.filter(pl.col("n_all") > 0).select(shown))
    print(services.filter(pl.col("n_all") > 0).select("source_id", "service_id", "terms", "reason"))


if __name__ == "__main__":
    main()
