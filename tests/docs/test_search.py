"""What people look for comes first."""

import tomllib
from pathlib import Path

import pytest

from pivotal_server.docs.library import Library
from pivotal_server.docs.words import plain_word, questions

CASES = tomllib.loads((Path(__file__).parent / "search_cases.toml").read_text("utf-8"))


def test_there_are_enough_cases() -> None:
    assert sum(map(len, CASES.values())) >= 60


@pytest.mark.parametrize(("query", "path"), CASES["first"].items())
def test_it_comes_first(books: Library, query: str, path: str) -> None:
    assert books.search(query)[0].path == path


@pytest.mark.parametrize(("query", "path"), CASES["among_three"].items())
def test_it_is_among_the_first_three(books: Library, query: str, path: str) -> None:
    pages = list(dict.fromkeys(hit.path for hit in books.search(query)))
    assert path in pages[:3], pages[:5]


def test_identifiers_are_one_word() -> None:
    assert plain_word("X-RateLimit-Limit") == "x_ratelimit_limit"
    assert plain_word("customer.at_risk") == "customer_at_risk"


def test_nothing_typed_is_syntax() -> None:
    assert questions('a" OR "b') == ['"a" AND "OR" AND "b"*', '"a" OR "OR" OR "b"*']
    assert questions("***") == []
    assert len(questions("word " * 1000)[0]) < 500
