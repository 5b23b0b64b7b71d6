/*
title = "Price index at fixed quality"
unit = "index, first period with 15 listings = 100"
question = "Did prices move, or only what is offered?"
method = "Log price on period, niche, experience, duration and client country (hedonic); on listing and period (time-product dummies); mean of matched Jevons ratios over bridging periods (GEKS); raw median for comparison. Intervals clustered by posting day, sampling window or listing."
caveat = "Advertised prices. raw_median holds nothing fixed. Matched indices need three listings seen in both periods and are empty without. Real: US dollars deflated by CPI-U."
pages = ["pricing"]
dims = ["currency", "estimator", "prices", "pricing_type"]
stats = ["index"]
*/
select
    stat, source_id, platform, side, geo, period_start, grain, family, niche, dims, n, value, lo, hi,
    value_text, reason, flags
from est_price_index
where measure = 'price_index'
