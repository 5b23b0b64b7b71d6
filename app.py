"""The frame of the observatory: page settings, navigation, and the notice of a damaged edition."""

from __future__ import annotations

import streamlit as st

from pages.parts.frame import NAME, guarded, navigation

page = navigation()
st.set_page_config(
    # of the page shown: one title for all would override those of the pages
    page_title=f"{page.title} · {NAME}",
    page_icon="data/reference/icon.png",
    layout="wide",
)
guarded(page.run)
