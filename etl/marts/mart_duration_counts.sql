/*
grain = "One row per source, period, capture, family, niche and requested duration: listings that ask for it (k) of those that name a duration within one bracket (n)."
*/
with durations as (
    select
        *,
        case
            when duration_days_high <= 30 then '0-30d'
            when duration_days_low >= 30 and duration_days_high <= 90 then '30-90d'
            when duration_days_low >= 90 and duration_days_high <= 180 then '90-180d'
            when duration_days_low >= 180 then '180d+'
        end as duration
    from mart_sightings
    where duration_days_low is not null
),
cells as (
    select
        source_id, platform, scope, side, period_start, grain, capture, flags,
        coalesce(family, '*') as family, coalesce(niche, '*') as niche, duration, count(*) as k
    from durations
    where duration is not null
    group by grouping sets (
        (source_id, platform, scope, side, period_start, grain, capture, flags, duration),
        (source_id, platform, scope, side, period_start, grain, capture, flags, duration, family),
        (source_id, platform, scope, side, period_start, grain, capture, flags, duration, family, niche)
    )
)
select
    'requested_duration' as measure, source_id, platform, scope, side, period_start, grain,
    capture, flags, family, niche, concat('duration=', duration) as dims, k,
    cast(sum(k) over (
        partition by source_id, side, period_start, capture, family, niche
    ) as bigint) as n
from cells
