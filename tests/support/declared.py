"""A pytest plugin: a run of the whole suite sees each answer that the document declares.

The checked client notes every operation, status and error code that it meets. Each worker process hands its
notes over when it ends; a run of everything that passed then fails for what none of them saw, by name.
What a run of a part has not seen is only told, and only to whoever asks with `--unseen`.
"""

from collections.abc import Iterable
from typing import Any

import pytest

from tests.support.app import SEEN, Seen, document

NOTES = "answers seen"
PROVED_ELSEWHERE = (500, 503)
"""Statuses that only a fault brings. `tests/contract/test_coverage.py` injects it."""

_seen = pytest.StashKey[set[Seen]]()
_OPTIONS_OF_A_PART = ("keyword", "markexpr", "deselect", "ignore", "ignore_glob", "lf", "collectonly")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--unseen`."""
    parser.addoption("--unseen", action="store_true", help="name the declared answers that this run missed")


def declared() -> set[Seen]:
    """Every operation, status and code (empty for a success) that the document names."""
    return {
        (operation["operationId"], int(status), code)
        for path in document()["paths"].values()
        for operation in path.values()
        for status, answer in operation["responses"].items()
        for code in answer.get("x-error-codes", [""])
    }


def unseen(wanted: Iterable[Seen], seen: set[Seen]) -> list[Seen]:
    """What of `wanted` is not among `seen`, in order; what only faults bring is left out."""
    return sorted(entry for entry in wanted if entry[1] not in PROVED_ELSEWHERE and entry not in seen)


def is_whole(config: pytest.Config) -> bool:
    """Whether a run was asked for all tests: no path, no choice among them, no early end."""
    chosen = any(getattr(config.option, name, None) for name in _OPTIONS_OF_A_PART)
    return config.args_source is pytest.Config.ArgsSource.TESTPATHS and not chosen


def pytest_configure(config: pytest.Config) -> None:
    """Begin a run."""
    config.stash[_seen] = set()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Take over what a worker process saw."""
    found = getattr(node, "workeroutput", {}).get(NOTES, ())
    node.config.stash[_seen].update((id, status, code) for id, status, code in found)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """A worker hands over its notes; whoever ran the whole suite judges."""
    config = session.config
    output = getattr(config, "workeroutput", None)
    if output is not None:
        output[NOTES] = sorted(SEEN)
        return
    config.stash[_seen].update(SEEN)
    if exitstatus == pytest.ExitCode.OK and is_whole(config) and unseen(declared(), config.stash[_seen]):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, exitstatus: int, config: pytest.Config) -> None:
    """Name what was not seen."""
    if not (config.option.unseen or (exitstatus == pytest.ExitCode.OK and is_whole(config))):
        return
    missing = unseen(declared(), config.stash[_seen])
    if missing:
        terminalreporter.section("declared answers that no test saw")
        for id, status, code in missing:
            terminalreporter.line(f"{id} {status} {code}".rstrip())
