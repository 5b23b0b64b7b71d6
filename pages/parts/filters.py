"""The filters of all pages, kept in the URL: defaults stay out of it, what it cannot mean is named.

Streamlit writes the words of an option into the URL (?family=Writing); links may also use its id
(?family=writing).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import streamlit as st

from pages.parts import labels
from pages.parts.rows import family_names

FOREIGN = ("embed", "embed_options")  # parameters of Streamlit's own


@cache
def filters() -> dict[str, tuple[str, Mapping[str, str]]]:
    """Return each filter's label and options (id → words) by its key; the first is the default."""
    return {
        "family": ("Kind of work", {"*": "All kinds"} | family_names()),
        "stat": ("Which price", labels.STATS),
        "panel": ("Fiverr panel", labels.FIVERR_PANELS),
        "age": ("Age of the listing", labels.AGE_BANDS),
        "total": ("Fiverr total", labels.FIVERR_TOTALS),
    }


def read_link() -> None:
    """Take ids from the link before any filter is shown, and name what it asks for in vain.

    An id is replaced by its words and the script started anew, which then reads the URL again.
    """
    taken, bad = {}, []
    for key, value in st.query_params.to_dict().items():
        _, options = filters().get(key, ("", {}))
        if value in options and value not in options.values():
            taken[key] = options[value]
        elif value not in options and value not in options.values() and key not in FOREIGN:
            bad.append(f"{key}={value[:40]}")
    if taken:
        st.query_params.update(taken)
        st.rerun()
    if bad:
        st.warning(f"This link asks for {', '.join(bad)}, which is not there and was ignored.")


def row_of(*keys: str) -> list[str]:
    """Return the ids chosen in several filters shown side by side."""
    values = []
    for column, key in zip(st.columns(len(keys)), keys, strict=True):
        label, options = filters()[key]
        ids = list(options)
        with column:
            value = st.selectbox(label, ids, format_func=options.get, key=key, bind="query-params")
        value = value if value in options else ids[0]
        if value != ids[0]:
            chosen()[key] = value
        values.append(value)
    return values


def chosen() -> dict[str, str]:
    """Return the filters of this page that are not at their default."""
    return st.session_state.setdefault("_chosen", {})


def family_level(family: str) -> dict[str, str]:
    """Return what `rows` needs for the chosen kind of work: all families, or the niches of one."""
    return {"by": "family"} if family == "*" else {"by": "niche", "family": family}
