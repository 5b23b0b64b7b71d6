"""Price and competition of a service beside the ordinary work of the same niche."""

from __future__ import annotations

import numpy as np
import polars as pl

KEY = ["source_id", "native_id"]
CELL = ["source_id", "niche", "pricing_type"]
FEWEST = 15  # on either side; fewer say nothing
DRAWS = 200
SEED = 0
SCHEMA = {"source_id": pl.String, "service_id": pl.String}
SCHEMA |= {f"{name}{end}": pl.Float64 for name in ("price_ratio", "competition")
           for end in ("", "_lo", "_hi")}  # fmt: skip
SCHEMA |= {"n_priced": pl.Int64, "n_competition": pl.Int64}


def beside_incumbents(listings: pl.DataFrame, labels: pl.DataFrame) -> pl.DataFrame:
    """Return per source and AI service its price and competition beside the incumbent niche.

    `price_ratio`: advertised price over the median of the listings without AI service in the same
    source, niche and pricing type; the median of these ratios. `competition`: the chance that a
    listing of the service has more bids (or a higher bracket of proposals) than such a listing,
    ties half; 0.5 is no difference. 95 % intervals: bootstrap of both sides within each cell.
    Null where either side has fewer than 15. The ages of listings are not compared.
    """
    if not {"ai_service", "niche"} <= set(labels.columns):
        return pl.DataFrame(schema=SCHEMA)
    middle = pl.col("price_min_usd") + pl.col("price_max_usd").fill_null(pl.col("price_min_usd"))
    frame = listings.join(labels.select(*KEY, "niche", "ai_service"), on=KEY).select(
        *CELL,
        pl.col("ai_service").fill_null("none"),
        price=pl.when(middle > 0).then(middle.log()),
        rivals=pl.coalesce(pl.col("bids").cast(float), pl.col("proposals_low").cast(float)),
    )
    frame = frame.drop_nulls("niche")
    ordinary = frame.filter(pl.col("ai_service") == "none")
    rows = []
    served = frame.filter(pl.col("ai_service") != "none").sort("source_id", "ai_service")
    for (source, service), group in served.group_by("source_id", "ai_service", maintain_order=True):
        price, n_price = _compared(group, ordinary, "price", _median_gap)
        rivals, n_rivals = _compared(group, ordinary, "rivals", _chance)
        price = [None if x is None else float(np.exp(x)) for x in price]
        rows.append((source, service, *price, *rivals, n_price, n_rivals))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _compared(group: pl.DataFrame, ordinary: pl.DataFrame, column: str, measure) -> tuple:
    """Return (point, low, high) over all cells with enough on the other side, and n."""
    cells = []
    for key, own in group.drop_nulls(column).group_by(CELL, maintain_order=True):
        same = pl.all_horizontal(pl.col(n).eq_missing(v) for n, v in zip(CELL, key, strict=True))
        other = ordinary.filter(same)[column].drop_nulls().to_numpy()
        if len(other) >= FEWEST:
            cells.append((own[column].to_numpy(), other))
    n = sum(len(own) for own, _ in cells)
    if n < FEWEST:
        return (None, None, None), n
    random = np.random.default_rng(SEED)
    draws = [
        measure([(random.choice(a, len(a)), random.choice(b, len(b))) for a, b in cells])
        for _ in range(DRAWS)
    ]
    point, (low, high) = measure(cells), np.percentile(draws, [2.5, 97.5])
    return (point, min(point, float(low)), max(point, float(high))), n


def _median_gap(cells: list[tuple[np.ndarray, np.ndarray]]) -> float:
    return float(np.median(np.concatenate([own - np.median(other) for own, other in cells])))


def _chance(cells: list[tuple[np.ndarray, np.ndarray]]) -> float:
    chances = []
    for own, other in cells:
        ordered = np.sort(other)
        below, upto = (np.searchsorted(ordered, own, side) for side in ("left", "right"))
        chances.append((below + upto) / 2 / len(ordered))
    return float(np.mean(np.concatenate(chances)))
