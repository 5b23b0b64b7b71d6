/*
title = "Time until a listing leaves the search results"
unit = "days from posting"
question = "How long does a listing stay visible?"
method = "Not estimated: the row says what is missing."
caveat = "Leaving the results is not closing: a listing may be filled, withdrawn, expired or ranked lower."
pages = ["turnaround"]
dims = []
stats = ["median"]
*/
select
    stat, source_id, platform, side, geo, period_start, grain, family, niche, dims, n, value, lo, hi,
    value_text, reason, flags
from est_fill_time
where measure = 'time_listed'
