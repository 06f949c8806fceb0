"""Secrets and header values of endpoints at rest: sealed, and bound to the place that holds them."""

import msgspec

from pivotal_server.kit.crypto import SecretBox


def seal_secret(box: SecretBox, org_id: str, endpoint_id: str, id: str, text: str) -> str:
    """A signing secret as it is stored in the row with this id."""
    return box.seal(text, _secret_place(org_id, endpoint_id, id))


def open_secret(box: SecretBox, org_id: str, endpoint_id: str, id: str, sealed: str) -> str:
    """A stored signing secret. Raises ``CannotOpen``."""
    return box.open(sealed, _secret_place(org_id, endpoint_id, id))


def seal_headers(box: SecretBox, org_id: str, endpoint_id: str, headers: dict[str, str]) -> str | None:
    """Custom headers as they are stored with their endpoint; none are stored as nothing."""
    if not headers:
        return None
    return box.seal(msgspec.json.encode(headers).decode(), _headers_place(org_id, endpoint_id))


def open_headers(box: SecretBox, org_id: str, endpoint_id: str, sealed: str | None) -> dict[str, str]:
    """Stored custom headers. Raises ``CannotOpen``."""
    if sealed is None:
        return {}
    return msgspec.json.decode(box.open(sealed, _headers_place(org_id, endpoint_id)), type=dict[str, str])


def _secret_place(org_id: str, endpoint_id: str, id: str) -> str:
    return f"webhook_secrets.sealed {org_id} {endpoint_id} {id}"


def _headers_place(org_id: str, endpoint_id: str) -> str:
    return f"webhook_endpoints.headers_sealed {org_id} {endpoint_id}"
