/*
title = "Median advertised fixed budget on Upwork, weekly"
unit = "US dollars per project"
question = "What do Upwork clients offer for a whole project now?"
method = "Published weekly by the SnipeWork Upwork Market Index (CC BY 4.0), by Upwork category."
caveat = "Coverage of Upwork is not published by the producer. Postings, not hires."
pages = ["pricing"]
dims = []
stats = ["median"]
decimals = 0
*/
select
    'median' as stat, s.source_id, r.platform, 'demand' as side, s.geo,
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
where s.source_id = 'snipework' and s.series_id in ('median_fixed_usd', 'category_median_fixed_usd')
    and (s.dims = '' or c.family is not null)
