"""Templates through the API: fields, refusals, versions, defaults, deleting, lists."""

from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from pivotal_server.limits.catalogue import TASKS_PER_TEMPLATE, TEMPLATES
from tests.support.app import World
from tests.support.journal import Journal
from tests.support.records import (
    Json,
    answered,
    error_of,
    new_customer,
    new_onboarding,
    new_template,
    patched,
    path_of,
    read,
    walk,
)

RICH: Json = {
    "key": "map",
    "title": "Map",
    "description": "All of it",
    "assignee_rule": "csm",
    "due_anchor": "phase_start",
    "due_offset": 3,
    "customer_facing": True,
    "links": [{"label": "x", "url": "https://x.example"}],
    "condition": {"any": [{"field": "mrr", "operator": "greater", "value": 10}]},
    "depends_on": ["first"],
    "subtasks": [
        {
            "key": "map-1",
            "title": "Ask",
            "assignee_rule": "customer_primary_contact",
            "due_offset": -1,
            "condition": {"all": [{"field": "tags", "operator": "has_tag", "value": "vip"}]},
        }
    ],
}


async def test_a_template_keeps_what_it_is_given_and_makes_keys(api: httpx.AsyncClient, world: World) -> None:
    journal = Journal(world.db, world.workspace.id)
    made = await new_template(
        api,
        {"title": "First", "assignee_rule": f"member:{world.owner.display_id}"},
        RICH,
        {"title": "First"},
        {"title": "数据"},
        name="Kick-off",
        description="For all",
        applies_when={"all": [{"field": "plan", "operator": "is_set"}]},
    )
    assert list(made) == [
        *("object", "id", "display_id", "name", "description", "phase", "default_for_phase"),
        *("applies_when", "tasks", "version", "livemode", "created_at", "updated_at"),
    ]
    assert (made["version"], made["livemode"], made["default_for_phase"]) == (1, True, False)
    assert made["tasks"][1] == RICH
    assert [task["key"] for task in made["tasks"]] == ["first", "map", "first-2", "task"]
    assert made["tasks"][0]["assignee_rule"] == f"member:{world.owner.id}"
    assert made["applies_when"] == {"all": [{"field": "plan", "operator": "is_set", "value": None}]}
    assert made == await read(api, made)
    written = await journal.look()
    assert written.names[-1] == "template.created"
    assert written.types == []

    # What was read can be sent back: nothing changes.
    assert await patched(api, made, **made) == made
    assert (await journal.look()).nothing


REFUSED: list[tuple[Json, str, str]] = [
    ({"name": ""}, "too_small", "name"),
    ({"name": "x" * 121}, "too_big", "name"),
    ({"description": "x" * 2001}, "too_big", "description"),
    ({"phase": "nowhere"}, "unknown_phase", "phase"),
    ({"applies_when": {"all": []}}, "too_small", "applies_when.all"),
    ({"tasks": [{}]}, "missing_field", "tasks.0.title"),
    ({"tasks": [{"title": "x", "key": "A b"}]}, "invalid_string", "tasks.0.key"),
    ({"tasks": [{"title": "x", "key": "a"}, {"title": "y", "key": "a"}]}, "invalid_string", "tasks.1.key"),
    ({"tasks": [{"title": "x", "assignee_rule": "boss"}]}, "invalid_enum_value", "tasks.0.assignee_rule"),
    ({"tasks": [{"title": "x", "assignee_rule": "member:99"}]}, "invalid_reference", "tasks.0.assignee_rule"),
    (
        {
            "tasks": [
                {"title": "x", "subtasks": [{"title": "y", "assignee_rule": "customer_primary_contact"}]}
            ]
        },
        "invalid_enum_value",
        "tasks.0.subtasks.0.assignee_rule",
    ),
    ({"tasks": [{"title": "x", "depends_on": ["y"]}]}, "invalid_reference", "tasks.0.depends_on.0"),
    ({"tasks": [{"title": "x", "due_anchor": "task:y"}]}, "invalid_reference", "tasks.0.due_anchor"),
    ({"tasks": [{"title": "x", "due_anchor": "soon"}]}, "invalid_string", "tasks.0.due_anchor"),
    ({"tasks": [{"title": "x", "due_offset": 1}]}, "missing_field", "tasks.0.due_anchor"),
    ({"tasks": [{"title": "x", "due_offset": 999}]}, "too_big", "tasks.0.due_offset"),
    (
        {"tasks": [{"title": "x", "condition": {"all": [{}]}}]},
        "missing_field",
        "tasks.0.condition.all.0.field",
    ),
    ({"tasks": [{"title": "x"}] * (TASKS_PER_TEMPLATE.default + 1)}, "limit_reached", "tasks"),
    ({"tasks": [{"title": "x", "subtasks": [{"title": "y"}] * 101}]}, "limit_reached", "tasks.0.subtasks"),
    ({"tasks": [{"title": "x", "status": 1}]}, "unrecognized_keys", "tasks.0.status"),
]


@pytest.mark.parametrize(("fields", "code", "field"), REFUSED, ids=lambda value: str(value)[:60])
async def test_what_is_refused_is_refused_on_both_ways_in(
    api: httpx.AsyncClient, fields: Json, code: str, field: str
) -> None:
    template = await new_template(api, {"title": "x"})
    body = {"name": "Other", "phase": "review", **fields}
    assert error_of(await api.post("/templates", json=body)) == (400, code, field)
    assert error_of(await api.patch(path_of(template), json=fields)) == (400, code, field)
    assert await read(api, template) == template


async def test_onb_tpl_10_a_circle_is_named_by_titles(api: httpx.AsyncClient) -> None:
    tasks: list[dict[str, Any]] = [
        {"title": "A", "key": "a", "depends_on": ["b"]},
        {"title": "B", "key": "b", "depends_on": ["a"]},
    ]
    body = {"name": "x", "phase": "review", "tasks": tasks}
    refused = await api.post("/templates", json=body)
    assert error_of(refused) == (400, "dependency_cycle", "tasks.0.depends_on")
    assert "A → B → A" in refused.json()["error"]["message"]
    body["tasks"] = [{"title": "A", "key": "a", "due_anchor": "task:a"}]
    assert error_of(await api.post("/templates", json=body)) == (
        400,
        "dependency_cycle",
        "tasks.0.due_anchor",
    )


async def test_names_are_unique_within_a_phase_without_case(api: httpx.AsyncClient) -> None:
    first = await new_template(api, name="Kick-off")
    other = await new_template(api)
    taken = (409, "template_name_taken", "name")
    body = {"name": "KICK-OFF", "phase": "program_design"}
    assert error_of(await api.post("/templates", json=body)) == taken
    assert error_of(await api.patch(path_of(other), json={"name": "kick-off"})) == taken
    elsewhere = await new_template(api, **{**body, "phase": "review"})
    assert error_of(await api.patch(path_of(elsewhere), json={"phase": "program_design"})) == taken
    answered(await api.delete(path_of(first)))
    assert (await patched(api, other, name="Kick-off"))["name"] == "Kick-off"


async def test_onb_tpl_9_editing_makes_a_new_version(api: httpx.AsyncClient, world: World) -> None:
    template = await new_template(api, {"title": "A"}, {"title": "B"})
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    after = await patched(api, template, tasks=[template["tasks"][1], {"title": "C"}], name="New name")
    assert after["version"] == 2
    assert [task["key"] for task in after["tasks"]] == ["b", "c"]
    written = await journal.look()
    assert written.names == ["template.updated"]
    assert written.entries[0].diff == {
        "name": (template["name"], "New name"),
        "tasks": (["A", "B"], ["B", "C"]),
    }
    cleared = await patched(
        api,
        await patched(api, after, applies_when={"all": [{"field": "plan", "operator": "is_set"}]}),
        applies_when=None,
    )
    assert (cleared["applies_when"], cleared["version"]) == (None, 4)


async def default_of(api: httpx.AsyncClient, phase: str) -> str | None:
    [found] = [one for one in answered(await api.get("/phases"))["data"] if one["key"] == phase]
    default: str | None = found["default_template_id"]
    return default


async def test_a_phase_has_one_default_at_most(api: httpx.AsyncClient, world: World) -> None:
    first = await new_template(api, default_for_phase=True)
    assert await default_of(api, "program_design") == first["id"]
    second = await new_template(api, default_for_phase=True)
    assert await default_of(api, "program_design") == second["id"]
    former = await read(api, first)
    assert (former["default_for_phase"], former["version"]) == (False, 2)
    await patched(api, first, default_for_phase=True)
    assert await default_of(api, "program_design") == first["id"]
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    await patched(api, first, phase="review")
    assert await default_of(api, "program_design") is None
    assert await default_of(api, "review") == first["id"]
    gone = answered(await api.delete(path_of(first)))
    assert await default_of(api, "review") is None
    assert (await journal.look()).names == ["template.updated", "template.archived"]
    assert answered(await api.delete(path_of(first))) == gone
    assert (await journal.look()).nothing


async def test_deleted_templates_are_not_found(api: httpx.AsyncClient) -> None:
    template = await new_template(api)
    answered(await api.delete(path_of(template)))
    missing = (404, "template_not_found", None)
    assert error_of(await api.get(path_of(template))) == missing
    assert error_of(await api.patch(path_of(template), json={"name": "x"})) == missing
    assert error_of(await api.delete("/templates/99")) == missing
    onboarding = await new_onboarding(api, await new_customer(api))
    named = (400, "invalid_reference", "template_id")
    body = {"template_id": template["id"]}
    assert error_of(await api.post(f"/onboardings/{onboarding['id']}/apply_template", json=body)) == named
    assert (
        error_of(await api.post("/onboardings", json={"customer_id": onboarding["customer_id"], **body}))
        == named
    )


async def test_the_list_and_the_limit(api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    first = await new_template(api)
    second = await new_template(api, phase="review")
    assert [one["id"] for one in await walk(api, "/templates", limit=1)] == [second["id"], first["id"]]
    assert [one["id"] for one in await walk(api, "/templates", phase="program_design")] == [first["id"]]
    assert answered(await api.get("/templates", params={"include_total": "true"}))["total"] == 2
    assert TEMPLATES.default == 500
    monkeypatch.setattr("pivotal_server.templates.service.TEMPLATES", replace(TEMPLATES, default=2))
    refused = await api.post("/templates", json={"name": "Third", "phase": "review"})
    assert error_of(refused) == (400, "limit_reached", None)


async def test_a_stale_match_is_refused(api: httpx.AsyncClient) -> None:
    template = await new_template(api)
    stale = {"If-Match": '"stale"'}
    assert error_of(await api.patch(path_of(template), json={"name": "x"}, headers=stale))[0] == 412
    assert error_of(await api.delete(path_of(template), headers=stale))[0] == 412


async def test_phases_come_whole_in_their_order(api: httpx.AsyncClient) -> None:
    page = answered(await api.get("/phases"))
    assert (page["has_more"], page["next_cursor"]) == (False, None)
    assert [one["key"] for one in page["data"]] == [
        *("before_getting_started", "program_design", "review", "program_buildout"),
        *("internal_qa", "launch", "completed"),
    ]
    assert list(page["data"][5]) == [
        *("object", "id", "display_id", "key", "name", "target_days", "kind", "position"),
        "default_template_id",
    ]
    assert (page["data"][5]["kind"], page["data"][6]["kind"]) == ("launch", "terminal")
    assert error_of(await api.get("/phases", params={"limit": 1})) == (400, "unrecognized_keys", "limit")
