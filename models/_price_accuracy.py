"""How right is a price guide on listings it never saw, beside the niche and a hedonic model?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from scipy import stats

from models import _hedonic
from models import _price_features as features
from models import _price_trees as trees
from models._intervals import wilson
from models._price_rows import SCHEMA, dims, row

LEVELS = np.array([0.1, 0.5, 0.9])
COVERAGE = 0.8
FEWEST_OF_NICHE = 30
ACCURACY = {name: kind for name, kind in SCHEMA.items() if name != "period_start"}


def log_quantiles(guide: Mapping[str, Any], listings: pl.DataFrame, widen: np.ndarray | None = None,
                  blank: int | None = None) -> np.ndarray:  # fmt: skip
    """Return the log price's 10, 50 and 90 % of each listing, in order, the outer ones widened.

    `widen`: log points by what is told (`told_of`). `blank`: a seed by which things told are taken
    away first.
    """
    rows = features.encode(features.complete(listings), guide["learnt"])
    if blank is not None:
        rows = features.blanked(rows, blank)
    found = np.sort(
        np.column_stack([trees.read(guide[n], rows) for n in ("low", "median", "high")])
    )
    if widen is not None:
        by = widen[told_of(rows)]
        found[:, 0] = np.minimum(found[:, 0] - by, found[:, 1])
        found[:, 2] = np.maximum(found[:, 2] + by, found[:, 1])
    return found


def told_of(rows: np.ndarray) -> np.ndarray:
    """Return what rows tell: 0 neither experience nor skills, 1 skills, 2 experience, 3 both.

    Sources differ by it, and a reader's own question does: each has its own conformal margin
    (Mondrian: Vovk et al. 2005).
    """
    place = features.columns()
    known = [~np.isnan(rows[:, place[name]]).all(axis=1) for name in ("experience", "skills")]
    return 2 * known[0].astype(int) + known[1].astype(int)


def pinball(log_price: np.ndarray, quantiles: np.ndarray) -> np.ndarray:
    """Return the mean pinball loss of each row over LEVELS (Koenker & Bassett 1978), log points.

    >>> pinball(np.array([1.0]), np.array([[0.0, 1.0, 1.0]])).round(4).tolist()
    [0.0333]
    """
    gap = log_price[:, None] - quantiles
    return np.maximum(LEVELS * gap, (LEVELS - 1) * gap).mean(axis=1)


def niche_quantiles(taught: pl.DataFrame, held: pl.DataFrame) -> np.ndarray:
    """Return the quantiles of the niche, of its family or of all where it has too few listings."""
    out = np.tile(np.quantile(taught["log_price"].to_numpy(), LEVELS), (held.height, 1))
    for place in ("family", "niche"):
        for (name,), part in taught.drop_nulls(place).group_by(place, maintain_order=True):
            if part.height >= FEWEST_OF_NICHE:
                where = (held[place] == name).fill_null(False).to_numpy()
                out[where] = np.quantile(part["log_price"].to_numpy(), LEVELS)
    return out


def hedonic_quantiles(taught: pl.DataFrame, held: pl.DataFrame) -> np.ndarray:
    """Return linear predictions from the same features, with quantiles of training residuals."""
    both = pl.concat([taught, held]).with_columns(
        pl.col("niche", "experience_level", "client_country", "ai_relation").fill_null("unknown"),
        duration=pl.col("duration_days_low").cast(pl.String).fill_null("unknown"),
        words=(pl.col("text").fill_null("").str.count_matches(r"\S+") + 1).log(),
        title_words=(pl.col("title").fill_null("").str.count_matches(r"\S+") + 1).log(),
        no_text=pl.col("text").is_null(), no_skills=pl.col("skills").is_null(),
    )  # fmt: skip
    common = taught["client_country"].drop_nulls().value_counts(sort=True).head(40)
    both = both.with_columns(
        pl.when(pl.col("client_country").is_in(common["client_country"].to_list()))
        .then("client_country").otherwise(pl.lit("other")).alias("client_country")
    )  # fmt: skip
    given = _hedonic.columns(
        both, ("niche", "experience_level", "duration", "client_country", "ai_relation"),
        ("no_text", "no_skills", *features.MARKS),
    )  # fmt: skip
    given |= {name: both[name].to_numpy() for name in ("words", "title_words")}
    skills = features.learn(features.complete(taught), taught["log_price"].to_numpy())["skills"]
    given |= {f"skill={s}": both["skills"].list.contains(str(s)).fill_null(False).to_numpy()
              .astype(float) for s in skills}  # fmt: skip
    n = taught.height
    own = {name: column[:n] for name, column in given.items()}
    fit = _hedonic.fit(taught["log_price"].to_numpy(), own, np.arange(n))
    x = np.column_stack([np.ones(both.height), *given.values()])
    said = x @ np.nan_to_num(fit.value)
    rest = np.quantile(taught["log_price"].to_numpy() - said[:n], LEVELS)
    return said[n:, None] + rest


def accuracy(
    guide: Mapping[str, Any], taught: pl.DataFrame, measured: pl.DataFrame
) -> dict[str, np.ndarray]:
    """Return the accuracy of one guide, as columns: one listing per near-duplicate.

    Stats: coverage (share of prices inside the range), pinball (mean, log points), ratio (loss of
    the guide over that of another, paired).
    """
    held = measured.unique("group", keep="first", maintain_order=True)
    log = held["log_price"].to_numpy()
    pricing = str(held["pricing_type"][0])
    others = {"niche": niche_quantiles(taught, held), "hedonic": hedonic_quantiles(taught, held)}
    found = {"guide": log_quantiles(guide, held, guide["widen"]),
             "guide_partly_told": log_quantiles(guide, held, guide["widen"], blank=1)}  # fmt: skip
    loss = {name: pinball(log, each) for name, each in (found | others).items()}
    rows = []
    for name, each in (found | others).items():
        said = dims(model=name, pricing_type=pricing)
        rows += [_covered(log, each, said), _mean(loss[name], said)]
    rows += [_ratio(loss["guide"], loss[name], dims(model=name, pricing_type=pricing))
             for name in others]  # fmt: skip
    table = pl.DataFrame(rows, schema=SCHEMA, orient="row").select(list(ACCURACY))
    return {name: _plain(table[name]) for name in ACCURACY}


def _plain(column: pl.Series) -> np.ndarray:
    if column.dtype == pl.String:
        return np.array(column.fill_null("").to_list(), dtype=np.str_)
    return column.fill_null(np.nan).to_numpy() if column.dtype == pl.Float64 else column.to_numpy()


PLACE = {"source_id": "pooled", "platform": "pooled", "side": "demand", "flags": "selected_query"}


def _covered(log: np.ndarray, found: np.ndarray, said: str) -> dict[str, Any]:
    """Return the share of prices inside, and whether it lies in the binomial band around 0.80."""
    inside = int(((log >= found[:, 0]) & (log <= found[:, 2])).sum())
    n = len(log)
    low, high = stats.binom.ppf([0.025, 0.975], n, COVERAGE) / n
    lo, hi = wilson(inside, n)
    word = "within" if low <= inside / n <= high else "outside"
    return row("price_guide_accuracy", "share", PLACE, n=n, value=inside / n, lo=lo, hi=hi,
               value_text=f"{word} the band {low:.3f}-{high:.3f} of 0.80", dims=said)  # fmt: skip


def _mean(loss: np.ndarray, said: str) -> dict[str, Any]:
    value, half = float(loss.mean()), 1.959964 * float(loss.std(ddof=1)) / np.sqrt(len(loss))
    return row("price_guide_accuracy", "mean", PLACE, n=len(loss), value=value, lo=value - half,
               hi=value + half, dims=said)  # fmt: skip


def _ratio(own: np.ndarray, other: np.ndarray, said: str) -> dict[str, Any]:
    """Return the ratio of mean losses, its interval by the delta method over paired listings."""
    value = float(own.mean() / other.mean())
    error = float((own - value * other).std(ddof=1)) / np.sqrt(len(own)) / float(other.mean())
    return row("price_guide_accuracy", "ratio", PLACE, n=len(own), value=value,
               lo=value - 1.959964 * error, hi=value + 1.959964 * error, dims=said)  # fmt: skip
