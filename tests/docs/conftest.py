"""The docs, built anew from the checkout for these tests."""

from collections.abc import Iterator

import httpx
import pytest

from pivotal_server.cli_docs import build_docs
from pivotal_server.docs import pages
from pivotal_server.docs.library import Library
from tests.support.app import World
from tests.support.browser import Browser, Browsers


@pytest.fixture(scope="session")
def books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """The built docs."""
    file = tmp_path_factory.mktemp("docs") / "docs.sqlite"
    assert build_docs(file) > 100
    library = Library(file)
    yield library
    library.close()


@pytest.fixture
def reader(books: Library, world: World, browsers: Browsers, monkeypatch: pytest.MonkeyPatch) -> Browser:
    """A browser without scripts in front of these docs; nobody is signed in."""
    monkeypatch.setattr(pages, "library", lambda: books)
    return browsers(pages.routes)


async def followed(reader: Browser, path: str) -> httpx.Response:
    """The page at an address, after what leads on to it."""
    response = await reader.get(path)
    while response.status_code == 308:
        response = await reader.get(response.headers["location"])
    return response
