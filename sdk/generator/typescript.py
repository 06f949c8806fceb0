"""The TypeScript SDK's generated files."""

import json
import re
import textwrap
from collections.abc import Iterable

from sdk.generator.model import Api, Event, Field, Object, Operation, Type
from sdk.generator.python import class_name, environment, event_class, module_name

_SCALARS = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "datetime": "string",
    "date": "string",
    "any": "unknown",
    "object": "Record<string, unknown>",
    "file": "FileInput",
}
_WIDTH = 108
_RESOURCE_TYPES = ("CallOptions", "FileInput", "Id", "Moment", "Open", "Operation", "Page", "Paginator")


def files(api: Api) -> dict[str, str]:
    """Every generated file, by its path below ``_generated``."""
    templates = environment()
    templates.filters["camel"] = camel
    templates.globals.update(
        api=api,
        annotation=annotation,
        argument=argument,
        camel=camel,
        class_name=class_name,
        comment=comment,
        constant=constant,
        event_class=event_class,
        kinds=kinds,
        module_name=module_name,
        nested=nested,
        returned=returned,
        short=short,
    )
    groups = sorted(set(api.groups.values()))
    made = {
        "version.ts": f'// The release. Generated; do not edit.\nexport const VERSION = "{api.version}";\n',
        "shapes.ts": templates.get_template("shapes.ts.jinja").render(),
        "webhook_events.ts": templates.get_template("webhook_events.ts.jinja").render(),
        "models.ts": "// The objects of the API. Generated; do not edit.\n"
        + "".join(f'export type * from "./models/{group}.js";\n' for group in groups),
    }
    for group in groups:
        objects = [api.objects[name] for name, home in api.groups.items() if home == group]
        text = templates.get_template("models.ts.jinja").render(objects=objects)
        made[f"models/{group}.ts"] = _with_imports(api, text, f"Objects of `{group}`", "../", "./", group)
    for path, resource in api.resources.items():
        name = module_name(path)
        text = templates.get_template("resource.ts.jinja").render(resource=resource)
        made[f"{name}.ts"] = _with_imports(api, text, f"Methods of `{name}`", "", "./models/", "")
    return made


def _with_imports(api: Api, text: str, title: str, up: str, models: str, own: str) -> str:
    """The file with the imports of what it names."""
    words = set(re.findall(r"[A-Za-z]+", re.sub(r"/\*\*.*?\*/", "", text, flags=re.DOTALL)))
    lines = [f"// {title}. Generated; do not edit."]
    base = "../" + up
    if "extends Resource" in text:
        lines.append(f'import {{ Resource }} from "{base}resource.js";')
    for home in ("paging", "resource", "transport"):
        names = [name for name in _RESOURCE_TYPES if name in words and _HOMES.get(name, "resource") == home]
        if names:
            lines.append(f'import type {{ {", ".join(names)} }} from "{base}{home}.js";')
    found: dict[str, list[str]] = {}
    for name, group in api.groups.items():
        if name in words and group != own:
            found.setdefault(group, []).append(name)
    for group, names in found.items():
        lines += textwrap.wrap(
            f'import type {{ {", ".join(names)} }} from "{models}{group}.js";', _WIDTH, subsequent_indent="  "
        )
    return "\n".join(lines) + "\n" + text


_HOMES = {"CallOptions": "transport", "Page": "paging", "Paginator": "paging"}


def camel(name: str) -> str:
    """A key as TypeScript writes it. Raises where it could not be turned back."""
    made = re.sub(r"_([a-z0-9])", lambda one: one[1].upper(), name)
    if re.sub(r"[A-Z]", lambda one: "_" + one[0].lower(), made) != name:
        raise ValueError(f"{name}: the key cannot be turned back from {made}")
    return made


def annotation(type_: Type, *, given: bool = False) -> str:
    """The type as TypeScript writes it; ``given`` for an argument."""
    text = _bare(type_, given)
    return f"{text} | null" if type_.nullable else text


def _bare(type_: Type, given: bool) -> str:
    match type_.kind:
        case "enum":
            union = " | ".join(json.dumps(value) for value in type_.values)
            return f"Open<{union}>" if type_.open and not given else union
        case "ref":
            return type_.name
        case "page":
            return f"Page<{type_.name}>"
        case "list":
            assert type_.item is not None
            inner = annotation(type_.item, given=given)
            return (
                f"readonly ({inner})[]"
                if given and "|" in inner
                else f"{'readonly ' if given else ''}{_many(inner)}"
            )
        case "map":
            assert type_.item is not None
            return f"Record<string, {annotation(type_.item, given=given)}>"
        case "datetime" | "date" if given:
            return "Moment"
        case kind:
            return _SCALARS[kind]


def _many(inner: str) -> str:
    return f"({inner})[]" if "|" in inner else f"{inner}[]"


def argument(field: Field) -> str:
    """The type of an argument: ids may be numbers, and moments dates."""
    kind = field.argument_kind
    if kind:
        text = {"id": "Id", "moment": "Moment"}[kind]
        return f"{text} | null" if field.type.nullable else text
    return annotation(field.type, given=True)


def constant(operation: Operation) -> str:
    """The declaration that its method hands on."""
    parts = [f"method: {json.dumps(operation.verb)}", f"path: {json.dumps(operation.path)}"]
    if operation.rows:
        parts.append(f'returns: "[{operation.rows}"')
    elif len(operation.models) > 1:
        listed = ", ".join(f'{status}: "{name}"' for status, name in operation.returns.items())
        parts.append(f"returns: {{ {listed} }}")
    else:
        parts.append(f'returns: "{operation.models[0]}"')
    if operation.query:
        parts.append(_listed("query", [one.name for one in operation.query]))
    inside = nested(operation.sent)
    if inside:
        parts.append(f"nested: {json.dumps(inside)}")
    if operation.body is not None:
        parts.append('sends: "json"')
    if operation.form is not None:
        parts.append('sends: "form"')
    if operation.keyed:
        parts.append("keyed: true")
    return "{\n" + "".join(f"  {part},\n" for part in parts) + "}"


def _listed(name: str, words: list[str]) -> str:
    line = f"{name}: {json.dumps(words)}"
    return (
        line if len(line) < _WIDTH else "\n".join(textwrap.wrap(line, _WIDTH - 4, subsequent_indent="    "))
    )


def nested(fields: Iterable[Field]) -> dict[str, str]:
    """The keys that hold objects, with the names of their schemas; ``[Name`` is a page."""
    found = {}
    for field in fields:
        inner = field.type.item if field.type.kind == "list" else field.type
        if inner is not None and inner.kind in ("ref", "page"):
            found[field.name] = f"[{inner.name}" if inner.kind == "page" else inner.name
    return found


def kinds(events: Iterable[Event]) -> dict[str, list[Event]]:
    """The types of events by the object they carry."""
    found: dict[str, list[Event]] = {}
    for event in events:
        found.setdefault(event.payload, []).append(event)
    return found


def returned(operation: Operation) -> str:
    """What its method's promise or walk holds."""
    return operation.rows or " | ".join(operation.models)


def short(one: Object) -> str:
    """What an object is, in a line or two."""
    return one.text or one.name


def comment(text: str, indent: int = 0) -> str:
    """A text as documentation of what follows."""
    plain = " ".join(text.replace("*/", "* /").split())
    space = " " * indent
    if len(plain) + indent + 7 <= _WIDTH:
        return f"/** {plain} */"
    lines = textwrap.wrap(plain, _WIDTH - indent - 3)
    return "/**\n" + "".join(f"{space} * {line}\n" for line in lines) + f"{space} */"
