"""README and CONTRIBUTING say what is so."""

import re
from pathlib import Path

import pytest

from pivotal_server.config import SETTINGS
from tests.lint.files import ROOT, text_of

DOCUMENTS = [Path("README.md"), Path("CONTRIBUTING.md"), Path("CHANGELOG.md")]


def test_the_readme_lists_every_setting_with_its_default() -> None:
    rows = re.findall(
        r"^\| `(PIVOTAL_\w+)` \| (?:`([^`]+)`)? ?\| \S", text_of(Path("README.md")), re.MULTILINE
    )
    assert rows == [(setting.name, setting.default) for setting in SETTINGS]


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_commands_exist(document: Path) -> None:
    commands = set(re.findall(r"\./run ([a-z]+)", text_of(document)))
    functions = set(re.findall(r"^([a-z]+)\(\) \{", text_of(Path("run")), re.MULTILINE))
    assert commands
    assert commands - functions == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_links_lead_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", text_of(document))
    assert [target for target in targets if not (ROOT / document.parent / target).exists()] == []
