"""Claims: the rule by hand, what must never decide, and the reference tables themselves."""

import csv
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.evidence import SCHEMA
from models import claims
from models.claims import difference, judged, verdict

REFERENCE = Path(__file__).resolve().parents[1] / "data" / "reference"
YES, NO, OPEN = claims.SUPPORTS, claims.CONTRADICTS, claims.CANNOT_TELL
ROW = {"metric_id": "m", "stat": "share", "source_id": "s", "platform": "p", "side": "demand",
       "geo": "*", "grain": "month", "family": "*", "niche": "*", "dims": "", "n": 900,
       "value_text": None, "grade": "A", "flags": "", "reason": None}  # fmt: skip
TEST = {"claim_id": "c", "test": "t", "says": "it", "metric_id": "m", "stat": "share",
        "source_id": None, "family": "*", "dims": None, "compare": "change", "against": None,
        "no_change": None, "expected": "up", "role": "decides", "market": "true"}  # fmt: skip
NAMES = ["period_start", "value", "lo", "hi"]


def values(*rows: dict) -> pl.DataFrame:
    table = [ROW | {"lo": None, "hi": None, "value": None, "period_start": None} | row
             for row in rows]  # fmt: skip
    return pl.DataFrame(table, schema=SCHEMA)


def at(year: int, value: float, half: float | None = 0.01, **other: object) -> dict:
    ends = {} if half is None else {"lo": value - half, "hi": value + half}
    return {"period_start": date(year, 5, 1), "value": value} | ends | other


def said(frame: pl.DataFrame, **test: object) -> str:
    return judged(frame, TEST | test)["value_text"]


@pytest.mark.parametrize(
    ("tests", "word"),
    [
        ([("decides", YES)], "supported"),
        ([("decides", NO), ("decides", NO)], "contradicted"),
        ([("decides", YES), ("decides", NO), ("decides", YES)], "mixed"),
        ([("decides", YES), ("decides", OPEN)], "supported"),  # half of two
        ([("decides", YES), ("decides", OPEN), ("decides", OPEN)], "cannot tell"),
        ([("decides", OPEN), ("beside", YES), ("beside", YES)], "cannot tell"),
        ([("decides", YES), ("beside", NO)], "supported"),
        ([], "cannot tell"),
    ],
)
def test_the_rule_by_hand(tests: list, word: str):
    assert verdict(tests)[0] == word


@given(st.lists(st.sampled_from([YES, NO, OPEN]), max_size=9), st.permutations(range(9)))
def test_the_rule_has_no_order_and_two_sides(words: list[str], order: list[int]):
    tests = [("decides", word) for word in words]
    shuffled = [tests[i] for i in order if i < len(tests)]
    assert verdict(shuffled) == verdict(tests)
    turned = {YES: NO, NO: YES, OPEN: OPEN}
    opposite = {"supported": "contradicted", "contradicted": "supported"}
    word = verdict(tests)[0]
    assert verdict([(r, turned[w]) for r, w in tests])[0] == opposite.get(word, word)


def test_difference_by_hand():
    """30 % (26 to 35) less 20 % (18 to 23): 10, down hypot(4, 3) = 5, up hypot(5, 2) = 5.39."""
    a, b = {"value": 20, "lo": 18, "hi": 23}, {"value": 30, "lo": 26, "hi": 35}
    assert difference(a, b) == pytest.approx((10, 5, 15.3852), abs=1e-4)


def test_two_periods():
    """A year apart and clear of no change; intervals that meet, or none, cannot tell."""
    assert said(values(at(2024, 0.1), at(2025, 0.2))) == YES
    assert said(values(at(2024, 0.1), at(2025, 0.2)), expected="down") == NO
    assert said(values(at(2024, 0.1, 0.05), at(2025, 0.15, 0.05))) == OPEN
    assert said(values(at(2024, 0.1, None), at(2025, 0.2, None))) == OPEN
    row = judged(values(at(2024, 0.1), at(2025, 0.2)), TEST)
    assert (row["value"], row["n"]) == (pytest.approx(0.1), 900)
    assert row["lo"] == pytest.approx(0.1 - 0.01 * 2**0.5)


def test_what_never_shows_a_change():
    pair = at(2024, 0.1), at(2025, 0.2)
    for flag in claims.NO_MARKET:
        row = judged(values(*(one | {"flags": f"x;{flag}"} for one in pair)), TEST)
        assert row["value_text"] == OPEN and "no market" in row["reason"]
    snapshots = judged(values(*(one | {"grain": "snapshot"} for one in pair)), TEST)
    assert snapshots["value_text"] == OPEN and "never a trend" in snapshots["reason"]
    near = judged(values(at(2025, 0.1), at(2025, 0.2) | {"period_start": date(2025, 8, 1)}), TEST)
    assert near["reason"] == "no two like periods 12 months apart"
    other_month = at(2026, 0.9) | {"period_start": date(2026, 7, 1)}
    assert judged(values(*pair, other_month), TEST | {"against": "2024-05-01"})["value"] == (
        pytest.approx(0.1)
    )  # like months only: July is not held against May
    partial = values(*pair, at(2026, 0.0, flags="partial"))
    assert judged(partial, TEST)["value"] == pytest.approx(0.1)


def test_missing_numbers_are_named():
    assert judged(values(), TEST)["reason"] == "not yet measured: m"
    row = judged(values(at(2024, 0.1)), TEST | {"dims": "label=x"})
    assert row["reason"] == "m has no such number"
    withheld = judged(values(at(2025, 0.0) | {"value": None}), TEST)
    assert withheld["reason"] == "every number is withheld: too few listings"


def test_dims_are_matched_whole():
    """`label=x` means neither label=xy nor a single capture."""
    wrong = [at(y, v, dims=d) for y, v in ((2024, 0.1), (2025, 0.2))
             for d in ("label=xy", "capture=2024-01-01;label=x")]  # fmt: skip
    right = [at(y, v, dims="label=x") for y, v in ((2024, 0.2), (2025, 0.1))]
    assert said(values(*wrong, *right), dims="label=x") == NO
    assert said(values(*wrong), dims="label=x") == OPEN


def test_sources_are_kept_apart_and_may_disagree():
    up = [at(2024, 0.1), at(2025, 0.2)]
    down = [at(2024, 0.2, source_id="z"), at(2025, 0.1, source_id="z")]
    row = judged(values(*up, *down), TEST)
    assert row["value_text"] == OPEN and "disagree" in row["reason"]
    assert said(values(*up, *down), source_id="z") == NO
    assert said(values(*up, *down), source_id="!z") == YES


def test_levels_groups_words_and_totals():
    premium = values(at(2025, 12.0, 5.0))
    assert said(premium, compare="level", no_change="0") == YES
    assert said(premium, compare="level", no_change="10") == OPEN
    assert said(premium, compare="level", no_change="20") == NO
    rates = values(at(2025, 30.0, 2.0, dims="ai=yes"), at(2025, 20.0, 2.0, dims="ai=no"))
    same = {"compare": "groups", "dims": "ai=yes", "against": "ai=no"}
    assert said(rates, **same) == YES
    alone = values(at(2025, 30.0, 2.0, dims="ai=yes"), at(2024, 20.0, 2.0, dims="ai=no"))
    assert said(alone, **same) == OPEN  # another period is no group beside it
    for word, answer in (("growing", YES), ("falling", NO), ("mature", OPEN), (None, OPEN)):
        assert said(values(at(2025, 1.0, value_text=word)), compare="word") == answer
    totals = {"compare": "reported", "against": "2023-01-01"}
    assert said(values(at(2023, 4.2, None), at(2025, 2.7, None)), **totals) == NO
    assert said(values(at(2023, 4.2, None), at(2025, 4.1, None)), **totals) == OPEN
    assert said(values(at(2023, 1.0, None), at(2025, 1.06, None)), **totals) == YES


def test_rows_of_a_claim():
    frames = {
        "metric_values": values(at(2024, 0.1), at(2025, 0.2, grade="R")),
        "ref_claims": pl.DataFrame(
            {"claim_id": ["c"], "statement": ["It grows."], "missing": ["more"],
             "would_change": ["a fall"]}
        ),
        "ref_claim_tests": pl.DataFrame([TEST, TEST | {"test": "u", "metric_id": "none",
                                                       "role": "beside"}]),
    }  # fmt: skip
    found = claims.estimate(frames)
    words = dict(found.filter(pl.col("dims") == "claim=c").select("stat", "value_text").iter_rows())
    assert words == {"statement": "It grows.", "verdict": "supported", "would_change": "a fall"}
    test = found.filter(dims="claim=c;test=t").row(0, named=True)
    assert (test["flags"], test["source_id"]) == ("reference", "s")
    beside = found.filter(dims="claim=c;test=u").row(0, named=True)
    assert beside["reason"].startswith("beside: another market")


# ---- the reference tables ----


def table(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_claims_and_tests_fit_together():
    stated, tests = table("claims.csv"), table("claim_tests.csv")
    assert len(stated) == len({row["claim_id"] for row in stated}) == 17
    assert all(all(row.values()) for row in stated)
    keys = [(row["claim_id"], row["test"]) for row in tests]
    assert len(keys) == len(set(keys))
    assert {row["claim_id"] for row in tests if row["role"] == "decides"} == {
        row["claim_id"] for row in stated
    }
    for row in tests:
        assert row["compare"] in claims.COMPARED and row["expected"] in ("up", "down")
        assert row["role"] in ("decides", "beside") and row["market"] in ("true", "false")
        assert (row["compare"] == "level") == bool(row["no_change"])
        assert row["compare"] != "groups" or row["against"]
    assert not any(row["source_id"].startswith(("hn_", "indeed")) for row in tests
                   if row["role"] == "decides")  # fmt: skip


def test_findings_are_cited_and_within_their_intervals():
    stated = {row["claim_id"] for row in table("claims.csv")}
    found = table("findings.csv")
    assert len(found) == len({row["finding_id"] for row in found}) >= 45
    for row in found:
        assert row["claim_id"] in stated and row["source"] and row["evidence"] in "ABC"
        assert bool(row["lo"]) == bool(row["hi"])
        if row["lo"]:
            assert float(row["lo"]) <= float(row["estimate"]) <= float(row["hi"])


def test_an_interval_from_its_coefficient_by_hand():
    """Demirci, writing: 100 (exp(-0.362 ± 1.96 × 0.0543) - 1) = -37.4 to -22.6."""
    row = next(row for row in table("findings.csv") if row["finding_id"] == "demirci_writing")
    assert (row["lo"], row["hi"]) == ("-37.4", "-22.6")
