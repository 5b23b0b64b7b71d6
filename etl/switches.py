"""Which live sources are asked: those whose terms were read in full, and those switched on."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

from etl import edition, network
from etl.config import data_folder, mirror
from etl.console import complain, say
from etl.contracts import InputError
from etl.sources import sources


def live_sources() -> dict[str, ModuleType]:
    """Return the sources that can be asked over the network, by id."""
    return {name: module for name, module in sources().items() if hasattr(module, "extract")}


def switched_on() -> dict[str, ModuleType]:
    """Return the live sources that `pull` and `run` ask.

    OBSERVATORY_SOURCES adds (`guru`, `freelancer`), takes away (`-remoteok`), or names `all`.
    """
    live = live_sources()
    chosen = {name for name, module in live.items() if module.SOURCE.is_on_by_default}
    for word in _words():
        name = word.removeprefix("-")
        if name != "all" and name not in sources():
            raise InputError(f"OBSERVATORY_SOURCES names {name!r}; live are {', '.join(live)}")
        found = set(live) if name == "all" else {name} & set(live)
        chosen = chosen - found if word.startswith("-") else chosen | found
    return {name: module for name, module in live.items() if name in chosen}


def check_consent(name: str) -> None:
    """Raise unless a source may be asked when it is named: it is on, or switched on by a setting.

    One's own mirror is not the host whose terms these are.
    """
    source, live = sources()[name].SOURCE, switched_on()
    if name in live or mirror() or source.terms is None or _is_named(name):
        return
    if f"-{name}" in _words():
        raise InputError(f"OBSERVATORY_SOURCES switches {name} off")
    why = {
        True: "has been switched off",
        False: "is off because its terms forbid what we do",
        None: "is off because its terms were not read in full, or are not clear",
    }
    raise InputError(
        f"{name} {why[source.terms.allows]} ({source.terms.url}): {source.terms.found}"
        f" To switch it on: OBSERVATORY_SOURCES={name}"
    )


def _words() -> list[str]:
    return (os.environ.get("OBSERVATORY_SOURCES") or "").replace(",", " ").split()


def _is_named(name: str) -> bool:
    """Is it named by a setting that does not take it back? (Histories are no part of a pull.)"""
    said = [word for word in _words() if word.removeprefix("-") in (name, "all")]
    return bool(said) and not said[-1].startswith("-")


def is_online(modules: Iterable[ModuleType] | None = None) -> bool:
    """Is one of these sources (those switched on) reachable? If not, say what is shown instead."""
    asked = switched_on().values() if modules is None else modules
    hosts = {host for module in asked for host in hosts_of(module)}
    if network.online(hosts):
        return True
    say(f"no network: edition {edition.current()[0].id} is shown as it is")
    return False


def hosts_of(module: ModuleType) -> frozenset[str]:
    """Return the hosts a source may ask: the declared ones, or those the operator listed."""
    source = module.SOURCE
    return frozenset(source.hosts) or network.hosts_of(addresses(source.id))


def addresses(source_id: str) -> tuple[str, ...]:
    """Return the addresses an operator listed for a source that asks any site; others are named."""
    file = address_file(source_id)
    if not file.exists():
        return ()
    found = []
    for number, line in enumerate(
        file.read_text(encoding="utf-8", errors="replace").split("\n"), start=1
    ):
        word = line.strip()
        if not word or word.startswith("#"):
            continue
        if re.fullmatch(r"https://[A-Za-z0-9.-]+(?:/\S*)?", word):
            found.append(word)
        else:
            complain(f"{file}, line {number}: no https address, passed over: {word[:100]!r}")
    return tuple(found)


def address_file(source_id: str) -> Path:
    """Return where an operator lists addresses for a source, one a line."""
    return data_folder() / f"{source_id}_urls.txt"
