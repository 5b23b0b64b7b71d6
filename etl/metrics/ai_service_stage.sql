/*
title = "AI services and other services that came up"
unit = "growth: share of the newest three months over that of the nine before; year_growth: of twelve months over the twelve before (1 = unchanged); price_ratio: median price over that of other work of its kind; competition: chance that a listing of it drew more bids than one of other work (0.5 = as many)"
question = "Which services are new, which grow, and which cannot be told?"
method = "Terms and tags that burst against the months before (log-odds with prior and overdispersion, false discoveries at most 1 %), from five posters or two platforms on, clustered into services; services people talk about are looked for by their terms as well (docs/methods/emergence.md)."
caveat = "Dated only where months follow each other without a gap; elsewhere a service is present, absent, or cannot be told. Hacker News posts are employment mostly. A published keyword share counts words, not services."
pages = ["new_services"]
dims = ["basis", "service"]
stats = ["growth", "year_growth", "born", "price_ratio", "competition"]
decimals = 2
*/
with told as (
    select
        s.*, concat('basis=', basis, ';service=', service_id) as dims,
        coalesce(n_recent + n_before, n_all) as n_compared,
        case
            when basis = 'series' then 'reference'
            when scope = 'query' then 'selected_query'
            when scope = 'capped' then 'capped_page'
            when scope = 'newest' then 'single_snapshot'
            else ''
        end as told_flags
    from est_services as s
    join (select source_id, scope from ref_sources) using (source_id)
    where name is not null
)
select
    'growth' as stat, source_id, platform, 'both' as side, '*' as geo, staged_on as period_start,
    'month' as grain, '*' as family, '*' as niche, dims, n_compared as n,
    case when n_compared >= 15 then growth end as value,
    case when n_compared >= 15 then growth_lo end as lo,
    case when n_compared >= 15 then growth_hi end as hi, stage as value_text, reason, told_flags as flags
from told
union all
select
    'year_growth', source_id, platform, 'both', '*', staged_on, 'month', '*', '*', dims,
    n_compared, year_growth, year_growth_lo, year_growth_hi, null, null, told_flags
from told where year_growth is not null and n_compared >= 15
union all
select
    'born', source_id, platform, 'both', '*', born_on, 'month', '*', '*', dims, n_all,
    null, null, null, cast(born_on as string), null, told_flags
from told where born_on is not null
union all
select
    'price_ratio', source_id, platform, 'both', '*', staged_on, 'month', '*', '*', dims, n_priced,
    price_ratio, price_ratio_lo, price_ratio_hi, null, null, told_flags
from told where price_ratio is not null
union all
select
    'competition', source_id, platform, 'both', '*', staged_on, 'month', '*', '*', dims,
    n_competition, competition, competition_lo, competition_hi, null, null, told_flags
from told where competition is not null
