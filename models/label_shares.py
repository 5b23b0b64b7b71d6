"""What share of listings has a label, corrected for what its reader is known to confuse.

Two stats per cell: `found`, the share as read, with the interval of `share_intervals`; `share`,
corrected by the confusions of the hand-labelled listings (`_misclassification`), with an interval
for both errors that holds that of `found` as well, or none and the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import polars as pl

from models._misclassification import Shares, corrected_shares

READS = ("est_shares", "core_reader_errors", "ref_listing_labels")
WRITES = "est_label_shares"

CELL = ["source_id", "platform", "side", "period_start", "grain", "flags", "family", "niche"]
DRAWS = 200  # per cell
DIGITS = 6
FEWEST = 15  # listings of a cell: thinner ones are withheld anyway
NOT_CHECKED = "not corrected: no hand-labelled listings say how often its reader errs"
ENDS = ("value", "lo", "hi")
SCHEMA = {
    "measure": pl.String,
    **dict.fromkeys(CELL, pl.String),
    "period_start": pl.Date,
    "dims": pl.String,
    "stat": pl.String,
    "n": pl.Int64,
    "value": pl.Float64,
    "lo": pl.Float64,
    "hi": pl.Float64,
    "reason": pl.String,
}


def estimate(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return two rows (stat `found`, `share`) per label, level, source, period, family and niche.

    Only wholes: a single capture is read with the same errors as all, and says less.
    """
    checked = _checked(frames["core_reader_errors"])
    labels = frames["est_shares"].filter(
        pl.col("measure").is_in(frames["ref_listing_labels"]["label"].implode()),
        pl.col("capture") == "",
        pl.col("n") >= FEWEST,
    )
    rows = [
        row
        for key, cell in labels.group_by(["measure", *CELL], maintain_order=True)
        for row in _rows(dict(zip(["measure", *CELL], key, strict=True)), cell, checked)
    ]
    return pl.DataFrame(rows, schema=SCHEMA).sort(*SCHEMA, nulls_last=False)


def _checked(errors: pl.DataFrame) -> dict[str, tuple[list[str], np.ndarray]]:
    """Return per label its levels in order and the counts of truth (rows) by what was said."""
    found = {}
    for (label,), part in errors.group_by("label", maintain_order=True):
        levels = sorted(set(part["truth"]) | set(part["said"]))
        table = np.zeros((len(levels), len(levels)))
        for truth, said, count in part.select("truth", "said", "listings").iter_rows():
            table[levels.index(truth), levels.index(said)] = count
        found[label] = levels, table
    return found


def _rows(
    key: Mapping[str, Any], cell: pl.DataFrame, checked: Mapping[str, tuple[list[str], np.ndarray]]
) -> Iterator[dict[str, Any]]:
    """Yield both rows of every level of one label in one cell."""
    levels, confusions = checked.get(key["measure"], ([], np.zeros((0, 0))))
    shares = _corrected(cell, levels, confusions) if levels else Shares(None, reason=NOT_CHECKED)
    for row in cell.iter_rows(named=True):
        same = dict(key) | {"dims": row["dims"], "n": row["n"]}
        found = {name: row[name] for name in ENDS}
        yield same | found | {"stat": "found", "reason": None}
        level, numbers = _level(row), dict.fromkeys(ENDS)
        if shares.share is not None and level in levels:
            numbers = _ends(row, shares, levels.index(level))
        reason = shares.reason if shares.share is None else None if level in levels else NOT_CHECKED
        yield same | numbers | {"stat": "share", "reason": reason}


def _ends(found: Mapping[str, Any], shares: Shares, at: int) -> dict[str, float]:
    """Return the corrected share and an interval that holds that of the share as read as well.

    Readers err otherwise in another market: how far the correction carries over, no one knows.
    """
    value, low, high = (float(end[at]) for end in (shares.share, shares.low, shares.high))
    ends = {"value": value, "lo": min(low, found["lo"]), "hi": max(high, found["hi"])}
    return {name: round(end, DIGITS) for name, end in ends.items()}


def _level(row: Mapping[str, Any]) -> str:
    return row["dims"].split("=", 1)[1]


def _corrected(cell: pl.DataFrame, levels: list[str], confusions: np.ndarray) -> Shares:
    """Correct one cell's counts; what captures disagree on shrinks them first.

    What no listed level holds (no AI service, a mark that is not set) is the level left over.
    """
    told = {_level(row): row["k"] for row in cell.iter_rows(named=True)}
    n = cell["n"][0]
    counts = np.array([told.get(level, 0) for level in levels], dtype=float)
    rest = [at for at, level in enumerate(levels) if level not in told]
    if any(told[level] for level in set(told) - set(levels)):
        return Shares(None, reason=NOT_CHECKED)
    if len(rest) == 1:
        counts[rest[0]] = n - counts.sum()
    widest = max(1.0, cell["dispersion"].max() or 1.0)
    return corrected_shares(counts / widest, confusions, count=DRAWS)
