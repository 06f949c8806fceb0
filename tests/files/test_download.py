"""Fetching files by signed links: what is sent, how, and which links no longer hold."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from pivotal_server.app import create_app
from pivotal_server.kit import clock
from tests.support.app import World, new_world
from tests.support.records import (
    Json,
    answered,
    created,
    new_customer,
    new_onboarding,
    new_task,
    path_of,
)
from tests.support.uploads import PDF, attach, send_file


@pytest.fixture
async def anybody(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the whole application, without key and cookies."""
    transport = httpx.ASGITransport(create_app(world.services, strict=True))
    async with httpx.AsyncClient(transport=transport) as client:
        yield client


async def new_comment(api: httpx.AsyncClient) -> Json:
    customer = await new_customer(api)
    return await created(api, f"{path_of(customer)}/comments", {"body": "See the file"})


async def link_to(api: httpx.AsyncClient, file: Json) -> str:
    url: str = answered(await api.get(f"/attachments/{file['id']}"))["url"]
    return url


async def test_a_file_comes_as_something_to_keep(api: httpx.AsyncClient, anybody: httpx.AsyncClient) -> None:
    content = bytes(range(256)) * 3_000
    file = await attach(api, await new_comment(api), "field list.bin", content)
    answer = await anybody.get(await link_to(api, file))
    assert (answer.status_code, answer.content) == (200, content)
    assert answer.headers["content-disposition"] == "attachment; filename*=utf-8''field%20list.bin"
    assert answer.headers["content-length"] == str(len(content))
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
    head = await anybody.head(await link_to(api, file))
    assert (head.status_code, head.headers["content-length"], head.content) == (200, str(len(content)), b"")


@pytest.mark.parametrize(
    ("name", "type", "content", "sent_as"),
    [
        ("a.pdf", "application/pdf", PDF, "application/pdf"),
        ("a.csv", "text/csv", b"a,b", "text/csv; charset=utf-8"),
        ("a.html", "text/html", b"<script>alert(1)</script>", "application/octet-stream"),
        ("a.svg", "image/svg+xml", b"<svg onload='alert(1)'/>", "application/octet-stream"),
        ("a.png", "image/png", b"<svg onload='alert(1)'/>", "application/octet-stream"),
    ],
)
async def test_nothing_is_sent_that_a_browser_would_run(
    api: httpx.AsyncClient, anybody: httpx.AsyncClient, name: str, type: str, content: bytes, sent_as: str
) -> None:
    sent = await send_file(api, await new_comment(api), name, content, type=type)
    answer = await anybody.get(await link_to(api, sent.json()))
    assert answer.content == content
    assert answer.headers["content-type"] == sent_as
    assert answer.headers["content-disposition"].startswith("attachment;")


@pytest.mark.parametrize(
    "name", ['a"; filename="b.exe', "größe.txt", "计划 \U0001f600.txt", "semi;colon.txt", "%41.txt"]
)
async def test_a_name_is_one_value_of_its_header(
    api: httpx.AsyncClient, anybody: httpx.AsyncClient, name: str
) -> None:
    file = await attach(api, await new_comment(api), name)
    assert file["name"] == name
    disposition = (await anybody.get(await link_to(api, file))).headers["content-disposition"]
    assert disposition.isascii()
    assert disposition.count(";") == 1
    assert "filename*=utf-8''" in disposition


async def test_a_link_ends_after_five_minutes(api: httpx.AsyncClient, anybody: httpx.AsyncClient) -> None:
    link = await link_to(api, await attach(api, await new_comment(api)))
    with clock.travel(timedelta(minutes=5, seconds=2)):
        assert (await anybody.get(link)).status_code == 404
    assert (await anybody.get(link)).status_code == 200


async def test_a_link_ends_with_its_file_comment_and_task(
    api: httpx.AsyncClient, anybody: httpx.AsyncClient
) -> None:
    onboarding = await new_onboarding(api, await new_customer(api))
    tasks = [await new_task(api, onboarding) for _ in range(2)]
    comments = [await created(api, f"{path_of(task)}/comments", {"body": "x"}) for task in tasks]
    ends = {f"/attachments/{file['id']}": file for file in [await attach(api, comments[0], "removed.pdf")]}
    ends[path_of(comments[0])] = await attach(api, comments[0], "of-comment.pdf")
    ends[path_of(tasks[0])] = await attach(api, tasks[0], "of-task.pdf")
    ends[path_of(onboarding)] = await attach(api, comments[1], "of-comment-of-onboarding.pdf")
    links = {path: await link_to(api, file) for path, file in ends.items()}
    for path, link in links.items():
        assert (await anybody.get(link)).status_code == 200
        answered(await api.delete(path))
        gone = await anybody.get(link)
        assert (gone.status_code, PDF in gone.content) == (404, False)


async def test_a_forged_link_leads_nowhere(
    api: httpx.AsyncClient, anybody: httpx.AsyncClient, world: World
) -> None:
    comment = await new_comment(api)
    file, other = await attach(api, comment), await attach(api, comment, "other.pdf", PDF + b"other")
    link = await link_to(api, file)
    stranger = await new_world(world.services, "Other", "other")
    for forged in (
        link.replace(file["id"], other["id"]),
        link.replace(world.workspace.id, stranger.workspace.id),
        link.partition("?")[0],
        link.partition("&")[0],
        link.replace("expires=1", "expires=2"),
        link[:-1],
        link.replace(file["id"], "..%2f..%2fpivotal.db"),
    ):
        assert forged != link
        answer = await anybody.get(forged)
        assert (answer.status_code, PDF in answer.content) == (404, False)
    # Even a link that the server has signed reaches only files that the workspace has.
    for org_id in (stranger.workspace.id, world.workspace.id):
        for id in (file["id"], "c" + "0" * 24):
            signed = world.services.files.link(org_id, id)
            expected = 200 if (org_id, id) == (world.workspace.id, file["id"]) else 404
            assert (await anybody.get(signed)).status_code == expected


async def test_a_file_that_is_not_there_is_not_found(
    api: httpx.AsyncClient, anybody: httpx.AsyncClient, world: World
) -> None:
    file = await attach(api, await new_comment(api))
    link = await link_to(api, file)
    world.services.files.path_of(file["id"]).unlink()
    assert (await anybody.get(link)).status_code == 404
