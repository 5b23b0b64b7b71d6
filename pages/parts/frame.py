"""Around every page: navigation, the notice of a damaged edition, and errors in one sentence."""

from __future__ import annotations

import gc
from collections.abc import Callable

import streamlit as st

from etl.contracts import ObservatoryError
from etl.edition import current
from pages.parts.rows import names

NAME = "Freelance Market Observatory"
PAGES = {
    "Choose": {
        "overview": "Overview",
        "pricing": "Pricing",
        "competition": "Competition",
        "turnaround": "Turnaround",
    },
    "AI": {
        "ai_impact": "AI impact",
        "new_services": "New services",
        "expectations": "Expectations",
        "evidence": "Evidence",
    },
    "Strategy": {"category_shifts": "Category shifts"},
    "Data": {"sources": "Sources"},
}


def navigation():
    """Return the page the reader asked for; the menu groups the pages by purpose."""
    return st.navigation(
        {
            group: [
                st.Page(f"pages/{name}.py", title=title, default=name == "overview")
                for name, title in pages.items()
            ]
            for group, pages in PAGES.items()
        },
        position="top",
    )


def guarded(run: Callable[[], None]) -> None:
    """Run a page; show a damaged edition or a failed read as one sentence, not a traceback."""
    try:
        edition, notice = current()
        if notice:
            st.warning(notice)
        _warm(edition.id)
        run()
    except ObservatoryError as error:
        st.error(f"This page cannot be shown: {error}")


@st.cache_resource(show_spinner=False)
def _warm(edition_id: str) -> None:
    """Read the edition once, then keep what lives forever out of garbage collection.

    Streamlit collects after every run; without this each collection walks all imported code.
    """
    current()[0].values()
    names()
    gc.collect()
    gc.freeze()
