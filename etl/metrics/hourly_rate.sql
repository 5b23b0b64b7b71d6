/*
title = "Advertised hourly rate"
unit = "US dollars per hour"
question = "What do clients offer per hour?"
method = "Quantiles of the midpoints of advertised hourly ranges; order-statistic intervals, widened by what several captures disagree on, and by windows of time where listings were sampled by them."
caveat = "Advertised, not agreed or paid. Many clients leave the platform's suggested range."
pages = ["overview", "pricing"]
dims = ["capture"]
stats = ["p10", "p25", "median", "p75", "p90"]
filled_by = "OBSERVATORY_SOURCES=freelancer python -m etl backfill freelancer --since 2015-01"
*/
select
    stat, source_id, platform, side, '*' as geo, period_start, grain, family, niche,
    case when capture = '' then '' else concat('capture=', capture) end as dims,
    n, value, lo, hi, reason, flags
from est_quantiles
where measure = 'hourly_rate'
