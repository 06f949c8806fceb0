"""Nothing is written twice by hand: each declaration of the code stands in the docs, or a test names it."""

import re

import httpx
import pytest

from pivotal_server.auth.scopes import SCOPES
from pivotal_server.cli import app
from pivotal_server.config import SETTINGS
from pivotal_server.docs import facts
from pivotal_server.docs.checking import faults
from pivotal_server.docs.commands import EXAMPLES, commands
from pivotal_server.docs.library import Library
from pivotal_server.docs.marks import UnknownMark
from pivotal_server.docs.reference import object_slug, operation_path
from pivotal_server.docs.rendering import Refused, render
from pivotal_server.docs.source import BadContent, read_page
from pivotal_server.events.types import ALL_TYPES
from pivotal_server.kit.errors import CODES
from pivotal_server.limits.catalogue import LIMITS
from tests.docs.conftest import followed
from tests.support.app import document
from tests.support.browser import Browser

PAGE = "/docs/api/welcome/errors"


def ids(books: Library, path: str) -> set[str]:
    page = books.page(path)
    assert page is not None, path
    return set(re.findall(r'id="([^"]+)"', page.html))


def text(books: Library, path: str) -> str:
    page = books.page(path)
    assert page is not None, path
    return page.markdown


def test_every_link_and_anchor_resolves(books: Library) -> None:
    assert faults(books) == []


def test_every_error_code_has_its_anchor_and_its_cure(books: Library) -> None:
    assert CODES.keys() - ids(books, PAGE) == set()
    assert [code.code for code in CODES.values() if not code.cure and not code.app_only] == []


async def test_the_doc_url_of_every_code_leads_to_it(reader: Browser, api: httpx.AsyncClient) -> None:
    refused = (await api.get("/customers/999")).json()["error"]
    for code in (refused["code"], *CODES):
        address, _, anchor = refused["doc_url"].replace(refused["code"], code).partition("#")
        page = await followed(reader, address)
        assert page.status_code == 200
        assert f'id="{anchor}"' in page.text


def test_each_code_says_which_operations_send_it(books: Library) -> None:
    page = text(books, PAGE)
    for code in ("slug_taken", "terminal_phase", "ambiguous_match"):
        section = page.partition(f"### `{code}`")[2].partition("\n### ")[0]
        senders = re.findall(r"\[`([a-z-]+)`\]", section)
        declared = [
            operation["operationId"]
            for item in document()["paths"].values()
            for operation in item.values()
            if any(code in answer.get("x-error-codes", ()) for answer in operation["responses"].values())
        ]
        assert sorted(senders) == sorted(declared)


def test_every_setting_with_its_default(books: Library) -> None:
    page = text(books, "/docs/self-hosting/settings")
    for setting in SETTINGS:
        section = page.partition(f"### `{setting.name}`\n")[2].partition("\n### ")[0]
        assert section, setting.name
        assert f"Default: {f'`{setting.default}`' if setting.default else 'none'}." in section


def test_every_command_with_its_options_and_an_example(books: Library) -> None:
    page = text(books, "/docs/self-hosting/command-line")
    known = dict(commands(app))
    assert known.keys() ^ EXAMPLES.keys() == set()
    for words, command in known.items():
        section = page.partition(f"## `pivotal {words}` ")[2].partition("\n## ")[0]
        assert f"pivotal {words}" in section
        for argument in command.assemble_argument_collection():
            if argument.name != "*":
                named = argument.name if argument.index is None else argument.name[2:].upper()
                assert f"`{named}`" in section, f"{words} {named}"


def test_every_operation_has_a_page_with_its_parameters_and_codes(books: Library) -> None:
    overview = text(books, "/docs/api/reference/overview")
    for item in document()["paths"].values():
        for operation in item.values():
            path = operation_path(operation)
            page = text(books, path)
            assert path in overview
            for parameter in operation.get("parameters", ()):
                assert f"| `{parameter['name']}` |" in page, (path, parameter["name"])
                assert parameter["description"]
            for answer in operation["responses"].values():
                for code in answer.get("x-error-codes", ()):
                    assert f"#{code})" in page, (path, code)


def test_every_object_has_a_page_with_its_fields(books: Library) -> None:
    for name, schema in document()["components"]["schemas"].items():
        page = text(books, f"/docs/api/reference/objects/{object_slug(name)}")
        for key, field in schema.get("properties", {}).items():
            if not field.get("readOnly"):
                assert f"| `{key}` |" in page, (name, key)


def test_every_type_of_event_has_its_example(books: Library) -> None:
    overview = text(books, "/docs/webhooks/overview")
    for name in ALL_TYPES:
        page = f"/docs/webhooks/events/{name.partition('.')[0]}"
        assert name in ids(books, page)
        assert f'"type": "{name}"' in text(books, page)
        assert f"`{name}`" in overview


def test_every_scope_and_every_limit(books: Library) -> None:
    scopes = text(books, "/docs/api/welcome/authentication")
    assert [scope for scope in SCOPES if f"| `{scope}` |" not in scopes] == []
    limits = text(books, "/docs/product/setup/limits")
    assert [name for name in LIMITS if f"(`{name}`)" not in limits] == []


def test_prose_takes_the_figure_of_a_limit_from_its_declaration(books: Library) -> None:
    feedback = text(books, "/docs/product/setup/docs-feedback")
    assert f"can answer {LIMITS['docs_votes'].default:,} times a minute" in feedback


def test_a_page_that_asks_for_what_does_not_exist_fails_the_build(tmp_path: object) -> None:
    with pytest.raises(facts.UnknownFact):
        facts.expanded("::: nonsense", {})
    with pytest.raises(UnknownMark):
        render("{{nonsense}}")
    with pytest.raises(UnknownMark):
        render("At most {{limit:nonsense}} of them.")
    with pytest.raises(Refused):
        render("Text with <b>markup</b>.", place="here")
    with pytest.raises(Refused):
        render("# A title of its own", place="here")


def test_front_matter_is_read_strictly(tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("content") / "page.md"
    for written in ("no front matter", "---\ntitle: A\n---\n", "---\ntitle: A\nsummary: B\nodd: C\n---\n"):
        file.write_text(written)
        with pytest.raises(BadContent):
            read_page(file, "/docs/page")
