"""What becomes of each common claim about AI and freelancing, from the published numbers alone.

A claim has tests (`claim_tests.csv`), each a comparison of published metric rows; what they say is
put together by one rule (`verdict`), written before it was run. What cannot be tested says what is
missing; numbers from other labour markets stand beside and decide nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from math import hypot
from typing import Any

import polars as pl

from models import _metric_rows

READS = ("metric_values", "ref_claims", "ref_claim_tests")
WRITES = "est_claims"

SUPPORTS, CONTRADICTS, CANNOT_TELL = "supports", "contradicts", "cannot tell"
REPORTED_CHANGE = 0.05  # reported totals have no sampling error: smaller changes say nothing
FEWEST_MONTHS = 12  # between two periods that are to show a change
NO_MARKET = ("selected_query", "capped_page", "single_snapshot")
WORDS = {"rising": 1, "higher": 1, "growing": 1, "emerging": 1, "supported": 1,
         "falling": -1, "lower": -1, "fading": -1, "contradicted": -1}  # fmt: skip
CELL = ["stat", "source_id", "platform", "side", "geo", "family", "niche", "dims"]
SCHEMA = {name: kind for name, kind in _metric_rows.SCHEMA.items() if name != "measure"}
NOWHERE = {"source_id": "pooled", "platform": "pooled", "side": "both", "geo": "*",
           "period_start": None, "grain": "snapshot", "n": None, "value": None, "lo": None,
           "hi": None, "flags": "reference"}  # fmt: skip
Row = dict[str, Any]


def estimate(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return per claim its statement, verdict and what would change it, and one row per test.

    `stat`: statement, verdict, would_change (the answer in `value_text`), test (figure with
    interval, `value_text` supports, contradicts or cannot tell). `dims`: claim=...;test=....
    """
    rows: list[Row] = []
    tests = frames["ref_claim_tests"]
    for claim in frames["ref_claims"].iter_rows(named=True):
        own = tests.filter(pl.col("claim_id") == claim["claim_id"])
        said = [(test, judged(frames["metric_values"], test)) for test in own.rows(named=True)]
        dims = f"claim={claim['claim_id']}"
        word, why = verdict([(t["role"], row["value_text"]) for t, row in said])
        if word == CANNOT_TELL:
            why += f"; missing: {claim['missing']}"
        for stat, text, reason in (("statement", claim["statement"], None),
                                   ("verdict", word, why),
                                   ("would_change", claim["would_change"], None)):  # fmt: skip
            rows.append(NOWHERE | {"stat": stat, "dims": dims, "value_text": text,
                                   "reason": reason})  # fmt: skip
        for test, row in said:
            beside = "beside: another market or another question; " * (test["role"] == "beside")
            reason = f"{beside}{test['says']}: {row['reason']}"
            rows.append(row | {"stat": "test", "dims": f"{dims};test={test['test']}",
                               "reason": reason})  # fmt: skip
    whole = [{"family": "*", "niche": "*"} | row for row in rows]
    return pl.DataFrame(whole, schema=SCHEMA).sort(*SCHEMA, nulls_last=False)


def verdict(said: list[tuple[str, str]]) -> tuple[str, str]:
    """Return the verdict over (role, what a test said), and the count behind it.

    Only deciding tests count. mixed: some support and some contradict. supported, contradicted:
    all that could tell agree, and they are at least half of the deciding tests. Else cannot tell.
    """
    deciding = [word for role, word in said if role == "decides"]
    yes, no = deciding.count(SUPPORTS), deciding.count(CONTRADICTS)
    why = f"of {len(deciding)} tests {yes} support, {no} contradict"
    if yes and no:
        return "mixed", why
    if 2 * max(yes, no) >= max(1, len(deciding)):
        return ("supported" if yes else "contradicted"), why
    aside = [word for role, word in said if role == "beside"]
    if aside:
        why += (f"; beside, and not deciding: {aside.count(SUPPORTS)} of {len(aside)} support, "
                f"{aside.count(CONTRADICTS)} contradict")  # fmt: skip
    return CANNOT_TELL, why


def judged(values: pl.DataFrame, test: Mapping[str, Any]) -> Row:
    """Return what one test says, with the figure of the surest row that says so."""
    found = values.filter(pl.col("metric_id") == test["metric_id"])
    if not found.height:
        return _cannot(f"not yet measured: {test['metric_id']}")
    found = _matching(found, test)
    if not found.height:
        return _cannot(f"{test['metric_id']} has no such number")
    if test["market"] == "true":
        unfit = pl.any_horizontal(pl.col("flags").str.contains(flag) for flag in NO_MARKET)
        found = found.filter(~unfit)
        if not found.height:
            return _cannot("only selected queries, capped pages or single snapshots: no market")
    compare = COMPARED[test["compare"]]
    cells = [compare(cell, values, test) for _, cell in found.group_by(CELL, maintain_order=True)]
    told = [row for row in cells if row["value_text"] != CANNOT_TELL]
    words = {row["value_text"] for row in told}
    if len(words) > 1:
        return _cannot(f"sources disagree: {len(told)} could tell")
    if not told:
        return cells[0] | {"reason": "; ".join(sorted({row["reason"] for row in cells}))}
    return max(told, key=lambda row: (row["n"] or 0, row["source_id"]))


def _matching(found: pl.DataFrame, test: Mapping[str, Any], dims: str | None = None
              ) -> pl.DataFrame:  # fmt: skip
    """Return the rows a test means: given dims must be there, others may; `!x` is any but x."""
    wanted = (test["dims"] if dims is None else dims) or ""
    padded = pl.concat_str(pl.lit(";"), "dims", pl.lit(";"))
    keep = [padded.str.contains(f";{pair};", literal=True) for pair in wanted.split(";") if pair]
    keep += [~padded.str.contains(";capture=", literal=True), pl.col("niche") == "*"]
    source, stat = test["source_id"] or "", test["stat"]
    if source:
        same = pl.col("source_id") == source.removeprefix("!")
        keep.append(~same if source.startswith("!") else same)
    if stat:
        keep.append(pl.col("stat") == stat)
    if not wanted and test["compare"] == "change":
        keep.append(padded == ";;")
    return found.filter(*keep, pl.col("family") == test["family"]).sort("period_start")


def _cannot(reason: str) -> Row:
    return NOWHERE | {"value_text": CANNOT_TELL, "reason": reason}


def _from(row: Mapping[str, Any], **more: Any) -> Row:
    kept = {key: row[key] for key in NOWHERE}
    if row["grade"] == "R":
        kept["flags"] = ";".join(filter(None, (row["flags"], "reference")))
    return kept | more


def _direction(value: float, lo: float | None, hi: float | None, expected: str) -> str:
    """Return what an interval says of a direction: it must leave out no change."""
    if lo is None or hi is None or lo <= 0 <= hi:
        return CANNOT_TELL
    return SUPPORTS if (value > 0) == (expected == "up") else CONTRADICTS


def difference(a: Mapping[str, Any], b: Mapping[str, Any]) -> tuple[float, float, float]:
    """Return b - a with the interval of Zou & Donner (2008), from the two intervals alone.

    >>> difference({"value": 1.0, "lo": 0.0, "hi": 4.0}, {"value": 6.0, "lo": 2.0, "hi": 7.0})
    (5.0, 0.0, 6.414213562373095)
    """
    gap = b["value"] - a["value"]
    down = hypot(b["value"] - b["lo"], a["hi"] - a["value"])
    up = hypot(b["hi"] - b["value"], a["value"] - a["lo"])
    return gap, gap - down, gap + up


def _two_periods(cell: pl.DataFrame, test: Mapping[str, Any]) -> tuple[Row, Row] | str:
    """Return the earlier and the later row a test compares, or why there are none."""
    whole = cell.filter(pl.col("value").is_not_null(), pl.col("grain") != "snapshot",
                        ~pl.col("flags").str.contains("partial|trailing"))  # fmt: skip
    if not whole.height:
        thin = cell["value"].null_count() == cell.height
        return ("every number is withheld: too few listings" if thin
                else "only dated cross-sections: two of them are never a trend")  # fmt: skip
    rows = whole.sort("period_start").to_dicts()
    newest = rows[-1]["period_start"]
    start = date.fromisoformat(test["against"]) if test["against"] else date(
        newest.year - 1, newest.month, 1)  # fmt: skip
    base = next((row for row in rows if row["period_start"] >= start), rows[-1])
    later = [row for row in rows if row["period_start"].month == base["period_start"].month][-1]
    apart = (later["period_start"].year - base["period_start"].year) * 12
    if apart < FEWEST_MONTHS:
        return f"no two like periods {FEWEST_MONTHS} months apart"
    return base, later


def _change(cell: pl.DataFrame, _: pl.DataFrame, test: Mapping[str, Any]) -> Row:
    pair = _two_periods(cell, test)
    if isinstance(pair, str):
        return _from(cell.row(-1, named=True), value=None, lo=None, hi=None,
                     value_text=CANNOT_TELL, reason=pair)  # fmt: skip
    before, after = pair
    if any(row[end] is None for row in pair for end in ("lo", "hi")):
        gap, lo, hi = after["value"] - before["value"], None, None
    else:
        gap, lo, hi = difference(before, after)
    reason = f"{before['period_start']:%Y-%m} to {after['period_start']:%Y-%m}"
    if lo is None:
        reason += ", no interval is published"
    return _from(after, value=gap, lo=lo, hi=hi, reason=reason,
                 value_text=_direction(gap, lo, hi, test["expected"]))  # fmt: skip


def _reported(cell: pl.DataFrame, _: pl.DataFrame, test: Mapping[str, Any]) -> Row:
    pair = _two_periods(cell, test)
    if isinstance(pair, str):
        return _cannot(pair)
    before, after = pair
    ratio = after["value"] / before["value"] - 1
    word = _direction(ratio, *((ratio, ratio) if abs(ratio) > REPORTED_CHANGE else (None, None)),
                      test["expected"])  # fmt: skip
    span = f"{before['period_start']:%Y-%m} to {after['period_start']:%Y-%m}"
    reason = f"{100 * ratio:+.1f} % from {span}, a reported total; below 5 % says nothing"
    return _from(after, value=ratio, lo=None, hi=None, value_text=word, reason=reason)


def _level(cell: pl.DataFrame, _: pl.DataFrame, test: Mapping[str, Any]) -> Row:
    row = cell.row(-1, named=True)
    if row["value"] is None:
        return _from(row, value_text=CANNOT_TELL, reason=row["reason"] or "no number")
    base = float(test["no_change"])
    ends = (None if row[end] is None else row[end] - base for end in ("lo", "hi"))
    word = _direction(row["value"] - base, *ends, test["expected"])
    return _from(row, value_text=word, reason=f"no change would be {base:g}")


def _groups(cell: pl.DataFrame, values: pl.DataFrame, test: Mapping[str, Any]) -> Row:
    row = cell.row(-1, named=True)
    same = pl.all_horizontal(
        pl.col(key).eq_missing(row[key]) for key in ("metric_id", "source_id", "period_start")
    )
    others = _matching(values.filter(same), test, test["against"]).drop_nulls(["value", "lo", "hi"])
    if row["value"] is None or row["lo"] is None or not others.height:
        return _from(row, value=None, lo=None, hi=None, value_text=CANNOT_TELL,
                     reason="too few listings on one side or the other")  # fmt: skip
    gap, lo, hi = difference(others.row(-1, named=True), row)
    return _from(row, value=gap, lo=lo, hi=hi, reason=f"beside {test['against']}",
                 value_text=_direction(gap, lo, hi, test["expected"]))  # fmt: skip


def _word(cell: pl.DataFrame, _: pl.DataFrame, test: Mapping[str, Any]) -> Row:
    row = cell.row(-1, named=True)
    sign = WORDS.get(row["value_text"] or "", 0)
    said = CANNOT_TELL
    if sign:
        said = SUPPORTS if (sign > 0) == (test["expected"] == "up") else CONTRADICTS
    because = f" ({row['reason']})" if row["reason"] else ""
    return _from(row, value_text=said, reason=f"{row['value_text']}{because}")


COMPARED = {"change": _change, "reported": _reported, "level": _level, "groups": _groups,
            "word": _word}  # fmt: skip
