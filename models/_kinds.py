"""What kind of work a listing is, as the reader of the AI relation takes it from the category's.

Margins of kinds near AI work: a listing of an AI niche that names AI builds it more often than one
of bookkeeping does. With them the relation is right a point and a half more often (ai_relation.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy import sparse

from models import _linear

KINDS = {
    "niche": (
        "chatbots_ai_agents", "ai_ml_engineering", "ai_image_video", "ai_content_writing",
        "scripting_automation", "web_development", "data_analytics", "video_editing",
        "content_article_writing", "mobile_apps",
    ),
    "family": (
        "web_mobile_software", "data_science_analytics", "design_creative", "writing",
        "sales_marketing", "admin_support",
    ),
}  # fmt: skip
WORTH = 0.3  # 0.2 to 0.5 do nearly as well; 1 is no better than none


def margins(counts: sparse.csr_matrix, category: Mapping[str, Any]) -> np.ndarray:
    """Return how far each row is on the side of each kind; 0 for one the category never learnt."""
    columns = []
    for level, names in KINDS.items():
        every, known = _linear.margins(counts, category, level), category[level].tolist()
        for name in names:
            columns.append(every[:, known.index(name)] if name in known else np.zeros(len(every)))
    return np.column_stack(columns).astype(np.float32)


def scale(kinds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and spread of each column, to make columns comparable."""
    spread = kinds.std(axis=0)
    return kinds.mean(axis=0), np.where(spread > 0, spread, 1.0)


def scaled(kinds: np.ndarray, scales: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Return columns as features beside counts of phrases."""
    return WORTH * (kinds - scales[0]) / scales[1]
