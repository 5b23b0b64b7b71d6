"""Where do the numbers come from, how old are they, and how are they made?"""

from __future__ import annotations

from functools import partial

import polars as pl
import streamlit as st

from pages.parts import catalogue, charts, headlines, labels, show, timelines, wording
from pages.parts.filters import row_of
from pages.parts.rows import dim, newest_of_each, relabelled, rows, with_source

show.header(
    "sources", "Sources", "Where do the numbers come from, and how far can they be trusted?"
)
edition, colours, today = show.edition(), show.colours(), show.today()
get, manifest = partial(rows, edition), show.edition().manifest

st.header("Every source, and where each of its rows went", anchor=False)
st.caption("Rows read = observations + duplicates + rejects.")
show.unaccounted(catalogue.unaccounted(manifest))
show.table("sources", catalogue.sources(manifest, today), "Every source of this edition")
with st.expander("Why rows were rejected"):
    show.table("rejects", catalogue.rejects(manifest), "Reasons for rejected rows, by source")
with st.expander("What the terms of live sources were found to say"):
    said = "Terms of sources that are asked over the network"
    show.table("terms", catalogue.terms(manifest), said)

listings = with_source(newest_of_each(get("listings")), edition, label=True)
said = headlines.extremes(listings, "holds most listings", "fewest")
chart = charts.dots(listings, colours, tick_format=",.0f", log=True)
note = "The newest period of each source: a month, or a snapshot. Logarithmic scale."
show.figure("listings", "listings", listings, said, chart, note=note)

(series,) = row_of("total")
totals = dim(get("fiverr_company_totals"), "series")
totals = relabelled(totals, "series", labels.FIVERR_TOTALS).filter(pl.col("series") == series)
said = headlines.change(totals, f"Fiverr's {labels.FIVERR_TOTALS[series]}")
chart = timelines.line(totals, colours, today)
show.figure("totals", "fiverr_company_totals", totals, said, chart)

st.header("Every metric and how it is computed", anchor=False)
show.table("metrics", catalogue.metrics(manifest), "Every metric of this edition")

st.header("How grades work", anchor=False)
st.text("\n".join(wording.GRADES.values()))
st.text(
    "One step lower for each of: a partial period, a selected query, a single snapshot."
    " Intervals are 95 %; two numbers are told apart only when their intervals do not overlap."
)

st.header("Models and changes", anchor=False)
for name, card in catalogue.cards().items():
    with st.expander(f"Model card: {name}"):
        st.markdown(card)
with st.expander("What changed since the edition before"):
    st.markdown(catalogue.changes(edition))
