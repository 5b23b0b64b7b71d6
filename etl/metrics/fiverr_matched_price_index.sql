/*
title = "Fiverr prices of the same gigs"
unit = "index of posted basic-package prices, first quarter of the panel = 100"
question = "Did the price of one and the same gig move?"
method = "Matched-model GEKS index as published, with its standard errors of the log: interval = index × exp(± 1.96 standard errors)."
caveat = "Two panels that must not be chained. The long panel is flagged unverified: its sibling table had landing pages read as gigs. Asking prices, not prices paid; public repository without a licence, cited as figures."
pages = ["overview", "pricing"]
dims = ["category", "panel"]
stats = ["index"]
*/
with levels as (
    select *, replace(series_id, 'matched_price_index_', '') as panel from core_series
    where source_id = 'fiverr_index' and series_id not like '%se_log'
),
errors as (
    select period_start, dims, value as se,
        replace(replace(series_id, 'matched_price_index_', ''), '_se_log', '') as panel
    from core_series
    where source_id = 'fiverr_index' and series_id like '%se_log'
)
select
    'index' as stat, l.source_id, r.platform, 'supply' as side, l.geo,
    cast(l.period_start as date) as period_start, l.grain, '*' as family, '*' as niche,
    concat(l.dims, ';panel=', l.panel) as dims, cast(null as bigint) as n, l.value,
    l.value * exp(-1.959964 * e.se) as lo, l.value * exp(1.959964 * e.se) as hi,
    case
        when l.value is null then 'the producer publishes no value'
        when e.se is null then 'the producer publishes no standard error'
    end as reason,
    concat_ws(';', 'reference', nullif(l.flags, '')) as flags
from levels as l
join ref_sources as r on r.source_id = l.source_id
left join errors as e
    on e.period_start = l.period_start and e.dims = l.dims and e.panel = l.panel
