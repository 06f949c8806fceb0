"""The ``webhooks`` section of the OpenAPI document: requests that the server makes of others."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

Json = dict[str, Any]

_MOMENT = {"type": "string", "format": "date-time"}


@dataclass(frozen=True, slots=True)
class Callback:
    """One type of event that is sent: its name, what it says, and an example of the whole body.

    ``payload`` is the wire type of ``data.object``; ``needs`` are those of its optional keys that this type
    always carries; ``changes`` says whether ``previous_attributes`` is an object, and not ``null``.
    """

    name: str
    summary: str
    payload: type[msgspec.Struct]
    example: Mapping[str, Any]
    needs: tuple[str, ...] = ()
    changes: bool = False


def callback_item(callback: Callback, reference: Json, headers: Mapping[str, str]) -> Json:
    """The path item of one callback; ``reference`` points to the schema of its payload.

    ``headers`` are the names of those that each request carries, with their meaning.
    """
    schema = _envelope(callback, reference)
    return {
        "post": {
            "operationId": "on-" + callback.name.replace(".", "-").replace("_", "-"),
            "tags": ["Webhooks"],
            "summary": callback.summary,
            "security": [],
            "parameters": [
                {
                    "name": name,
                    "in": "header",
                    "required": True,
                    "description": text,
                    "schema": {"type": "string"},
                }
                for name, text in headers.items()
            ],
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": schema, "example": callback.example}},
            },
            "responses": {
                "2XX": {"description": "Received. Answer fast and work later; any other status is retried."},
                "410": {"description": "Gone: the endpoint is disabled."},
            },
        }
    }


def _envelope(callback: Callback, reference: Json) -> Json:
    previous: Json = {"type": "object" if callback.changes else "null"}
    whole = _object({"object": _payload(callback, reference), "previous_attributes": previous})
    kind = callback.payload.__struct_config__.tag
    ids = {"object": {"const": kind}, "id": {"type": "string"}, "display_id": {"type": "integer"}}
    short = _object(
        {"object": _object(ids), "previous_attributes": {"type": "null"}, "truncated": {"const": True}}
    )
    return _object(
        {
            "id": {"type": "string", "pattern": "^evt_[0-9A-Za-z]{27}$"},
            "type": {"const": callback.name},
            "created_at": _MOMENT,
            "org_id": {"type": "string"},
            "livemode": {"type": "boolean"},
            "api_version": {"type": "string"},
            "actor": {"type": "string"},
            "request_id": {"type": ["string", "null"]},
            "data": {"anyOf": [whole, short]},
        }
    )


def _payload(callback: Callback, reference: Json) -> Json:
    if not callback.needs:
        return reference
    return {"allOf": [reference, {"type": "object", "required": list(callback.needs)}]}


def _object(properties: Json) -> Json:
    return {"type": "object", "required": list(properties), "properties": properties}
