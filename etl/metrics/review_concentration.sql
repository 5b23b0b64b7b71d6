/*
title = "Reviews held by the top tenth of gigs"
unit = "share of all reviews (0-1)"
question = "How concentrated is buyers' attention on few gigs?"
method = "Share of reviews held by the tenth of gigs with most, among gigs with a review; bootstrap-t and percentile interval over gigs, joined (1,000 draws, fixed seed)."
caveat = "Counts above 1,000 are shown as '1k+', so this is a lower bound. Capped pages: at most 48 gigs per sub-category."
pages = ["competition"]
dims = []
stats = ["share"]
decimals = 3
*/
select
    'share' as stat, source_id, platform, side, '*' as geo, period_start, grain, family,
    '*' as niche, '' as dims, n, value, lo, hi, flags
from est_review_concentration
