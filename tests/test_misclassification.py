"""Shares and effects corrected for a classifier's known error."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import misclassification_coverage as simulated
from models import _misclassification as m

GOOD = np.array([[190, 10], [6, 34]])  # specificity 0.95, sensitivity 0.85


def test_two_classes_by_hand():
    # (0.17 - 0.05) / (0.85 + 0.95 - 1) = 0.15
    found = m.corrected_shares(np.array([830, 170]), GOOD)
    assert found.share == pytest.approx([0.85, 0.15])
    assert found.low[1] < 0.15 < found.high[1]
    assert found.reason is None


def test_hardly_more_said_than_false_alarms_is_a_share_that_may_be_nothing():
    found = m.corrected_shares(np.array([955, 45]), GOOD)
    assert found.share.tolist() == [1, 0]
    assert found.low[1] == 0 and 0 < found.high[1] < 0.05


def test_far_fewer_said_than_false_alarms_means_that_the_confusions_differ():
    found = m.corrected_shares(np.array([9_900, 100]), GOOD)
    assert found.share is None and "confusions differ" in found.reason
    three = np.array([[180, 20, 0], [10, 85, 5], [2, 8, 90]])
    assert m.corrected_shares(np.array([9_990, 5, 5]), three).share is None
    assert m.corrected_shares(np.array([8_000, 1_200, 800]), three).reason is None


def test_three_classes_by_hand():
    rates = np.array([[0.9, 0.1, 0.0], [0.2, 0.7, 0.1], [0.0, 0.2, 0.8]])
    measured = np.array([0.5, 0.3, 0.2]) @ rates
    assert measured == pytest.approx([0.51, 0.30, 0.19])
    assert m.solve(measured, rates) == pytest.approx([0.5, 0.3, 0.2], abs=1e-3)


def test_a_perfect_classifier_leaves_shares_as_they_are():
    found = m.corrected_shares(np.array([700, 200, 100]), np.diag([4000, 4000, 4000]))
    assert found.share == pytest.approx([0.7, 0.2, 0.1])
    wilson = 1.96 * np.sqrt(0.2 * 0.8 / 1000)
    assert found.high[1] - found.low[1] == pytest.approx(2 * wilson, rel=0.1)


def test_the_interval_has_the_error_of_both_samples():
    def width(said, table):
        found = m.corrected_shares(np.asarray(said), np.asarray(table))
        return found.high[1] - found.low[1]

    both = width([830, 170], GOOD)
    assert width([83_000, 17_000], GOOD) < both
    assert width([830, 170], GOOD * 100) < both
    assert width([83_000, 17_000], GOOD) > 3 * width([83_000, 17_000], GOOD * 100)


@pytest.mark.parametrize(
    ("said", "table", "word"),
    [
        ([0, 0], GOOD, "no listings"),
        ([830, 170], [[190, 10], [2, 12]], "only 14 hand-labelled"),
        ([830, 170], [[120, 80], [60, 90]], "hardly tells"),
        ([830, 170], [[14, 6], [11, 9]], "hardly tells"),
        ([830, 170], [[12, 8], [8, 8]], "hardly tells"),
        ([830, 170], [[13, 7], [9, 9]], "hardly tells"),
        ([830, 170], [[14, 6], [8, 8]], "hardly tells"),
        ([830, 170], [[16, 4], [9, 7]], "too few"),
        ([500, 300, 200], [[50, 25, 25], [49, 26, 25], [0, 0, 99]], "hardly tells"),
    ],
)
def test_no_number_where_it_cannot_be_told(said, table, word):
    found = m.corrected_shares(np.array(said), np.array(table))
    assert found.share is None and found.low is None
    assert word in found.reason


@given(
    said=st.lists(st.integers(0, 5_000), min_size=3, max_size=3).filter(sum),
    table=st.lists(st.lists(st.integers(0, 60), min_size=3, max_size=3), min_size=3, max_size=3),
    add=st.integers(20, 80),
)
def test_shares_are_shares_whatever_was_counted(said, table, add):
    table = np.array(table) + add * np.eye(3, dtype=int)
    share = m.solve(np.array(said) / sum(said), table / table.sum(axis=1, keepdims=True))
    assert share.sum() == pytest.approx(1)
    assert (share >= 0).all() and (share <= 1).all()


@given(share=st.floats(0.01, 0.99), sensitivity=st.floats(0.5, 1), specificity=st.floats(0.75, 1))
def test_two_classes_give_back_what_went_in(share, sensitivity, specificity):
    rates = simulated.two_classes(sensitivity, specificity)
    measured = np.array([1 - share, share]) @ rates
    assert m.solve(measured, rates)[1] == pytest.approx(share, abs=1e-9)


def test_same_seed_same_interval():
    one, two = (m.corrected_shares(np.array([830, 170]), GOOD, seed=3) for _ in range(2))
    assert np.array_equal(one.low, two.low) and np.array_equal(one.high, two.high)


def test_confusions_count_pairs():
    truth, said = np.array(["a", "a", "b", "c"]), np.array(["a", "b", "b", "a"])
    table = m.confusions(truth, said, ("a", "b", "c"))
    assert table.tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 0]]


@pytest.mark.parametrize("share", [(0.9, 0.1), (0.7, 0.3)])
def test_intervals_cover_the_truth(share):
    # 0.95 less three standard errors of 300 seeds
    covered, _, bias, _, told = simulated.coverage(
        simulated.two_classes(0.85, 0.95), (200, 30), share, 1_000, 300
    )
    assert told >= 0.96
    assert covered[1] >= 0.91
    assert abs(bias[1]) < 0.01


def test_the_check_set_need_not_look_like_the_market():
    """A check set half of class b corrects a market of which it is 5 %; as said is far off."""
    _, _, bias, as_said, _ = simulated.coverage(
        simulated.two_classes(0.85, 0.95), (200, 200), (0.95, 0.05), 5_000, 100
    )
    assert as_said[1] == pytest.approx(0.04, abs=0.005)  # 0.95 x 0.05 + 0.05 x 0.85 - 0.05
    assert abs(bias[1]) < 0.005


def test_several_classes_cover_the_truth():
    covered, _, bias, _, told = simulated.coverage(
        simulated.RELATIONS, simulated.CHECKED, simulated.MARKETS["AI common"], 1_000, 20
    )
    assert told >= 0.8
    assert covered.mean() >= 0.85  # 20 seeds of five classes
    assert np.abs(bias).max() < 0.03


def test_what_was_said_is_true_depends_on_the_market():
    rates = simulated.two_classes(0.85, 0.95)
    # 0.1 x 0.85 / (0.1 x 0.85 + 0.9 x 0.05)
    assert m.true_given_said(np.array([0.9, 0.1]), rates, 1, 1) == pytest.approx(0.085 / 0.13)
    assert m.true_given_said(np.array([0.5, 0.5]), rates, 1, 1) == pytest.approx(0.85 / 0.9)


def test_effect_by_hand():
    # labelled treated: 1 - 0.20 x 0.85 = 0.83; labelled control: 1 - 0.20 x 0.05 = 0.99
    assert m.corrected_effect(0.83 / 0.99, 0.85, 0.05) == pytest.approx(-0.20)
    assert m.corrected_effect(1.0, 0.85, 0.05) == 0
    assert m.corrected_effect(0.8, 1, 0) == pytest.approx(-0.2)


@pytest.mark.parametrize(
    ("ratio", "treated", "control"),
    [(0.9, 0.3, 0.25), (0.9, 0.2, 0.6), (0.1, 0.5, 0.1), (5, 0.9, 0.3), (0.9, 1.1, 0.0)],
)
def test_no_effect_where_groups_hold_the_same_or_the_answer_is_impossible(ratio, treated, control):
    assert m.corrected_effect(ratio, treated, control) is None


@given(st.floats(-0.9, 2), st.floats(0.5, 1), st.floats(0, 0.2))
def test_effects_come_back(effect, treated, control):
    ratio = (1 + effect * treated) / (1 + effect * control)
    found = m.corrected_effect(ratio, treated, control)
    assert found is None or found == pytest.approx(effect, abs=1e-6)
    assert found is not None or treated - ratio * control < m.LEAST_SEPARATION / 2


def test_s8_measured_sixteen_corrected_twenty_percent():
    """METHODS S8: pi 0.85 and 0.05, true effect -20 %; the shares known, then from 200 checked."""
    rows = np.array([simulated.effect(seed, posts=400_000) for seed in range(60)])
    known = np.array([m.corrected_effect(1 + row[0], 0.85, 0.05) for row in rows])
    assert np.abs(known + 0.20).max() <= 0.015
    measured, corrected, low, high = rows.T
    assert measured.mean() == pytest.approx(-0.162, abs=0.005)
    assert corrected.mean() == pytest.approx(-0.20, abs=0.005)
    assert np.mean((low <= -0.20) & (high >= -0.20)) >= 0.88


def test_effect_needs_checked_listings():
    assert m.effect_interval(np.log(0.84), 0.01, (12, 14), (1, 200)) is None
    point, low, high = m.effect_interval(np.log(0.84), 0.01, (170, 200), (10, 200))
    assert low < point < high < 0
