"""What an endpoint may hold: event types, field filters, headers, secrets."""

import base64
import binascii
import re
import secrets
from collections.abc import Mapping
from typing import Any

from pivotal_server.errors_catalogue import INVALID_STRING, TOO_BIG, TOO_SMALL
from pivotal_server.errors_catalogue_webhooks import FIELD_FILTER_NOT_ALLOWED, HEADER_NOT_ALLOWED
from pivotal_server.events.described import is_change
from pivotal_server.events.schemas_payloads import PAYLOADS
from pivotal_server.events.types import ALL_TYPES, RESOURCES, unknown_type
from pivotal_server.kit.validation import wrong_type

MOST_TYPES = 50
MOST_KEYS = 50
MOST_HEADERS = 20
MOST_NAME = 128
MOST_VALUE = 4096
SECRET_PREFIX = "whsec_"  # noqa: S105 - what every secret begins with

ALL = "*"
PATTERNS = (*(f"{resource}.*" for resource in RESOURCES), ALL)

FILTERABLE = tuple(name for name in ALL_TYPES if name.endswith(".updated"))
"""The types for which an endpoint can name the keys that it wants to hear of."""

_OPEN_OBJECTS = ("metadata", "custom_fields")
_NEVER_CHANGED = frozenset(
    {"object", "id", "display_id", "created_at", "updated_at", "previous_health_score", "deleted"}
)
_TYPE_EXTRAS = frozenset({"transition", "shift", "state_reason"})
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\x20-\x7e]*")
_REFUSED_HEADERS = frozenset(
    {
        "host",
        "connection",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "expect",
        "date",
        "user-agent",
        "accept-encoding",
    }
)
_REFUSED_PREFIXES = ("content-", "proxy-", "svix-", "x-svix-", "webhook-", "pivotal-")
_SENSITIVE_NAMES = frozenset({"authorization", "cookie"})
_SENSITIVE_PARTS = ("auth", "token", "secret", "key", "password", "signature")


def event_types(value: Any, path: str) -> list[str]:
    """1 to 50 types and patterns, doubles dropped. Raises the declared 400 errors."""
    if not isinstance(value, list):
        raise wrong_type("array", value, path)
    if not value:
        raise TOO_SMALL(field=path, message=f"{path} must contain at least 1 entry")
    if len(value) > MOST_TYPES:
        raise TOO_BIG(field=path, message=f"{path} must contain at most {MOST_TYPES} entries")
    found: dict[str, None] = {}
    for index, entry in enumerate(value):
        place = f"{path}.{index}"
        if not isinstance(entry, str):
            raise wrong_type("string", entry, place)
        if entry not in ALL_TYPES and entry not in PATTERNS:
            raise unknown_type(entry, place, [*ALL_TYPES, *PATTERNS])
        found[entry] = None
    return list(found)


def matches(patterns: list[str], event_type: str) -> bool:
    """Whether one of an endpoint's entries means this type."""
    return event_type in patterns or ALL in patterns or f"{event_type.partition('.')[0]}.*" in patterns


def filter_keys(event_type: str) -> frozenset[str]:
    """The keys whose change events of a type can tell of; those of open objects stand without sub-key."""
    struct = PAYLOADS[event_type.partition(".")[0]]
    names = frozenset(struct.__struct_fields__) - _NEVER_CHANGED - _TYPE_EXTRAS
    return names if is_change(event_type) else frozenset()


def field_filters(value: Any, path: str) -> dict[str, list[str]]:
    """Types of changes with 1 to 50 keys each, ``custom_fields.region`` for one in an object."""
    if not isinstance(value, dict):
        raise wrong_type("object", value, path)
    found: dict[str, list[str]] = {}
    for name, keys in value.items():
        place = f"{path}.{name[:100]}"
        if name not in FILTERABLE:
            raise FIELD_FILTER_NOT_ALLOWED(field=place, name=name[:100])
        if not isinstance(keys, list):
            raise wrong_type("array", keys, place)
        if not keys:
            raise TOO_SMALL(field=place, message=f"{place} must contain at least 1 entry")
        if len(keys) > MOST_KEYS:
            raise TOO_BIG(field=place, message=f"{place} must contain at most {MOST_KEYS} entries")
        found[name] = [_filter_key(name, key, place) for key in keys]
    return found


def _filter_key(event_type: str, key: Any, place: str) -> str:
    if not isinstance(key, str):
        raise wrong_type("string", key, place)
    head, dot, rest = key.partition(".")
    known = filter_keys(event_type)
    if head not in known or (dot and (head not in _OPEN_OBJECTS or not rest or len(rest) > 200)):
        raise FIELD_FILTER_NOT_ALLOWED(
            field=place, message=f"Events of the type {event_type} have no key '{key[:100]}'"
        )
    return key


def is_sensitive(name: str) -> bool:
    """Whether the value of a header with this lower-case name is never shown."""
    return name in _SENSITIVE_NAMES or any(part in name for part in _SENSITIVE_PARTS)


def headers(value: Any, path: str) -> dict[str, str | None]:
    """Custom headers by lower-case name; ``None`` keeps a stored value. Raises ``header_not_allowed``."""
    if not isinstance(value, dict):
        raise wrong_type("object", value, path)
    if len(value) > MOST_HEADERS:
        raise TOO_BIG(field=path, message=f"{path} must contain at most {MOST_HEADERS} names")
    found: dict[str, str | None] = {}
    for given, text in value.items():
        name = given.lower()
        place = f"{path}.{given[:MOST_NAME]}"
        if _TOKEN.fullmatch(given) is None or len(given) > MOST_NAME:
            raise HEADER_NOT_ALLOWED(field=place, message=f"'{given[:MOST_NAME]}' is no name of a header")
        if name in _REFUSED_HEADERS or name.startswith(_REFUSED_PREFIXES) or name in found:
            raise HEADER_NOT_ALLOWED(field=place, name=name)
        if text is not None and not isinstance(text, str):
            raise wrong_type("string", text, place)
        if text is not None and (_VALUE.fullmatch(text) is None or len(text) > MOST_VALUE):
            raise HEADER_NOT_ALLOWED(
                field=place, message=f"The value must be at most {MOST_VALUE} printable ASCII characters"
            )
        found[name] = text
    return found


def merged_headers(stored: Mapping[str, str], sent: Mapping[str, str | None]) -> dict[str, str]:
    """The headers after those ``sent``. Raises ``header_not_allowed`` for an unknown one without a value."""
    found = {}
    for name, value in sent.items():
        if value is not None:
            found[name] = value.strip()
        elif name in stored:
            found[name] = stored[name]
        else:
            raise HEADER_NOT_ALLOWED(field=f"headers.{name}", message=f"The header {name} has no value yet")
    return found


def secret(value: Any, path: str) -> str:
    """A signing secret of the caller's own: ``whsec_`` and base64 of 24 to 64 bytes."""
    if not isinstance(value, str):
        raise wrong_type("string", value, path)
    try:
        size = len(secret_bytes(value))
    except ValueError:
        size = 0
    if not 24 <= size <= 64:
        raise INVALID_STRING(
            field=path, message=f"{path} must be '{SECRET_PREFIX}' followed by base64 of 24 to 64 bytes"
        )
    return value


def secret_bytes(text: str) -> bytes:
    """The key that a secret stands for. Raises ``ValueError`` for what is no secret."""
    if not text.startswith(SECRET_PREFIX):
        raise ValueError("no secret")
    try:
        return base64.b64decode(text[len(SECRET_PREFIX) :].encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as fault:
        raise ValueError("no secret") from fault


def new_secret() -> str:
    """A new signing secret of 24 random bytes."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(24)).decode("ascii")
