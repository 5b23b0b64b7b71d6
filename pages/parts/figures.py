"""A figure before it is shown: what `show.figure` needs, made by functions without Streamlit."""

from __future__ import annotations

from typing import NamedTuple

import plotly.graph_objects as go
import polars as pl


class Figure(NamedTuple):
    """Key on the page, metrics, rows of `metric_values`, headline, chart, note."""

    key: str
    metric_ids: str
    rows: pl.DataFrame
    headline: str
    chart: go.Figure
    note: str = ""
