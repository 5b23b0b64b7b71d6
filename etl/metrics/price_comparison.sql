/*
title = "Two dated cross-sections at fixed mix"
unit = "percent difference from the earlier one"
question = "What was advertised then and later for the same mix of work?"
method = "Log price on later or earlier and niche, and on experience, duration and country where both sources tell them of four listings in five, over the niches that both hold; the wider of errors clustered by niche and by listing. placebo: two collectors of the same weeks. higher or lower only beyond the interval and beyond what such collectors may differ by."
caveat = "A comparison, never a trend: different collectors and, but for the newest-jobs snapshots, different selected queries. The interval does not hold the difference between collectors; the placebo shows it."
pages = ["pricing"]
dims = ["against", "prices", "pricing_type"]
stats = ["ratio", "raw_ratio", "placebo"]
compares_sources = true
*/
select
    stat, source_id, platform, side, geo, period_start, grain, family, niche, dims, n, value, lo, hi,
    value_text, reason, flags
from est_price_index
where measure = 'price_comparison'
