"""The price guide: trees as arrays, conformal margins, Shapley values, accuracy on held-outs."""

from itertools import permutations
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.ensemble import HistGradientBoostingRegressor

from etl import model_files
from models import _price_features as features
from models import _price_trees as trees
from models import price_guide
from models._price_accuracy import log_quantiles, niche_quantiles, pinball, told_of
from models._price_guide_rows import guide_rows, near_duplicates

NICHES = ("cheap", "middling", "dear")
WORDS = [a + b + c for a in "bcdfg" for b in "aeiou" for c in ("lun", "mor", "tisk", "rand")]


def market(n: int, seed: int, source: str = "s") -> dict[str, pl.DataFrame]:
    """Return frames of a market whose log price is 3, 4, 5 by niche, +0.5 by experience, + noise.

    Noise is twice as wide in the dear niche. Every tenth listing repeats the one before it.
    """
    rng = np.random.default_rng(seed)
    niche, level = rng.integers(0, 3, n), rng.integers(0, 3, n)
    log = 3 + niche + 0.5 * level + rng.normal(0, 1, n) * np.where(niche == 2, 0.8, 0.4)
    words = [" ".join(rng.choice(WORDS, 12)) for _ in range(n)]
    words = [words[i - 1] if i % 10 == 9 else word for i, word in enumerate(words)]
    keys = {"source_id": [source] * n, "native_id": [f"{source}{i:05}" for i in range(n)]}
    listings = pl.DataFrame(keys | {
        "side": "demand", "pricing_type": "hourly", "title": [w[:40] for w in words],
        "text": words, "skills": [["Excel"] if v else [] for v in rng.random(n) < 0.5],
        "price_min_usd": np.exp(log), "price_max_usd": np.exp(log), "flags": [[]] * n,
        "experience_level": [("entry", "intermediate", "expert")[v] for v in level],
        "duration_days_low": rng.choice([0.0, 30.0], n),
        "client_country": rng.choice(["USA", "United States", "India"], n),
    }, schema_overrides={"flags": pl.List(pl.String)})  # fmt: skip
    labels = pl.DataFrame(keys | {"family": "f", "niche": [NICHES[v] for v in niche]})
    marks = dict.fromkeys(features.MARKS, False)
    readings = pl.DataFrame(keys | {"ai_relation": "none"} | {m: [v] * n for m, v in marks.items()})
    return {"core_listings": listings, "core_readings": readings, "est_listing_labels": labels}


@pytest.fixture(scope="module")
def pipeline():
    return price_guide.train(market(3000, 1))


def test_trees_as_arrays_are_those_of_scikit_learn():
    rng = np.random.default_rng(2)
    rows = rng.normal(size=(800, 4))
    rows[rng.random(rows.shape) < 0.2] = np.nan
    rows[:, 3] = np.nan
    y = np.nan_to_num(rows[:, 0]) + rng.normal(0, 0.3, 800)
    model = HistGradientBoostingRegressor(
        loss="quantile", quantile=0.9, max_iter=trees.TREES, max_leaf_nodes=trees.LEAVES,
        learning_rate=trees.RATE, min_samples_leaf=trees.FEWEST, max_bins=64,
        early_stopping=False, random_state=0,
    ).fit(np.where(np.arange(4) == 3, 0.0, rows), y)  # fmt: skip
    new = np.vstack([rows, rng.normal(size=(200, 4)), np.full((1, 4), np.nan)])
    kept = trees.grow(rows, y, 0.9)
    assert trees.read(kept, new) == pytest.approx(model.predict(new), abs=1e-12)


def test_conformal_margin_by_hand():
    """Prices 1..9 against [4, 6]: scores 3 2 1 0 -1 0 1 2 3, the 8th of 9 is 3."""
    price = np.arange(1.0, 10.0)
    assert price_guide.conformal(price, np.full(9, 4.0), np.full(9, 6.0), 0.8) == 3
    assert price_guide.conformal(price, np.full(9, 4.0), np.full(9, 6.0), 0.5) == 1
    wide = price_guide.conformal(price, np.full(9, -5.0), np.full(9, 15.0), 0.8)
    assert wide < 0, "a range too wide is narrowed"


@given(st.integers(0, 10**6))
@settings(max_examples=20, deadline=None)
def test_conformal_margin_covers_whatever_the_quantiles(seed: int):
    """On exchangeable prices coverage is at least nominal on average, even of absurd quantiles."""
    rng = np.random.default_rng(seed)
    price = rng.standard_cauchy(4000)
    low, high = rng.normal(0, 3, (2, 4000))
    margin = price_guide.conformal(price[:2000], low[:2000], high[:2000], 0.8)
    new = slice(2000, None)
    inside = (price[new] >= low[new] - margin) & (price[new] <= high[new] + margin)
    assert inside.mean() == pytest.approx(0.8, abs=0.05)


def test_pinball_by_hand():
    """Price 2 against 0, 2, 5: 0.1 * 2, 0, 0.1 * 3 over three levels."""
    assert pinball(np.array([2.0]), np.array([[0.0, 2, 5]]))[0] == pytest.approx((0.2 + 0.3) / 3)


def test_near_duplicates_never_straddle():
    rows = guide_rows(market(400, 3))
    assert rows["part"].n_unique() == 3
    assert rows.group_by("group").agg(pl.col("part").n_unique())["part"].max() == 1
    texts = rows.group_by("text").agg(pl.col("group").n_unique(), n=pl.len())
    assert texts["group"].max() == 1
    assert texts["n"].max() == 2
    assert rows["group"].n_unique() >= 0.95 * texts.height
    short = pl.DataFrame({"title": ["logo design"] * 2, "text": [None, None]},
                         schema_overrides={"text": pl.String})  # fmt: skip
    assert near_duplicates(short).n_unique() in (1, 2)


def test_only_advertised_dollar_prices_of_clients_teach():
    frames = market(20, 4)
    listings = frames["core_listings"].with_row_index().with_columns(
        side=pl.when(pl.col("index") == 0).then(pl.lit("supply")).otherwise("side"),
        pricing_type=pl.when(pl.col("index") == 1).then(pl.lit("salary")).otherwise("pricing_type"),
        price_min_usd=pl.when(pl.col("index") > 2).then("price_min_usd"),
        price_max_usd=pl.when(pl.col("index") > 3).then("price_max_usd"),
        bid_avg_usd=pl.lit(77.0),
        flags=pl.when(pl.col("index") == 4).then(pl.lit(["price_implausible"])).otherwise("flags"),
    ).drop("index")  # fmt: skip
    rows = guide_rows(frames | {"core_listings": listings})
    assert rows.height == 20 - 4  # one end of a range is a price
    assert not np.isclose(rows["log_price"], np.log(77.0)).any()


def test_accuracy_on_a_known_market(pipeline):
    """Within the binomial band; sharper than the niche; as sharp as the linear truth or nearly."""
    told = price_guide.errors(pipeline)
    value = {(s, d.split(";")[0]): v for s, d, v in told.select("stat", "dims", "value").rows()}
    n = told["n"][0]
    band = stats.binom.ppf([0.025, 0.975], n, 0.8) / n
    assert band[0] <= value["share", "model=guide"] <= band[1]
    assert value["ratio", "model=niche"] < 0.9
    assert value["ratio", "model=hedonic"] < 1.02
    rows = told.filter(pl.col("lo") > pl.col("value"))
    assert rows.is_empty()


def test_held_out_coverage_on_new_listings(pipeline):
    """Two thousand listings drawn anew, in the narrow and the wide niche alike."""
    new = guide_rows(market(2000, 77, "t"))
    guide = pipeline["hourly"]
    found = log_quantiles(guide, new, guide["widen"])
    price = new["log_price"].to_numpy()
    inside = pl.Series((price >= found[:, 0]) & (price <= found[:, 2]))
    assert inside.mean() == pytest.approx(0.8, abs=0.03)
    for niche in NICHES:
        assert inside.filter(new["niche"] == niche).mean() == pytest.approx(0.8, abs=0.07)


def test_price_of_what_a_reader_tells(pipeline):
    asked = pl.DataFrame([
        {"pricing_type": "hourly", "niche": "dear", "family": "f", "experience_level": "expert"},
        {"pricing_type": "hourly", "niche": "cheap", "family": "f", "experience_level": "entry"},
        {"pricing_type": "hourly", "niche": None, "family": None, "experience_level": None},
        {"pricing_type": "fixed", "niche": "cheap", "family": "f", "experience_level": "entry"},
        {"pricing_type": None, "niche": "cheap", "family": "f", "experience_level": "entry"},
    ])  # fmt: skip
    found = price_guide.price(pipeline, asked)
    assert found.schema == pl.Schema(price_guide.OUT)
    assert found["median"][0] == pytest.approx(np.exp(6), rel=0.25)
    assert found["median"][1] == pytest.approx(np.exp(3), rel=0.25)
    for low, median, high in found.head(3).select("low", "median", "high").rows():
        assert low < median < high
    assert found["reason"].to_list() == [
        None, None, price_guide.TOLD_NOTHING, price_guide.NO_GUIDE, price_guide.NO_GUIDE,
    ]  # fmt: skip
    names = [c["feature"] for c in found["contributions"][0]]
    assert names == ["niche", "experience"]
    assert found["contributions"][0][0]["log_points"] > 0
    # row by row: alone as among others
    alone = price_guide.price(pipeline, asked[1:2])
    assert alone.row(0) == found.row(1)


def test_contributions_are_shapley_values(pipeline):
    """They add up, and equal the mean over all orders of telling, by brute force."""
    guide = pipeline["hourly"]
    told = features.complete(pl.DataFrame({
        "pricing_type": ["hourly"], "niche": ["dear"], "experience_level": ["entry"],
        "client_country": ["India"], "skills": [["Excel"]],
    }))  # fmt: skip
    row = features.encode(told, guide["learnt"])[0]
    found = price_guide.contributions(guide, row)
    place = features.columns()

    def median(names: tuple[str, ...]) -> float:
        blank = np.full((1, len(row)), np.nan)
        for name in names:
            blank[0, place[name]] = row[place[name]]
        return float(trees.read(guide["median"], blank)[0])

    assert sum(found.values()) == pytest.approx(median(tuple(found)) - median(()))
    orders = list(permutations(found))
    for name, value in found.items():
        steps = [median(o[: o.index(name) + 1]) - median(o[: o.index(name)]) for o in orders]
        assert value == pytest.approx(np.mean(steps))


def test_features_of_a_row():
    listings = features.complete(pl.DataFrame({
        "pricing_type": ["hourly"] * 2, "niche": ["a", None], "skills": [["x", "y"], None],
        "experience_level": ["expert", "wizard"], "text": ["Two words 3 4", None],
        "ai_relation": ["ai_build", None],
    }))  # fmt: skip
    learnt = {"family": np.array([]), "family_mean": np.array([]), "niche": np.array(["a"]),
              "niche_mean": np.array([2.5]), "client_country": np.array([]),
              "client_country_mean": np.array([]), "skills": np.array(["x", "z"])}  # fmt: skip
    rows, place = features.encode(listings, learnt), features.columns()
    assert rows.shape == (2, sum(features.WIDTH.values()))
    assert rows[0, place["niche"]][1] == 2.5
    assert rows[0, place["skills"]][:3].tolist() == [2, 1, 0]
    assert rows[0, place["experience"]] == [2]
    assert rows[0, place["words"]][1:].tolist() == [4, 2]
    assert rows[0, place["ai_relation"]].tolist() == [1, 0, 0, 0]
    assert np.isnan(rows[1]).all()
    assert told_of(rows).tolist() == [3, 0]


def test_thin_niches_stand_in_their_family():
    taught = pl.DataFrame({"family": ["f"] * 40 + ["g"] * 40, "niche": ["a"] * 35 + ["b"] * 45,
                           "log_price": [1.0] * 35 + [2.0] * 5 + [3.0] * 40})  # fmt: skip
    held = pl.DataFrame({"family": ["f", "f", None], "niche": ["a", "thin", None]},
                        schema={"family": pl.String, "niche": pl.String})  # fmt: skip
    found = niche_quantiles(taught, held)
    assert found[0].tolist() == [1, 1, 1]
    assert found[1].tolist() == pytest.approx([1, 1, 2], abs=0.11)
    assert found[2].tolist() == [1, 2.5, 3]


def test_pipeline_survives_its_file_and_is_repeatable(pipeline):
    body = model_files.dump(pipeline)
    assert len(body) < 1_500_000
    again = model_files.loads(body, "price_guide")
    asked = pl.DataFrame({"pricing_type": ["hourly"], "niche": ["middling"]})
    assert price_guide.price(again, asked).equals(price_guide.price(pipeline, asked))
    assert price_guide.errors(again).equals(price_guide.errors(pipeline))
    small = market(900, 5)
    once, again = (price_guide.errors(price_guide.train(small)) for _ in range(2))
    assert once.equals(again) and once.height


def test_too_few_prices_make_no_guide():
    assert price_guide.train(market(300, 6)) == {}
    assert price_guide.errors({}).is_empty()
    found = price_guide.price({}, pl.DataFrame({"pricing_type": ["hourly"]}))
    assert found["reason"].to_list() == [price_guide.NO_GUIDE]


SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "upwork_search"


@pytest.mark.skipif(not SHARED.exists(), reason="needs ../shared/data")
def test_shared_hourly_jobs_are_covered():
    """The two snapshots' hourly jobs, niches standing for their sub-categories: band and losses."""
    jobs = pl.concat(
        [pl.read_csv(path, infer_schema_length=None) for path in sorted(SHARED.glob("*.csv"))],
        how="diagonal_relaxed",
    ).unique("uid", keep="last", maintain_order=True)  # fmt: skip
    jobs = jobs.filter(pl.col("hourly_rate").cast(pl.Float64, strict=False) > 0)
    rate = jobs["hourly_rate"].cast(pl.Float64)
    keys = {"source_id": ["upwork_search"] * len(jobs), "native_id": jobs["uid"].cast(pl.String)}
    listings = pl.DataFrame(keys | {
        "side": "demand", "pricing_type": "hourly", "title": jobs["title"], "text": None,
        "skills": None, "price_min_usd": rate, "price_max_usd": rate, "flags": None,
        "experience_level": jobs["tier"].cast(pl.String).str.to_lowercase(),
        "duration_days_low": None, "client_country": None,
    }, schema_overrides={"text": pl.String, "skills": pl.List(pl.String), "client_country":
        pl.String, "flags": pl.List(pl.String), "duration_days_low": pl.Float64})  # fmt: skip
    labels = pl.DataFrame(keys | {"family": jobs["occupations_category_pref_label"],
                                  "niche": jobs["occupations_oservice_pref_label"]})  # fmt: skip
    marks = dict.fromkeys(features.MARKS, None)
    readings = pl.DataFrame(keys | {"ai_relation": None} | marks, schema_overrides={
        "ai_relation": pl.String} | dict.fromkeys(features.MARKS, pl.Boolean))  # fmt: skip
    frames = {"core_listings": listings, "core_readings": readings, "est_listing_labels": labels}
    told = price_guide.errors(price_guide.train(frames))
    value = {(s, d.split(";")[0]): v for s, d, v in told.select("stat", "dims", "value").rows()}
    assert value["share", "model=guide"] == pytest.approx(0.8, abs=0.04)
    assert value["ratio", "model=niche"] < 1
