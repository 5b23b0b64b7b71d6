"""The parts pages are made of: words, headlines, charts, colours, provenance. No Streamlit runs."""

from __future__ import annotations

import doctest
import importlib
import tomllib
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from etl.edition import current
from pages.parts import (
    catalogue,
    charts,
    headlines,
    provenance,
    rows,
    timelines,
    verdicts,
    wording,
)
from pages.parts.palette import DARK, LIGHT, Palette

TODAY = date(2026, 11, 24)
EMPTY = {
    "metric_id": "m", "stat": "share", "source_id": "s", "platform": "p", "side": "demand",
    "geo": "*", "period_start": date(2023, 1, 1), "grain": "snapshot", "family": "*", "niche": "*",
    "dims": "", "n": 100, "value": 0.5, "lo": None, "hi": None, "value_text": None, "grade": "A",
    "flags": "", "reason": None, "label": "All listings", "unit": "share", "decimals": 3,
}  # fmt: skip
TYPES = {"n": pl.Int64, "value": pl.Float64, "lo": pl.Float64, "hi": pl.Float64,
         "value_text": pl.String, "reason": pl.String}  # fmt: skip


def frame(*given: dict) -> pl.DataFrame:
    """Return rows with the columns of a page's frame, other columns at a default."""
    return pl.DataFrame([EMPTY | row for row in given], schema_overrides=TYPES)


def kinds(*given: tuple) -> pl.DataFrame:
    """Return rows of (label, value, lo, hi)."""
    names = ("label", "value", "lo", "hi")
    return frame(*(dict(zip(names, row, strict=True)) for row in given))


def months(*given: tuple, label: str = "All listings") -> pl.DataFrame:
    """Return monthly rows of (first day, value, lo, hi, flags)."""
    names = ("period_start", "value", "lo", "hi", "flags")
    return frame(
        *(dict(zip(names, row, strict=True)) | {"grain": "month", "label": label} for row in given)
    )


@pytest.mark.parametrize(
    "name", ["wording", "headlines", "provenance", "catalogue", "charts", "filters"]
)
def test_doctests(name: str) -> None:
    failed, _ = doctest.testmod(importlib.import_module(f"pages.parts.{name}"))
    assert failed == 0


class TestExtremes:
    """The highest and the lowest, with what cannot be told."""

    def test_tells_top_and_bottom_apart(self) -> None:
        given = kinds(("Low", 0.1, 0.05, 0.15), ("Top", 0.9, 0.8, 0.95), ("Mid", 0.5, 0.4, 0.6))
        said = headlines.extremes(given, "is most", "least")
        assert said == "Top is most, 90.0 % (80.0 % to 95.0 %); Low least, 10.0 % (5.0 % to 15.0 %)"

    def test_names_the_one_it_cannot_be_told_from(self) -> None:
        given = kinds(("Top", 0.9, 0.8, 0.95), ("Next", 0.8, 0.7, 0.85), ("Low", 0.1, 0.05, 0.15))
        said = headlines.extremes(given, "is most", "least")
        assert "95.0 %), but its order against Next cannot be told; Low least" in said
        assert said.endswith("15.0 %)")

    def test_counts_several_it_cannot_be_told_from(self) -> None:
        given = kinds(("A", 0.9, 0.5, 1.0), ("B", 0.8, 0.6, 0.9), ("C", 0.7, 0.5, 0.8),
                      ("D", 0.1, 0.0, 0.2))  # fmt: skip
        assert "against 2 others cannot be told" in headlines.extremes(given, "is most", "least")

    def test_says_when_even_the_ends_overlap(self) -> None:
        given = kinds(("A", 0.6, 0.2, 0.9), ("B", 0.5, 0.1, 0.8))
        said = headlines.extremes(given, "is most", "least")
        assert said.endswith("but even these two cannot be told apart")

    def test_says_nothing_about_certainty_without_intervals(self) -> None:
        given = kinds(("A", 0.6, None, None), ("B", 0.5, None, None), ("C", 0.5, None, None))
        said = headlines.extremes(given, "is most", "least")
        assert said == "A is most, 60.0 %; C least, 50.0 %, the same as B"

    def test_withheld_values_take_no_part(self) -> None:
        given = kinds(("A", 0.6, 0.5, 0.7), ("B", 0.1, 0.05, 0.2), ("Thin", None, None, None))
        assert "Thin" not in headlines.extremes(given, "is most", "least")
        assert headlines.extremes(given[2:], "is most", "least") == headlines.NOTHING
        assert headlines.extremes(given[:1], "", "").startswith("A: 60.0 %")

    def test_names_the_period(self) -> None:
        given = kinds(("A", 0.6, None, None), ("B", 0.1, None, None))
        assert "most in January 2023," in headlines.extremes(given, "is most in {when}", "least")


class TestChange:
    """One series between two periods."""

    def test_compares_with_the_same_month_of_the_base_year(self) -> None:
        given = months(
            (date(2021, 6, 1), 0.9, 0.8, 0.95, ""), (date(2022, 6, 1), 0.1, 0.05, 0.15, ""),
            (date(2026, 5, 1), 0.3, 0.2, 0.4, ""), (date(2026, 6, 1), 0.5, 0.4, 0.6, ""),
        )  # fmt: skip
        said = headlines.change(given, "X")
        assert said == (
            "X rose from 10.0 % (5.0 % to 15.0 %) in June 2022 to 50.0 % (40.0 % to 60.0 %)"
            " in June 2026"
        )
        assert "90.0 %" in headlines.change(given, "X", since=headlines.FIRST)

    @pytest.mark.parametrize("flag", ["partial", "anomaly_spike", "incomplete"])
    def test_no_headline_rests_on_an_odd_period(self, flag: str) -> None:
        given = months(
            (date(2022, 6, 1), 0.1, None, None, ""), (date(2022, 7, 1), 0.3, None, None, ""),
            (date(2022, 8, 1), 0.9, None, None, f"{flag};other"),
        )  # fmt: skip
        assert headlines.change(given, "X").endswith("to 30.0 % in July 2022")

    def test_overlapping_intervals_are_no_change(self) -> None:
        given = months(
            (date(2022, 6, 1), 0.2, 0.1, 0.3, ""), (date(2023, 6, 1), 0.29, 0.2, 0.4, "")
        )
        said = headlines.change(given, "X")
        assert said.startswith("X was 20.0 %") and said.endswith("no clear change")

    def test_a_small_change_without_intervals_is_no_change(self) -> None:
        given = months(
            (date(2022, 6, 1), 0.100, None, None, ""), (date(2023, 6, 1), 0.109, None, None, "")
        )
        assert headlines.change(given, "X").endswith("no clear change")

    def test_names_a_break_between_the_two(self) -> None:
        given = months(
            (date(2022, 6, 1), 0.4, None, None, ""),
            (date(2023, 1, 1), 0.2, None, None, "possible_source_change"),
            (date(2023, 6, 1), 0.1, None, None, ""),
        )
        assert headlines.change(given, "X").endswith("its source may have changed in January 2023")

    def test_too_few_periods(self) -> None:
        given = months(
            (date(2022, 6, 1), 0.4, None, None, ""), (date(2022, 7, 1), None, None, None, "")
        )
        assert headlines.change(given, "X") == "Too few periods to say how X moved"

    def test_moves_sorts_labels_by_verdict(self) -> None:
        def two(label: str, then: float, now: float) -> pl.DataFrame:
            return months(
                (date(2022, 6, 1), then, then - 0.01, then + 0.01, ""),
                (date(2023, 6, 1), now, now - 0.01, now + 0.01, ""), label=label,
            )  # fmt: skip

        given = pl.concat([two("Up", 0.1, 0.5), two("Down", 0.5, 0.1), two("Flat", 0.3, 0.305)])
        assert headlines.moves(given, "X") == (
            "X, June 2022 to June 2023: rose for Up; fell for Down; no clear change for Flat"
        )


def test_agreement_of_captures() -> None:
    given = kinds(("1 Jan", 0.296, 0.273, 0.321), ("3 Jan", 0.49, 0.47, 0.51))
    said = headlines.agreement(given, "X")
    assert said.startswith("The snapshots disagree on X: 29.6 %") and "49.0 %" in said
    near = kinds(("1 Jan", 0.5, 0.4, 0.6), ("3 Jan", 0.49, 0.47, 0.51))
    assert headlines.agreement(near, "X").startswith("The snapshots agree")
    assert "Too few" in headlines.agreement(near[:1], "X")


def test_filled_says_what_is_missing() -> None:
    given = kinds(("a", 0.5, None, None), ("b", None, None, None))
    said = headlines.filled("{a}, {b}, {c} in {when}", given, "label")
    assert said == "50.0 %, too few to show, – in January 2023"


class TestRows:
    """Which rows a figure holds."""

    def test_captures_are_ordered_and_defects_named(self) -> None:
        given = frame(
            {"dims": ""}, {"dims": "capture=2025-11-17"},
            {"dims": "capture=2025-10-25", "flags": "defect_capture"},
        )  # fmt: skip
        found = rows.with_capture(given, whole="All")["when"].to_list()
        assert found == ["25 Oct 2025 (defective)", "17 Nov 2025", "All"]

    def test_relabelled_keeps_only_known_values_in_order(self) -> None:
        given = rows.dim(frame({"dims": "x=b;y=1"}, {"dims": "x=a"}, {"dims": "x=z"}), "x")
        found = rows.relabelled(given, "x", {"a": "First", "b": "Second"})
        assert found["label"].to_list() == ["First", "Second"]

    def test_latest_leaves_out_partial_periods(self) -> None:
        given = months(
            (date(2026, 8, 3), 1.0, None, None, ""), (date(2026, 8, 10), 2.0, None, None, "partial")
        )
        assert rows.latest(given)["value"].to_list() == [1.0]

    def test_newest_of_each_source_keeps_undated_ones(self) -> None:
        given = frame(
            {"source_id": "a", "period_start": date(2025, 1, 1)},
            {"source_id": "a", "period_start": date(2024, 1, 1)},
            {"source_id": "b", "period_start": None},
        )
        assert rows.newest_of_each(given)["source_id"].to_list() == ["a", "b"]


class TestCharts:
    """Traces say what the rows say."""

    def test_dots_hold_values_and_intervals(self) -> None:
        given = kinds(("Low", 0.1, 0.05, 0.15), ("Top", 0.9, 0.8, 0.95), ("Thin", None, None, None))
        figure = charts.dots(given, LIGHT)
        (trace,) = figure.data
        assert dict(zip(trace.y, trace.x, strict=True)) == {1: 0.1, 0: 0.9}
        assert list(figure.layout.yaxis.ticktext) == ["Top", "Low"]
        assert list(trace.error_x.array) == pytest.approx([0.05, 0.05])
        assert trace.mode == "markers"

    def test_defective_captures_are_hollow(self) -> None:
        given = frame({"label": "a", "flags": "defect_capture"}, {"label": "b"})
        (trace,) = charts.dots(given, LIGHT, ranked=False).data
        assert list(trace.marker.symbol) == ["circle-open", "circle"]

    def test_series_do_not_cover_each_other(self) -> None:
        given = frame({"when": "x"}, {"when": "y"})
        one, other = charts.dots(given, LIGHT, series="when").data
        assert one.y != other.y and one.marker.symbol != other.marker.symbol

    def test_lines_have_no_markers_but_hollow_ones_for_odd_periods(self) -> None:
        given = months(
            (date(2024, 6, 1), 0.4, 0.3, 0.5, ""), (date(2024, 7, 1), 0.4, 0.3, 0.5, "partial")
        )
        band, line, odd = timelines.line(given, LIGHT, TODAY).data
        assert band.mode == line.mode == "lines"
        assert odd.mode == "markers" and list(odd.x) == ["2024-07-01"]
        assert odd.marker.symbol == "circle-open"

    def test_a_single_line_carries_no_label_but_the_end_of_its_data(self) -> None:
        given = months(
            (date(2024, 6, 1), 0.4, None, None, ""), (date(2024, 7, 1), 0.5, None, None, "")
        )
        figure = timelines.line(given, LIGHT, TODAY)
        assert [note.text for note in figure.layout.annotations] == ["newest data: July 2024"]
        assert figure.layout.xaxis.range[1] == TODAY.isoformat()

    def test_panels_share_scales_and_show_the_others_in_grey(self) -> None:
        two = (date(2024, 6, 1), 0.4, 0.3, 0.5, ""), (date(2024, 7, 1), 0.5, 0.4, 0.6, "")
        given = pl.concat(months(*two, label=label) for label in ("A", "B", "C"))
        figure = timelines.panels(given, LIGHT, TODAY)
        assert len(figure.data) == 3 * (1 + 1 + 1)  # the others, a band, a line
        ranges = {figure.layout[name].range for name in ("yaxis", "yaxis2", "yaxis3")}
        assert ranges == {(0, 0.6 * timelines.HEADROOM)}
        spans = {figure.layout[name].range for name in ("xaxis", "xaxis2", "xaxis3")}
        assert spans == {("2024-05-25", TODAY.isoformat())}

    def test_stacked_parts_are_in_order(self) -> None:
        given = frame({"part": "short", "value": 0.7}, {"part": "long", "value": 0.3})
        figure = charts.stacked(given, LIGHT, parts=["short", "long"])
        assert [trace.name for trace in figure.data] == ["short", "long"]
        assert figure.data[0].text == ("70%",)

    def test_no_rows_give_an_empty_chart(self) -> None:
        none = frame({})[:0].with_columns(part=pl.lit(""))
        charts.dots(none, LIGHT, series="part")
        charts.stacked(none, LIGHT, parts=["a"])
        timelines.line(none, LIGHT, TODAY, events=[(date(2022, 1, 1), "x")])
        timelines.panels(none, LIGHT, TODAY)


MANIFEST = {"sources": [{"id": "s", "title": "Source S"}, {"id": "t", "title": "T"}]}


class TestProvenance:
    """What stands beside a figure."""

    def test_ages_name_each_source_shown(self) -> None:
        given = frame({"period_start": date(2016, 5, 1), "grain": "month"},
                      {"period_start": date(2024, 8, 1), "grain": "month"})  # fmt: skip
        said = provenance.ages(given, MANIFEST, TODAY)
        assert said == ["Source S (May 2016 to August 2024, 2.2 years old)"]

    def test_evidence_counts_what_is_withheld(self) -> None:
        given = frame(
            {"n": 40, "grade": "C"}, {"n": 3, "value": None, "grade": "D", "flags": "suppressed"}
        )
        said = provenance.evidence(given)
        assert "n from 3 to 40" in said and "1 of 2 withheld" in said and "no interval" in said

    def test_undated_sources_do_not_pretend_a_month(self) -> None:
        given = frame({"flags": "undated"})
        assert provenance.ages(given, MANIFEST, TODAY) == [
            "Source S (about 2023, age not known exactly)"
        ]

    def test_rows_that_do_not_add_up_are_named(self) -> None:
        good = {"title": "good", "rows_read": 3, "observations": 1, "duplicates": 1, "rejects": 1}
        bad = good | {"title": "bad", "rows_read": 4}
        assert catalogue.unaccounted({"sources": [good, bad]}) == ["bad"]


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


# Viénot 1999, on linear RGB: what a protanope and a deuteranope see.
BLINDNESS = {
    "protan": ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0)),
    "deutan": ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0)),
}


def _seen(colour: str, matrix: tuple) -> tuple[float, ...]:
    channels = [(int(colour[i : i + 2], 16) / 255) ** 2.2 for i in (1, 3, 5)]
    mixed = [sum(w * c for w, c in zip(row, channels, strict=True)) for row in matrix]
    return tuple(255 * max(0.0, c) ** (1 / 2.2) for c in mixed)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
class TestPalette:
    """Marks stand out from the background and from each other."""

    def test_contrast(self, colours: Palette) -> None:
        for colour in colours.series:
            assert _contrast(colour, colours.background) >= 4.5  # end labels are text
        assert _contrast(colours.text, colours.background) >= 7
        assert _contrast(colours.muted, colours.background) >= 4.5

    @pytest.mark.parametrize("kind", sorted(BLINDNESS))
    def test_first_four_differ_for_the_colour_blind(self, colours: Palette, kind: str) -> None:
        seen = [_seen(colour, BLINDNESS[kind]) for colour in colours.series[:4]]
        for i, one in enumerate(seen):
            for other in seen[i + 1 :]:
                apart = sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5
                assert apart >= 40

    def test_theme_file_has_the_same_background(self, colours: Palette) -> None:
        config = Path(__file__).parent.parent / ".streamlit" / "config.toml"
        theme = tomllib.loads(config.read_text("utf-8"))["theme"]
        name = "dark" if colours is DARK else "light"
        assert theme[name]["backgroundColor"] == colours.background
        assert theme[name]["textColor"] == colours.text


def test_every_flag_of_the_edition_has_words() -> None:

    flags = {
        flag for joined in current()[0].values()["flags"].unique() for flag in joined.split(";")
    }
    assert flags - {""} <= set(wording.FLAGS)


class TestVerdicts:
    """Answers that are words, from rows worked out by hand."""

    NICHES = pl.DataFrame(
        {
            "stat": ["rank", "rank", "rank", "class", "class", "class", "class"],
            "dims": ["voice=prior"] * 3 + ["", "", "", "voice=market"],
            "niche": ["a", "b", "c", "a", "b", "c", "a"],
            "label": ["A", "B", "C", "A", "B", "C", "A"],
            "value": [0.2, 0.9, None, None, None, None, None],
            "value_text": ["x", "y", "z", "unaffected", "substitutable", "cannot tell", "no"],
        }
    )

    def test_niches_stand_by_rank_with_the_class_they_are_shown(self) -> None:
        found = verdicts.exposure(self.NICHES)
        told = found.select("label", "said").rows()
        assert told == [("B", "substitutable"), ("A", "unaffected"), ("C", "cannot tell")]
        assert verdicts.exposed(found) == (
            "Of 3 niches: 1 substitutable and 1 hardly touched; 1 cannot be told"
        )
        assert verdicts.exposed(found.tail(1)) == (
            "None of 1 niches can be told: no two kinds of evidence agree"
        )

    def test_a_share_is_said_with_its_interval_largest_source_first(self) -> None:
        rows = pl.DataFrame(
            {
                "label": ["small", "large", "none", "middle"],
                "n": [20, 900, 5000, 90],
                "value": [0.5, 0.25, None, 0.1],
                "lo": [0.3, 0.2, None, 0.05],
                "hi": [0.7, 0.3, None, 0.2],
                "unit": "share (0-1)",
                "decimals": 3,
            }
        )
        assert verdicts.share_of(rows, "builds AI") == (
            "large: 25.0 % (20.0 % to 30.0 %) builds AI; middle: 10.0 % (5.0 % to 20.0 %) builds AI"
        )
        assert verdicts.share_of(rows.clear(), "builds AI") == "Too few listings to say"

    @staticmethod
    def compared(*cells: tuple[str, str, float, float, float]) -> pl.DataFrame:
        columns = ["source", "label", "value", "lo", "hi"]
        rows = pl.DataFrame(cells, schema=columns, orient="row")
        return rows.with_columns(n=pl.lit(50), unit=pl.lit("US dollars"), decimals=pl.lit(0))

    def test_sources_are_compared_within_themselves_only(self) -> None:
        rows = self.compared(
            ("one", "AI", 30, 28, 33), ("one", "none", 20, 19, 21),
            ("two", "AI", 90, 10, 99), ("two", "none", 95, 20, 99),
        )  # fmt: skip
        assert verdicts.by_source(rows, "pays most") == (
            "one: AI pays most, $30 ($28 to $33); two: cannot be told, the intervals overlap"
        )
        three = self.compared(
            ("one", "a", 30, 28, 33), ("one", "b", 29, 27, 32), ("one", "c", 5, 4, 6)
        )
        assert verdicts.by_source(three, "pays most") == (
            "one: a pays most, $30 ($28 to $33), but its order against b cannot be told"
        )
        assert verdicts.by_source(three.head(1), "pays most") == "Too few listings to compare"

    SERVICES = pl.DataFrame(
        {
            "stat": ["growth", "growth", "growth", "born", "price_ratio", "year_growth"],
            "dims": ["basis=series;service=rag", "basis=series;service=llm",
                     "basis=burst;service=odd_one", "basis=series;service=rag",
                     "basis=series;service=rag", "basis=series;service=rag"],
            "source_id": ["hn"] * 6,
            "value": [2.0, 1.0, None, None, 1.234, 1.518],
            "lo": [1.1, 0.8, None, None, 1.0, 1.2],
            "hi": [3.0, 1.3, None, None, 1.5, 1.9],
            "n": [40, 90, 3, 40, 16, 40],
            "value_text": ["growing", "mature", "cannot tell", "2025-04-01", None, None],
            "reason": [None, None, "too few", None, None, None],
        }
    )  # fmt: skip

    def test_services_stand_staged_first_and_are_named(self) -> None:
        found = verdicts.services(self.SERVICES)
        assert found["label"].to_list() == ["RAG", "LLM", "Odd One"]
        assert verdicts.staged(found) == (
            "RAG is growing, by the quarter or the year; LLM is mature; 1 cannot be staged"
        )
        assert verdicts.staged(found.tail(1)).startswith("No service can be staged: 1 are")

    def test_the_board_has_a_line_per_service_with_what_is_known_beside(self) -> None:
        board = verdicts.board(verdicts.services(self.SERVICES), self.SERVICES, {"hn": "News"})
        first, *_, last = board.rows(named=True)
        assert (first["service"], first["source"], first["stage"]) == ("RAG", "News", "growing")
        assert (first["born"], first["price_beside_ordinary_work"]) == ("2025-04-01", "1.23")
        assert (first["growth_of_the_year"], last["growth_of_the_year"]) == ("1.52", None)
        assert (first["chance_of_more_bids"], last["why"], last["posts"]) == (None, "too few", 3)

    def test_marks_and_sources_with_texts(self) -> None:
        table = pl.DataFrame(
            {
                "dims": ["urgent=true", "ai_relation=none", ""],
                "flags": ["f", "title_only", "f"],
                "source_id": ["small", "bare", "large"],
                "n": [20, 9000, 90],
            }
        )
        assert verdicts.marked(table)["mark"].to_list() == ["urgent", None, None]
        assert rows.with_text(table)["source_id"].to_list() == ["large", "small"]
        assert rows.with_text(table, most=1)["source_id"].to_list() == ["large"]
