"""Exposure: listings read by the codebook's rulings, niches weighed by a rule that cannot cheat."""

from __future__ import annotations

import io
import time
from datetime import datetime

import numpy as np
import polars as pl
import pytest
import skops.io
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from benchmarks import exposure_accuracy as measure
from models import _exposure_evidence as evidence
from models import _exposure_market as market
from models import _exposure_text as texts
from models import exposure
from models._exposure_class import CANNOT_TELL, CONTESTED, combined
from models._intervals import wilson

RULES = measure.reference("exposure_rules")
MEASURES = measure.reference("exposure_measures")
NEEDS_SHARED = pytest.mark.skipif(not measure.GOLD.exists(), reason="needs ../shared")
S, C, U = "substitutable", "complementary", "unaffected"


# --- signs -------------------------------------------------------------------------------------

RULINGS = [
    ("Translate a menu from Dutch to English", S),
    ("Transcription of two interviews", S),
    ("Typist for handwritten letters", S),
    ("Proofread my cover page", S),
    ("Product descriptions for forty candles", S),
    ("Logo for a bakery", S),
    ("Flyer, one side", S),
    ("Remove background from 20 pictures", S),
    ("Ongoing project manager", C),
    ("Growth strategy for a gym chain", C),
    ("Booking app with payments", C),
    ("Ghostwriter for a grandmother's memoir", C),
    ("Voice over for a radio spot", U),
    ("Actress for a testimonial", U),
    ("Maths tutor, twice a week", U),
    ("Cold calling to garages", U),
    ("Licensed attorney for a lease", U),
    ("Ship a parcel, inspection at the warehouse", U),
]


def signs(title: str | None, text: str | None = None) -> dict[str, float]:
    """Count the signs of each class, up to three."""
    rows = texts.features(listings((title, text)), texts.patterns(RULES))
    return dict(zip(texts.CLASSES, rows[0, [1, 3, 5]] * 3, strict=True))


def listings(*rows: tuple[str | None, str | None]) -> pl.DataFrame:
    """Return a frame of titles and texts."""
    return pl.DataFrame(rows, schema={"title": pl.String, "text": pl.String}, orient="row")


@pytest.mark.parametrize(("title", "ruled"), RULINGS)
def test_a_ruling_of_the_codebook_leaves_a_sign(title, ruled):
    found = signs(title)
    assert found[ruled] >= 1
    assert found[ruled] == max(found.values())


@pytest.mark.parametrize(
    ("title", "not_so"),
    [
        ("Spell check module for a forum", U),  # no spells
        ("Chatbot with a voice interface", U),  # no human voice
        ("Model training for forecasts", U),  # no face
        ("Senior engineer, onsite in Ghent", U),  # desk work in an office is desk work
        ("Classified ads platform", U),  # no lessons
        ("Redesign of our brand guidelines", S),
        ("Architect of a data platform", S),
    ],
)
def test_words_that_only_look_like_a_ruling(title, not_so):
    assert signs(title)[not_so] == 0


def test_where_there_is_no_title_the_text_begins_with_one():
    assert signs(None, "Voice over wanted, two minutes")[U] == signs("Voice over wanted")[U] == 1
    late = "We are a bakery of long standing. " * 5 + "Voice over wanted."
    assert signs(None, late)[U] == signs("", late)[U] == 0


def test_every_rule_says_why_and_compiles():
    assert RULES.null_count().sum_horizontal().item() == 0
    assert set(RULES["class"]) == set(texts.CLASSES)
    assert set(RULES["where"]) <= {"title", "text", "head"}
    for regex in RULES["regex"]:
        assert pl.Series(["nothing of the kind"]).str.count_matches(regex)[0] == 0, regex


# --- reading -----------------------------------------------------------------------------------

LONG = "You will work with our team over several phases, with milestones and documentation. " * 6
TAUGHT = (
    [(f"{what} {n}", None, S) for n in "abcde" for what in
     ("Translate a letter", "Data entry of cards", "Proofreading of a note", "Logo for a shop")]
    + [(f"{what} {n}", text, C) for n in "abcdefgh" for what, text in
       (("Web app with an API", LONG), ("SEO strategy", None), ("Ongoing assistant", LONG))]
    + [(f"{what} {n}", None, U) for n in "abcde" for what in
       ("Voice over", "Tutor for chess", "Photographer at a fair", "Cold calling")]
)  # fmt: skip


def hand(rows=TAUGHT) -> dict[str, pl.DataFrame]:
    """Return hand-labelled listings and the rules, as `train` reads them."""
    labels = pl.DataFrame(
        [(f"h{i:03}", *row) for i, row in enumerate(rows)],
        schema=["id", "title", "text", "substitutability"], orient="row",
    )  # fmt: skip
    return {"hand_labels": labels, "ref_exposure_rules": RULES}


@pytest.fixture(scope="module")
def pipeline():
    return exposure.train(hand())


def test_reads_what_it_was_not_shown(pipeline):
    new = listings(
        ("Translation of a poem into Czech", None),
        ("Developer for a hotel booking platform", LONG),
        ("Narrator for a museum guide", None),
    )
    found = exposure.read(new, pipeline)
    assert found["substitutability"].to_list() == [S, C, U]
    each = [f"p_{name}" for name in texts.CLASSES]
    assert found.columns == ["substitutability", "p_substitutability", *each]
    assert np.allclose(found.select(pl.sum_horizontal(each)).to_series(), 1)
    assert found["p_substitutability"].to_list() == [
        row[f"p_{row['substitutability']}"] for row in found.rows(named=True)
    ]


def test_the_probabilities_are_those_of_the_classifier(pipeline):
    rows = listings(*[(title, text) for title, text, _ in TAUGHT])
    found = exposure.read(rows, pipeline).select("^p_(comp|subst.*able|unaff).*$").to_numpy()
    exact = pipeline["classes"].predict_proba(texts.features(rows, pipeline["patterns"]))
    assert np.allclose(found, exact)


def test_rare_classes_weigh_three_times():
    classes = np.array(texts.CLASSES)
    said = texts.label(np.array([[0.7, 0.25, 0.05], [0.8, 0.15, 0.05], [0.6, 0.1, 0.3]]), classes)
    assert said.tolist() == [S, C, U]


def test_nothing_to_read_is_null_not_a_guess(pipeline):
    found = exposure.read(listings((None, None), ("", ""), ("Logo", None)), pipeline)
    assert found.null_count().row(0) == (2, 2, 2, 2, 2)
    assert exposure.read(listings(), pipeline).height == 0


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(*[st.one_of(st.none(), st.text(max_size=40))] * 2), min_size=1))
def test_a_listing_is_read_alike_in_any_company(pipeline, rows):
    together = exposure.read(listings(*rows), pipeline)
    backwards = exposure.read(listings(*rows[::-1]), pipeline)
    assert together.equals(backwards.reverse())


def test_a_hostile_listing_costs_little(pipeline):
    hostile = listings(("logo " * 200_000, "a" * 2_000_000), ("\x00\n" * 9_000, "•" * 900_000))
    start = time.process_time()
    exposure.read(hostile, pipeline)
    assert time.process_time() - start < 0.5


def test_training_ignores_the_order_of_rows(pipeline):
    frames = hand()
    frames["hand_labels"] = frames["hand_labels"].reverse()
    again = exposure.train(frames)
    assert np.array_equal(again["classes"].coef_, pipeline["classes"].coef_)
    assert np.array_equal(again["confusion"], pipeline["confusion"])
    assert pipeline["confusion"].sum() == len(TAUGHT)
    assert pipeline["confusion"].sum(axis=1).tolist() == [24, 20, 20]


def test_near_duplicates_are_one_group():
    rows = listings(
        ("Survey for gardeners about tools", LONG), ("Survey for cooks about tools", LONG),
        ("Logo", None), (None, None), ("Chess", "Teach my son"),
    )  # fmt: skip
    found = texts.groups(rows)
    assert found[0] == found[1]
    assert len(set(found)) == 4


def test_kept_small_and_without_foreign_types(pipeline):
    body = measure.dump(pipeline)
    assert len(body) < 500_000
    assert skops.io.get_untrusted_types(data=body) == []
    kept = skops.io.load(io.BytesIO(body), trusted=[])
    rows = listings(("Logo for a bakery", None), ("Tutor", LONG))
    assert exposure.read(rows, kept).equals(exposure.read(rows, pipeline))


def test_drift_is_said_only_when_it_is_there():
    assert exposure.drift(0.25) is None
    assert exposure.drift(0.1) is None
    assert "31 %" in exposure.drift(0.31)


# --- prior -------------------------------------------------------------------------------------


def measures(**values: dict[str, float]) -> pl.DataFrame:
    """Return measures of occupations: measure=code -> value, as text like the file's."""
    rows = [(name, "soc2018", code, str(value), "ensemble")
            for name, codes in values.items() for code, value in codes.items()]  # fmt: skip
    rows.append(("other", "soc2018", "b", "9", "cited"))
    return pl.DataFrame(rows, schema=["measure", "system", "code", "value", "use"], orient="row")


NICHES = pl.DataFrame(
    {"niche": ["n1", "n2", "n3", "n4", "n5"], "family": "f",
     "soc2018": ["a", "b", "b", "13-1199", "gone"]}
)  # fmt: skip


def test_prior_by_hand():
    given = measures(
        one={"a": 0.9, "b": 0.5, "13-1199": 0.1, "elsewhere": 0.7},
        two={"a": 0.3, "b": 0.3, "13-1199": 0.1},
        three={"a": 0.2, "b": 0.9},
    )
    found = evidence.prior(NICHES, given)
    one, two, three = found.rows(named=True)[0], found.rows(named=True)[1], found.row(2, named=True)
    # ranks of a: (3 - .5) / 3, (2.5 - .5) / 3 for the tie, (1 - .5) / 2
    ranks = [2.5 / 3, 2 / 3, 0.25]
    assert one["rank"] == pytest.approx(np.mean(ranks))
    assert (one["low"], one["high"]) == (0.25, pytest.approx(2.5 / 3))
    assert one["sd"] == pytest.approx(np.std(ranks, ddof=1))
    assert one["least"] == pytest.approx(np.mean(ranks[1:]))
    assert one["most"] == pytest.approx(np.mean(ranks[:2]))
    assert {k: v for k, v in two.items() if k != "niche"} == {
        k: v for k, v in three.items() if k != "niche"
    }, "niches of one code share one prior"
    assert found["niches"].to_list() == [1, 2, 2, 1, 1]
    assert found["measures"].to_list() == [3, 3, 3, 2, 0]
    assert found["poor_link"].to_list() == [False, False, False, True, False]
    assert found["rank"][4] is None


def test_a_single_measure_has_no_spread():
    row = evidence.prior(NICHES, measures(one={"a": 1, "b": 2})).row(0, named=True)
    assert (row["rank"], row["measures"]) == (0.25, 1)
    assert row["sd"] is row["least"] is row["most"] is None


def value(name: str, code: str) -> float:
    """Return one kept value."""
    row = MEASURES.filter(pl.col("measure") == name, pl.col("code") == code)
    return float(row["value"].item())


def test_loader_targets_on_the_kept_file():
    assert value("gpt4_beta", "27-3091") == 0.88
    kept = MEASURES.filter(pl.col("measure") == "applicability")
    assert kept["value"].cast(pl.Float64).max() == pytest.approx(0.492, abs=5e-4)
    assert value("applicability", "27-3091") == pytest.approx(0.492, abs=5e-4)
    assert value("observed_exposure", "15-1251") == pytest.approx(0.745, abs=5e-4)
    entry = MEASURES.filter(pl.col("code") == "4132")
    assert entry.select("value", "band", "use").row(0) == ("0.7", "G4", "cited")


def test_only_what_licences_allow_is_kept():
    codes = set(measure.taxonomy()["soc2018"])
    ensemble = MEASURES.filter(pl.col("use") == "ensemble")
    assert set(ensemble["licence"]) == {"MIT", "CC BY 4.0"}
    assert set(ensemble["code"]) <= codes
    assert MEASURES.filter(pl.col("use") == "cited").height <= 5
    assert MEASURES["source"].null_count() == 0


@NEEDS_SHARED
def test_loader_targets_on_the_sources():
    folder = measure.SHARED / "data" / "exposure"
    gpts = pl.read_csv(folder / "gpts_are_gpts_occ_level.csv").select(
        soc=pl.col("O*NET-SOC Code").str.head(7), beta="dv_rating_beta", human="human_rating_beta"
    )
    gpts = gpts.group_by("soc").mean()
    applied = pl.read_csv(folder / "microsoft_ai_applicability.csv").rename({"SOC Code": "soc"})
    both = gpts.join(applied, on="soc")
    rho = spearmanr(both["beta"], both["ai_applicability_score"]).statistic
    assert rho == pytest.approx(0.71, abs=0.02)
    top = applied.sort("ai_applicability_score")[-1]
    assert top["soc"].item() == "27-3091"
    kept = MEASURES.filter(pl.col("measure") == "gpt4_beta").join(gpts, left_on="code",
                                                                  right_on="soc")  # fmt: skip
    assert np.allclose(kept["value"].cast(pl.Float64), kept["beta"], atol=5e-5)
    joined = pl.read_csv(folder / "exposure_freelance_occupations.csv")
    entry = joined.filter(pl.col("soc") == "43-9021")
    assert entry["ilo25"].item() == 0.70
    assert entry["ilo_cat"].item().endswith("Gradient 4")


# --- listing shares ----------------------------------------------------------------------------


def labels(*cells: tuple[str, str, str, int]) -> pl.DataFrame:
    """Return labels: source, niche, class, how many listings."""
    rows = [(source, niche, name) for source, niche, name, n in cells for _ in range(n)]
    return pl.DataFrame(rows, schema=["source_id", "niche", "substitutability"], orient="row")


def test_shares_by_hand():
    found = evidence.listing_shares(labels(("s", "n", S, 12), ("s", "n", C, 4), ("s", "m", U, 3)))
    row = found.filter(niche="n", label=S).row(0, named=True)
    assert (row["n"], row["share"]) == (16, 0.75)
    assert (row["lo"], row["hi"]) == wilson(12, 16)
    assert found.filter(niche="m", label=S)["share"].item() == 0
    assert evidence.listing_shares(labels()).is_empty()


def test_sources_that_disagree_widen_the_interval():
    apart = [(s, n, c, k) for n in ("n", "m") for s, c, k in
             (("s", S, 40), ("s", C, 10), ("t", S, 10), ("t", C, 40))]  # fmt: skip
    row = evidence.listing_shares(labels(*apart)).filter(niche="n", label=S).row(0, named=True)
    low, high = wilson(50, 100)
    assert row["share"] == 0.5
    assert row["lo"] < low - 0.1
    assert row["hi"] > high + 0.1


def test_reading_errors_are_corrected_and_only_widen_the_interval():
    frame = labels(("s", "n", S, 30), ("s", "n", C, 70), ("s", "few", S, 9), ("s", "n", U, 0))
    sure = np.diag([400, 40, 40])
    raw, same = evidence.listing_shares(frame), evidence.listing_shares(frame, sure)
    row = same.filter(niche="n", label=S).row(0, named=True)
    assert row["share"] == pytest.approx(0.3, abs=1e-6)
    # one in five complementary listings is read as substitutable: 0.3 = p + 0.2 (1 - p)
    errs = np.array([[320, 80, 0], [0, 40, 0], [0, 0, 40]])
    fixed = evidence.listing_shares(frame, errs).filter(niche="n", label=S).row(0, named=True)
    assert fixed["share"] == pytest.approx(0.125, abs=1e-3)
    before = raw.filter(niche="n", label=S).row(0, named=True)
    assert fixed["lo"] < fixed["share"] < before["lo"]
    assert fixed["hi"] >= before["hi"]
    thin = np.diag([400, 9, 9])  # too few checked: the shares stay as read
    assert (
        evidence.listing_shares(frame, thin)
        .sort("niche", "label")
        .equals(raw.sort("niche", "label"))
    )


def test_only_sources_that_see_a_whole_market_have_shares():
    sources = pl.DataFrame(
        {"source_id": ["all", "query", "bare"], "scope": ["newest", "query", "newest"],
         "crosswalk": ["up", "up", None]}
    )  # fmt: skip
    frame = labels(("all", "n", S, 2), ("query", "n", S, 9), ("bare", "n", S, 9))
    assert evidence.whole_market(frame, sources).height == 2
    told = frame.with_columns(ai_relation=pl.lit("ai_build"))
    assert set(evidence.whole_market(told, sources)["substitutability"]) == {"ai_native"}


# --- market ------------------------------------------------------------------------------------


def oli(after: float, *, months: int = 99, flags: dict[int, str] | None = None) -> pl.DataFrame:
    """Return two groups of 50 points a month from May 2016; one changes from December 2022 on."""
    rows = []
    for i in range(months):
        month = datetime(2016 + (4 + i) // 12, (4 + i) % 12 + 1, 1)
        level = 50 * (after if month >= market.SHOCK else 1)
        if flags and i in flags:
            level = 900.0
        rows += [("oli", "oli_level", month, f"occupation_group={name}", value,
                  (flags or {}).get(i, ""))
                 for name, value in (("a", level), ("b", 50.0), ("all", 1e6))]  # fmt: skip
    return pl.DataFrame(
        rows, orient="row",
        schema=["source_id", "series_id", "period_start", "dims", "value", "flags"],
    )  # fmt: skip


GROUPS = pl.DataFrame(
    {"source_id": ["oli", "oli", "fiverr_index", "fiverr_index"], "label": ["a", "b", "x", "y"],
     "family": ["fa", "fb", "fa", "fb"], "niche": [None, None, "n1", None]}
)  # fmt: skip


def test_demand_change_by_hand():
    found = market.observed_changes(oli(0.5), GROUPS)
    # a's share falls from a half to a third, b's rises to two thirds; nothing moved before
    assert found["change"].to_list() == pytest.approx([-1 / 3, 1 / 3])
    assert found["lo"].to_list() == pytest.approx([-1 / 3, 1 / 3])
    assert found.select("family", "niche", "what").row(0) == ("fa", None, "demand")


def test_a_trend_of_long_standing_is_no_change():
    series = oli(1.0)
    steady = pl.col("value") * (0.99 ** pl.int_range(pl.len()).over("dims"))
    group = pl.col("dims") == "occupation_group=a"
    found = market.observed_changes(
        series.with_columns(value=pl.when(group).then(steady).otherwise("value")), GROUPS
    )
    row = found.filter(family="fa").row(0, named=True)
    assert row["lo"] < 0 < row["hi"]


def test_known_artefacts_do_not_move_demand():
    clean, dirty = oli(0.5), oli(0.5, flags={70: "anomaly_spike", 98: "partial"})
    expected = market.observed_changes(clean, GROUPS)["change"]
    assert market.observed_changes(dirty, GROUPS)["change"].to_list() == pytest.approx(
        expected.to_list()
    )


def test_without_a_past_there_is_no_interval():
    short = oli(0.5).filter(pl.col("period_start") >= datetime(2021, 9, 1))
    found = market.observed_changes(short, GROUPS)
    assert found["lo"].null_count() == found.height == 2
    assert market.observed_changes(oli(1.0).clear(), GROUPS).is_empty()


def test_price_change_by_hand():
    rows = []
    first, last = datetime(2024, 7, 1), datetime(2026, 1, 1)
    for quarter, x, y, se in ((first, 100, 100, 0), (last, 121, 100, 0.03)):
        for name, level in (("x", x), ("y", y)):
            for kind, number in (("", level), ("_se_log", se)):
                rows.append(("fiverr_index", f"matched_price_index_recent{kind}", quarter,
                             f"category={name}", float(number), ""))  # fmt: skip
    series = pl.DataFrame(rows, schema=oli(1.0).schema, orient="row")
    old = series.with_columns(series_id=pl.lit("matched_price_index_panel"), value=pl.lit(1e4))
    found = market.observed_changes(pl.concat([series, old]), GROUPS)
    assert found["change"].to_list() == pytest.approx([0.21, 1 / 1.21 - 1])
    half = 1.959964 * 0.03 * 2**0.5
    assert found["lo"][0] == pytest.approx(1.21 * np.exp(-half) - 1)
    assert found.select("family", "niche", "what").row(0) == ("fa", "n1", "price")


# --- the class shown ---------------------------------------------------------------------------

ABSENT = {"least": None, "most": None, "measures": 0, "poor_link": False}
HIGH = {"least": 0.7, "most": 0.9, "measures": 4, "poor_link": False}
MIDDLE = {"least": 0.4, "most": 0.6, "measures": 4, "poor_link": False}
LOW = {"least": 0.1, "most": 0.3, "measures": 4, "poor_link": False}
DOWN, UP, SAME, WIDE = (-0.4, -0.2), (0.2, 0.4), (-0.05, 0.05), (-0.4, 0.3)


def shown(prior=ABSENT, shares=(), demand=None, price=None, n=100) -> dict:
    """Return the row of one niche; shares as label -> (lo, hi), changes as (lo, hi)."""
    return combined(*frames(prior, shares, demand, price, n)).row(0, named=True)


def frames(prior, shares, demand, price, n, niche="n"):
    """Return the three frames that `combined` reads, for one niche."""
    own = pl.DataFrame(
        [{"niche": niche, "family": "f"} | prior],
        schema={"niche": pl.String, "family": pl.String, "least": pl.Float64, "most": pl.Float64,
                "measures": pl.Int64, "poor_link": pl.Boolean},
    )  # fmt: skip
    rows = [(niche, name, n, (lo + hi) / 2, lo, hi) for name, (lo, hi) in dict(shares).items()]
    share = pl.DataFrame(
        rows, orient="row",
        schema={"niche": pl.String, "label": pl.String, "n": pl.Int64, "share": pl.Float64,
                "lo": pl.Float64, "hi": pl.Float64},
    )  # fmt: skip
    changes = [("f", None, what, (ends[0] + ends[1]) / 2, *ends)
               for what, ends in (("demand", demand), ("price", price)) if ends]  # fmt: skip
    return own, share, pl.DataFrame(changes, schema=market.CHANGES, orient="row")


@pytest.mark.parametrize(
    ("evidence_given", "expected", "agree"),
    [
        ({}, CANNOT_TELL, 0),
        ({"prior": HIGH}, CANNOT_TELL, 0),
        ({"prior": HIGH, "shares": {S: (0.6, 0.8)}}, S, 2),
        ({"prior": HIGH, "shares": {S: (0.6, 0.8)}, "demand": DOWN}, S, 3),
        ({"prior": HIGH, "shares": {S: (0.45, 0.8)}, "demand": DOWN, "price": WIDE}, S, 2),
        ({"prior": HIGH, "shares": {C: (0.6, 0.8)}}, CONTESTED, 0),
        ({"prior": HIGH, "shares": {S: (0.6, 0.8)}, "demand": UP}, CONTESTED, 0),
        ({"prior": HIGH, "demand": DOWN, "price": UP}, CANNOT_TELL, 0),
        ({"prior": MIDDLE, "demand": UP, "price": UP}, C, 2),
        ({"prior": MIDDLE, "demand": SAME, "price": UP}, C, 2),
        ({"prior": LOW, "demand": SAME}, U, 2),
        ({"prior": LOW, "demand": SAME, "price": DOWN}, CANNOT_TELL, 0),
        ({"prior": LOW, "shares": {U: (0.6, 0.8)}, "price": DOWN}, U, 2),
        ({"prior": LOW, "demand": WIDE, "price": WIDE}, CANNOT_TELL, 0),
        ({"prior": HIGH, "shares": {"ai_native": (0.6, 0.9), S: (0, 0.3)}}, "ai_native", 1),
        ({"prior": HIGH, "shares": {S: (0.6, 0.8)}, "n": 14}, CANNOT_TELL, 0),
        ({"prior": HIGH | {"measures": 2}, "demand": DOWN}, CANNOT_TELL, 0),
        ({"prior": HIGH | {"poor_link": True}, "demand": DOWN}, CANNOT_TELL, 0),
        ({"prior": HIGH | {"least": 0.6}, "demand": DOWN}, CANNOT_TELL, 0),
    ],
)
def test_the_rule_of_the_card(evidence_given, expected, agree):
    row = shown(**evidence_given)
    assert (row["class_shown"], row["agree"]) == (expected, agree)


def test_the_reason_names_every_voice():
    row = shown(HIGH, {C: (0.6, 0.8)})
    assert row["reason"] == (
        "the voices differ; prior: substitutable; listings: complementary; market: cannot tell"
    )
    assert shown(HIGH)["reason"].startswith("one voice alone is no agreement; ")
    assert shown()["reason"].startswith("no voice can tell; ")
    assert (shown()["n"], shown(shares={C: (0.1, 0.2)}, n=40)["n"]) == (0, 40)


def test_the_niches_own_figures_come_before_its_familys():
    own, share, changes = frames(MIDDLE, {}, DOWN, None, 0)
    more = pl.DataFrame([("f", "n", "demand", 0.3, *UP)], schema=market.CHANGES, orient="row")
    assert combined(own, share, changes)["says_market"].item() == S
    assert combined(own, share, pl.concat([changes, more]))["says_market"].item() == C


def pair(low: float, high: float):
    """Return a strategy of intervals."""
    number = st.floats(low, high, allow_nan=False)
    return st.tuples(number, number).map(sorted).map(tuple)


PRIORS = st.one_of(
    st.just(ABSENT),
    st.builds(
        lambda ends, n, poor: {"least": ends[0], "most": ends[1], "measures": n, "poor_link": poor},
        pair(0, 1), st.integers(2, 5), st.booleans(),
    ),
)  # fmt: skip
SHARES = st.dictionaries(st.sampled_from([S, C, U]), pair(0, 1), max_size=1)
CASES = st.fixed_dictionaries(
    {"prior": PRIORS, "shares": SHARES, "demand": st.none() | pair(-0.6, 0.6),
     "price": st.none() | pair(-0.6, 0.6), "n": st.sampled_from([5, 15, 200])}
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(
    st.fixed_dictionaries(
        {"prior": st.sampled_from([HIGH, ABSENT]), "n": st.just(50),
         "shares": st.sampled_from([{}, {S: (0.55, 0.7)}, {S: (0.4, 0.6)}]),
         "demand": st.none() | pair(-0.6, -0.01), "price": st.none() | pair(-0.6, 0.3)}
    ),
    st.floats(0, 0.3), st.floats(0, 0.3), st.floats(0, 0.3), st.floats(0, 0.3),
)  # fmt: skip
def test_evidence_for_substitution_never_moves_the_class_away(case, rank, share, demand, price):
    before = shown(**case)
    prior = dict(case["prior"])
    for name in ("least", "most"):
        prior[name] = None if prior[name] is None else min(1.0, prior[name] + rank)
    after = shown(
        prior=prior, n=case["n"],
        shares={name: (min(1, lo + share), min(1, hi + share))
                for name, (lo, hi) in case["shares"].items()},
        demand=case["demand"] and tuple(end - demand for end in case["demand"]),
        price=case["price"] and tuple(end - price for end in case["price"]),
    )  # fmt: skip
    for said in ("says_prior", "says_listings", "says_market", "class_shown"):
        assert before[said] != S or after[said] == S
    assert before["class_shown"] != S or after["agree"] >= before["agree"]


@settings(max_examples=60, deadline=None)
@given(CASES, st.sampled_from(["prior", "shares", "demand"]))
def test_missing_evidence_never_counts_as_agreement(case, lost):
    whole = shown(**case)
    voices = [whole[f"says_{voice}"] for voice in ("prior", "listings", "market")]
    heard = [voice for voice in voices if voice != CANNOT_TELL]
    assert whole["agree"] == (len(heard) if len(set(heard)) == 1 and len(heard) > 1 else 0)
    less = shown(**case | {lost: {"prior": ABSENT, "shares": {}, "demand": None}[lost]})
    assert less["agree"] <= whole["agree"] or whole["class_shown"] == CONTESTED
    assert (less["class_shown"] in (S, C, U)) == (less["agree"] >= 2)


@settings(max_examples=30, deadline=None)
@given(st.lists(CASES, min_size=2, max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(cases, random):
    each = [frames(**case, niche=f"n{i}") for i, case in enumerate(cases)]
    own = [pl.concat(part) for part in zip(*[parts[:2] for parts in each], strict=True)]
    changes = each[0][2]
    mixed = [frame.sample(fraction=1, shuffle=True, seed=random.randint(0, 99)) for frame in own]
    found = combined(*own, changes)
    again = combined(*mixed, changes.reverse())
    assert found.sort("niche").equals(again.sort("niche"))


# --- all of it ---------------------------------------------------------------------------------


ERRORS = pl.DataFrame(
    [("substitutability", C, C, 90), ("substitutability", C, S, 10), ("substitutability", S, S, 40),
     ("substitutability", U, U, 40), ("ai_relation", "none", "ai_build", 7)],
    schema=["label", "truth", "said", "listings"], orient="row",
)  # fmt: skip


def niches(errors: pl.DataFrame) -> pl.DataFrame:
    return exposure.estimate(
        {
            "core_reader_errors": errors,
            "core_series": oli(1.0).clear(),
            "est_listing_labels": labels(("all", "data_entry", S, 30), ("all", "data_entry", C, 3)),
            "ref_exposure_groups": measure.reference("exposure_groups"),
            "ref_exposure_measures": MEASURES,
            "ref_sources": pl.DataFrame(
                {"source_id": ["all"], "scope": ["newest"], "crosswalk": ["up"]}
            ),
            "ref_taxonomy": measure.taxonomy(),
        }
    )


def test_every_niche_has_a_row_and_cannot_tell_is_an_answer():
    found = niches(ERRORS.clear())
    assert found["niche"].to_list() == sorted(measure.taxonomy()["niche"])
    entry = found.filter(niche="data_entry").row(0, named=True)
    assert (entry["class_shown"], entry["agree"], entry["n"]) == (S, 2, 33)
    assert entry["substitutable_share"] == pytest.approx(30 / 33)
    rest = found.filter(pl.col("niche") != "data_entry")
    assert set(rest["class_shown"]) == {CANNOT_TELL}
    assert found["demand_change"].null_count() == found.height
    assert found.filter("poor_link")["says_prior"].to_list() == [CANNOT_TELL] * 2


def test_known_reading_errors_correct_the_share():
    """One complementary listing in ten is read as substitutable: 30 of 33 read are 29.67 true."""
    entry = niches(ERRORS).filter(niche="data_entry").row(0, named=True)
    assert entry["substitutable_share"] == pytest.approx(
        (30 - (33 - 30) / 0.9 * 0.1) / 33, abs=1e-4
    )


def test_groups_name_families_and_niches_there_are():
    groups, known = measure.reference("exposure_groups"), measure.taxonomy()
    assert set(groups["family"]) <= set(known["family"])
    own = groups.drop_nulls("niche").join(known, on=["family", "niche"], how="anti")
    assert own.is_empty()


@NEEDS_SHARED
def test_accuracy_and_drift_on_real_listings():
    hand = measure.hand_labels().sort("id")
    trained = exposure.train({"hand_labels": hand, "ref_exposure_rules": RULES})
    truth = hand["substitutability"].to_numpy().astype(str)
    rows, group = texts.features(hand, trained["patterns"]), texts.groups(hand)
    said = texts.label(texts.out_of_fold(rows, truth, group, seed=1), measure.CLASSES)
    assert measure.macro(truth, said) > 0.75
    others = [name for name in measure.sources() if name != "upwork_search"]
    posts = measure.frames(without=tuple(others))["core_listings"]
    share = (exposure.read(posts, trained)["substitutability"] == S).mean()
    assert 0.08 < share < exposure.DRIFT
    check = measure.checked(posts)
    assert check.height > 500
    read = exposure.read(check, trained)["substitutability"].to_numpy().astype(str)
    assert measure.macro(check["substitutability"].to_numpy().astype(str), read) > 0.72
