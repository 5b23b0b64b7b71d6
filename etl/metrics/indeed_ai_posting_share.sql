/*
title = "Job postings that mention AI"
unit = "share of a country's job postings (0-1)"
question = "How often do employers mention AI?"
method = "Published daily by Indeed Hiring Lab; mean of the days of a month."
caveat = "All employment on one job board, not freelance work. A mention is not an AI job: about half of the postings that mention AI build or use it."
pages = ["overview"]
dims = []
stats = ["mean"]
decimals = 4
*/
select
    'mean' as stat, source_id, platform, 'demand' as side, geo,
    cast(date_trunc('month', period_start) as date) as period_start, 'month' as grain,
    '*' as family, '*' as niche, '' as dims, cast(null as bigint) as n,
    avg(value) / 100 as value, cast(null as double) as lo, cast(null as double) as hi,
    'the producer publishes no interval' as reason,
    concat_ws(';', 'reference', case
        when count(value) < extract(day from last_day(cast(min(period_start) as date))) then 'partial'
    end) as flags
from core_series
join ref_sources using (source_id)
where source_id = 'indeed' and series_id = 'ai_posting_share_pct'
group by source_id, platform, geo, cast(date_trunc('month', period_start) as date)
