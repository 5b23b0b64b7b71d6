"""Price indices: values by hand, what always holds, known falls found, published anchors."""

import csv
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.price_coverage import FALL, PERIODS, estimates, false_alarms, market, trends
from models import _hedonic, _matched_index, price_index
from models._price_pairs import comparison_rows, repost_rows, resighting_rows
from models._price_premiums import premium_rows
from models._price_rows import SCHEMA, cpi_u, priced
from models._price_series import deflator, published_rows, series_rows
from models._price_trend import Slope, benjamini_hochberg, change, slope, verdicts

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
NEEDS_SHARED = pytest.mark.skipif(not SHARED.exists(), reason="needs ../shared/data")
LN2 = float(np.log(2))
CPI = pl.DataFrame(
    {"month": [f"2024-{m:02}" for m in range(1, 10)], "index": [str(100 + m) for m in range(9)]}
)


def _prices(*items: list[float | None]) -> np.ndarray:
    return np.log(np.array([[np.nan if p is None else p for p in item] for item in items]))


def test_matched_indices_by_hand():
    """Three items halve their prices; one that enters dear and stays must not matter."""
    prices = _prices([10, 5, 5], [20, 10, 10], [40, 20, 20], [None, None, 900.0])
    for estimator in (_matched_index.geks, _matched_index.tpd):
        index = estimator(prices)
        assert index.level == pytest.approx([0, -LN2, -LN2])
        assert index.matched.tolist() == [3, 3, 3]
        assert index.error == pytest.approx([0, 0, 0], abs=1e-9)
    assert _matched_index.geks(prices).links.tolist() == [0, 3, 3]


def test_geks_bridges_by_hand():
    """No item is seen in both 0 and 2: the only path leads over period 1, doubling twice."""
    before, after = [[1, 2, None]] * 3, [[None, 5, 10]] * 3
    index = _matched_index.geks(_prices(*before, *after))
    assert index.level == pytest.approx([0, LN2, 2 * LN2])
    assert index.links.tolist() == [0, 2, 1]
    assert _matched_index.tpd(_prices(*before, *after)).level == pytest.approx([0, LN2, 2 * LN2])


def test_geks_error_by_hand():
    """Ratios 1, 2 and 4 of three items: ln 2 with standard error sd / sqrt 3."""
    index = _matched_index.geks(_prices([1, 1], [1, 2], [1, 4]))
    assert index.level[1] == pytest.approx(LN2)
    assert index.error[1] == pytest.approx(LN2 / np.sqrt(3))
    tpd = _matched_index.tpd(_prices([1, 1], [1, 2], [1, 4]))
    assert (tpd.level[1], tpd.error[1]) == pytest.approx((LN2, LN2 / np.sqrt(3)))


def test_s11_disconnected_panel_has_no_number():
    """Thirty gigs in the first half, thirty others in the second: nothing links them."""
    rng = np.random.default_rng(11)
    prices = np.full((60, 8), np.nan)
    prices[:30, :4], prices[30:, 4:] = rng.normal(3, 1, (30, 4)), rng.normal(3, 1, (30, 4))
    for estimator in (_matched_index.geks, _matched_index.tpd):
        index = estimator(prices)
        assert np.isfinite(index.level[:4]).all()
        assert np.isnan(index.level[4:]).all()
        assert np.isnan(index.error[4:]).all()


def _listings(prices: dict[tuple[str, str], float], **columns) -> pl.DataFrame:
    """Rows as `priced` gives them, one per listing id and month."""
    base = {
        "source_id": "s", "platform": "p", "side": "demand", "pricing_type": "hourly",
        "currency": "USD", "grain": "month", "family": "f", "niche": "n", "flags": "",
        "experience": "entry", "duration": "30", "country": "US", "ai_relation": "none",
        "skills": [], "creativity": False, "strategy": False, "communication": False,
        "ai_literacy": False,
    }  # fmt: skip
    each = [
        base | columns
        | {"native_id": i, "cluster": i, "period_start": date.fromisoformat(f"{m}-01"),
           "log_price": float(np.log(p))}
        for (i, m), p in prices.items()
    ]  # fmt: skip
    return pl.DataFrame(each, schema_overrides={"skills": pl.List(pl.String)})


def test_s11_row_says_why():
    old = {(f"a{i}", "2024-01"): 10.0 + i for i in range(30)}
    new = {(f"b{i}", "2024-02"): 20.0 + i for i in range(30)}
    rows = pl.DataFrame(list(series_rows(_listings(old | new), {})), schema=SCHEMA, orient="row")
    told = rows.filter(pl.col("dims").str.contains("estimator=(geks|tpd);prices=nominal"))
    told = told.filter(period_start=date(2024, 2, 1))
    assert told["value"].to_list() == [None, None]
    assert set(told["reason"]) == {_matched_index.NOT_CONNECTED}
    assert told["n"].to_list() == [30, 30], "the listings there are, so that the reason is kept"
    raw = rows.filter(pl.col("dims").str.contains("raw_median"), period_start=date(2024, 2, 1))
    assert all("raw" in reason or "CPI-U" in reason for reason in raw["reason"])


@pytest.mark.parametrize("entrants", [False, True], ids=["S9", "S10"])
def test_known_fall_is_found(entrants: bool):
    """Upmarket mix, and entrants 20 % dearer for reasons nobody observes: 25 seeds."""
    found = [estimates(market(seed, mix=True, entrants=entrants)) for seed in range(25)]
    mean = {name: 100 * np.expm1(np.mean([f[name][0] for f in found])) for name in found[0]}
    for matched in ("tpd", "geks"):
        assert mean[matched] == pytest.approx(-10, abs=2)
        inside = [abs(f[matched][0] - FALL) <= 2 * f[matched][1] for f in found]
        assert np.mean(inside) >= 0.8
    if entrants:
        assert mean["hedonic"] > 0, "wrong sign: unobserved quality is taken for a price"
    else:
        assert mean["hedonic"] == pytest.approx(-10, abs=5)
        assert mean["raw median"] > 10


def test_s10_report_prefers_the_matched_index():
    seen = market(3, mix=True, entrants=True)
    months = [f"{2022 + t // 12}-{t % 12 + 1:02}" for t in range(PERIODS)]
    cells = zip(seen["gig"], seen["period"], np.exp(seen["log_price"]), strict=True)
    rows = list(series_rows(_listings({(f"g{g}", months[t]): p for g, t, p in cells}), {}))
    [trend] = [r for r in rows if r["measure"] == "price_trend" and r["niche"] == "n"
               and "nominal" in r["dims"]]  # fmt: skip
    yearly = 100 * np.expm1(FALL * 12 / (PERIODS - 1))
    assert trend["value"] == pytest.approx(yearly, abs=1)
    hedonic = estimates(seen)["hedonic"][0]
    assert abs(trend["value"] - 100 * np.expm1(hedonic * 12 / (PERIODS - 1))) > 2


@given(st.integers(0, 10**6), st.floats(-1, 1))
@settings(max_examples=25, deadline=None)
def test_matched_indices_do_not_see_levels_of_items(seed: int, shift: float):
    """What an item costs drops out; a base period's shift moves all others; order is nothing."""
    rng = np.random.default_rng(seed)
    prices = np.where(rng.random((30, 5)) < 0.7, rng.normal(3, 1, (30, 5)), np.nan)
    moved = prices + rng.normal(0, 1, (30, 1))
    for estimator in (_matched_index.geks, _matched_index.tpd):
        level = estimator(prices).level
        assert estimator(moved).level == pytest.approx(level, abs=1e-9, nan_ok=True)
        assert estimator(moved[::-1]).level == pytest.approx(level, abs=1e-9, nan_ok=True)
        cheaper = prices.copy()
        cheaper[:, 3] += shift
        expected = level + shift * (np.arange(5) == 3)
        assert estimator(cheaper).level == pytest.approx(expected, abs=1e-9, nan_ok=True)


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # of the library, with a newer pandas
def test_least_squares_are_those_of_pyfixest():
    import pandas
    import pyfixest

    rng = np.random.default_rng(4)
    n = 600
    rows = pl.DataFrame({
        "period": rng.integers(0, 5, n).astype(str), "niche": rng.integers(0, 8, n).astype(str),
        "group": rng.integers(0, 60, n), "skill": rng.random(n) < 0.3,
    })  # fmt: skip
    y = rng.normal(0, 1, n) + 0.2 * rows["skill"].to_numpy() + rng.normal(0, 0.5, 60)[rows["group"]]
    given_columns = _hedonic.columns(rows, ("period", "niche"), ("skill",))
    mine = _hedonic.fit(y, given_columns, rows["group"].to_numpy())
    frame = pandas.DataFrame({name: rows[name].to_numpy() for name in rows.columns})
    frame["y"], frame["skill"] = y, frame["skill"].astype(float)
    theirs = pyfixest.feols("y ~ skill + C(period) + C(niche)", frame, vcov={"CRV1": "group"})
    value, variance = mine.at(["skill"])
    assert value[0] == pytest.approx(theirs.coef()["skill"], abs=1e-10)
    assert np.sqrt(variance[0, 0]) == pytest.approx(theirs.se()["skill"], rel=1e-6)


def test_collinear_columns_have_no_coefficient():
    x = np.array([0.0, 1, 0, 1, 1, 0])
    found = _hedonic.fit(np.arange(6.0), {"a": x, "b": x, "c": np.arange(6.0)}, np.arange(6))
    assert np.isnan(found.at(["a", "b"])[0]).all()
    assert found.at(["c"])[0][0] == pytest.approx(1)


def test_trend_rule_by_hand():
    """Exact +10 % a year; and the classes: beyond FDR, inside 3 %, neither, too few."""
    years = np.arange(24) / 12
    found = slope(0.1 * years, years, np.zeros((24, 24)))
    assert found is not None
    assert found.value == pytest.approx(0.1)
    sure, flat = Slope(0.1, 0.02, 20), Slope(0.001, 0.005, 20)
    assert verdicts([sure, flat, Slope(0.1, 0.09, 20), None, Slope(-0.1, 0.02, 20)]) == [
        "rising", "flat", "cannot tell", "cannot tell", "falling",
    ]  # fmt: skip
    assert slope(years[:5], years[:5] * 3, np.zeros((5, 5))) is None
    assert slope(years[:12], years[:12], np.zeros((12, 12))) is None


def test_false_discovery_control_by_hand():
    """Of ten p values of 0.03 each is a discovery; one among nine of 0.9 is none."""
    assert (benjamini_hochberg(np.full(10, 0.03)) <= 0.05).all()
    alone = benjamini_hochberg(np.array([0.03] + [0.9] * 9))
    assert alone[0] == pytest.approx(0.3)
    one = Slope(0.1, 0.04, 20)
    assert verdicts([one]) == ["rising"]
    assert verdicts([one] + [Slope(0.0, 0.2, 20)] * 9)[0] == "cannot tell"


def test_published_change_by_hand():
    """Last level against the base: ln 1.21 over two years, its own error over two years."""
    years = np.arange(9) / 4
    level = np.log(1.1) * years
    found = change(level, years, np.full(9, 0.02))
    assert found is not None
    assert found.value == pytest.approx(np.log(1.1))
    assert found.error == pytest.approx(np.sqrt((0.02 / 2) ** 2 + 0.01**2 * 12 / 2))


def test_trend_power_and_false_alarms():
    assert (trends(range(80), 36, 0.0, 0.02, 0.02) <= 0.05).mean() <= 0.12
    assert (trends(range(40), 60, np.log(1.1), 0.01, 0.05) <= 0.05).mean() >= 0.8
    assert false_alarms(range(10)) <= 0.1


def test_deflator_needs_every_month():
    cpi = cpi_u({"ref_cpi_u": CPI})
    assert deflator(cpi, date(2024, 1, 1), "quarter") == pytest.approx(101)
    assert deflator(cpi, date(2024, 7, 1), "quarter") == pytest.approx(107)
    assert deflator(cpi, date(2024, 9, 1), "quarter") is None
    assert deflator(cpi, date(2024, 10, 1), "month") is None


def test_published_index_in_real_terms():
    """Prices stand still while CPI-U goes from 101 to 104 (means of quarters); Q4 is not known."""
    start = [datetime(2024, 1, 1), datetime(2024, 4, 1), datetime(2024, 10, 1)]
    series = pl.DataFrame([
        {"source_id": "fiverr_index", "series_id": "matched_price_index_recent" + end,
         "grain": "quarter", "period_start": s, "dims": "category=writing", "value": v, "flags": ""}
        for end, v in (("", 100.0), ("_se_log", 0.05)) for s in start
    ])  # fmt: skip
    sources = pl.DataFrame({"source_id": ["fiverr_index"], "platform": ["fiverr"]})
    rows = list(published_rows(series, sources, cpi_u({"ref_cpi_u": CPI})))
    real = [r for r in rows if r["measure"] == "price_index_published"]
    assert [r["value"] for r in real] == pytest.approx([100, 100 * 101 / 104, None])
    assert real[1]["hi"] == pytest.approx(real[1]["value"] * np.exp(1.959964 * 0.05))
    assert "2024-10" in real[2]["reason"]
    trend = [r for r in rows if r["measure"] == "price_trend"]
    assert {r["value_text"] for r in trend} == {"cannot tell"}
    assert all("3 periods" in r["reason"] for r in trend)


def _two(later: float, sources=("old", "new"), seed: int = 0) -> pl.DataFrame:
    """Two sources of eight niches, the later one dearer by `later` and of another mix."""
    rng = np.random.default_rng(seed)
    parts = []
    for source, month, shift in zip(sources, ("2024-01", "2024-08"), (0, later), strict=True):
        for niche in range(8):
            n = 40 + 40 * (niche if source == sources[1] else 7 - niche)
            cells = {(f"{source}{niche}-{i}", month): np.exp(3 + 0.2 * niche + shift + e)
                     for i, e in enumerate(rng.normal(0, 0.3, n))}  # fmt: skip
            parts.append(_listings(cells, source_id=source, niche=f"n{niche}", grain="snapshot"))
    return pl.concat(parts)


def test_comparison_holds_the_mix_fixed():
    rows = list(comparison_rows(_two(0.1), cpi_u({"ref_cpi_u": CPI})))
    told = {(r["stat"], r["dims"].split(";")[1]): r for r in rows}
    nominal, real = told["ratio", "prices=nominal"], told["ratio", "prices=real"]
    assert nominal["lo"] < 100 * np.expm1(0.1) < nominal["hi"]
    assert real["value"] == pytest.approx(100 * ((1 + nominal["value"] / 100) * 100 / 107 - 1))
    assert told["raw_ratio", "prices=nominal"]["value"] > 60
    assert nominal["value_text"] == "cannot tell", "nothing says what collectors differ by"
    assert "cross_section" in nominal["flags"]


def test_resightings_and_reposts_by_hand():
    """Of three listings seen twice one doubles; a move of 1 % is the exchange rate."""
    seen = [("a", 10, 10), ("b", 10, 20), ("c", 100, 101)]
    at = datetime(2024, 1, 1)
    observations = pl.DataFrame([
        {"source_id": "s", "native_id": i, "observed_at": at + timedelta(days=k), "currency": "USD",
         "price_min": float(p), "price_max": None, "raw_sha256": str(k)}
        for i, *both in seen for k, p in enumerate(both)
    ], schema_overrides={"price_max": pl.Float64})  # fmt: skip
    rows = _listings({(i, "2024-01"): first for i, first, _ in seen})
    share, mean = resighting_rows(observations, rows)
    assert (share["n"], share["value"]) == (3, pytest.approx(1 / 3))
    assert mean["value"] == pytest.approx(100 * ((2 * 1.01) ** (1 / 3) - 1))
    words = [" ".join(f"word{chr(97 + i)}{chr(97 + k)}" for k in range(25)) for i in range(20)]
    texts = [*words, words[0]]
    listings = pl.DataFrame({
        "source_id": "s", "native_id": [f"l{i:02}" for i in range(21)], "side": "demand",
        "pricing_type": "hourly", "client_country": "US", "title": "", "text": texts,
        "posted_at": [at + timedelta(days=i) for i in range(21)], "first_seen_at": at,
    })  # fmt: skip
    rows = _listings({(f"l{i:02}", "2024-01"): 30.0 if i == 20 else 20.0 for i in range(21)})
    sources = pl.DataFrame({"source_id": ["s"], "platform": ["p"]})
    share, changed, mean = repost_rows(listings, rows, sources)
    assert (share["n"], share["value"]) == (21, pytest.approx(1 / 21))
    assert (changed["value"], mean["value"]) == (1.0, pytest.approx(50))


def test_premium_of_a_skill_is_found_and_noise_is_not():
    rng = np.random.default_rng(8)
    n = 1500
    skills = rng.random((n, 12)) < 0.3
    price = np.exp(3 + 0.25 * skills[:, 0] + rng.normal(0, 0.4, n))
    rows = _listings({(f"l{i:04}", "2024-01"): p for i, p in enumerate(price)})
    names = [[f"s{k:02}" for k in np.flatnonzero(row)] for row in skills]
    rows = rows.sort("native_id").with_columns(skills=pl.Series(names, dtype=pl.List(pl.String)))
    told = {r["dims"].split("skill=")[1]: r for r in premium_rows(rows)}
    first = told.pop("s00")
    assert first["lo"] < 100 * np.expm1(0.25) < first["hi"]
    assert first["value_text"] == "pays more"
    assert {r["value_text"] for r in told.values()} == {"cannot tell"}
    assert len(told) == 11


def test_prices_and_bids_never_mix():
    """Of the amounts only advertised prices enter; captures counted twice and defects do not."""
    amounts = pl.DataFrame([
        {"measure": m, "capture": c, "flags": f, "dims": "", "source_id": "s", "platform": "p",
         "side": "demand", "native_id": "a", "period_start": date(2024, 1, 1), "grain": "month",
         "family": "f", "niche": "n", "sample_window": None, "amount": 10.0}
        for m, c, f in (("hourly_rate", "", ""), ("average_bid", "", ""),
                        ("hourly_rate", "2024-01-03", ""), ("fixed_budget", "", "defect"))
    ])  # fmt: skip
    listings = pl.DataFrame({
        "source_id": "s", "native_id": "a", "experience_level": ["entry"], "skills": [["x"]],
        "duration_days_low": [30.0], "client_country": "USA", "posted_at": datetime(2024, 1, 2),
        "posted_precision": "day", "first_seen_at": datetime(2024, 1, 3),
    })  # fmt: skip
    marks = dict.fromkeys(("creativity", "strategy", "communication", "ai_literacy"), False)
    readings = pl.DataFrame({"source_id": ["s"], "native_id": ["a"], "ai_relation": ["none"]}
                            | {name: [value] for name, value in marks.items()})  # fmt: skip
    rows = priced({"mart_amounts": amounts, "core_listings": listings, "core_readings": readings})
    assert rows.select("pricing_type", "country", "duration", "cluster").rows() == [
        ("hourly", "United States", "30", "2024-01-02")
    ]


def test_cpi_u_is_whole_and_plausible():
    """Every month from 2019 on but October 2025, which was never published; December known."""
    path = Path(__file__).resolve().parents[1] / "data" / "reference" / "cpi_u.csv"
    with path.open(newline="", encoding="utf-8") as file:
        found = {row["month"]: float(row["index"]) for row in csv.DictReader(file)}
    assert found["2019-12"] == 256.974
    assert found["2022-12"] == 296.797
    assert "2025-10" not in found
    months = sorted(found)
    assert months[0] == "2019-01"
    wanted = {f"{y}-{m:02}" for y in range(2019, 2027) for m in range(1, 13)} - {"2025-10"}
    assert set(months) == {m for m in wanted if m <= months[-1]}
    steps = np.diff(np.log([found[m] for m in months]))
    assert np.abs(steps).max() < 0.02


@NEEDS_SHARED
def test_r11_buyers_and_volume_of_fiverr():
    with (SHARED / "series" / "fiverr_inc_metrics.csv").open(newline="", encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    buyers, spend, volume = (
        [float(row[next(c for c in row if c.startswith(name))] or "nan") for row in table]
        for name in ("active_buyers", "spend_per_buyer", "gmv")
    )
    peak = max(b for b, row in zip(buyers, table, strict=True) if "2021" in "".join(row.values()))
    assert round(100 * (buyers[-1] / peak - 1)) == -36
    product = np.array(buyers) * np.array(spend)
    told = ~np.isnan(np.array(volume))
    assert product[told] == pytest.approx(np.array(volume)[told], rel=0.01)


@NEEDS_SHARED
def test_r12_fast_50_anchors():
    path = SHARED / "findings" / "market_anchors.csv"
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    def jobs(word: str, period: str) -> float:
        [value] = [float(r["value"]) for r in rows if word in r["metric"] and r["period"] == period]
        return value

    assert round(100 * (jobs("GenAI-skill", "2023Q1") / jobs("GenAI-skill", "2022Q4") - 1)) == 325
    writing = jobs("Creative Writing", "2023Q2") / jobs("Creative Writing", "2023Q1")
    assert 100 * (writing - 1) == pytest.approx(58.5, abs=0.05)


def test_estimate_of_nothing_is_an_empty_table():
    core = {"mart_amounts": ["measure", "capture", "flags", "dims", "source_id", "platform", "side",
                             "native_id", "grain", "family", "niche", "sample_window"]}  # fmt: skip
    amounts = pl.DataFrame(schema=dict.fromkeys(core["mart_amounts"], pl.String)
                           | {"amount": pl.Float64, "period_start": pl.Date})  # fmt: skip
    from given import CORE

    frames = {
        "mart_amounts": amounts,
        "core_listings": pl.DataFrame(schema=CORE["core_listings"]),
        "core_observations": pl.DataFrame(schema=CORE["core_observations"]),
        "core_series": pl.DataFrame(schema=CORE["core_series"]),
        "core_readings": pl.DataFrame(
            schema=dict.fromkeys(("source_id", "native_id", "ai_relation"), pl.String)
            | dict.fromkeys(("creativity", "strategy", "communication", "ai_literacy"), pl.Boolean)
        ),
        "ref_cpi_u": CPI,
        "ref_sources": pl.DataFrame(schema=dict.fromkeys(("source_id", "platform"), pl.String)),
    }
    assert set(price_index.READS) == set(frames)
    answer = price_index.estimate(frames)
    assert answer.height == 0
    assert answer.schema == pl.Schema(SCHEMA)
