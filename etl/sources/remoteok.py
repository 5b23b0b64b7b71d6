"""Remote OK: the newest hundred or so remote jobs, of employment mostly.

The first element of the array is the legal notice. `epoch` is Unix seconds; a salary of 0 is an
unknown one; salaries carry neither currency nor period, and hourly pay stands among yearly.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from typing import Any

from etl.asking import Ask, Payload
from etl.contracts import Budget, Capture, Reject, Source, Terms
from etl.sources._api import json_body, located, need, records_at, unix_seconds
from etl.sources._boards import (
    amount,
    identity,
    label,
    labels,
    page_address,
    pay,
    text,
    whole_board,
)
from etl.sources._listing import LICENCE, rows

SOURCE = Source(
    id="remoteok",
    title="Remote OK: newest remote jobs",
    publisher="Remote OK",
    platform="remoteok",
    kind="listing",
    url="https://remoteok.com/api",
    licence=LICENCE,
    licence_url="https://remoteok.com/api",
    citation="Remote OK (https://remoteok.com), the newest jobs of its public API",
    caveat="Employment mostly, about a hundred jobs a day, shown a day late. Salaries carry neither"
    " currency nor period and are filled in for 10 to 85 % of the jobs, so they are never averaged."
    " Tags are noisy.",
    scope="newest",
    cadence_days=1,
    hosts=("remoteok.com",),
    budget=Budget(seconds_between=10, requests_per_day=12),
    terms=Terms(
        url="https://remoteok.com/api",
        read_on="2026-11-24",
        found="The notice in the answer asks for a link back, followed, to the job's page and for"
        " Remote OK to be named as the source; its logo may not be used.",
        read_in_full=True,
        allows=True,
    ),
)

CACHE_HOURS = 1  # the answer says so: max-age=3600
ALWAYS = ("id", "epoch", "position", "salary_min", "salary_max", "tags")
# Added below each text, with a new word and the coded address of the machine that asked.
FOOTER = re.compile(r"\s*Please mention the word \*\*.*", re.DOTALL)
# Letters, marks and emoji in UTF-8, each byte shown as a letter of Latin-1. Letters of any script
# are told by a byte from 80 to 9F in their run, a control that no text holds.
DOUBLED = re.compile("[\u00c2\u00c3][\u0080-\u00bf]|(?:\u00e2|\u00f0\u009f)[\u0080-\u00bf]{2}")
LEADS = ("[\u00c2-\u00df]", "[\u00e0-\u00ef][\u0080-\u00bf]", "[\u00f0-\u00f4][\u0080-\u00bf]{2}")
PART = "(?:[\u00e0-\u00f4][\u0080-\u00bf]{1,2}\\Z)?"  # of a letter, where a text was cut off
RUN = re.compile(f"(?:(?:{'|'.join(LEADS)})[\u0080-\u00bf])+{PART}")
CONTROL = re.compile("[\u0080-\u009f]")


def extract(ask: Ask) -> Iterator[Payload]:
    """Ask for the one answer there is."""
    yield from whole_board(ask, "https://remoteok.com/api", "jobs.json", CACHE_HOURS)


def normalise(body: bytes, capture: Capture) -> Iterator[dict[str, Any] | Reject]:
    """Yield one listing per job."""
    records = records_at(json_body(body), "jobs")
    jobs = [record for record in records if not _is_notice(record)]
    yield from rows(located(jobs, ALWAYS, "job"), _row)


def _is_notice(record: Any) -> bool:
    return isinstance(record, Mapping) and "legal" in record and "id" not in record


def _row(record: dict[str, Any]) -> dict[str, Any]:
    native_id = identity(record, "id")
    record = record | {key: _repaired(record.get(key)) for key in ("position", "description")}
    low, high = amount(record, "salary_min"), amount(record, "salary_max")
    return pay(low, high) | {
        "native_id": native_id,
        "side": "demand",
        "posted_at": unix_seconds(need(record, "epoch", (int, float))),
        "posted_precision": "second",
        "title": label(record, "position"),
        "text": FOOTER.sub("", text(record, "description") or "") or None,
        "skills": labels(record, "tags") or None,
        "remote": True,
        "url": page_address(record, "url"),
    }


def _repaired(value: Any) -> Any:
    """Undo UTF-8 that was read as Latin-1, and line ends that were written out.

    >>> _repaired("Acme\u00c2\u00ae na\u00efve")
    'Acme® naïve'
    """
    if not isinstance(value, str):
        return value
    return RUN.sub(_read_again, value).replace("\\n", "\n")


def _read_again(run: re.Match[str]) -> str:
    if CONTROL.search(run[0]):
        try:
            # A text cut off within a letter loses the rest of it.
            is_end = run.end() == len(run.string)
            return codecs.utf_8_decode(run[0].encode("latin-1"), "strict", not is_end)[0]
        except UnicodeDecodeError:
            pass  # not all of it is UTF-8
    return DOUBLED.sub(lambda match: match[0].encode("latin-1").decode(), run[0])
