/*
title = "Fiverr's own totals"
unit = "buyers in millions, US dollars per buyer, or US dollars in millions, by series"
question = "How large is the platform itself?"
method = "Company filings, through a third party."
caveat = "Cited figures, not checked against the filings; the last row covers twelve trailing months."
pages = ["sources"]
dims = ["series"]
stats = ["mean", "total"]
decimals = 2
*/
select
    case when series_id = 'spend_per_buyer_usd' then 'mean' else 'total' end as stat, source_id, platform, 'both' as side, geo,
    cast(period_start as date) as period_start, grain, '*' as family, '*' as niche,
    concat('series=', series_id) as dims, cast(null as bigint) as n, value,
    cast(null as double) as lo, cast(null as double) as hi,
    'reported totals have no interval' as reason,
    concat_ws(';', 'reference', nullif(flags, '')) as flags
from core_series
join ref_sources using (source_id)
where source_id = 'fiverr_inc'
