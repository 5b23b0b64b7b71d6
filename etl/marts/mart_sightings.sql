/*
grain = "One row per listing and period, as last seen in it (capture = ''), and one more per listing and capture whose day is known (capture = that day)."
*/
with seen as (
    select
        s.source_id, s.native_id, r.platform, r.scope, s.side, s.observed_at, s.raw_sha256,
        s.pricing_type, s.price_min, s.price_max, s.price_min_usd, s.price_max_usd, s.currency,
        s.source_category, s.bids, s.bid_avg_usd, s.proposals_low, s.proposals_high, s.days_left,
        s.duration_days_low, s.duration_days_high, s.experience_level,
        s.interviewing, s.hires, s.reviews_low, s.reviews_high, s.sample_window,
        coalesce(l.family, 'unclassified') as family,
        coalesce(l.niche, 'unclassified') as niche,
        m.ai_mention, m.genai_mention,
        g.ai_relation, g.ai_service, g.substitutability, g.human_only, g.ai_tool_welcome,
        g.originality_clause, g.disclosure, g.urgent, g.creativity, g.strategy, g.communication,
        g.ai_literacy,
        coalesce(array_contains(s.flags, 'price_implausible'), false) as is_price_implausible,
        d.reason is not null as is_defect,
        coalesce(array_contains(s.flags, 'partial_window'), false) as is_partial,
        case when s.observed_precision in ('second', 'minute', 'day')
            then cast(s.observed_at as date) end as capture_on,
        case
            when r.scope in ('window', 'sample') then cast(date_trunc('month', s.posted_at) as date)
            when s.observed_precision = 'year'
                then cast(date_trunc('year', s.observed_at) as date)
            when s.observed_precision <> 'unknown'
                then cast(date_trunc('month', s.observed_at) as date)
        end as period_start,
        case when r.scope in ('window', 'sample') then 'month' else 'snapshot' end as grain,
        case
            when r.scope in ('window', 'sample') then coalesce(s.posted_precision, 'year') = 'year'
            else s.observed_precision in ('year', 'unknown')
        end as is_undated,
        case
            when coalesce(s.posted_precision, 'none') not in ('second', 'minute') then null
            when coalesce(s.observed_precision, 'none') not in ('second', 'minute', 'day') then null
            -- midnight: the day is known, the hour is not
            when s.observed_precision = 'day' and s.observed_at = date_trunc('day', s.observed_at)
                then null
            when s.observed_at - s.posted_at < interval '0' hour then null
            when s.observed_at - s.posted_at < interval '12' hour then '00-12h'
            when s.observed_at - s.posted_at < interval '24' hour then '12-24h'
            when s.observed_at - s.posted_at < interval '72' hour then '24-72h'
            when s.observed_at - s.posted_at >= interval '72' hour then '72h+'
        end as age_band
    from core_sightings as s
    join ref_sources as r on r.source_id = s.source_id
    left join est_listing_labels as l
        on l.source_id = s.source_id and l.native_id = s.native_id
    left join core_readings as g
        on g.source_id = s.source_id and g.native_id = s.native_id
    left join est_ai_mentions as m
        on m.source_id = s.source_id and m.native_id = s.native_id
    left join ref_capture_defects as d
        on d.source_id = s.source_id and d.capture_on = cast(s.observed_at as date)
        and s.observed_precision in ('second', 'minute', 'day')
),
latest as (
    select source_id, max(observed_at) as last_seen_at from seen group by source_id
),
lost as ( -- a payload of a stream that cannot be read any more: no one knows what it held
    select distinct source_id from core_captures where is_lost
),
spans as ( -- of sources pulled without a break: every posting between the two moments is held
    select c.source_id, c.whole_from, max(c.whole_to) as whole_to
    from core_captures as c left join lost as l on l.source_id = c.source_id
    where c.whole_to is not null and l.source_id is null
    group by c.source_id, c.whole_from
),
held as (
    select
        p.source_id, p.period_start,
        max(case
            when v.whole_from <= p.period_start
                and v.whole_to >= p.period_start + interval '1' month then 1
            else 0
        end) as whole
    from (select distinct source_id, period_start from seen where grain = 'month') as p
    join spans as v on v.source_id = p.source_id
    group by p.source_id, p.period_start
),
captures as (
    select
        source_id, period_start, count(distinct capture_on) as captures,
        max(case when is_undated then 1 else 0 end) as holds_undated
    from seen where not is_defect group by source_id, period_start
),
ranked as (
    select
        s.*, c.captures, c.holds_undated,
        v.whole is not null as is_stream,
        -- a month the stream does not hold whole, or that was not over when its source was asked
        s.grain = 'month' and case
            when v.whole is not null then v.whole = 0
            else l.last_seen_at < s.period_start + interval '1' month
        end as is_open,
        row_number() over (
            partition by s.source_id, s.native_id, s.period_start
            order by s.is_defect, s.observed_at desc nulls last, s.raw_sha256
        ) as recency,
        row_number() over (
            partition by s.source_id, s.native_id, s.capture_on
            order by s.observed_at desc nulls last, s.raw_sha256
        ) as recency_in_capture
    from seen as s
    join latest as l on l.source_id = s.source_id
    left join held as v
        on v.source_id = s.source_id
        and coalesce(v.period_start, date '1900-01-01') = coalesce(s.period_start, date '1900-01-01')
    left join captures as c
        on c.source_id = s.source_id
        and coalesce(c.period_start, date '1900-01-01') = coalesce(s.period_start, date '1900-01-01')
),
stacked as (
    select *, '' as capture from ranked where recency = 1 and not is_defect
    union all
    select *, cast(capture_on as string) as capture from ranked
    where recency_in_capture = 1 and capture_on is not null and grain = 'snapshot'
),
judged as ( -- of a period any of whose listings, as last seen, was held in part
    select
        *,
        max(case when is_partial and capture = '' then 1 else 0 end) over (
            partition by source_id, period_start
        ) = 1 as is_partial_period
    from stacked
)
select
    *,
    concat_ws(';',
        case when scope = 'query' then 'selected_query' end,
        case when scope = 'capped' then 'capped_page' end,
        case when grain = 'snapshot' and (capture <> '' or coalesce(captures, 0) <= 1)
            then 'single_snapshot' end,
        -- intervals over so few captures hold less often than 95 % (docs/methods/intervals.md)
        case when grain = 'snapshot' and capture = '' and captures between 2 and 4
            then 'few_captures' end,
        case when capture = '' and holds_undated = 1 then 'undated' end,
        case when is_defect then 'defect_capture' end,
        case when is_open or (is_partial_period and not is_stream) then 'partial' end
    ) as flags
from judged
