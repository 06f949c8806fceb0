"""Every type of event with its description and example: what the document, the API and the app show."""

from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from pivotal_server.events.schemas_payloads import PAYLOADS
from pivotal_server.events.types import ALL_TYPES, PING
from pivotal_server.kit.http.callbacks import Callback

DESCRIPTIONS: dict[str, str] = {
    "customer.created": "A customer was added, by whatever way.",
    "customer.updated": "A stored field of a customer changed, its status included.",
    "customer.status_changed": "The status of a customer changed.",
    "customer.at_risk": "The status of a customer became `at_risk`.",
    "customer.churned": "The status of a customer became `churned`.",
    "customer.archived": "A customer was archived; it can still be read.",
    "customer.health_score_dropped": "The health score fell by at least 10 points at a calculation.",
    "customer.health_bucket_changed": "The health of a customer moved between healthy, watch and at risk.",
    "customer.deleted": "A customer was deleted.",
    "contact.created": "A contact was added to a customer.",
    "contact.updated": "A stored field of a contact changed, or the contact was archived or brought back.",
    "contact.deleted": "A contact was deleted.",
    "onboarding.created": "An onboarding was created.",
    "onboarding.updated": "A stored field of an onboarding itself changed.",
    "onboarding.phase_changed": "An onboarding moved to another phase.",
    "onboarding.target_date_changed": "The target launch date was set, moved or cleared.",
    "onboarding.state_changed": "The state of an onboarding changed.",
    "onboarding.at_risk": "The state of an onboarding became `at_risk`.",
    "onboarding.back_on_track": "An onboarding that was at risk is active or waiting again.",
    "onboarding.launched": "An onboarding launched.",
    "onboarding.completed": "An onboarding is done.",
    "onboarding.deleted": "An onboarding was deleted.",
    "task.created": "A task or subtask was added.",
    "task.updated": "A stored field of a task changed, completion included.",
    "task.completed": "A task was completed, by whomever.",
    "task.reopened": "A completed task was opened again.",
    "task.deleted": "A task was deleted.",
    "comment.created": "A comment was posted on a customer, an onboarding or a task.",
    "comment.updated": "The text, visibility or files of a comment changed.",
    "comment.deleted": "A comment was deleted.",
    "webhook.ping": "An endpoint was created, got another URL or was enabled. Only it gets this.",
}

HEADERS: dict[str, str] = {
    "webhook-id": "Id of the delivery, the same on every attempt.",
    "webhook-timestamp": "Unix seconds of this attempt.",
    "webhook-signature": "Signatures of id, timestamp and body, separated by spaces.",
    "svix-id": "The same as `webhook-id`.",
    "svix-timestamp": "The same as `webhook-timestamp`.",
    "svix-signature": "The same as `webhook-signature`.",
    "pivotal-event-type": "The type of the event; not signed.",
    "pivotal-event-id": "The id of the event; not signed.",
    "pivotal-attempt": "The number of this attempt of the delivery; not signed.",
}
"""The headers of a request to a receiver that are worth reading."""

_NEEDS = {
    "onboarding.phase_changed": ("transition",),
    "onboarding.target_date_changed": ("shift",),
    "onboarding.state_changed": ("state_reason",),
}


@cache
def examples() -> dict[str, dict[str, Any]]:
    """An example of the envelope of every type, from the one file that holds them."""
    text = files("pivotal_server.events").joinpath("examples.jsonl").read_text("ascii")
    found = [msgspec.json.decode(line, type=dict[str, Any]) for line in text.splitlines()]
    return {envelope["type"]: envelope for envelope in found}


def is_change(name: str) -> bool:
    """Whether events of this type tell what was before."""
    return name != PING and name.partition(".")[2] not in ("created", "deleted")


@cache
def callbacks() -> tuple[Callback, ...]:
    """All types, as the OpenAPI document declares them."""
    return tuple(
        Callback(
            name,
            DESCRIPTIONS[name],
            PAYLOADS[name.partition(".")[0]],
            examples()[name],
            (*_NEEDS.get(name, ()), *(("deleted",) if name.endswith(".deleted") else ())),
            is_change(name),
        )
        for name in ALL_TYPES
    )
