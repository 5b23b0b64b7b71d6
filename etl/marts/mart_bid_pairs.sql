/*
grain = "One row per listing seen with a bid count in at least two sound captures: its first and last sighting."
*/
with sound as (
    select source_id, native_id, platform, side, family, bids, observed_at, capture_on
    from mart_sightings
    where bids is not null and capture_on is not null and not is_defect
),
ends as (
    select
        *,
        row_number() over (partition by source_id, native_id order by observed_at) as from_first,
        row_number() over (partition by source_id, native_id order by observed_at desc) as from_last
    from sound
)
select
    f.source_id, f.native_id, f.platform, f.side, l.family,
    f.observed_at as first_at, l.observed_at as last_at, f.bids as first_bids, l.bids as last_bids
from ends as f
join ends as l on l.source_id = f.source_id and l.native_id = f.native_id and l.from_last = 1
where f.from_first = 1 and l.observed_at > f.observed_at
