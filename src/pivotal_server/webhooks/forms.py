"""What the forms of an endpoint say, as the bodies of the API say it."""

import re
from collections.abc import Collection, Iterable
from typing import Any

from msgspec import UNSET

from pivotal_server.events.types import PING
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.validation import Body
from pivotal_server.web.fields import Fields
from pivotal_server.web.forms import check
from pivotal_server.webhooks.checks import FILTERABLE, is_sensitive
from pivotal_server.webhooks.schemas import WebhookEndpoint, WebhookEndpointCreate, WebhookEndpointUpdate
from pivotal_server.webhooks.views import HeaderField, filter_field

TEXTS = ("url", "description", "max_concurrency", "rate_limit", *(filter_field(one) for one in FILTERABLE))
WORDS = {
    ("url", "missing_field"): "Enter the URL.",
    ("url", "too_big"): "Use at most 2,048 characters.",
    ("description", "too_big"): "Use at most 500 characters.",
    ("event_types", "missing_field"): "Choose at least one type.",
    ("event_types", "too_small"): "Choose at least one type.",
    ("max_concurrency", "too_small"): "Enter a whole number from 1 to 50.",
    ("max_concurrency", "too_big"): "Enter a whole number from 1 to 50.",
    ("max_concurrency", "invalid_type"): "Enter a whole number from 1 to 50.",
    ("rate_limit", "too_small"): "Enter a whole number from 1 to 1,000, or nothing.",
    ("rate_limit", "too_big"): "Enter a whole number from 1 to 1,000, or nothing.",
    ("rate_limit", "invalid_type"): "Enter a whole number from 1 to 1,000, or nothing.",
}
_WHOLE = ("url", "description", "event_types", "headers", "max_concurrency", "rate_limit")
_FILTERS = {filter_field(one): one for one in FILTERABLE}
SETTINGS = (*_WHOLE, *_FILTERS)
"""What the settings show; beside each the form says what it was when it was shown."""
_CREATE, _UPDATE = Body(WebhookEndpointCreate), Body(WebhookEndpointUpdate)
_KEYS = re.compile(r"[,\r\n]")
"""What stands between keys; those of metadata may hold spaces."""


def _number(text: str) -> Any:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text


def _values(fields: Fields) -> dict[str, Any]:
    filters = {}
    for name in FILTERABLE:
        keys = [key.strip() for key in _KEYS.split(fields.text(filter_field(name))) if key.strip()]
        if keys:
            filters[name] = keys
    return {
        "url": fields.text("url").strip(),
        "event_types": ticked_in(fields),
        "field_filters": filters,
        "headers": _headers(fields),
        "max_concurrency": _number(fields.text("max_concurrency")),
        "rate_limit": _number(fields.text("rate_limit")),
    }


def ticked_in(fields: Fields) -> list[str]:
    """The types that the form asks for: what a ticked pattern means anyhow stands not beside it."""
    return _needed(fields.all("event_types"))


def _needed(ticked: Collection[str]) -> list[str]:
    if "*" in ticked:
        return ["*"]
    return [one for one in ticked if one.endswith(".*") or f"{one.partition('.')[0]}.*" not in ticked]


def headers_in(fields: Fields) -> list[HeaderField]:
    """The headers that were typed, to show them again; values that are never shown are to be typed anew."""
    pairs = zip(fields.all("header_name"), fields.all("header_value"), strict=False)
    return [
        HeaderField(name, "" if is_sensitive(name.strip().lower()) else value)
        for name, value in pairs
        if name.strip() or value.strip()
    ]


def _headers(fields: Fields) -> dict[str, str | None]:
    """Headers by name. An empty value of one that is never shown means the stored one."""
    found: dict[str, str | None] = {}
    pairs = zip(fields.all("header_name"), fields.all("header_value"), strict=False)
    for name, value in ((name.strip(), value.strip()) for name, value in pairs):
        if name or value:
            found[name] = None if not value and is_sensitive(name.lower()) else value
    return found


def _faults(fields: Fields) -> dict[str, str]:
    """What only the form can get wrong: a header that stands in it twice."""
    names = [name.strip().lower() for name in fields.all("header_name")]
    twice = next((name for name in names if name and names.count(name) > 1), None)
    return {} if twice is None else {"headers": f"The header {twice[:128]} stands here twice."}


def read_new(fields: Fields, *, test_mode: bool) -> tuple[WebhookEndpointCreate | None, dict[str, str]]:
    """A new endpoint, or what is wrong with the fields."""
    values = {**_values(fields), "description": fields.text("description")}
    if not values["event_types"]:
        del values["event_types"]
    data, errors = check(_CREATE, {**values, "test_mode": test_mode}, WORDS)
    errors = {**errors, **_faults(fields)}
    return (None, errors) if errors else (data, {})


def read_changed(fields: Fields) -> tuple[WebhookEndpointUpdate | None, dict[str, str]]:
    """Every writable field of an endpoint, or what is wrong with them."""
    values = {**_values(fields), "description": fields.text("description")}
    errors = _faults(fields)
    if not values["url"]:
        errors["url"] = WORDS["url", "missing_field"]
    if not values["event_types"]:
        errors["event_types"] = WORDS["event_types", "missing_field"]
    if values["max_concurrency"] == "":
        errors["max_concurrency"] = WORDS["max_concurrency", "invalid_type"]
    data, faults = check(_UPDATE, values, WORDS)
    errors = {**faults, **errors}
    if data is None or errors:
        return None, errors
    if data.description is UNSET:
        data.description = None
    if data.rate_limit is UNSET:
        data.rate_limit = None
    return data, {}


def texts_of(settings: WebhookEndpoint | WebhookEndpointUpdate) -> dict[str, str]:
    """Every setting as a text, stored or typed: equal texts mean the same.

    The values of headers that are never shown stand in it only where they were typed.
    """
    filters = settings.field_filters or {}
    headers = settings.headers or {}
    # No field of the form shows pings.
    types = (one for one in _needed(settings.event_types or ()) if one != PING)
    return {
        "url": settings.url or "",
        "description": settings.description or "",
        "event_types": ", ".join(sorted(types)),
        "headers": " · ".join(sorted(f"{name.lower()}: {value or ''}" for name, value in headers.items())),
        "max_concurrency": str(settings.max_concurrency),
        "rate_limit": str(settings.rate_limit or ""),
        **{name: ", ".join(filters.get(event_type, ())) for name, event_type in _FILTERS.items()},
    }


def only(
    data: WebhookEndpointUpdate, changed: Iterable[str], stored: WebhookEndpoint
) -> WebhookEndpointUpdate:
    """Of the settings that were typed the changed ones alone; whatever is stored of the others stays."""
    values = {name: getattr(data, name) for name in _WHOLE if name in changed}
    typed = data.field_filters or {}
    own = [event_type for name, event_type in _FILTERS.items() if name in changed]
    if own:
        kept = {name: keys for name, keys in stored.field_filters.items() if name not in own}
        values["field_filters"] = {**kept, **{name: typed[name] for name in own if name in typed}}
    return WebhookEndpointUpdate(**values)


def errors_of(fault: ApiError) -> dict[str, str]:
    """The message of a refusal of the service, at its field; none for one about the whole form."""
    name = (fault.field or "").partition(".")[0]
    known = {"url", "description", "event_types", "field_filters", "headers", "max_concurrency", "rate_limit"}
    if name not in known:
        return {}
    text = fault.message
    return {name: f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"}
