"""The commands of the program, from its own declarations, as Markdown."""

import inspect
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

import cyclopts

from pivotal_server.docs.facts import plain, table

EXAMPLES = {
    "serve": "pivotal serve --port 9000",
    "worker": "pivotal worker",
    "migrate": "pivotal migrate --data ./data",
    "reindex": "pivotal reindex --workspace acme",
    "login-link": "pivotal login-link --email dana@acme.example",
    "keys create": "pivotal keys create --name ci --mode test --json",
    "keys list": "pivotal keys list --json",
    "keys revoke": "pivotal keys revoke ci",
    "workspace create": "pivotal workspace create --name Acme --owner-email dana@acme.example",
    "workspace list": "pivotal workspace list",
    "member add": "pivotal member add jonas@acme.example --name 'Jonas Weber' --role member",
    "member list": "pivotal member list --json",
    "sample create": "pivotal sample create",
    "sample delete": "pivotal sample delete",
    "openapi write": "pivotal openapi write openapi.json",
    "openapi diff": "pivotal openapi diff old.json new.json --fail-on breaking",
    "openapi freeze": "pivotal openapi freeze",
    "docs build": "pivotal docs build",
    "docs check": "pivotal docs check",
}
"""One example a command; a test fails for a command without one."""


def commands(app: cyclopts.App, above: tuple[str, ...] = ()) -> Iterator[tuple[str, cyclopts.App]]:
    """Every command by its words: ``keys create``."""
    for name in app:
        if name.startswith("-"):
            continue
        command = app[name]
        words = (*above, name)
        if command.default_command is None:
            yield from commands(command, words)
        else:
            yield " ".join(words), command


def described(app: cyclopts.App, program: str = "pivotal") -> str:
    """Every command with its options."""
    parts = []
    for words, command in sorted(commands(app)):
        parts.append(f"## `{program} {words}` {{#{words.replace(' ', '-')}}}\n\n{plain(command.help)}\n")
        if words in EXAMPLES:
            parts.append(f"```bash static\n{EXAMPLES[words]}\n```\n")
        rows = list(_options(command))
        if rows:
            parts.append(table(("Option", "Value", "Default", "Effect"), rows) + "\n")
    return "\n".join(parts)


def _options(command: cyclopts.App) -> Iterator[tuple[str, str, str, str]]:
    for argument in command.assemble_argument_collection():
        if argument.name == "*":
            continue
        default = argument.field_info.default
        named = argument.name if argument.index is None else argument.name.removeprefix("--").upper()
        negative = next((n for n in argument.negatives if n.startswith("--no-")), "")
        yield (
            f"`{named}`" + (f", `{negative}`" if negative else ""),
            _value(argument.hint),
            "required" if argument.required else _default(default),
            plain(argument.parameter.help or ""),
        )


def _value(hint: Any) -> str:
    if get_origin(hint) is Literal:
        return ", ".join(f"`{value}`" for value in get_args(hint))
    if hint is bool:
        return ""
    kinds = [kind for kind in (get_args(hint) or (hint,)) if kind is not type(None) and kind is not ...]
    names = {int: "number", str: "text"}
    return " or ".join(names.get(kind, "path") for kind in dict.fromkeys(kinds))


def _default(value: Any) -> str:
    if value in (None, False, (), inspect.Parameter.empty):
        return ""
    return "on" if value is True else f"`{value}`"
