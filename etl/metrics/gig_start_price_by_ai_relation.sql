/*
title = "Gig start price by relation to AI"
unit = "in the currency named"
question = "Do gigs with AI start at another price?"
method = "Quantiles as of all listings, of those with each relation to AI as our reader has it; order-statistic intervals, widened by what several captures disagree on."
caveat = "Asking prices of the cheapest package. Reading errors blur the differences between relations; other differences between the listings (kind, size, client) are not held fixed."
pages = ["ai_impact"]
dims = ["ai_relation", "currency"]
stats = ["p25", "median", "p75"]
*/
select
    stat, source_id, platform, side, '*' as geo, period_start, grain, family, niche, dims,
    n, value, lo, hi, reason, flags
from est_quantiles
where measure = 'gig_start_price_by_ai' and niche = '*' and capture = '' and stat in ('p25', 'median', 'p75')
