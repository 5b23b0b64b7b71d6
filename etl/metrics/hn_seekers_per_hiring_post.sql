/*
title = "Seekers per hiring post on Hacker News"
unit = "job-seeking posts per hiring post"
question = "How many people look for work for each company that hires?"
method = "Monthly posts of 'Who wants to be hired?' over posts of 'Who is hiring?'; interval: Wilson, both counts taken as Poisson."
caveat = "One community of software people, mostly employment. Counts from a public repository without a licence, cited as figures."
pages = ["overview", "competition"]
dims = []
stats = ["ratio"]
decimals = 2
*/
with paired as (
    select
        source_id, geo, period_start, grain, max(flags) as flags,
        max(value) filter (where series_id = 'seeking_posts') as seeking,
        max(value) filter (where series_id = 'hiring_posts_paired') as hiring
    from core_series
    where source_id = 'hn_counts' and series_id in ('seeking_posts', 'hiring_posts_paired')
    group by source_id, geo, period_start, grain
),
shares as (
    select
        *, seeking + hiring as posts, seeking / (seeking + hiring) as p,
        1.959964 * 1.959964 as z2
    from paired where seeking > 0 and hiring > 0
),
intervals as (
    select
        *,
        (p + z2 / (2 * posts)) / (1 + z2 / posts) as centre,
        sqrt(z2 * (p * (1 - p) / posts + z2 / (4 * posts * posts))) / (1 + z2 / posts) as half
    from shares
)
select
    'ratio' as stat, source_id, platform, 'both' as side, geo,
    cast(period_start as date) as period_start, grain, '*' as family, '*' as niche, '' as dims,
    cast(null as bigint) as n, seeking / hiring as value,
    (centre - half) / (1 - centre + half) as lo, (centre + half) / (1 - centre - half) as hi,
    concat_ws(';', 'reference', nullif(flags, '')) as flags
from intervals
join ref_sources using (source_id)
