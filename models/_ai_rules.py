"""The codebook's distinctions over the counts of `_ai_words`: situations, and labels by rule.

Situations join counts into what they mean together and are features. Labels by rule are weak: they
speak only where the title says plainly what the work is, and teach the classifier on listings
nobody labelled by hand (of the hand-labelled listings they call AI work or context, four in five
rightly; card).
"""

from __future__ import annotations

import polars as pl

from models._ai_words import NAMED


def _some(*names: str) -> pl.Expr:
    return pl.any_horizontal(pl.col(name) > 0 for name in names)


def _total(*names: str) -> pl.Expr:
    return pl.sum_horizontal(pl.col(name).cast(pl.Int32) for name in names)


def _named(where: str) -> pl.Expr:
    return _some(*(f"{where}_{letter}" for letter in NAMED), f"{where}_material")


def situations(counts: pl.DataFrame) -> pl.DataFrame:
    """Return the counts with the situations as further columns, 0 or 1 (`kinds`: 0 to 11)."""
    bare, headless = _some("no_text"), _some("no_title")
    named, in_head = _named("text"), _named("head")
    system = _some(*(f"head_{letter}" for letter in "LBMOR"))
    content = _some("head_H", "head_V", "head_G", "head_material", "head_material_using")
    artefact = _some("head_material_artefact", "head_role", "head_system")
    used = _some("text_use", "text_tools", "text_plus", "text_code_with")
    employer = _some("text_company", "text_we_build", "text_our")
    said = _total(*(f"text_{letter}" for letter in NAMED))
    means = _total("text_means")
    built = _total("text_build_near", "text_system", "text_role")
    material = _some("text_V", "text_material", "text_material_using", "tags_tag_content")
    found = {
        "named": named, "in_head": in_head, "told_once": named & ~in_head & (said <= 1),
        "kinds": pl.sum_horizontal((pl.col(f"text_{k}") > 0).cast(pl.Int8) for k in NAMED),
        "bare_named": bare & named, "bare_system": bare & system,
        "bare_content": bare & content & ~artefact, "bare_artefact": bare & named & artefact,
        "content_thing": content & artefact, "content_only": content & ~artefact & ~system,
        "material_with_ai": _some("head_content_role") & material & ~artefact,
        "ordinary_used": _some("head_ordinary_role", "head_content_role") & used & ~in_head,
        "ordinary_employer": _some("head_ordinary_role") & employer & ~in_head,
        "head_used": in_head & used, "hn_role": headless & _some("text_role"),
        "hn_employer": headless & named & ~_some("text_role"),
        "ban_only": _some("text_N") & ~named, "application_only": _some("text_P") & ~named,
        "statistics_only": _some("text_S") & ~named,
        "means_mostly": named & (means > 0) & (2 * means >= said),
        "means_not_built": (means > 0) & (built == 0),
        "built_mostly": named & (built > 0) & (2 * built >= said),
        "neither": named & (means == 0) & (built == 0),
        "employer_not_built": employer & named & (built == 0),
        "means_not_head": (means > 0) & ~in_head, "built_not_head": (built > 0) & ~in_head,
        "system_head_built": system & _some("head_build_near", "head_system", "head_role"),
    }  # fmt: skip
    return counts.with_columns(**{name: expr.cast(pl.Int8) for name, expr in found.items()})


def relation_by_rule(counts: pl.DataFrame) -> pl.Series:
    """Return the AI relation where a rule is plain, else null, one per row of situations."""
    in_head, named = _some("in_head"), _some("named")
    around = _total("text_means", "text_system", "text_role", "text_build_near")
    built = _total("text_system", "text_role", "text_build_near")
    aside = _some("head_survey", "head_for_company")
    rules = {
        "none": ~named & ~_some("text_P", "text_T"),
        "ai_build": in_head & _some(*(f"head_{k}" for k in "LBMOA")) & ~aside
        & _some("head_system", "head_role", "head_build_near")
        & ~_some("head_means", "head_material"),
        "ai_content": _some("head_H", "head_V", "head_G", "head_material") & ~aside
        & ~_some("head_material_artefact", "head_system", "head_role", "head_B"),
        "ai_assisted": ~in_head & _some("text_means") & _some("text_tools", "text_D", "text_C")
        & _some("head_ordinary_role", "head_content_role") & (built == 0) & ~_some("text_company"),
        "ai_context": ~in_head & named & _some("text_company", "text_our", "text_we_build")
        & (around <= 1) & ~_some("text_tools"),
    }  # fmt: skip
    return _first(counts, rules)


def service_by_rule(counts: pl.DataFrame) -> pl.Series:
    """Return the AI service where the title is plain, else null; for AI work only."""
    made = _some("head_material", "head_V")
    writing = _some("head_about_text") & ~_some("head_material_artefact", "head_about_film")
    chat = _some("head_C") & _some("head_build_near", "head_system", "head_build_using")
    rules = {
        "ai_data_training": _some("head_R"),
        "ai_content_editing": _some("head_H") | (_some("head_material") & writing),
        "prompt_engineering": _some("head_G") & ~_some("head_material", "head_V", "head_B"),
        "ai_consulting": _some("head_teach") & ~_some("head_material"),
        "ai_video_audio": made & _some("head_about_film"),
        "ai_design": made & _some("head_about_image"),
        "ai_automation": _some("head_W") & _some("head_A", "head_L", "head_C", "text_flow"),
        "ai_chatbot_agent": _some("head_B", "head_L") | chat,
        "ml_data_science": _some("head_M", "head_O"),
    }
    speaks = _some("named") & ~_some("head_survey", "head_for_company")
    return _first(counts, {name: rule & speaks for name, rule in rules.items()})


def _first(counts: pl.DataFrame, rules: dict[str, pl.Expr]) -> pl.Series:
    said = [pl.when(rule).then(pl.lit(name)) for name, rule in rules.items()]
    return counts.select(said=pl.coalesce(said))["said"]
