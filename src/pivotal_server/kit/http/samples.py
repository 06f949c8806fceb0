"""Code that calls an operation with its example: for the shell, Python and TypeScript.

Each is a whole program, made from the operation and the example that its document shows. They read the
address of the server and the key from ``PIVOTAL_BASE_URL`` and ``PIVOTAL_API_KEY``: no key stands in code.
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct

WIDTH = 80
FILE_NAME = "file.csv"


class Call(Struct, frozen=True, kw_only=True):
    """One call. ``path`` begins with the prefix of the API; ``body`` is JSON, ``form`` text beside a file."""

    method: str
    path: str
    query: Mapping[str, Any]
    keyed: bool
    body: Any = None
    form: Mapping[str, str] | None = None

    @property
    def target(self) -> str:
        """The path with its query."""
        return f"{self.path}?{urlencode(self.query)}" if self.query else self.path


def samples(call: Call) -> list[dict[str, str]]:
    """The samples of a call, as ``x-codeSamples`` lists them."""
    return [
        {"lang": "curl", "label": "curl", "source": _curl(call)},
        {"lang": "python", "label": "Python", "source": _python(call)},
        {"lang": "typescript", "label": "TypeScript", "source": _typescript(call)},
    ]


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


def _python(call: Call) -> str:
    address = f'os.environ["PIVOTAL_BASE_URL"] + {json.dumps(call.path)}'
    arguments = [address]
    if call.query:
        arguments.append(f"params={_literal(call.query)}")
    if call.keyed:
        arguments.append('headers={"Authorization": f"Bearer {os.environ[\'PIVOTAL_API_KEY\']}"}')
    if call.form is not None:
        arguments += [f"data={_literal(call.form)}", f'files={{"file": open({_text(FILE_NAME)}, "rb")}}']
    if call.body is not None:
        arguments.append(f"json={_literal(call.body)}")
    inner = ",\n".join(arguments).replace("\n", "\n    ")
    lines = ["import os", "", "import httpx", "", f"answer = httpx.{call.method.lower()}(\n    {inner},\n)"]
    return "\n".join([*lines, "answer.raise_for_status()", "print(answer.json())"]) + "\n"


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


def _typescript(call: Call) -> str:
    headers = []
    if call.keyed:
        headers.append("Authorization: `Bearer ${process.env.PIVOTAL_API_KEY}`")
    if call.body is not None:
        headers.append('"Content-Type": "application/json"')
    options = [] if call.method == "GET" else [f"method: {json.dumps(call.method)}"]
    if headers:
        options.append(f"headers: {{ {', '.join(headers)} }}")
    start = []
    if call.form is not None:
        name = json.dumps(FILE_NAME)
        start = ['import { openAsBlob } from "node:fs";', "", "const form = new FormData();"]
        start += [f"form.set({json.dumps(k)}, {json.dumps(v)});" for k, v in call.form.items()]
        start += [f'form.set("file", await openAsBlob({name}), {name});', ""]
        options.append("body: form")
    if call.body is not None:
        text = json.dumps(call.body, indent=2, ensure_ascii=False)
        options.append(f"body: JSON.stringify({text})")
    address = f"`${{process.env.PIVOTAL_BASE_URL}}{call.target}`"
    inner = "".join(f"  {option},\n".replace("\n", "\n  ").rstrip(" ") for option in options)
    given = f", {{\n{inner}}}" if options else ""
    lines = [*start, f"const answer = await fetch({address}{given});"]
    return "\n".join([*lines, "if (!answer.ok) throw new Error(await answer.text());"]) + (
        "\nconsole.log(await answer.json());\n"
    )
