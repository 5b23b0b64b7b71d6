"""Which categories has AI changed?"""

from __future__ import annotations

from functools import partial

import polars as pl

from pages.parts import charts, labels, shocks, show, verdicts
from pages.parts.filters import row_of
from pages.parts.rows import dim, newest_of_each, relabelled, rows, with_source, with_text

AMONG = "of the relations with enough listings"
PRICES = {
    "hourly_rate_by_ai_relation": f"is offered the highest median rate {AMONG}",
    "fixed_budget_by_ai_relation": f"is offered the highest median budget {AMONG}",
    "gig_start_price_by_ai_relation": "starts at the highest median price",
    "bids_by_ai_relation": "draws most bids",
}
show.header("ai_impact", "AI impact", "Which kinds of work has AI changed, and how sure is that?")
show.gap(
    "What AI did to demand and prices cannot be told from listings that begin after it came."
    " Shown is what published measures and the listings themselves say of each kind of work, and"
    " what work with AI is offered beside other work."
)
(family,) = row_of("family")
edition, colours = show.edition(), show.colours()
get = partial(rows, edition)

niches = verdicts.exposure(get("niche_exposure", by="all"))
chosen = niches.filter(pl.col("family") == family) if family != "*" else niches
told = chosen.filter(pl.col("said").is_in(verdicts.TOLD)) if family == "*" else chosen
said = verdicts.exposed(chosen)
named = relabelled(told, "said", verdicts.CLASSES, into="class")
chart = charts.dots(named, colours, series="class", ranked=False)
note = (
    "The whiskers span the published measures; they are no 95 % interval. Shown are the niches on"
    " which at least two kinds of evidence agree; choose a kind of work to see all of its niches."
)
show.figure("exposure", "niche_exposure", named, said, chart, note=note)

SOURCES = "Newest period of each source; sources differ in scope and are never ranked."
READ = {  # label → the level a headline names, what it says of it, whether titles tell enough
    "ai_relation": ("ai_build", "builds AI", False),
    "substitutability": ("substitutable", "reads replaceable by a tool", True),
}
for label, (level, what, titles_tell) in READ.items():
    shares = newest_of_each(dim(get(f"{label}_share", stat="share", family=family), label))
    shares = with_source(shares if titles_tell else with_text(shares), edition, label=True)
    shares = relabelled(shares, label, labels.titles(label), into="part")
    said = verdicts.share_of(shares.filter(pl.col(label) == level), what)
    chart = charts.stacked(shares, colours, parts=list(labels.titles(label).values()))
    show.figure(label, f"{label}_share", shares, said, chart, note=SOURCES)

for metric_id, what in PRICES.items():
    amounts = get(metric_id, stat="median", family=family)
    amounts = amounts.filter(~pl.col("dims").str.contains("currency=PKR"))
    amounts = dim(newest_of_each(amounts), "ai_relation")
    amounts = with_source(relabelled(amounts, "ai_relation", labels.titles("ai_relation")), edition)
    said = verdicts.by_source(amounts, what)
    chart = charts.dots(amounts, colours, series="source", ranked=False)
    show.figure(metric_id, metric_id, amounts, said, chart)

crowd = get("proposals_20_plus_by_ai_relation", dims=("age_band=12-24h",), family=family)
crowd = with_source(newest_of_each(dim(crowd, "ai_relation")), edition)
crowd = relabelled(crowd, "ai_relation", labels.titles("ai_relation"))
said = verdicts.by_source(crowd, "is most often crowded after 12 to 24 hours")
chart = charts.dots(crowd, colours, tick_format=".0%", series="source", ranked=False)
show.figure("crowd", "proposals_20_plus_by_ai_relation", crowd, said, chart)

show.figures(shocks.figures(edition, colours, show.today(), "chatgpt"))
