"""Filters kept in the URL: defaults stay out of it, values no filter knows are named."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

import streamlit as st


def choose(key: str, label: str, options: Mapping[str, str], *, help: str | None = None) -> str:
    """Return the id chosen from `options` (id → words); the first one is the default."""
    ids = list(options)
    return st.selectbox(
        label, ids, format_func=lambda name: options[name], key=key, bind="query-params",
        help=help, persist_state="session",
    )


def row_of(*chosen: tuple) -> list[str]:
    """Return the values of several filters (key, label, options) shown side by side."""
    columns = st.columns(len(chosen))
    values = []
    for column, (key, label, options) in zip(columns, chosen, strict=True):
        with column:
            values.append(choose(key, label, options))
    _name_ignored({key: set(options) for key, _, options in chosen})
    return values


def _name_ignored(known: Mapping[str, set[str]]) -> None:
    """Say which part of a link could not be used: Streamlit drops bad values without a word."""
    asked = st.session_state.setdefault("_asked", dict(parse_qsl(urlsplit(st.context.url or "").query)))
    bad = [f"{key}={value}" for key, value in asked.items() if key in known and value not in known[key]]
    if bad and not st.session_state.get("_named"):
        st.session_state["_named"] = True
        st.warning(f"This link asks for {', '.join(bad)}, which is not there; the default is shown.")
