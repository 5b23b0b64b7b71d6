/*
title = "Mean change of a price within a listing"
unit = "percent"
question = "When the same work is seen or posted again, is it for more or less?"
method = "Mean log ratio of the later to the earlier price over all pairs, changed or not, in percent; Student's t interval."
caveat = "A repost is work that found no one, or work that comes again: its price is no market price. Selected queries."
pages = ["pricing"]
dims = ["pair"]
stats = ["mean"]
*/
select
    stat, source_id, platform, side, geo, period_start, grain, family, niche, dims, n, value, lo, hi,
    value_text, reason, flags
from est_price_index
where measure = 'price_change' and stat = 'mean'
