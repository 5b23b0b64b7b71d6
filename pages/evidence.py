"""Which common claims about AI and freelancing hold?"""

from __future__ import annotations

from functools import partial

import polars as pl

from pages.parts import answers, labels, show
from pages.parts.rows import dim, rows

show.header("evidence", "Evidence", "Which common claims about AI and freelancing hold?")
show.gap(
    "Every claim is tested on the numbers of this site by a rule written beforehand. Most cannot be"
    " told yet: what would be needed stands beside each. Published findings are cited, not redone."
)
edition = show.edition()
get = partial(rows, edition)

all_rows = get("claim_verdict")
claims = answers.claims(all_rows)
said = answers.counted(claims["verdict"], "common claims")
note = "Tests beside a claim, from another market or on another question, decide nothing."
words = all_rows.filter(pl.col("stat") != "test")
show.board("claims", "claim_verdict", words, said, claims.drop("claim"), note=note)

tested = answers.tests(all_rows, claims)
told = tested.filter(pl.col("says") != answers.CANNOT_TELL).height
said = f"{told} of {tested.height} tests can tell"
own = all_rows.filter(pl.col("stat") == "test")
show.board("tests", "claim_verdict", own, said, tested, note="What each claim was tested by.")

shocks = dim(get("shock_verdict"), "shock", "occupation_group")
shocks = shocks.filter(pl.col("occupation_group").is_not_null())
lines = shocks.sort(pl.col("value_text") == answers.CANNOT_TELL, "shock").select(
    tool=pl.col("shock").replace(labels.SHOCKS),
    work=pl.col("occupation_group").replace(labels.OLI_GROUPS | labels.ALL_GROUPS),
    verdict="value_text",
    why="reason",
)
said = answers.counted(lines["verdict"], "effects of dated AI tools on demand")
note = "Descriptive: with so few groups no probability can reach 5 %."
show.board("shocks", "shock_verdict", shocks, said, lines, note=note)

published = get("published_finding")
found = answers.findings(published, claims)
said = f"{found.height} published findings on {found['claim'].n_unique()} of the claims"
show.board("findings", "published_finding", published, said, found)
