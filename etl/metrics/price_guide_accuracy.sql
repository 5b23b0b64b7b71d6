/*
title = "How right the price guide is"
unit = "share of prices inside the range (share); log points (mean); ratio of losses (ratio)"
question = "How far can the price guide be trusted?"
method = "Held-out listings, near-duplicates kept together, one of each. share: prices inside the conformalised 80 % range, Wilson interval; mean: pinball loss over 10, 50, 90 %; ratio: the guide's loss over the niche quantiles' and the hedonic model's, paired."
caveat = "Listings of the same sources and months as those it learnt from: newer prices are not tested. Advertised prices only."
pages = ["pricing"]
dims = ["model", "pricing_type"]
stats = ["share", "mean", "ratio"]
decimals = 3
*/
select
    stat, source_id, platform, side, geo, cast(null as date) as period_start, grain, family, niche,
    dims, n, value, lo, hi, value_text, reason, flags
from core_price_guide
