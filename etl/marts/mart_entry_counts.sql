/*
grain = "One row per source, period, capture, family and niche: listings open to entry level (k) of those that name an experience level (n)."
*/
select
    'entry_level' as measure, source_id, platform, scope, side, period_start, grain, capture,
    flags, coalesce(family, '*') as family, coalesce(niche, '*') as niche, '' as dims,
    count(*) filter (where experience_level = 'entry') as k,
    count(*) as n
from mart_sightings
where experience_level is not null
group by grouping sets (
    (source_id, platform, scope, side, period_start, grain, capture, flags),
    (source_id, platform, scope, side, period_start, grain, capture, flags, family),
    (source_id, platform, scope, side, period_start, grain, capture, flags, family, niche)
)
