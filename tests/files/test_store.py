"""Where files lie, and links to them."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from pivotal_server.files.store import Files
from pivotal_server.kit import clock
from pivotal_server.kit.crypto import SecretBox, new_secret_key

ORG, OTHER = "org_E2Zs8IQ9Y7aJZqhB6baeCN6Zj4a", "org_2pXhE2Zs8IQ9Y7aJZqhB6baeCN6"
ID = "cmb4kvj50ce9uvw53efr4edt2"


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "files", SecretBox(new_secret_key()), "https://pivotal.example")


def parts(link: str) -> tuple[str, str, str, str]:
    """Workspace, id, moment and signature in a link."""
    address = urlsplit(link)
    query = {name: values[0] for name, values in parse_qs(address.query).items()}
    return query["org"], address.path.rpartition("/")[2], query["expires"], query["signature"]


def test_new_files_lie_apart_in_folders_that_only_the_server_reads(files: Files) -> None:
    paths = [files.new_path() for _ in range(50)]
    assert len({path.parent for path in paths}) > 40
    for path in paths:
        assert path == files.path_of(path.name)
        assert path.relative_to(files.folder).parts[2] == path.name
        assert path.parent.is_dir()
        assert path.parent.stat().st_mode & 0o077 == 0


def test_a_link_works_for_five_minutes(files: Files) -> None:
    link = files.link(ORG, ID)
    assert link.startswith(f"https://pivotal.example/files/{ID}?")
    assert files.is_valid(*parts(link))
    with clock.travel(timedelta(seconds=298)):
        assert files.is_valid(*parts(link))
    with clock.travel(timedelta(seconds=302)):
        assert not files.is_valid(*parts(link))


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize(
    "forged", [OTHER, "cmb4kvj50ce9uvw53efr4edt3", "9999999999", "", "-1", "1e9", "٣", "x"]
)
def test_a_link_that_was_changed_does_not_work(files: Files, place: int, forged: str) -> None:
    changed = list(parts(files.link(ORG, ID)))
    changed[place] = forged
    assert not files.is_valid(changed[0], changed[1], changed[2], changed[3])
