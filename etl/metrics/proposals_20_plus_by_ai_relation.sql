/*
title = "Listings with 20 or more proposals, by relation to AI"
unit = "share of listings with a proposals bracket (0-1)"
question = "Is work with AI more crowded?"
method = "Share of listings whose bracket starts at 20 or higher, at equal listing age, of those with each relation to AI as our reader has it; Wilson intervals, widened by what several captures disagree on."
caveat = "Compare only at equal age. Reading errors blur the differences between relations."
pages = ["ai_impact"]
dims = ["age_band", "ai_relation"]
stats = ["share"]
decimals = 3
*/
select
    'share' as stat, source_id, platform, side, '*' as geo, period_start, grain, family, niche,
    dims, n, value, lo, hi, flags
from est_shares
where measure = 'proposals_20_plus_by_ai' and capture = ''
