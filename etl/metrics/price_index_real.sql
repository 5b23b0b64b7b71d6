/*
title = "Fiverr prices of the same gigs, less inflation"
unit = "index of posted basic-package prices in prices of the panel's first quarter, first quarter = 100"
question = "Did the price of one and the same gig keep up with inflation?"
method = "The published matched-model index times CPI-U of the first quarter over CPI-U of the quarter (means of three months); the published standard errors of the log."
caveat = "Two panels that must not be chained; the long one is flagged unverified. US consumer prices: freelancers live elsewhere too. A quarter of which a CPI month was never published is left empty."
pages = ["pricing"]
dims = ["category", "panel", "prices"]
stats = ["index"]
*/
select
    stat, source_id, platform, side, geo, period_start, grain, family, niche, dims, n, value, lo, hi,
    value_text, reason, flags
from est_price_index
where measure = 'price_index_published'
