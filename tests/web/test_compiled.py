"""Templates that were compiled ahead, and what happens when they are old, broken or not there."""

from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment

from pivotal_server.web.compiled import Compiled, compile_all
from pivotal_server.web.templating import environment


class CountedEnvironment(Environment):
    """Counts what it has to compile."""

    compiled = 0

    def _parse(self, source: str, name: str | None, filename: str | None) -> object:  # type: ignore[override]
        self.compiled += 1
        return super()._parse(source, name, filename)


def over(folder: Path, text: str = "Hello {{ name }}") -> CountedEnvironment:
    loader = DictLoader({"a.html": text, "b.html": "{% extends 'a.html' %}"})
    return CountedEnvironment(loader=loader, bytecode_cache=Compiled(folder), autoescape=True)


def test_what_was_compiled_is_not_compiled_again(tmp_path: Path) -> None:
    folder = tmp_path / "templates"
    assert compile_all(over(folder), folder) == 2
    fresh = over(folder)
    assert fresh.get_template("b.html").render(name="<Mira>") == "Hello &lt;Mira&gt;"
    assert fresh.compiled == 0


@pytest.mark.parametrize("fault", ["changed", "broken", "gone"])
def test_what_does_not_fit_is_compiled_in_memory(tmp_path: Path, fault: str) -> None:
    folder = tmp_path / "templates"
    compile_all(over(folder), folder)
    files = {path: path.read_bytes() for path in folder.iterdir()}
    if fault == "broken":
        files = dict.fromkeys(files, b"nonsense")
        for path, content in files.items():
            path.write_bytes(content)
    elif fault == "gone":
        for path in files:
            path.unlink()
        files = {}
    fresh = over(folder, "Goodbye {{ name }}" if fault == "changed" else "Hello {{ name }}")
    told = fresh.get_template("a.html").render(name="Mira")
    assert told == ("Goodbye Mira" if fault == "changed" else "Hello Mira")
    assert fresh.compiled == 1
    assert {path: path.read_bytes() for path in folder.iterdir()} == files


def test_every_template_of_the_server_can_be_compiled_ahead(tmp_path: Path) -> None:
    names = [name for name in environment().list_templates() if name.endswith(".html")]
    copy = environment().overlay(cache_size=-1)
    assert compile_all(copy, tmp_path / "templates") == len(names) > 50
    assert len(list((tmp_path / "templates").iterdir())) == len(names)
