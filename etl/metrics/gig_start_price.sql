/*
title = "Gig start price"
unit = "currency of the dimension, per basic package"
question = "What do freelancers ask for their cheapest package?"
method = "Quantiles of 'starting at' prices; order-statistic intervals."
caveat = "Supply side: asking prices of the cheapest package, not what buyers paid. At most 48 gigs per sub-category were captured."
pages = ["pricing"]
dims = ["currency", "capture"]
stats = ["p10", "p25", "median", "p75", "p90"]
*/
select
    stat, source_id, platform, side, '*' as geo, period_start, grain, family, niche, dims,
    n, value, lo, hi, reason, flags
from est_quantiles
where measure = 'gig_start_price' and capture = ''
