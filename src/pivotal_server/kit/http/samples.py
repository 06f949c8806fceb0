"""Code that calls an operation with its example: for the shell, and with the SDKs for Python and TypeScript.

Each is a whole program, made from the operation and the example that its document shows. They read the
address of the server and the key from ``PIVOTAL_BASE_URL`` and ``PIVOTAL_API_KEY``: no key stands in code,
unless the call names what stands for one.
"""

import json
import keyword
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct

Json = dict[str, Any]

WIDTH = 80
FILE_NAME = "file.csv"
_PAGE_KEYS = {"data", "has_more", "next_cursor", "total"}


class Call(Struct, frozen=True, kw_only=True):
    """One call. ``path`` begins with the prefix of the API; ``body`` is JSON, ``form`` text beside a file.

    ``sdk`` names its method, ``ids`` are the arguments of its path; ``rows``: it answers with a page;
    ``shape``: the keys of the body that hold objects, as :func:`shape_of` says. ``access``: address and key
    to write out, where the program shall not ask its environment.
    """

    method: str
    path: str
    query: Mapping[str, Any]
    keyed: bool
    sdk: str
    ids: tuple[str, ...]
    rows: bool
    shape: Mapping[str, Any]
    body: Any = None
    form: Mapping[str, str] | None = None
    access: tuple[str, str] | None = None

    @property
    def target(self) -> str:
        """The path with its query."""
        return f"{self.path}?{urlencode(self.query)}" if self.query else self.path

    @property
    def given(self) -> Json:
        """What its method takes by name, but for a file."""
        return {**(self.form or {}), **(self.body or {}), **self.query}


def samples(call: Call) -> list[dict[str, str]]:
    """The samples of a call, as ``x-codeSamples`` lists them."""
    return [
        {"lang": "curl", "label": "curl", "source": _curl(call)},
        {"lang": "python", "label": "Python", "source": python_sample(call)},
        {"lang": "typescript", "label": "TypeScript", "source": typescript_sample(call)},
    ]


def is_page(schema: Json) -> bool:
    """Whether the schema of an answer is that of a page of a list."""
    return set(schema.get("properties", ())) >= _PAGE_KEYS


def shape_of(schema: Json, components: Json, within: tuple[str, ...] = ()) -> Json:
    """The keys of a schema that hold objects with known keys, each with what is known of these."""
    found = {}
    for key, value in schema.get("properties", {}).items():
        for option in (value, value.get("items", {}), *value.get("anyOf", ())):
            name = option.get("$ref", option.get("items", {}).get("$ref", "")).rpartition("/")[2]
            if name and name not in within:
                found[key] = shape_of(components[name], components, (*within, name))
    return found


def _quoted(text: str) -> str:
    """A word of the shell that stands for ``text`` alone."""
    return "'" + text.replace("'", "'\\''") + "'"


def _curl(call: Call) -> str:
    parts = [f'curl "$PIVOTAL_BASE_URL{call.target}"']
    sends = call.body is not None or call.form is not None
    if call.method != ("POST" if sends else "GET"):
        parts.append(f"-X {call.method}")
    if call.keyed:
        parts.append('-H "Authorization: Bearer $PIVOTAL_API_KEY"')
    if call.form is not None:
        parts += [f"-F file=@{FILE_NAME}", *(f"-F {_quoted(f'{k}={v}')}" for k, v in call.form.items())]
    if call.body is not None:
        text = json.dumps(call.body, indent=2, ensure_ascii=False)
        parts += ['-H "Content-Type: application/json"', f"-d {_quoted(text)}"]
    return " \\\n  ".join(parts) + "\n"


def python_sample(call: Call) -> str:
    """The call with the Python SDK."""
    arguments = [_id(one) for one in call.ids]
    if call.form is not None:
        arguments.append(f'file=Path("{FILE_NAME}")')
    for name, value in call.given.items():
        arguments.append(
            f"{name}_={_literal(value)}" if keyword.iskeyword(name) else f"{name}={_literal(value)}"
        )
    made = _called(f"api.{call.sdk}", arguments, 80)
    access = [] if call.access is None else [f'base_url="{call.access[0]}"', f'api_key="{call.access[1]}"']
    act = f"for one in {made}:\n    print(one)" if call.rows else f"print({made})"
    if not call.rows and "\n" in made:
        act = f"answer = {made}\nprint(answer)"
    lines = ["from pathlib import Path", ""] if call.form is not None else []
    lines += [
        "from pivotal import PivotalApi",
        "",
        f"with {_called('PivotalApi', access, 60)} as api:",
        _indented(act, 4),
    ]
    return "\n".join(lines) + "\n"


def typescript_sample(call: Call) -> str:
    """The call with the TypeScript SDK."""
    arguments = [_id(one) for one in call.ids]
    given = {_camel(key): _script(_camelled(value, call.shape.get(key))) for key, value in call.given.items()}
    if call.form is not None:
        file = f'{{ name: "{FILE_NAME}", data: await openAsBlob("{FILE_NAME}") }}'
        given = {"file": file, **given}
    if given:
        arguments.append(_braced(given))
    made = f"pivotal.{'.'.join(map(_camel, call.sdk.split('.')))}({', '.join(arguments)})"
    access = "" if call.access is None else '{{ baseUrl: "{}", apiKey: "{}" }}'.format(*call.access)
    lines = ['import { openAsBlob } from "node:fs";'] if call.form is not None else []
    lines += ['import { PivotalApi } from "@pivotal/api";', "", f"const pivotal = new PivotalApi({access});"]
    if call.rows:
        lines += [f"for await (const one of {made}) {{", "  console.log(one);", "}"]
    else:
        lines += [f"const answer = await {made};", "console.log(answer);"]
    return "\n".join(lines) + "\n"


def _called(name: str, arguments: Iterable[str], width: int) -> str:
    """A call on one line, or with a line for each argument."""
    listed = list(arguments)
    line = f"{name}({', '.join(listed)})"
    if len(line) <= width and "\n" not in line:
        return line
    return f"{name}(\n" + "".join(_indented(f"{one},", 4) + "\n" for one in listed) + ")"


def _indented(text: str, by: int) -> str:
    return "\n".join(f"{' ' * by}{line}" if line else line for line in text.split("\n"))


def _id(text: str) -> str:
    return text if text.isdigit() else _text(text)


def _literal(value: Any) -> str:
    """JSON as Python writes it, a line for each entry when it is long."""
    if not isinstance(value, dict | list) or not value:
        return str(value) if isinstance(value, bool) or value is None else _text(value)
    if isinstance(value, dict):
        start, end = "{}"
        parts = [f"{_text(key)}: {_literal(entry)}" for key, entry in value.items()]
    else:
        start, end = "[]"
        parts = [_literal(entry) for entry in value]
    line = f"{start}{', '.join(parts)}{end}"
    if len(line) <= WIDTH and "\n" not in line:
        return line
    inner = "".join(f"    {part},\n".replace("\n", "\n    ").rstrip(" ") for part in parts)
    return f"{start}\n{inner}{end}"


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _camel(name: str) -> str:
    return re.sub(r"_([a-z0-9])", lambda one: one[1].upper(), name)


def _camelled(value: Any, shape: Mapping[str, Any] | None) -> Any:
    """A value as the TypeScript SDK takes it: keys that the document knows are in camelCase, others stay."""
    if isinstance(value, list):
        return [_camelled(one, shape) for one in value]
    if shape is None or not isinstance(value, dict):
        return value
    return {_camel(key): _camelled(one, shape.get(key)) for key, one in value.items()}


def _script(value: Any) -> str:
    """JSON as TypeScript writes it."""
    if isinstance(value, dict):
        return _braced({key: _script(one) for key, one in value.items()})
    if isinstance(value, list):
        return _enclosed("[", [_script(one) for one in value], "]")
    return _text(value)


def _braced(parts: Mapping[str, str]) -> str:
    if not parts:
        return "{}"
    named = [f"{key if key.isidentifier() else _text(key)}: {value}" for key, value in parts.items()]
    line = f"{{ {', '.join(named)} }}"
    return line if len(line) <= WIDTH and "\n" not in line else _enclosed("{", named, "}", broken=True)


def _enclosed(start: str, parts: list[str], end: str, *, broken: bool = False) -> str:
    line = f"{start}{', '.join(parts)}{end}"
    if not broken and len(line) <= WIDTH and "\n" not in line:
        return line
    return f"{start}\n" + "".join(_indented(f"{one},", 2) + "\n" for one in parts) + end
