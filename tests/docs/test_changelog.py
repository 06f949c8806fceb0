"""The changelog: what it says, what is found by machine, and what keeps the two together."""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from pivotal_server.cli import app as program
from pivotal_server.cli_docs import build_docs
from pivotal_server.docs import changelog, pages
from pivotal_server.docs.changelog import Unfit
from pivotal_server.docs.library import Library
from pivotal_server.operations_releases import RELEASES
from tests.support.app import World, document
from tests.support.browser import Browser, Browsers

TEXT = """# Changelog

Preamble.

## [Unreleased]

### Added
- `api` Something new.

## [0.2.0] - 2026-11-02

### Changed
- `api` Customers have a colour.

## [0.1.0] - 2026-10-01

### Added
- The first release & its `<parts>`.
"""


def with_key(**properties: Any) -> dict[str, Any]:
    """The document with further keys of a customer."""
    made = deepcopy(document())
    made["components"]["schemas"]["Customer"]["properties"] |= properties
    return made


OLD = document()
NEW = with_key(colour={"type": "string", "description": "Its colour."})


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with two releases and their changelog."""
    folder = tmp_path_factory.mktemp("root")
    (folder / RELEASES).mkdir(parents=True)
    for name, kept in (("0.1.0", OLD), ("0.2.0", NEW)):
        (folder / RELEASES / f"{name}.json").write_text(json.dumps(kept))
    (folder / "CHANGELOG.md").write_text(TEXT)
    return folder


@pytest.fixture(scope="module")
def released(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    file = tmp_path_factory.mktemp("released") / "docs.sqlite"
    build_docs(file, root)
    library = Library(file)
    yield library
    library.close()


@pytest.fixture
def reader(released: Library, world: World, browsers: Browsers, monkeypatch: pytest.MonkeyPatch) -> Browser:
    monkeypatch.setattr(pages, "library", lambda: released)
    return browsers(pages.routes)


def diff_of_program(root: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What `pivotal openapi diff` prints for the two releases."""
    files = [str(root / RELEASES / f"{name}.json") for name in ("0.1.0", "0.2.0")]
    program(["openapi", "diff", *files], result_action="return_value")
    return capsys.readouterr().out.splitlines()


def test_an_entry_shows_what_the_program_finds(
    root: Path, released: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    found = diff_of_program(root, capsys)
    assert any("colour" in line for line in found)
    page = released.page(changelog.PATH)
    assert page is not None
    part = page.markdown.partition("### API since 0.1.0, by machine")[2].partition("\n## ")[0]
    shown = [line.removeprefix("- ") for line in part.splitlines() if line.startswith("- ")]
    assert [line.replace("`", "").replace("\\", "") for line in shown] == found
    assert page.markdown.count("by machine") == 2
    assert 'id="0-2-0"' in page.html


async def test_any_two_releases_are_compared(reader: Browser) -> None:
    page = await reader.get(f"{changelog.PATH}/diff?from=0.1.0&to=0.2.0")
    assert page.status_code == 200
    assert "colour" in page.text
    assert "Breaking" not in page.text
    back = await reader.get(f"{changelog.PATH}/diff?from=0.2.0&to=0.1.0")
    assert "Breaking" in back.text
    same = await reader.get(f"{changelog.PATH}/diff?from=0.2.0&to=0.2.0")
    assert "Nothing changed." in same.text
    assert "<option>Unreleased" in (await reader.get(f"{changelog.PATH}/diff")).text


@pytest.mark.parametrize("query", ["from=9.9.9&to=0.1.0", "from=0.1.0&to=%3Cb%3E", f"from={'x' * 10_000}"])
async def test_a_release_that_is_not_there_is_named(reader: Browser, query: str) -> None:
    page = await reader.get(f"{changelog.PATH}/diff?{query}")
    assert page.status_code == 404
    assert "No document of a release" in page.text
    assert "<b>" not in page.text
    assert len(page.text) < 20_000


async def test_frozen_documents_are_handed_out(reader: Browser) -> None:
    assert (await reader.get("/docs/openapi/0.2.0.json")).json() == NEW
    for other in ("0.3.0", "Unreleased"):
        assert (await reader.get(f"/docs/openapi/{other}.json")).status_code == 404


async def test_the_feed_tells_of_what_is_out(reader: Browser) -> None:
    answer = await reader.get("/docs/changelog.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    names = {"a": "http://www.w3.org/2005/Atom"}
    feed = ET.fromstring(answer.text)
    assert feed.findtext("a:updated", namespaces=names) == "2026-11-02T00:00:00Z"
    entries = feed.findall("a:entry", names)
    assert [one.findtext("a:title", namespaces=names) for one in entries] == ["0.2.0", "0.1.0"]
    assert "first release & its `<parts>`" in str(entries[1].findtext("a:content", namespaces=names))
    assert str(entries[0].findtext("a:id", namespaces=names)).endswith("/docs/api/changelog#0-2-0")


def test_a_release_that_is_told_of_may_be_frozen() -> None:
    changelog.check(TEXT, {"0.1.0": OLD, "0.2.0": NEW}, "0.2.0")


@pytest.mark.parametrize(
    ("text", "documents", "told"),
    [
        (TEXT, {"0.2.0": NEW}, "an entry for 0.1.0, which has no frozen document"),
        (
            TEXT.replace("[0.2.0]", "[0.1.9]"),
            {"0.1.0": OLD, "0.1.9": OLD, "0.2.0": NEW},
            "no entry for 0.2",
        ),
        (TEXT.replace(" - 2026-11-02", ""), {"0.1.0": OLD, "0.2.0": NEW}, "has no day"),
        (TEXT.replace("### Changed", "### Other"), {"0.1.0": OLD, "0.2.0": NEW}, "has the heading Other"),
        (TEXT.replace("`api` Customers", "Customers"), {"0.1.0": OLD, "0.2.0": NEW}, "no line of 0.2.0"),
    ],
)
def test_a_release_that_is_not_told_of_is_refused(text: str, documents: dict[str, Any], told: str) -> None:
    with pytest.raises(Unfit, match=told):
        changelog.check(text, documents, "0.2.0")


def test_without_a_change_of_the_api_no_tag_is_asked_for() -> None:
    changelog.check(TEXT.replace("`api` ", ""), {"0.1.0": OLD, "0.2.0": OLD}, "0.2.0")
