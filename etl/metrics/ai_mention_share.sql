/*
title = "Listings that mention AI in general terms"
unit = "share of listings with a text (0-1)"
question = "How often does AI in general (machine learning, computer vision, chatbots) come up in listings?"
method = "Dictionary of terms with negation (data/reference/ai_terms.csv); Wilson intervals, widened by what several captures disagree on."
caveat = "Terms of generative AI (ChatGPT, LLM, Midjourney) are a series of their own: a listing that names only those is not counted here. A mention is not AI work. Sources with bare titles give lower bounds; selected queries say nothing about a market."
pages = ["overview"]
dims = ["capture"]
stats = ["share"]
decimals = 3
*/
select
    'share' as stat, e.source_id, e.platform, e.side, '*' as geo, period_start, grain, family,
    niche, case when capture = '' then '' else concat('capture=', capture) end as dims,
    n, value, lo, hi,
    concat_ws(';', nullif(flags, ''), case when r.title_only then 'title_only' end) as flags
from est_shares as e
join ref_sources as r on r.source_id = e.source_id
where measure = 'ai_mention'
