"""PPML on a full edition's panel: pyfixest beside statsmodels' GLM, and the whole shock model.

python -m benchmarks.panel_speed

80 niches x 120 months x 3 sources, errors clustered on niches. statsmodels has to carry a dummy per
niche and source and per month and source. Then `models.shock.estimate` on three sources of 80
families each, with the shocks of data/reference/shocks.csv.
"""

from __future__ import annotations

import time
from datetime import date

import numpy as np
import polars as pl
from statsmodels.api import GLM, families

from etl.reference import reference_tables
from models import shock
from models._panel_fit import fixed_effects_poisson

NICHES, MONTHS, SOURCES, FIRST = 80, 120, 3, 71
TREATED = 20
TREATED_NAMES = ("writing", "translation", "web_mobile_software", "design_creative")


def cells(seed: int = 1) -> pl.DataFrame:
    """Return the panel long: category (niche), unit, period, count, effect, trend."""
    rng = np.random.default_rng(seed)
    source, niche, month = (a.ravel() for a in np.indices((SOURCES, NICHES, MONTHS)))
    post, treated = month >= FIRST, niche < TREATED
    size = rng.normal(3, 1, SOURCES * NICHES)[source * NICHES + niche]
    mean = np.exp(size + 0.2 * np.sin(month / 6) - 0.22 * post * treated)
    return pl.DataFrame({
        "category": niche, "unit": source * NICHES + niche, "when": source * MONTHS + month,
        "source": source, "month": month, "count": rng.poisson(mean).astype(float),
        "effect": (post & treated).astype(float), "trend": treated * (month - FIRST) / 12.0,
    })  # fmt: skip


def ours(data: pl.DataFrame) -> tuple[dict[str, float], float]:
    """Return coefficients and seconds of pyfixest, after a first call that loads it."""
    terms, fixed = ("effect", "trend"), ("unit", "when")
    fixed_effects_poisson(data.filter(pl.col("source") == 0), terms, fixed)
    start = time.perf_counter()
    told = fixed_effects_poisson(data, terms, fixed)
    return {name: b for name, (b, _) in told.items()}, time.perf_counter() - start


def dummies(data: pl.DataFrame) -> tuple[dict[str, float], float]:
    """Return coefficients and seconds of statsmodels' Poisson GLM with dummies."""
    start = time.perf_counter()
    unit, when = data["unit"].to_numpy(), data["when"].to_numpy()
    x = np.zeros((len(data), 2 + SOURCES * (NICHES + MONTHS - 1)))
    x[:, 0], x[:, 1] = data["effect"], data["trend"]
    x[np.arange(len(data)), 2 + unit] = 1
    month = data["month"].to_numpy()
    late = month > 0  # each source's first month is left to its niches
    column = 2 + SOURCES * NICHES + when - data["source"].to_numpy() - 1
    x[np.flatnonzero(late), column[late]] = 1
    fit = GLM(data["count"].to_numpy(), x, family=families.Poisson()).fit(
        tol=1e-10, cov_type="cluster", cov_kwds={"groups": data["category"].to_numpy()}
    )
    named = {"effect": float(fit.params[0]), "trend": float(fit.params[1])}
    return named, time.perf_counter() - start


def edition(data: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Return frames of three listing sources whose families are the panel's niches."""
    rest = [f"family_{i:02}" for i in range(NICHES - len(TREATED_NAMES))]
    names = dict(enumerate([*TREATED_NAMES, *rest]))
    months = {m: date(2017 + m // 12, m % 12 + 1, 1) for m in range(MONTHS)}
    counts = data.select(
        pl.col("category").replace_strict(names, return_dtype=pl.String).alias("family"),
        pl.col("month").replace_strict(months, return_dtype=pl.Date).alias("period_start"),
        (pl.lit("s") + pl.col("source").cast(pl.String)).alias("source_id"),
        (pl.col("count") + 1).cast(pl.Int64).alias("k"),
    ).with_columns(
        platform=pl.lit("p"), scope=pl.lit("window"), side=pl.lit("demand"), grain=pl.lit("month"),
        capture=pl.lit(""), flags=pl.lit(""), niche=pl.lit("*"),
    )  # fmt: skip
    text = dict.fromkeys(("source_id", "series_id", "geo", "grain", "dims", "flags"), pl.String)
    prior = np.random.default_rng(1).random(NICHES)
    return {
        "core_series": pl.DataFrame(
            schema=text | {"period_start": pl.Date, "value": pl.Float64}
        ),
        "est_niche_exposure": pl.DataFrame({"family": list(names.values()), "prior_rank": prior}),
        "mart_listing_counts": counts,
        "ref_exposure_groups": pl.DataFrame(
            schema=dict.fromkeys(("source_id", "label", "family"), pl.String)
        ),
        "ref_shocks": reference_tables([])["ref_shocks"],
        "ref_sources": pl.DataFrame(
            [(f"s{i}", "p", "listing", "window", False) for i in range(SOURCES)],
            ["source_id", "platform", "kind", "scope", "selected"], orient="row",
        ),
    }  # fmt: skip


def main() -> None:
    """Print the times, their ratio, and the largest difference of coefficients."""
    data = cells()
    told, fast = ours(data)
    other, slow = dummies(data)
    apart = max(abs(told[name] - other[name]) for name in told)
    print(f"{len(data)} cells: pyfixest {fast:.2f} s, statsmodels GLM with dummies {slow:.1f} s, "
          f"ratio {slow / fast:.0f}, largest difference {apart:.1e}")  # fmt: skip
    frames = edition(data)
    start = time.perf_counter()
    rows = shock.estimate(frames)
    print(f"shock.estimate: {time.perf_counter() - start:.1f} s, {len(rows)} rows")


if __name__ == "__main__":
    main()
