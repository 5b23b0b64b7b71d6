/*
title = "Freelancers listed"
unit = "freelancers in the directory"
question = "How many freelancers offer this work?"
method = "Counted by the platform's directory on the day asked, by family of skills."
caveat = "Listed is not active. A freelancer counts in every family of which they list a skill."
pages = ["competition"]
dims = []
stats = ["count"]
decimals = 0
filled_by = "OBSERVATORY_SOURCES=freelancer python -m etl backfill freelancer --since 2015-01"
*/
select
    'count' as stat, source_id, platform, 'supply' as side, geo,
    cast(period_start as date) as period_start, 'snapshot' as grain,
    coalesce(nullif(replace(dims, 'family=', ''), ''), '*') as family, '*' as niche, '' as dims,
    n, value, cast(null as double) as lo, cast(null as double) as hi,
    'a count has no sampling interval' as reason, flags
from core_series
join ref_sources using (source_id)
where source_id = 'freelancer_counts' and series_id = 'freelancers_listed'
