/*
title = "US job postings"
unit = "index, 1 February 2020 = 100, seasonally adjusted"
question = "How is the whole job market doing meanwhile?"
method = "Published daily by Indeed Hiring Lab; mean of the days of a month."
caveat = "All employment on one job board in the United States, not freelance work."
pages = ["overview"]
dims = ["variable"]
stats = ["index"]
*/
select
    'index' as stat, source_id, platform, 'demand' as side, geo,
    cast(date_trunc('month', period_start) as date) as period_start, 'month' as grain,
    '*' as family, '*' as niche, dims, cast(null as bigint) as n,
    avg(value) as value, cast(null as double) as lo, cast(null as double) as hi,
    'the producer publishes no interval' as reason,
    concat_ws(';', 'reference', case
        when count(value) < extract(day from last_day(cast(min(period_start) as date))) then 'partial'
    end) as flags
from core_series
join ref_sources using (source_id)
where source_id = 'indeed' and series_id = 'postings_index_sa'
group by source_id, platform, geo, dims, cast(date_trunc('month', period_start) as date)
