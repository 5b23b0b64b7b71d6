/*
title = "Hacker News hiring posts that name an AI term"
unit = "share of hiring posts of the month (0-1)"
question = "Which AI terms do hiring companies name?"
method = "Published counts of a public repository: posts of 'Who is hiring?' that match a term, over all posts; interval: Wilson on the month's posts."
caveat = "One community of software companies, mostly employment. A mention is not AI work."
pages = ["overview"]
dims = ["keyword"]
stats = ["share"]
decimals = 3
*/
with volume as (
    select period_start, value as posts from core_series
    where source_id = 'hn_counts' and series_id = 'hiring_posts'
),
shares as (
    select s.*, s.value / 100 as p, v.posts, 1.959964 * 1.959964 as z2
    from core_series as s
    join volume as v on v.period_start = s.period_start
    where s.source_id = 'hn_counts' and s.series_id = 'keyword_share_pct' and v.posts > 0
        and s.dims in ('keyword=llm', 'keyword=genai', 'keyword=prompt_eng', 'keyword=agentic',
            'keyword=machine_learning', 'keyword=openai', 'keyword=rag')
),
intervals as (
    select
        *,
        (p + z2 / (2 * posts)) / (1 + z2 / posts) as centre,
        sqrt(z2 * (p * (1 - p) / posts + z2 / (4 * posts * posts))) / (1 + z2 / posts) as half
    from shares
)
select
    'share' as stat, source_id, platform, 'demand' as side, geo,
    cast(period_start as date) as period_start, grain, '*' as family, '*' as niche, dims,
    cast(null as bigint) as n, p as value,
    greatest(0, least(p, centre - half)) as lo, least(1, greatest(p, centre + half)) as hi,
    concat_ws(';', 'reference', nullif(flags, '')) as flags
from intervals
join ref_sources using (source_id)
