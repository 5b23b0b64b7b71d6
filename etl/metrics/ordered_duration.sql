/*
title = "Who asks for longer work"
unit = "probability (0-1)"
question = "Do clients of this family want longer work than those of other families?"
method = "Chance that a listing of the family asks for a longer bracket than one of any other family, ties half (0.5: no difference); Brunner-Munzel variance on the logit scale, widened by what captures disagree on."
caveat = "Order alone: it says nothing of how much longer. What clients ask for when they post, neither a delivery time nor the time the work took."
pages = ["turnaround"]
dims = []
stats = ["share"]
decimals = 3
*/
select
    stat, source_id, platform, side, geo, period_start, grain, family, niche, dims, n, value, lo, hi,
    value_text, reason, flags
from est_fill_time
where measure = 'ordered_duration'
