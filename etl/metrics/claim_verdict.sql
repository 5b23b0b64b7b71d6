/*
title = "Common claims about AI and freelancing, tested"
unit = "a word; a test's figure is in the unit of the number it compares"
question = "Which common claims hold?"
method = "Each claim has tests written down beforehand (data/reference/claim_tests.csv): two periods of one source twelve months apart or more, one group beside another, a premium beside none, a reported total. An interval must leave out no change. supported or contradicted: all that can tell agree and are at least half of the tests; mixed: they disagree; else cannot tell, with what is missing (models/claims.md)."
caveat = "Market claims are never tested on selected queries, and two cross-sections are never a trend. Tests beside a claim come from another market or ask another question, and decide nothing. A verdict is about what we can see."
pages = ["evidence"]
dims = ["claim", "test"]
stats = ["statement", "verdict", "would_change", "test"]
decimals = 3
*/
select
    stat, source_id, platform, side, geo, period_start, grain, family, niche, dims, n, value, lo,
    hi, value_text, reason, flags
from est_claims
