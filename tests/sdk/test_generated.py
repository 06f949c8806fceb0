"""What is committed is what the generator writes, and it stops at what it does not understand."""

import copy
from typing import Any

import pytest

from sdk.generator import __main__ as generator
from sdk.generator.reading import NotUnderstood, Reader
from tests.lint.files import ROOT
from tests.support.app import document


def test_writing_again_changes_nothing() -> None:
    wanted = generator.generated()
    there = {
        path: path.read_text("utf-8")
        for folder in generator.TARGETS.values()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert there == wanted


def test_generated_files_say_so_and_stay_short() -> None:
    for path, text in generator.generated().items():
        assert "enerated" in text.partition("\n")[0], path
        assert text.count("\n") < 400, path


def test_the_generator_and_the_runtimes_stay_small() -> None:
    bounds = {
        "sdk/generator/*.py": 1500,
        "sdk/python/src/pivotal/*.py": 1250,
        "sdk/typescript/src/*.ts": 660,
    }
    for pattern, most in bounds.items():
        lines = [path.read_text("utf-8").count("\n") for path in ROOT.glob(pattern)]
        assert 0 < sum(lines) <= most, pattern


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"type": "string", "format": "hostname"}, "Customer.name"),
        ({"oneOf": [{"type": "string"}]}, "Customer.name"),
        ({"anyOf": [{"type": "string"}, {"type": "integer"}]}, "Customer.name"),
        ({"type": "object", "properties": {"a": {"type": "string"}}}, "Customer.name"),
        ({"type": "array", "items": {"type": "tuple"}}, r"Customer.name\[\]"),
    ],
)
def test_an_unknown_schema_stops_it_with_its_place(change: dict[str, Any], place: str) -> None:
    altered = copy.deepcopy(document())
    altered["components"]["schemas"]["Customer"]["properties"]["name"] = change
    with pytest.raises(NotUnderstood, match=place):
        Reader(altered).api()


def test_an_operation_without_a_method_stops_it() -> None:
    altered = copy.deepcopy(document())
    del altered["paths"]["/api/v1/me"]["get"]["x-sdk"]
    with pytest.raises(NotUnderstood, match="GET /api/v1/me"):
        Reader(altered).api()
