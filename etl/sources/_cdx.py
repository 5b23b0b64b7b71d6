"""The index of Common Crawl: its crawls, and where the captures of a prefix lie in the archive.

Answers are NDJSON, all values text; older crawls carry fewer keys; no match is a 404. Crawls
before 2013 are ARC files, which are left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from etl.asking import Ask
from etl.contracts import SourceChanged
from etl.sources._api import address, json_body, records_at

CRAWLS = "https://index.commoncrawl.org/collinfo.json"
CRAWL = re.compile(r"CC-MAIN-20[0-9]{2}(?:-[0-9]{2,4})?")
MOST_PAGES = 3  # of the index per prefix and crawl, about 15,000 captures each
MOST_RECORD_BYTES = 32 << 20
QUERY = (("output", "json"), ("filter", "=status:200"), ("filter", "mime:.*html.*"))
HTML = ("text/html", "application/xhtml+xml")
FORMS = {
    "urlkey": re.compile(r"\S{1,2000}"),
    "timestamp": re.compile(r"[0-9]{14}"),
    "url": re.compile(r"https?://\S+"),
    "digest": re.compile(r"\w{1,80}"),
    "offset": re.compile(r"[0-9]{1,15}"),
    "length": re.compile(r"[0-9]{1,9}"),
    "filename": re.compile(r"crawl-data/(?!.*\.\.)[\w./=-]+\.warc\.gz"),
}

Line = Mapping[str, Any]
T = TypeVar("T")


def crawls(ask: Ask, since: date) -> list[str]:
    """Return the ids of the crawls that ended on a day or later, as listed: newest first."""
    records = [r for r in records_at(json_body(ask.get(CRAWLS).body)) if isinstance(r, Mapping)]
    found = [record for record in records if CRAWL.fullmatch(str(record.get("id")))]
    if not found:
        raise SourceChanged("no crawl in the list of crawls")
    return [record["id"] for record in found if _ended(record) >= since.isoformat()]


def _ended(crawl: Mapping[str, Any]) -> str:
    """Return the day a crawl ended; where it is not told, the end of its year."""
    day = str(crawl.get("to"))[:10]
    return day if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", day) else f"{crawl['id'][8:12]}-12-31"


def captures(ask: Ask, crawl: str, prefix: str) -> Iterator[Line]:
    """Yield the index lines of a crawl's captures below a prefix that are whole and web pages."""
    index = f"https://index.commoncrawl.org/{crawl}-index"
    query = [("url", prefix), *QUERY]
    count = ask.get(address(index, [*query, ("showNumPages", "true")]), missing_ok=True)
    for page in spread(range(_page_count(count.body)), MOST_PAGES):
        answer = ask.get(address(index, [*query, ("page", page)]), missing_ok=True)
        lines = list(index_lines(answer.body))
        if lines and not any(FORMS.keys() <= line.keys() for line in lines):
            raise SourceChanged("the index answered with other keys than it did")
        yield from filter(_is_page, lines)


def _page_count(body: bytes) -> int:
    if not body.strip():
        return 0
    answer = json_body(body)
    count = answer.get("pages") if isinstance(answer, Mapping) else answer
    if not isinstance(count, int):
        raise SourceChanged("the index no longer says how many pages its answer has")
    return count


def index_lines(body: bytes) -> Iterator[Line]:
    """Yield what each line holds; an empty record for a line that is no object."""
    for line in body.splitlines():
        if line.strip():
            try:
                value = json.loads(line)
            except (ValueError, RecursionError):
                value = None
            yield value if isinstance(value, Mapping) else {}


def _is_page(line: Line) -> bool:
    fits = all(form.fullmatch(str(line.get(key))) for key, form in FORMS.items())
    return (
        fits
        and line.get("status") == "200"
        and (line.get("mime-detected") or line.get("mime")) in HTML
        and 0 < int(line["length"]) <= MOST_RECORD_BYTES
    )


def distinct(lines: Iterable[Line]) -> list[Line]:
    """Return one line per address and per content, sorted by the hash of the content."""
    urls: set[str] = set()
    digests: set[str] = set()
    found = []
    for line in sorted(lines, key=lambda line: (line["digest"], line["urlkey"], line["timestamp"])):
        if line["url"] not in urls and line["digest"] not in digests:
            found.append(line)
        urls.add(line["url"])
        digests.add(line["digest"])
    return found


def spread(items: Sequence[T], most: int) -> list[T]:
    """Return at most so many items, evenly spread.

    >>> spread(range(10), 3), spread("ab", 3)
    ([0, 3, 6], ['a', 'b'])
    """
    if len(items) <= most:
        return list(items)
    return [items[number * len(items) // most] for number in range(most)]
