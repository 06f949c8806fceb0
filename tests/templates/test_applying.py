"""Applying templates: by hand, at creation, on entering a phase."""

import asyncio
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from pivotal_server.limits.catalogue import TASKS_PER_ONBOARDING
from pivotal_server.onboardings import service as onboardings
from pivotal_server.templates import service as templates
from pivotal_server.templates.applying import apply_template
from pivotal_server.unit_of_work import unit_of_work
from tests.support.app import World
from tests.support.journal import Journal
from tests.support.people import change_member, entries_of, new_member
from tests.support.records import (
    Json,
    answered,
    error_of,
    new_contact,
    new_customer,
    new_onboarding,
    new_subtask,
    new_task,
    new_template,
    patched,
    path_of,
    read,
    walk,
)

WEALTHY = {"all": [{"field": "mrr", "operator": "greater", "value": 10_000}]}


async def apply(api: httpx.AsyncClient, onboarding: Json, template: Json, **how: Any) -> Json:
    path = f"/onboardings/{onboarding['id']}/apply_template"
    return answered(await api.post(path, json={"template_id": template["id"], **how}))


async def tasks_of(api: httpx.AsyncClient, onboarding: Json) -> list[Json]:
    return await walk(api, f"/onboardings/{onboarding['id']}/tasks", order="asc", limit=100)


async def test_applying_creates_the_tasks_in_one_act(api: httpx.AsyncClient, world: World) -> None:
    onboarding = await new_onboarding(api, await new_customer(api, mrr=5000), csm_id=1)
    template = await new_template(
        api,
        {
            "title": "A",
            "key": "a",
            "assignee_rule": "csm",
            "due_anchor": "target_launch",
            "due_offset": -3,
            "subtasks": [{"title": "A1", "due_offset": -5}, {"title": "A2", "condition": WEALTHY}],
        },
        {"title": "B", "key": "b", "depends_on": ["a"], "description": "Do it", "due_anchor": "task:a"},
        {"title": "Rich", "condition": WEALTHY},
    )
    journal = Journal(world.db, world.workspace.id)
    await patched(api, onboarding, target_launch_date="2026-08-10")
    await new_task(api, onboarding, phase="program_design")
    await journal.look()
    applied = await apply(api, onboarding, template)
    assert (applied["object"], applied["version"]) == ("applied_template", 1)
    a, a1, b = applied["tasks"]
    assert [task["title"] for task in applied["tasks"]] == ["A", "A1", "B"]
    assert [skip["title"] for skip in applied["skipped"]] == ["A2", "Rich"]
    assert applied["skipped"][1]["reason"] == "mrr is not above 10,000"
    assert (a["assignee_id"], a["assignee_email"]) == (world.owner.id, world.owner.email)
    assert (a["phase"], a["due_date"], a["position"]) == ("program_design", "2026-08-07", 2)
    assert (a1["parent_task_id"], a1["due_date"], a1["due_anchor"]) == (
        a["id"],
        "2026-08-05",
        "target_launch",
    )
    assert (b["depends_on"], b["due_anchor"], b["due_date"]) == ([a["id"]], f"task:{a['id']}", "2026-08-07")
    assert [await read(api, task) for task in applied["tasks"]] == applied["tasks"]

    written = await journal.look()
    assert written.names == ["onboarding.template_applied", *["task.created"] * 3]
    assert written.types == ["task.created"] * 3
    assert [event.object for event in written.events] == applied["tasks"]
    entry = written.entries[0].diff
    assert (entry["template"][1], entry["version"][1], entry["created"][1]) == (template["name"], 1, 3)
    assert entry["skipped"][1] == ["A2: mrr is not above 10,000", "Rich: mrr is not above 10,000"]
    # The dependency is real: completing A unlocks B.
    await patched(api, a, done=True)
    assert "task.unlocked" in (await journal.look()).names


async def test_onb_tpl_3_6_applying_again_adds_what_is_missing_or_copies(api: httpx.AsyncClient) -> None:
    customer = await new_customer(api, mrr=1)
    onboarding = await new_onboarding(api, customer)
    template = await new_template(
        api,
        {"title": "A", "key": "a", "subtasks": [{"title": "A1", "condition": WEALTHY}]},
        {"title": "B", "condition": WEALTHY, "depends_on": ["a"]},
    )
    [a] = (await apply(api, onboarding, template))["tasks"]
    assert (await apply(api, onboarding, template))["tasks"] == []
    await patched(api, customer, mrr=20_000)
    added = await apply(api, onboarding, template)
    assert [(task["title"], task["parent_task_id"]) for task in added["tasks"]] == [
        ("A1", a["id"]),
        ("B", None),
    ]
    assert added["tasks"][1]["depends_on"] == [a["id"]]
    copies = await apply(api, onboarding, template, add_copies=True)
    assert [task["title"] for task in copies["tasks"]] == ["A", "A1", "B"]
    # A new version knows its tasks again by their keys; what was deleted is missing.
    renamed = [{**template["tasks"][0], "title": "A renamed"}, *template["tasks"][1:], {"title": "New"}]
    await patched(api, template, tasks=renamed)
    again = await apply(api, onboarding, template)
    assert [task["title"] for task in again["tasks"]] == ["New"]
    answered(await api.delete(path_of(again["tasks"][0])))
    assert [task["title"] for task in (await apply(api, onboarding, template))["tasks"]] == ["New"]


async def test_onb_tpl_1_rules_find_people_or_nobody(api: httpx.AsyncClient, world: World) -> None:
    ana, ben, left = [await new_member(world, f"{name} X", "member") for name in ("Ana", "Ben", "Lea")]
    customer = await new_customer(api, owner_id=ben.id)
    contact = await new_contact(api, customer)
    onboarding = await new_onboarding(api, customer, se_id=ana.id, designer_id=left.id)
    rules = ("csm", "se", "designer", "product_ops", "account_owner", f"member:{ben.id}", "none")
    tasks = [{"title": rule, "assignee_rule": rule} for rule in rules]
    facing = {"title": "contact", "assignee_rule": "customer_primary_contact", "customer_facing": True}
    template = await new_template(api, *tasks, facing)
    await change_member(world, left, active=False)
    found = (await apply(api, onboarding, template))["tasks"]
    assert [task["assignee_id"] for task in found] == [
        *(None, ana.id, None, None, ben.id, ben.id, None),
        contact["id"],
    ]
    assert found[-1]["customer_facing"] is True
    await patched(api, contact, is_primary=False)
    other = await new_onboarding(api, customer)
    assert (await apply(api, other, template))["tasks"][-1]["assignee_id"] is None


async def test_a_template_that_does_not_fit_skips_all(api: httpx.AsyncClient) -> None:
    onboarding = await new_onboarding(api, await new_customer(api))
    template = await new_template(api, {"title": "A"}, applies_when=WEALTHY, default_for_phase=True)
    applied = await apply(api, onboarding, template)
    assert applied["tasks"] == []
    assert [skip["reason"] for skip in applied["skipped"]] == ["mrr is not above 10,000"]
    await patched(api, onboarding, phase="program_design")
    assert await tasks_of(api, onboarding) == []


async def test_applying_is_refused_where_tasks_are(
    api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    onboarding = await new_onboarding(api, await new_customer(api))
    template = await new_template(api, {"title": "A"}, {"title": "B"})
    path, body = f"/onboardings/{onboarding['id']}/apply_template", {"template_id": template["display_id"]}
    assert error_of(await api.post("/onboardings/99/apply_template", json=body))[1] == "onboarding_not_found"
    few = replace(TASKS_PER_ONBOARDING, default=2, least=1)
    monkeypatch.setattr("pivotal_server.templates.applying.TASKS_PER_ONBOARDING", few)
    monkeypatch.setattr("pivotal_server.tasks.service.TASKS_PER_ONBOARDING", few)
    first = await new_task(api, onboarding)
    assert error_of(await api.post(path, json=body)) == (400, "limit_reached", None)
    await new_subtask(api, first)
    full = await api.post(f"/onboardings/{onboarding['id']}/tasks", json={"title": "x"})
    assert error_of(full) == (400, "limit_reached", None)
    # A move is never refused by it.
    await patched(api, template, default_for_phase=True)
    await patched(api, onboarding, phase="program_design")
    assert len(await tasks_of(api, onboarding)) == 4
    await patched(api, onboarding, state="done")
    assert error_of(await api.post(path, json=body)) == (400, "onboarding_done", None)


# ── At creation ──────────────────────────────────────────────────────────────────────────────────
async def test_onb_1_a_new_onboarding_gets_its_template_and_the_default_of_its_phase(
    api: httpx.AsyncClient, world: World
) -> None:
    first_phase = "before_getting_started"
    default = await new_template(api, {"title": "Default"}, phase=first_phase, default_for_phase=True)
    chosen = await new_template(api, {"title": "Chosen"}, phase=first_phase)
    later = await new_template(api, {"title": "Later"}, phase="review")
    customer = await new_customer(api)
    journal = Journal(world.db, world.workspace.id)

    async def titles(**fields: Any) -> list[str]:
        onboarding = await new_onboarding(api, customer, **fields)
        return [task["title"] for task in await tasks_of(api, onboarding)]

    assert await titles() == ["Default"]
    await journal.look()
    assert await titles(template_id=chosen["id"]) == ["Chosen"]
    written = await journal.look()
    assert written.types == ["onboarding.created", "task.created"]
    assert written.names == ["onboarding.created", "onboarding.template_applied", "task.created"]
    assert await titles(template_id=later["display_id"]) == ["Later", "Default"]
    assert await titles(template_id=default["id"]) == ["Default"]
    # Whoever starts later skips nothing and gets nothing of what lies before; at the end there is no work.
    assert await titles(phase="review") == []
    await journal.look()
    assert await titles(phase="completed", template_id=chosen["id"]) == []
    assert (await journal.look()).types == ["onboarding.created"]
    made = await new_onboarding(api, customer, template_id=chosen["display_id"])
    assert made["template_id"] == chosen["id"]


async def test_onb_tpl_5_entering_a_phase_applies_its_default_template_once(
    api: httpx.AsyncClient, world: World
) -> None:
    onboarding = await new_onboarding(api, await new_customer(api))
    template = await new_template(api, {"title": "A"}, {"title": "B"}, default_for_phase=True)
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    await patched(api, onboarding, phase="program_design")
    written = await journal.look()
    assert written.types == ["onboarding.updated", "onboarding.phase_changed", *["task.created"] * 2]
    assert written.names == [
        "onboarding.phase_changed",
        "onboarding.template_applied",
        *["task.created"] * 2,
    ]
    await patched(api, onboarding, phase="before_getting_started")
    await patched(api, onboarding, phase="program_design")
    assert "task.created" not in (await journal.look()).names
    await patched(api, template, tasks=[*template["tasks"], {"title": "C"}])
    await patched(api, onboarding, phase="review")
    await patched(api, onboarding, phase="program_design")
    assert [task["title"] for task in await tasks_of(api, onboarding)] == ["A", "B", "C"]
    # A skip applies no template of the phases it passes.
    passed = await new_onboarding(api, await new_customer(api))
    await patched(api, passed, phase="review")
    assert await tasks_of(api, passed) == []


# ── While the template is changed ────────────────────────────────────────────────────────────────
OLD = [{"title": f"Old {n}", "key": f"k{n}"} for n in range(8)]
NEW = [{"title": f"New {n}", "key": f"k{n + 4}"} for n in range(8)]


def version_of(tasks: list[Json]) -> int:
    """The one version of the template that all of these tasks are from."""
    titles = [task["title"] for task in tasks]
    assert titles in ([task["title"] for task in OLD], [task["title"] for task in NEW])
    return 1 if titles[0].startswith("Old") else 2


async def test_a_template_that_changes_while_it_is_applied_counts_as_it_was_read(
    api: httpx.AsyncClient, world: World
) -> None:
    onboarding = await new_onboarding(api, await new_customer(api))
    template = await new_template(api, *OLD)
    async with unit_of_work(world.db, world.operator) as uow:
        home = await onboardings.get_onboarding(uow.tx, uow.org_id, onboarding["id"], lock=True)
        read_then = await templates.get_template(uow.tx, uow.org_id, template["id"])
        change = asyncio.create_task(patched(api, template, tasks=NEW))
        if world.db.dialect == "postgresql":
            # There it goes through at once; on SQLite it waits for this work to end.
            await change
        await apply_template(uow, home, read_then)
    assert (await change)["version"] == 2
    tasks = await tasks_of(api, onboarding)
    assert version_of(tasks) == 1
    [entry] = await entries_of(world, "onboarding.template_applied")
    assert entry.diff["version"] == (None, 1)
    # What is applied now adds what the new version has more, and knows the rest by its keys.
    added = (await apply(api, onboarding, template))["tasks"]
    assert [task["title"] for task in added] == [f"New {n}" for n in range(4, 8)]


@pytest.mark.parametrize("way", ["by hand", "on entering", "at creation"])
async def test_an_onboarding_gets_one_version_of_a_template_never_parts_of_two(
    api: httpx.AsyncClient, world: World, way: str
) -> None:
    customer = await new_customer(api)
    for _ in range(4):
        template = await new_template(api, *OLD, default_for_phase=way == "on entering")
        made = [] if way == "at creation" else [await new_onboarding(api, customer) for _ in range(4)]
        if way == "by hand":
            acts = [apply(api, one, template) for one in made]
        elif way == "on entering":
            acts = [patched(api, one, phase="program_design") for one in made]
        else:
            chosen = {"template_id": template["id"], "phase": "program_design"}
            acts = [new_onboarding(api, customer, **chosen) for _ in range(4)]
        done = await asyncio.gather(*acts[:2], patched(api, template, tasks=NEW), *acts[2:])
        for home in made or [one for one in done if one["object"] == "onboarding"]:
            tasks = await tasks_of(api, home)
            version = version_of(tasks)
            entries = await entries_of(world, "onboarding.template_applied")
            [entry] = [entry for entry in entries if entry.onboarding_id == home["id"]]
            assert entry.diff["version"] == (None, version)
            assert entry.diff["created"] == (None, len(tasks))


async def test_two_who_apply_a_template_at_once_add_it_once(api: httpx.AsyncClient) -> None:
    onboarding = await new_onboarding(api, await new_customer(api))
    template = await new_template(api, *OLD)
    answers = await asyncio.gather(*(apply(api, onboarding, template) for _ in range(4)))
    assert sorted(len(answer["tasks"]) for answer in answers) == [0, 0, 0, len(OLD)]
    assert len(await tasks_of(api, onboarding)) == len(OLD)


async def test_a_template_that_is_deleted_while_it_is_applied_leaves_all_or_nothing(
    api: httpx.AsyncClient,
) -> None:
    customer = await new_customer(api)
    for _ in range(4):
        template = await new_template(api, *OLD)
        made = [await new_onboarding(api, customer) for _ in range(4)]
        body = {"template_id": template["id"]}
        paths = [f"/onboardings/{one['id']}/apply_template" for one in made]
        *answers, gone = await asyncio.gather(
            *(api.post(path, json=body) for path in paths), api.delete(path_of(template))
        )
        assert gone.status_code == 200
        for home, answer in zip(made, answers, strict=True):
            tasks = await tasks_of(api, home)
            if answer.status_code == 200:
                assert version_of(tasks) == 1
            else:
                assert error_of(answer) == (400, "invalid_reference", "template_id")
                assert tasks == []
