"""Shares and effects corrected for what a classifier is known to confuse.

Assumed: P(said | true) is the same where the classifier was checked and where it is used. Then a
check set may be rich in rare classes: it need not look like the market (P(true | said) does depend
on the market and is never carried over). Formulas, a worked example and simulated coverage:
docs/methods/misclassification.md. Two classes: Rogan & Gladen 1978; several: the maximum
likelihood shares by expectation-maximisation (Saerens, Latinne & Decaestecker 2002).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

LEVEL = 0.95
DRAWS = 1_000
FEWEST_CHECKED = 15  # hand-labelled listings per true class; below, a row of confusions is a guess
LEAST_SEPARATION = 0.2  # two classes: sensitivity + specificity - 1; more: smallest singular value
NEARLY_NONE = 0.05  # separations that the check set cannot tell from this say nothing
ROUNDS = 200  # of expectation-maximisation
LEFT_OVER = 0.002  # a share; smaller ones are expectation-maximisation not yet at its end
CELL_PRIOR = 0.5  # Jeffreys: confusions never seen are not impossible
_TAILS = [100 * (1 - LEVEL) / 2, 100 * (1 + LEVEL) / 2]


@dataclass(frozen=True)
class Shares:
    """True shares per class with 95 % interval, or None and the reason."""

    share: np.ndarray | None
    low: np.ndarray | None = None
    high: np.ndarray | None = None
    reason: str | None = None


def confusions(truth: np.ndarray, said: np.ndarray, classes: tuple[str, ...]) -> np.ndarray:
    """Count pairs, shape (classes, classes): rows what is true, columns what was said.

    >>> confusions(np.array(["a", "a", "b"]), np.array(["a", "b", "b"]), ("a", "b")).tolist()
    [[1, 1], [0, 1]]
    """
    table = np.zeros((len(classes), len(classes)), dtype=np.int64)
    place = {name: number for number, name in enumerate(classes)}
    for true, found in zip(truth.tolist(), said.tolist(), strict=True):
        table[place[true], place[found]] += 1
    return table


def corrected_shares(
    said: np.ndarray, checked: np.ndarray, seed: int = 0, count: int = DRAWS
) -> Shares:
    """Return true shares from counts `said` per class and the check set's `confusions`.

    `said` may be shrunk by a dispersion before (fractions allowed). The interval has the error of
    both: of the measured listings and of the confusions (Dirichlet draws, Jeffreys prior).
    """
    said, checked = np.asarray(said, dtype=float), np.asarray(checked, dtype=float)
    reason = cannot_tell(said, checked, seed)
    if reason:
        return Shares(None, reason=reason)
    share = solve(said / said.sum(), checked / checked.sum(axis=1, keepdims=True))
    draws, unexplained = share_draws(said, checked, seed, count)
    if not _explained(unexplained):
        return Shares(None, reason="no true shares give what was said: the confusions differ here")
    low, high = np.percentile(draws, _TAILS, axis=0)
    return Shares(share, np.minimum(low, share), np.maximum(high, share))


def cannot_tell(said: np.ndarray, checked: np.ndarray, seed: int = 0) -> str | None:
    """Return why the shares cannot be corrected, or None."""
    if said.sum() <= 0:
        return "no listings"
    fewest = int(checked.sum(axis=1).min())
    if fewest < FEWEST_CHECKED:
        return f"only {fewest} hand-labelled listings of a class; {FEWEST_CHECKED} are needed"
    return _told_apart(tuple(map(tuple, checked.tolist())), seed)


@cache
def _told_apart(table: tuple[tuple[float, ...], ...], seed: int) -> str | None:
    """Return why classes are not told apart well enough, or None; the same for every cell."""
    checked = np.array(table)
    if separation(checked / checked.sum(axis=1, keepdims=True)) < LEAST_SEPARATION:
        return "the classifier hardly tells the classes apart"
    drawn = separation(_confusion_draws(checked, np.random.default_rng(seed), 400))
    if np.mean(drawn < NEARLY_NONE) > (1 - LEVEL) / 2:
        return "too few hand-labelled listings to know that the classes are told apart"
    return None


def separation(rates: np.ndarray) -> np.ndarray | float:
    """Return how well classes are told apart, 1 perfectly, 0 not at all; shape (..., k, k).

    >>> round(float(separation(np.array([[0.95, 0.05], [0.15, 0.85]]))), 2)
    0.8
    """
    if rates.shape[-1] == 2:
        return rates[..., 0, 0] + rates[..., 1, 1] - 1
    return np.linalg.svd(rates, compute_uv=False)[..., -1]


def solve(measured: np.ndarray, rates: np.ndarray) -> np.ndarray:
    """Return the most likely true shares, shapes (..., k) and (..., k, k); they sum to 1.

    >>> solve(np.array([0.83, 0.17]), np.array([[0.95, 0.05], [0.15, 0.85]])).round(3).tolist()
    [0.85, 0.15]
    """
    if rates.shape[-1] == 2:
        p = (measured[..., 1] - rates[..., 0, 1]) / separation(rates)
        # Worse than chance in a draw: everything is as likely, so the measured share stands.
        p = np.where(separation(rates) > NEARLY_NONE, p, measured[..., 1]).clip(0, 1)
        return np.stack([1 - p, p], axis=-1)
    share = np.full(np.broadcast_shapes(measured.shape, rates.shape[:-1]), 1 / rates.shape[-1])
    for _ in range(ROUNDS):
        expected = np.einsum("...i,...ij->...j", share, rates)
        weight = np.divide(measured, expected, out=np.zeros_like(expected), where=expected > 0)
        share = share * np.einsum("...ij,...j->...i", rates, weight)
        share = share / share.sum(axis=-1, keepdims=True)
    return share


def share_draws(
    said: np.ndarray, checked: np.ndarray, seed: int = 0, count: int = DRAWS
) -> tuple[np.ndarray, np.ndarray]:
    """Return `count` true shares that both samples leave possible, and what they leave unexplained.

    Unexplained is the measured share less what those true shares would give: zero unless the
    measured shares lie outside all that the confusions can make of true ones.
    """
    random = np.random.default_rng(seed)
    rates = _confusion_draws(checked, random, count)
    measured = random.dirichlet(said + CELL_PRIOR, count)
    share = solve(measured, rates)
    return share, measured - np.einsum("...i,...ij->...j", share, rates)


def _explained(unexplained: np.ndarray) -> bool:
    """Say whether in at least 1 draw of 40 nothing is left over, or with either sign."""
    most = (1 + LEVEL) / 2
    over, under = (unexplained > LEFT_OVER).mean(axis=0), (unexplained < -LEFT_OVER).mean(axis=0)
    return bool((over < most).all() and (under < most).all())


def _confusion_draws(checked: np.ndarray, random: np.random.Generator, draws: int) -> np.ndarray:
    rows = [random.dirichlet(row + CELL_PRIOR, draws) for row in checked]
    return np.stack(rows, axis=1)


def true_given_said(share: np.ndarray, rates: np.ndarray, of: int, said: int) -> float:
    """Return P(true class `of` | said class `said`) in a market with those true shares (Bayes)."""
    expected = share @ rates[:, said]
    return float(share[of] * rates[of, said] / expected) if expected > 0 else float("nan")


def corrected_effect(ratio: float, pi_treated: float, pi_control: float) -> float | None:
    """Return the effect on what is truly treated, from the ratio of two groups as labelled.

    `ratio` is growth of the group labelled treated over growth of that labelled control,
    `pi_*` the truly treated share of each: ratio = (1 + d pi_treated) / (1 + d pi_control).
    None where the groups differ too little in what they hold, or the answer is below -1.

    >>> round(corrected_effect(0.83 / 0.99, 0.85, 0.05), 4)
    -0.2
    """
    if not 0 <= pi_control < pi_treated <= 1 or pi_treated - pi_control < LEAST_SEPARATION:
        return None
    below = pi_treated - ratio * pi_control
    if below < LEAST_SEPARATION / 2:
        return None
    effect = (ratio - 1) / below
    return effect if effect >= -1 else None


def effect_interval(
    log_ratio: float,
    log_error: float,
    treated: tuple[int, int],
    control: tuple[int, int],
    seed: int = 0,
) -> tuple[float, float, float] | None:
    """Return the corrected effect and its interval: error of the ratio and of both shares.

    `treated` and `control`: (truly treated, checked) of listings drawn from each labelled group.
    """
    if min(treated[1], control[1]) < FEWEST_CHECKED:
        return None
    point = corrected_effect(np.exp(log_ratio), treated[0] / treated[1], control[0] / control[1])
    if point is None:
        return None
    random = np.random.default_rng(seed)
    ratio = np.exp(random.normal(log_ratio, log_error, DRAWS))
    pi_t, pi_c = (random.beta(k + 0.5, n - k + 0.5, DRAWS) for k, n in (treated, control))
    effects = [corrected_effect(*one) for one in zip(ratio, pi_t, pi_c, strict=True)]
    told = np.array([effect for effect in effects if effect is not None])
    if len(told) < LEVEL * DRAWS:
        return None
    low, high = np.percentile(told, _TAILS)
    return point, min(point, float(low)), max(point, float(high))
