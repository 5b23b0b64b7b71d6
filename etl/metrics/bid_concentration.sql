/*
title = "Bids on the most bid-on tenth of listings"
unit = "share of all bids (0-1)"
question = "Do bidders crowd on few listings?"
method = "Share of bids placed on the tenth of listings with most, among listings with a bid; bootstrap-t and percentile interval over listings, joined (1,000 draws, fixed seed), and at least as wide as what the captures say on their own."
caveat = "Listings of every age: older ones have had more time, so part of the share is age."
pages = ["competition"]
dims = []
stats = ["share"]
decimals = 3
*/
select
    stat, source_id, platform, side, geo, period_start, grain, family, niche, dims, n, value, lo, hi,
    value_text, reason, flags
from est_competition
where measure = 'bid_concentration'
