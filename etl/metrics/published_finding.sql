/*
title = "What others have found"
unit = "percent (percentage points where the outcome says so)"
question = "What do published studies say of the claim?"
method = "Figures as published, one row per finding; interval: from the published coefficient and its standard error where both are at hand (data/reference/findings.csv)."
caveat = "Cited, not reproduced, many through reading notes or the press (evidence B, C); other platforms, periods and methods. No study is weighed here."
pages = ["evidence"]
dims = ["claim", "finding"]
stats = ["estimate", "group", "where", "method", "source"]
decimals = 1
*/
with found as (
    select
        *, concat('claim=', claim_id, ';finding=', finding_id) as dims,
        concat('reference;evidence_', lower(evidence)) as flags
    from ref_findings
),
told as (
    select
        'estimate' as stat, dims, flags, cast(estimate as double) as value,
        cast(lo as double) as lo, cast(hi as double) as hi,
        concat(study, ' ', year, ': ', outcome) as value_text,
        case when lo is null then 'the study''s standard error is not at hand' end as reason
    from found
    union all
    select
        'group', dims, flags, null, null, null,
        case when comparison is null then group_studied
        else concat(group_studied, ', beside ', comparison) end, null
    from found
    union all
    select 'where', dims, flags, null, null, null, concat(platform, ', ', study_window), null
    from found
    union all
    select 'method', dims, flags, null, null, null, method, null from found
    union all
    select 'source', dims, flags, null, null, null, source, null from found
)
select
    stat, 'pooled' as source_id, 'pooled' as platform, 'both' as side, '*' as geo,
    cast(null as date) as period_start, 'snapshot' as grain, '*' as family, '*' as niche, dims,
    cast(null as bigint) as n, value, lo, hi, value_text, reason, flags
from told
