/*
title = "Cost of bidding per contract won"
unit = "US dollars per contract"
question = "What does it cost an average bidder to win one contract?"
method = "Tokens per proposal times their price (data/reference/bidding_costs.csv), over the chance of an average bidder: hires over proposals per listing. The interval is that of proposals; tokens and hires are assumptions, named in the row."
caveat = "One hire for every listing is assumed: hires that some sources state are not used yet, and each listing that hires no one makes a win dearer. Proposals are those at the age named, more come later. Tokens given free, returned or spent to be shown first do not enter."
pages = ["competition"]
dims = ["age_band", "hires_per_listing", "tokens"]
stats = ["mean"]
decimals = 2
filled_by = "OBSERVATORY_SOURCES=freelancer python -m etl run"
*/
select
    stat, source_id, platform, side, geo, period_start, grain, family, niche, dims, n, value, lo, hi,
    value_text, reason, flags
from est_competition
where measure = 'cost_to_win'
