/*
title = "Bids gained per day"
unit = "bids per day"
question = "How fast does competition for a listing grow?"
method = "Bids gained between a listing's first and last sighting over the days between, one pair per listing; order-statistic interval. Captures known to be defective are left out."
caveat = "Period: the month of the first sighting. Bids can be withdrawn, so growth can be negative; many listings have stopped collecting. Only listings seen at least twice, hence long-lived ones, of one selected query."
pages = ["competition"]
dims = []
stats = ["p25", "median", "p75"]
*/
select
    stat, source_id, platform, side, '*' as geo, period_start, 'snapshot' as grain, '*' as family,
    '*' as niche, '' as dims, n, value, lo, hi,
    case when lo is null then 'n is too small for a 95 % interval' end as reason,
    case scope when 'query' then 'selected_query' when 'capped' then 'capped_page' else '' end
        as flags
from est_bid_growth
join ref_sources using (source_id, platform)
