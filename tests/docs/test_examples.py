"""Every curl example of the docs runs against a real server, as a reader would paste it."""

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from pivotal_server.cli_docs import CONTENT
from pivotal_server.docs.colouring import Block
from pivotal_server.docs.marks import FILLS
from pivotal_server.docs.reference import Reference, operation_path, operations
from pivotal_server.docs.rendering import render
from pivotal_server.docs.source import read_content
from tests.support.app import document
from tests.support.live_server import Live

_MARK = re.compile(r"zq([a-z_]+)qz")
_WITH_STATUS = "curl() { command curl --silent --show-error --write-out '\\n%{http_code}' \"$@\"; }\n"


def blocks_by_page() -> Iterator[tuple[str, tuple[Block, ...]]]:
    """The blocks of each written page that has some to run."""
    for page in read_content(CONTENT).pages:
        blocks = render(page.text, place=page.path).blocks
        if any({"run", "script"} & block.attributes.keys() for block in blocks):
            yield page.path, blocks


PAGES = dict(blocks_by_page())


async def pasted(code: str, folder: Path, values: Mapping[str, str]) -> str:
    """What a shell prints for the code of a block; it must succeed."""
    filled = _MARK.sub(lambda found: values.get(found[1], FILLS[found[1]].placeholder), code)
    process = await asyncio.create_subprocess_exec(
        *("bash", "-euo", "pipefail", "-c", filled),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate()
    assert process.returncode == 0, f"{filled}\n{errors.decode()}"
    return output.decode()


async def answer_to(code: str, folder: Path, values: Mapping[str, str]) -> tuple[int, Any]:
    """Status and body of the one request that a block sends."""
    body, _, status = (await pasted(_WITH_STATUS + code, folder, values)).rpartition("\n")
    text = body.replace("\r\n", "\n").rpartition("\n\n")[2] if body.startswith("HTTP/") else body
    return int(status), json.loads(text) if text.startswith(("{", "[")) else text


def assert_same_shape(shown: Any, real: Any, place: str = "$") -> None:
    """The same keys in the same order and the same types; words of the contract are equal."""
    assert type(shown) is type(real), f"{place}: {shown!r} is shown, {real!r} came"
    if isinstance(shown, dict):
        assert list(shown) == list(real), place
        for key, value in shown.items():
            assert_same_shape(value, real[key], f"{place}.{key}")
            if key in ("object", "type", "code", "mode", "state", "status"):
                assert value == real[key], f"{place}.{key}"


async def values_of(live: Live) -> dict[str, str]:
    if not live.key:
        _, live.key = await live.world.new_key("local-dev", rate_limit=0)
    return {"public_url": live.url, "api_key": live.key}


def test_there_are_pages_with_examples() -> None:
    assert "/docs/api/welcome/quickstart" in PAGES
    assert sum("run" in block.attributes for blocks in PAGES.values() for block in blocks) >= 30


@pytest.mark.parametrize("path", PAGES)
async def test_the_examples_of_a_page(live: Live, tmp_path: Path, path: str) -> None:
    values = await values_of(live)
    last: Any = None
    for block in PAGES[path]:
        if "script" in block.attributes:
            await pasted(block.code, tmp_path, values)
        elif "run" in block.attributes:
            status, last = await answer_to(block.code, tmp_path, values)
            wanted = block.attributes.get("status")
            assert str(status) == wanted if wanted else 200 <= status < 300, (block.code, status, last)
            name, _, key = block.attributes.get("capture", "").partition("=")
            if name:
                values[name] = str(last[key])
        elif "response" in block.attributes and "static" not in block.attributes:
            assert_same_shape(json.loads(block.code), last)


def test_every_block_says_what_it_is() -> None:
    known = {"run", "script", "response", "static", "verify", "sdk"}
    for page in read_content(CONTENT).pages:
        for block in render(page.text, place=page.path).blocks:
            assert known & block.attributes.keys(), (page.path, block.code)


async def filled_workspace(live: Live, folder: Path) -> dict[str, str]:
    """A workspace that has one of everything which the paths of the reference name."""
    values = await values_of(live)

    async def made(path: str, body: dict[str, Any]) -> dict[str, Any]:
        return await live.created(path, body)

    customer = await made("/customers", {"name": "Halden Pharmacy", "slug": "halden"})
    number = customer["display_id"]
    contact = await made(f"/customers/{number}/contacts", {"name": "Ida", "email": "ida@halden.example"})
    onboarding = await made("/onboardings", {"customer_id": number})
    task = await made(f"/onboardings/{onboarding['display_id']}/tasks", {"title": "Kick-off"})
    comment = await made(f"/customers/{number}/comments", {"body": "Welcome"})
    plan = {"name": "Kick-off", "phase": "before_getting_started", "tasks": [{"title": "Invite"}]}
    template = await made("/templates", plan)
    endpoint = await made("/webhook_endpoints", {"url": "https://example.com/hook", "event_types": ["*"]})
    (folder / "customers.csv").write_text("name\nOsprey\n")
    upload = f'curl -sS -F file=@customers.csv -H "Authorization: Bearer {live.key}" {live.url}/api/v1'
    attached = json.loads(await pasted(f"{upload}/tasks/{task['display_id']}/attachments", folder, {}))
    job = json.loads(await pasted(f"{upload}/imports -F resource=customer", folder, {}))
    events = await live.curl("GET", "/events")
    tested = await live.curl(
        "POST", f"/webhook_endpoints/{endpoint['display_id']}/test", {"type": "task.created"}
    )
    assert tested.status < 300, tested.json
    return values | {
        "customer_id": str(number),
        "contact_id": str(contact["display_id"]),
        "onboarding_id": str(onboarding["display_id"]),
        "task_id": str(task["display_id"]),
        "comment_id": str(comment["display_id"]),
        "template_id": str(template["display_id"]),
        "endpoint_id": str(endpoint["display_id"]),
        "attachment_id": attached["id"],
        "job_id": job["id"],
        "event_id": events.json["data"][0]["id"],
        "delivery_id": tested.json["id"],
        "member_id": str(live.world.owner.display_id),
    }


# Two examples give one name to two records, and one names a day that is past.
TAKEN = {
    ("update-customer", "slug_taken"),
    ("update-contact", "external_id_taken"),
    ("update-onboarding", "external_id_taken"),
    ("create-task-subtask", "external_id_taken"),
    ("update-task", "external_id_taken"),
    ("update-template", "template_name_taken"),
    ("recover-webhook-events", "window_too_large"),
}


async def test_every_example_of_the_reference_is_understood(live: Live, tmp_path: Path) -> None:
    """Each reaches its operation, which finds nothing wrong with its form and finds what it names."""
    values = await filled_workspace(live, tmp_path)
    pages = {page.path: page for page in Reference(document()).pages()}
    failed = set()
    # Deletions come last, what hangs on others first among them.
    listed = sorted(
        operations(document()),
        key=lambda e: (e[0] == "DELETE", e[2]["operationId"] if e[0] == "DELETE" else ""),
    )
    for _, _, operation in listed:
        page = pages[operation_path(operation)]
        example = next(block for block in render(page.text).blocks if "example" in block.attributes)
        status, body = await answer_to(example.code, tmp_path, values)
        code = body["error"]["code"] if status >= 400 else ""
        declared = operation["responses"].get(str(status), {})
        assert declared, (operation["operationId"], status)
        if code:
            failed.add((operation["operationId"], code))
    assert failed - TAKEN == set()
