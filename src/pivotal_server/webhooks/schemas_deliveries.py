"""Wire types of deliveries, and of what is asked of them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from pivotal_server.events.schemas import check_types
from pivotal_server.kit.codes import INVALID_ENUM_VALUE, INVALID_STRING, TOO_BIG, TOO_SMALL
from pivotal_server.kit.validation import BOUNDED_TEXT, checked, choice, doc, wrong_type
from pivotal_server.kit.wire import Livemode, Moment, Page, PageQuery

MOST_IDS = 1_000
MOST_DATA_BYTES = 262_144

DeliveryStatus = Literal["pending", "sending", "delivered", "failed", "aborted", "canceled"]
Source = Literal["change", "test", "ping"]
Trigger = Literal["scheduled", "replay", "resend", "recover", "test", "ping"]
ErrorCode = Literal[
    "http_status",
    "timeout",
    "dns_failure",
    "connection_refused",
    "connection_failed",
    "connection_reset",
    "tls_failure",
    "target_blocked",
    "invalid_response",
    "worker_lost",
]
_STATUSES = ("pending", "sending", "delivered", "failed", "aborted", "canceled")
_CLASSES = ("2xx", "3xx", "4xx", "5xx", "none")
_Extensible = Meta(extra_json_schema={"x-extensible-enum": True})
_MomentOrNull = Annotated[str | None, Meta(extra_json_schema={"format": "date-time"})]
_ErrorOrNull = Annotated[ErrorCode | None, _Extensible]


class WebhookDelivery(Struct, tag_field="object", tag="webhook_delivery"):
    """An event on its way to an endpoint."""

    id: Annotated[
        str, doc("The id on the wire, the same on every attempt.", "msg_3EH1wb5QbNTItOsecWaLXsFno08")
    ]
    endpoint_id: Annotated[str, doc("Id of the endpoint.", "cmb4b7tfq7xkwo886vompzom7")]
    event_id: Annotated[str, doc("Id of the event.", "evt_3EH1wb5QbNTItOsecWaLXsFno08")]
    event_type: Annotated[str, doc("Type of the event.", "task.completed")]
    livemode: Livemode
    source: Annotated[Source, _Extensible, doc("What made the event.", "change")]
    status: Annotated[
        DeliveryStatus,
        _Extensible,
        doc("`pending` and `sending` go on; `canceled`: the endpoint was disabled or deleted.", "delivered"),
    ]
    attempt_count: Annotated[int, doc("Attempts so far.", 1)]
    max_attempts: Annotated[int, doc("Attempts of the present run at most.", 8)]
    next_attempt_at: Annotated[_MomentOrNull, doc("When the next attempt is due.", None)]
    last_attempt_at: Annotated[_MomentOrNull, doc("When the last attempt began.", "2026-05-26T18:42:00.212Z")]
    created_at: Moment
    finished_at: Annotated[_MomentOrNull, doc("When the present run ended.", "2026-05-26T18:42:00.412Z")]
    delivered_at: Annotated[
        _MomentOrNull, doc("When it first arrived; stays whatever follows.", "2026-05-26T18:42:00.412Z")
    ]
    response_status: Annotated[int | None, doc("Status of the last response.", 200)]
    error_code: Annotated[_ErrorOrNull, doc("Why the last attempt failed.", None)]
    duration_ms: Annotated[int | None, doc("How long the last attempt took.", 41)]


class WebhookAttempt(Struct, tag_field="object", tag="webhook_attempt"):
    """One HTTP request of a delivery."""

    id: Annotated[str, doc("Id of the attempt.", "cmb5zkbnz7fnoy5p4x6vpl1hv")]
    number: Annotated[int, doc("1, 2, 3 … over the life of the delivery.", 1)]
    run_attempt: Annotated[int | None, doc("Its place in the schedule; null for single attempts.", 1)]
    trigger: Annotated[Trigger, _Extensible, doc("What it was made for.", "scheduled")]
    started_at: Annotated[str, Meta(extra_json_schema={"format": "date-time"}), doc("When it began.")]
    duration_ms: Annotated[int, doc("How long it took.", 41)]
    url: Annotated[str, doc("Where it went.", "https://hooks.acme.example/pivotal")]
    remote_ip: Annotated[str | None, doc("The address that was connected to.", "93.184.215.14")]
    request_headers: Annotated[
        dict[str, str], doc("Headers that were sent; sensitive values are hidden.", {"accept": "*/*"})
    ]
    response_status: Annotated[int | None, doc("Status of the response.", 200)]
    response_headers: Annotated[
        dict[str, str] | None, doc("Headers of the response.", {"content-type": "text/plain"})
    ]
    response_body: Annotated[str | None, doc("The first 20,000 bytes of the response.", "ok")]
    response_body_encoding: Annotated[
        Literal["utf8", "base64"] | None, doc("How the body stands here.", "utf8")
    ]
    response_truncated: Annotated[bool, doc("Whether the response had more.", False)]
    outcome: Annotated[
        Literal["success", "failure", "interrupted"],
        _Extensible,
        doc("`interrupted`: the process that sent it died; the attempt is made again.", "success"),
    ]
    error_code: Annotated[_ErrorOrNull, doc("Why it failed.", None)]
    error_message: Annotated[str | None, doc("The same in words.", None)]


class WebhookDeliveryWithAttempts(WebhookDelivery, tag_field="object", tag="webhook_delivery"):
    """A delivery with its exact text and all of its attempts."""

    request_body: Annotated[str, doc("The exact text that is sent.", "{}")]
    attempts: Annotated[list[WebhookAttempt], doc("Its attempts, oldest first.")]


class WebhookDeliveryPage(Page[WebhookDelivery], kw_only=True):
    """One page of deliveries."""


def _response(value: str, path: str) -> str:
    if value in _CLASSES or (len(value) == 3 and value.isascii() and value.isdigit()):
        return value
    return choice(value, path, [*_CLASSES, "a status"])


def _statuses(value: str, path: str) -> list[str]:
    return [choice(part.strip(), path, _STATUSES) for part in value.split(",")]


def _sendable(value: str, path: str) -> list[str]:
    """Types of a comma list, the ping among them."""
    parts = [part.strip() for part in value.split(",")]
    own = [part for part in parts if part == "webhook.ping"]
    rest = [part for part in parts if part != "webhook.ping"]
    return own[:1] + (check_types(",".join(rest), path) if rest else [])


class WebhookDeliveryQuery(PageQuery, kw_only=True):
    """Filters of the list of deliveries."""

    status: Annotated[
        list[DeliveryStatus] | None,
        checked(_statuses, INVALID_ENUM_VALUE),
        doc("Only deliveries that stand so; several by commas or repeated.", ["failed"]),
    ] = None
    event_type: Annotated[
        list[str] | None,
        checked(_sendable, INVALID_ENUM_VALUE),
        doc("Only these types, such as `customer.*`.", ["task.*"]),
    ] = None
    event_id: Annotated[
        str | None, doc("Only the delivery of this event.", "evt_3EH1wb5QbNTItOsecWaLXsFno08")
    ] = None
    source: Annotated[Source | None, doc("Only deliveries of events made so.", "change")] = None
    response: Annotated[
        str | None,
        checked(_response, INVALID_ENUM_VALUE),
        doc("Only this class of the last response (`2xx` … `5xx`, `none`), or this status.", "5xx"),
    ] = None
    error_code: Annotated[ErrorCode | None, doc("Only deliveries that last failed so.", "timeout")] = None
    since: Annotated[datetime | None, doc("Only deliveries made at or after this moment.", "2026-05-01")] = (
        None
    )
    until: Annotated[datetime | None, doc("Only deliveries made before this moment.", "2026-06-01")] = None


class WebhookTestData(Struct, kw_only=True):
    """The `data` of a test message."""

    object: Annotated[dict[str, Any], doc("The record, as an event would carry it.", {"object": "task"})]
    previous_attributes: Annotated[
        dict[str, Any] | None, doc("What was before, as an event of a change has it.", {"done": False})
    ] = None


class WebhookTest(Struct, kw_only=True):
    """A test message."""

    type: Annotated[str, doc("The type of event to send.", "task.completed")]
    data: Annotated[WebhookTestData | UnsetType, doc("Its data; the example of the type when left out.")] = (
        UNSET
    )


def _event_ids(value: Any, path: str) -> list[str]:
    if not isinstance(value, list):
        raise wrong_type("array", value, path)
    if not value:
        raise TOO_SMALL(field=path, message=f"{path} must contain at least 1 entry")
    if len(value) > MOST_IDS:
        raise TOO_BIG(field=path, message=f"{path} must contain at most {MOST_IDS} entries")
    for index, entry in enumerate(value):
        if not isinstance(entry, str):
            raise wrong_type("string", entry, f"{path}.{index}")
        if not (0 < len(entry) <= 64 and entry.isascii() and entry.isprintable()):
            raise INVALID_STRING(field=f"{path}.{index}", message="Not an id of an event")
    return list(dict.fromkeys(value))


class WebhookResend(Struct, kw_only=True):
    """Which events to send again."""

    event_ids: Annotated[
        list[str],
        checked(_event_ids, *BOUNDED_TEXT),
        Meta(extra_json_schema={"minItems": 1, "maxItems": MOST_IDS}),
        doc("Ids of events.", ["evt_3EH1wb5QbNTItOsecWaLXsFno08"]),
    ]


class ResendOutcome(Struct, kw_only=True):
    """What became of one event."""

    event_id: Annotated[str, doc("Id of the event.", "evt_3EH1wb5QbNTItOsecWaLXsFno08")]
    delivery_id: Annotated[str | None, doc("Id of its delivery.", "msg_3EH1wb5QbNTItOsecWaLXsFno08")]
    status: Annotated[Literal["queued", "skipped"], _Extensible, doc("Whether it is sent.", "queued")]
    reason: Annotated[
        Literal["event_not_found", "livemode_mismatch", "already_pending"] | None,
        _Extensible,
        doc("Why it is not sent.", None),
    ]


class WebhookResendResult(Struct, tag_field="object", tag="webhook_resend", kw_only=True):
    """What became of the events, in the order in which they were sent."""

    endpoint_id: Annotated[str, doc("Id of the endpoint.", "cmb4b7tfq7xkwo886vompzom7")]
    queued: Annotated[int, doc("How many are sent.", 1)]
    skipped: Annotated[int, doc("How many are not.", 0)]
    results: Annotated[list[ResendOutcome], doc("One entry for each event.")]


Scope = Literal["failed", "never_sent", "all"]


class WebhookRecover(Struct, kw_only=True):
    """Which events to recover."""

    since: Annotated[datetime, doc("Events made at or after this moment.", "2026-05-26T00:00:00Z")]
    until: Annotated[
        datetime | UnsetType, doc("Events made before this moment; default now.", "2026-05-27")
    ] = UNSET
    scope: Annotated[
        Scope,
        doc(
            "`failed`: those that never arrived; `never_sent`: those that had no delivery; or both.", "failed"
        ),
    ] = "failed"
    dry_run: Annotated[bool, doc("Only count them.", False)] = False


class WebhookRecoveryPreview(Struct, tag_field="object", tag="webhook_recovery_preview", kw_only=True):
    """How many events a recovery would send again."""

    matched: Annotated[int, doc("How many events.", 412)]


class WebhookStatsQuery(Struct, kw_only=True):
    """The time that statistics are about."""

    since: Annotated[datetime | None, doc("From this moment; default 24 hours ago.", "2026-05-26")] = None
    until: Annotated[datetime | None, doc("Up to this moment; default now.", "2026-05-27")] = None


class StatsHour(Struct, kw_only=True):
    """One hour."""

    start: Annotated[str, Meta(extra_json_schema={"format": "date-time"}), doc("Its beginning.")]
    delivered: Annotated[int, doc("Deliveries of this hour that arrived.", 40)]
    failed: Annotated[int, doc("Deliveries of this hour that failed.", 1)]


class WebhookEndpointStats(Struct, tag_field="object", tag="webhook_endpoint_stats", kw_only=True):
    """How deliveries to an endpoint went."""

    delivered: Annotated[int, doc("Deliveries made in this time that arrived.", 960)]
    failed: Annotated[int, doc("… that failed.", 12)]
    aborted: Annotated[int, doc("… that the receiver ended.", 0)]
    canceled: Annotated[int, doc("… that disabling or deleting ended.", 0)]
    pending: Annotated[int, doc("… that are not finished.", 3)]
    attempts: Annotated[int, doc("Attempts made in this time.", 1010)]
    p50_ms: Annotated[int | None, doc("Median time of these attempts.", 38)]
    p95_ms: Annotated[int | None, doc("95 of 100 took at most so long.", 120)]
    hours: Annotated[list[StatsHour], doc("Every hour, oldest first.")]
