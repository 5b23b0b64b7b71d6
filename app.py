"""The frame of the observatory: page settings, navigation, and the notice of a damaged edition."""

from __future__ import annotations

import streamlit as st

from pages.parts.frame import guard, navigation

st.set_page_config(page_icon="data/reference/icon.png", layout="wide")
page = navigation()
with guard():
    page.run()
