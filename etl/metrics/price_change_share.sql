/*
title = "Listings whose price was changed"
unit = "share of pairs (0-1)"
question = "Do clients change a price once it is posted?"
method = "First and last sighting of one listing, and a repost and its first posting: a change is 2 % or more of the middle of the range; Wilson interval."
caveat = "Smaller changes are exchange rates of the day. Selected queries; reposts are found by nearly the same text, so not all of them."
pages = ["pricing"]
dims = ["pair"]
stats = ["share"]
decimals = 3
*/
select
    stat, source_id, platform, side, geo, period_start, grain, family, niche, dims, n, value, lo, hi,
    value_text, reason, flags
from est_price_index
where measure = 'price_change' and stat = 'share'
