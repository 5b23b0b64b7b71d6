/*
title = "Outlook for the next six months"
unit = "the target's own unit"
question = "What may come next?"
method = "From every past month four ways to look ahead are tried: the last month, the month a year before, a trend that dies out, and boosted trees on lags. The one with the least past error is shown, a naive one unless another errs at least 5 % less; interval: the 95 % rank of its past errors (split conformal). `naive` is the better naive one (docs/methods/outlook.md)."
caveat = "An outlook, not a promise: the interval holds what past months held, and `too_narrow` marks series in which it held less than 90 %. Only where the last whole month is at most two months old on the day of the edition; ended series have none."
pages = ["category_shifts"]
dims = ["horizon", "made_on", "target", "keyword", "variable", "occupation_group", "capture", "age_band", "category", "panel"]
stats = ["forecast", "naive"]
decimals = 3
*/
select
    stat, source_id, platform, side, geo, period_start, grain, family, niche, dims, n, value, lo,
    hi, value_text, reason, flags
from est_outlook
where measure = 'outlook'
