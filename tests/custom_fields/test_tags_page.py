"""Admin > Custom fields > Tags: renaming, merging, deleting, and making a field of one (APP-FIELD-2)."""

from typing import Any

import httpx
import pytest

from pivotal_server.custom_fields import pages_tags
from pivotal_server.customers import changes as customer_changes
from pivotal_server.customers import retagging
from pivotal_server.kit.codes import INVALID_STRING
from tests.support.app import World
from tests.support.browser import Browser
from tests.support.people import entries_of, new_member
from tests.support.queue import work_off
from tests.support.records import Json, new_customer, read
from tests.support.visits import Enter, faults_of, text_of, value_of

PATH = "/admin/custom-fields/tags"


async def act(owner: Browser, name: str, tag: str, **values: str) -> httpx.Response:
    """Send the form of an act on a tag."""
    page = await owner.client.get(f"{PATH}/act/{name}", params={"tag": tag})
    owner.show(page)
    return await owner.post(f"{PATH}/act/{name}", {"tag": tag, **values})


async def tags_of(api: httpx.AsyncClient, *customers: Json) -> list[list[str]]:
    """The tags that customers carry now."""
    return [(await read(api, one))["tags"] for one in customers]


async def test_a_tag_is_renamed_on_every_customer(
    api: httpx.AsyncClient, world: World, owner: Browser
) -> None:
    one = await new_customer(api, tags=["VIP", "retail"])
    two = await new_customer(api, tags=["vip"])
    other = await new_customer(api, tags=["retail"])
    assert "2 customers carry it." in text_of((await owner.get(f"{PATH}/act/rename?tag=vip")).text)
    assert (await act(owner, "rename", "vip", to="Key account")).status_code == 303
    assert await tags_of(api, one, two, other) == [["Key account", "retail"], ["Key account"], ["retail"]]
    [entry] = await entries_of(world, "tag.")
    assert entry.event == "tag.renamed"
    assert dict(entry.diff) == {"tag": ("vip", "Key account"), "customers": (None, 2)}
    changed = [one for one in await entries_of(world, "customer.field_changed") if "tags" in one.diff]
    assert len(changed) == 2
    assert "Key account 2" in text_of((await owner.get(PATH)).text)
    assert "renamed the tag vip" in text_of((await owner.get("/admin/logs?event=tag.renamed")).text)


async def test_only_the_case_of_a_tag_is_changed(api: httpx.AsyncClient, owner: Browser) -> None:
    customer = await new_customer(api, tags=["vip"])
    assert (await act(owner, "rename", "vip", to="VIP")).status_code == 303
    assert await tags_of(api, customer) == [["VIP"]]


async def test_two_tags_are_merged_and_nobody_carries_one_twice(
    api: httpx.AsyncClient, world: World, owner: Browser
) -> None:
    both = await new_customer(api, tags=["shop", "Retail"])
    one = await new_customer(api, tags=["shop"])
    assert (await act(owner, "merge", "shop", to="retail")).status_code == 303
    assert await tags_of(api, both, one) == [["retail"], ["retail"]]
    [entry] = await entries_of(world, "tag.")
    assert (entry.event, dict(entry.diff)["customers"]) == ("tag.merged", (None, 2))


async def test_a_tag_is_deleted(api: httpx.AsyncClient, world: World, owner: Browser) -> None:
    customer = await new_customer(api, tags=["vip", "retail"])
    assert (await act(owner, "delete", "VIP")).status_code == 303
    assert await tags_of(api, customer) == [["retail"]]
    [entry] = await entries_of(world, "tag.")
    assert entry.event == "tag.deleted"


@pytest.mark.parametrize("drops", [True, False])
async def test_app_field_2_a_field_is_made_of_a_tag(
    api: httpx.AsyncClient, owner: Browser, drops: bool
) -> None:
    customer = await new_customer(api, tags=["VIP", "retail"])
    other = await new_customer(api)
    values = {"label": "Is a VIP"} | ({"drops": "yes"} if drops else {})
    assert (await act(owner, "field", "vip", **values)).status_code == 303
    found = await read(api, customer)
    assert found["custom_fields"] == {"is_a_vip": True}
    assert found["tags"] == (["retail"] if drops else ["VIP", "retail"])
    assert (await read(api, other))["custom_fields"] == {}


@pytest.mark.parametrize(
    ("name", "values", "field", "message"),
    [
        ("rename", {"to": " "}, "to", "Enter a tag."),
        ("rename", {"to": "x" * 51}, "to", "Use at most 50 characters."),
        ("rename", {"to": "a, b"}, "to", "A tag holds no comma."),
        ("rename", {"to": "RETAIL"}, "to", "There is a tag RETAIL already. Merge the two instead."),
        ("merge", {"to": "unheard of"}, "to", "Choose another tag that is in use."),
        ("merge", {"to": "vip"}, "to", "Choose another tag that is in use."),
        ("field", {"label": ""}, "label", "Enter a label."),
    ],
)
async def test_what_cannot_be_done_is_said_beside_the_field(
    api: httpx.AsyncClient, world: World, owner: Browser, name: str, values: dict[str, str], field: str,
    message: str,
) -> None:  # fmt: skip
    customer = await new_customer(api, tags=["vip", "retail"])
    answer = await act(owner, name, "vip", **values)
    assert answer.status_code == 422
    assert faults_of(answer.text) == {field: message}
    assert value_of(answer.text, field) == values[field]
    assert await tags_of(api, customer) == [["vip", "retail"]]
    assert await entries_of(world, "custom_field.") == []


async def test_a_tag_that_nobody_carries_is_refused(world: World, owner: Browser) -> None:
    answer = await act(owner, "field", "gone", label="Gone", drops="yes")
    assert answer.status_code == 422
    assert "Nobody carries this tag any more." in answer.text
    assert await entries_of(world, "custom_field.") == []
    assert (await owner.get(f"{PATH}/act/explode?tag=x")).status_code == 404


async def test_many_customers_are_changed_by_a_job_with_one_entry_in_the_end(
    api: httpx.AsyncClient, world: World, owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retagging, "AT_ONCE", 2)
    monkeypatch.setattr(pages_tags, "STRETCHES", 2)
    customers = [await new_customer(api, tags=["vip"]) for _ in range(7)]
    assert (await act(owner, "rename", "vip", to="Gold")).status_code == 303
    assert await entries_of(world, "tag.") == []
    assert (await tags_of(api, *customers)).count(["Gold"]) == 4
    await work_off(world)
    assert await tags_of(api, *customers) == [["Gold"]] * 7
    [entry] = await entries_of(world, "tag.renamed")
    assert dict(entry.diff)["customers"] == (None, 7)


async def test_a_customer_that_refuses_is_passed_over_and_counted(
    api: httpx.AsyncClient, world: World, owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = [await new_customer(api, tags=["vip"]) for _ in range(2)]
    change: Any = customer_changes.update_customer

    async def refuse(uow: Any, row: Any, data: Any, **more: Any) -> Any:
        if row.id == first["id"]:
            raise INVALID_STRING(field="tags", message="no")
        return await change(uow, row, data, **more)

    monkeypatch.setattr(customer_changes, "update_customer", refuse)
    await act(owner, "delete", "vip")
    assert await tags_of(api, first, second) == [["vip"], []]
    [entry] = await entries_of(world, "tag.deleted")
    assert dict(entry.diff)["skipped"] == (None, 1)


async def test_p17_managers_alone_act_on_tags(api: httpx.AsyncClient, world: World, enter: Enter) -> None:
    await new_customer(api, tags=["vip"])
    ana = await enter(await new_member(world, "Ana Ruiz", "member"))
    assert (await ana.get(f"{PATH}/act/delete?tag=vip")).status_code == 403
    await ana.get("/profile/sessions")
    assert (await ana.post(f"{PATH}/act/delete", {"tag": "vip"})).status_code == 403
