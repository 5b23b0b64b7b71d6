/*
title = "Premium of a skill, AI literacy or AI work"
unit = "percent of the advertised price"
question = "Which skills are advertised at a higher price, all else told equal?"
method = "Three regressions of log price, on skills, on marks of the text, on AI relations, each with niche, experience, duration and country; the wider of errors clustered by niche and by listing; pays more or less at a false-discovery rate of 5 % over the source's skills."
caveat = "AI literacy and building AI are asked for by nearly the same listings: do not add the two. An association between advertisements, not what learning a skill would earn. Skills of a selected query are partly its search words. Marks are read from the text, in some sources from titles alone."
pages = ["pricing"]
dims = ["ai_relation", "pricing_type", "skill"]
stats = ["coef"]
*/
select
    stat, source_id, platform, side, geo, period_start, grain, family, niche, dims, n, value, lo, hi,
    value_text, reason, flags
from est_price_index
where measure = 'skill_premium'
