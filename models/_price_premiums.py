"""What a skill, AI literacy or a kind of AI work pays more, all else that is advertised equal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl
from scipy import stats

from models import _hedonic
from models._price_rows import MARKS, common, dims, merged_flags, percent, row
from models._price_trend import FDR, benjamini_hochberg

FEWEST_LISTINGS = 300  # priced listings of a source and way of pricing
FEWEST_WITH = 50  # listings with, and without, the skill
MOST_SKILLS = 60
TAG = r"^[\w .,+#/&()'-]{1,60}$"  # anything else is no skill
CATEGORIES_AS_SKILLS = ("upwork_fixed",)  # its skills are the platform's category labels
NO_VARIATION = "no listing of this source sets it apart from the other columns"
UNSURE = "not told from nothing after false-discovery control over the source's skills"


def premium_rows(rows: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield percent premiums per source and way of pricing, at equal niche, experience and so on.

    ln p = one of (skills, marks of the text, AI relations) + niche + experience + duration +
    country. Three regressions: nearly every listing that builds AI asks for AI literacy, so both
    in one would take each other's part. A premium is an association between advertisements, not
    what learning the skill would earn.
    """
    priced = rows.filter(pl.col("side") == "demand", pl.col("currency") == "USD").unique(
        ["source_id", "pricing_type", "native_id"], keep="last", maintain_order=True
    )
    for key, part in priced.group_by("source_id", "platform", "side", "pricing_type",
                                     maintain_order=True):  # fmt: skip
        if part.height >= FEWEST_LISTINGS:
            place = dict(zip(("source_id", "platform", "side", "pricing_type"), key, strict=True))
            place |= {"period_start": part["period_start"].min(),
                      "flags": merged_flags(part["flags"])}  # fmt: skip
            yield from _source_rows(place, part)


def asked_skills(part: pl.DataFrame) -> list[str]:
    """Return the skills that enough listings name and enough do not, the most common first."""
    counts = part.select(pl.col("skills").list.unique()).drop_nulls().explode(
        "skills", empty_as_null=False, keep_nulls=False
    )["skills"].value_counts(name="n").sort(["n", "skills"], descending=[True, False])  # fmt: skip
    kept = counts.filter(
        pl.col("n").is_between(FEWEST_WITH, part.height - FEWEST_WITH),
        pl.col("skills").str.contains(TAG), ~pl.col("skills").is_in(list(MARKS)),
    )  # fmt: skip
    return kept["skills"].head(MOST_SKILLS).to_list()


def _source_rows(place: dict[str, Any], part: pl.DataFrame) -> Iterator[dict[str, Any]]:
    part = part.with_columns(
        common(part["niche"], 60),
        common(part["country"]),
        pl.col("ai_relation").fill_null("none").replace({"none": "0 none"}),
    )
    skills = [] if place["source_id"] in CATEGORIES_AS_SKILLS else asked_skills(part)
    wanted = {f"skill={skill}": part["skills"].list.contains(skill).fill_null(False)
              for skill in skills}  # fmt: skip
    tags = list(wanted)
    wanted |= {f"skill={mark}": part[mark].fill_null(False) for mark in MARKS}
    wanted |= {f"ai_relation={kind}": part["ai_relation"] == kind
               for kind in sorted(part["ai_relation"].unique()) if kind != "0 none"}  # fmt: skip
    relations = [name for name in wanted if name.startswith("ai_relation=")]
    least = {name: min(int(column.sum()), int((~column).sum())) for name, column in wanted.items()}
    given = {name: column.to_numpy().astype(float) for name, column in wanted.items()
             if least[name] >= FEWEST_WITH}  # fmt: skip
    if not given:
        return
    others = _hedonic.columns(part, ("niche", "experience", "duration", "country"))
    clusters = [part["native_id"]]
    if part["niche"].n_unique() >= _hedonic.FEWEST_CLUSTERS:
        clusters.append(part["niche"])
    found = {}
    for kind in (tags, [f"skill={mark}" for mark in MARKS], relations):
        own = {name: given[name] for name in kind if name in given}
        fits = [_hedonic.fit(part["log_price"].to_numpy(), own | others, c.to_numpy())
                for c in clusters] if own else []  # fmt: skip
        found |= {name: _hedonic.wider(fits, name) for name in own}
    told = {name: each for name, each in found.items() if np.isfinite(each[0])}
    p = np.array([2 * stats.t.sf(abs(value) / error, df) for value, error, df in told.values()])
    adjusted = dict(zip(told, benjamini_hochberg(p), strict=True))
    for name in given:
        n = int(given[name].sum())
        yield _premium(place, name, n, found[name], adjusted.get(name))


def _premium(place: dict[str, Any], name: str, n: int, found: tuple[float, float, int],
             adjusted: float | None) -> dict[str, Any]:  # fmt: skip
    key, level = name.split("=", 1)
    level = level.replace(";", ",").replace("=", ":")
    said = dims(**{key: level}, pricing_type=place["pricing_type"])
    if adjusted is None:
        return row("skill_premium", "coef", place, n=n, dims=said, reason=NO_VARIATION)
    value, error, df = found
    half = float(stats.t.ppf(0.975, df)) * error
    sure = adjusted <= FDR
    verdict = ("pays more" if value > 0 else "pays less") if sure else "cannot tell"
    return row("skill_premium", "coef", place, n=n, value=percent(value), lo=percent(value - half),
               hi=percent(value + half), value_text=verdict, dims=said,
               reason=None if sure else UNSURE)  # fmt: skip
