/*
grain = "One row per source, period, capture and proposals bracket: listings whose client interviews (k) of those that show it (n)."
*/
with brackets as (
    select
        *,
        case
            when proposals_high <= 4 then '0-4'
            when proposals_high <= 10 then '5-10'
            when proposals_high <= 15 then '10-15'
            when proposals_high <= 20 then '15-20'
            when proposals_high <= 50 then '20-50'
            when proposals_low >= 50 then '50+'
        end as bracket
    from mart_sightings
    where proposals_low is not null and interviewing is not null
)
select
    'interviewing' as measure, source_id, platform, scope, side, period_start, grain, capture,
    flags, '*' as family, '*' as niche,
    case when grouping(bracket) = 1 then '' else concat('proposals=', bracket) end as dims,
    count(*) filter (where interviewing > 0) as k, count(*) as n
from brackets
group by grouping sets (
    (source_id, platform, scope, side, period_start, grain, capture, flags),
    (source_id, platform, scope, side, period_start, grain, capture, flags, bracket)
)
having grouping(bracket) = 1 or bracket is not null
