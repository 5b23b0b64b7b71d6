/*
title = "AI services in listings"
unit = "share of listings (0-1)"
question = "Which AI services are bought and sold?"
method = "Read from title and text by our reader; `found` is the share as read, with a Wilson interval widened by what several captures disagree on; `share` is corrected for the reader's measured errors (docs/methods/misclassification.md), its interval holds theirs and that of `found`."
caveat = "Eleven kinds by a codebook; most are rare, and rare kinds are read with error that could not be measured. Selected queries describe the query."
pages = ["new_services"]
dims = ["ai_service"]
stats = ["share", "found"]
decimals = 3
filled_by = "OBSERVATORY_SOURCES=freelancer python -m etl run"
*/
select
    e.stat, e.source_id, e.platform, e.side, '*' as geo, e.period_start, e.grain, e.family,
    e.niche, e.dims, e.n, e.value, e.lo, e.hi, e.reason,
    concat_ws(';', nullif(e.flags, ''), case when r.title_only then 'title_only' end) as flags
from est_label_shares as e
join ref_sources as r on r.source_id = e.source_id
where measure = 'ai_service'
