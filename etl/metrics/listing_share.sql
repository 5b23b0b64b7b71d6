/*
title = "Share of listings"
unit = "share of all listings of the source in the period (0-1)"
question = "Which kinds of work are clients posting?"
method = "Listings of a category over all listings; Wilson intervals, widened by what several captures disagree on."
caveat = "Postings, not hires. Only sources that see the whole market of a platform have shares: selected queries and capped pages never do; nor do sources whose listings only our classifier labels."
pages = ["overview"]
dims = ["capture"]
stats = ["share"]
decimals = 3
*/
select
    'share' as stat, e.source_id, e.platform, side, '*' as geo, period_start, grain, family, niche,
    case when capture = '' then '' else concat('capture=', capture) end as dims,
    n,
    -- a share of so few listings would give away the count that is withheld
    case when k >= 15 then value end as value,
    case when k >= 15 then lo end as lo,
    case when k >= 15 then hi end as hi,
    case when k < 15 then 'fewer than 15 listings of this kind' end as reason,
    case when k < 15 then concat_ws(';', nullif(flags, ''), 'suppressed') else flags end as flags
from est_shares as e
join ref_sources as r on r.source_id = e.source_id
where measure = 'listing_share' and e.scope in ('newest', 'window') and r.crosswalk is not null
    and family <> '*' and niche <> 'unclassified'
