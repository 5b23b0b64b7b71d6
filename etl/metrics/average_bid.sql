/*
title = "Average bid per project"
unit = "US dollars; per hour for hourly projects"
question = "What do freelancers ask for when they bid?"
method = "Quantiles over projects of the average of the bids each received, as the platform shows it; order-statistic intervals, by windows of time where projects were sampled by them."
caveat = "What bidders ask, not what clients advertise or pay. An average of the bids so far, of any number of them."
pages = ["pricing"]
dims = ["capture", "pricing_type"]
stats = ["p10", "p25", "median", "p75", "p90"]
filled_by = "OBSERVATORY_SOURCES=freelancer python -m etl backfill freelancer --since 2015-01"
*/
select
    stat, source_id, platform, side, '*' as geo, period_start, grain, family, niche,
    case when capture = '' then dims else concat('capture=', capture, ';', dims) end as dims,
    n, value, lo, hi, reason, flags
from est_quantiles
where measure = 'average_bid'
