/*
title = "Change in the share of a kind of work"
unit = "share of listings and its difference (0-1); odds ratio and undone_by: ratio"
question = "Which kinds of work gained and lost?"
method = "Two cross-sections of a platform: log-odds of both, variance of sampling plus what captures differ by beyond it; difference with the interval of Zou and Donner, false discoveries over the families held at 5 %. Months of a published index: difference in points, its range the 95 % rank of equally long changes up to November 2022 (docs/methods/shifts.md)."
caveat = "Two cross-sections are a comparison, never a trend, and two collectors see different listings: `undone_by` is the factor by which their odds of seeing a kind of work would have to differ to leave nothing. The months of an index are descriptive: p cannot reach 5 %. A share falls when others grow."
pages = ["category_shifts"]
dims = ["against", "occupation_group"]
stats = ["before", "after", "difference", "odds_ratio", "undone_by"]
decimals = 3
compares_sources = true
*/
select
    stat, source_id, platform, side, geo, period_start, grain, family, niche, dims, n, value, lo,
    hi, value_text, reason, flags
from est_category_shifts
where measure in ('share_change', 'group_change')
