/*
title = "Advertised budget by relation to AI"
unit = "US dollars per project"
question = "Is work with AI offered another budget?"
method = "Quantiles as of all listings, of those with each relation to AI as our reader has it; order-statistic intervals, widened by what several captures disagree on."
caveat = "Advertised, not agreed or paid. Reading errors blur the differences between relations; other differences between the listings (kind, size, client) are not held fixed."
pages = ["ai_impact"]
dims = ["ai_relation"]
stats = ["p25", "median", "p75"]
*/
select
    stat, source_id, platform, side, '*' as geo, period_start, grain, family, niche, dims,
    n, value, lo, hi, reason, flags
from est_quantiles
where measure = 'fixed_budget_by_ai' and capture = '' and stat in ('p25', 'median', 'p75')
