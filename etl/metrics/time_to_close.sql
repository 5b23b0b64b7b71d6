/*
title = "Time until a listing closes"
unit = "days from posting"
question = "How long until a listing takes no more bids?"
method = "Kaplan-Meier over listings whose source says when they closed, right-censored at the last sighting, at risk from first seen on; log(-log) intervals. Mean: restricted to 30 days."
caveat = "Closed: taken by someone, run out or withdrawn. A closing seen between two sightings counts at the later, at most a day and a half late. Absence from a later capture is no closing."
pages = ["turnaround"]
dims = ["horizon"]
stats = ["median", "mean"]
filled_by = "OBSERVATORY_SOURCES=freelancer python -m etl run"
*/
select
    stat, source_id, platform, side, geo, period_start, grain, family, niche, dims, n, value, lo, hi,
    value_text, reason, flags
from est_fill_time
where measure = 'time_to_close'
