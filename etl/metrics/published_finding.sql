/*
title = "What others have found"
unit = "percent (percentage points where the outcome says so)"
question = "What do published studies say of the claim?"
method = "Figures as published, one row per finding; interval: from the published coefficient and its standard error where both are at hand (data/reference/findings.csv)."
caveat = "Cited, not reproduced, many through reading notes or the press (evidence B, C); other platforms, periods and methods. No study is weighed here."
pages = ["evidence"]
dims = ["claim", "finding"]
stats = ["estimate"]
decimals = 1
*/
select
    'estimate' as stat, 'pooled' as source_id, 'pooled' as platform, 'both' as side, '*' as geo,
    cast(null as date) as period_start, 'snapshot' as grain, '*' as family, '*' as niche,
    concat('claim=', claim_id, ';finding=', finding_id) as dims, cast(null as bigint) as n,
    cast(estimate as double) as value, cast(lo as double) as lo, cast(hi as double) as hi,
    concat(study, ' ', year, ': ', outcome, ', ', group_studied, ' (', platform, ', ',
        study_window, '; ', method, case when comparison is null then '' else concat('; beside ', comparison) end, '). ', source)
        as value_text,
    case when lo is null then 'the study''s standard error is not at hand' end as reason,
    concat('reference;evidence_', lower(evidence)) as flags
from ref_findings
