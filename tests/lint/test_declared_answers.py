"""The plugin that wants every declared answer seen: what it names, when it fails a run, when not."""

import sys
from pathlib import Path

import pytest

from tests.support.live_server import run

ROOT = Path(__file__).parents[2]
SUITE = {
    "pytest.ini": "[pytest]\ntestpaths = suite\n",
    # In the place of the real application: what the plugin asks of the checked client.
    "conftest.py": (
        "import sys, types\n"
        "codes = {'400': {'x-error-codes': ['too_big', 'too_small']}, '200': {},\n"
        "         '503': {'x-error-codes': ['unavailable']}}\n"
        "things = {'get': {'operationId': 'get-thing', 'responses': codes}}\n"
        "app = sys.modules['tests.support.app'] = types.ModuleType('tests.support.app')\n"
        "app.SEEN, app.Seen, app.document = set(), tuple, lambda: {'paths': {'/things': things}}\n"
        "pytest_plugins = ['tests.support.declared']\n"
    ),
    "suite/test_one.py": (
        "from tests.support.app import SEEN\n"
        "def test_good(): SEEN.add(('get-thing', 200, ''))\n"
        "def test_big(): SEEN.add(('get-thing', 400, 'too_big'))\n"
    ),
}
SMALL = "from tests.support.app import SEEN\ndef test_small(): SEEN.add(('get-thing', 400, 'too_small'))\n"


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A suite that sees two of three answers; the fourth only comes by a fault."""
    (tmp_path / "suite").mkdir()
    for name, text in SUITE.items():
        (tmp_path / name).write_text(text)
    return tmp_path


async def pytest_in(suite: Path, *arguments: str) -> tuple[int, list[str]]:
    """The exit status of a run, and what it names as unseen."""
    command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "xdist", *arguments)
    shell = f'cd "{suite}" && "$@"; echo "status $?"'
    environment = {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
    output = await run("bash", "-c", shell, "bash", *command, **environment)
    lines = output.splitlines()
    return int(lines[-1].removeprefix("status ")), [line for line in lines if line.startswith("get-thing")]


async def test_a_whole_run_fails_for_what_no_worker_saw(suite: Path) -> None:
    assert await pytest_in(suite, "-n", "2") == (1, ["get-thing 400 too_small"])
    (suite / "suite" / "test_two.py").write_text(SMALL)
    assert await pytest_in(suite, "-n", "2") == (0, [])


async def test_a_part_is_not_judged_but_tells_when_it_is_asked(suite: Path) -> None:
    for part in (
        ("suite",),
        ("-k", "test_"),
        ("-m", "not browser"),
        ("--deselect", "suite/test_one.py::test_big"),
    ):
        assert await pytest_in(suite, *part) == (0, []), part
    assert await pytest_in(suite, "-k", "good", "--unseen") == (
        0,
        ["get-thing 400 too_big", "get-thing 400 too_small"],
    )


async def test_a_run_that_failed_anyway_names_its_failures_alone(suite: Path) -> None:
    (suite / "suite" / "test_two.py").write_text("def test_bad(): assert False\n")
    assert await pytest_in(suite) == (1, [])
