"""Which categories has AI changed?"""

from __future__ import annotations

from functools import partial

import polars as pl

from pages.parts import charts, labels, show, verdicts
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

parts = list(labels.AI_RELATIONS.values())
related = dim(get("ai_relation_share", stat="share", family=family), "ai_relation")
related = with_source(with_text(newest_of_each(related)), edition, label=True)
related = relabelled(related, "ai_relation", labels.AI_RELATIONS, into="part")
work = ("ai_build", "ai_content")
said = verdicts.parts(related, "ai_relation", work, "builds AI or delivers what AI made")
chart = charts.stacked(related, colours, parts=parts)
note = (
    "Newest period of each source that holds full texts. Sources differ in scope: never rank them."
)
show.figure("relation", "ai_relation_share", related, said, chart, note=note)

parts = list(labels.SUBSTITUTABILITY.values())
read = dim(get("substitutability_share", stat="share", family=family), "substitutability")
read = with_source(newest_of_each(read), edition, label=True)
read = relabelled(read, "substitutability", labels.SUBSTITUTABILITY, into="part")
said = verdicts.parts(read, "substitutability", ("substitutable",), "reads replaceable by a tool")
note = "Bare titles read more replaceable than full texts: never compare the two."
chart = charts.stacked(read, colours, parts=parts)
show.figure("work", "substitutability_share", read, said, chart, note=note)

for metric_id, what in PRICES.items():
    amounts = get(metric_id, stat="median", family=family)
    amounts = amounts.filter(~pl.col("dims").str.contains("currency=PKR"))
    amounts = dim(newest_of_each(amounts), "ai_relation")
    amounts = with_source(relabelled(amounts, "ai_relation", labels.AI_RELATIONS), edition)
    said = verdicts.by_source(amounts, what)
    chart = charts.dots(amounts, colours, series="source", ranked=False)
    show.figure(metric_id, metric_id, amounts, said, chart)

crowd = get("proposals_20_plus_by_ai_relation", dims=("age_band=12-24h",), family=family)
crowd = with_source(newest_of_each(dim(crowd, "ai_relation")), edition)
crowd = relabelled(crowd, "ai_relation", labels.AI_RELATIONS)
said = verdicts.by_source(crowd, "is most often crowded after 12 to 24 hours")
chart = charts.dots(crowd, colours, tick_format=".0%", series="source", ranked=False)
show.figure("crowd", "proposals_20_plus_by_ai_relation", crowd, said, chart)
