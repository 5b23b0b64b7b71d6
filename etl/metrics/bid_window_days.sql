/*
title = "Days left to bid"
unit = "days"
question = "How long do clients leave a listing open for bids?"
method = "Quantiles of the days left at the time of capture; order-statistic intervals, widened by what several captures disagree on."
caveat = "One selected query; days left when seen, so shorter than the whole window. Each capture on its own: over several, a listing's last sighting would be too short."
pages = ["turnaround"]
dims = ["capture"]
stats = ["p10", "p25", "median", "p75", "p90"]
*/
select
    stat, source_id, platform, side, '*' as geo, period_start, grain, family, niche,
    case when capture = '' then '' else concat('capture=', capture) end as dims,
    n, value, lo, hi, reason, flags
from est_quantiles
where measure = 'days_left' and (capture <> '' or flags like '%single_snapshot%')
