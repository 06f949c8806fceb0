"""The copies of the document in the repository."""

from pathlib import Path

import pytest

from pivotal_server import __version__
from pivotal_server import operations_releases as releases
from pivotal_server.openapi.diff import breaking

ROOT = Path(__file__).parents[2]


def test_the_current_copy_is_what_the_program_serves() -> None:
    kept = (ROOT / releases.CURRENT).read_bytes()
    assert kept == releases.build(), "run: pivotal openapi write"


def test_nothing_breaks_what_the_last_release_promised() -> None:
    for frozen in releases.frozen(ROOT)[-1:]:
        assert breaking(releases.read(frozen), releases.read(ROOT / releases.CURRENT)) == []


def test_a_release_is_frozen_once(tmp_path: Path) -> None:
    with pytest.raises(releases.CannotFreeze):
        releases.freeze(tmp_path)
    (tmp_path / "CHANGELOG.md").write_text(f"## [{__version__}] - 2026-01-31\n\n### Added\n- All of it.\n")
    path = releases.freeze(tmp_path)
    assert path.read_bytes() == releases.build()
    assert releases.frozen(tmp_path) == [path]
    with pytest.raises(releases.CannotFreeze):
        releases.freeze(tmp_path)


def test_releases_are_ordered_by_number(tmp_path: Path) -> None:
    folder = tmp_path / releases.RELEASES
    folder.mkdir(parents=True)
    for name in ("1.10.0", "1.9.2", "notes", "0.3.0"):
        (folder / f"{name}.json").write_text("{}")
    assert [path.stem for path in releases.frozen(tmp_path)] == ["0.3.0", "1.9.2", "1.10.0"]
