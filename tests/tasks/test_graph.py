"""Circles and locks without a database."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from pivotal_server.tasks.graph import any_circle, circle, turned

IDS = [str(number) for number in range(8)]
EDGES = st.dictionaries(st.sampled_from(IDS), st.lists(st.sampled_from(IDS), max_size=4, unique=True))


def test_onb_dep_2_the_way_round_is_named() -> None:
    edges = {"a": ["b", "x"], "b": ["c"], "c": ["a"], "x": []}
    assert circle(edges, "a") == ["a", "b", "c", "a"]
    assert circle({"a": ["a"]}, "a") == ["a", "a"]
    assert circle({"a": ["b"], "b": ["c"]}, "a") is None


def test_a_long_chain_has_no_circle() -> None:
    chain = {str(number): [str(number + 1)] for number in range(5000)}
    assert any_circle(chain) is None
    assert len(circle({**chain, "5000": ["0"]}, "0") or []) == 5002


def reaches_itself(edges: dict[str, list[str]], start: str) -> bool:
    seen: set[str] = set()
    waiting = list(edges.get(start, ()))
    while waiting:
        here = waiting.pop()
        if here not in seen:
            seen.add(here)
            waiting += edges.get(here, ())
    return start in seen


@given(EDGES)
def test_a_circle_is_found_exactly_where_there_is_one(edges: dict[str, list[str]]) -> None:
    for start in IDS:
        way = circle(edges, start)
        assert (way is not None) == reaches_itself(edges, start)
        if way is not None:
            assert way[0] == way[-1] == start
            assert all(there in edges[here] for here, there in itertools.pairwise(way))
            assert len(set(way[:-1])) == len(way) - 1
    assert (any_circle(edges) is not None) == any(reaches_itself(edges, start) for start in IDS)


def test_onb_dep_3_5_only_what_turned_is_told() -> None:
    assert turned(["a", "b", "c", "d"], {"a", "b"}, {"b", "c"}) == (["a"], ["c"])
