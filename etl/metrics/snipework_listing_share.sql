/*
title = "Share of Upwork listings, weekly"
unit = "share of the listings scanned in the week (0-1)"
question = "Which kinds of work are posted on Upwork now?"
method = "Published weekly by the SnipeWork Upwork Market Index (CC BY 4.0), by Upwork category."
caveat = "Coverage of Upwork is not published by the producer. Postings, not hires."
pages = ["overview"]
dims = []
stats = ["share"]
decimals = 3
*/
select
    'share' as stat, s.source_id, r.platform, 'demand' as side, s.geo,
    cast(s.period_start as date) as period_start, s.grain,
    coalesce(c.family, '*') as family, '*' as niche, '' as dims,
    cast(null as bigint) as n, s.value,
    cast(null as double) as lo, cast(null as double) as hi,
    'the producer publishes no interval' as reason,
    concat_ws(';', 'reference', nullif(s.flags, '')) as flags
from core_series as s
join ref_sources as r on r.source_id = s.source_id
left join ref_crosswalk as c
    on c.crosswalk = 'snipework' and concat('category=', c.label) = s.dims
where s.source_id = 'snipework' and s.series_id in ('category_share')
    and (s.dims = '' or c.family is not null)
