"""The samples of the document call what the SDKs have, with arguments that they take."""

import ast
import inspect
import keyword
from pathlib import Path
from typing import Any

from pivotal import PivotalApi
from tests.sdk.packages import node, typescript  # noqa: F401 – a fixture
from tests.sdk.test_typescript import COMPILER, STRICT
from tests.support.app import document

# What a program on Node finds there; its types are a package of their own.
_NODE = 'declare module "node:fs" { export function openAsBlob(path: string): Promise<Blob>; }\n'


def samples(language: str) -> dict[str, tuple[dict[str, Any], str]]:
    """Every operation with its sample, by id."""
    found = {}
    for path in document()["paths"].values():
        for operation in path.values():
            [source] = [one["source"] for one in operation["x-codeSamples"] if one["lang"] == language]
            found[operation["operationId"]] = (operation, source)
    return found


def test_python_samples_pass_what_their_method_takes() -> None:
    api = PivotalApi("key", "http://127.0.0.1")
    for name, (operation, source) in samples("python").items():
        *names, last = operation["x-sdk"].split(".")
        owner: Any = api
        for part in names:
            owner = getattr(owner, part)
        call = next(
            node
            for node in ast.walk(ast.parse(source))
            if isinstance(node, ast.Call) and ast.unparse(node.func) == f"api.{operation['x-sdk']}"
        )
        given = {one.arg or "": one.value for one in call.keywords}
        inspect.signature(getattr(owner, last)).bind(*call.args, **given)
        content = operation.get("requestBody", {}).get("content", {})
        [shown] = [one["example"] for one in content.values()] or [{}]
        for key, value in shown.items():
            argument = f"{key}_" if keyword.iskeyword(key) else key
            assert ast.literal_eval(given[argument]) == value, (name, key)


async def test_typescript_samples_are_strictly_typed(typescript: Path) -> None:  # noqa: F811
    folder = typescript / "samples"
    folder.mkdir()
    (folder / "node.d.ts").write_text(_NODE + "declare const process: any;\n")
    for name, (_, source) in samples("typescript").items():
        (folder / f"{name}.mts").write_text(source)
    files = [str(path) for path in folder.iterdir()]
    assert (
        await node(str(COMPILER), *STRICT, "--module", "nodenext", "--moduleResolution", "nodenext", *files)
        == ""
    )
