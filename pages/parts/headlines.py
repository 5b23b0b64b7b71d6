"""Headlines computed from the rows shown: what the data say, or that they cannot tell.

Rows carry `label`, `unit` and `decimals` (pages/parts/rows.py). Two numbers are told apart when
their 95 % intervals do not overlap; where the producer publishes no interval, nothing is said
about certainty. Partial and artificial periods never carry a headline.
"""

from __future__ import annotations

from collections import defaultdict

import polars as pl

from pages.parts.rows import STAR, WHOLE, names
from pages.parts.wording import BREAKS, MISSING, ODD, listed, period_of, value

NOTHING = "Too few listings to say"
BASE_YEAR = 2022  # ChatGPT came in November: series are compared with the same month of 2022
FIRST = 0  # as `since`: compare with the first period
SMALL = 0.1  # a change below this part of the first value is no headline without an interval


def extremes(rows: pl.DataFrame, most: str, least: str) -> str:
    """Say which label stands highest and lowest, and against which others that cannot be told.

    most="pays most an hour", least="least" gives "Legal pays most an hour, $50 ($20 to $80); …".
    {when} in `most` is the period.
    """
    known = rows.drop_nulls("value").sort("value", "label", descending=[True, False])
    if known.height == 0:
        return NOTHING
    ranked = [row for row in known.rows(named=True) if not row["label"].endswith(WHOLE)]
    whole = [f"{row['label']}: {value(row)}" for row in known.rows(named=True) if row not in ranked]
    if len(ranked) < 2 and whole:
        return "; ".join(whole)
    return "; ".join([*whole, _ranked(ranked, most, least)])


def _ranked(ranked: list[dict], most: str, least: str) -> str:
    top, bottom = ranked[0], ranked[-1]
    if len(ranked) == 1:
        return f"{top['label']}: {value(top)}; no other can be compared with it"
    high = f"{top['label']} {most.replace('{when}', period_of(top))}, {value(top)}"
    low = f"{bottom['label']} {least}, {value(bottom)}"
    if overlap(top, bottom):
        return f"{high}, and {low}, but even these two cannot be told apart"
    return f"{high}{_peers(top, ranked)}; {low}{_peers(bottom, ranked)}"


def _peers(row: dict, ranked: list[dict]) -> str:
    others = [other for other in ranked if other is not row]
    near = [other["label"] for other in others if overlap(row, other)]
    if near:
        return f", but its order against {listed(near, 1)} cannot be told"
    same = [other["label"] for other in others if other["value"] == row["value"]]
    return f", the same as {listed(same, 1)}" if same else ""


def change(rows: pl.DataFrame, what: str, *, since: int = BASE_YEAR) -> str:
    """Say how one series moved from the same period of year `since`, or from its first one."""
    ends, what = _ends(rows, since), what + _within(rows)
    if ends is None:
        return f"Too few periods to say how {what} moved"
    first, last = ends
    verdict = _verdict(first, last)
    then, now = (f"{value(row)} in {period_of(row)}" for row in ends)
    if verdict == "same":
        return f"{what} was {then} and {now}: no clear change{_breaks(rows, first, last)}"
    return f"{what} {verdict} from {then} to {now}{_breaks(rows, first, last)}"


def _within(rows: pl.DataFrame) -> str:
    """Return the words that narrow a headline to one family; none for all of them."""
    families = rows["family"].unique().to_list() if "family" in rows.columns else []
    return f" in {names()[families[0]]}" if len(families) == 1 and families != [STAR] else ""


def _breaks(rows: pl.DataFrame, first: dict, last: dict) -> str:
    """Say when the source may have changed between the two periods compared."""
    start = pl.col("period_start")
    within = rows.filter(start > first["period_start"], start <= last["period_start"])
    broken = within.filter(pl.col("flags").str.contains(BREAKS)).sort("period_start")
    when = listed([period_of(row) for row in broken.rows(named=True)], 2)
    return f"; its source may have changed in {when}" if broken.height else ""


def moves(rows: pl.DataFrame, what: str, *, since: int = BASE_YEAR) -> str:
    """Say which labels rose, fell, or did not clearly move."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    spans = set()
    for label in sorted(rows["label"].unique()):
        ends = _ends(rows.filter(pl.col("label") == label), since)
        if ends is not None:
            found[_verdict(*ends)].append(label)
            spans.add(tuple(period_of(end) for end in ends))
    if not found:
        return f"Too few periods to say how {what} moved"
    said = [f"{verb} for {listed(found[verb], 6)}" for verb in ("rose", "fell") if found[verb]]
    said += [f"no clear change for {listed(found['same'], 6)}"] if found["same"] else []
    span = " to ".join(spans.pop()) if len(spans) == 1 else "first to last period"
    return f"{what}, {span}: {'; '.join(said)}"


def filled(template: str, rows: pl.DataFrame, column: str) -> str:
    """Return a sentence with {word} replaced by the value of the row with that word in `column`.

    {when} is the rows' period.
    """
    words: defaultdict[str, str] = defaultdict(lambda: MISSING)
    for row in rows.rows(named=True):
        words["when"] = period_of(row)
        words[row[column]] = value(row) if row["value"] is not None else "too few to show"
    return template.format_map(words)


def agreement(rows: pl.DataFrame, what: str) -> str:
    """Say whether several captures of one thing agree: their numbers, in the order given."""
    known = rows.drop_nulls("value").rows(named=True)
    if len(known) < 2:
        return f"Too few captures to compare {what}"
    apart = any(not overlap(one, other) for one in known for other in known if one is not other)
    said = "; ".join(f"{value(row)} on {row['label']}" for row in known)
    return f"The snapshots {'disagree' if apart else 'agree'} on {what}: {said}"


def _ends(rows: pl.DataFrame, since: int) -> tuple[dict, dict] | None:
    """Return the rows compared: the same period of `since`, else the first one, and the last."""
    known = rows.filter(~pl.col("flags").str.contains(ODD)).drop_nulls(("value", "period_start"))
    known = known.sort("period_start")
    if known.height < 2:
        return None
    last = known.row(-1, named=True)
    then, start = last["period_start"], pl.col("period_start")
    base = known.filter(
        start.dt.year() == since, start.dt.month() == then.month, start.dt.day() == then.day
    )
    return (base if base.height and since < then.year else known).row(0, named=True), last


def _verdict(first: dict, last: dict) -> str:
    if None in (first["lo"], last["lo"]):
        same = abs(last["value"] - first["value"]) < SMALL * abs(first["value"])
    else:
        same = overlap(first, last)
    return "same" if same else "rose" if last["value"] > first["value"] else "fell"


def overlap(one: dict, other: dict) -> bool:
    """Return whether both publish an interval and the two overlap."""
    bounds = (one["lo"], one["hi"], other["lo"], other["hi"])
    if any(bound is None for bound in bounds):
        return False
    return one["lo"] <= other["hi"] and other["lo"] <= one["hi"]
