/*
title = "Listings that repost an earlier one"
unit = "share of listings (0-1)"
question = "How much of what is posted was posted before?"
method = "Same source, way of pricing, client country and nearly the same words (four min-hashes) in a text of 20 words or more; Wilson interval."
caveat = "Within what was captured: a lower bound. Titles alone cannot tell, so sources without texts are left out."
pages = ["pricing"]
dims = []
stats = ["share"]
decimals = 3
*/
select
    stat, source_id, platform, side, geo, period_start, grain, family, niche, dims, n, value, lo, hi,
    value_text, reason, flags
from est_price_index
where measure = 'repost_share'
