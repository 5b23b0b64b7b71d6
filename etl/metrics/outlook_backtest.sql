/*
title = "How such outlooks would have fared"
unit = "mean absolute error over that of repeating the year before; coverage: share (0-1)"
question = "How far can the outlook be trusted?"
method = "Outlooks made anew from every past month with what was known then, choice and interval included: mean absolute scaled error (Hyndman and Koehler 2006) of what would have been shown, of the better naive one, and the share of outcomes inside the 95 % interval (docs/methods/outlook.md)."
caveat = "Outlooks of neighbouring months overlap, so they count for fewer than they are. Where a series hardly moved for years and then took off, scaled errors are large: compare with `mase_naive`, not with 1."
pages = ["category_shifts"]
dims = ["target", "keyword", "variable", "occupation_group", "capture", "age_band", "category", "panel"]
stats = ["mase", "mase_naive", "coverage"]
decimals = 3
*/
select
    stat, source_id, platform, side, geo, period_start, grain, family, niche, dims, n, value, lo,
    hi, value_text, reason, flags
from est_outlook
where measure = 'backtest'
