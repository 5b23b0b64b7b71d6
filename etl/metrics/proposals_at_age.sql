/*
title = "Proposals per listing at equal age"
unit = "proposals per listing"
question = "How many others have applied by the time I see a listing?"
method = "Median: the bracket it lies in, with the brackets of its interval's ranks. Mean: negative binomial fitted to the brackets, profile-likelihood interval; no mean where more than 5 % of listings are off the fitted brackets. Each widened by what captures disagree on. Never the middle of a bracket."
caveat = "Compare only at equal age. Proposals so far, not in the end. The mean rests on the fitted tail of the open bracket (50 and more)."
pages = ["competition"]
dims = ["age_band"]
stats = ["median", "mean"]
*/
select
    stat, source_id, platform, side, geo, period_start, grain, family, niche, dims, n, value, lo, hi,
    value_text, reason, flags
from est_competition
where measure = 'proposals_at_age'
