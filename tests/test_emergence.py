"""New services: counting, bursts, posters, names, renames, stages, and what cannot be told."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import emergence
from models._bursts import Counts, Window, _discovered, chance, overdispersion, rising, window
from models._incumbents import beside_incumbents
from models._kept_names import kept_names, spelled
from models._life_cycle import born, growth, seen_between, stage
from models._posters import posters, stand_ins
from models._renames import _fallen, renames
from models._term_clusters import clusters, incidence
from models._term_corpus import candidates, corpus, count
from models._term_counts import cleaned, occurrences, stop_words
from models._walk_forward import flags
from models._watched_series import keyword_counts

ROOT = Path(__file__).parents[1]
REFERENCE = {
    f"ref_{name}": pl.read_csv(ROOT / "data" / "reference" / f"{name}.csv", infer_schema=False)
    for name in ("ai_terms", "service_terms", "technologies", "term_rules", "crosswalk_upwork")
}
REFERENCE["ref_crosswalk"] = REFERENCE.pop("ref_crosswalk_upwork")
AI, RULES = REFERENCE["ref_ai_terms"], REFERENCE["ref_term_rules"]
STOPS = stop_words(RULES)
FILLER = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heath", "inlet", "knoll")


def listings(rows: list[tuple], source: str = "s") -> pl.DataFrame:
    """Make core_listings of (posted_at, title, skills)."""
    frame = pl.DataFrame(
        rows, orient="row",
        schema={"posted_at": pl.Datetime, "title": pl.String, "skills": pl.List(pl.String)},
    )  # fmt: skip
    nothing = dict.fromkeys(("price_min_usd", "price_max_usd", "bids", "proposals_low"), pl.Float64)
    return frame.with_row_index("native_id").with_columns(
        pl.col("native_id").cast(pl.String), source_id=pl.lit(source),
        text=pl.lit(None, pl.String), pricing_type=pl.lit("fixed"),
        flags=pl.lit([], pl.List(pl.String)),
        **{name: pl.lit(None, kind) for name, kind in nothing.items()},
    )  # fmt: skip


def terms_of(*titles: str, skills: list[str] | None = None) -> list[set[str]]:
    frame = listings([(datetime(2024, 1, 1), title, skills) for title in titles])
    found = occurrences(cleaned(frame, AI, RULES), STOPS)
    return [set(found.filter(pl.col("row") == i)["term"]) for i in range(len(titles))]


def market(added, months: int = 16, posts: int = 120, start: int = 2020) -> list[tuple]:
    """Make months of filler listings; `added(month, i)` is put behind the i-th of a month."""
    random = np.random.default_rng(0)
    rows = []
    for month in range(months):
        for i in range(posts):
            words = " ".join(random.choice(FILLER, 6)) + f" {chr(97 + i % 26)}{chr(97 + i // 26)}zz"
            moment = datetime(start + month // 12, month % 12 + 1, 1 + i % 28)
            rows.append((moment, f"{words}, {added(month, i)}", None))
    return rows


def estimated(rows: list[tuple], scope: str = "window", **others: pl.DataFrame) -> pl.DataFrame:
    sources = pl.DataFrame({"source_id": ["s", "k"], "platform": ["p", "q"], "scope": [scope, ""],
                            "kind": ["listing", "series"]})  # fmt: skip
    series = dict.fromkeys(("source_id", "series_id", "grain", "dims", "flags"), pl.String)
    frames = REFERENCE | {
        "core_listings": listings(rows), "ref_sources": sources,
        "core_series": pl.DataFrame(
            schema=series | {"period_start": pl.Datetime, "value": pl.Float64}
        ),
        "est_listing_labels": pl.DataFrame(schema=dict.fromkeys(
            ("source_id", "native_id", "niche"), pl.String)),
    }  # fmt: skip
    return emergence.estimate(frames | others)


# --- terms -----------------------------------------------------------------------------------


def test_terms_are_runs_of_one_clause():
    (found,) = terms_of("Deep learning for C++, Node.js")
    assert found == {"deep", "learning", "deep learning", "c++", "node.js", "learning for c++"}


def test_a_skill_tag_is_a_term_and_stands_alone():
    (found,) = terms_of("Cedar", skills=["Prompt Engineering", "n8n"])
    assert found == {"cedar", "prompt", "engineering", "prompt engineering", "n8n"}


@pytest.mark.parametrize(
    "title",
    [
        "Blog posts. No chatgpt please",
        "Blog posts without ChatGPT",
        "Do not use chatgpt for blog posts",
        "Blog posts; ChatGPT will be rejected",
        "Blog posts. We don't want any ChatGPT",
        "Blog posts. chatgpt is not allowed",
    ],
)
def test_a_ban_is_no_mention(title: str):
    (found,) = terms_of(title)
    assert not any("chatgpt" in term for term in found)
    assert "blog posts" in found


@pytest.mark.parametrize("ban", ["Wordpress is not allowed", "Wordpress sites will be rejected"])
def test_a_ban_may_follow_what_it_bans(ban: str):
    (found,) = terms_of(f"Landing page; {ban}")
    assert "landing page" in found and not any("wordpress" in term for term in found)


def test_a_ban_reaches_to_the_end_of_its_clause_only():
    (found,) = terms_of("No wordpress, but webflow")
    assert "webflow" in found and "wordpress" not in found


@pytest.mark.parametrize(
    "text",
    ["=cmd|' /C calc'!A0", "\x00\x01\x02\x1b[2J", "x" * 10_000, "\u202eevil", "no " * 5_000,
     "-" * 10_000, ("a-" * 9_000) + "a", "<script>alert(1)</script>", "", "\ud7ff" * 40],
)  # fmt: skip
def test_odd_text_is_harmless(text: str):
    for term in terms_of(text)[0]:
        assert all(len(word) <= 40 for word in term.split(" "))
        assert not set(term) & set("=|'\"<>()\x00\x01\x02\x1b!")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=6))
def test_only_given_terms_are_what_all_terms_say(titles: list[str]):
    frame = listings([(datetime(2024, 1, 1), title, None) for title in titles])
    texts = cleaned(frame, AI, RULES)
    whole = occurrences(texts, STOPS)
    assert whole.is_duplicated().sum() == 0
    if whole.height:
        some = whole["term"].unique().sort().to_list()[::2]
        again = occurrences(texts, STOPS, only=some)
        wanted = whole.filter(pl.col("term").is_in(some))
        assert again.sort("row", "term").equals(wanted.sort("row", "term"))


def test_the_floor_loses_nothing():
    frame = listings([(datetime(2024, 1, 1), t, None) for t in ("deep sea", "deep sea", "sea fog")])
    texts = cleaned(frame, AI, RULES)
    kept = occurrences(texts, STOPS, floor=2)
    assert sorted(kept.rows()) == [
        (0, "deep"), (0, "deep sea"), (0, "sea"), (1, "deep"), (1, "deep sea"), (1, "sea"),
        (2, "sea"),
    ]  # fmt: skip


def test_months_in_part_missing_or_thin_are_not_complete():
    rows = [(datetime(2024, m, 1 + i), f"{FILLER[i % 10]} {chr(97 + i)}qq", None)
            for m, n in ((1, 20), (2, 20), (4, 3), (5, 20)) for i in range(n)]  # fmt: skip
    frame = listings(rows).with_columns(
        flags=pl.when(pl.col("posted_at").dt.month() == 2).then(pl.lit(["partial_window"]))
        .otherwise(pl.lit([], pl.List(pl.String))),
        last_seen_at=pl.lit(datetime(2024, 6, 2)),
    )  # fmt: skip
    data = corpus(frame, AI, RULES)
    assert data.months == [date(2024, m, 1) for m in range(1, 6)]
    assert data.totals.tolist() == [20, 20, 0, 3, 20]
    assert data.complete.tolist() == [True, False, False, False, True]
    running = corpus(frame.with_columns(last_seen_at=pl.lit(datetime(2024, 5, 30))), AI, RULES)
    assert not running.complete[4]


def test_impossible_dates_make_no_long_axis():
    rows = [(datetime(year, 1, 1), f"{FILLER[i % 10]} {chr(97 + i)}qq", None)
            for year in (1, 2024, 9999) for i in range(20)]  # fmt: skip
    data = corpus(listings(rows), AI, RULES)
    assert data.months == [date(2024, 1, 1)] and data.totals.tolist() == [20]


def test_the_same_words_twice_in_a_month_count_once():
    rows = [(datetime(2024, 1, 1), "Cedar fence 1", None)] * 20
    rows += [(datetime(2024, 1, 1), f"{a}{b} fence", None) for a in "abcd" for b in "efghi"]
    data = corpus(listings(rows), AI, RULES)
    counts = count(data, ["cedar", "fence"])
    assert counts.posts.tolist() == [[1], [21]]
    assert "fence" in candidates(data)


# --- bursts ----------------------------------------------------------------------------------


def flat(*series: list[int], total: int = 1_000) -> Counts:
    posts = np.array(series)
    months = posts.shape[1]
    return Counts(posts, np.full(months, total), np.ones(months, dtype=bool))


def test_window_by_hand():
    seen = window(flat([1] * 9 + [8, 8, 8]), 11)
    assert (seen.a[0], seen.b[0], seen.n_recent, seen.n_before) == (24, 9, 3_000, 9_000)
    assert seen.ratio[0] == pytest.approx(24.5 / 3_001 / (9.5 / 9_001))
    assert seen.log_odds[0] == pytest.approx(np.log(24.5 / 2_976.5) - np.log(9.5 / 8_991.5))
    assert seen.variance[0] == pytest.approx(1 / 24.5 + 1 / 9.5)


def test_chance_by_hand():
    seen = Window(np.array([2.0]), np.array([0.0]), 1_000, 3_000)
    assert chance(seen, 0.0)[0] == pytest.approx(0.25**2)
    # Two draws from a beta of mean 1/4 and variance (1/4 3/4)^2 extra: mean square is the sum.
    assert chance(seen, 0.1)[0] == pytest.approx(0.25**2 + (0.25 * 0.75) ** 2 * 0.1)


def test_step_up_by_hand():
    p = np.array([0.001, 0.0049, 0.0101, 0.2, 0.0])
    tested = np.array([True, True, True, True, False])
    assert _discovered(p, tested).tolist() == [True, True, False, False, False]


@pytest.mark.parametrize(
    ("posts", "flagged"),
    [
        ([0] * 9 + [8, 8, 8], True),
        ([0] * 9 + [5, 5, 4], False),  # 14 posts
        ([10] * 9 + [17, 17, 17], False),  # less than twice
        ([0] * 9 + [1, 24, 1], False),  # one month only
        ([8] * 12, False),
    ],
)
def test_what_bursts(posts: list[int], flagged: bool):
    assert (0 in rising(flat(posts, [50] * 12), 11)) is flagged


def test_a_slow_rise_bursts_year_with_year():
    slow = [1] * 12 + [2, 2, 3, 3, 4, 4, 5, 5, 5, 6, 6, 6]
    assert 0 in rising(flat(slow), 23)
    assert 0 not in rising(flat(slow[-12:]), 11)


def test_missing_months_are_never_zero():
    counts = flat([8] * 6 + [0, 0, 0] + [8, 8, 8], [50] * 12)
    gone = np.array([True] * 6 + [False] * 3 + [True] * 3)
    assert rising(Counts(counts.posts, counts.totals * gone, gone), 11).size == 0
    seen = window(Counts(counts.posts, counts.totals * gone, gone), 11)
    assert (seen.b[0], seen.n_before) == (48, 6_000)
    gone[2] = False
    assert window(Counts(counts.posts, counts.totals * gone, gone), 11) is None
    gone[2], gone[10] = True, False
    assert window(Counts(counts.posts, counts.totals * gone, gone), 11) is None


def test_overdispersion_is_found_again():
    random = np.random.default_rng(1)
    p = 0.05 * np.exp(random.normal(0, 0.3, (2, 4_000)) / np.sqrt(2))
    a, b = random.binomial(3_000, p[0]), random.binomial(9_000, p[1])
    seen = Window(a.astype(float), b.astype(float), 3_000, 9_000)
    assert overdispersion(seen) == pytest.approx(0.3**2, rel=0.15)
    exact = Window(*(random.binomial(n, 0.05, 4_000).astype(float) for n in (3_000, 9_000)),
                   3_000, 9_000)  # fmt: skip
    assert overdispersion(exact) < 0.003


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 60), min_size=12, max_size=12), st.integers(1, 40))
def test_more_recent_posts_never_undo_a_burst(posts: list[int], more: int):
    if 0 in rising(flat(posts), 11):
        assert 0 in rising(flat(posts[:9] + [n + more for n in posts[9:]]), 11)


# --- posters, clusters, renames, names ---------------------------------------------------------


def test_posts_connected_by_any_stand_in_are_of_one_poster():
    keys = pl.DataFrame({
        "term": ["x"] * 4 + ["y"],
        "opening": ["a", "a", "b", "c", "a"],
        "title_words": ["1", "2", "2", "3", "1"],
        "text_sketch": ["i", "j", "k", None, "i"],
    })  # fmt: skip
    assert sorted(posters(keys, ["term"]).rows()) == [("x", 2), ("y", 1)]


def test_near_duplicates_share_a_stand_in():
    frame = listings([
        (datetime(2024, 1, 1), "Acme studio offers logos for cafes", None),
        (datetime(2024, 1, 2), "Acme Studio offers banners in bulk!", None),
        (datetime(2024, 1, 3), "Write me a poem about fog", None),
    ])  # fmt: skip
    keys = stand_ins(frame, STOPS).with_columns(term=pl.lit("x"))
    assert posters(keys, ["term"])["posters"].item() == 2
    known = frame.with_columns(poster=pl.lit("same"))
    assert posters(stand_ins(known, STOPS).with_columns(term=pl.lit("x")), ["term"])[
        "posters"].item() == 1  # fmt: skip


def test_terms_of_the_same_listings_are_one_cluster():
    pairs = pl.DataFrame({"row": [0, 0, 1, 1, 2, 3], "term": ["a", "b", "a", "b", "c", "c"]})
    numbers = clusters(incidence(pairs, ["a", "b", "c"], 4))
    assert numbers[0] == numbers[1] != numbers[2]
    assert clusters(incidence(pairs, ["a"], 4)).tolist() == [0]


def test_a_rename_is_told_from_growth():
    def added(month: int, i: int) -> str:
        swapped = i % 5 == 0 and (month >= 13 or (month >= 10 and i % 2 == 0))
        new = "plumed helm" if swapped else "iron helm" if i % 5 == 0 else "tin"
        return new + (", swivel" if month >= 12 and i % 6 == 1 else "")

    data = corpus(listings(market(added)), AI, RULES)
    terms = candidates(data)
    burst = pl.DataFrame({"term": ["plumed helm", "swivel"], "month": [14, 14]})
    told = renames(data, terms, count(data, terms), burst)
    assert told.select("term", "is_rename_of").rows() == [("plumed helm", "iron helm")]


def test_a_rise_beyond_what_the_old_word_lost_is_no_rename():
    def added(month: int, i: int) -> str:
        old = i % 10 == 0 if month < 13 else i % 20 == 0
        return "iron helm" if old else "plumed helm" if month >= 13 and i % 10 == 1 else "tin"

    data = corpus(listings(market(added)), AI, RULES)
    terms = candidates(data)
    burst = pl.DataFrame({"term": ["plumed helm"], "month": [15]})
    assert renames(data, terms, count(data, terms), burst).height == 0


def test_a_fall_must_be_about_the_rise():
    new, old, small = [0] * 9 + [40] * 3, [60] * 9 + [20] * 3, [25] * 9 + [10] * 3
    assert _fallen(flat(new, old, small, [50] * 12), 0, 11).tolist() == [1]


def test_only_kept_plain_names_are_named():
    frames = {
        "ref_crosswalk": pl.DataFrame({"label": ["C++", "=cmd|x", "Ünsal", "AI Chatbot  Build"]}),
        "ref_ai_terms": pl.DataFrame({"term": ["LLM"]}),
        "ref_technologies": pl.DataFrame({"name": ["vue.js"]}),
        "ref_service_terms": pl.DataFrame({"term": ["ai art"]}),
    }  # fmt: skip
    assert kept_names(frames) == {"c++", "ai chatbot build", "llm", "vue.js", "ai art"}
    assert spelled("Jane's  Tool") == "janes tool"


# --- stages ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("posts", "flagged", "word"),
    [
        ([2] * 9 + [20, 25, 30], 11, "emerging"),
        ([2] * 9 + [20, 25, 30], None, "growing"),
        ([30] * 9 + [3, 3, 3], None, "fading"),
        ([40] * 12, None, "mature"),
        ([2] * 12, None, "cannot tell"),  # the interval holds a doubling
        ([0] * 11 + [2], None, "cannot tell"),
    ],
)
def test_stages(posts: list[int], flagged: int | None, word: str):
    assert stage(flat(posts), 11, (0.0, 0.0), flagged)[0] == word


def test_a_year_tells_what_a_quarter_cannot():
    posts = [10] * 12 + [20] * 9 + [22, 22, 22]
    assert growth(flat(posts), 23, 0.0).low < 1
    assert stage(flat(posts), 23, (0.0, 0.0), 5)[0] == "growing"


def test_growth_by_hand():
    grown = growth(flat([1] * 9 + [8, 8, 8]), 11, 0.05)
    half = 1.96 * np.sqrt(1 / 24.5 + 1 / 9.5 + 0.05)
    assert grown.ratio == pytest.approx(24.5 / 3_001 / (9.5 / 9_001))
    assert grown.high / grown.ratio == pytest.approx(np.exp(half))
    assert (grown.n_recent, grown.n_before, grown.share) == (24, 9, 0.008)


def test_born_in_the_first_month_above_twice_the_year_before():
    assert born(flat([2] * 12 + [2] * 5 + [4, 5, 9, 9, 9, 9, 9]), 23) == 18
    assert born(flat([2] * 9 + [3, 8, 8]), 11) == 10


def test_a_gap_gives_two_dates_and_no_stage():
    months = pl.date_range(date(2024, 1, 1), date(2024, 6, 1), "1mo", eager=True).to_list()
    whole = np.array([True, True, False, False, True, True])
    posts = np.array([[0, 0, 0, 0, 9, 9]])
    said = seen_between(Counts(posts, np.array([50, 50, 0, 0, 50, 50]), whole), months)
    assert said.startswith("not seen up to 2024-02, seen from 2024-05 on; 2 months between")
    assert "too few" in seen_between(Counts(posts // 9, np.full(6, 50), whole), months)


# --- the whole -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def found() -> pl.DataFrame:
    """A market with a new service, a banned one, a spammer, and a new word nobody keeps."""

    new = {0: "vibe coding, langchain", 1: "no midjourney please", 2: "gadgetron"}

    def added(month: int, i: int) -> str:
        old = "voice cloning, " if i % 8 == 3 else ""
        return old + (new.get(i % 9, "tin") if month >= 13 else "tin")

    rows = market(added)
    spam = "Acme studio sells webflow"
    rows += [(datetime(2021, 2 + i % 3, 1), f"{spam} {chr(97 + i % 26)}", None) for i in range(75)]
    return estimated(rows)


def service(table: pl.DataFrame, name: str) -> dict:
    return table.filter(pl.col("service_id") == name).row(0, named=True)


def test_a_new_service_is_found_named_and_dated(found: pl.DataFrame):
    one = service(found, "ai_coding")
    assert (one["basis"], one["stage"]) == ("burst", "emerging")
    assert one["born_on"] == date(2021, 2, 1) and one["flagged_on"] <= date(2021, 4, 1)
    assert one["growth_lo"] > 2 and one["n_before"] == 0 and one["n_recent"] == 42
    assert "vibe coding" in one["terms"]


def test_a_banned_word_a_spammer_and_an_old_service_are_not_new(found: pl.DataFrame):
    assert service(found, "ai_design")["n_all"] == 0
    assert "webflow" not in found["service_id"].to_list()
    old = service(found, "ai_video_audio")
    assert (old["basis"], old["stage"], old["flagged_on"]) == ("watched", "mature", None)


def test_words_outside_the_lists_are_counted_not_named(found: pl.DataFrame):
    assert service(found, "unnamed")["n_terms"] >= 1
    assert not any("gadgetron" in str(value) for row in found.rows() for value in row)
    assert not any("acme" in str(value).lower() for row in found.rows() for value in row)


def test_one_row_per_source_and_service_in_the_declared_columns(found: pl.DataFrame):
    assert not found.select("source_id", "service_id").is_duplicated().any()
    assert set(found.filter(pl.col("talked_about"))["service_id"]) == {
        "prompt_engineering", "ai_content_editing", "ai_marketing", "ai_design", "ai_consulting",
    }  # fmt: skip
    assert set(found["stage"]) <= {"emerging", "growing", "mature", "fading", "cannot tell"}
    assert found.filter(pl.col("stage") == "cannot tell")["reason"].null_count() == 0


def test_a_selected_query_is_never_dated():
    rows = market(lambda month, i: "vibe coding" if month >= 13 and i % 9 == 0 else "tin")
    table = estimated(rows, scope="query")
    one = service(table, "ai_coding")
    assert (one["stage"], one["basis"], one["born_on"]) == ("cannot tell", "watched", None)
    assert one["reason"].startswith("present; a selected query") and one["n_all"] == 42


def test_nothing_gives_an_empty_table():
    assert estimated([]).height == 0


def test_published_keyword_shares_are_dated_without_posters():
    rows = []
    for i in range(16):
        month = datetime(2020 + i // 12, i % 12 + 1, 1)
        rows += [("k", "hiring_posts", "month", "", "", month, 500.0)]
        share = 6.0 if i >= 13 else 0.2
        rows += [("k", "keyword_share_pct", "month", "keyword=agentic", "", month, share)]
        rows += [("k", "keyword_share_pct", "month", "keyword=acme", "", month, share)]
    schema = dict.fromkeys(("source_id", "series_id", "grain", "dims", "flags"), pl.String)
    schema |= {"period_start": pl.Datetime, "value": pl.Float64}
    series = pl.DataFrame(rows, orient="row", schema=schema)
    running = series.with_columns(flags=pl.when(pl.col("period_start") == month)
                                  .then(pl.lit("partial")).otherwise(pl.lit("")))  # fmt: skip
    assert keyword_counts(running, "k")[2].complete.tolist() == [True] * 15 + [False]
    words, months, counts = keyword_counts(series, "k")
    assert words == ["acme", "agentic"] and len(months) == 16
    assert counts.posts[1].tolist() == [1] * 13 + [30] * 3
    table = estimated([], core_series=series)
    assert table["service_id"].to_list() == ["agentic"]
    assert (table["stage"].item(), table["matched_service"].item()) == (
        "emerging", "ai_chatbot_agent")  # fmt: skip
    assert "posters not known" in table["reason"].item()


def test_price_and_competition_beside_the_incumbent_niche():
    rows = [("s", str(i), "fixed", 100.0, None, i % 10) for i in range(40)]
    rows += [("s", str(i), "fixed", 200.0, None, 20) for i in range(40, 60)]
    rows += [("s", str(i), "hourly", 5.0, None, 0) for i in range(60, 70)]
    names = ["source_id", "native_id", "pricing_type", "price_min_usd", "price_max_usd", "bids"]
    frame = pl.DataFrame(rows, orient="row", schema=names).with_columns(
        pl.col("price_max_usd").cast(float), proposals_low=pl.lit(None, pl.Int64)
    )
    labels = frame.select("source_id", "native_id").with_columns(
        niche=pl.lit("logos"),
        ai_service=pl.when(pl.int_range(pl.len()) >= 40).then(pl.lit("ai_design")),
    )
    one = beside_incumbents(frame, labels).row(0, named=True)
    assert (one["price_ratio"], one["price_ratio_lo"]) == (pytest.approx(2), pytest.approx(2))
    assert (one["competition"], one["n_priced"], one["n_competition"]) == (1.0, 20, 20)
    few = beside_incumbents(frame.head(50), labels).row(0, named=True)
    assert few["price_ratio"] is None and few["n_priced"] == 10
    assert beside_incumbents(frame, labels.drop("ai_service")).height == 0


HN = ROOT.parent / "shared" / "data" / "hn" / "who_is_hiring_posts.parquet"


@pytest.mark.skipif(not HN.exists(), reason="needs the Hacker News posts of ../shared")
def test_hacker_news_2012_to_2014():
    """Docker is found in 2014; a word of one firm's twenty copies in July 2014 is not."""
    posts = pl.read_parquet(HN).filter(pl.col("thread_month") < "2014-11")
    frame = posts.select(
        posted_at=pl.col("thread_month").str.to_datetime("%Y-%m", strict=False),
        title=pl.col("text").str.split("\n").list.first().str.head(200), text="text",
        skills=pl.lit(None, pl.List(pl.String)),
    )  # fmt: skip
    data = corpus(frame, AI, RULES)
    terms = candidates(data)
    burst = flags(data, terms, count(data, terms), set())
    passed = burst.filter(pl.col("posters") >= 5)
    docker = passed.filter(pl.col("term") == "docker")["month"].min()
    assert date(2014, 1, 1) <= data.months[docker] <= date(2014, 9, 1)
    copies = posts.filter(
        pl.col("thread_month") == "2014-07", pl.col("text").str.contains("Finnish")
    )
    assert copies.height == 20 and "finnish" not in passed["term"].to_list()
