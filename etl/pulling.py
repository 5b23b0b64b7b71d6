"""Which sources a pull or a backfill asks, in which order, and what it says before it starts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from etl import landing, network
from etl.asker import Asker
from etl.asking import Payload
from etl.config import hosts_file
from etl.console import Progress, say
from etl.contracts import Budget, InputError
from etl.load import ECB, landed_rates
from etl.politeness import Turns
from etl.sources import source_module, sources
from etl.switches import (
    address_file,
    check_consent,
    hosts_of,
    is_online,
    live_sources,
    switched_on,
)
from etl.taking import ask_source

OLDEST = date(2000, 1, 1)  # no site asked is older


def pull(names: list[str], landed_at: datetime) -> int:
    """Land what is new at the sources named, or at those switched on; 1 if one failed."""
    wanted = {name: source_module(name) for name in names} or switched_on()
    for name in names:
        _check_pulled(name)
        check_consent(name)
    silent = [name for name, module in wanted.items() if not hosts_of(module)]
    for name in silent:
        say(f"{name}: no address to ask: list some in {address_file(name)}")
    wanted = {name: module for name, module in wanted.items() if name not in silent}
    if not wanted:
        raise InputError("there is no source to pull: see OBSERVATORY_SOURCES in docs/live.md")
    if not is_online(wanted.values()):
        return 1
    failed = 0
    with landing.exclusive():
        turns, progress = Turns(hosts_file()), Progress(len(wanted), "sources", has_lines=False)
        rates = landed_rates()
        for name in sorted(wanted, key=lambda name: (name != ECB, name)):  # rates before prices
            extract = wanted[name].extract
            failed += not ask_source(wanted[name], "pull", landed_at, turns, extract, rates)
            rates = landed_rates() if name == ECB else rates
            progress.step()
    return 1 if failed else 0


def _check_pulled(name: str) -> None:
    """Raise unless a source can be pulled; say by which command its data come."""
    if name in live_sources():
        return
    if hasattr(source_module(name), "backfill"):
        raise InputError(f"{name} is history: run `python -m etl backfill {name} --since YYYY-MM`")
    if (other := _history_of(name)) is not None:
        raise InputError(f"{name} comes with `python -m etl backfill {other} --since YYYY-MM`")
    raise InputError(f"{name} cannot be pulled: import its files with --as {name}")


def _history_of(name: str) -> str | None:
    """Return the source whose history is landed as this one, if any."""
    made = (other for other, m in sources().items() if name in getattr(m, "LANDS_AS", ()))
    return next(made, None)


def backfill(name: str, since: date, per_month: int | None, landed_at: datetime) -> int:
    """Land the history of one source since a day; an interrupted one goes on where it stopped."""
    module = source_module(name)
    if not hasattr(module, "backfill"):
        if (other := _history_of(name)) is not None:
            raise InputError(f"{name} comes with the history of {other}: backfill that")
        have = [n for n, m in sources().items() if hasattr(m, "backfill")]
        raise InputError(f"{name} has no history to ask for; these have: {', '.join(have)}")
    if since > landed_at.date():
        raise InputError(f"--since {since:%Y-%m} lies in the future")
    if since < OLDEST:
        raise InputError(f"--since {since:%Y-%m}: no source reaches back before {OLDEST:%Y-%m}")
    check_consent(name)
    if not network.online(module.SOURCE.hosts):
        raise InputError(f"no network: {', '.join(module.SOURCE.hosts)} cannot be reached")

    def extract(ask: Asker) -> Iterator[Payload]:
        requests = module.plan(ask, since, per_month)
        say(_estimate(module.SOURCE.budget, ask, requests))
        ask.client.on_request = Progress(requests, name).step
        yield from module.backfill(ask, since, per_month)

    with landing.exclusive():
        turns, rates = Turns(hosts_file()), landed_rates()
        done = ask_source(module, "backfill", landed_at, turns, extract, rates)
    return 0 if done else 1


def _estimate(budget: Budget, ask: Asker, requests: int) -> str:
    """Return what is about to be asked, and how long that takes at the declared pace."""
    minutes = requests * budget.seconds_between / 60
    length = f"{minutes / 60:.1f} h" if minutes > 90 else f"{minutes:.0f} min"
    left = min(ask.client.turns.left(host, budget) for host in ask.client.hosts)
    line = (
        f"at most {requests:,} requests and robots.txt, about {length}"
        f" at one every {budget.seconds_between:g} s"
    )
    if requests <= left:
        return line
    days = -(-(requests - left) // budget.requests_per_day)
    return (
        f"{line}; {left:,} are left today: the same command goes on where it stopped,"
        f" on {days} more day{'s' * (days != 1)}"
    )
