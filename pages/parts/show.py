"""A figure is shown through one part: headline, chart, unit, n, grade, source, caveat, table, CSV.

No page shows a number any other way, so no number stands without its evidence.
"""

from __future__ import annotations

from functools import partial

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from etl.edition import Edition, current
from etl.evidence import SCHEMA
from etl.export import csv_bytes
from etl.freshness import freshness
from pages.parts import wording
from pages.parts.palette import Palette, palette

CHART_CONFIG = {"displayModeBar": False, "scrollZoom": False}
TABLE = "period_start family niche dims stat value lo hi n grade flags reason source_id".split()


def edition() -> Edition:
    """Return the edition this page shows."""
    return current()[0]


def colours() -> Palette:
    """Return the palette of the reader's theme."""
    return palette(st.context.theme.type)


def header(title: str, question: str) -> None:
    """Show a page's title, its question and the stamp of the edition."""
    st.title(title, anchor=False)
    st.markdown(f"*{question}*")
    manifest = edition().manifest
    newest = max(filter(None, (entry.get("data_to") for entry in manifest["sources"])), default="–")
    st.caption(
        f"Edition {manifest['id']} · published {manifest['created']} · newest data {newest}"
        f" · {len(manifest['sources'])} sources · next edition: when new data have been built"
    )


def figure(
    key: str, metric_id: str, rows: pl.DataFrame, headline: str, chart: go.Figure | None = None,
    *, note: str = "",
) -> None:
    """Show one figure from rows of `metric_values`, with everything a reader needs to doubt it."""
    with st.container(border=True):
        st.header(headline, anchor=False)
        if rows.is_empty():
            st.info("No row of this edition answers that. Loosen a filter.")
            return
        metric = next(m for m in edition().manifest["metrics"] if m["id"] == metric_id)
        st.caption(f"{metric['title']}, {metric['unit']}. {note}")
        if chart is not None:
            st.plotly_chart(
                chart, theme=None, config=CHART_CONFIG, alt=headline, key=f"{key}-chart"
            )
        st.caption(_evidence(rows))
        _details(key, metric, rows, headline)


def _evidence(rows: pl.DataFrame) -> str:
    """Return the line that says how sure the figure is: n, periods, grades, sources, weaknesses."""
    counts = rows["n"].drop_nulls()
    said = []
    if counts.len():
        low, high = counts.min(), counts.max()
        said.append(f"n = {low:,}" if low == high else f"n from {low:,} to {high:,}")
    starts = rows["period_start"].drop_nulls()
    grain = rows["grain"][0]
    if starts.len():
        first, last = (wording.period(day, grain) for day in (starts.min(), starts.max()))
        said.append(first if first == last else f"{first} to {last}")
    else:
        said.append("undated")
    said.append("grade " + ", ".join(sorted(set(rows["grade"]))))
    titles = {entry["id"]: entry["title"] for entry in edition().manifest["sources"]}
    said.append("; ".join(titles.get(name, name) for name in sorted(set(rows["source_id"]))))
    weak = {flag for flags in rows["flags"] for flag in flags.split(";") if flag}
    if weak:
        said.append(wording.flag_words(";".join(sorted(weak))))
    if rows["lo"].null_count() < rows.height:
        said.append("whiskers and bands: 95 % intervals")
    return " · ".join(said)


def _details(key: str, metric: dict, rows: pl.DataFrame, headline: str) -> None:
    """Show method and caveat on demand, the table twin, and the CSV of exactly these rows."""
    sure, table, file = st.columns([1, 1, 1], vertical_alignment="center")
    with sure.popover("How sure is this?"):
        st.text(f"Method: {metric['method']}")
        st.text(f"Caveat: {metric['caveat']}")
        for name in sorted(set(rows["source_id"])):
            st.text(_source_words(name))
        st.text("Grades: " + "; ".join(wording.GRADES[g] for g in sorted(set(rows["grade"]))))
    shown = rows.select(name for name in TABLE if rows[name].null_count() < rows.height)
    open_table = table.toggle("View as table", key=f"{key}-table")
    file.download_button(
        "Download CSV",
        data=partial(_csv, rows.select(list(SCHEMA)), headline, metric),
        file_name=f"{metric['id']}_{edition().id}.csv", mime="text/csv",
        on_click="ignore", key=f"{key}-csv",
    )
    if open_table:
        st.dataframe(shown.to_pandas(), hide_index=True, alt=headline, key=f"{key}-rows")


def _source_words(source_id: str) -> str:
    entry = next(e for e in edition().manifest["sources"] if e["id"] == source_id)
    today = st.session_state.get("today") or _today()
    return f"Source: {entry['citation']}. Licence: {entry['licence']}. Age: {freshness(entry, today)[1]}. {entry['caveat']}"


def _today():
    from datetime import UTC, datetime

    return datetime.now(UTC).date()


def _csv(rows: pl.DataFrame, headline: str, metric: dict) -> bytes:
    entries = {entry["id"]: entry for entry in edition().manifest["sources"]}
    used = [entries[name] for name in sorted(set(rows["source_id"]))]
    return csv_bytes(
        rows,
        {
            "title": metric["title"],
            "unit": metric["unit"],
            "headline": headline,
            "edition": edition().id,
            "sources": " | ".join(f"{e['citation']} ({e['licence']})" for e in used),
            "method": metric["method"],
            "caveat": metric["caveat"],
        },
    )


def tiles(items: list[tuple[str, pl.DataFrame, str]]) -> None:
    """Show the newest number of each (metric, rows, label) as a tile with n, interval and age."""
    columns = st.columns(len(items))
    for column, (metric_id, rows, label) in zip(columns, items, strict=True):
        metric = next((m for m in edition().manifest["metrics"] if m["id"] == metric_id), None)
        known = rows.filter(~pl.col("flags").str.contains("partial")).drop_nulls("value")
        with column.container(border=True, height="stretch"):
            if metric is None or known.is_empty():
                st.metric(label, wording.MISSING)
                st.caption("Not in this edition.")
                continue
            row = known.sort("period_start").row(-1, named=True)
            unit, decimals = metric["unit"], metric["decimals"]
            st.metric(label, wording.number(row["value"], unit, decimals))
            around = wording.interval(row["lo"], row["hi"], unit, decimals)
            said = [wording.period(row["period_start"], row["grain"])]
            said += [f"95 %: {around}"] if around else ["no interval published"]
            said += [f"n = {row['n']:,}"] if row["n"] is not None else []
            st.caption(" · ".join([*said, f"grade {row['grade']}"]))
