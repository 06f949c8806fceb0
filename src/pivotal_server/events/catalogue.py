"""Which event types a change of an object fires, from nothing but its state before and after.

No service names an event: types follow from the difference, so no code path can change an object
and stay silent. Order within one object: ``created``, ``updated``, the specific types, ``deleted``.
"""

from collections.abc import Callable, Mapping
from typing import Any

from pivotal_server.kit.json import same

State = Mapping[str, Any]
"""The keys of ``data.object``."""

HEALTH = frozenset({"health_score", "health_bucket", "previous_health_score"})
"""Keys whose change fires only the types of health."""

COMPUTED = frozenset({"updated_at", "at_risk", "churned", "owner_email", "assignee_email"}) | HEALTH
"""Keys whose change fires no ``updated``; ``updated_at`` and the previous score are never reported."""

DROP = 10
"""By how many points a score must fall to be told of."""


def _becomes(key: str, value: Any) -> Callable[[State, State], bool]:
    return lambda before, after: before[key] != value and after[key] == value


def _differs(key: str) -> Callable[[State, State], bool]:
    return lambda before, after: bool(before[key] != after[key])


def _launched(before: State, after: State) -> bool:
    return before["launched_at"] is None and after["launched_at"] is not None


def _back_on_track(before: State, after: State) -> bool:
    return before["state"] == "at_risk" and after["state"] in ("active", "waiting")


def _score_dropped(before: State, after: State) -> bool:
    """From one calculation to the next; the score of a churned customer stands still."""
    old, new = before.get("health_score"), after.get("health_score")
    return old is not None and new is not None and new <= old - DROP and after["status"] != "churned"


def _bucket_changed(before: State, after: State) -> bool:
    """Not on a first score, which comes from no bucket."""
    old, new = before.get("health_bucket"), after.get("health_bucket")
    return old is not None and new is not None and old != new


# Per object, in the order in which they are sent.
SPECIFIC: dict[str, tuple[tuple[str, Callable[[State, State], bool]], ...]] = {
    "customer": (
        ("customer.status_changed", _differs("status")),
        ("customer.at_risk", _becomes("status", "at_risk")),
        ("customer.churned", _becomes("status", "churned")),
        ("customer.archived", _becomes("status", "archived")),
        ("customer.health_score_dropped", _score_dropped),
        ("customer.health_bucket_changed", _bucket_changed),
    ),
    "contact": (),
    "onboarding": (
        ("onboarding.phase_changed", _differs("phase")),
        ("onboarding.target_date_changed", _differs("target_launch_date")),
        ("onboarding.state_changed", _differs("state")),
        ("onboarding.at_risk", _becomes("state", "at_risk")),
        ("onboarding.back_on_track", _back_on_track),
        ("onboarding.launched", _launched),
        ("onboarding.completed", _becomes("state", "done")),
    ),
    "task": (
        ("task.completed", _becomes("done", True)),
        ("task.reopened", _becomes("done", False)),
    ),
    "comment": (),
}

RESOURCE_ORDER = {"customer": 0, "contact": 1, "onboarding": 2, "task": 3, "comment": 4}
"""The order of affected objects within one transaction."""


def types_of(object_type: str, before: State | None, after: State | None) -> list[str]:
    """The event types of one change, in order; none when no stored field differs.

    ``before`` is ``None`` for a creation, ``after`` for a deletion.
    """
    if before is None:
        return [f"{object_type}.created"]
    if after is None:
        return [f"{object_type}.deleted"]
    stored = any(_changed(before[key], after[key]) for key in after if key not in COMPUTED)
    found = [f"{object_type}.updated"] if stored else []
    found += [name for name, fires in SPECIFIC[object_type] if fires(before, after)]
    return found


def previous_attributes(before: State, after: State) -> dict[str, Any]:
    """The old value of every key of ``data.object`` that changed.

    Of ``metadata`` and ``custom_fields`` only the changed sub-keys, ``null`` for one that did not exist.
    """
    found: dict[str, Any] = {}
    for key, old in before.items():
        new = after[key]
        if key in ("updated_at", "previous_health_score") or not _changed(old, new):
            continue
        if key in ("metadata", "custom_fields"):
            names = [*old, *(name for name in new if name not in old)]
            found[key] = {
                name: old.get(name)
                for name in names
                if name not in old or name not in new or not same(old[name], new[name])
            }
        else:
            found[key] = old
    return found


def _changed(old: Any, new: Any) -> bool:
    return bool(old != new) or (isinstance(old, dict) and not same(old, new))
