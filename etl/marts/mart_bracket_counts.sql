/*
grain = "One row per source, period, family and proposals bracket: its listings. Periods as a whole, listings of every age."
*/
select
    'proposals' as measure, source_id, platform, side, period_start, grain,
    coalesce(family, '*') as family, '' as dims,
    proposals_low as bracket_low, proposals_high as bracket_high, count(*) as listings
from mart_sightings
where capture = '' and proposals_low is not null
group by grouping sets (
    (source_id, platform, side, period_start, grain, proposals_low, proposals_high),
    (source_id, platform, side, period_start, grain, proposals_low, proposals_high, family)
)
