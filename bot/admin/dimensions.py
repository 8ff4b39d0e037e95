"""What the analytics reports can be grouped and filtered by. A test holds it to the official SDK.

A filter that the API doesn't know would be ignored and give other numbers than were asked for, so none is sent.

Pure.
"""

DIMENSIONS = frozenset(
    [
        "actor",
        "actor_type",
        "agent_id",
        "api_key_id",
        "claude_tag_category",
        "claude_tag_user_id",
        "context_window",
        "deployment_id",
        "environment_id",
        "inference_geo",
        "model",
        "organization_id",
        "product",
        "rbac_group_id",
        "service_tier",
        "session_id",
        "slack_channel_id",
        "speed",
        "user_profile_id",
        "workspace_id",
    ]
)
COST_DIMENSIONS = DIMENSIONS | {"cost_type", "token_type"}
FILTERS = frozenset(
    [
        "api_key_ids",
        "workspace_ids",
        "models",
        "service_tiers",
        "products",
        "actor_ids",
        "actor_types",
        "context_windows",
        "inference_geos",
        "speeds",
        "user_profile_ids",
        "agent_ids",
        "deployment_ids",
        "environment_ids",
        "session_ids",
        "rbac_group_ids",
        "slack_channel_ids",
        "claude_tag_categories",
        "claude_tag_user_ids",
        "organization_ids",
    ]
)
