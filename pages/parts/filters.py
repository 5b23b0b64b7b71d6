"""Filters kept in the URL: defaults stay out of it, values no filter knows are named."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

import streamlit as st


def choose(key: str, label: str, options: Mapping[str, str]) -> str:
    """Return the id chosen from `options` (id → words); the first one is the default.

    The URL carries the words' ids only if Streamlit is given the ids; so options are ids.
    """
    ids = list(options)
    value = st.selectbox(
        label, ids, format_func=lambda name: options[name], key=key, bind="query-params"
    )
    value = value if value in options else ids[0]
    if value != ids[0]:
        chosen()[key] = value
    return value


def chosen() -> dict[str, str]:
    """Return the filters of this page that are not at their default."""
    return st.session_state.setdefault("_chosen", {})


def row_of(*filters: tuple[str, str, Mapping[str, str]]) -> list[str]:
    """Return the values of several filters (key, label, options) shown side by side."""
    values = []
    for column, (key, label, options) in zip(st.columns(len(filters)), filters, strict=True):
        with column:
            values.append(choose(key, label, options))
    _name_ignored({key: options for key, _, options in filters})
    return values


def _name_ignored(known: Mapping[str, Mapping[str, str]]) -> None:
    """Say which part of a link could not be used: Streamlit drops bad values without a word."""
    if "_asked" not in st.session_state:
        st.session_state["_asked"] = parse_qsl(urlsplit(st.context.url or "").query)
    asked = st.session_state["_asked"]
    bad = [f"{key}={value}" for key, value in asked if value not in known.get(key, (value,))]
    if bad:
        st.session_state["_asked"] = []
        st.warning(
            f"This link asks for {', '.join(bad)}, which is not there; the default is shown."
        )


def family_level(family: str) -> dict[str, str]:
    """Return what `rows` needs for the chosen kind of work: all families, or the niches of one."""
    return {"by": "family"} if family == "*" else {"by": "niche", "family": family}
