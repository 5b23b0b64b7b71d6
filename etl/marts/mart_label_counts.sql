/*
grain = "One row per label a reader gives (dims: label=level), source, period, capture, family and niche: listings with it (k) of all that were read (n). Niches of at least 15 listings, over all captures together."
*/
with cells as (
    select
        source_id, platform, scope, side, period_start, grain, capture, flags,
        coalesce(family, '*') as family, coalesce(niche, '*') as niche, count(*) as n,
        count(*) filter (where ai_relation = 'ai_build') as ai_build,
        count(*) filter (where ai_relation = 'ai_content') as ai_content,
        count(*) filter (where ai_relation = 'ai_assisted') as ai_assisted,
        count(*) filter (where ai_relation = 'ai_context') as ai_context,
        count(*) filter (where ai_relation = 'none') as no_ai,
        count(*) filter (where ai_service = 'prompt_engineering') as prompt_engineering,
        count(*) filter (where ai_service = 'ai_content_editing') as ai_content_editing,
        count(*) filter (where ai_service = 'ai_marketing') as ai_marketing,
        count(*) filter (where ai_service = 'ai_design') as ai_design,
        count(*) filter (where ai_service = 'ai_video_audio') as ai_video_audio,
        count(*) filter (where ai_service = 'ai_consulting') as ai_consulting,
        count(*) filter (where ai_service = 'ai_chatbot_agent') as ai_chatbot_agent,
        count(*) filter (where ai_service = 'ai_automation') as ai_automation,
        count(*) filter (where ai_service = 'ml_data_science') as ml_data_science,
        count(*) filter (where ai_service = 'ai_data_training') as ai_data_training,
        count(*) filter (where ai_service = 'other_ai') as other_ai,
        count(*) filter (where substitutability = 'substitutable') as substitutable,
        count(*) filter (where substitutability = 'complementary') as complementary,
        count(*) filter (where substitutability = 'unaffected') as unaffected,
        count(*) filter (where human_only) as human_only,
        count(*) filter (where ai_tool_welcome) as ai_tool_welcome,
        count(*) filter (where originality_clause) as originality_clause,
        count(*) filter (where disclosure) as disclosure,
        count(*) filter (where urgent) as urgent,
        count(*) filter (where creativity) as creativity,
        count(*) filter (where strategy) as strategy,
        count(*) filter (where communication) as communication,
        count(*) filter (where ai_literacy) as ai_literacy
    from mart_sightings
    where ai_relation is not null and scope <> 'sample'
    group by grouping sets (
        (source_id, platform, scope, side, period_start, grain, capture, flags),
        (source_id, platform, scope, side, period_start, grain, capture, flags, family),
        (source_id, platform, scope, side, period_start, grain, capture, flags, family, niche)
    )
    having grouping(niche) = 1 or (capture = '' and count(*) >= 15)
)
select
    v.label as measure, source_id, platform, scope, side, period_start, grain, capture, flags,
    family, niche, concat(v.label, '=', v.level) as dims,
    case concat(v.label, '=', v.level)
            when 'ai_relation=ai_build' then ai_build
            when 'ai_relation=ai_content' then ai_content
            when 'ai_relation=ai_assisted' then ai_assisted
            when 'ai_relation=ai_context' then ai_context
            when 'ai_relation=none' then no_ai
            when 'ai_service=prompt_engineering' then prompt_engineering
            when 'ai_service=ai_content_editing' then ai_content_editing
            when 'ai_service=ai_marketing' then ai_marketing
            when 'ai_service=ai_design' then ai_design
            when 'ai_service=ai_video_audio' then ai_video_audio
            when 'ai_service=ai_consulting' then ai_consulting
            when 'ai_service=ai_chatbot_agent' then ai_chatbot_agent
            when 'ai_service=ai_automation' then ai_automation
            when 'ai_service=ml_data_science' then ml_data_science
            when 'ai_service=ai_data_training' then ai_data_training
            when 'ai_service=other_ai' then other_ai
            when 'substitutability=substitutable' then substitutable
            when 'substitutability=complementary' then complementary
            when 'substitutability=unaffected' then unaffected
            when 'human_only=true' then human_only
            when 'ai_tool_welcome=true' then ai_tool_welcome
            when 'originality_clause=true' then originality_clause
            when 'disclosure=true' then disclosure
            when 'urgent=true' then urgent
            when 'creativity=true' then creativity
            when 'strategy=true' then strategy
            when 'communication=true' then communication
            when 'ai_literacy=true' then ai_literacy
    end as k,
    n
from cells
cross join ref_listing_labels as v
