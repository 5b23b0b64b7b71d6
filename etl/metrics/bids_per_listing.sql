/*
title = "Bids per listing"
unit = "bids"
question = "How many freelancers bid for a listing?"
method = "Quantiles of exact bid counts at the time of capture; order-statistic intervals, widened by what several captures disagree on."
caveat = "One selected query. Open listings at the time of capture: young ones will still collect bids."
pages = ["competition"]
dims = ["capture"]
stats = ["p10", "p25", "median", "p75", "p90"]
*/
select
    stat, source_id, platform, side, '*' as geo, period_start, grain, family, niche,
    case when capture = '' then '' else concat('capture=', capture) end as dims,
    n, value, lo, hi, reason, flags
from est_quantiles
where measure = 'bids'
