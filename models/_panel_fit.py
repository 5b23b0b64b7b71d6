"""Poisson and linear panel regressions with fixed effects: pyfixest, errors by category.

For what has no closed form in `_panel.py`: continuous exposure, and panels with covariates.
pyfixest passes our frames through pandas and calls a form of it that newer pandas warns about;
that warning alone is silenced here.
"""

from __future__ import annotations

import warnings

import numpy as np
import polars as pl
import pyfixest

from models._panel import Panel
from models._panel_inference import Effect

FEWEST = 4  # categories with an exposure: below, a slope over them says nothing


def frame(p: Panel) -> pl.DataFrame:
    """Return the panel long: category, period, time, count, treated, post, effect, trend."""
    rows, columns = p.counts.shape
    treated = np.repeat(p.treated.astype(float), columns)
    post = np.tile(p.post.astype(float), rows)
    time = np.tile(p.time.astype(float), rows)
    return pl.DataFrame({
        "category": np.repeat(np.arange(rows), columns),
        "period": np.tile(np.arange(columns), rows),
        "time": time, "count": p.counts.ravel(), "treated": treated, "post": post,
        "effect": treated * post, "trend": treated * time,
    })  # fmt: skip


def fixed_effects_poisson(
    data: pl.DataFrame, regressors: tuple[str, ...],
    fixed: tuple[str, ...] = ("category", "period"), by: str = "category",
) -> dict[str, tuple[float, float]]:  # fmt: skip
    """Return per regressor its PPML coefficient and standard error clustered on `by` (CRV1)."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*inplace keyword.*")
        fit = pyfixest.fepois(
            f"count ~ {' + '.join(regressors)} | {' + '.join(fixed)}", data=data, vcov={"CRV1": by}
        )
        found = fit.coef(), fit.se()
    return {name: (float(found[0][name]), float(found[1][name])) for name in regressors}


def exposure_effects(p: Panel, exposure: np.ndarray) -> dict[str, Effect]:
    """Return PPML effects of one sd more exposure after the shock, plain and beside a trend.

    `plain`: Post x E. `trend`: the same with E x t (horse race): where its sign differs, the plain
    effect is not identified. Exposure is standardised over the panel's categories; errors are
    clustered on categories, Student's t with their number less two.
    """
    known = np.isfinite(exposure)
    if known.sum() < FEWEST:
        return {}
    p, e = p.of(known), exposure[known]
    e = (e - e.mean()) / e.std()
    each = pl.Series("exposure", np.repeat(e, len(p.time)))
    data = (
        frame(p)
        .with_columns(each)
        .with_columns(
            dose=pl.col("exposure") * pl.col("post"), drift=pl.col("exposure") * pl.col("time")
        )
    )
    told = {
        "plain": fixed_effects_poisson(data, ("dose",))["dose"],
        "trend": fixed_effects_poisson(data, ("dose", "drift"))["dose"],
    }
    return {name: Effect(b, se, len(e) - 2) for name, (b, se) in told.items()}
