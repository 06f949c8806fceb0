"""Wire types of webhook endpoints."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from pivotal_server.errors_catalogue_webhooks import FIELD_FILTER_NOT_ALLOWED, HEADER_NOT_ALLOWED
from pivotal_server.kit.codes import INVALID_ENUM_VALUE, INVALID_STRING, TOO_BIG, TOO_SMALL
from pivotal_server.kit.validation import checked, doc
from pivotal_server.kit.wire import DisplayId, Id, Moment, Page, PageQuery, optional_text
from pivotal_server.webhooks import checks

Status = Literal["enabled", "disabled"]
_Extensible = Meta(extra_json_schema={"x-extensible-enum": True})
_MomentOrNull = Annotated[str | None, Meta(extra_json_schema={"format": "date-time"})]

Url = Annotated[
    str,
    Meta(min_length=1, max_length=2048),
    doc("Where events are sent to: an absolute https URL.", "https://hooks.acme.example/pivotal"),
]
Description = Annotated[str | None, optional_text(500), doc("What the endpoint is for.", "Warehouse")]
EventTypes = Annotated[
    list[str],
    checked(checks.event_types, TOO_SMALL, TOO_BIG, INVALID_ENUM_VALUE),
    Meta(extra_json_schema={"minItems": 1, "maxItems": checks.MOST_TYPES}),
    doc(
        "The types that it gets: exact names, `customer.*` and its like, or `*` for all, future ones too.",
        ["customer.*", "task.completed"],
    ),
]
FieldFilters = Annotated[
    dict[str, list[str]],
    checked(checks.field_filters, TOO_SMALL, TOO_BIG, FIELD_FILTER_NOT_ALLOWED),
    doc(
        "For `*.updated` types: only changes of at least one of these keys are sent.",
        {"customer.updated": ["status", "custom_fields.region"]},
    ),
]
Concurrency = Annotated[int, Meta(ge=1, le=50), doc("Requests in flight at most, over all workers.", 10)]
RateLimit = Annotated[
    Annotated[int, Meta(ge=1, le=1000)] | None, doc("Attempts a second at most; null for no limit.", None)
]
HeadersIn = Annotated[
    dict[str, str | None],
    checked(checks.headers, TOO_BIG, HEADER_NOT_ALLOWED),
    doc("Headers that each request carries. Null keeps the stored value of a name.", {"x-team": "cs"}),
]
Secret = Annotated[
    str,
    checked(checks.secret, INVALID_STRING),
    doc("A signing secret of your own.", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
]


class PreviousSecret(Struct, kw_only=True):
    """A secret that still signs beside the newest one."""

    hint: Annotated[str, doc("Its last four characters.", "LaSw")]
    expires_at: Annotated[str, Meta(extra_json_schema={"format": "date-time"}), doc("When it stops.")]


class WebhookEndpoint(Struct, tag_field="object", tag="webhook_endpoint"):
    """A URL that gets the events of a workspace."""

    id: Id
    display_id: DisplayId
    url: Url
    description: Annotated[str | None, doc("What the endpoint is for.", "Warehouse")]
    event_types: Annotated[list[str], doc("The types that it gets.", ["customer.*", "task.completed"])]
    field_filters: Annotated[
        dict[str, list[str]],
        doc("The keys whose changes it gets, by type.", {"customer.updated": ["status"]}),
    ]
    test_mode: Annotated[bool, doc("Whether it gets test events in the place of live ones.", False)]
    status: Annotated[Status, _Extensible, doc("Whether events are sent.", "enabled")]
    disabled_reason: Annotated[
        Literal["manual", "failures", "gone", "receiver_request"] | None,
        _Extensible,
        doc("Why it is disabled: by hand, after 100 failed runs, by 410, or at the receiver's wish.", None),
    ]
    disabled_at: Annotated[_MomentOrNull, doc("When it was disabled.", None)]
    health: Annotated[
        Literal["healthy", "unhealthy"],
        _Extensible,
        doc("`unhealthy` from a run that failed to its end until the next 2xx.", "healthy"),
    ]
    consecutive_failures: Annotated[int, doc("Runs that failed to their end since the last 2xx.", 0)]
    max_concurrency: Concurrency
    rate_limit: RateLimit
    headers: Annotated[
        dict[str, str | None],
        doc("Headers that each request carries; sensitive values are shown as null.", {"x-team": "cs"}),
    ]
    secret_hint: Annotated[str, doc("The last four characters of the signing secret.", "LaSw")]
    previous_secrets: Annotated[list[PreviousSecret], doc("Older secrets that still sign, newest first.", [])]
    last_attempt_at: Annotated[_MomentOrNull, doc("When something was last sent.", None)]
    last_success_at: Annotated[_MomentOrNull, doc("When it last answered with a 2xx.", None)]
    last_failure_at: Annotated[_MomentOrNull, doc("When an attempt last failed.", None)]
    created_at: Moment
    updated_at: Moment
    secret: Annotated[
        str | UnsetType,
        doc("The signing secret; in the answers to creating and rotating alone.", "whsec_MfKQ9r8GKYqrTwjU"),
    ] = UNSET


class WebhookEndpointCreate(Struct, kw_only=True):
    """A new endpoint."""

    url: Url
    description: Description = None
    event_types: EventTypes
    field_filters: FieldFilters | UnsetType = UNSET
    test_mode: Annotated[
        bool | UnsetType,
        doc("Test events in the place of live ones. Default: what the key is; a test key sets it.", False),
    ] = UNSET
    max_concurrency: Concurrency = 10
    rate_limit: RateLimit = None
    headers: HeadersIn | UnsetType = UNSET
    secret: Secret | UnsetType = UNSET


class WebhookEndpointUpdate(Struct, kw_only=True):
    """Changes to an endpoint: an absent key stays as it is."""

    url: Url | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    event_types: EventTypes | UnsetType = UNSET
    field_filters: FieldFilters | UnsetType = UNSET
    test_mode: Annotated[bool | UnsetType, doc("Cannot be changed; the same value is accepted.", False)] = (
        UNSET
    )
    status: Annotated[Status | UnsetType, _Extensible, doc("Whether events are sent.", "enabled")] = UNSET
    max_concurrency: Concurrency | UnsetType = UNSET
    rate_limit: RateLimit | UnsetType = UNSET
    headers: HeadersIn | UnsetType = UNSET


class WebhookEndpointPage(Page[WebhookEndpoint], kw_only=True):
    """One page of endpoints."""


class WebhookEndpointQuery(PageQuery, kw_only=True):
    """Filters of the list of endpoints."""

    test_mode: Annotated[bool | None, doc("Only test or only live endpoints.", False)] = None
    status: Annotated[Status | None, doc("Only endpoints that stand so.", "enabled")] = None


class SecretRotation(Struct, kw_only=True):
    """How to change the signing secret."""

    overlap_seconds: Annotated[
        int, Meta(ge=0, le=604_800), doc("How long the present secret signs beside the new one.", 86_400)
    ] = 86_400
    secret: Secret | UnsetType = UNSET


class WebhookEventType(Struct, tag_field="object", tag="webhook_event_type", kw_only=True):
    """A type of event that endpoints can ask for."""

    type: Annotated[str, doc("Its name.", "task.completed")]
    description: Annotated[str, doc("When it is sent.", "A task was completed, by whomever.")]
    supports_field_filter: Annotated[bool, doc("Whether `field_filters` can narrow it.", False)]
    example: Annotated[dict[str, Any], doc("The whole body of an example.", {"type": "task.completed"})]


class WebhookEventTypePage(Page[WebhookEventType], kw_only=True):
    """All types on one page."""
