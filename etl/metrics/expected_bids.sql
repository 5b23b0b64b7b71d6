/*
title = "Bids at the end of bidding"
unit = "bids per listing"
question = "How many bids will a listing have when bidding ends?"
method = "Mean of bids now plus the bids to come: days left (below 3, 3 to 5, above 5) times the pace of each band, by least squares over listings seen twice. Interval on the log scale, with the error of the paces and what captures disagree on."
caveat = "Listings still shown when seen, so the short-lived are too few. Families share their source's paces. Exact counts alone: brackets have no pace."
pages = ["competition"]
dims = []
stats = ["mean"]
filled_by = "OBSERVATORY_SOURCES=freelancer python -m etl run"
*/
select
    stat, source_id, platform, side, geo, period_start, grain, family, niche, dims, n, value, lo, hi,
    value_text, reason, flags
from est_competition
where measure = 'expected_bids'
