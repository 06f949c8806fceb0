"""What may stand in the repository."""

import json
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.lint.files import PACKAGE, ROOT, files, text_of

CODE = {".py", ".js", ".ts", ".css", ".html"}
LONGEST_FILE = 450
LONGEST_LINE = 500

# The patterns are put together from parts, so that this file does not contain what it looks for.
REGISTRY_HOSTS = [
    re.escape(f"{host}.{domain}")
    for host, domain in [
        ("files", "pythonhosted.org"),
        ("pypi", "org/simple"),
        ("registry", "npmjs.org"),
        ("registry", "yarnpkg.com"),
        ("deb", "debian.org"),
        ("proxy", "golang.org"),
    ]
]
UNFINISHED = [
    *(rf"\b{a}{b}\b" for a, b in [("TO", "DO"), ("FIX", "ME"), ("XX", "X"), ("NotImplemented", "Error")]),
    *(rf"pytest\.{a}{b}\(" for a, b in [("sk", "ip"), ("xf", "ail"), ("importor", "skip")]),
    rf"mark\.(?:{'sk' + 'ip'}|{'xf' + 'ail'})",
]
MACHINE_PATHS = [
    rf"(?<![\w.-])/{top}/"
    for top in ("work", "root", "farm", r"home/\w+", r"Users/\w+", "opt/pypi", "opt/wheels")
]
LOCKS_WITH_ADDRESSES = {"uv.lock", "poetry.lock", "Pipfile.lock", "yarn.lock", "pnpm-lock.yaml"}


def _is_code(path: Path) -> bool:
    return path.suffix in CODE and path.parts[0] in {"src", "tests", "bench", "sdk", "docs"}


def _is_migration(path: Path) -> bool:
    """A schema step is written once and read as the one list that it is."""
    return "migrations/versions" in path.as_posix()


def _lines_with(patterns: list[str], among: list[Path]) -> list[str]:
    pattern = re.compile("|".join(patterns))
    return [
        f"{path}:{number}: {line.strip()[:100]}"
        for path in among
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if pattern.search(line)
    ]


def _none(faults: Iterable[str]) -> None:
    found = list(faults)
    assert not found, "\n".join(found)


def test_files_stay_short() -> None:
    lengths = {
        str(path): text_of(path).count("\n") for path in files() if _is_code(path) and not _is_migration(path)
    }
    _none(f"{length} {path}" for path, length in lengths.items() if length > LONGEST_FILE)


def test_no_host_of_a_registry() -> None:
    _none(_lines_with(REGISTRY_HOSTS, list(files())))


def test_no_unfinished_mark() -> None:
    _none(_lines_with(UNFINISHED, [path for path in files() if _is_code(path)]))


def test_no_path_of_a_machine() -> None:
    _none(_lines_with(MACHINE_PATHS, list(files())))


def test_nothing_built_and_nothing_of_others() -> None:
    foreign = [
        str(path)
        for path in files()
        if re.search(r"\.min\.(js|css)$|\.(woff2?|ttf|otf|whl|pyc|so)$", path.name)
        or {"node_modules", "vendor", "dist", ".venv", "__pycache__"} & set(path.parts)
    ]
    dense = [
        str(path)
        for path in files()
        if path.suffix in {".js", ".css"}
        and any(len(line) > LONGEST_LINE for line in text_of(path).splitlines())
    ]
    _none(foreign + dense)


def test_locks_carry_no_address() -> None:
    _none(str(path) for path in files() if path.name in LOCKS_WITH_ADDRESSES)
    locks = [path for path in files() if path.name == "package-lock.json"]
    with_address = [
        f"{path}: {name}"
        for path in locks
        for name, package in json.loads(text_of(path))["packages"].items()
        if "resolved" in package
    ]
    assert locks
    _none(with_address)


@pytest.mark.parametrize("name", ["runtime", "mcp", "dev", "build"])
def test_requirements_are_hashed_and_carry_no_address(name: str) -> None:
    text = text_of(Path(f"requirements/{name}.txt"))
    pins = re.findall(r"^([a-z0-9-]+)==.*(?:\n    --hash=sha256:[0-9a-f]{64}.*)+", text, re.MULTILINE)
    assert len(pins) == len(re.findall(r"^\S", text, re.MULTILINE)) > 0
    assert "://" not in text


def test_every_requirement_of_the_server_is_one_of_the_tests_too() -> None:
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^\S+==\S+", text_of(Path(f"requirements/{name}.txt")), re.MULTILINE))

    assert pins("runtime") <= pins("mcp") <= pins("dev")


def test_every_package_has_an_init_file() -> None:
    folders = {
        (ROOT / path).parent
        for path in files()
        if path.suffix == ".py" and (ROOT / path).is_relative_to(PACKAGE) and "versions" not in path.parts
    }
    _none(str(folder.relative_to(ROOT)) for folder in folders if not (folder / "__init__.py").is_file())


def test_the_index_of_decisions_lists_every_record() -> None:
    records = {path.name for path in files() if path.match("docs/decisions/[0-9][0-9][0-9][0-9]-*.md")}
    index = re.findall(r"\]\((\d{4}-[^)]+\.md)\)", text_of(Path("docs/decisions/README.md")))
    assert index == sorted(records)
