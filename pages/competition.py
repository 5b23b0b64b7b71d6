"""How hard is it to win freelance work?"""

from __future__ import annotations

from functools import partial

from pages.parts import charts, headlines, labels, show, timelines
from pages.parts.filters import family_level, row_of
from pages.parts.rows import (
    captures_only, dim, family_names, labelled_by_capture, newest_of_each, relabelled, rows,
)

show.header("competition", "Competition", "How hard is it to win work?")
family, band = row_of(
    ("family", "Kind of work", {"*": "All kinds"} | family_names()),
    ("age", "Age of the listing", labels.AGE_BANDS),
)
edition, colours, today = show.edition(), show.colours(), show.today()
get, level = partial(rows, edition), family_level(family)
dots = partial(charts.dots, colours=colours, tick_format=".0%")
aged = f"of listings {labels.AGE_BANDS[band]} old with 20 or more proposals"
both = ("Both days", "All captures")

crowd = get("proposals_20_plus", family=family, captures=True, dims=(f"age_band={band}",))
crowd = labelled_by_capture(crowd, whole="Whole period", source_id="upwork_search")
said = headlines.agreement(captures_only(crowd), f"the share {aged}")
note = "The interval of the whole period spans what the two days disagree on."
show.figure("days", "proposals_20_plus", crowd, said, dots(crowd, ranked=False), note=note)
