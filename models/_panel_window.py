"""The panel of one shock, group and window, cut from a series; and months found to be anomalous."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from models._panel import Panel
from models._panel_anomaly import anomalies
from models._panel_series import Series, month_number

BEFORE, AFTER = 17, 8  # months of a window where shocks.csv names none


@dataclass(frozen=True)
class Shock:
    """A dated event: whom it treats, the sign expected, windows (the first is the main one)."""

    shock: str
    announced: date
    treats: frozenset[str]
    excludes: frozenset[str]  # families that are no controls: other tools reached them meanwhile
    expected: str
    windows: tuple[tuple[int, int], ...]  # month numbers, both ends included

    @property
    def first(self) -> int:
        """The first whole month after it, as a month number."""
        return month_number(self.announced) + 1

    @property
    def first_day(self) -> date:
        """The first day of that month."""
        return date(self.first // 12, self.first % 12 + 1, 1)


def shock_of(row: dict[str, Any]) -> Shock:
    """Return a shock from a row of data/reference/shocks.csv."""
    announced = date.fromisoformat(row["announced_on"])
    first = month_number(announced) + 1
    named = (row["windows"] or "").split(";") if row["windows"] else []
    windows = tuple(tuple(_number(end) for end in window.split("/")) for window in named)
    treats = frozenset(row["treated_families"].split(";"))
    excludes = frozenset((row["excluded_families"] or "").split(";")) - {""}
    return Shock(row["shock"], announced, treats, excludes, row["expected"],
                 windows or ((first - BEFORE, first + AFTER - 1),))  # fmt: skip


def _number(month: str) -> int:
    year, number = month.split("-")
    return int(year) * 12 + int(number) - 1


def window_name(window: tuple[int, int]) -> str:
    """Return a window as it is written, first and last month."""
    return "/".join(f"{m // 12}-{m % 12 + 1:02}" for m in window)


def treated_groups(series: Series, shock: Shock) -> list[str]:
    """Return the categories of which at least one family is treated, sorted."""
    pairs = zip(series.categories, series.families, strict=True)
    return sorted(name for name, families in pairs if families & shock.treats)


def no_controls(series: Series, shock: Shock) -> list[str]:
    """Return the categories that other tools reached meanwhile, sorted."""
    pairs = zip(series.categories, series.families, strict=True)
    return sorted(name for name, families in pairs if families & shock.excludes)


def panel_of(series: Series, first: int, treated: list[str], without: list[str]) -> Panel:
    """Return the whole series as a panel around month number `first`, some categories left out."""
    names = np.array(series.categories)
    time = np.array([month_number(m) - first for m in series.months])
    whole = Panel(series.counts, series.categories, series.months, time, np.isin(names, treated))
    return whole.of(~np.isin(names, without))


def anomalous(series: Series, first: int, treated: list[str]) -> np.ndarray:
    """Return which months a panel leaves out, found on all categories of the series.

    None are where a category has a month without posts: it is too thin to tell.
    """
    if (series.counts <= 0).any() or len(series.categories) < 3:
        return np.zeros(len(series.months), bool)
    at = int(np.searchsorted([month_number(m) for m in series.months], first))
    own = np.isin(np.array(series.categories), treated)
    return anomalies(np.log(series.counts), own, at, "month")[1]


def in_window(p: Panel, first: int, window: tuple[int, int]) -> np.ndarray:
    """Return which periods of a panel around `first` lie in a window of month numbers."""
    return (p.time >= window[0] - first) & (p.time <= window[1] - first)
