/*
title = "Requested duration"
unit = "share of listings that name a duration (0-1)"
question = "How long do clients want the work to run?"
method = "Share of listings per duration bracket; Wilson intervals, widened by what several captures disagree on."
caveat = "What clients ask for when they post. It is neither a delivery time nor the time the work took."
pages = ["turnaround"]
dims = ["duration", "capture"]
stats = ["share"]
decimals = 3
*/
select
    'share' as stat, source_id, platform, side, '*' as geo, period_start, grain, family, niche,
    concat_ws(';', case when capture <> '' then concat('capture=', capture) end, dims) as dims,
    n, value, lo, hi, flags
from est_shares
where measure = 'requested_duration'
