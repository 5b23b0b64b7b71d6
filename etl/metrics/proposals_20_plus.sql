/*
title = "Listings with 20 or more proposals"
unit = "share of listings with a proposals bracket (0-1)"
question = "How crowded is the competition for a listing?"
method = "Share of listings whose bracket starts at 20 or higher, at equal listing age; Wilson intervals, widened by what several captures disagree on."
caveat = "Compare only at equal age: a capture of the newest listings sees young ones, which have had less time to collect proposals."
pages = ["overview", "competition"]
dims = ["age_band", "capture"]
stats = ["share"]
decimals = 3
*/
select
    'share' as stat, source_id, platform, side, '*' as geo, period_start, grain, family, niche,
    concat_ws(';', nullif(dims, ''), case when capture <> '' then concat('capture=', capture) end)
        as dims,
    n, value, lo, hi, flags
from est_shares
where measure = 'proposals_20_plus'
