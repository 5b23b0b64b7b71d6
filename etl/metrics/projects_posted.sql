/*
title = "Projects posted"
unit = "projects per month"
question = "How much work is posted on the platform?"
method = "Counted by the platform's own search, one count per month and family, after the month was over. A count, not a sample: it has no interval."
caveat = "Projects deleted since are missing, more of them the older the month. A project counts in every family of which it carries a skill (of web work the 560 with the shortest names), so families do not add up to the whole. Postings, not hires."
pages = ["competition"]
dims = []
stats = ["count"]
decimals = 0
filled_by = "OBSERVATORY_SOURCES=freelancer python -m etl backfill freelancer --since 2015-01"
*/
select
    'count' as stat, source_id, platform, 'demand' as side, geo,
    cast(period_start as date) as period_start, grain,
    coalesce(nullif(replace(dims, 'family=', ''), ''), '*') as family, '*' as niche, '' as dims,
    n, value, cast(null as double) as lo, cast(null as double) as hi,
    'a count has no sampling interval' as reason, flags
from core_series
join ref_sources using (source_id)
where source_id = 'freelancer_counts' and series_id = 'projects_posted'
