/*
title = "Verdict on a shock"
unit = "supported, contradicted, cannot tell, descriptive, not identified"
question = "Does the evidence hold that demand fell after the shock?"
method = "A rule written before the model was run: descriptive where no p could reach 5 %; cannot tell where estimators or windows differ in sign, the trend-adjusted interval holds no change, a fake date gives as much, or the permutation p exceeds 5 %; else supported or contradicted by the sign. Not identified: a trend in exposure turns the sign of the effect of exposure."
caveat = "A source whose months begin after a shock cannot show it: the row says so."
pages = ["evidence"]
dims = ["occupation_group", "shock"]
stats = ["verdict"]
*/
select
    stat, source_id, platform, side, '*' as geo, period_start, grain, '*' as family, '*' as niche,
    dims, n, value, lo, hi, value_text, reason, flags
from est_shock
where measure = 'verdict'
