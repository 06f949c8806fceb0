"""The sweep: files that nothing refers to are put aside, come back if needed, and go in the end."""

import os
import time
from pathlib import Path

import httpx
import pytest

from pivotal_server.files.service import ASIDE_SECONDS, YOUNG_SECONDS, Sweeper
from pivotal_server.kit.ids import cuid
from tests.support.app import World
from tests.support.records import Json, answered, created, new_customer, path_of
from tests.support.uploads import attach, stored


async def new_comment(api: httpx.AsyncClient) -> Json:
    customer = await new_customer(api)
    return await created(api, f"{path_of(customer)}/comments", {"body": "See the file"})


def lost_file(world: World) -> Path:
    """A file as a killed server leaves it."""
    path = world.services.files.new_path()
    path.write_bytes(b"lost")
    return path


def age(path: Path, seconds: float) -> Path:
    """Make a file look as if it was written so long ago."""
    at = time.time() - seconds
    os.utime(path, (at, at))
    return path


OLD = YOUNG_SECONDS + 10


async def test_only_old_files_without_a_row_are_put_aside(api: httpx.AsyncClient, world: World) -> None:
    files = world.services.files
    kept = await attach(api, await new_comment(api))
    removed = await attach(api, await new_comment(api))
    answered(await api.delete(f"/attachments/{removed['id']}"))
    for file in (kept, removed):
        age(files.path_of(file["id"]), OLD)
    young, lost = lost_file(world), age(lost_file(world), OLD)
    foreign = files.folder / "ab" / "cd" / "notes.txt"
    foreign.parent.mkdir(parents=True, exist_ok=True)
    foreign.write_text("not ours")
    age(foreign, OLD)
    assert await Sweeper(world.db, files).sweep() == 1
    assert not lost.exists()
    assert (files.folder / "aside" / lost.name).read_bytes() == b"lost"
    assert young.exists()
    assert foreign.exists()
    assert files.path_of(kept["id"]).exists()
    assert files.path_of(removed["id"]).exists()


async def test_what_was_put_aside_goes_after_a_week(world: World) -> None:
    sweeper = Sweeper(world.db, world.services.files)
    lost = age(lost_file(world), ASIDE_SECONDS + OLD)
    assert await sweeper.sweep() == 1
    aside = world.services.files.folder / "aside" / lost.name
    assert await sweeper.sweep() == 0
    assert aside.exists(), "its week begins when it is put aside"
    age(aside, ASIDE_SECONDS + 10)
    await sweeper.sweep()
    assert stored(world.services.files) == []


async def test_what_was_put_aside_by_mistake_comes_back(api: httpx.AsyncClient, world: World) -> None:
    file = await attach(api, await new_comment(api))
    path = world.services.files.path_of(file["id"])
    aside = world.services.files.folder / "aside"
    aside.mkdir()
    path.rename(aside / path.name)
    await Sweeper(world.db, world.services.files).sweep()
    assert path.exists()
    assert stored(world.services.files) == [path]


async def test_later_sweeps_look_at_what_came_since(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    sweeper = Sweeper(world.db, world.services.files)
    assert await sweeper.sweep() == 0
    fresh = lost_file(world)
    assert await sweeper.sweep() == 0
    later = time.time() + OLD
    monkeypatch.setattr(time, "time", lambda: later)
    assert await sweeper.sweep() == 1
    assert not fresh.exists()
    assert await sweeper.sweep() == 0


async def test_many_files_are_swept_in_batches(world: World) -> None:
    folder = world.services.files.new_path().parent
    for _ in range(1_203):
        age_me = folder / cuid()
        age_me.touch()
        age(age_me, OLD)
    assert await Sweeper(world.db, world.services.files).sweep() == 1_203
    assert len(stored(world.services.files)) == 1_203


async def test_a_folder_that_is_not_there_yet_is_no_fault(world: World) -> None:
    assert await Sweeper(world.db, world.services.files).sweep() == 0
    assert not world.services.files.folder.exists()
