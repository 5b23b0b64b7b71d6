"""AI relation, service and attributes: invented listings, the codebook's rulings one by one."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import skops.io
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from models import _ai_rules, _ai_words, _kinds, ai_relation

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
with (ROOT / "data" / "reference" / "ai_relation_terms.csv").open(encoding="utf-8") as file:
    TERMS = pl.DataFrame(list(csv.DictReader(file)))
LEXICON = _ai_words.lexicon(TERMS)


def table(*rows: tuple[str | None, str | None]) -> pl.DataFrame:
    return pl.DataFrame(
        [(title, text, "demand") for title, text in rows],
        schema={"title": pl.String, "text": pl.String, "side": pl.String},
        orient="row",
    )


def counted(*rows: tuple[str | None, str | None]) -> list[dict[str, int]]:
    """Count all rows at once: patterns are compiled once per call."""
    return _ai_rules.situations(_ai_words.phrases(table(*rows), LEXICON)).rows(named=True)


LOOK_ALIKES = (
    "Redraw our logo in Adobe Illustrator (AI) and hand over EPS, AI and PDF",
    "Convert sketch to vector, .ai files wanted",
    "Aiuto per inviare inviti ai clienti italiani",
    "Email maintenance for a sailing club",
    "Regression and forecast of sales in Excel",
    "Chatty host for a radio show",
    "Embroidery pattern, prompt delivery",
    "Estate agents and vendors: cold calling",
    "Build dashboards on Acme.ai data",
    "Fix enemy AI and add a boss to our platform game",
)


def test_words_that_only_look_like_ai_name_none():
    for title, found in zip(LOOK_ALIKES, counted(*((t, None) for t in LOOK_ALIKES)), strict=True):
        assert found["named"] == 0, title


MARKED = (
    ("Fix our WhatsApp chatbot", "B"),
    ("Captcha solver for a ticket site", "O"),
    ("Fine-tune a Llama 3 model", "L"),
    ("Train a neural network on bird calls", "M"),
    ("Need ChatGPT plugin", "C"),
    ("Portraits made in Midjourney", "V"),
    ("Humanize AI articles", "H"),
    ("Image annotation of street signs", "R"),
    ("Prompt engineer for recipes", "G"),
    ("Pair programming in Cursor and Copilot", "D"),
    ("Ai developer wanted", "A"),
    ("A.I. lessons for my staff", "A"),
)


def test_ai_is_marked_by_kind():
    for (title, mark), found in zip(MARKED, counted(*((t, None) for t, _ in MARKED)), strict=True):
        assert found[f"head_{mark}"] >= 1 and found["named"] == 1, title


BANS = (
    ("Articles on gardening. No AI-generated content is accepted.", True, False),
    ("All texts must be human-written.", True, False),
    ("The draft has to pass Copyscape and AI detection.", True, False),
    ("Please write it yourself, do not use ChatGPT.", True, False),
    ("I ignore proposals written by AI.", False, True),
    ("AI-generated bids will be ignored.", False, True),
    ("We reject stories generated with ChatGPT.", True, False),
    ("Start your application with a bird's name. No AI cover letters please.", False, True),
    ("You will use ChatGPT to draft emails.", False, False),
    ("No AI experience needed, we teach you.", False, False),
    ("We write about history.", False, False),
    ("Textos escritos a mano, sin IA.", True, False),
    ("Artículos propios; no usar ChatGPT.", True, False),
    ("Textos originais, sem uso de inteligência artificial.", True, False),
    ("Testi scritti a mano, senza IA.", True, False),
    ("Textes écrits à la main, pas d'IA.", True, False),
    ("Bitte keine KI-Texte.", True, False),
    ("Ohne ChatGPT geschrieben.", True, False),
    ("Ki kann mir helfen? Keine Eile.", False, False),
    ("Use of AI is forbidden.", True, False),
    ("AI is strictly prohibited.", True, False),
    ("Anyone using AI tools will not be paid.", True, False),
    ("AI tools will get you blocked.", True, False),
    ("No Midjourney or other AI image tools.", True, False),
    ("AI-free writing only.", True, False),
    ("We have human writers only.", True, False),
    ("We don't want machine translation or ChatGPT output.", True, False),
    ("There is no AI policy in our company yet.", False, False),
    ("No ChatGPT wrappers please.", False, False),
)


def test_bans_of_the_work_and_of_the_application():
    rows = counted(*(("Writer wanted", text) for text, *_ in BANS))
    for (text, human_only, application), found in zip(BANS, rows, strict=True):
        assert (found["text_N"] > 0, found["text_P"] > 0) == (human_only, application), text


def test_two_banned_words_in_portuguese_are_no_mention():
    (found,) = counted(("Redator", "Textos originais, sem IA ou ChatGPT."))
    assert found["named"] == 0 and found["text_N"] == 1


def test_a_banned_word_is_no_mention():
    (found,) = counted(("Novel editor", "Edit my novel. No AI, no ChatGPT. Only people."))
    assert found["named"] == 0 and found["text_A"] == 0


AROUND = (
    ("Build an AI agent for our shop", "", "head_build_near"),
    ("Machine learning engineer", "", "head_role"),
    ("AI video of a dancing bear", "", "head_material"),
    ("AI video generator app", "", "head_material_artefact"),
    ("Website for an AI startup", "", "head_for_company"),
    ("Bookkeeper", "You will sort receipts using AI tools.", "text_means"),
    ("Designer", "Knowledge of Midjourney is a plus.", "text_plus"),
    ("Accountant", "We are an AI company in Oslo.", "text_company"),
    ("Flow builder", "Our n8n workflow sends each mail to OpenAI.", "text_flow"),
)


def test_phrases_around_the_marks():
    rows = counted(*((title, text) for title, text, _ in AROUND))
    for (title, text, name), found in zip(AROUND, rows, strict=True):
        assert found[name] >= 1, (title, text)


def test_where_the_title_is_missing_the_text_begins_the_listing():
    (found,) = counted((None, "ML Engineer | Oslo | onsite. We make maps."))
    assert found["no_title"] == 1 and found["head_M"] == 1


def test_tags_in_the_text_are_not_its_words():
    (found,) = counted(("Cut my holiday film", "Ten minutes. | tags: ['AI Animation', 'Cuts']"))
    assert found["named"] == 0 and found["tags_tag_content"] == 1


SAID = (
    ("Needed ASAP", "urgent"),
    ("to be delivered within 48 hours", "urgent"),
    ("with a quick turnaround", "urgent"),
    ("Original, plagiarism-free articles", "originality"),
    ("must pass Copyscape", "originality"),
    ("Tell us if you have used AI in the draft", "disclosure"),
    ("any use of AI must be disclosed", "disclosure"),
    ("a flair for storytelling", "creativity"),
    ("develop our content strategy", "strategy"),
    ("Excellent communication skills", "communication"),
    ("fluent English speaker", "communication"),
    ("AI is fine to use here", "welcome_words"),
    ("feel free to use ChatGPT", "welcome_words"),
)


def test_attributes_by_lexicon():
    for (text, name), found in zip(SAID, counted(*(("Work", t) for t, _ in SAID)), strict=True):
        assert found[f"raw_{name}"] == 1, text


NOT_SAID = (
    ("The quick-start guide takes three weeks", "urgent"),
    ("we work with urgency and care", "urgent"),
    ("Build a plagiarism checker website", "originality"),
    ("keep the original file names", "originality"),
    ("state of the art AI lab", "disclosure"),
    ("label images for an AI company", "disclosure"),
    ("create a spreadsheet", "creativity"),
    ("translate from English to Greek", "communication"),
)


def test_attributes_that_only_look_like_it():
    rows = counted(*(("Work", text) for text, _ in NOT_SAID))
    for (text, name), found in zip(NOT_SAID, rows, strict=True):
        assert found[f"raw_{name}"] == 0, text


def test_strategies_of_trading_are_not_the_skill():
    (found,) = counted(("Trading bot", "I want to develop a trading strategy for futures."))
    said = pl.DataFrame([found]).select(ai_relation._lexical())
    assert found["raw_strategy"] == 1 and said["strategy"].to_list() == [False]


BY_RULE = (
    ("Develop a customer support chatbot", "", "ai_build", "ai_chatbot_agent"),
    ("Computer vision engineer to build a leaf classifier", "", "ai_build", "ml_data_science"),
    ("AI avatar video for a bakery", "", "ai_content", "ai_video_audio"),
    ("Stable Diffusion portrait images", "", "ai_content", "ai_design"),
    ("Humanize 20 ChatGPT articles", "", "ai_content", "ai_content_editing"),
    ("Repair a fence", "", "none", None),
    ("Take part in a survey on AI agents", "", None, None),
    ("Virtual assistant", "You sort mail using AI tools such as ChatGPT.", "ai_assisted", None),
    ("React developer", "We are an AI company. Our app books boats.", "ai_context", None),
)


def test_rules_speak_where_the_title_is_plain():
    found = pl.DataFrame(counted(*((title, text) for title, text, *_ in BY_RULE)))
    relations, services = _ai_rules.relation_by_rule(found), _ai_rules.service_by_rule(found)
    for (title, _, relation, service), *said in zip(BY_RULE, relations, services, strict=True):
        assert said == [relation, service], title


THINGS = ("bakery", "museum", "school", "garage", "clinic", "farm", "library", "hotel", "harbour")
MADE_UP = {
    ("none", "none"): (("Clean the {}", "A day of work, bring gloves."), ("{} logo in vector", "")),
    ("ai_context", "none"): (
        ("React developer for a {}", "We are an AI company for each {}. You fix our forms."),
    ),
    ("ai_assisted", "none"): (
        ("Virtual assistant of a {}", "You answer mail using AI tools like ChatGPT."),
    ),
    ("ai_content", "ai_video_audio"): (
        ("AI avatar video of a {}", "Made in HeyGen or Synthesia."),
    ),
    ("ai_build", "ai_chatbot_agent"): (("Build an AI chatbot for a {}", "It runs on OpenAI."),),
}


def made_up() -> pl.DataFrame:
    rows = []
    for (relation, service), texts in MADE_UP.items():
        for number, thing in enumerate(THINGS):
            title, text = texts[number % len(texts)]
            rows.append({
                "id": f"{relation}{number}", "side": "demand",
                "title": title.format(thing), "text": text.format(thing),
                "ai_relation": relation, "ai_service": service,
                "ai_tool_welcome": relation in ("ai_assisted", "ai_content"),
                "ai_literacy": relation in ("ai_assisted", "ai_content", "ai_build"),
            })  # fmt: skip
    return pl.DataFrame(rows)


def kinds(listings: pl.DataFrame) -> np.ndarray:
    """Tell nothing of what kind of work listings are."""
    return np.zeros((listings.height, sum(map(len, _kinds.KINDS.values()))))


def market() -> pl.DataFrame:
    titles = [f"Chatbot developer for shop {n}" for n in range(20)]
    titles += [f"AI video of town {n}" for n in range(20)] + [f"Paint wall {n}" for n in range(20)]
    return pl.DataFrame({
        "source_id": ["a"] * 60, "native_id": [f"{n:02}" for n in range(60)], "title": titles,
        "text": [None] * 60, "side": ["demand"] * 60,
    }, schema_overrides={"text": pl.String})  # fmt: skip


@pytest.fixture(scope="module")
def frames():
    return {
        "core_listings": market(), "hand_labels": made_up(), "ref_ai_relation_terms": TERMS,
    }  # fmt: skip


@pytest.fixture(scope="module")
def pipeline(frames):
    return ai_relation.train(frames, kinds)


def test_it_learns_and_reads_new_listings(pipeline):
    told = table(
        ("Build an AI chatbot for a cinema", "It runs on OpenAI."),
        ("AI avatar video of a castle", "Made in HeyGen or Synthesia."),
        ("Virtual assistant of a cinema", "You answer mail using AI tools like ChatGPT."),
        ("React developer for a cinema", "We are an AI company for each cinema. You fix forms."),
        ("Clean the cinema", "A day of work, no AI please, bring gloves."),
    )
    found = ai_relation.read(kinds(told), told, pipeline)
    assert found["ai_relation"].to_list() == [
        "ai_build", "ai_content", "ai_assisted", "ai_context", "none",
    ]  # fmt: skip
    assert found["ai_service"].to_list() == [
        "ai_chatbot_agent", "ai_video_audio", "none", "none", "none",
    ]  # fmt: skip
    assert found["ai_tool_welcome"].to_list()[0] is False
    assert found["human_only"].to_list() == [False] * 4 + [True]
    p = found.select(f"p_{name}" for name in ai_relation.RELATIONS).to_numpy()
    assert np.allclose(p.sum(axis=1), 1)
    said = [ai_relation.RELATIONS[i] for i in p.argmax(axis=1)]
    assert said == found["ai_relation"].to_list()


def test_each_listing_is_read_on_its_own(pipeline):
    told = table(*[(row["title"], row["text"]) for row in made_up().to_dicts()])
    together = ai_relation.read(kinds(told), told, pipeline)
    apart = pl.concat([ai_relation.read(kinds(told[i]), told[i], pipeline) for i in (0, 13, 44)])
    strings = ["ai_relation", "ai_service", "human_only", "urgent"]
    assert together[[0, 13, 44]].select(strings).equals(apart.select(strings))
    assert np.allclose(together["p_ai_build"].to_numpy()[[0, 13, 44]], apart["p_ai_build"])


def test_a_row_for_every_listing_even_where_there_is_nothing_to_read(pipeline):
    rows = market().head(3).with_columns(title=pl.Series(["Paint a wall", "", None]))
    assert ai_relation.read(kinds(rows.head(0)), rows.head(0), pipeline).is_empty()
    assert ai_relation.read(kinds(rows), rows, pipeline).height == 3


def test_two_trainings_are_equal_whatever_the_order(frames, pipeline):
    turned = frames | {"core_listings": market().reverse()}
    again = ai_relation.train(turned, kinds)
    for name in ("relation", "service", "ai_literacy", "ai_tool_welcome"):
        assert np.allclose(again[name].coef_, pipeline[name].coef_)


def test_hand_labelled_listings_do_not_teach_twice(frames, pipeline):
    copies = made_up().select(source_id=pl.lit("b"), native_id="id", title="title", text="text",
                              side="side")  # fmt: skip
    again = ai_relation.train(frames | {"core_listings": pl.concat([market(), copies])}, kinds)
    assert np.allclose(again["relation"].coef_, pipeline["relation"].coef_)


def test_the_sample_by_rule_is_even_and_capped(monkeypatch):
    monkeypatch.setattr(ai_relation, "MOST_BY_RULE", 2)
    label = pl.Series(["x"] * 6 + [None] * 2 + ["y"])
    source = pl.Series(["a"] * 4 + ["b"] * 5)
    assert ai_relation.plain(label, source) == [0, 2, 4, 5, 8]


def test_stored_and_loaded_with_types_that_need_no_trust(pipeline):
    stored = skops.io.dumps(pipeline)
    assert not skops.io.get_untrusted_types(data=stored)
    assert len(stored) < 1_000_000
    told = table(("Build an AI chatbot", "soon"), ("Paint", "asap"))
    again = ai_relation.read(kinds(told), told, skops.io.loads(stored, trusted=[]))
    assert again.equals(ai_relation.read(kinds(told), told, pipeline))


PIECES = ("AI", "ai", ".", ",", "!", "\n", "chatbot", "no AI", "(AI)", "é", "\x00", "using",
          "GPT-4", "video", "N", "P", "Ünï", "build", "| tags: [", "plus", "A.I.")  # fmt: skip
TEXT = st.lists(st.sampled_from(PIECES), max_size=30).map(" ".join)


@settings(max_examples=5, deadline=None)
@given(st.lists(st.tuples(st.none() | TEXT, st.none() | TEXT), min_size=20, max_size=60))
def test_any_text_is_read(rows):
    found = counted(*rows)
    assert len(found) == len(rows)
    assert all(0 <= value <= 11 for row in found for value in row.values())


def test_capitals_of_the_text_are_no_marks():
    (found,) = counted(("PLAN B: VITAMIN C, GRADE A, N AND P FERTILISER", "Type O blood"))
    assert found["named"] == 0 and found["text_N"] == 0


# Few AI listings, or many of them: not worth reading here.
UNUSED = ("hn_hiring", "upwork_fixed", "upwork_search", "fiverr_grid", "upwork_rss_powerbi")


@pytest.mark.skipif(not (SHARED / "gold").exists(), reason="needs ../shared")
def test_hand_labelled_listings_never_trained_on():
    from benchmarks import ai_relation_accuracy as measure

    labelled = measure.hand()
    rows = measure.category_accuracy.frames(without=UNUSED)["core_listings"]
    rows = rows.with_columns(side=pl.lit("demand"))
    (said,) = measure.predictions(measure.frames(labelled, rows), repeats=1)
    truth = labelled["ai_relation"].to_numpy().astype(str)
    found = said["ai_relation"].to_numpy().astype(str)
    weight = np.ones(len(truth))
    # Below the worst of 16 repeats with all sources (card).
    assert measure.f1_of(ai_relation.RELATIONS)(truth, found, weight) >= 0.70
    assert measure.f1_of(("ai_build",))(truth, found, weight) >= 0.86
    assert measure.f1_of(("none",))(truth, found, weight) >= 0.96


# --- the kind of work


def test_the_kind_of_work_speaks_where_words_do_not(frames):
    """Listings that read alike are told apart by the kind of work, if it told the taught apart."""
    is_bot = {title for title in frames["core_listings"]["title"] if title.startswith("Chatbot")}

    def telling(listings: pl.DataFrame) -> np.ndarray:
        columns = kinds(listings)
        columns[:, 0] = [title in is_bot or "chatbot" in title for title in listings["title"]]
        return columns

    taught = ai_relation.train(frames, telling)
    told = table(("AI for a cinema", "Ask us for more."))
    off, on = kinds(told), kinds(told)
    on[:, 0] = 1
    p = [ai_relation.read(each, told, taught)["p_ai_build"].item() for each in (off, on)]
    assert p[0] < p[1]


def test_margins_are_those_of_the_category_and_zero_for_kinds_it_never_learnt():
    category = {
        "niche": np.array(["mobile_apps", "seo"]), "niche_weights": np.array([[2, 0], [0, 1]]),
        "niche_scale": np.float32(0.5), "niche_bias": np.array([1.0, 0.0]),
        "family": np.array(["writing"]), "family_weights": np.array([[4], [0]]),
        "family_scale": np.float32(0.25), "family_bias": np.array([0.0]),
    }  # fmt: skip
    found = _kinds.margins(sparse.csr_matrix([[3.0, 5.0]]), category)
    names = [*_kinds.KINDS["niche"], *_kinds.KINDS["family"]]
    told = {name: value for name, value in zip(names, found[0].tolist(), strict=True) if value}
    assert told == {"mobile_apps": 4.0, "writing": 3.0}
    assert np.allclose(_kinds.scaled(found, _kinds.scale(found)), 0)


# --- what is denied


@pytest.mark.parametrize(
    ("said", "is_urgent"),
    [
        ("This is urgent.", True),
        ("This is not urgent.", False),
        ("No need to hurry, it isn't very urgent", False),
        ("Site for an urgent care clinic", False),
        ("Not urgent for the logo, but the flyer is needed urgently", True),
    ],
)
def test_denied_urgency_is_none(pipeline, said, is_urgent):
    told = table(("Flyer for a harbour", said))
    assert ai_relation.read(kinds(told), told, pipeline)["urgent"].item() is is_urgent


@pytest.mark.parametrize(
    "said",
    [
        "No machine translation or AI tools.",
        "Please do not use Google Translate, ChatGPT or DeepL.",
        "no automated translation",
        "No AI tools, please.",
    ],
)
def test_a_ban_that_names_machine_translation_first_is_a_ban(pipeline, said):
    told = table(("Translate a letter about a harbour", said), ("Translate a letter", "By Friday."))
    found = ai_relation.read(kinds(told), told, pipeline)
    assert found["human_only"].to_list() == [True, False]
    assert found["ai_relation"].to_list() == ["none", "none"]
    assert not found["ai_tool_welcome"].any()
