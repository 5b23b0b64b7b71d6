"""Frames and headlines of answers: claims, directions, outlooks, shocks, prices."""

from __future__ import annotations

from datetime import date

import polars as pl

from pages.parts import answers, prices, shocks


def rows(*given: dict, **same: object) -> pl.DataFrame:
    whole = {"stat": "x", "dims": "", "value": None, "lo": None, "hi": None, "value_text": None,
             "reason": None, "unit": "percent", "decimals": 1, "label": ""}  # fmt: skip
    kinds = {"value": pl.Float64, "lo": pl.Float64, "hi": pl.Float64, "decimals": pl.Int64}
    schema = {name: kinds.get(name, pl.String) for name in whole}
    extra = {name for row in given for name in row} - schema.keys()
    schema |= dict.fromkeys(sorted(extra), pl.String)
    return pl.DataFrame([whole | same | row for row in given], schema=schema)


CLAIMS = rows(
    {"stat": "statement", "dims": "claim=b", "value_text": "Prices fall."},
    {"stat": "verdict", "dims": "claim=b", "value_text": "cannot tell", "reason": "no data"},
    {"stat": "would_change", "dims": "claim=b", "value_text": "Data."},
    {"stat": "statement", "dims": "claim=a", "value_text": "Work grows."},
    {"stat": "verdict", "dims": "claim=a", "value_text": "contradicted", "reason": "2 of 3"},
    {"stat": "would_change", "dims": "claim=a", "value_text": "Growth."},
    {"stat": "test", "dims": "claim=a;test=my_buyers", "value": -26.2, "lo": -30.0, "hi": -20.0,
     "value_text": "contradicts"},
)  # fmt: skip


def test_decided_claims_come_first_with_their_reason():
    table = answers.claims(CLAIMS)
    assert table["statement"].to_list() == ["Work grows.", "Prices fall."]
    assert table.row(0, named=True)["why"] == "2 of 3"
    assert answers.counted(table["verdict"], "claims") == (
        "Of 2 claims: 1 contradicted; 1 cannot be told"
    )
    assert answers.counted(table["verdict"].tail(1), "claims") == (
        "Of 1 claims: none decided; 1 cannot be told"
    )


def test_a_test_stands_under_its_claim_with_its_interval():
    (line,) = answers.tests(CLAIMS, answers.claims(CLAIMS)).rows(named=True)
    assert (line["claim"], line["test"], line["says"]) == (
        "Work grows.", "my buyers", "contradicts",
    )  # fmt: skip
    assert line["figure"] == "−26.2 % (−30.0 % to −20.0 %)"


def test_directions_name_what_is_told_and_count_what_is_not():
    told = rows(
        {"label": "Design", "value_text": "higher"},
        {"label": "Writing", "value_text": "lower"},
        {"label": "Legal", "value_text": "cannot tell"},
    )
    assert answers.directions(told, "Share") == (
        "Share: higher for Design; lower for Writing; 1 cannot be told"
    )
    assert answers.directions(told.tail(1), "Share") == (
        "Share: none of 1 can be told from no change"
    )


def test_an_outlook_says_where_the_past_is_only_repeated():
    table = rows(
        {"value": 1.0, "value_text": "last"},
        {"value": 1.0, "value_text": "seasonal"},
        {"value": 1.0, "value_text": "damped"},
    ).with_columns(period_start=pl.lit(1))
    assert answers.ahead(table) == (
        "Six months ahead: 3 series, 2 of them no better than the past repeated"
    )
    assert answers.ahead(table.clear()).startswith("Nothing is recent enough")
    tried = rows({"value": 0.81}, {"value": 0.95})
    assert answers.held(tried).endswith(
        "held 81 to 95 % of what came; 90 % or more in 1 of 2 series"
    )


def test_an_outlook_that_is_past_gives_way_to_the_reason_for_none():
    made = {"target": "hn_keyword_share", "keyword": "llm", "made_on": "2026-08-10"}
    none = {"target": "hn_keyword_share", "keyword": None, "made_on": None, "reason": "too old"}
    table = rows(made | {"value": 1.0}, none).with_columns(
        period_start=pl.Series([date(2026, 12, 1), None], dtype=pl.Date)
    )
    assert answers.still_ahead(table, date(2026, 11, 24))["value"].to_list() == [1.0]
    assert answers.still_ahead(table, date(2027, 1, 2))["reason"].to_list() == ["too old"]


def test_every_series_has_a_name_of_its_own():
    table = rows(
        {"dims": "occupation_group=writing_translation;target=oli_level"},
        {"dims": "keyword=llm;target=hn_keyword_share"},
        {"dims": "target=indeed_ai_posting_share", "geo": "DE"},
    ).with_columns(pl.col("geo").fill_null("*"))
    assert answers.series_named(table)["label"].to_list() == [
        "OLI level, Writing and translation", "LLM", "Job ads that name AI, DE",
    ]  # fmt: skip


def test_findings_are_one_line_each():
    told = {"dims": "claim=a;finding=f"}
    table = rows(
        told | {"stat": "estimate", "value": -2.0, "value_text": "A 2024: jobs"},
        told | {"stat": "group", "value_text": "writers"},
        told | {"stat": "where", "value_text": "Upwork"},
        told | {"stat": "method", "value_text": "DiD"},
        told | {"stat": "source", "value_text": "doi"},
    )
    (line,) = answers.findings(table, answers.claims(CLAIMS)).rows(named=True)
    assert line == {"claim": "Work grows.", "estimate": "−2.0 %", "published": "A 2024: jobs",
                    "of": "writers", "where": "Upwork", "method": "DiD",
                    "source": "doi"}  # fmt: skip


def test_naive_and_adjusted_stand_side_by_side():
    pair = rows(
        {"label": "Writing", "way": shocks.labels.NAIVE, "value": -23.2, "lo": -28.0, "hi": -17.0},
        {"label": "Writing", "way": shocks.labels.ADJUSTED, "value": -14.3, "lo": -31.0, "hi": 7.0},
    )
    assert shocks.side_by_side(pair) == (
        "Writing −23 % beside other work, beyond its own trend −14 %, which may be nothing"
    )
    sure = pair.with_columns(hi=pl.lit(-1.0))
    assert shocks.side_by_side(sure).endswith("−14 %")
    assert shocks.side_by_side(pair.head(1)) == shocks.NOTHING


def test_only_told_breaks_are_dated():
    steps = rows(
        {"label": "Writing", "value": -31.9, "value_text": "2023-03", "told": "A break is told"},
        {"label": "Clerical", "value": 30.0, "value_text": "no", "told": "No break from noise"},
    )
    assert shocks.broke(steps) == (
        "Shares broke for Writing in 2023-03 (−32 %); none can be told for the others"
    )
    assert shocks.broke(steps.tail(1)) == "No break can be told from noise"


def test_comparisons_and_premiums_say_how_many_cannot_tell():
    two = rows(
        {"label": "A beside B", "value": 4.0, "value_text": "cannot tell"},
        {"label": "A beside C", "value": 40.0, "value_text": "higher"},
    )
    assert prices.compared(two) == "1 of 2 comparisons can tell: A beside C higher"
    assert prices.compared(two.head(1)) == (
        "None of 1 comparisons at fixed mix can be told from no difference"
    )
    assert prices.trended(two, two.head(1)) == "None of 1 price trends can be told from no change"
    skill = two.tail(1).with_columns(lo=pl.lit(10.0), hi=pl.lit(80.0))
    assert prices.paid(skill, two) == (
        "A beside C goes with the largest difference from advertisements alike,"
        " 40.0 % (10.0 % to 80.0 %); 1 of 2 that were tested cannot be told"
    )
