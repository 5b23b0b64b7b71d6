/*
title = "Online Labour Index"
unit = "index points, all groups in May 2016 = 100"
question = "How much work was posted on the large English-language platforms?"
method = "Published by its producers: new vacancies a day, monthly mean, by occupation group."
caveat = "Ended in 2024. March and April 2022 are an artefact of a platform; microwork breaks in March 2021. Postings, not hires; no interval is published."
pages = ["overview"]
dims = ["occupation_group"]
stats = ["index"]
*/
select
    'index' as stat, source_id, platform, 'demand' as side, geo,
    cast(period_start as date) as period_start, grain, '*' as family, '*' as niche, dims,
    n, value, cast(null as double) as lo, cast(null as double) as hi,
    'the producer publishes no interval' as reason,
    concat_ws(';', 'reference', nullif(flags, '')) as flags
from core_series
join ref_sources using (source_id)
where source_id = 'oli' and series_id = 'oli_level'
