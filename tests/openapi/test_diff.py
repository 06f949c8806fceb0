"""The rules of what breaks clients, each broken on purpose in a copy of the real document."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from pivotal_server.openapi.diff import breaking, diff
from tests.support.app import document

Document = dict[str, Any]
Mutation = Callable[[Document], None]


def _operation(document: Document, place: str) -> dict[str, Any]:
    method, _, path = place.partition(" ")
    operation: dict[str, Any] = document["paths"][f"/api/v1{path}"][method.lower()]
    return operation


def _schema(document: Document, name: str) -> dict[str, Any]:
    schema: dict[str, Any] = document["components"]["schemas"][name]
    return schema


def _parameter(document: Document, place: str, name: str) -> dict[str, Any]:
    return next(one for one in _operation(document, place)["parameters"] if one["name"] == name)


def _remove_operation(d: Document) -> None:
    del d["paths"]["/api/v1/customers/{id}"]["get"]


def _remove_path(d: Document) -> None:
    del d["paths"]["/api/v1/me"]


def _rename_operation(d: Document) -> None:
    _operation(d, "GET /me")["operationId"] = "whoami"


def _retag(d: Document) -> None:
    _operation(d, "GET /me")["tags"] = ["Other"]


def _rename_sdk_method(d: Document) -> None:
    _operation(d, "GET /me")["x-sdk"] = "whoami"


def _remove_parameter(d: Document) -> None:
    parameters = _operation(d, "GET /customers")["parameters"]
    parameters[:] = [one for one in parameters if one["name"] != "slug"]


def _remove_request_key(d: Document) -> None:
    del _schema(d, "CustomerCreate")["properties"]["plan"]


def _remove_response_key(d: Document) -> None:
    del _schema(d, "Customer")["properties"]["plan"]


def _remove_header(d: Document) -> None:
    del _operation(d, "GET /customers/{id}")["responses"]["200"]["headers"]["ETag"]


def _remove_media_type(d: Document) -> None:
    content = _operation(d, "GET /me")["responses"]["200"]["content"]
    content["text/json"] = content.pop("application/json")


def _rename_schema(d: Document) -> None:
    d["components"]["schemas"]["Konto"] = d["components"]["schemas"].pop("Organization")
    _schema(d, "ApiKeyIdentity")["properties"]["organization"] = {"$ref": "#/components/schemas/Konto"}


def _new_required_parameter(d: Document) -> None:
    _operation(d, "GET /customers")["parameters"].append(
        {"name": "region", "in": "query", "required": True, "schema": {"type": "string"}}
    )


def _require_parameter(d: Document) -> None:
    _parameter(d, "GET /customers", "slug")["required"] = True


def _new_required_request_key(d: Document) -> None:
    schema = _schema(d, "CustomerCreate")
    schema["properties"]["region"] = {"type": "string"}
    schema["required"].append("region")


def _require_request_key(d: Document) -> None:
    _schema(d, "CustomerCreate")["required"].append("domain")


def _narrow_request_bound(d: Document) -> None:
    _schema(d, "CustomerCreate")["properties"]["name"]["maxLength"] = 100


def _narrow_parameter_bound(d: Document) -> None:
    _parameter(d, "GET /customers", "limit")["schema"]["maximum"] = 50


def _narrow_request_pattern(d: Document) -> None:
    _schema(d, "CustomerCreate")["properties"]["name"]["pattern"] = "^A"


def _narrow_request_type(d: Document) -> None:
    _schema(d, "CustomerCreate")["properties"]["name"]["type"] = "integer"


def _refuse_null(d: Document) -> None:
    schema = _schema(d, "CustomerCreate")["properties"]["plan"]
    schema["anyOf"] = [{"type": "string"}]


def _response_turns_null(d: Document) -> None:
    _schema(d, "Customer")["properties"]["name"]["type"] = ["string", "null"]


def _response_becomes_number(d: Document) -> None:
    _schema(d, "Customer")["properties"]["display_id"]["type"] = "number"


def _response_may_be_absent(d: Document) -> None:
    _schema(d, "Customer")["required"].remove("plan")


def _remove_enum_value_of_request(d: Document) -> None:
    _schema(d, "CustomerCreate")["properties"]["status"]["enum"].remove("churned")


def _remove_enum_value_of_response(d: Document) -> None:
    _schema(d, "Customer")["properties"]["status"]["enum"].remove("churned")


def _add_value_to_closed_enum(d: Document) -> None:
    _schema(d, "ErrorBody")["properties"]["type"]["enum"].append("strange_error")


def _change_default(d: Document) -> None:
    _parameter(d, "GET /customers", "limit")["schema"]["default"] = 50


def _change_success_status(d: Document) -> None:
    responses = _operation(d, "POST /customers")["responses"]
    responses["200"] = responses.pop("201")


def _remove_error_status(d: Document) -> None:
    del _operation(d, "GET /customers/{id}")["responses"]["404"]


def _remove_error_code(d: Document) -> None:
    _operation(d, "POST /customers")["responses"]["409"]["x-error-codes"].remove("slug_taken")


def _move_error_code(d: Document) -> None:
    responses = _operation(d, "POST /customers")["responses"]
    responses["409"]["x-error-codes"].remove("slug_taken")
    responses["400"]["x-error-codes"].append("slug_taken")


def _change_error_type(d: Document) -> None:
    d["components"]["examples"]["slug_taken"]["value"]["error"]["type"] = "invalid_request_error"


def _demand_authentication(d: Document) -> None:
    del _operation(d, "GET /health")["security"]


def _demand_scope(d: Document) -> None:
    _operation(d, "GET /me")["x-scopes"] = ["read:customers"]


def _refuse_unknown_keys(d: Document) -> None:
    _schema(d, "Customer")["properties"]["metadata"]["additionalProperties"] = False
    _schema(d, "CustomerCreate")["properties"]["metadata"]["additionalProperties"] = False


def _new_required_header(d: Document) -> None:
    _operation(d, "POST /customers")["parameters"].append(
        {"name": "X-Region", "in": "header", "required": True, "schema": {"type": "string"}}
    )


def _narrow_request_format(d: Document) -> None:
    _schema(d, "CustomerCreate")["properties"]["name"]["format"] = "email"


def _remove_response_format(d: Document) -> None:
    del _schema(d, "Customer")["properties"]["created_at"]["format"]


def _remove_event_type(d: Document) -> None:
    del d["webhooks"]["customer.created"]


def _remove_request_media_type(d: Document) -> None:
    _operation(d, "POST /customers")["requestBody"]["content"].pop("application/json")


BREAKING: dict[Mutation, str] = {
    _remove_operation: "GET /api/v1/customers/{id}: operation removed",
    _remove_path: "GET /api/v1/me: operation removed",
    _rename_operation: "GET /api/v1/me: operationId changed from get-me to whoami",
    _retag: "GET /api/v1/me: tags changed from ['Meta'] to ['Other']",
    _rename_sdk_method: "GET /api/v1/me: x-sdk changed from me to whoami",
    _remove_parameter: "GET /api/v1/customers, query parameter slug: removed",
    _remove_request_key: "request CustomerCreate.plan: key removed",
    _remove_response_key: "response Customer.plan: key removed",
    _remove_header: "GET /api/v1/customers/{id}, 200: header ETag removed",
    _remove_media_type: "GET /api/v1/me, 200: media type application/json removed",
    _rename_schema: "schema Organization: removed or renamed",
    _new_required_parameter: "GET /api/v1/customers, query parameter region: added, required",
    _require_parameter: "GET /api/v1/customers, query parameter slug: became required",
    _new_required_request_key: "request CustomerCreate.region: key added, required",
    _require_request_key: "request CustomerCreate.domain: became required",
    _narrow_request_bound: "request CustomerCreate.name: maxLength changed from 200 to 100",
    _narrow_parameter_bound: "GET /api/v1/customers, query parameter limit: maximum changed from 100 to 50",
    _narrow_request_pattern: "request CustomerCreate.name: pattern changed to ^A",
    _narrow_request_type: "request CustomerCreate.name: type changed from string to integer",
    _refuse_null: "request CustomerCreate.plan: type changed from null or string to string",
    _response_turns_null: "response Customer.name: type changed from string to null or string",
    _response_becomes_number: "response Customer.display_id: type changed from integer to number",
    _response_may_be_absent: "response Customer.plan: may now be absent",
    _remove_enum_value_of_request: "request CustomerCreate.status: enum value 'churned' removed",
    _remove_enum_value_of_response: "response Customer.status: enum value 'churned' removed",
    _add_value_to_closed_enum: "response ErrorBody.type: enum value 'strange_error' added",
    _change_default: "GET /api/v1/customers, query parameter limit: default changed to 50",
    _change_success_status: "POST /api/v1/customers: success status changed from ['201'] to ['200']",
    _remove_error_status: "GET /api/v1/customers/{id}, 404: status removed",
    _remove_error_code: "POST /api/v1/customers: error code slug_taken removed",
    _move_error_code: "POST /api/v1/customers: error code slug_taken moved from 409 to 400",
    _change_error_type: "POST /api/v1/customers: error code slug_taken changed its type",
    _demand_authentication: "GET /api/v1/health: authentication demanded",
    _demand_scope: "GET /api/v1/me: scope demanded: read:customers",
    _refuse_unknown_keys: "request CustomerCreate.metadata: unknown keys are now refused",
    _new_required_header: "POST /api/v1/customers, header parameter X-Region: added, required",
    _narrow_request_format: "request CustomerCreate.name: format changed to email",
    _remove_response_format: "response Customer.created_at: format changed to None",
    _remove_event_type: "event customer.created: removed",
    _remove_request_media_type: "POST /api/v1/customers, request body: media type application/json removed",
}


@pytest.mark.parametrize("mutate", BREAKING, ids=lambda mutate: mutate.__name__.strip("_"))
def test_what_breaks_clients_is_found_with_its_place(mutate: Mutation) -> None:
    changed = copy.deepcopy(document())
    mutate(changed)
    assert BREAKING[mutate] in map(str, breaking(document(), changed))


def _add_operation(c: Document) -> None:
    c["paths"]["/api/v1/things"] = {"get": copy.deepcopy(_operation(c, "GET /me"))}


def _add_optional_parameter(c: Document) -> None:
    _operation(c, "GET /customers")["parameters"].append(
        {"name": "region", "in": "query", "required": False, "schema": {"type": "string"}}
    )


def _add_optional_request_key(c: Document) -> None:
    _schema(c, "CustomerCreate")["properties"]["region"] = {"type": "string"}


def _add_response_key(c: Document) -> None:
    schema = _schema(c, "Customer")
    schema["properties"]["region"] = {"type": "string"}
    schema["required"].append("region")


def _widen_request(c: Document) -> None:
    _schema(c, "CustomerCreate")["properties"]["name"]["maxLength"] = 400


def _add_value_to_extensible_enum(c: Document) -> None:
    _schema(c, "Customer")["properties"]["status"]["enum"].append("paused")


def _reword(c: Document) -> None:
    _operation(c, "GET /me")["description"] = "Other words."
    _schema(c, "Customer")["properties"]["name"]["examples"] = ["Other"]


def _deprecate(c: Document) -> None:
    _operation(c, "GET /me")["deprecated"] = True


def _add_code_of_known_type(c: Document) -> None:
    _operation(c, "POST /customers")["responses"]["409"]["x-error-codes"].append("email_taken")


def _waive_scope(c: Document) -> None:
    _operation(c, "GET /customers")["x-scopes"] = []


@pytest.mark.parametrize(
    "mutate",
    [
        _add_operation,
        _add_optional_parameter,
        _add_optional_request_key,
        _add_response_key,
        _widen_request,
        _add_value_to_extensible_enum,
        _reword,
        _deprecate,
        _add_code_of_known_type,
        _waive_scope,
    ],
    ids=lambda mutate: mutate.__name__.strip("_"),
)
def test_additions_break_nobody(mutate: Mutation) -> None:
    changed = copy.deepcopy(document())
    mutate(changed)
    assert breaking(document(), changed) == []


def test_equal_documents_have_no_difference() -> None:
    assert diff(document(), copy.deepcopy(document())) == []


def test_an_event_type_that_goes_breaks_receivers() -> None:
    schema = {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}
    body = {"requestBody": {"content": {"application/json": {"schema": schema}}}}
    old = {**document(), "webhooks": {"customer.created": {"post": body}}}
    bare = {**document(), "webhooks": {}}
    assert [str(change) for change in breaking(old, bare)] == ["event customer.created: removed"]
    assert breaking(bare, old) == []
    changed = copy.deepcopy(old)
    del changed["webhooks"]["customer.created"]["post"]["requestBody"]["content"]["application/json"][
        "schema"
    ]["properties"]["id"]
    assert breaking(old, changed)
