/*
grain = "One row per kind of mention (generic AI, generative AI), source, period, capture, family and niche: listings that mention it (k) of all with a text (n)."
*/
with cells as (
    select
        source_id, platform, scope, side, period_start, grain, capture, flags,
        coalesce(family, '*') as family, coalesce(niche, '*') as niche,
        count(*) filter (where ai_mention) as ai_mentions,
        count(*) filter (where genai_mention) as genai_mentions,
        count(*) as n
    from mart_sightings
    where ai_mention is not null and scope <> 'sample'
    group by grouping sets (
        (source_id, platform, scope, side, period_start, grain, capture, flags),
        (source_id, platform, scope, side, period_start, grain, capture, flags, family),
        (source_id, platform, scope, side, period_start, grain, capture, flags, family, niche)
    )
)
select
    'ai_mention' as measure, source_id, platform, scope, side, period_start, grain, capture,
    flags, family, niche, '' as dims, ai_mentions as k, n
from cells
union all
select
    'genai_mention' as measure, source_id, platform, scope, side, period_start, grain, capture,
    flags, family, niche, '' as dims, genai_mentions as k, n
from cells
