/*
title = "Breaks and anomalies found by search"
unit = "percent (jump_pct); probability 0-1 (p); months"
question = "When did a category's share break, if its date is not assumed; which months are odd?"
method = "The one split of the logarithm of a category's share, within 24 months of the shock, with the least squared error; a break is told if its F is beyond 95 % of those of simulated AR(1) series without a break and the jump is at least 10 %. Anomalies: months beyond 4 robust standard deviations and 15 % of a category's running median and of the other categories. Steps: a change of 75 % from one month to the next."
caveat = "One break only: a second one, or a slow decline, is told as one step. occupation_group=all is the break of all categories together."
pages = ["ai_impact"]
dims = ["check", "estimator", "occupation_group", "shock"]
stats = ["jump_pct", "p", "months_from_shock", "months"]
decimals = 3
*/
select
    stat, source_id, platform, side, '*' as geo, period_start, grain, '*' as family, '*' as niche,
    dims, n, value, lo, hi, value_text, reason, flags
from est_shock
where measure = 'break'
