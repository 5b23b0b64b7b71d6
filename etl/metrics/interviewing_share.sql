/*
title = "Listings whose client is interviewing"
unit = "share of listings that show it (0-1)"
question = "Does a client still interview when many have applied?"
method = "Share of listings with at least one interview, by proposals bracket; Wilson intervals."
caveat = "Hires cannot be shown beside it: the files give a client's hires over all time, not the listing's. Selected queries of early 2025. Older listings have both more proposals and more interviews: this is an association, not an effect."
pages = ["competition"]
dims = ["proposals", "capture"]
stats = ["share"]
decimals = 3
*/
select
    'share' as stat, source_id, platform, side, '*' as geo, period_start, grain, family, niche,
    dims, n, value, lo, hi, flags
from est_shares
where measure = 'interviewing' and capture = ''
