"""Admin > Templates: list, editor, preview, copies, JSON (ONB-TPL-9, -10)."""

import json
import re
from collections.abc import Iterable
from html import unescape
from typing import Any

import httpx
import pytest

from pivotal_server.custom_fields import service as custom_fields
from pivotal_server.custom_fields.schemas import CustomFieldCreate
from pivotal_server.unit_of_work import unit_of_work
from tests.support.app import World
from tests.support.browser import Browser
from tests.support.people import new_member
from tests.support.records import Json, new_customer, new_template, read
from tests.support.visits import Enter, faults_of, is_whole_page, text_of, value_of

HOME = "/admin/templates"


def form(*rows: dict[str, str], **fields: str) -> dict[str, str]:
    """The fields of the editor with these tasks."""
    found = {"name": "Standard", "phase": "program_design", "rows": str(len(rows)), **fields}
    for at, row in enumerate(rows):
        found |= {f"{name}_{at}": value for name, value in row.items()}
    return found


def several(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Fields of which a name may come several times, each time with its own text."""
    found: dict[str, list[str]] = {}
    for name, text in pairs:
        found.setdefault(name, []).append(text)
    return found


async def templates(api: httpx.AsyncClient) -> list[Json]:
    found: list[Json] = (await api.get("/templates")).json()["data"]
    return found


async def test_a_template_is_written_task_by_task(owner: Browser, api: httpx.AsyncClient) -> None:
    await owner.get(f"{HOME}/new")
    rows: list[dict[str, str]] = [
        {"title": "Kick-off", "rule": "csm", "anchor": "phase_start", "offset": "3"},
        {"title": ""},
        {
            "title": "Review",
            "after": "1",
            "facing": "yes",
            "subtasks": "Read\nSign",
            "description": "See *it*",
        },
    ]
    condition = {"when_field": "mrr", "when_operator": "greater", "when_value": "1000"}
    answer = await owner.post(f"{HOME}/new", form(*rows, **condition, default_for_phase="yes"))
    assert (answer.status_code, answer.headers["location"]) == (303, HOME)
    (made,) = await templates(api)
    assert (made["name"], made["phase"], made["default_for_phase"]) == ("Standard", "program_design", True)
    assert made["applies_when"] == {"all": [{"field": "mrr", "operator": "greater", "value": 1000}]}
    first, second = made["tasks"]
    assert (first["assignee_rule"], first["due_anchor"], first["due_offset"]) == ("csm", "phase_start", 3)
    assert second["depends_on"] == [first["key"]]
    assert [one["title"] for one in second["subtasks"]] == ["Read", "Sign"]
    assert second["customer_facing"] is True
    text = text_of((await owner.get(HOME)).text)
    assert "Program design Name Tasks Version Actions Standard Default 2 1" in text


async def test_saving_what_is_shown_changes_nothing(owner: Browser, api: httpx.AsyncClient) -> None:
    any_of = {
        "any": [
            {"field": "plan", "operator": "equals", "value": "Scale"},
            {"field": "tags", "operator": "has_tag", "value": "vip"},
        ]
    }
    made = await new_template(
        api,
        {"title": "One", "key": "one", "links": [{"label": "x", "url": "https://a.example"}]},
        {
            "title": "Two",
            "key": "two",
            "depends_on": ["one"],
            "due_anchor": "task:one",
            "due_offset": 2,
            "condition": any_of,
            "subtasks": [{"title": "Below", "assignee_rule": "csm", "due_offset": 1, "key": "below"}],
        },
        name="Standard",
        applies_when={"all": [{"field": "mrr", "operator": "between", "value": [1, 5]}]},
    )
    page = (await owner.get(f"{HOME}/1")).text
    fields = {name: value_of(page, name) for name in ("name", "rows", "when_value")}
    fields |= {"phase": "program_design", "when_field": "mrr", "when_operator": "between"}
    assert fields["when_value"] == "1, 5"
    for at in (0, 1):
        names = ("key", "title", "offset", "after", "links", "below")
        fields |= {f"{name}_{at}": value_of(page, f"{name}_{at}") for name in names}
    fields |= {"anchor_1": "task:one", "subtasks_1": "Below"}
    assert fields["after_1"] == "1"
    lines = [("when_match_1", "any")]
    for field, operator, value in (("plan", "equals", "Scale"), ("tags", "has_tag", "vip")):
        lines += [("when_field_1", field), ("when_operator_1", operator), ("when_value_1", value)]
    shown = text_of(page)
    assert "Only if one of these holds" in shown
    assert shown.count("Leave out") == 2
    answer = await owner.post(f"{HOME}/1", several([*fields.items(), *lines]))
    assert answer.status_code == 303
    assert await read(api, made) == made


async def test_onb_tpl_2_a_condition_of_several_comparisons_is_written_line_by_line(
    world: World, owner: Browser, api: httpx.AsyncClient
) -> None:
    async with unit_of_work(world.db, world.operator) as uow:
        await custom_fields.create_field(uow, CustomFieldCreate(label="ARR", slug="arr", type="number"))
        await custom_fields.create_field(uow, CustomFieldCreate(label="Code", slug="code", type="string"))
    page = (await owner.get(f"{HOME}/new")).text
    # A field that no condition names yet is offered too.
    assert "Only if ARR" in text_of(page)
    one = {"when_field_0": "custom_fields.arr", "when_operator_0": "greater", "when_value_0": "10000"}
    longer = await owner.post(f"{HOME}/new", {**form({"title": "Legal"}), **one, "do": "when:1"}, htmx=True)
    assert longer.text.count('name="when_value_0"') == 2
    assert value_of(longer.text, "when_value_0") == "10000"
    both = [
        *form({"title": "Legal"}, when_field="custom_fields.code", when_value="007").items(),
        *one.items(),
        *(("when_field_0", "tags"), ("when_operator_0", "has_tag"), ("when_value_0", "vip")),
        *(("when_field_0", ""), ("when_operator_0", "equals"), ("when_value_0", "left out")),
        ("when_match_0", "any"),
    ]
    assert (await owner.post(f"{HOME}/new", several(both))).status_code == 303
    (made,) = await templates(api)
    assert made["tasks"][0]["condition"] == {
        "any": [
            {"field": "custom_fields.arr", "operator": "greater", "value": 10000},
            {"field": "tags", "operator": "has_tag", "value": "vip"},
        ]
    }
    # A text stays a text, digits or not.
    assert made["applies_when"] == {
        "all": [{"field": "custom_fields.code", "operator": "equals", "value": "007"}]
    }


async def test_stored_comparisons_that_are_not_changed_stay_as_they_were(
    owner: Browser, api: httpx.AsyncClient
) -> None:
    (member,) = (await api.get("/members")).json()["data"]
    condition = {
        "all": [
            {"field": "plan", "operator": "any_of", "value": ["A, B", "C"]},
            {"field": "owner_id", "operator": "equals", "value": member["id"]},
        ]
    }
    made = await new_template(api, {"title": "One", "key": "one"}, name="Standard", applies_when=condition)
    page = (await owner.get(f"{HOME}/1")).text
    was = [unescape(one) for one in re.findall(r'name="when_was" value="([^"]*)"', page)]
    values = [unescape(one) for one in re.findall(r'name="when_value" value="([^"]*)"', page)]
    assert values == ["A, B, C", member["name"]]
    rest = [
        ("key_0", "one"),
        ("title_0", "One"),
        ("name", "Standard"),
        ("phase", made["phase"]),
        ("rows", "1"),
    ]
    lines = [
        *(("when_was", one) for one in was),
        *(("when_field", one["field"]) for one in condition["all"]),
        *(("when_operator", one["operator"]) for one in condition["all"]),
    ]
    kept = [("when_value", one) for one in values]
    assert (await owner.post(f"{HOME}/1", several([*rest, *lines, *kept]))).status_code == 303
    assert (await read(api, made))["applies_when"] == condition
    changed = [("when_value", "A, B, D"), ("when_value", member["name"].upper())]
    assert (await owner.post(f"{HOME}/1", several([*rest, *lines, *changed]))).status_code == 303
    first, second = (await read(api, made))["applies_when"]["all"]
    assert (first["value"], second["value"]) == (["A", "B", "D"], member["id"])


async def test_onb_tpl_9_custom_fields_that_an_import_names_in_vain_are_told_first(
    owner: Browser, api: httpx.AsyncClient
) -> None:
    condition = {"all": [{"field": "custom_fields.region", "operator": "is_set"}]}
    given = {"name": "Imported", "phase": "program_design", "tasks": [{"title": "A", "condition": condition}]}
    await owner.get(f"{HOME}/import")
    told = await owner.post(f"{HOME}/import", {"json": json.dumps(given)})
    assert told.status_code == 422
    assert "no custom field region" in text_of(told.text)
    assert await templates(api) == []
    answer = await owner.post(
        f"{HOME}/import", {"json": json.dumps(given), "sure": value_of(told.text, "sure")}
    )
    assert answer.status_code == 303
    assert [one["name"] for one in await templates(api)] == ["Imported"]


@pytest.mark.parametrize(
    ("act", "titles"),
    [
        ("up:2", ["B", "A", "C"]),
        ("down:1", ["B", "A", "C"]),
        ("drop:1", ["B", "C"]),
        ("add", ["A", "B", "C"]),
    ],
)
async def test_buttons_rearrange_what_is_typed_and_save_nothing(
    owner: Browser, api: httpx.AsyncClient, act: str, titles: list[str]
) -> None:
    await owner.get(f"{HOME}/new")
    rows: list[dict[str, str]] = [{"title": "A"}, {"title": "B", "after": "1"}, {"title": "C", "after": "2"}]
    for htmx in (False, True):
        answer = await owner.post(f"{HOME}/new", {**form(*rows), "do": act}, htmx=htmx)
        assert answer.status_code == 200
        assert is_whole_page(answer) is not htmx
        assert [value_of(answer.text, f"title_{at}") for at in range(len(titles))] == titles
        # Predecessors stay the same tasks, whatever their number is now.
        at = titles.index("C")
        assert value_of(answer.text, f"after_{at}") == str(titles.index("B") + 1)
    assert await templates(api) == []


@pytest.mark.parametrize(
    ("rows", "place", "words"),
    [
        (({"title": "A", "after": "2"}, {"title": "B", "after": "1"}), 0, "A → B → A"),
        (({"title": "A"}, {"title": "B", "after": "9"}), 1, "names no task of this template"),
        (({"title": "A", "anchor": "phase_start", "offset": "x"},), 0, "Days: enter a number"),
        (({"title": "x" * 201},), 0, "200"),
        (({"title": "A", "rule": "customer_primary_contact"},), 0, "must be customer-facing"),
    ],
)
async def test_onb_tpl_10_a_fault_stands_at_its_task_and_nothing_is_lost(
    owner: Browser, api: httpx.AsyncClient, rows: Any, place: int, words: str
) -> None:
    await owner.get(f"{HOME}/new")
    refused = await owner.post(f"{HOME}/new", form(*rows, description="Kept"), htmx=True)
    assert refused.status_code == 422
    message = refused.text.partition(f'id="error-{place}">')[2].partition("</p>")[0]
    assert words in message
    assert ">Kept</textarea>" in refused.text
    assert value_of(refused.text, "title_0") == rows[0]["title"]
    assert await templates(api) == []


async def test_fields_of_the_template_itself_are_refused_inline(
    owner: Browser, api: httpx.AsyncClient
) -> None:
    await new_template(api, {"title": "x"}, name="Standard")
    await owner.get(f"{HOME}/new")
    refused = await owner.post(f"{HOME}/new", form({"title": "A"}))
    assert refused.status_code == 409
    assert "name" in faults_of(refused.text)
    refused = await owner.post(f"{HOME}/new", form({"title": "A"}, name=""))
    assert refused.status_code == 422
    assert "name" in faults_of(refused.text)


async def test_the_preview_on_a_customer_equals_what_happens_and_writes_nothing(
    owner: Browser, api: httpx.AsyncClient
) -> None:
    await new_customer(api, name="Aurora", slug="aurora", mrr=500)
    await owner.get(f"{HOME}/new")
    rows = (
        {"title": "Kick-off", "anchor": "phase_start", "offset": "0", "rule": "csm"},
        {"title": "Texts", "rule": "account_owner"},
        {"title": "Legal", "when_field": "mrr", "when_operator": "greater", "when_value": "1000"},
    )
    shown = await owner.post(f"{HOME}/new", form(*rows, customer="aurora", do="preview"), htmx=True)
    assert shown.status_code == 200
    text = text_of(shown.text)
    assert "2 tasks for Aurora, started today Kick-off Dana Okafor, " in text
    assert "Texts nobody" in text
    assert "1 skipped Legal mrr is not above 1,000" in text
    assert await templates(api) == []
    assert (await api.get("/onboardings")).json()["data"] == []
    refused = await owner.post(f"{HOME}/new", form(*rows, customer="nobody", do="preview"))
    assert faults_of(refused.text) == {"customer": "Name a customer by its number or slug."} or (
        "Name a customer by its number or slug." in refused.text
    )


async def test_onb_tpl_9_copies_archiving_and_json(owner: Browser, api: httpx.AsyncClient) -> None:
    made = await new_template(api, {"title": "One"}, name="Standard", default_for_phase=True)
    await owner.get(HOME)
    answer = await owner.post(f"{HOME}/1/duplicate", {})
    assert answer.headers["location"] == f"{HOME}/2"
    assert [one["name"] for one in await templates(api)] == ["Standard copy", "Standard"]
    exported = (await owner.get(f"{HOME}/1/export")).text
    assert json.loads(exported)["tasks"][0]["title"] == "One"
    await owner.get(f"{HOME}/import")
    for text, words in (
        ("{", "This is no JSON."),
        ("[]", "This is no template."),
        ('{"nope": 1}', "This is no template"),
        (exported, "exists in this phase"),
    ):
        refused = await owner.post(f"{HOME}/import", {"json": text})
        assert refused.status_code in (409, 422)
        assert words in text_of(refused.text)
    bad = {
        **json.loads(exported),
        "name": "Bad",
        "applies_when": {"all": [{"field": "arr", "operator": "is_set"}]},
    }
    refused = await owner.post(f"{HOME}/import", {"json": json.dumps(bad)})
    assert "applies_when" in text_of(refused.text) or "arr" in text_of(refused.text)
    good = {**json.loads(exported), "name": "Imported", "default_for_phase": False}
    assert (await owner.post(f"{HOME}/import", {"json": json.dumps(good)})).status_code == 303
    asked = text_of((await owner.get(f"{HOME}/1/archive")).text)
    assert "It is the default of its phase" in asked
    await owner.post(f"{HOME}/1/archive", {})
    assert (await api.get(f"/templates/{made['id']}")).status_code == 404
    assert (await owner.get(f"{HOME}/1")).status_code == 404


async def test_templates_are_for_managers(world: World, enter: Enter, api: httpx.AsyncClient) -> None:
    await new_template(api, {"title": "One"})
    browser = await enter(await new_member(world, "Ana Ruiz", "member"))
    await browser.get("/customers")
    for path in ("", "/new", "/1", "/1/export", "/1/archive", "/import"):
        assert (await browser.get(f"{HOME}{path}")).status_code == 403
    for path in ("/new", "/1", "/1/duplicate", "/1/archive", "/import"):
        assert (await browser.post(f"{HOME}{path}", {})).status_code == 403


async def test_onb_tpl_2_an_owner_of_a_condition_is_exactly_one_person(
    owner: Browser, api: httpx.AsyncClient, world: World
) -> None:
    for number in range(2):
        await new_member(world, "Ana Ruiz", "member", email=f"ana{number}@vml.example")
    await owner.get(f"{HOME}/new")
    for name, told in (("Jon", "Nobody is called Jon"), ("ana ruiz", "Several people are called ana ruiz")):
        lines = [("when_field", "owner_id"), ("when_operator", "equals"), ("when_value", name)]
        rest = [("name", "Standard"), ("phase", "program_design"), ("rows", "0")]
        refused = await owner.post(f"{HOME}/new", several([*rest, *lines]))
        assert refused.status_code == 422
        assert told in text_of(refused.text)
        assert f'name="when_value" value="{name}"' in refused.text
    assert await templates(api) == []


async def test_onb_tpl_9_fields_that_subtasks_name_are_told_too(
    owner: Browser, api: httpx.AsyncClient
) -> None:
    condition = {"all": [{"field": "custom_fields.region", "operator": "is_set"}]}
    tasks = [{"title": "A", "subtasks": [{"title": "B", "condition": condition}]}]
    given = {"name": "Imported", "phase": "program_design", "tasks": tasks}
    await owner.get(f"{HOME}/import")
    told = await owner.post(f"{HOME}/import", {"json": json.dumps(given)})
    assert "no custom field region" in text_of(told.text)
    assert await templates(api) == []
