"""Which AI services are emerging?"""

from __future__ import annotations

from functools import partial

import polars as pl

from pages.parts import charts, labels, show, verdicts
from pages.parts.rows import dim, newest_of_each, relabelled, rows, titles, with_source, with_text

show.header("new_services", "New services", "Which services are new, which grow, which fade?")
show.gap(
    "A service can be dated only where text of consecutive months was collected. Until live"
    " sources have run for a year, most AI services here are present or absent, not dated."
)
edition, colours = show.edition(), show.colours()
get = partial(rows, edition)

staged = verdicts.services(get("ai_service_stage"))
words = with_source(staged.filter(pl.col("basis") == "series"), edition)
said = verdicts.staged(words)
chart = charts.dots(words, colours, log=True, series="said")
note = (
    "Drawn: growth of the quarter, of published keyword shares on Hacker News; posters are not"
    " known. A stage also weighs the growth of the year: it stands in the table below."
)
show.figure("series", "ai_service_stage", words, said, chart, note=note)

board = verdicts.board(staged, get("ai_service_stage"), titles(edition))
show.table("board", board, "Every service that was looked for or found, by source")

sold = dim(get("ai_service_share", stat="found"), "ai_service")
sold = relabelled(with_source(with_text(newest_of_each(sold)), edition), "ai_service",
                  labels.titles("ai_service"))  # fmt: skip
said = verdicts.by_source(sold, "is the AI service found most")
chart = charts.dots(sold, colours, tick_format=".1%", series="source")
note = "As read, not corrected: for most services the reader's errors could not be measured."
show.figure("services", "ai_service_share", sold, said, chart, note=note)
