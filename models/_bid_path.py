"""Mean bids at the end of bidding: bids now plus those still to come in the days left.

Most bids come in a listing's first days, so one pace for all days left would be wrong: the days
left are cut into bands, each with its own pace, estimated from listings seen twice.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from scipy import stats

from models._intervals import LEVEL
from models._win_chance import Estimate

MIN_PAIRS = 30  # listings seen twice that paces may rest on
PACE_BANDS = (3.0, 5.0)  # days left


def days_in_bands(start: np.ndarray, end: np.ndarray | float) -> np.ndarray:
    """Return the days from `start` days left down to `end`, split into PACE_BANDS.

    >>> days_in_bands(np.array([6.0, 4.0]), 1.0).tolist()  # below 3, 3 to 5, above 5 days left
    [[2.0, 2.0, 1.0], [2.0, 1.0, 0.0]]
    """
    edges = (0.0, *PACE_BANDS, np.inf)
    parts = [
        np.maximum(0, np.minimum(start, high) - np.maximum(end, low))
        for low, high in pairwise(edges)
    ]
    return np.stack(parts, axis=1)


def pace(days: np.ndarray, gained: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Return bids per day by band of days left and their covariance, or None if undetermined.

    Least squares through the origin of bids gained on days spent in each band, one row per
    listing; covariance HC3 (MacKinnon & White 1985): gains are of very unequal spread.
    """
    cross = days.T @ days
    if len(days) < MIN_PAIRS or np.linalg.matrix_rank(cross) < days.shape[1]:
        return None
    inverse = np.linalg.inv(cross)
    found = inverse @ days.T @ gained
    leverage = np.minimum(np.einsum("ij,jk,ik->i", days, inverse, days), 0.99)
    scores = days * ((gained - days @ found) / (1 - leverage))[:, None]
    return found, inverse @ scores.T @ scores @ inverse


def bids_at_end(
    bids: np.ndarray,
    days_left: np.ndarray,
    paces: tuple[np.ndarray, np.ndarray],
    inflation: float = 1.0,
) -> Estimate | None:
    """Return mean bids at the end of bidding with a 95 % interval, on the log scale.

    Variance: of mean bids now, times `inflation` (captures), plus that of the bids to come. None
    where the expected number is not above 0.
    """
    days = days_in_bands(days_left, 0.0)
    per_listing = bids + days @ paces[0]
    value, exposure = float(per_listing.mean()), days.mean(axis=0)
    if value <= 0:
        return None
    variance = float(per_listing.var(ddof=1)) / len(bids) * inflation
    error = np.sqrt(variance + exposure @ paces[1] @ exposure)
    half = float(stats.t.ppf(0.5 + LEVEL / 2, len(bids) - 1) * error / value)
    return Estimate(value, value * float(np.exp(-half)), value * float(np.exp(half)))
