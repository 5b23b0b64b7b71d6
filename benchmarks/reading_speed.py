"""How fast listings are read: all labels of full listings, end to end, against one at a time.

`python -m benchmarks.reading_speed [LISTINGS]` makes listings of about 1,000 characters from words
of its own, reads them through the door that `build` and `classify` use, then some
of them one by one, in the same run; and prints the memory of a run ten times as long.
"""

from __future__ import annotations

import random
import resource
import sys
import time
from collections.abc import Iterator

import polars as pl

from etl import edition, scoring
from etl.console import say
from models import _reading

TEXT = (
    "we need a writer developer designer for our shop website app with ai chatgpt agent logo data"
    " entry translation from english to german experience required python react wordpress seo video"
    " editing urgent original content please send samples budget weekly meeting strategy report and"
    " the of to in is that it on you this be are have will can your project team long part time"
)
WORDS = TEXT.split()
CHARACTERS = 1_000


def listings(count: int, seed: int = 0) -> Iterator[pl.DataFrame]:
    """Yield batches of invented listings: a title of six words, a text of CHARACTERS."""
    chance = random.Random(seed)
    for first in range(0, count, scoring.BATCH):
        size = min(scoring.BATCH, count - first)
        rows = []
        for number in range(first, first + size):
            words = chance.choices(WORDS, k=CHARACTERS // 6)
            rows.append((" ".join(words[:6]), f"{' '.join(words)} {number}", "demand"))
        yield pl.DataFrame(rows, schema=["title", "text", "side"], orient="row")


def main(count: int) -> None:
    """Print listings per second, and the largest memory of this process."""
    pipelines = scoring.opened(edition.current()[0].models())
    made = list(listings(count))
    begin = time.perf_counter()
    read = sum(found.height for _, found in scoring.readings(made, pipelines))
    many = read / (time.perf_counter() - begin)
    begin, some = time.perf_counter(), made[0].head(200)
    for row in range(some.height):
        _reading.read(some[row], pipelines)
    single = some.height / (time.perf_counter() - begin)
    say(f"{read:,} listings of {CHARACTERS:,} characters, every label: {many:,.0f} a second")
    say(f"one at a time: {single:,.0f} a second, {many / single:,.0f} times slower")
    del made
    begin = time.perf_counter()
    read = sum(found.height for _, found in scoring.readings(listings(10 * count), pipelines))
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    say(f"{read:,} listings made and read in {time.perf_counter() - begin:,.0f} s")
    say(f"largest memory: {used:.2f} GiB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
