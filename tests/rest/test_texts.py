"""Texts and numbers as the API keeps them: names hold what is seen, metadata come back as they were sent."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from tests.support.records import (
    Json,
    answered,
    error_of,
    new_contact,
    new_customer,
    new_onboarding,
    new_task,
    new_template,
    path_of,
    read,
)

MAKERS: dict[str, Callable[..., Awaitable[Json]]] = {
    "customer": new_customer,
    "contact": new_contact,
    "onboarding": new_onboarding,
    "task": new_task,
    "template": new_template,
}


async def made(api: httpx.AsyncClient, kind: str, **fields: Any) -> Json:
    """A record of this kind, with what it stands in."""
    if kind in ("customer", "template"):
        return await MAKERS[kind](api, **fields)
    customer = await new_customer(api)
    if kind in ("contact", "onboarding"):
        return await MAKERS[kind](api, customer, **fields)
    return await new_task(api, await new_onboarding(api, customer), **fields)


@pytest.mark.parametrize("kind", MAKERS)
async def test_a_name_holds_what_is_seen(api: httpx.AsyncClient, kind: str) -> None:
    key = "title" if kind == "task" else "name"
    row = await made(api, kind, **{key: "\u202eAuro\u200bra\u202c\n Outfitters \ufeff"})
    assert row[key] == "Aurora Outfitters" == (await read(api, row))[key]
    for nothing in ("", " ", "\u200b", "\u202e\u200f", "\u3164", "\u2800\ufeff"):
        refused = await api.patch(path_of(row), json={key: nothing})
        assert error_of(refused) == (400, "too_small", key), ascii(nothing)
    answered(await api.patch(path_of(row), json={key: "אורורה 👩\u200d🚀"}))
    assert (await read(api, row))[key] == "אורורה 👩\u200d🚀"


async def test_what_nobody_sees_is_no_value_either(api: httpx.AsyncClient) -> None:
    row = await new_customer(api, plan="\u200b", external_id=" \u2060", tags=["a\u200b", "a"])
    assert (row["plan"], row["external_id"], row["tags"]) == (None, None, ["a"])
    assert error_of(await api.post("/customers", json={"name": "x", "tags": ["\u200b"]})) == (
        400,
        "too_small",
        "tags.0",
    )
    onboarding = await new_onboarding(api, row, notes="\u200b\n\u00a0")
    assert onboarding["notes"] is None
    refused = await api.post(f"{path_of(onboarding)}/comments", json={"body": "\u200b\u2800"})
    assert error_of(refused) == (400, "too_small", "body")


@pytest.mark.parametrize("kind", [kind for kind in MAKERS if kind != "template"])
async def test_numbers_of_metadata_come_back_as_they_were_sent(api: httpx.AsyncClient, kind: str) -> None:
    row = await made(api, kind)
    sent = (
        b'{"a":12345678901234567890,"b":-0.0,"c":0.1,"d":0.30000000000000004,"e":1.0,"f":5e-324,'
        b'"g":1.7976931348623157e308,"h":123456789012345678901234567890123456789012345678901234567890,'
        b'"i":9007199254740993,"j":-9223372036854775809,"k":[{"l":1.10}]}'
    )
    answer = await api.patch(
        path_of(row),
        content=b'{"metadata":' + sent + b"}",
        headers={"Content-Type": "application/json"},
    )
    kept = sent.replace(b"1.10", b"1.1")
    for shown in (answer, await api.get(path_of(row))):
        assert b'"metadata":' + kept + b"," in shown.content
    for literal, field in (
        (b'{"a":1e400}', "metadata.a"),
        (b'{"a":[1,-1e400]}', "metadata.a.1"),
        (b'{"a":0.1000000000000000055511151231257827}', "metadata.a"),
        (b'{"a":1e-400}', "metadata.a"),
    ):
        refused = await api.patch(
            path_of(row),
            content=b'{"metadata":' + literal + b"}",
            headers={"Content-Type": "application/json"},
        )
        assert error_of(refused) == (400, "too_big", field)
    assert b'"metadata":' + kept + b"," in (await api.get(path_of(row))).content


async def test_another_number_too_large_is_refused_with_its_field(api: httpx.AsyncClient) -> None:
    for number in (b"1e400", b"1" * 400):
        refused = await api.post(
            "/customers",
            content=b'{"name":"x","mrr":' + number + b"}",
            headers={"Content-Type": "application/json"},
        )
        assert error_of(refused) == (400, "too_big", "mrr")
