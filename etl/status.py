"""`status`: what each source last gave, how fresh it is against its cadence, and what to do."""

from __future__ import annotations

from datetime import date

from etl import edition
from etl.config import warehouse_file
from etl.freshness import freshness
from etl.ledger import BUILT, KNOWN, LANDED
from etl.switches import live_sources
from etl.warehouse import Warehouse

LAST_RUNS = """
select source_id, outcome, started_at from runs
qualify row_number() over (partition by source_id order by started_at desc) = 1
"""
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
        with Warehouse(warehouse_file(), read_only=True) as warehouse:
            outcomes = {r[0]: r[1] for r in warehouse.frame(LAST_RUNS).iter_rows()}
    for entry in shown.manifest["sources"]:
        state, sentence = freshness(entry, today)
        is_live = state == "stale" and entry["id"] in live_sources()
        advice = LIVE if is_live else ADVICE[state]
        lines.append(f"{entry['id']}: {state}, {sentence}; {advice}")
        outcome = outcomes.pop(entry["id"], BUILT)
        if outcome not in (LANDED, KNOWN, BUILT):
            lines.append(f"  last error: {outcome}")
    lines += [f"{source}: {outcome}" for source, outcome in sorted(outcomes.items())]
    return lines
