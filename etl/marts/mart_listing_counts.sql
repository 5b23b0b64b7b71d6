/*
grain = "One row per source, period, capture, family and niche: its listings (k) of all listings there (n). Selected queries and capped pages have counts, never shares; samples drawn by windows have neither."
*/
with cells as (
    select
        source_id, platform, scope, side, period_start, grain, capture, flags,
        coalesce(family, '*') as family, coalesce(niche, '*') as niche, count(*) as k
    from mart_sightings
    where scope <> 'sample'
    group by grouping sets (
        (source_id, platform, scope, side, period_start, grain, capture, flags),
        (source_id, platform, scope, side, period_start, grain, capture, flags, family),
        (source_id, platform, scope, side, period_start, grain, capture, flags, family, niche)
    )
)
select
    'listing_share' as measure, source_id, platform, scope, side, period_start, grain, capture,
    flags, family, niche, '' as dims, k,
    max(case when family = '*' then k end) over (
        partition by source_id, side, period_start, capture
    ) as n
from cells
