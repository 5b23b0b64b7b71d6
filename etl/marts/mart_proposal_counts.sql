/*
grain = "One row per source, period, capture, family, niche and listing age, and one more per AI relation and age: listings with 20 or more proposals (k) of those with a proposals bracket (n)."
*/
select
    'proposals_20_plus' as measure, source_id, platform, scope, side, period_start, grain, capture,
    flags, coalesce(family, '*') as family, coalesce(niche, '*') as niche,
    case when age_band is null then '' else concat('age_band=', age_band) end as dims,
    count(*) filter (where proposals_low >= 20) as k,
    count(*) as n
from mart_sightings
where proposals_low is not null
group by grouping sets (
    (source_id, platform, scope, side, period_start, grain, capture, flags),
    (source_id, platform, scope, side, period_start, grain, capture, flags, age_band),
    (source_id, platform, scope, side, period_start, grain, capture, flags, family),
    (source_id, platform, scope, side, period_start, grain, capture, flags, family, age_band),
    (source_id, platform, scope, side, period_start, grain, capture, flags, family, niche)
)
having grouping(age_band) = 1 or age_band is not null
union all
select
    'proposals_20_plus_by_ai' as measure, source_id, platform, scope, side, period_start, grain,
    capture, flags, coalesce(family, '*') as family, '*' as niche,
    concat('age_band=', age_band, ';ai_relation=', ai_relation) as dims,
    count(*) filter (where proposals_low >= 20) as k,
    count(*) as n
from mart_sightings
where proposals_low is not null and age_band is not null and ai_relation is not null
group by grouping sets (
    (source_id, platform, scope, side, period_start, grain, capture, flags, age_band, ai_relation),
    (
        source_id, platform, scope, side, period_start, grain, capture, flags, family, age_band,
        ai_relation
    )
)
