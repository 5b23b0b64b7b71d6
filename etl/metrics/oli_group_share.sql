/*
title = "Group share of the Online Labour Index"
unit = "share of the six occupation groups without microwork (0-1)"
question = "Which kinds of work gained and lost on the large platforms?"
method = "A group's level over the sum of the six groups' levels in the month; microwork is left out because its coverage breaks in 2021."
caveat = "Ended in 2024. March and April 2022 are an artefact of a platform. A share falls when others grow; no interval is published."
pages = ["overview"]
dims = ["occupation_group"]
stats = ["share"]
decimals = 3
*/
with groups as (
    select * from core_series
    where source_id = 'oli' and series_id = 'oli_level'
        and dims not in ('occupation_group=all', 'occupation_group=microwork')
)
select
    'share' as stat, source_id, platform, 'demand' as side, geo,
    cast(period_start as date) as period_start, grain, '*' as family, '*' as niche, dims,
    cast(null as bigint) as n,
    value / sum(value) over (partition by period_start) as value,
    cast(null as double) as lo, cast(null as double) as hi,
    'the producer publishes no interval' as reason,
    concat_ws(';', 'reference', nullif(flags, '')) as flags
from groups
join ref_sources using (source_id)
