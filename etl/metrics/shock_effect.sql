/*
title = "Effect of a dated shock on the number of posts"
unit = "percent (effect_pct, slope_pct per month, mde_pct); probability 0-1 (p, p_...); breakdown a ratio; the rest counts"
question = "What did ChatGPT and other tools do to demand in the categories they reach?"
method = "Change of the treated category against the controls before and after the first whole month: PPML with category and month effects (default), log-OLS, with a trend of its own, against the extrapolated trend, synthetic difference-in-differences, per standard deviation of exposure, interrupted series. Intervals from the variation between categories, the extrapolated trend and interrupted series from HAC errors; p over all ways to label the categories, with the smallest p possible. Anomalous months are found by rule, left out and put back; fake dates and fake categories stand beside. Without `window`: the first of data/reference/shocks.csv. A p from a model is withheld where p_floor exceeds 0.05."
caveat = "Postings, not hires. Where p_floor exceeds 0.05 no result can be significant and the numbers describe. Naive and trend-adjusted numbers belong together: the treated were often falling before."
pages = ["ai_impact"]
dims = ["check", "estimator", "occupation_group", "shock", "window"]
stats = ["effect_pct", "slope_pct", "mde_pct", "breakdown", "rank_correlation", "p", "p_permutation", "p_floor", "p_wild", "categories", "treated", "periods_before", "periods_after", "periods_left_out"]
decimals = 3
*/
select
    stat, source_id, platform, side, '*' as geo, period_start, grain, '*' as family, '*' as niche,
    dims, n, value, lo, hi, value_text, reason, flags
from est_shock
where measure = 'effect'
