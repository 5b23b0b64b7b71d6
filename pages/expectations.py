"""What do clients now ask for?"""

from __future__ import annotations

from functools import partial

from pages.parts import charts, labels, show, verdicts
from pages.parts.filters import row_of
from pages.parts.rows import newest_of_each, relabelled, rows, with_source, with_text

show.header(
    "expectations", "Expectations", "What do clients ask for: AI, human work, originality, skills?"
)
show.gap(
    "Whether such demands grow cannot be told yet: no source of freelance work holds the full text"
    " of listings over consecutive months. Shown is how often each is asked for in the newest"
    " period of a source."
)
(family,) = row_of("family")
edition, colours = show.edition(), show.colours()
get = partial(rows, edition)

for stat, key, note in (
    ("share", "corrected", "Corrected for the errors of our reader, measured on listings labelled"
     " by hand; where those were too few the share is withheld and only the figure below has it."),
    ("found", "as read", "Not corrected: rare demands are missed or mistaken at a rate that could"
     " not be measured."),
):  # fmt: skip
    asked = get("expectation_share", stat=stat, family=family)
    asked = with_source(with_text(newest_of_each(asked)), edition)
    asked = relabelled(verdicts.marked(asked), "mark", labels.expectations())
    said = f"{key.capitalize()}. {verdicts.by_source(asked, 'is asked for most')}"
    chart = charts.dots(asked, colours, tick_format=".0%", series="source", ranked=False)
    show.figure(key, "expectation_share", asked, said, chart, note=note)
