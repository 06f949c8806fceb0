"""The blocks of the docs' SDK pages run in order, and their install lines name what is handed out."""

import re
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from pivotal_server import __version__
from pivotal_server.cli_docs import CONTENT
from pivotal_server.docs.colouring import Block
from pivotal_server.docs.library import Library
from pivotal_server.docs.rendering import render
from pivotal_server.docs.schemas import Source
from pivotal_server.docs.source import read_content
from sdk.build import PYTHON
from tests.docs.conftest import books  # noqa: F401 – a fixture
from tests.sdk.packages import built, node, typescript  # noqa: F401 – a fixture
from tests.support.app import document
from tests.support.live_server import Live, run


def blocks_of(page: Source) -> Sequence[Block]:
    """The blocks of a written page."""
    return render(page.text, place=page.path).blocks


TEXTS = {
    page.path.rpartition("/")[2]: page.text
    for page in read_content(CONTENT).pages
    if "/sdks/" in page.path and any("sdk" in block.attributes for block in blocks_of(page))
}


@pytest.mark.parametrize("page", TEXTS)
async def test_the_blocks_of_a_page_run(live: Live, typescript: Path, page: str) -> None:  # noqa: F811
    _, key = await live.world.new_key("docs")
    blocks = [block for block in render(TEXTS[page]).blocks if "sdk" in block.attributes]
    assert blocks
    settings = {"PIVOTAL_API_KEY": key, "PIVOTAL_BASE_URL": live.url}
    for number, block in enumerate(blocks):
        program = typescript / f"{page}_{number}.{'py' if block.language == 'python' else 'mjs'}"
        program.write_text(block.code)
        if block.language == "python":
            told = await run(sys.executable, str(program), PYTHONPATH=str(PYTHON / "src"), **settings)
        else:
            told = await node(str(program), **settings)
        assert told, block.code
        if page == "overview":
            # Both languages do the same in one workspace.
            assert told == "0\n"


OTHERS = {
    (page.path, language): blocks
    for page in read_content(CONTENT).pages
    for language in ("python", "typescript")
    if "/sdks/" not in page.path
    and (blocks := [one for one in blocks_of(page) if "sdk" in one.attributes and one.language == language])
}


@pytest.mark.parametrize(("path", "language"), OTHERS)
async def test_the_blocks_of_other_pages_do_what_the_requests_beside_them_do(
    live: Live,
    typescript: Path,  # noqa: F811
    path: str,
    language: str,
) -> None:
    """In order, each a program of its own; what one prints stands in the next."""
    _, key = await live.world.new_key("local-dev")
    values = {"public_url": live.url, "api_key": key}
    for number, block in enumerate(OTHERS[path, language]):
        code = re.sub(r"zq([a-z_]+)qz", lambda found: values[found[1]], block.code)
        program = typescript / f"page_{number}.{'py' if language == 'python' else 'mjs'}"
        program.write_text(code)
        if language == "python":
            told = await run(sys.executable, str(program), PYTHONPATH=str(PYTHON / "src"))
        else:
            told = await node(str(program))
        assert told.strip(), code
        if "capture" in block.attributes:
            values[block.attributes["capture"]] = told.strip()


@pytest.mark.parametrize("language", ["python", "typescript"])
def test_the_install_line_names_the_package_that_is_there(language: str) -> None:
    [line] = re.findall(r"install \{\{public_url\}\}(\S+)", TEXTS[language])
    assert line.replace("{{release}}", __version__) == f"/sdk/{language}/{built(language).name}"


def test_every_method_stands_in_the_table(books: Library) -> None:  # noqa: F811
    page = books.page("/docs/api/sdks/overview")
    assert page is not None
    methods = {entry["x-sdk"] for path in document()["paths"].values() for entry in path.values()}
    assert {name for name in methods if f"`{name}" not in page.markdown} == set()
