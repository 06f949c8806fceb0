"""From the OpenAPI document to the intermediate form. What it does not understand stops it."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from sdk.generator.model import Api, Event, Field, Object, Operation, Resource, Type

ALIASES = {("contacts",): ("customers", "contacts")}
"""Groups that the client offers under a second name."""

_SAID_ELSEWHERE = {
    "description", "examples", "example", "title", "default", "maxLength", "minLength", "pattern", "minimum",
    "maximum", "maxItems", "minItems", "readOnly", "deprecated",
}  # fmt: skip
_KNOWN = {
    "$ref", "additionalProperties", "anyOf", "enum", "format", "items", "properties", "required", "type",
    "x-extensible-enum",
}  # fmt: skip
_SCALARS = {"string", "integer", "number", "boolean"}
_FORMATS = {"date-time": "datetime", "date": "date", "binary": "file", "email": "string"}
_PAGE_KEYS = {"object", "data", "has_more", "next_cursor", "total"}
_HEADERS = {"Idempotency-Key", "If-Match", "If-None-Match"}


class NotUnderstood(Exception):
    """A schema that this generator has no words for."""

    def __init__(self, place: str, what: object) -> None:
        super().__init__(f"{place}: the generator does not understand {what}")


class Reader:
    """Reads one document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._schemas: Mapping[str, Any] = document["components"]["schemas"]

    def api(self) -> Api:
        """The whole API. Raises :class:`NotUnderstood`."""
        operations = [
            self._operation(path, verb, entry)
            for path, entries in self._document["paths"].items()
            for verb, entry in entries.items()
        ]
        events = tuple(self._event(name, entry["post"]) for name, entry in self._document["webhooks"].items())
        resources = _resources(operations)
        groups = self._groups(operations, events)
        objects = {name: self._object(name) for name in groups}
        return Api(self._document["info"]["version"], objects, groups, resources, events)

    def _operation(self, path: str, verb: str, entry: Mapping[str, Any]) -> Operation:
        place = f"{verb.upper()} {path}"
        if "x-sdk" not in entry:
            raise NotUnderstood(place, "an operation without x-sdk")
        names, query, headers = [], [], set()
        for given in entry.get("parameters", ()):
            match given["in"]:
                case "path":
                    names.append(_snake(given["name"]))
                case "query":
                    query.append(self._field(f"{place}?{given['name']}", given["name"], given))
                case "header" if given["name"] in _HEADERS:
                    headers.add(given["name"])
                case other:
                    raise NotUnderstood(place, f"a parameter in {other}: {given['name']}")
        body, form = self._request(place, entry.get("requestBody"))
        returns = {
            int(status): self._returned(f"{place} {status}", answer)
            for status, answer in entry["responses"].items()
            if status.startswith("2")
        }
        pages = {self._rows(name) for name in returns.values()}
        return Operation(
            id=entry["operationId"],
            verb=verb.upper(),
            path=re.sub(r"\{(\w+)\}", lambda one: f"{{{_snake(one[1])}}}", path.removeprefix("/api/v1")),
            sdk=tuple(entry["x-sdk"].split(".")),
            summary=entry["summary"],
            text=entry["description"],
            tag=entry["tags"][0],
            path_names=tuple(names),
            query=tuple(query),
            body=body,
            form=form,
            returns=returns,
            rows=pages.pop() if len(pages) == 1 else "",
            keyed="Idempotency-Key" in headers,
            conditional="If-Match" in headers,
        )

    def _field(self, place: str, name: str, given: Mapping[str, Any]) -> Field:
        return Field(name, self._type(place, given["schema"]), given["required"], given["description"])

    def _request(
        self, place: str, given: Mapping[str, Any] | None
    ) -> tuple[tuple[Field, ...] | None, tuple[Field, ...] | None]:
        if given is None:
            return None, None
        [(media, content)] = given["content"].items()
        fields = tuple(
            one for one in self._object(_ref(place, content["schema"])).fields if not one.read_only
        )
        match media:
            case "application/json":
                return fields, None
            case "multipart/form-data":
                return None, fields
            case _:
                raise NotUnderstood(place, media)

    def _returned(self, place: str, answer: Mapping[str, Any]) -> str:
        try:
            return _ref(place, answer["content"]["application/json"]["schema"])
        except KeyError:
            raise NotUnderstood(place, "an answer that is not JSON") from None

    def _rows(self, name: str) -> str:
        """The schema of the rows of a page, or nothing when it is no page."""
        properties = self._schemas[name].get("properties", {})
        if not properties.keys() >= _PAGE_KEYS or "items" not in properties["data"]:
            return ""
        return _ref(name, properties["data"]["items"])

    def _object(self, name: str) -> Object:
        schema = self._schemas[name]
        required = schema.get("required", ())
        fields = []
        for key, value in schema["properties"].items():
            read_only = bool(value.get("readOnly"))
            type_ = Type("any") if read_only else self._type(f"{name}.{key}", value)
            fields.append(Field(key, type_, key in required, value.get("description", ""), read_only))
        return Object(name, schema.get("description", ""), tuple(fields))

    def _type(self, place: str, schema: Mapping[str, Any]) -> Type:
        unknown = schema.keys() - _KNOWN - _SAID_ELSEWHERE
        if unknown:
            raise NotUnderstood(place, ", ".join(sorted(unknown)))
        if "anyOf" in schema:
            return self._nullable(place, schema)
        if "$ref" in schema:
            name = _ref(place, schema)
            rows = self._rows(name)
            return Type("page", rows) if rows else Type("ref", name)
        if "enum" in schema:
            return Type("enum", values=tuple(schema["enum"]), open=bool(schema.get("x-extensible-enum")))
        return self._plain(place, schema)

    def _plain(self, place: str, schema: Mapping[str, Any]) -> Type:
        match schema.get("type"):
            case None:
                return Type("any")
            case "array":
                return Type("list", item=self._type(f"{place}[]", schema["items"]))
            case "object" if "properties" in schema:
                raise NotUnderstood(place, "an object without a name")
            case "object":
                values = schema.get("additionalProperties")
                if not isinstance(values, dict):
                    return Type("object")
                return Type("map", item=self._type(f"{place}{{}}", values))
            case "string" if "format" in schema:
                if schema["format"] not in _FORMATS:
                    raise NotUnderstood(place, f"the format {schema['format']}")
                return Type(_FORMATS[schema["format"]])  # type: ignore[arg-type]
            case kind if kind in _SCALARS:
                return Type(kind)
            case other:
                raise NotUnderstood(place, f"the type {other}")

    def _nullable(self, place: str, schema: Mapping[str, Any]) -> Type:
        branches = [one for one in schema["anyOf"] if one != {"type": "null"}]
        if len(branches) != 1 or len(schema["anyOf"]) != 2:
            raise NotUnderstood(place, "anyOf of more than one type and null")
        outer = {key: schema[key] for key in ("format", "x-extensible-enum") if key in schema}
        inner = self._type(place, {**outer, **branches[0]})
        return Type(inner.kind, inner.name, inner.item, inner.values, inner.open, nullable=True)

    def _event(self, name: str, entry: Mapping[str, Any]) -> Event:
        schema = entry["requestBody"]["content"]["application/json"]["schema"]
        whole = schema["properties"]["data"]["anyOf"][0]["properties"]["object"]
        if "allOf" in whole:
            whole = whole["allOf"][0]
        return Event(name, _ref(name, whole), entry["summary"])

    def _groups(self, operations: Iterable[Operation], events: Iterable[Event]) -> dict[str, str]:
        """Each object with the file that it stands in: that of the group which first returns or takes it."""
        groups: dict[str, str] = {}
        for operation in operations:
            for name in operation.models:
                groups.setdefault(name, operation.sdk[0])
        for event in events:
            groups.setdefault(event.payload, "events")
        waiting = list(groups.items())
        for operation in operations:
            for one in operation.sent:
                waiting += [(name, operation.sdk[0]) for name in one.type.refs()]
        while waiting:
            name, group = waiting.pop(0)
            groups.setdefault(name, group)
            inner = [ref for one in self._object(name).fields for ref in one.type.refs()]
            waiting += [(ref, groups[name]) for ref in inner if ref not in groups]
        return dict(sorted(groups.items()))


def _resources(operations: Iterable[Operation]) -> dict[tuple[str, ...], Resource]:
    found: dict[tuple[str, ...], Resource] = {(): Resource(())}
    for operation in operations:
        home = operation.sdk[:-1]
        for depth in range(len(home)):
            parent = found.setdefault(home[:depth], Resource(home[:depth]))
            parent.children[home[depth]] = home[: depth + 1]
        found.setdefault(home, Resource(home)).operations.append(operation)
    for alias, target in ALIASES.items():
        found[alias[:-1]].children[alias[-1]] = target
    return found


def _ref(place: str, schema: Mapping[str, Any]) -> str:
    if "$ref" not in schema:
        raise NotUnderstood(place, "a schema without a name")
    name: str = schema["$ref"].rpartition("/")[2]
    return name


def _snake(name: str) -> str:
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
