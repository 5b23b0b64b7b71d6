/*
title = "Track record of published outlooks"
unit = "inside: share of outcomes (0-1); error_ratio: mean absolute error over the naive one's"
question = "Were the outlooks published before any good?"
method = "Every outlook a past edition published, as first published, beside what came: share inside its 95 % interval (Wilson), and its mean absolute error over that of the naive outlook published beside it (docs/methods/outlook.md)."
caveat = "Empty until outlooks come due. Outcomes of neighbouring months are not independent, so the interval is too narrow."
pages = ["category_shifts"]
dims = ["horizon", "target"]
stats = ["inside", "error_ratio"]
decimals = 2
*/
select
    stat, source_id, platform, side, geo, period_start, grain, family, niche, dims, n, value, lo,
    hi, value_text, reason, flags
from est_outlook
where measure = 'score'
