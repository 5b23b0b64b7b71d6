"""What has a listing to do with AI, which AI service is it, and what does it ask of a person?

Learnt from hand-labelled listings and, at a third of their weight, from listings whose title says
it plainly; the rest is a lexicon. Only title, text and side are read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import polars as pl
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from models import _ai_rules, _ai_words, _kinds

KEY = ["source_id", "native_id"]
RELATIONS = ("none", "ai_context", "ai_assisted", "ai_content", "ai_build")
AI_WORK = ("ai_build", "ai_content")
SKILLS = ("creativity", "strategy", "communication", "ai_literacy")
# Read by the lexicon alone: too few hand-labelled positives to learn from.
BY_LEXICON = {
    "human_only": "text_N", "originality_clause": "raw_originality",
    "disclosure": "raw_disclosure", "urgent": "raw_urgent", "creativity": "raw_creativity",
    "strategy": "raw_strategy", "communication": "raw_communication",
}  # fmt: skip
# Weights of the classes, so that rare ones are found; within 0.02 of macro F1 around these.
WEIGHT = {"none": 0.6, "ai_build": 0.8, "ai_context": 1.5, "ai_content": 1.5, "ai_assisted": 2.0}
BY_RULE = 0.3  # weight of all listings labelled by rule, over that of the hand-labelled ones
MOST_BY_RULE = 100  # of a class and source, so that no platform drowns the others
SERVICE_FEWEST = 30  # a service of fewer listings by rule weighs less than the others
WELCOME = (
    "text_means", "text_use", "text_tools", "text_V", "text_D", "text_C", "raw_welcome_words",
    "text_plus", "text_or_ai", "head_tools", "text_code_with", "text_material", "no_text", "head_V",
    "text_material_using", "text_N", "named", "means_not_built", "text_build_near",
    "tags_tag_content", "head_means", "head_use",
)  # fmt: skip
LEAST_P = 0.007  # smaller probabilities say no more
SEED = 0
TOLD = pl.concat_str("title", "text", ignore_nulls=True).str.strip_chars() != ""

Kinds = Callable[[pl.DataFrame], np.ndarray]  # listings → what kind of work (`_kinds.margins`)
ByRule = tuple[np.ndarray, np.ndarray]  # features and labels


def train(frames: Mapping[str, pl.DataFrame], kinds: Kinds) -> dict[str, Any]:
    """Learn relation, service, tool welcome and AI literacy.

    `core_listings` needs key, title, text and side; `hand_labels` the columns of the codebook with
    a column per skill. `kinds` says what kind of work listings are (`_kinds.margins`).
    Hand-labelled listings are taken out of those labelled by rule.
    """
    hand = frames["hand_labels"]
    lexicon = _ai_words.lexicon(frames["ref_ai_relation_terms"])
    rest = frames["core_listings"].filter(TOLD).sort(KEY)
    rest = rest.filter(~like(rest, hand))
    counts, more = (_counted(rows, lexicon) for rows in (hand, rest))
    rows, ruled = _ruled(_ai_rules.relation_by_rule(more), rest["source_id"])
    beside = kinds(rest[rows])
    scales = _kinds.scale(beside)
    plain_x, relation = _general(counts), hand["ai_relation"].to_numpy().astype(str)
    x = np.hstack([plain_x, _kinds.scaled(kinds(hand), scales)])
    by_rule = np.hstack([_general(more[rows]), _kinds.scaled(beside, scales)]), ruled
    welcome = np.hstack([
        _ai_words.matrix(counts.select(WELCOME)), _unseen_log_p(x, relation, by_rule)
    ])  # fmt: skip
    return {
        "lexicon": lexicon,
        "kinds": np.stack(scales),
        "relation": _relation(x, relation, by_rule),
        "service": _service_of(counts, hand, more, rest["source_id"]),
        "ai_tool_welcome": _yes_no(welcome, hand["ai_tool_welcome"], 0.1, 2.0),
        "ai_literacy": _yes_no(plain_x, hand["ai_literacy"], 0.3, 1.5),
    }


def _service_of(
    counts: pl.DataFrame, hand: pl.DataFrame, more: pl.DataFrame, source: pl.Series
) -> LogisticRegression:
    rows, ruled = _ruled(_ai_rules.service_by_rule(more), source)
    is_work = hand["ai_relation"].is_in(AI_WORK).to_numpy()
    label = hand["ai_service"].to_numpy().astype(str)[is_work]
    return _service(_ai_words.matrix(counts)[is_work], label, (_ai_words.matrix(more[rows]), ruled))


def _counted(listings: pl.DataFrame, lexicon: _ai_words.Lexicon) -> pl.DataFrame:
    return _ai_rules.situations(_ai_words.phrases(listings, lexicon))


def _general(counts: pl.DataFrame) -> np.ndarray:
    # What the work is about (film, pictures, text) tells the service; it misleads on the relation.
    return _ai_words.matrix(counts.select(pl.exclude("^.*_about_.*$")))


def like(listings: pl.DataFrame, hand: pl.DataFrame) -> pl.Series:
    """Say which listings share their title, or the start of their text, with one of `hand`."""
    title, start = (pl.col(c).fill_null("").str.to_lowercase() for c in ("title", "text"))
    title, start = title.str.extract_all("[a-z]+").list.join(" "), start.str.head(60)
    known = [hand.select(x=part).filter(pl.col("x") != "")["x"] for part in (title, start)]
    like = [part.is_in(seen.implode()) for part, seen in zip((title, start), known, strict=True)]
    return listings.select(like=like[0] | like[1])["like"]


def teachers(listings: pl.DataFrame, terms: pl.DataFrame) -> pl.DataFrame:
    """Return the listings that a rule labels and `train` learns from: all that it needs of many."""
    rest = listings.filter(TOLD).sort(KEY)
    more = _counted(rest, _ai_words.lexicon(terms))
    labels = (_ai_rules.relation_by_rule(more), _ai_rules.service_by_rule(more))
    chosen = {row for label in labels for row in plain(label, rest["source_id"])}
    return rest[sorted(chosen)]


def plain(label: pl.Series, source: pl.Series) -> list[int]:
    """Return the rows to learn from: those with a label, evenly, MOST_BY_RULE per source."""
    rows = pl.DataFrame({"label": label, "source": source}).with_row_index("row")
    rows = rows.drop_nulls("label").with_columns(
        place=pl.int_range(pl.len()).over("label", "source"), of=pl.len().over("label", "source")
    )
    step = (pl.col("of") // MOST_BY_RULE).clip(1)
    kept = (pl.col("place") % step == 0) & (pl.col("place") // step < MOST_BY_RULE)
    return rows.filter(kept)["row"].to_list()


def _ruled(label: pl.Series, source: pl.Series) -> tuple[list[int], np.ndarray]:
    rows = plain(label, source)
    return rows, label[rows].to_numpy().astype(str)


def _relation(x: np.ndarray, label: np.ndarray, by_rule: ByRule) -> LogisticRegression:
    """Fit; listings by rule have the class shares of the hand-labelled, and BY_RULE the weight."""
    more, ruled = by_rule
    share = {name: BY_RULE * np.sum(label == name) / max(1, np.sum(ruled == name))
             for name in np.unique(ruled)}  # fmt: skip
    weight = np.r_[np.ones(len(label)), [share[name] for name in ruled]]
    both = np.r_[label, ruled]
    of_class = {name: WEIGHT[name] for name in np.unique(both).tolist()}
    model = LogisticRegression(C=1.0, tol=1e-3, max_iter=1_000, class_weight=of_class)
    return model.fit(np.vstack([x, more]), both, sample_weight=weight)


def _service(x: np.ndarray, label: np.ndarray, by_rule: ByRule) -> LogisticRegression:
    more, ruled = by_rule
    names, size = np.unique(ruled, return_counts=True)
    each = BY_RULE * len(label) / max(1, len(names))
    share = dict(zip(names, each / np.maximum(size, SERVICE_FEWEST), strict=True))
    weight = np.r_[np.ones(len(label)), [share[name] for name in ruled]]
    model = LogisticRegression(C=1.0, tol=1e-3, max_iter=1_000)
    return model.fit(np.vstack([x, more]), np.r_[label, ruled], sample_weight=weight)


def _unseen_log_p(x: np.ndarray, label: np.ndarray, by_rule: ByRule) -> np.ndarray:
    """Return log probabilities of the relation by models that have not seen the listing."""
    out = np.zeros((len(label), len(RELATIONS)))
    for seen, new in StratifiedKFold(4, shuffle=True, random_state=SEED).split(x, label):
        out[new] = _log(_p(_relation(x[seen], label[seen], by_rule), x[new]))
    return out


def _p(model: LogisticRegression, x: np.ndarray) -> np.ndarray:
    p = np.zeros((len(x), len(RELATIONS)))
    if len(x):
        p[:, [RELATIONS.index(name) for name in model.classes_]] = model.predict_proba(x)
    return p


def _log(p: np.ndarray) -> np.ndarray:
    return np.log(np.maximum(p, LEAST_P))


def _yes_no(x: np.ndarray, label: pl.Series, c: float, weight: float) -> LogisticRegression:
    model = LogisticRegression(C=c, max_iter=1_000, class_weight={False: 1.0, True: weight})
    return model.fit(x, label.to_numpy())


def read(kinds: np.ndarray, listings: pl.DataFrame, pipeline: Mapping[str, Any]) -> pl.DataFrame:
    """Return one row of labels per listing (`title`, `text`, `side`), in the same order.

    Probabilities `p_*` of what is learnt; `p_service` is that of the service, if it is AI work.
    `kinds` says what kind of work each listing is (`_kinds.margins`).
    """
    found = _counted(listings, pipeline["lexicon"])
    x = _general(found)
    beside = _kinds.scaled(kinds, (pipeline["kinds"][0], pipeline["kinds"][1]))
    p = _bans_are_none(_p(pipeline["relation"], np.hstack([x, beside])), found)
    relation = np.array(RELATIONS)[p.argmax(1)]
    service = (
        pipeline["service"].predict_proba(_ai_words.matrix(found)) if len(x) else np.zeros((0, 1))
    )
    named = pipeline["service"].classes_[service.argmax(1)]
    is_work = np.isin(relation, AI_WORK)
    welcome = np.hstack([_ai_words.matrix(found.select(WELCOME)), _log(p)])
    learnt = {
        name: pipeline[name].predict_proba(z)[:, 1] if len(z) else np.array([])
        for name, z in (("ai_tool_welcome", welcome), ("ai_literacy", x))
    }
    learnt["ai_tool_welcome"] = np.where(found["text_N"] > 0, 0.0, learnt["ai_tool_welcome"])
    return pl.DataFrame({
        "ai_relation": relation,
        **{f"p_{name}": p[:, i] for i, name in enumerate(RELATIONS)},
        "ai_service": np.where(is_work, named, "none"),
        "p_service": service.max(1),
        **{name: value >= 0.5 for name, value in learnt.items()},
        **{f"p_{name}": value for name, value in learnt.items()},
    }).hstack(found.select(_lexical()))  # fmt: skip


def _bans_are_none(p: np.ndarray, found: pl.DataFrame) -> np.ndarray:
    """Return probabilities with a listing whose only AI mention is a ban as none (codebook)."""
    only = found.select(x=pl.any_horizontal(pl.col("ban_only", "application_only") > 0))["x"]
    sure = (np.array(RELATIONS) == "none").astype(p.dtype)
    return np.where(only.to_numpy()[:, None], sure, p)


def _lexical() -> list[pl.Expr]:
    said = {name: pl.col(count) > 0 for name, count in BY_LEXICON.items()}
    said["strategy"] = said["strategy"] & (pl.col("raw_strategy_trade") == 0)
    return [expr.alias(name) for name, expr in said.items()]
