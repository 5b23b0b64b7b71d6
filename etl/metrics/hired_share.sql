/*
title = "Listings whose client has hired"
unit = "share of listings that show it (0-1)"
question = "How many open listings have led to a hire?"
method = "Share of listings with at least one hire, by proposals bracket; Wilson intervals."
caveat = "The Upwork files of 2025 give a client's hires over all time, not the listing's, so the shipped edition has no number here. Selected queries of early 2025, and only those that show hires. Open listings only: a listing that closed with a hire is not among them."
pages = ["competition"]
dims = ["proposals", "capture"]
stats = ["share"]
decimals = 3
*/
select
    'share' as stat, source_id, platform, side, '*' as geo, period_start, grain, family, niche,
    dims, n, value, lo, hi, flags
from est_shares
where measure = 'hired' and capture = ''
