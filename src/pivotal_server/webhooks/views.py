"""View models of Admin > Webhooks: the list, the frame of one endpoint, its settings and secret."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode, urlsplit

import msgspec

from pivotal_server.events.described import DESCRIPTIONS
from pivotal_server.events.types import RESOURCES, TYPES
from pivotal_server.web.formats import count
from pivotal_server.web.view import Form
from pivotal_server.webhooks.checks import ALL, FILTERABLE, filter_keys, is_sensitive, matches
from pivotal_server.webhooks.schemas import WebhookEndpoint
from pivotal_server.webhooks.service import EndpointRow
from pivotal_server.webhooks.views_log import DeliveryView

PATH = "/admin/developer/webhooks"
REASONS = {
    "manual": "by hand",
    "failures": "100 deliveries in a row failed to their last attempt",
    "gone": "its receiver answered 410 Gone",
    "receiver_request": "its receiver asked for it",
}
SHORT_REASONS = {
    "manual": "By hand",
    "failures": "Failures",
    "gone": "410 Gone",
    "receiver_request": "Receiver’s wish",
}
TABS = (("overview", "Overview"), ("logs", "Logs"), ("settings", "Settings"), ("secret", "Secret"))
OVERLAPS = (
    ("0", "Not at all: it ends now"),
    ("3600", "1 hour"),
    ("86400", "24 hours"),
    ("604800", "7 days"),
)
_TITLES = {name: f"{name[0].upper()}{name[1:]}s" for name in RESOURCES}


def address(number: int, *parts: str, **query: str) -> str:
    """The address of an endpoint's page, or of a page below it."""
    path = "/".join([PATH, str(number), *parts])
    given = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(given)}" if given else path


class EndpointView(msgspec.Struct, frozen=True):
    """An endpoint as lists and the heads of its pages show it."""

    id: str
    number: int
    target: str
    url: str
    description: str
    types: str
    test_mode: bool
    status: str
    reason: str
    short_reason: str
    unhealthy: bool
    failures: int
    last_attempt_at: datetime | None
    delivered: int = 0
    failed: int = 0

    @property
    def path(self) -> str:
        """Where its page is."""
        return address(self.number)

    @property
    def enabled(self) -> bool:
        """Whether events are sent to it."""
        return self.status == "enabled"


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def target_of(url: str) -> str:
    """Host and path of a URL, as people name an endpoint."""
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path}"


def _types_of(patterns: Sequence[str]) -> str:
    if ALL in patterns:
        return "All events"
    return count(sum(matches(list(patterns), name) for name in TYPES), "type")


def endpoint_view(shown: WebhookEndpoint, figures: Mapping[str, int] | None = None) -> EndpointView:
    """An endpoint; ``figures``: what was delivered and failed in 24 hours."""
    figures = figures or {}
    reason = shown.disabled_reason or ""
    return EndpointView(
        id=shown.id,
        number=shown.display_id,
        target=target_of(shown.url),
        url=shown.url,
        description=shown.description or "",
        types=_types_of(shown.event_types),
        test_mode=shown.test_mode,
        status=shown.status,
        reason=REASONS.get(reason, ""),
        short_reason=SHORT_REASONS.get(reason, ""),
        unhealthy=shown.health == "unhealthy",
        failures=shown.consecutive_failures,
        last_attempt_at=_moment(shown.last_attempt_at),
        delivered=figures.get("delivered", 0),
        failed=figures.get("failed", 0),
    )


class EndpointList(msgspec.Struct, frozen=True):
    """Context ``page`` of ``webhooks/list.html``."""

    endpoints: tuple[EndpointView, ...]
    test_mode: bool

    @property
    def mode(self) -> str:
        """The tab, as addresses name it."""
        return "test" if self.test_mode else "live"


# ── Forms ──────────────────────────────────────────────────────────────────────────────────────
class TypeChoice(msgspec.Struct, frozen=True):
    """One type of the picker."""

    name: str
    text: str
    ticked: bool


class TypeGroup(msgspec.Struct, frozen=True):
    """The types of one resource, and the pattern that means them all."""

    title: str
    pattern: str
    ticked: bool
    types: tuple[TypeChoice, ...]


class FilterField(msgspec.Struct, frozen=True):
    """Where the keys are typed whose changes an endpoint wants to hear of."""

    field: str
    type: str
    keys: str


class HeaderField(msgspec.Struct, frozen=True):
    """A custom header: the value of a sensitive one is never shown, and stays when left empty."""

    name: str
    value: str
    hidden: bool = False


class EndpointForm(msgspec.Struct, frozen=True):
    """Context ``page`` of ``webhooks/new.html``, and of the settings.

    Fields of ``form``: ``url``, ``description``, ``event_types`` (boxes), ``filter_<resource>`` (text),
    ``header_name`` and ``header_value`` (several), ``max_concurrency``, ``rate_limit``.
    """

    form: Form
    all_types: bool
    groups: tuple[TypeGroup, ...]
    filters: tuple[FilterField, ...]
    headers: tuple[HeaderField, ...]
    test_mode: bool

    @property
    def opened(self) -> bool:
        """Whether the folded part is shown open."""
        names = ("field_filters", "headers", "rate_limit", *(one.field for one in self.filters))
        return (
            self.form.touches(*names)
            or any(one.name for one in self.headers)
            or self.form.value("max_concurrency") not in ("", "10")
            or self.form.error("max_concurrency") is not None
        )


def filter_field(event_type: str) -> str:
    """The field of the form in which the keys of a type are typed."""
    return f"filter_{event_type.partition('.')[0]}"


def type_groups(ticked: Sequence[str]) -> tuple[TypeGroup, ...]:
    """The picker; ``ticked`` are types and patterns."""
    return tuple(
        TypeGroup(
            _TITLES[resource],
            f"{resource}.*",
            f"{resource}.*" in ticked,
            tuple(
                TypeChoice(name, DESCRIPTIONS[name].replace("`", ""), name in ticked)
                for name in TYPES
                if name.partition(".")[0] == resource
            ),
        )
        for resource in RESOURCES
    )


def endpoint_form(
    form: Form,
    ticked: Sequence[str],
    headers: Sequence[HeaderField],
    *,
    test_mode: bool,
) -> EndpointForm:
    """The form with what was typed; some empty lines for headers follow those that are filled."""
    filters = tuple(
        FilterField(filter_field(name), name, ", ".join(sorted(filter_keys(name)))) for name in FILTERABLE
    )
    empty = (HeaderField("", ""),) * min(2, 20 - len(headers))
    return EndpointForm(form, ALL in ticked, type_groups(ticked), filters, (*headers, *empty), test_mode)


def values_of(shown: WebhookEndpoint) -> dict[str, str]:
    """The fields of the form for a stored endpoint."""
    values = {
        "url": shown.url,
        "description": shown.description or "",
        "max_concurrency": str(shown.max_concurrency),
        "rate_limit": "" if shown.rate_limit is None else str(shown.rate_limit),
    }
    for name, keys in shown.field_filters.items():
        values[filter_field(name)] = ", ".join(keys)
    return values


def headers_of(shown: WebhookEndpoint) -> list[HeaderField]:
    """The headers of a stored endpoint."""
    return [HeaderField(name, value or "", is_sensitive(name)) for name, value in shown.headers.items()]


# ── One endpoint ───────────────────────────────────────────────────────────────────────────────
class Head(msgspec.Struct, frozen=True):
    """What stands above every tab of an endpoint.

    ``missed_since``: from when on it missed events by being disabled; after it was enabled it comes with the
    address. ``waiting``: how many deliveries are not finished, told of from 10,000 on, and since when.
    """

    endpoint: EndpointView
    tab: str
    missed_since: str = ""
    waiting: int = 0
    waiting_since: datetime | None = None

    @property
    def tabs(self) -> tuple[tuple[str, str, str], ...]:
        """Name, title and address of each tab."""
        number = self.endpoint.number
        return tuple(
            (name, title, address(number, tab="" if name == "overview" else name)) for name, title in TABS
        )


class PingView(msgspec.Struct, frozen=True):
    """How the last ping of an endpoint went; ``delivery`` is ``None`` when there is none any more."""

    number: int
    delivery: DeliveryView | None


class SettingsPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``webhooks/settings.html``; ``was``: each setting when the form was shown."""

    head: Head
    fields: EndpointForm
    ping: PingView
    was: dict[str, str]


class OldSecret(msgspec.Struct, frozen=True):
    """A secret that still signs."""

    hint: str
    until: datetime


class SecretPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``webhooks/secret.html``; ``secret`` is a new one, shown here and nowhere else."""

    head: Head
    hint: str
    older: tuple[OldSecret, ...]
    secret: str = ""

    def __repr__(self) -> str:
        return f"SecretPage({self.head.endpoint.number})"


class CreatedPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``webhooks/created.html``; the secret stands on this one page and nowhere else."""

    endpoint: EndpointView
    secret: str
    ping: PingView

    def __repr__(self) -> str:
        return f"CreatedPage({self.endpoint.number})"


class AskPage(msgspec.Struct, frozen=True):
    """Context ``page`` of the questions before an endpoint is disabled, deleted, or its secret rotated."""

    form: Form
    endpoint: EndpointView
    waiting: int = 0

    @property
    def overlaps(self) -> tuple[tuple[str, str], ...]:
        """For how long an old secret may go on signing."""
        return OVERLAPS


def secret_page(shown: WebhookEndpoint, head: Head, secret: str = "") -> SecretPage:
    """The tab of the secret."""
    older = tuple(
        OldSecret(one.hint, datetime.fromisoformat(one.expires_at)) for one in shown.previous_secrets
    )
    return SecretPage(head, shown.secret_hint, older, secret)


def title_of(row: EndpointRow) -> str:
    """An endpoint as sentences name it."""
    return target_of(row.url)
