"""The API reference: one page an operation and one an object, from the OpenAPI document, as Markdown."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from pivotal_server.docs.facts import plain, pretty, table
from pivotal_server.docs.marks import FILLS
from pivotal_server.docs.schemas import NavGroup, Source
from pivotal_server.docs.source import ROOT
from pivotal_server.kit.http.samples import Call, is_page, python_sample, shape_of, typescript_sample

Json = dict[str, Any]
REFERENCE = f"{ROOT}/api/reference"
ERRORS = f"{ROOT}/api/welcome/errors"
_METHODS = ("get", "post", "patch", "delete")
_PARAMETERS = {
    "customerId": "customer_id",
    "delivery_id": "delivery_id",
}
_IDS = {
    "customers": "customer_id",
    "contacts": "contact_id",
    "onboardings": "onboarding_id",
    "tasks": "task_id",
    "comments": "comment_id",
    "attachments": "attachment_id",
    "templates": "template_id",
    "events": "event_id",
    "members": "member_id",
    "jobs": "job_id",
    "webhook_endpoints": "endpoint_id",
}


def tag_slug(tag: str) -> str:
    """The tag as a part of an address."""
    return re.sub(r"[^a-z0-9]+", "-", tag.lower())


def object_slug(name: str) -> str:
    """The name of a schema as a part of an address: ``CustomerPage`` → ``customer-page``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def camel(name: str) -> str:
    """The name of a method as TypeScript writes it."""
    return re.sub(r"_([a-z])", lambda found: found[1].upper(), name)


def operation_path(operation: Json) -> str:
    """The address of an operation's page."""
    return f"{REFERENCE}/{tag_slug(operation['tags'][0])}/{operation['operationId']}"


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    """Method, path and operation of the document, in its order."""
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                yield method.upper(), path, item[method]


def senders(document: Json) -> dict[str, list[str]]:
    """Links to the operations that can send an error code, by code."""
    found: dict[str, list[str]] = {}
    for _, _, operation in operations(document):
        link = f"[`{operation['operationId']}`]({operation_path(operation)})"
        for answer in operation["responses"].values():
            for code in answer.get("x-error-codes", ()):
                found.setdefault(code, []).append(link)
    return found


class Reference:
    """Writes the pages of one document."""

    def __init__(self, document: Json) -> None:
        self._document = document
        self._schemas: Json = document["components"]["schemas"]

    def pages(self) -> Iterator[Source]:
        """The overview, every operation, every object."""
        yield self._overview()
        for method, path, operation in operations(self._document):
            yield self._operation(method, path, operation)
        for name in self._schemas:
            yield self._object(name)

    def groups(self) -> list[NavGroup]:
        """The navigation of the reference."""
        tags: dict[str, list[str]] = {}
        for _, _, operation in operations(self._document):
            tags.setdefault(operation["tags"][0], []).append(operation_path(operation))
        return [
            NavGroup("Reference", (f"{REFERENCE}/overview",)),
            *(NavGroup(tag, tuple(paths)) for tag, paths in tags.items()),
            NavGroup("Objects", tuple(f"{REFERENCE}/objects/{object_slug(n)}" for n in self._schemas)),
        ]

    def overview_table(self) -> str:
        """Every operation, in one table."""
        return table(
            ("Operation", "Request", "Scope"),
            (
                (
                    f"[{operation['summary']}]({operation_path(operation)})",
                    f"`{method} {path.removeprefix('/api/v1')}`",
                    ", ".join(f"`{scope}`" for scope in operation["x-scopes"]) or "any key",
                )
                for method, path, operation in operations(self._document)
            ),
        )

    def tools(self) -> str:
        """The tools of the MCP server with the operations that they call, in one table."""
        calls: dict[str, list[Json]] = {}
        for _, _, operation in operations(self._document):
            for name in operation["x-mcp"] or ():
                calls.setdefault(name, []).append(operation)
        return table(
            ("Tool", "Calls", "Scope"),
            (
                (
                    f"`{name}`",
                    ", ".join(f"[{one['summary']}]({operation_path(one)})" for one in made),
                    ", ".join(f"`{scope}`" for scope in made[0]["x-scopes"]) or "any key",
                )
                for name, made in calls.items()
            ),
        )

    def sdk_methods(self) -> str:
        """The method of every operation in both SDKs, in one table."""
        methods = {operation["x-sdk"]: operation for _, _, operation in operations(self._document)}
        return table(
            ("Python", "TypeScript", "Operation"),
            (
                (
                    f"`{name}()`",
                    f"`{camel(name)}()`",
                    f"[{operation['summary']}]({operation_path(operation)})",
                )
                for name, operation in sorted(methods.items())
            ),
        )

    def _overview(self) -> Source:
        text = (
            "Every path stands below `{{public_url}}/api/v1`. Requests and answers are JSON in UTF-8, keys "
            "in `snake_case`; files are sent as `multipart/form-data`. The same is served to programs as "
            "[openapi.json](/api/v1/openapi.json) and [openapi.yaml](/api/v1/openapi.yaml).\n\n"
            f"## All operations\n\n{self.overview_table()}\n\n"
            "## Headers of answers\n\n"
            + table(
                ("Header", "Holds"),
                (
                    (f"`{name}`", header["description"])
                    for name, header in self._document["components"]["headers"].items()
                ),
            )
            + "\n"
        )
        return Source(
            f"{REFERENCE}/overview",
            "API reference",
            "Base address, media types, every operation and every header of an answer.",
            text,
            "Overview",
        )

    def _operation(self, method: str, path: str, operation: Json) -> Source:
        scopes = operation["x-scopes"]
        needs = (
            f"Needs a key with the scope {', '.join(f'`{scope}`' for scope in scopes)}."
            if scopes
            else "Needs no key."
            if operation.get("security") == []
            else "Any valid key may call it."
        )
        parts = [
            f"`{method} {path}` · `{operation['operationId']}`\n",
            plain(operation["description"]) + "\n",
            needs + "\n",
        ]
        parts.append(f"## Request\n\n{self._samples(method, path, operation)}")
        for place, title in (
            ("path", "Path parameters"),
            ("query", "Query parameters"),
            ("header", "Headers"),
        ):
            rows = [
                (f"`{p['name']}`", self._type(p["schema"]), plain(p["description"]))
                for p in operation.get("parameters", ())
                if p["in"] == place
            ]
            if rows:
                parts.append(f"### {title}\n\n{table(('Name', 'Type', 'Meaning'), rows)}\n")
        body = operation.get("requestBody")
        if body:
            kind, content = next(iter(body["content"].items()))
            name = content["schema"]["$ref"].rpartition("/")[2]
            parts.append(f"### Body\n\nSent as `{kind}`.\n\n{self._fields(name, request=True)}\n")
        parts += self._answers(operation)
        return Source(
            operation_path(operation),
            operation["summary"],
            f"{method} {path.removeprefix('/api/v1')}: parameters, fields, answers and errors.",
            "\n".join(parts),
            operation["summary"],
        )

    def _answers(self, operation: Json) -> Iterator[str]:
        errors = []
        for status, answer in operation["responses"].items():
            if "x-error-codes" in answer:
                errors += [(code, status) for code in answer["x-error-codes"]]
                continue
            parts = [f"## Answer {status}\n"]
            content = answer.get("content", {}).get("application/json")
            if content:
                name = content["schema"]["$ref"].rpartition("/")[2]
                parts.append(
                    f"{self._link(name)}.\n\n"
                    f"```json static response status={status}\n{pretty(content['example'])}\n```\n"
                )
            else:
                parts.append(f"{answer['description']}; no body.\n")
            headers = ", ".join(f"`{header}`" for header in answer.get("headers", ()))
            parts.append(f"Headers: {headers}.\n")
            yield "\n".join(parts)
        rows = ((status, f"[`{code}`]({ERRORS}#{code})") for code, status in errors)
        yield f"## Errors\n\n{table(('Status', 'Code'), rows)}\n"

    def _object(self, name: str) -> Source:
        schema = self._schemas[name]
        told = str(schema.get("description", "")).partition("\n\n")[0]
        users = [
            f"[{operation['summary']}]({operation_path(operation)})"
            for _, _, operation in operations(self._document)
            if f'"#/components/schemas/{name}"' in msgspec.json.encode(operation).decode()
        ]
        listed = "\n".join(f"- {user}" for user in users)
        used = f"\n## Used by\n\n{listed}\n" if users else ""
        return Source(
            f"{REFERENCE}/objects/{object_slug(name)}",
            name,
            f"Every field of {name}: type, limits and meaning.",
            f"{plain(told)}\n\n## Fields\n\n{self._fields(name)}\n{used}",
            name,
        )

    def _fields(self, name: str, *, request: bool = False) -> str:
        schema = self._schemas[name]
        required = set(schema.get("required", ()))
        rows = []
        for key, value in schema.get("properties", {}).items():
            if value.get("readOnly"):
                continue
            note = (
                ("Required. " if key in required else "")
                if request
                else ("" if key in required else "Optional. ")
            )
            default = value.get("default")
            shown = (
                f" Default: `{msgspec.json.encode(default).decode()}`."
                if default not in (None, [], {})
                else ""
            )
            rows.append(
                (f"`{key}`", self._type(value), f"{note}{plain(value.get('description', ''))}{shown}")
            )
        if not rows:
            return "No fields."
        return table(("Field", "Type", "Meaning"), rows)

    def _link(self, name: str) -> str:
        return f"[{name}]({REFERENCE}/objects/{object_slug(name)})"

    def _type(self, schema: Json) -> str:
        if "$ref" in schema:
            return self._link(schema["$ref"].rpartition("/")[2])
        if "anyOf" in schema:
            return " or ".join(dict.fromkeys(self._type(option) for option in schema["anyOf"]))
        if "enum" in schema:
            return ", ".join(f"`{value}`" for value in schema["enum"])
        kind = schema.get("type", "any value")
        kinds = kind if isinstance(kind, list) else [kind]
        words = " or ".join("list" if one == "array" else one for one in kinds)
        if "array" in kinds and "items" in schema:
            words += f" of {self._type(schema['items'])}"
        return words + _bounds(schema)

    def _samples(self, method: str, path: str, operation: Json) -> str:
        """The same request in every language, with the reader's values."""
        call = self._call(method, path, operation)
        shown = {
            "bash": self._curl(method, path, operation),
            "python": python_sample(call),
            "typescript": typescript_sample(call),
        }
        return "".join(
            f"```{language} group {'example' if language == 'bash' else 'static'}\n{code.rstrip()}\n```\n"
            for language, code in shown.items()
        )

    def _call(self, method: str, path: str, operation: Json) -> Call:
        content = operation.get("requestBody", {}).get("content", {})
        body = content.get("application/json")
        names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
        return Call(
            method=method,
            path=path,
            query=dict(parse_qsl(_example_query(operation).removeprefix("?"))),
            keyed=operation.get("security") != [],
            sdk=operation["x-sdk"],
            ids=tuple(f"{{{{{fill_of(path, name)}}}}}" for name in names),
            rows=is_page(self._schemas[answer_of(operation)]),
            shape=shape_of(self._schemas[name_of(body["schema"])], self._schemas) if body else {},
            body=spared(body["example"]) if body else None,
            form=content["multipart/form-data"]["example"] if "multipart/form-data" in content else None,
            access=("{{public_url}}", "{{api_key}}"),
        )

    def _curl(self, method: str, path: str, operation: Json) -> str:
        address = "{{public_url}}" + _with_ids(path)
        query = _example_query(operation)
        lines = [f'curl {"" if method == "GET" else f"-X {method} "}"{address}{query}"']
        if operation.get("security") != []:
            lines.append('-H "Authorization: Bearer {{api_key}}"')
        body = operation.get("requestBody")
        if body and "application/json" in body["content"]:
            example = spared(body["content"]["application/json"]["example"])
            lines.append('-H "Content-Type: application/json"')
            lines.append("-d '" + pretty(example).replace("'", "'\\''") + "'")
        elif body:
            form = self._schemas[body["content"]["multipart/form-data"]["schema"]["$ref"].rpartition("/")[2]]
            lines.append("-F file=@customers.csv")
            fields = [key for key in form.get("required", ()) if key != "file"]
            lines += [f"-F {key}={form['properties'][key]['examples'][0]}" for key in fields]
        return " \\\n  ".join(lines)


def _with_ids(path: str) -> str:
    parts = path.split("/")
    for at, part in enumerate(parts):
        if part.startswith("{"):
            parts[at] = "{{" + fill_of(path, part[1:-1]) + "}}"
    return "/".join(parts)


def name_of(schema: Json) -> str:
    """The name of the schema that a schema refers to."""
    return str(schema["$ref"].rpartition("/")[2])


def answer_of(operation: Json) -> str:
    """The name of the schema of its usual success."""
    answers = (one for status, one in operation["responses"].items() if status.startswith("2"))
    [content] = next(answers)["content"].values()
    return name_of(content["schema"])


def fill_of(path: str, name: str) -> str:
    """Which of the reader's values stands for the parameter ``name`` of a path."""
    before = path.partition(f"/{{{name}}}")[0].rpartition("/")[2]
    return _PARAMETERS.get(name, _IDS.get(before, "customer_id"))


def _example_query(operation: Json) -> str:
    names = {p["name"]: p for p in operation.get("parameters", ()) if p["in"] == "query"}
    if "q" in names and "cursor" in names and "status" not in names:
        return "?q=aurora"
    if "by" in names:
        return "?by=external_id"
    return "?limit=20" if "limit" in names else ""


def spared(example: Mapping[str, Any]) -> Json:
    """An example that names the reader's records, and no others of the workspace that wrote it."""
    return {
        key: f"{{{{{key}}}}}" if key in FILLS else value
        for key, value in example.items()
        if key in FILLS or not (key.endswith("_id") and isinstance(value, str) and value.startswith("cm"))
    }


def _bounds(schema: Json) -> str:
    said = []
    if "format" in schema:
        said.append(str(schema["format"]))
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None or high is not None:
        said.append(
            f"{low}–{high}" if None not in (low, high) else f"from {low}" if high is None else f"to {high}"
        )
    if "maxLength" in schema:
        said.append(f"at most {schema['maxLength']:,} characters")
    if "maxItems" in schema:
        said.append(f"at most {schema['maxItems']:,}")
    if "pattern" in schema:
        said.append(f"`{schema['pattern']}`")
    return f" ({', '.join(said)})" if said else ""
