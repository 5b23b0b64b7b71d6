"""A figure is shown through one part: headline, chart, unit, n, grade, source, caveat, table, CSV.

No page shows a number any other way, so no number stands without its evidence.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import plotly.graph_objects as go
import polars as pl
import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from etl.edition import Edition, current
from etl.freshness import freshness
from etl.metrics import metrics
from pages.parts import provenance, wording
from pages.parts.figures import Figure
from pages.parts.filters import chosen, read_link
from pages.parts.palette import Palette, palette

CHART_CONFIG = {"displayModeBar": False, "scrollZoom": False}


def edition() -> Edition:
    """Return the edition this page shows."""
    return current()[0]


def colours() -> Palette:
    """Return the palette of the reader's theme."""
    return palette(st.context.theme.type)


def today() -> date:
    """Return the day in UTC."""
    return datetime.now(UTC).date()


def header(page: str, title: str, question: str) -> None:
    """Show a page's title, its question and the stamp of the edition; begin its filters."""
    _frame_first()
    st.session_state["_page"], st.session_state["_chosen"] = page, {}
    st.session_state["_named"] = []  # commands that empty figures of this page have named
    read_link()
    st.title(title, anchor=False)
    st.markdown(f"*{question}*")
    manifest = edition().manifest
    entries = manifest["sources"]
    newest = max(filter(None, (entry.get("data_to") for entry in entries)), default=wording.MISSING)
    late = [entry["title"] for entry in entries if freshness(entry, today())[0] == "stale"]
    stale = f" · {len(late)} of them overdue, see Sources" if late else ""
    st.caption(
        f"Edition {manifest['id']} · published {manifest['created'][:10]} · newest data {newest}"
        f" · {len(entries)} sources{stale} · next edition: when new data have been built"
    )


def _frame_first() -> None:
    """Start anew with app.py where Streamlit ran a page without it.

    Until app.py has run once, Streamlit takes our folder `pages` for its older way of adding
    pages: the first link into a fresh server would get a page without menu and without guard.
    """
    if PagesManager.uses_pages_directory:
        PagesManager.uses_pages_directory = False
        st.rerun()


def gap(text: str) -> None:
    """Say what this page cannot tell, and why."""
    st.info(text)


def declared(metric_id: str) -> Mapping[str, Any]:
    """Return a metric's declaration: the edition's, or ours where the edition lacks it."""
    found = (m for m in edition().manifest["metrics"] if m["id"] == metric_id)
    return next(found, None) or vars(metrics()[metric_id])


def figure(
    key: str,
    metric_ids: str,
    rows: pl.DataFrame,
    headline: str,
    chart: go.Figure,
    *,
    note: str = "",
) -> None:
    """Show one figure from rows of `metric_values`, with everything a reader needs to doubt it."""
    shown = [declared(name) for name in metric_ids.split()]
    titles = "; ".join(f"{metric['title']}, {metric['unit']}" for metric in shown)
    with st.container(border=True):
        if rows["value"].null_count() == rows.height:
            st.header(shown[0]["title"], anchor=False)
            st.caption(wording.plain(f"{titles}. {note}"))
            _nothing(rows, shown)
            st.caption(wording.plain(_caveats(shown)))
            return
        st.header(wording.plain(headline), anchor=False)
        st.caption(wording.plain(f"{titles}. {note}"))
        st.plotly_chart(chart, theme=None, config=CHART_CONFIG, alt=headline, key=f"{key}-chart")
        sources = " · ".join(provenance.ages(rows.drop_nulls("value"), edition().manifest, today()))
        st.caption(f"**{wording.plain(sources)}**")
        st.caption(wording.plain(f"{provenance.evidence(rows)}. {_caveats(shown)}"))
        _details(key, shown, rows, headline)


def figures(made: list[Figure]) -> None:
    """Show figures that were made elsewhere, one below the other."""
    for one in made:
        figure(one.key, one.metric_ids, one.rows, one.headline, one.chart, note=one.note)


def board(
    key: str,
    metric_ids: str,
    rows: pl.DataFrame,
    headline: str,
    table: pl.DataFrame,
    *,
    note: str = "",
) -> None:
    """Show rows of `metric_values` whose answers are words, as the lines of `table`."""
    shown = [declared(name) for name in metric_ids.split()]
    titles = "; ".join(f"{metric['title']}, {metric['unit']}" for metric in shown)
    with st.container(border=True):
        st.header(wording.plain(headline if table.height else shown[0]["title"]), anchor=False)
        st.caption(wording.plain(f"{titles}. {note}"))
        if table.height:
            st.dataframe(table, hide_index=True, alt=headline, key=f"{key}-board")
            sources = provenance.ages(rows, edition().manifest, today())
            st.caption(f"**{wording.plain(' · '.join(sources))}**")
            known = rows.drop_nulls("value")
            sure = provenance.evidence(known) if known.height else "Answers in words"
            st.caption(wording.plain(f"{sure}. {_caveats(shown)}"))
            _details(key, shown, rows, headline, has_chart=False)
        else:
            _nothing(rows, shown)
            st.caption(wording.plain(_caveats(shown)))


def _caveats(shown: list[Mapping[str, Any]]) -> str:
    return " ".join(dict.fromkeys(f"Caveat: {metric['caveat']}" for metric in shown))


def _nothing(rows: pl.DataFrame, shown: list[Mapping[str, Any]]) -> None:
    """Say why a figure is empty, and offer the way out."""
    told = rows.filter(pl.col("grade") != "D").drop_nulls("reason")
    if not told.is_empty():
        why = told["reason"].mode().sort()[0].removeprefix("cannot tell: ")
        st.info(wording.plain(f"Cannot be told: {why}."))
        return
    if not rows.is_empty():
        st.info(f"All {rows.height} numbers are withheld: too few listings. Choose a wider filter.")
        return
    ours = (metrics().get(metric["id"]) for metric in shown)
    commands = [metric.filled_by for metric in ours if metric and metric.filled_by]
    if not commands:
        st.info("This edition holds no number for that.")
        return
    if commands[0] in st.session_state["_named"]:
        st.info("This edition holds no number for that: the command above brings it as well.")
        return
    st.session_state["_named"].append(commands[0])
    st.info("This edition holds no number for that. On a machine with a network, this brings it:")
    st.code(commands[0], language="bash")


def _details(
    key: str,
    shown: list[Mapping[str, Any]],
    rows: pl.DataFrame,
    headline: str,
    *,
    has_chart: bool = True,
) -> None:
    """Show methods and sources on demand, the table twin, and the CSV of exactly these rows."""
    entries = provenance.sources_of(rows, edition().manifest)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        with st.popover("How is this known?"):
            for metric in shown:
                st.text(f"{metric['title']}. Method: {metric['method']}")
            for entry in entries:
                st.text(provenance.source_words(entry, today()))
            st.text("Grades. " + "; ".join(wording.GRADES[g] for g in sorted(set(rows["grade"]))))
        open_table = has_chart and st.toggle("View as table", key=f"{key}-table")
        values = rows.drop(name for name in rows.columns if name not in edition().values().columns)
        said = provenance.provenance(headline, shown, entries, edition().id, chosen())
        st.download_button(
            "Download CSV",
            data=partial(provenance.csv_of, values, said),
            mime="text/csv",
            file_name=provenance.file_name(st.session_state["_page"], key, chosen(), edition().id),
            on_click="ignore",
            key=f"{key}-csv",
        )
    if open_table:
        st.dataframe(
            provenance.table(rows), hide_index=True, alt=f"Table: {headline}", key=f"{key}-rows"
        )


def tiles(*items: tuple[str, pl.DataFrame, str]) -> None:
    """Show the newest number of each (metric, rows, label) as a tile with n, interval and age."""
    grid = st.grid(len(items), min_column_width=165)
    for metric_id, rows, label in items:
        metric = declared(metric_id)
        known = rows.filter(~pl.col("flags").str.contains(wording.ODD)).drop_nulls("value")
        with grid.cell().container(border=True, height="stretch", gap="xsmall"):
            st.markdown(
                label, help=f"{metric['title']}, {metric['unit']}. Caveat: {metric['caveat']}"
            )
            if known.is_empty():
                st.metric(label, wording.MISSING, label_visibility="collapsed")
                continue
            row = known.sort("period_start", nulls_last=False).row(-1, named=True)
            said = wording.number(row["value"], row["unit"], row["decimals"])
            st.metric(label, said, label_visibility="collapsed")
            st.caption(tile_words(row))


def tile_words(row: Mapping[str, Any]) -> str:
    """Say a tile's period, age, interval, n and grade."""
    around = wording.interval(row["lo"], row["hi"], row["unit"], row["decimals"])
    said = [f"**{wording.period_of(row)}, {provenance.age(row, today())}**"]
    said += [f"95 %: {around}" if around else "no interval published"]
    said += [f"n = {row['n']:,}"] if row["n"] is not None else []
    return " · ".join([*said, f"grade {row['grade']}"])


def table(key: str, rows: pl.DataFrame, alt: str) -> None:
    """Show a table about the data and its CSV."""
    st.dataframe(
        rows,
        hide_index=True,
        alt=alt,
        key=f"{key}-rows",
        column_config={"link": st.column_config.LinkColumn()} if "link" in rows.columns else None,
    )
    st.download_button(
        "Download CSV",
        data=partial(provenance.csv_of, rows, {"edition": edition().id, "table": alt}),
        file_name=provenance.file_name(st.session_state["_page"], key, {}, edition().id),
        mime="text/csv",
        on_click="ignore",
        key=f"{key}-csv",
    )


def unaccounted(titles: list[str]) -> None:
    """Warn of sources whose rows do not add up."""
    if titles:
        st.warning(f"Rows of these sources do not add up: {', '.join(titles)}.")
