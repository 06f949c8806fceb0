"""Workspaces: creating one whole or not at all, and finding it."""

import asyncio
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pivotal_server.kit.errors import ApiError
from pivotal_server.members import service as members
from pivotal_server.phases import service as phases
from pivotal_server.phases.presets import PRESETS
from pivotal_server.workspaces import service as workspaces
from pivotal_server.workspaces.service import RESERVED_SLUGS, check_slug, offered_slug
from tests.support.app import World
from tests.support.journal import Journal
from tests.support.properties import refusal


async def create(world: World, **options: Any) -> tuple[workspaces.WorkspaceRow, members.MemberRow]:
    given = {"name": "Acme", "owner_email": "ana@acme.example", "owner_name": "Ana Ruiz", **options}
    return await workspaces.create_workspace(world.db, **given)


async def test_a_workspace_is_made_with_its_phases_and_its_owner(world: World) -> None:
    for preset, phase_list in PRESETS.items():
        row, owner = await create(
            world, name=f" Acme {preset} ", phase_preset=preset, time_zone="Europe/Berlin"
        )
        assert (row.name, row.slug, row.time_zone) == (f"Acme {preset}", f"acme-{preset}", "Europe/Berlin")
        assert row.id.startswith("org_")
        assert (owner.email, owner.role, owner.display_id) == ("ana@acme.example", "owner", 1)
        stored = await phases.all_phases(world.db, row.id)
        assert [(phase.key, phase.name, phase.target_days, phase.kind) for phase in stored] == [
            (phase.key, phase.name, phase.target_days, phase.kind) for phase in phase_list
        ]
        assert [(phase.display_id, phase.position) for phase in stored] == [
            (number, number) for number in range(1, len(stored) + 1)
        ]
        written = await Journal(world.db, row.id).look()
        # A new workspace fires nothing; its stream begins with the owner.
        assert (written.names, written.types) == (["member.joined"], [])
        assert written.entries[0].actor == "Pivotal"
        assert await workspaces.get_workspace(world.db, row.id) == row
        assert await workspaces.only_workspace(world.db, row.slug) == row
    assert [row.slug for row in await workspaces.all_workspaces(world.db)] == [
        world.workspace.slug,
        "acme-delivery",
        "acme-classic",
    ]


async def test_a_slug_in_use_is_refused_and_nothing_remains(world: World) -> None:
    with pytest.raises(ApiError) as caught:
        await create(world, slug="vml", owner_email="new@acme.example")
    assert (caught.value.code.code, caught.value.field) == ("workspace_slug_taken", "slug")
    assert len(await workspaces.all_workspaces(world.db)) == 1
    again, owner = await create(world, owner_email="new@acme.example", owner_name="Second Try")
    assert (owner.name, await members.all_members(world.db, again.id)) == ("Second Try", [owner])


async def test_of_several_at_once_with_one_slug_one_is_made(world: World) -> None:
    results = await asyncio.gather(
        *(create(world, owner_email=f"a{number}@acme.example") for number in range(4)), return_exceptions=True
    )
    assert sum(not isinstance(result, ApiError) for result in results) == 1
    assert all(isinstance(result, ApiError | tuple) for result in results)
    assert len(await workspaces.all_workspaces(world.db)) == 2


async def test_what_is_refused_leaves_nothing(world: World) -> None:
    cases: list[tuple[dict[str, Any], str, str]] = [
        ({"name": ""}, "too_small", "name"),
        ({"name": "x" * 81}, "too_big", "name"),
        ({"slug": "ab"}, "too_small", "slug"),
        ({"slug": "a" * 41}, "too_big", "slug"),
        ({"slug": "Acme"}, "invalid_string", "slug"),
        ({"slug": "api"}, "invalid_string", "slug"),
        ({"time_zone": "Mars/Olympus"}, "invalid_string", "time_zone"),
        ({"time_zone": "../etc/passwd"}, "invalid_string", "time_zone"),
        ({"phase_preset": "waterfall"}, "invalid_enum_value", "phases"),
        ({"owner_email": "nobody"}, "invalid_string", "owner_email"),
        ({"owner_name": ""}, "too_small", "owner_name"),
    ]
    for options, code, field in cases:
        with pytest.raises(ApiError) as caught:
            await create(world, **options)
        assert (caught.value.code.code, caught.value.field) == (code, field)
    assert await workspaces.all_workspaces(world.db) == [world.workspace]


async def test_the_only_workspace_needs_no_name(world: World) -> None:
    assert await workspaces.only_workspace(world.db, None) == world.workspace
    await create(world)
    for slug, words in (
        (None, "Say which workspace with --workspace: vml, acme"),
        ("nope", "no workspace 'nope'"),
    ):
        with pytest.raises(ApiError, match=words):
            await workspaces.only_workspace(world.db, slug)
    with pytest.raises(ApiError, match="No such workspace"):
        await workspaces.get_workspace(world.db, "org_0")


@given(st.text(min_size=1, max_size=80))
@example("a")
@example("api")
@example("42")
@example("!!!")
@example("x" * 80)
@example("a" * 39 + " b")
def test_an_offered_slug_is_always_one_that_may_be_taken(name: str) -> None:
    assert check_slug(offered_slug(name)) == offered_slug(name)


@pytest.mark.parametrize("slug", sorted(RESERVED_SLUGS))
def test_reserved_slugs_are_refused_and_avoided(slug: str) -> None:
    assert refusal(check_slug, slug) == "invalid_string"
    assert slug in offered_slug(slug)
    assert check_slug(offered_slug(slug)) not in RESERVED_SLUGS
