"""Two kinds of evidence on a niche's exposure: published measures of its occupation, its listings.

Frames that `models/exposure.py` weighs. Nothing here decides; where there is no number there is
null. What the market did: `_exposure_market.py`.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from models._exposure_class import AI_NATIVE
from models._exposure_text import CLASSES
from models._intervals import dispersion, wilson
from models._misclassification import corrected_shares

# Residual groups ("all other") hold unlike occupations: docs/methods/taxonomy.md.
POOR_LINKS = ("13-1199", "15-1299")
SHARES = {"niche": pl.String, "label": pl.String, "n": pl.Int64, "k": pl.Int64} | dict.fromkeys(
    ("share", "lo", "hi"), pl.Float64
)


def prior(taxonomy: pl.DataFrame, measures: pl.DataFrame) -> pl.DataFrame:
    """Return each niche's ensemble rank (0-1, 1 most exposed) among the occupations of all niches.

    `rank` is the mean over measures; `low`, `high`, `sd` their spread; `least` and `most` the mean
    with any one measure left out; `measures` how many there are; `niches` how many niches share
    the occupation code and so the prior; `poor_link` marks residual codes.
    """
    used = measures.filter(pl.col("use") == "ensemble").select(
        "measure", soc2018="code", value=pl.col("value").cast(pl.Float64)
    )
    used = used.filter(pl.col("soc2018").is_in(taxonomy["soc2018"].implode()))
    place = (pl.col("value").rank() - 0.5) / pl.col("value").count()
    ranks = used.with_columns(place.over("measure").alias("rank"))
    left = (pl.col("rank").sum() - pl.col("rank")) / (pl.len() - 1)
    codes = ranks.group_by("soc2018").agg(
        pl.col("rank").mean(), low=pl.col("rank").min(), high=pl.col("rank").max(),
        sd=pl.col("rank").std(), least=left.min(), most=left.max(), measures=pl.len(),
    )  # fmt: skip
    niches = taxonomy.select("niche", "family", "soc2018", niches=pl.len().over("soc2018"))
    return niches.join(codes, on="soc2018", how="left", maintain_order="left").with_columns(
        pl.col("measures").fill_null(0),
        pl.col("least", "most").fill_nan(None),
        poor_link=pl.col("soc2018").is_in(POOR_LINKS),
    )


def whole_market(labels: pl.DataFrame, sources: pl.DataFrame) -> pl.DataFrame:
    """Return the labels that may give shares: of sources that see the whole of a market.

    As for every share: no selected query, no capped page, and categories by the source itself. A
    listing that builds or sells AI (`ai_relation`, where it is known) is AI-native instead.
    """
    seen = sources.filter(
        pl.col("scope").is_in(["newest", "window"]) & pl.col("crosswalk").is_not_null()
    )
    kept = labels.filter(pl.col("source_id").is_in(seen["source_id"].implode()))
    if "ai_relation" not in kept.columns:
        return kept
    native = pl.col("ai_relation").is_in(["ai_build", "ai_content"])
    return kept.with_columns(
        substitutability=pl.when(native).then(pl.lit(AI_NATIVE)).otherwise("substitutability")
    )


def listing_shares(labels: pl.DataFrame, confusion: np.ndarray | None = None) -> pl.DataFrame:
    """Return per niche and label: `n`, `share`, `lo`, `hi` (0-1).

    `labels` has a row per listing: source_id, niche, substitutability (null: not read). Intervals
    are Wilson's, widened by what sources disagree on over all niches. With the reader's `confusion`
    (truth by reading, in order of CLASSES) the share is corrected for reading errors; readers err
    differently from niche to niche, so the interval holds both the corrected and the raw one.
    """
    read = labels.drop_nulls(["niche", "substitutability"])
    size = read.group_by("niche", "source_id").agg(n=pl.len())
    rows = []
    for name in sorted(read["substitutability"].unique()):
        found = read.filter(pl.col("substitutability") == name)
        found = found.group_by("niche", "source_id").agg(k=pl.len())
        cells = size.join(found, on=["niche", "source_id"], how="left").fill_null(0)
        cells = cells.sort("niche", "source_id")
        spread = dispersion(*(cells[c].to_numpy() for c in ("k", "n", "niche", "source_id")))
        whole = cells.group_by("niche", maintain_order=True).agg(pl.col("k", "n").sum())
        for niche, k, n in whole.iter_rows():
            rows.append((niche, name, n, k, k / n, *wilson(k, n, spread)))
    shares = pl.DataFrame(rows, schema=SHARES, orient="row")
    return (shares if confusion is None else _corrected(shares, confusion)).drop("k")


def _corrected(shares: pl.DataFrame, confusion: np.ndarray) -> pl.DataFrame:
    """Correct the classes the reader tells apart; a share of AI-native listings stays as it is."""
    parts = [shares.filter(~pl.col("label").is_in(CLASSES))]
    for _, part in shares.filter(pl.col("label").is_in(CLASSES)).group_by("niche"):
        said = dict(part.select("label", "k").iter_rows())
        counts = np.array([said.get(name, 0) for name in CLASSES])
        fixed = corrected_shares(counts, confusion)
        if fixed.share is None:
            parts.append(part)
            continue
        of_all = counts.sum() / part["n"][0]
        true = pl.DataFrame(
            {"label": CLASSES, "share": fixed.share * of_all, "low": fixed.low * of_all,
             "high": fixed.high * of_all}
        )  # fmt: skip
        wide = part.drop("share").join(true, on="label", maintain_order="left")
        ends = {"lo": pl.min_horizontal("lo", "low"), "hi": pl.max_horizontal("hi", "high")}
        parts.append(wide.with_columns(**ends).select(part.columns))
    return pl.concat(parts).sort("niche", "label")
