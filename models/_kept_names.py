"""Which terms may be named: only what a kept list holds. All others are counted, not named."""

from __future__ import annotations

import re
from collections.abc import Mapping

import polars as pl

_PLAIN = re.compile(r"[a-z0-9+#.\-]+(?: [a-z0-9+#.\-]+){0,4}")


def kept_names(frames: Mapping[str, pl.DataFrame]) -> set[str]:
    """Return the names: labels of the crosswalks, terms of the dictionaries, technologies.

    Letters, digits and + # . - only. Free text never adds a name, so no person or firm can.
    """
    columns = {"ref_crosswalk": "label", "ref_ai_terms": "term", "ref_technologies": "name",
               "ref_service_terms": "term"}  # fmt: skip
    labels = {label for table, column in columns.items() for label in frames[table][column]}
    return {name for label in labels if label and _PLAIN.fullmatch(name := spelled(label))}


def spelled(label: str) -> str:
    """Return a label as a term is written.

    >>> spelled("AI Chatbot  Development")
    'ai chatbot development'
    """
    return " ".join(label.lower().replace("’", "").replace("'", "").split())
