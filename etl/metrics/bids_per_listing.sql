/*
title = "Bids per listing"
unit = "bids"
question = "How many freelancers bid for a listing?"
method = "Quantiles of exact bid counts at the time of capture; order-statistic intervals, widened by what several captures disagree on, and by windows of time where listings were sampled by them."
caveat = "As counted when a listing was last seen: an open one will still collect bids, one sampled long after posting will not, so the two are not compared. One selected query where the source says so."
pages = ["competition"]
dims = ["capture"]
stats = ["p10", "p25", "median", "p75", "p90"]
filled_by = "OBSERVATORY_SOURCES=freelancer python -m etl backfill freelancer --since 2015-01"
*/
select
    stat, source_id, platform, side, '*' as geo, period_start, grain, family, niche,
    case when capture = '' then '' else concat('capture=', capture) end as dims,
    n, value, lo, hi, reason, flags
from est_quantiles
where measure = 'bids'
