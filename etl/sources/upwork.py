"""Upwork jobs from a person's own API answers: exact applicants, prices, durations.

Nothing is asked over the network: the API needs a key that Upwork approves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from etl.contracts import Capture, Reject, Source, SourceChanged, Terms
from etl.parse.dates import parse_timestamp
from etl.sources._api import json_body, located
from etl.sources._listing import LICENCE, rows
from etl.sources._pages import inner
from etl.sources._upwork import newest_post
from etl.sources._upwork_nodes import job, posted_at

SOURCE = Source(
    id="upwork",
    title="Upwork: job search answers of the API",
    publisher="Upwork clients",
    platform="upwork",
    kind="listing",
    url="https://www.upwork.com/nx/search/jobs/",
    licence=LICENCE,
    licence_url="https://www.upwork.com/legal",
    citation="Upwork job search answers exported by the holder of an API key",
    caveat="One person's own queries. Upwork's help page says that data from its API may be stored"
    " for at most 24 hours: delete the import and its edition after a day; no history may be built"
    " from it.",
    scope="query",
    republish_rows=False,
    terms=Terms(
        url="https://www.upwork.com/legal",
        read_on="2026-11-23",
        found="A copy of the help page says that cached data may only be stored for up to 24"
        " hours; the API terms themselves could not be read. Answers are only imported.",
        read_in_full=False,
    ),
)

DEEPEST = 8  # levels of a GraphQL answer above its list of jobs
TILE = ("jobType", "hourlyBudgetMin", "fixedPriceAmount", "totalApplicants", "publishTime")


def normalise(body: bytes, capture: Capture) -> Iterator[dict[str, Any] | Reject]:
    """Yield one listing per job of an answer, or of a bare list of its nodes."""
    nodes = _nodes(json_body(body))
    if any("jobTile" in node for node in nodes if isinstance(node, Mapping)):
        tiles = [inner(node, "jobTile", "job") for node in nodes]
        list(located(tiles, TILE, "jobTile"))  # a renamed key must not read as "not known"
    seen = newest_post(map(_time, nodes), capture)
    yield from rows(located(nodes, ("id", "title"), "node"), lambda node: job(node) | seen)


def _nodes(answer: Any) -> list[Any]:
    """Return the jobs of an answer: a bare list, or the nodes of the first list of edges in it."""
    if isinstance(answer, list):
        return answer
    level = [answer]
    for _ in range(DEEPEST):
        level = [part for part in level if isinstance(part, Mapping)]
        for part in level:
            if isinstance(part.get("edges"), list):
                return [inner(edge, "node") for edge in part["edges"]]
            if isinstance(part.get("results"), list):
                return part["results"]
        level = [value for part in level for value in part.values()]
    raise SourceChanged("no list of jobs in the answer")


def _time(node: Any) -> datetime | None:
    try:
        return (parse_timestamp(posted_at(node)) or (None, ""))[0]
    except ValueError:
        return None  # the row itself is refused with the reason
