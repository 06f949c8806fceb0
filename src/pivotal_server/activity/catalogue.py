"""The names of all entries of the activity stream, by group, and what filters also take for them."""

from collections.abc import Mapping


def _named(**actions: str) -> tuple[str, ...]:
    return tuple(f"{thing}.{action}" for thing, words in actions.items() for action in words.split())


GROUPS: Mapping[str, tuple[str, ...]] = {
    "customer": _named(
        customer="created field_changed status_changed archived unarchived won_back deleted restored"
        " health_score_dropped health_bucket_changed nudged note_added"
    ),
    "contact": _named(
        contact="added field_changed primary_changed archived unarchived deleted restored erased"
        " portal_access_changed"
    ),
    "onboarding": _named(
        onboarding="created field_changed phase_changed state_changed target_shifted launched completed"
        " template_applied dates_moved forecast_slipped deleted restored"
    ),
    "task": _named(
        task="created field_changed assigned due_date_changed completed reopened moved unlocked locked"
        " deleted restored"
    ),
    "talk": _named(
        comment="added edited deleted restored visibility_changed",
        attachment="added removed restored",
        mail="sent bounced",
    ),
    "risk": _named(risk="addressed dismissed restored"),
    "people": _named(
        member="invited invite_revoked joined signed_in sign_in_refused session_ended role_changed updated"
        " deactivated reactivated",
        access="granted revoked",
        portal="invited signed_in opted_out",
    ),
    "settings": _named(
        workspace="created updated ownership_transferred",
        api_key="created revoked",
        phase="created updated archived restored",
        template="created updated archived",
        custom_field="created updated archived deleted",
        tag="renamed merged deleted",
        branding="updated",
        portal="updated",
        webhook_endpoint="created updated disabled deleted secret_rotated",
        integration="connected updated disconnected",
        view="shared",
        dashboard="shared",
    ),
    "machine": _named(
        webhook="delivered failed",
        notification="skipped routing_fallback",
        **{"import": "finished"},
        export="finished downloaded",
        bulk="finished",
        job="canceled retried",
        sync="finished",
        customer="purged",
        contact="purged",
        onboarding="purged",
        task="purged",
    ),
}
"""Every canonical name, by the group that a filter can ask for."""

EVENTS: frozenset[str] = frozenset(name for names in GROUPS.values() for name in names)


def _aliases() -> dict[str, str]:
    found = {"comment_posted": "comment.added", "onboarding.phase_moved": "onboarding.phase_changed"}
    by_action: dict[str, list[str]] = {}
    for name in sorted(EVENTS):
        found[name.replace(".", "_")] = name
        by_action.setdefault(name.partition(".")[2], []).append(name)
    for action, names in by_action.items():
        if len(names) == 1 and "_" in action:
            found.setdefault(action, names[0])
    return found


ALIASES: Mapping[str, str] = _aliases()
"""Other names of single entries: ``task_completed``, ``target_shifted``, ``onboarding.phase_moved``."""


def events_of(name: str) -> tuple[str, ...]:
    """The canonical names that a filter's ``name`` means: a group, one entry, or an alias of one.

    Nothing for a name that means none.
    """
    if name in GROUPS:
        return GROUPS[name]
    canonical = ALIASES.get(name, name)
    return (canonical,) if canonical in EVENTS else ()
