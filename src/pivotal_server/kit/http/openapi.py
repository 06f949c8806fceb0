"""The OpenAPI 3.1 document, written from the table of operations and the catalogue of errors."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import msgspec

from pivotal_server.kit import codes
from pivotal_server.kit.errors import ErrorCode
from pivotal_server.kit.http import possible
from pivotal_server.kit.http.callbacks import Callback, callback_item
from pivotal_server.kit.http.multipart import Upload
from pivotal_server.kit.http.operations import ANY_SCOPE, Expansion, Operation
from pivotal_server.kit.http.parts import add_file, error_example, example_of, not_null, tidy
from pivotal_server.kit.http.samples import Call, is_page, samples, shape_of

Json = dict[str, Any]

NO_HEADERS: Mapping[str, str] = MappingProxyType({})

_STRING: Json = {"type": "string"}
# The parameters without which a call would not show what it is for, though it may do without them.
_TELLING = ("by", "q")
_INTEGER: Json = {"type": "integer"}


def _header(description: str, schema: Json) -> Json:
    return {"description": description, "schema": schema}


HEADERS: dict[str, Json] = {
    "X-Request-Id": _header("Id of this request; the caller's own when it sent one.", _STRING),
    "X-RateLimit-Limit": _header("Requests allowed within 60 seconds.", _INTEGER),
    "X-RateLimit-Remaining": _header("Requests left in the present window.", _INTEGER),
    "X-RateLimit-Reset": _header("Unix second at which the window is empty again.", _INTEGER),
    "RateLimit-Policy": _header("The policy in the form of the IETF draft.", _STRING),
    "RateLimit": _header("The present state in the form of the IETF draft.", _STRING),
    "Retry-After": _header("Whole seconds until a request will be accepted.", _INTEGER),
    "WWW-Authenticate": _header("Always `Bearer`.", _STRING),
    "ETag": _header("Validator of this representation, for `If-Match` and `If-None-Match`.", _STRING),
    "Idempotent-Replayed": _header(
        "`true` when this is the stored answer of an earlier request with the same key.",
        {"type": "string", "enum": ["true"]},
    ),
    "Deprecation": _header("Since when the operation is deprecated: `@` and a Unix second.", _STRING),
    "Sunset": _header("From when on it may be gone, as an HTTP date.", _STRING),
}
LIMIT_HEADERS = (
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
    "RateLimit-Policy",
    "RateLimit",
)

_WRITE = (codes.IDEMPOTENCY_KEY_TOO_LONG, codes.IDEMPOTENCY_KEY_REUSED, codes.IDEMPOTENCY_KEY_IN_USE)
_ALWAYS = (codes.INTERNAL_ERROR, codes.UNAVAILABLE)


def declared_errors(operation: Operation, access: Sequence[ErrorCode]) -> list[ErrorCode]:
    """Every code the operation can send, by status; ``access`` are those of authentication."""
    read = possible.of_query(operation.query.struct)
    shape: tuple[ErrorCode, ...] = ()
    if operation.body:
        read += possible.of_body(operation.body.struct)
        shape = (codes.INVALID_JSON, codes.INVALID_CONTENT_TYPE)
    elif operation.upload:
        read += possible.of_form(operation.upload.form.struct)
        shape = (codes.INVALID_MULTIPART, codes.INVALID_CONTENT_TYPE)
    found = [*possible.in_order((*operation.errors, *read)), *shape]
    if operation.writes:
        found.append(codes.BODY_TOO_LARGE)
    if operation.scope is not None:
        found += [code for code in access if _can_refuse(code, operation)]
        found.append(codes.RATE_LIMITED)
    if operation.writes:
        found += _WRITE
        if operation.single and operation.method != "POST":
            found.append(codes.PRECONDITION_FAILED)
    found += _ALWAYS
    return sorted(dict.fromkeys(found), key=lambda code: code.status)


def _can_refuse(code: ErrorCode, operation: Operation) -> bool:
    """Whether the rule of access behind ``code`` can refuse anybody here."""
    if code.code == "read_only_key":
        return operation.writes
    return code.code != "insufficient_scope" or operation.scope != ANY_SCOPE


def answer_headers(operation: Operation, status: int) -> list[str]:
    """The names of the headers that an answer with ``status`` may carry, beyond those of HTTP itself."""
    names = ["X-Request-Id"]
    if operation.scope is not None and status != 401:
        names += LIMIT_HEADERS
    if status == 401:
        names.append("WWW-Authenticate")
    if status == 429:
        names.append("Retry-After")
    if operation.single and status in (200, 201, 304):
        names.append("ETag")
    if operation.writes and status < 300:
        names.append("Idempotent-Replayed")
    if operation.deprecation is not None:
        names += ("Deprecation", "Sunset")
    return names


class Writer:
    """Writes the document for one table of operations."""

    def __init__(
        self,
        operations: Iterable[Operation],
        error: type[msgspec.Struct],
        access: Sequence[ErrorCode],
        callbacks: Sequence[Callback] = (),
        callback_headers: Mapping[str, str] = NO_HEADERS,
    ) -> None:
        self.operations = list(operations)
        self.callbacks = callbacks
        self.callback_headers = callback_headers
        self.access = access
        self.error = error
        structs = [error]
        for operation in self.operations:
            structs += [answer for _, answer in operation.answers]
            structs += [one.kind for one in operation.expansions.values()]
            structs += [operation.query.struct] + ([operation.body.struct] if operation.body else [])
            structs += [operation.upload.form.struct] if operation.upload else []
        structs += [callback.payload for callback in callbacks]
        structs = list(dict.fromkeys(structs))
        references, self._components = msgspec.json.schema_components(
            structs, ref_template="#/components/schemas/{name}"
        )
        self._names = {
            struct: ref["$ref"].rsplit("/", 1)[1] for struct, ref in zip(structs, references, strict=True)
        }

    def document(self, *, title: str, version: str, server: str, prefix: str, description: str) -> Json:
        """The whole document; paths stand below ``prefix``. Equal input gives an equal document, in order."""
        paths: dict[str, Json] = {}
        for operation in self.operations:
            written = self._operation(operation)
            written["x-codeSamples"] = samples(self._call_of(operation, written, prefix))
            paths.setdefault(prefix + operation.path, {})[operation.method.lower()] = written
        return {
            "openapi": "3.1.0",
            "info": {"title": title, "version": version, "description": description},
            "servers": [{"url": server}],
            "security": [{"BearerAuth": []}],
            "tags": [{"name": tag} for tag in dict.fromkeys(op.tag for op in self.operations)],
            "paths": paths,
            "webhooks": {
                callback.name: callback_item(callback, self._ref(callback.payload), self.callback_headers)
                for callback in self.callbacks
            },
            "components": {
                "schemas": self._schemas(),
                "headers": HEADERS,
                "examples": self._error_examples(),
                "securitySchemes": {
                    "BearerAuth": {"type": "http", "scheme": "bearer", "bearerFormat": "pivotal_…"},
                },
            },
        }

    def _error_examples(self) -> Json:
        sent = {code for operation in self.operations for code in declared_errors(operation, self.access)}
        return {
            code.code: {"value": error_example(code)} for code in sorted(sent, key=lambda code: code.code)
        }

    def _schemas(self) -> Json:
        queries = {self._names[operation.query.struct] for operation in self.operations}
        answers = {
            self._names[answer]: _left_out(answer)
            for operation in self.operations
            for _, answer in operation.answers
        }
        answers |= {self._names[one.payload]: _left_out(one.payload) for one in self.callbacks}
        schemas: Json = {}
        for name in sorted(self._components):
            if name in queries:
                continue
            schema = dict(self._components[name])
            if name in answers:
                # Answers carry every key; a reader must expect further ones in later releases.
                schema["required"] = [key for key in schema["properties"] if key not in answers[name]]
                kind = schema["properties"].get("object", {})
                if "enum" in kind:
                    kind.setdefault("description", f"Always `{kind['enum'][0]}`.")
            schemas[name] = tidy(schema)
        for operation in self.operations:
            if operation.body:
                schema = schemas[self._names[operation.body.struct]]
                schema["additionalProperties"] = False
                for key in sorted(operation.body.ignored):
                    schema["properties"].setdefault(
                        key, {"description": "Read-only; accepted and ignored.", "readOnly": True}
                    )
            if operation.upload:
                add_file(schemas[self._names[operation.upload.form.struct]], operation.upload)
            for one in operation.expansions.values():
                properties = schemas[self._object_of(operation)]["properties"]
                properties.setdefault(one.name, self._expanded(one))
        return schemas

    def _object_of(self, operation: Operation) -> str:
        """The name of the schema of the objects that an operation answers with, alone or as a page."""
        name = self._names[operation.answers[0][1]]
        data = self._components[name]["properties"].get("data", {})
        reference: str = data.get("items", {}).get("$ref", name)
        return reference.rpartition("/")[2]

    def _expanded(self, one: Expansion) -> Json:
        told = f"With `expand={one.name}`: {one.description}."
        if "data" in one.kind.__struct_fields__:
            return {"description": told, **self._ref(one.kind)}
        return {"description": told, "anyOf": [self._ref(one.kind), {"type": "null"}]}

    def _ref(self, struct: type[msgspec.Struct]) -> Json:
        return {"$ref": f"#/components/schemas/{self._names[struct]}"}

    def _operation(self, operation: Operation) -> Json:
        result: Json = {
            "operationId": operation.id,
            "tags": [operation.tag],
            "summary": operation.summary,
            "description": operation.description,
            "x-sdk": operation.sdk,
            "x-scopes": [operation.scope] if operation.scope not in (None, ANY_SCOPE) else [],
            "x-mcp": list(operation.tools) or False,
        }
        if operation.deprecation is not None:
            result["description"] += f" {operation.deprecation.words}"
            result["deprecated"] = True
        if operation.scope is None:
            result["security"] = []
        parameters = self._parameters(operation)
        if parameters:
            result["parameters"] = parameters
        if operation.body:
            schema = self._ref(operation.body.struct)
            example = example_of(self._components[self._names[operation.body.struct]])
            result["requestBody"] = {
                "required": True,
                "content": {"application/json": {"schema": schema, "example": example}},
            }
        if operation.upload:
            form = operation.upload.form.struct
            result["requestBody"] = {
                "required": True,
                "content": {
                    "multipart/form-data": {
                        "schema": self._ref(form),
                        "example": self._form_example(operation.upload),
                    }
                },
            }
        result["responses"] = self._responses(operation)
        return result

    def _form_example(self, upload: Upload) -> Json:
        """The text fields that the form must have, beside its file."""
        shown = self._components[self._names[upload.form.struct]].get("properties", {})
        return {name: shown[name]["examples"][0] for name in upload.form.required}

    def _parameters(self, operation: Operation) -> list[Json]:
        found: list[Json] = []
        found += [
            {
                "name": name,
                "in": "path",
                "required": True,
                "description": "The `id`, or the `display_id` in digits.",
                "schema": {"type": "string", "minLength": 1},
                "example": "245",
            }
            for name in operation.path_parameters
        ]
        properties = self._components[self._names[operation.query.struct]].get("properties", {})
        for name, declared in properties.items():
            schema = tidy(not_null(dict(declared)))
            entry: Json = {"name": name, "in": "query", "required": False}
            entry["description"] = schema.pop("description", "")
            examples = schema.pop("examples", None)
            entry["schema"] = schema
            if examples:
                entry["example"] = examples[0]
            found.append(entry)
        if operation.writes:
            found.append(
                {
                    "name": "Idempotency-Key",
                    "in": "header",
                    "required": False,
                    "description": "1 to 255 bytes; a repeat within 24 hours gets the stored answer.",
                    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
                    "example": "8e03978e-40d5-43e8-bc93-6894a57f9324",
                }
            )
        if operation.single and operation.method != "POST":
            name = "If-None-Match" if operation.method == "GET" else "If-Match"
            effect = (
                "answers 304 when it still holds" if operation.method == "GET" else "412 when it is stale"
            )
            found.append(
                {
                    "name": name,
                    "in": "header",
                    "required": False,
                    "description": f"An `ETag` from an earlier answer; {effect}.",
                    "schema": _STRING,
                    "example": '"6b1f2c0d9e8a7b64"',
                }
            )
        return found

    def _call_of(self, operation: Operation, written: Json, prefix: str) -> Call:
        """The call that samples make: every parameter that it needs, and the example of the body."""
        shown = {(one["in"], one["name"]): one for one in written.get("parameters", [])}
        path = prefix + operation.path
        for name in operation.path_parameters:
            path = path.replace(f"{{{name}}}", shown["path", name]["example"])
        query = {
            name: one["example"]
            for (place, name), one in shown.items()
            if place == "query" and (one["required"] or name in _TELLING)
        }
        content = written.get("requestBody", {}).get("content", {})
        return Call(
            method=operation.method,
            path=path,
            query=query,
            keyed=operation.scope is not None,
            sdk=operation.sdk,
            ids=tuple(shown["path", name]["example"] for name in operation.path_parameters),
            rows=is_page(self._components[self._names[operation.answers[0][1]]]),
            shape=shape_of(self._components[self._names[operation.body.struct]], self._components)
            if operation.body
            else {},
            body=content.get("application/json", {}).get("example"),
            form=content.get("multipart/form-data", {}).get("example"),
        )

    def _responses(self, operation: Operation) -> Json:
        responses: Json = {}
        for status, answer in operation.answers:
            responses[str(status)] = {
                "description": "Created" if status == 201 else "OK",
                "headers": self._headers(operation, status),
                "content": {
                    "application/json": {
                        "schema": self._ref(answer),
                        "example": self._answer_example(answer),
                    }
                },
            }
        if operation.single and operation.method == "GET":
            responses["304"] = {"description": "Not modified", "headers": self._headers(operation, 304)}
        by_status: dict[int, list[ErrorCode]] = {}
        for code in declared_errors(operation, self.access):
            by_status.setdefault(code.status, []).append(code)
        for status, found in by_status.items():
            responses[str(status)] = {
                "description": " or ".join(sorted({code.type for code in found})),
                "headers": self._headers(operation, status),
                "x-error-codes": [code.code for code in found],
                "content": {
                    "application/json": {
                        "schema": self._ref(self.error),
                        "examples": {
                            code.code: {"$ref": f"#/components/examples/{code.code}"} for code in found
                        },
                    }
                },
            }
        return dict(sorted(responses.items()))

    def _headers(self, operation: Operation, status: int) -> Json:
        return {name: {"$ref": f"#/components/headers/{name}"} for name in answer_headers(operation, status)}

    def _answer_example(self, answer: type[msgspec.Struct]) -> Any:
        schema = self._components[self._names[answer]]
        return example_of(schema, self._components)


def _left_out(answer: type[msgspec.Struct]) -> set[str]:
    """The keys of a wire object that stand in it only when asked for."""
    return {field.encode_name for field in msgspec.structs.fields(answer) if field.default is msgspec.UNSET}
