/*
title = "Exposure of a niche to generative AI"
unit = "rank among the occupations of all niches (0-1, 1 most exposed)"
question = "Which kinds of work can a general AI tool replace, help, or hardly touch?"
method = "`rank`: mean rank of published measures of the niche's occupation; its ends are the lowest and highest of them. `class`: substitutable, complementary, unaffected or AI-native where at least two of three voices (published measures, listings, demand and price) say so and none another; contested where two differ; else cannot tell (docs/methods/exposure.md)."
caveat = "Niches that share an occupation code share its rank. The ends show how far measures disagree, they are no 95 % interval. Exposure is what a tool could do, not what happened."
pages = ["ai_impact"]
dims = ["voice"]
stats = ["rank", "class"]
decimals = 2
*/
with voices as (
    select niche, family, n, 'class' as stat, '' as dims, class_shown as said, reason,
        cast(null as double) as value, cast(null as double) as lo, cast(null as double) as hi
    from est_niche_exposure
    union all
    select niche, family, n, 'rank', 'voice=prior', says_prior, null,
        prior_rank, prior_low, prior_high
    from est_niche_exposure
    union all
    select niche, family, n, 'class', 'voice=listings', says_listings, null, null, null, null
    from est_niche_exposure
    union all
    select niche, family, n, 'class', 'voice=market', says_market, null, null, null, null
    from est_niche_exposure
)
select
    stat, 'pooled' as source_id, 'pooled' as platform, 'both' as side, '*' as geo,
    cast(null as date) as period_start, 'snapshot' as grain, family, niche, dims,
    -- published measures rest on no listings; of the other voices n says how many there were
    case when dims in ('voice=listings', '') and n >= 15 then n end as n,
    value, lo, hi, said as value_text, reason,
    case
        when stat = 'rank' then 'reference;measure_spread'
        when dims in ('voice=listings', '') and n >= 15 then ''
        else 'reference'
    end as flags
from voices
