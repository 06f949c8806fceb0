"""The types that events of changes can have, in the order of the catalogue."""

from collections.abc import Sequence

from pivotal_server.kit.codes import INVALID_ENUM_VALUE
from pivotal_server.kit.errors import ApiError

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
PING = "webhook.ping"
"""The type of the test message that an endpoint gets when it is set up; no change fires it."""

ALL_TYPES = (*TYPES, PING)

ALIASES = {
    "onboarding.task_completed": "task.completed",
    "phase.changed": "onboarding.phase_changed",
    "onboarding.phase_moved": "onboarding.phase_changed",
    "onboarding.delayed": "onboarding.target_date_changed",
    "contact.added": "contact.created",
    "comment.added": "comment.created",
}
"""Names that people try, and the types that they mean. They are refused with that hint."""

RESOURCES = tuple(dict.fromkeys(name.partition(".")[0] for name in TYPES))


def unknown_type(pattern: str, field: str, allowed: Sequence[str]) -> ApiError:
    """The ``invalid_enum_value`` for none of the ``allowed`` types; for an alias it names the right one."""
    if pattern in ALIASES:
        return INVALID_ENUM_VALUE(
            field=field, message=f"There is no type '{pattern}'. Use '{ALIASES[pattern]}' instead"
        )
    expected = " | ".join(f"'{name}'" for name in allowed)
    return INVALID_ENUM_VALUE(field=field, expected=expected, received=pattern[:100])


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
            raise unknown_type(pattern, field, [*TYPES, *(f"{name}.*" for name in RESOURCES)])
        chosen |= found
    return tuple(name for name in TYPES if name in chosen)
