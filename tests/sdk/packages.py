"""The built packages, as a server hands them out, and Node to run one."""

import tarfile
from pathlib import Path

import pytest

from sdk.build import NODE, TARGET
from tests.support.live_server import run


def built(kind: str) -> Path:
    """The built package of a language."""
    [found] = (TARGET / kind).glob("*")
    return found


@pytest.fixture(scope="session")
def typescript(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the TypeScript SDK below `node_modules`, as npm unpacks it."""
    folder = tmp_path_factory.mktemp("typescript")
    home = folder / "node_modules/@pivotal"
    home.mkdir(parents=True)
    with tarfile.open(built("typescript")) as archive:
        archive.extractall(home, filter="data")
    (home / "package").rename(home / "api")
    return folder


async def node(*arguments: str, **environment: str) -> str:
    """What a program on Node prints; it must succeed."""
    return await run(NODE, *arguments, **environment)
