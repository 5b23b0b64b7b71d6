/*
grain = "One row per gig and period: its number of reviews, lower end where censored ('1k+')."
*/
select
    source_id, native_id, platform, side, period_start, grain, capture, flags, family,
    reviews_low, reviews_high is null as is_censored
from mart_sightings
where side = 'supply' and reviews_low is not null and capture = ''
