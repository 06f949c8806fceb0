"""The Python SDK's generated files."""

import keyword
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sdk.generator.model import Api, Field, Object, Operation, Type

SETTINGS = Path(__file__).parents[2] / "pyproject.toml"
TEMPLATES = Path(__file__).parent / "templates"
OPTIONS = ("timeout", "max_retries", "headers", "idempotency_key", "if_match")
_SCALARS = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "datetime": "datetime",
    "date": "date",
    "any": "Any",
    "object": "Mapping[str, Any]",
    "file": "FileInput",
}
_WIDTH = 104


def environment() -> Environment:
    """The templates of both languages."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 – it writes code
    )


def files(api: Api) -> dict[str, str]:
    """Every generated file, by its path below ``_generated``, formatted."""
    templates = environment()
    templates.globals.update(
        api=api,
        annotation=annotation,
        class_name=class_name,
        docstring=docstring,
        module_name=module_name,
        python_name=python_name,
        signature=signature,
        constant=constant,
        returned=returned,
        nested=nested,
        event_class=event_class,
    )
    made = {
        "__init__.py": templates.get_template("init.py.jinja").render(),
        "webhook_events.py": templates.get_template("webhook_events.py.jinja").render(),
        "aio/__init__.py": '"""The async methods. Generated; do not edit."""\n',
        "models/__init__.py": templates.get_template("models_init.py.jinja").render(),
    }
    for group in sorted(set(api.groups.values())):
        objects = [api.objects[name] for name, home in api.groups.items() if home == group]
        made[f"models/{group}.py"] = templates.get_template("models.py.jinja").render(
            objects=objects, group=group, imported=_imported(api, objects, group)
        )
    for path, resource in api.resources.items():
        template = templates.get_template("resource.py.jinja")
        for is_async in (False, True):
            folder = "aio/" if is_async else ""
            made[f"{folder}{module_name(path)}.py"] = template.render(resource=resource, is_async=is_async)
    return formatted(made)


def formatted(made: Mapping[str, str]) -> dict[str, str]:
    """The files as ``ruff`` lays them out."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in made.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        _ruff("check", "--fix-only", "--select", "I,F401,RUF036", folder)
        _ruff("format", folder)
        return {name: Path(folder, name).read_text("utf-8") for name in made}


def _ruff(command: str, *arguments: str) -> None:
    program = str(Path(sys.executable).with_name("ruff"))
    options = ("--quiet", "--no-cache", "--config", str(SETTINGS))
    done = subprocess.run(
        [program, command, *options, *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"ruff {command}: {done.stdout}{done.stderr}")


def annotation(type_: Type, *, given: bool = False) -> str:
    """The type as Python writes it; ``given`` for an argument, which may be looser than an answer."""
    text = _bare(type_, given)
    return f"{text} | None" if type_.nullable and text != "Any" else text


def _bare(type_: Type, given: bool) -> str:
    match type_.kind:
        case "enum" if type_.open and not given:
            return "str"
        case "enum":
            return f"Literal[{', '.join(repr(value) for value in type_.values)}]"
        case "ref":
            return f"{type_.name} | Mapping[str, Any]" if given else type_.name
        case "page":
            return f"Page[{type_.name}]"
        case "list":
            assert type_.item is not None
            inner = annotation(type_.item, given=given)
            return f"Sequence[{inner}]" if given else f"list[{inner}]"
        case "map":
            assert type_.item is not None
            return f"Mapping[str, {annotation(type_.item, given=given)}]"
        case "datetime" | "date" if given:
            return "datetime | date | str"
        case kind:
            return _SCALARS[kind]


def argument(field: Field) -> str:
    """The type of an argument: ids may be numbers, and moments dates."""
    kind = field.argument_kind
    if not kind:
        return annotation(field.type, given=True)
    text = {"id": "Id", "moment": "datetime | date | str"}[kind]
    return f"{text} | None" if field.type.nullable else text


def omittable(field: Field) -> str:
    """The type of an argument that may be left out."""
    text = argument(field)
    return f"{text.removesuffix(' | None')} | Omit | None" if field.type.nullable else f"{text} | Omit"


def signature(operation: Operation) -> str:
    """The parameters of its method after ``self``."""
    clash = "headers" in {one.name for one in operation.sent}
    keyed = [f"{name}: Id" for name in operation.path_names] + ["*"]
    keyed += [f"{python_name(one.name)}: {argument(one)}" for one in operation.sent if one.required]
    keyed += [f"{one.name}: {argument(one)}" for one in operation.query if one.required]
    for one in operation.sent:
        if not one.required:
            keyed.append(f"{python_name(one.name)}: {omittable(one)} = OMIT")
    keyed += [f"{one.name}: {argument(one)} | None = None" for one in operation.query if not one.required]
    if operation.keyed:
        keyed.append("idempotency_key: str | None = None")
    if operation.conditional:
        keyed.append("if_match: str | None = None")
    headers = "request_headers" if clash else "headers"
    keyed += ["timeout: float | None = None", "max_retries: int | None = None"]
    keyed.append(f"{headers}: Mapping[str, str] | None = None")
    taken = {one.name for one in (*operation.sent, *operation.query)} & (set(OPTIONS) - {"headers"})
    if taken:
        raise ValueError(f"{operation.id}: the names {sorted(taken)} are those of options")
    return ", ".join(keyed)


def constant(operation: Operation) -> str:
    """The declaration that its method hands on."""
    parts: list[Any] = [f"{operation.verb!r}", f"{operation.path!r}"]
    if operation.query:
        parts.append(f"query={tuple(one.name for one in operation.query)!r}")
    for name, fields in (("body", operation.body), ("form", operation.form)):
        if fields is not None:
            parts.append(f"{name}={tuple(one.name for one in fields)!r}")
    if operation.keyed:
        parts.append("keyed=True")
    if "headers" in {one.name for one in operation.sent}:
        parts.append("headers_option='request_headers'")
    return f"Operation({', '.join(parts)})"


def returned(operation: Operation, *, is_async: bool) -> str:
    """What its method returns."""
    if operation.rows:
        return f"{'Async' if is_async else ''}Paginator[{operation.rows}]"
    return " | ".join(operation.models)


def nested(one: Object) -> dict[str, str]:
    """The keys that hold objects, with the names of their classes; ``[Name]`` is a page."""
    found = {}
    for field in one.fields:
        inner = field.type.item if field.type.kind == "list" else field.type
        if inner is not None and inner.kind in ("ref", "page"):
            found[python_name(field.name)] = f"[{inner.name}]" if inner.kind == "page" else inner.name
    return found


def docstring(*texts: str, indent: int = 4) -> str:
    """Texts as the docstring of something."""
    room = _WIDTH - indent
    paragraphs = [textwrap.fill(text.replace("\\", "\\\\"), room) for text in texts if text]
    whole = "\n\n".join(dict.fromkeys(paragraphs))
    lines = whole if "\n" not in whole else whole + "\n"
    return textwrap.indent(f'"""{lines}"""', " " * indent).lstrip()


def class_name(path: Iterable[str], *, is_async: bool = False) -> str:
    """The class of a group: ``CustomersContacts``."""
    words = "_".join(path) or "root"
    return ("Async" if is_async else "") + "".join(word.capitalize() for word in words.split("_"))


def module_name(path: Iterable[str]) -> str:
    """The file of a group."""
    return "_".join(path) or "root"


def event_class(type_: str) -> str:
    """The class of a type of event: ``CustomerAtRiskEvent``."""
    return "".join(word.capitalize() for word in type_.replace(".", "_").split("_")) + "Event"


def python_name(name: str) -> str:
    """A key as Python can write it."""
    return f"{name}_" if keyword.iskeyword(name) else name


def _imported(api: Api, objects: Iterable[Object], group: str) -> dict[str, list[str]]:
    found: dict[str, set[str]] = {}
    for one in objects:
        for field in one.fields:
            for name in field.type.refs():
                if api.groups[name] != group:
                    found.setdefault(api.groups[name], set()).add(name)
    return {home: sorted(names) for home, names in sorted(found.items())}
