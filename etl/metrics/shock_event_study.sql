/*
title = "Event study around a shock"
unit = "percent against the last month before the shock (effect_pct); probability 0-1 (p_...); pretrend_f mean squared t"
question = "Did the treated category move with the controls before the shock, and when did it leave them?"
method = "PPML with category and month effects and one coefficient per month and treated group; intervals from the variation between categories. event_month 0 is the first whole month after; 'before' holds the joint test of the months before: mean squared t, with p over all ways to label the categories."
caveat = "Postings, not hires. Each month is compared with one month only, so all share its noise; bands hold month by month, not for the whole path."
pages = ["ai_impact"]
dims = ["event_month", "occupation_group", "shock"]
stats = ["effect_pct", "pretrend_f", "p_permutation", "p_floor"]
decimals = 3
*/
select
    stat, source_id, platform, side, '*' as geo, period_start, grain, '*' as family, '*' as niche,
    dims, n, value, lo, hi, value_text, reason, flags
from est_shock
where measure = 'event'
