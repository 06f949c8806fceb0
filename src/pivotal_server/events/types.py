"""The types that events of changes can have, in the order of the catalogue."""

from collections.abc import Sequence

from pivotal_server.kit.codes import INVALID_ENUM_VALUE

TYPES: tuple[str, ...] = (
    "customer.created",
    "customer.updated",
    "customer.status_changed",
    "customer.at_risk",
    "customer.churned",
    "customer.archived",
    "customer.health_score_dropped",
    "customer.health_bucket_changed",
    "customer.deleted",
    "contact.created",
    "contact.updated",
    "contact.deleted",
    "onboarding.created",
    "onboarding.updated",
    "onboarding.phase_changed",
    "onboarding.target_date_changed",
    "onboarding.state_changed",
    "onboarding.at_risk",
    "onboarding.back_on_track",
    "onboarding.launched",
    "onboarding.completed",
    "onboarding.deleted",
    "task.created",
    "task.updated",
    "task.completed",
    "task.reopened",
    "task.deleted",
    "comment.created",
    "comment.updated",
    "comment.deleted",
)
RESOURCES = tuple(dict.fromkeys(name.partition(".")[0] for name in TYPES))


def expand(patterns: Sequence[str], field: str) -> tuple[str, ...]:
    """The types that exact names and patterns such as ``customer.*`` mean, each once, in their order.

    Raises ``invalid_enum_value`` for a pattern that means none.
    """
    chosen: set[str] = set()
    for pattern in patterns:
        resource, _, rest = pattern.partition(".")
        found = {pattern} if pattern in TYPES else set[str]()
        if rest == "*" and resource in RESOURCES:
            found = {name for name in TYPES if name.startswith(f"{resource}.")}
        if not found:
            expected = " | ".join(f"'{name}'" for name in [*TYPES, *(f"{name}.*" for name in RESOURCES)])
            raise INVALID_ENUM_VALUE(field=field, expected=expected, received=pattern[:100])
        chosen |= found
    return tuple(name for name in TYPES if name in chosen)
