"""`status`: what each source last gave, how fresh it is against its cadence, and what to do."""

from __future__ import annotations

from collections.abc import Container
from datetime import date

from etl import edition
from etl.config import warehouse_file
from etl.contracts import InputError
from etl.freshness import freshness
from etl.ledger import BUILT, KNOWN, LANDED
from etl.switches import live_sources, switched_on
from etl.warehouse import Warehouse

LAST_RUNS = """
select source_id, outcome, started_at from runs
qualify row_number() over (partition by source_id order by started_at desc) = 1
"""
UNBUILT = "landed since, not built yet: run `python -m etl build`"
LIVE = "run `python -m etl run`"
ADVICE = {
    "stale": "import a newer file of it",
    "current": "nothing to do",
    "one_off": "nothing to do: a closed data set",
    "undated": "nothing to do: it carries no date",
}


def status_lines(today: date) -> list[str]:
    """Return the lines of `status`: the edition shown, then one line per source."""
    shown, notice = edition.current()
    lines = [f"edition shown: {shown.id}, published {shown.manifest['created'][:10]}"]
    if notice:
        lines.append(f"notice: {notice}")
    outcomes = {}
    if warehouse_file().exists():
        try:
            with Warehouse(warehouse_file(), read_only=True) as warehouse:
                outcomes = {
                    source: " ".join(outcome.split())  # one line, whatever a host said
                    for source, outcome, _ in warehouse.frame(LAST_RUNS).iter_rows()
                }
        except InputError as error:
            lines.append(f"last outcomes are not shown: {error}")
    on, live = switched_on(), live_sources()
    for entry in shown.manifest["sources"]:
        state, sentence = freshness(entry, today)
        lines.append(f"{entry['id']}: {state}, {sentence}; {_advice(entry['id'], state, on, live)}")
        outcome = outcomes.pop(entry["id"], BUILT)
        if outcome == LANDED:
            lines.append(f"  {UNBUILT}")
        elif outcome not in (KNOWN, BUILT):
            lines.append(f"  last error: {outcome}")
    for source, outcome in sorted(outcomes.items()):
        words = {LANDED: UNBUILT, KNOWN: UNBUILT, BUILT: "built, no number published"}
        lines.append(f"{source}: {words.get(outcome, f'last error: {outcome}')}")
    held = {entry["id"] for entry in shown.manifest["sources"]} | outcomes.keys()
    if empty := sorted(on.keys() - held):
        lines.append(f"switched on, nothing pulled yet: {', '.join(empty)}; {LIVE}")
    if off := sorted(live.keys() - on.keys()):
        lines.append(
            f"switched off: {', '.join(off)}; read their terms (README, Live sources), then name"
            " them in OBSERVATORY_SOURCES"
        )
    return lines


def _advice(source_id: str, state: str, on: Container[str], live: Container[str]) -> str:
    if state != "stale" or source_id not in live:
        return ADVICE[state]
    return (
        LIVE
        if source_id in on
        else f"switch it on with OBSERVATORY_SOURCES={source_id}, then {LIVE}"
    )
