/*
title = "Listings open to entry level"
unit = "share of listings that name an experience level (0-1)"
question = "How much of the work is open to beginners?"
method = "Share of listings asking for entry level; Wilson intervals, widened by what several captures disagree on."
caveat = "The level a client ticks when posting, not who was hired."
pages = ["competition"]
dims = ["capture"]
stats = ["share"]
decimals = 3
*/
select
    'share' as stat, source_id, platform, side, '*' as geo, period_start, grain, family, niche,
    case when capture = '' then '' else concat('capture=', capture) end as dims,
    n, value, lo, hi, flags
from est_shares
where measure = 'entry_level'
