/*
title = "Listings"
unit = "listings"
question = "How many listings stand behind a source's numbers?"
method = "Distinct listings per source, period and category."
caveat = "What was captured, not the size of a market. Postings are not hires."
pages = ["sources"]
dims = ["capture"]
stats = ["count"]
decimals = 0
*/
select
    'count' as stat, source_id, platform, side, '*' as geo, period_start, grain, family, niche,
    case when capture = '' then '' else concat('capture=', capture) end as dims,
    k as n, cast(k as double) as value, cast(null as double) as lo, cast(null as double) as hi,
    'a count of what was captured has no sampling interval' as reason, flags
from mart_listing_counts
