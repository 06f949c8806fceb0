"""Defining custom fields."""

from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from pivotal_server.custom_fields import service as fields
from pivotal_server.custom_fields.schemas import CustomFieldCreate, CustomFieldUpdate
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.validation import Body
from pivotal_server.limits import catalogue
from pivotal_server.unit_of_work import unit_of_work
from tests.support.app import World
from tests.support.journal import Journal
from tests.support.records import answered

CREATE = Body(CustomFieldCreate)
_KEYS = (
    "object id display_id slug label type group help options ask_when_adding archived created_at updated_at"
)
KEYS = _KEYS.split()


async def define(world: World, **data: Any) -> fields.FieldRow:
    async with unit_of_work(world.db, world.operator) as uow:
        return await fields.create_field(uow, CREATE.check(data, ""))


async def change(world: World, row: fields.FieldRow, **data: Any) -> fields.FieldRow:
    async with unit_of_work(world.db, world.operator) as uow:
        found = await fields.get_field(uow, str(row.display_id))
        return await fields.update_field(uow, found, CustomFieldUpdate(**data))


async def archive(world: World, row: fields.FieldRow) -> fields.FieldRow:
    async with unit_of_work(world.db, world.operator) as uow:
        return await fields.archive_field(uow, await fields.get_field(uow, row.id))


async def test_fields_are_listed_in_their_order(api: httpx.AsyncClient, world: World) -> None:
    assert answered(await api.get("/custom_fields"))["data"] == []
    region = await define(
        world, label=" Home region ", type="select", options=["a", "A", "b"], group="Account", help="Where"
    )
    await define(world, label="ARR", slug="contract", type="number", ask_when_adding=True)
    note = await define(world, label="Note", type="string")
    await archive(world, note)
    page = answered(await api.get("/custom_fields"))
    assert (page["has_more"], page["next_cursor"]) == (False, None)
    first, second = page["data"]
    assert list(first) == KEYS
    assert (first["slug"], first["label"], first["options"]) == ("home_region", "Home region", ["a", "b"])
    assert (first["group"], first["help"], first["archived"]) == ("Account", "Where", False)
    assert (second["slug"], second["type"], second["ask_when_adding"]) == ("contract", "number", True)
    assert [first["display_id"], second["display_id"]] == [1, 2]
    assert first["id"] == region.id


async def test_changes_are_told_of_once(world: World) -> None:
    journal = Journal(world.db, world.workspace.id)
    row = await define(world, label="Region", type="select", options=["a"])
    await journal.look()
    row = await change(world, row, label="Area", options=["a", "b"], help="x")
    written = await journal.look()
    assert written.names == ["custom_field.updated"]
    assert written.entries[0].diff == {
        "label": ("Region", "Area"),
        "help": (None, "x"),
        "options": (["a"], ["a", "b"]),
    }
    assert await change(world, row, label="Area") == row
    assert (await journal.look()).nothing
    gone = await archive(world, row)
    assert (await journal.look()).names == ["custom_field.archived"]
    assert await archive(world, gone) == gone
    assert (await journal.look()).nothing


@pytest.mark.parametrize(
    ("data", "code", "field"),
    [
        ({"type": "number"}, "missing_field", "label"),
        ({"label": "", "type": "number"}, "too_small", "label"),
        ({"label": "x", "type": "colour"}, "invalid_enum_value", "type"),
        ({"label": "x", "type": "select"}, "missing_field", "options"),
        ({"label": "x", "type": "select", "options": []}, "missing_field", "options"),
        ({"label": "x", "type": "select", "options": [""]}, "too_small", "options.0"),
        ({"label": "x", "type": "select", "options": ["x"] * 501}, "too_big", "options"),
        ({"label": "x", "type": "number", "slug": "1x"}, "invalid_string", "slug"),
        ({"label": "x", "type": "number", "slug": "X"}, "invalid_string", "slug"),
        ({"label": "x", "type": "number", "slug": "x" * 41}, "invalid_string", "slug"),
        ({"label": "!", "type": "number"}, "invalid_string", "slug"),
        ({"label": "Taken", "type": "number"}, "field_slug_taken", "slug"),
    ],
)
async def test_what_is_no_field(world: World, data: dict[str, Any], code: str, field: str) -> None:
    taken = await define(world, label="Taken", type="string")
    await archive(world, taken)
    with pytest.raises(ApiError) as caught:
        await define(world, **data)
    assert (caught.value.code.code, caught.value.field) == (code, field)


async def test_a_type_never_changes(world: World) -> None:
    number = await define(world, label="N", type="number")
    select = await define(world, label="S", type="select", options=["a"])
    with pytest.raises(ApiError, match="cannot be changed"):
        await change(world, number, options=["a"])
    with pytest.raises(ApiError, match="options is required"):
        await change(world, select, options=[])
    assert "type" not in CustomFieldUpdate.__struct_fields__
    async with unit_of_work(world.db, world.operator) as uow:
        with pytest.raises(ApiError, match="No such custom field"):
            await fields.get_field(uow, "99")


async def test_there_is_a_limit(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await define(world, label="One", type="number")
    monkeypatch.setattr(fields, "CUSTOM_FIELDS", replace(catalogue.CUSTOM_FIELDS, default=1))
    with pytest.raises(ApiError, match="limit of 1 is reached"):
        await define(world, label="Two", type="number")
