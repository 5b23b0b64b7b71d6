/*
title = "Bids per listing by relation to AI"
unit = "bids per listing"
question = "Is work with AI more contested?"
method = "Quantiles as of all listings, of those with each relation to AI as our reader has it; order-statistic intervals, widened by what several captures disagree on."
caveat = "Bids so far, at unequal age of the listings; one selected query. Reading errors blur the differences."
pages = ["ai_impact"]
dims = ["ai_relation"]
stats = ["p25", "median", "p75"]
*/
select
    stat, source_id, platform, side, '*' as geo, period_start, grain, family, niche, dims,
    n, value, lo, hi, reason, flags
from est_quantiles
where measure = 'bids_by_ai' and capture = '' and stat in ('p25', 'median', 'p75')
