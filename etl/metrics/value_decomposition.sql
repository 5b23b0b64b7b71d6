/*
title = "Why the value on offer changed"
unit = "US dollars"
question = "Did more work, other work, or dearer work move the total?"
method = "Offered value (fixed budgets) of a month beside the same month a year before, in exact cents: volume, mix between niches, price within niches, niches that came and went. Fiverr's reported turnover beside the year before and 2022: buyers (volume), spend per buyer (price) (docs/methods/shifts.md)."
caveat = "An account, not an explanation: it says which part moved, not why. Offered, not paid; only where a whole market is seen over time. Reported turnover is a cited figure."
pages = ["category_shifts"]
dims = ["against"]
stats = ["volume", "mix", "price", "births", "deaths", "total"]
decimals = 0
*/
select
    stat, source_id, platform, side, geo, period_start, grain, family, niche, dims, n, value, lo,
    hi, value_text, reason, flags
from est_category_shifts
where measure = 'value_change'
