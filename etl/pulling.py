"""Live sources → raw: ask, check the shape, land; a source that fails does not stop the others."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from types import ModuleType
from typing import Any

from etl import edition, http, landing, ledger
from etl.console import complain, say
from etl.contracts import Capture, InputError, ObservatoryError
from etl.fx import shipped_rates
from etl.importing import accounting
from etl.normalise import normalise
from etl.sources import source_module, sources


def live_sources() -> dict[str, ModuleType]:
    """Return the sources that can be asked over the network, by id."""
    return {name: module for name, module in sources().items() if hasattr(module, "extract")}


def is_online() -> bool:
    """Is a live source reachable? If not, say in one line what is shown instead."""
    hosts = [host for module in live_sources().values() for host in module.SOURCE.hosts]
    if http.online(hosts):
        return True
    say(f"no network: edition {edition.current()[0].id} is shown as it is")
    return False


def pull(names: list[str], landed_at: datetime) -> int:
    """Land what is new at the live sources named (all of them without names); 1 if one failed."""
    live = live_sources()
    wanted = {name: source_module(name) for name in names} or live
    for name in wanted.keys() - live.keys():
        raise InputError(f"{name} cannot be pulled: import its files with --as {name}")
    if not is_online():
        return 1
    failed = 0
    with landing.exclusive():
        for name, module in wanted.items():
            try:
                with ledger.entry(landed_at, "pull", name) as row:
                    row |= _pull(module, landed_at)
            except ObservatoryError as error:
                failed += 1
                complain(f"{name}: {error}")
    return 1 if failed else 0


def _pull(module: ModuleType, landed_at: datetime) -> dict[str, Any]:
    """Land a source's payloads, each checked for its shape first; return its ledger row."""
    total: Counter[str] = Counter()
    news = 0
    for name, body in module.extract(lambda url: http.fetch(url, module.SOURCE.hosts)):
        sha = landing.sha256(body)
        capture = Capture(module.SOURCE.id, name, sha, landed_at, "second", landed_at)
        result = normalise(module, body, capture, shipped_rates())
        is_new = landing.land(body, capture)
        news += is_new
        total.update(result.totals())
        known = "" if is_new else f"\n  {ledger.KNOWN}: nothing changes"
        say(f"{module.SOURCE.id}: {name}: {accounting(result)}{known}")
    return dict(total) | {"outcome": ledger.LANDED if news else ledger.KNOWN}
