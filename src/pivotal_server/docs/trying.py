"""What the request runner of a reference page needs to know of its operation, as JSON."""

from collections.abc import Iterator
from typing import Any

import msgspec

from pivotal_server.docs.facts import plain
from pivotal_server.docs.marks import fills_of, marked
from pivotal_server.docs.reference import answer_of, fill_of, name_of, operation_path, operations, spared
from pivotal_server.kit.http.samples import is_page, shape_of

Json = dict[str, Any]
_SIMPLE = ("string", "integer", "number", "boolean")
_BOUNDS = ("minimum", "maximum", "minLength", "maxLength", "pattern")
_JSON = "application/json"


class Input(msgspec.Struct, frozen=True, omit_defaults=True):
    """One field of the runner. ``kind``: string, integer, number, boolean, choice, json or file.

    ``fill``: the reader's value of the docs that it begins with. ``nullable``: whether null may be sent.
    """

    name: str
    kind: str
    about: str
    required: bool = False
    nullable: bool = False
    choices: tuple[Any, ...] = ()
    bounds: dict[str, Any] = {}
    example: Any = None
    fill: str = ""


class Trial(msgspec.Struct, frozen=True):
    """One operation: how it is called, its parameters by place, and its body.

    ``body`` is the example of the page; ``form`` says that the body is sent as ``multipart/form-data``.
    ``sdk``, ``rows`` and ``shape`` say how the SDKs call it, as a ``Call`` of ``kit.http.samples`` has
    them. ``examples``: what stands for the reader's values, such as ``{{customer_id}}``, until they are
    filled in.
    """

    method: str
    path: str
    open: bool
    parameters: dict[str, tuple[Input, ...]]
    fields: tuple[Input, ...]
    body: Any
    form: bool
    sdk: str
    rows: bool
    shape: dict[str, Any]
    examples: dict[str, str]


def trials(document: Json) -> Iterator[tuple[str, str]]:
    """The address of every operation's page, and its :class:`Trial` as JSON."""
    schemas: Json = document["components"]["schemas"]
    for method, path, operation in operations(document):
        trial = _trial(schemas, method, path, operation)
        yield operation_path(operation), msgspec.json.encode(trial).decode()


def _trial(schemas: Json, method: str, path: str, operation: Json) -> Trial:
    parameters: dict[str, list[Input]] = {"path": [], "query": [], "header": []}
    for one in operation.get("parameters", ()):
        fill = fill_of(path, one["name"]) if one["in"] == "path" else ""
        made = _input(one["name"], one["schema"], one["description"], required=one.get("required", False))
        parameters[one["in"]].append(msgspec.structs.replace(made, fill=fill, example=None))
    content: Json = operation.get("requestBody", {}).get("content", {})
    kind, body = next(iter(content.items()), (_JSON, None))
    fields: tuple[Input, ...] = ()
    if body is not None:
        fields = _fields(schemas, schemas[name_of(body["schema"])])
    example = spared(body["example"]) if body is not None and kind == _JSON else None
    return Trial(
        method,
        path,
        operation.get("security") == [],
        {place: tuple(inputs) for place, inputs in parameters.items()},
        fields,
        example,
        body is not None and kind != _JSON,
        operation["x-sdk"],
        is_page(schemas[answer_of(operation)]),
        shape_of(schemas[name_of(body["schema"])], schemas) if body is not None and kind == _JSON else {},
        {
            fill.name: fill.placeholder
            for fill in fills_of(marked(f"{msgspec.json.encode(example).decode()}"))
        },
    )


def _fields(schemas: Json, schema: Json) -> tuple[Input, ...]:
    required = schema.get("required", ())
    return tuple(
        _input(name, _resolved(schemas, value), value.get("description", ""), required=name in required)
        for name, value in schema.get("properties", {}).items()
        if not value.get("readOnly")
    )


def _resolved(schemas: Json, schema: Json) -> Json:
    return {**schemas[name_of(schema)], **schema} if "$ref" in schema else schema


def _input(name: str, schema: Json, about: str, *, required: bool) -> Input:
    options = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    nullable = len(options) < len(schema.get("anyOf", ()))
    told = {**options[0], **schema} if len(options) == 1 else schema
    kind = told.get("type")
    if isinstance(kind, list):
        nullable = nullable or "null" in kind
        rest = [one for one in kind if one != "null"]
        kind = rest[0] if len(rest) == 1 else None
    if told.get("format") == "binary":
        kind = "file"
    elif "enum" in told:
        kind = "choice"
    elif kind not in _SIMPLE:
        kind = "json"
    examples = told.get("examples", ())
    return Input(
        name,
        kind,
        plain(about).split("\n")[0].replace("`", ""),
        required,
        nullable,
        tuple(value for value in told.get("enum", ()) if value is not None),
        {bound: told[bound] for bound in _BOUNDS if bound in told},
        examples[0] if examples else None,
    )
