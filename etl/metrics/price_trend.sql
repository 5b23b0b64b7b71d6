/*
title = "Price trend by niche"
unit = "percent a year"
question = "Is the price of this kind of work rising, flat or falling?"
method = "Slope of the log index (matched where 30 listings match in each period, else hedonic), its error from sampling and from a price that wanders by chance; rising or falling at a false-discovery rate of 5 % over the niches, flat where the 90 % interval lies within 3 % a year, else cannot tell."
caveat = "At least six periods over a year: two dated cross-sections are never a trend. Most sources here cannot support one, and say so."
pages = ["pricing"]
dims = ["category", "currency", "panel", "prices", "pricing_type"]
stats = ["ratio"]
*/
select
    stat, source_id, platform, side, geo, period_start, grain, family, niche, dims, n, value, lo, hi,
    value_text, reason, flags
from est_price_index
where measure = 'price_trend'
