/*
grain = "One row per measure, listing, period and capture: the listing's amount. Ranges enter with their midpoint, ranges with one end with that end; implausible prices do not enter."
*/
with priced as (
    select
        *,
        (coalesce(price_min_usd, price_max_usd) + coalesce(price_max_usd, price_min_usd)) / 2
            as price_usd
    from mart_sightings
    where not is_price_implausible
)
select
    'hourly_rate' as measure, source_id, native_id, platform, side, period_start, grain, capture,
    flags, family, niche, '' as dims, sample_window,
    price_usd as amount
from priced where pricing_type = 'hourly' and price_usd is not null
union all
select
    'fixed_budget' as measure, source_id, native_id, platform, side, period_start, grain, capture,
    flags, family, niche, '' as dims, sample_window,
    price_usd as amount
from priced where pricing_type = 'fixed' and price_usd is not null and side = 'demand'
union all
select
    'bids' as measure, source_id, native_id, platform, side, period_start, grain, capture,
    flags, family, niche, '' as dims, sample_window,
    cast(bids as double) as amount
from mart_sightings where bids is not null
union all
select
    'days_left' as measure, source_id, native_id, platform, side, period_start, grain, capture,
    flags, family, niche, '' as dims, sample_window,
    days_left as amount
from mart_sightings where days_left is not null
union all
select
    'gig_start_price' as measure, source_id, native_id, platform, side, period_start, grain,
    capture, flags, family, niche, concat('currency=', currency) as dims,
    sample_window, price_min as amount
from priced
where pricing_type = 'package' and price_min is not null and currency is not null
union all
select
    'average_bid' as measure, source_id, native_id, platform, side, period_start, grain, capture,
    flags, family, niche, concat('pricing_type=', pricing_type) as dims, sample_window,
    bid_avg_usd as amount
from mart_sightings where bid_avg_usd is not null and pricing_type in ('hourly', 'fixed')
union all
select
    'hourly_rate_by_ai' as measure, source_id, native_id, platform, side, period_start, grain,
    capture, flags, family, niche, concat('ai_relation=', ai_relation) as dims,
    sample_window, price_usd as amount
from priced
where pricing_type = 'hourly' and price_usd is not null and ai_relation is not null
union all
select
    'fixed_budget_by_ai' as measure, source_id, native_id, platform, side, period_start, grain,
    capture, flags, family, niche, concat('ai_relation=', ai_relation) as dims,
    sample_window, price_usd as amount
from priced
where pricing_type = 'fixed' and price_usd is not null and side = 'demand'
    and ai_relation is not null
union all
select
    'gig_start_price_by_ai' as measure, source_id, native_id, platform, side, period_start, grain,
    capture, flags, family, niche,
    concat('ai_relation=', ai_relation, ';currency=', currency) as dims,
    sample_window, price_min as amount
from priced
where pricing_type = 'package' and price_min is not null and currency is not null
    and ai_relation is not null
union all
select
    'bids_by_ai' as measure, source_id, native_id, platform, side, period_start, grain, capture,
    flags, family, niche, concat('ai_relation=', ai_relation) as dims, sample_window,
    cast(bids as double) as amount
from mart_sightings where bids is not null and ai_relation is not null
