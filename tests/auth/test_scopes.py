import pytest
from hypothesis import given
from hypothesis import strategies as st

from pivotal_server.auth import scopes
from pivotal_server.kit.errors import ApiError

NAMES = st.sampled_from(list(scopes.SCOPES))


def test_the_catalogue_is_the_documented_one() -> None:
    both = [
        "customers",
        "contacts",
        "onboardings",
        "tasks",
        "comments",
        "templates",
        "insights",
        "webhooks",
        "data",
    ]
    expected = {f"{verb}:{resource}" for resource in both for verb in ("read", "write")} | {"read:workspace"}
    assert set(scopes.SCOPES) == expected
    assert all(scopes.SCOPES.values())
    assert len(set(scopes.SCOPES.values())) == len(expected)


def test_no_scopes_allow_everything() -> None:
    assert all(scopes.allows(frozenset(), needed) for needed in scopes.SCOPES)


@given(st.frozensets(NAMES, min_size=1), NAMES)
def test_a_scope_allows_itself_and_write_its_read(granted: frozenset[str], needed: str) -> None:
    verb, _, resource = needed.partition(":")
    expected = needed in granted or (verb == "read" and f"write:{resource}" in granted)
    assert scopes.allows(granted, needed) is expected


def test_read_never_includes_write() -> None:
    assert not scopes.allows(frozenset({"read:tasks"}), "write:tasks")
    assert not scopes.allows(frozenset({"write:tasks"}), "read:comments")


@given(st.lists(NAMES))
def test_known_scopes_are_parsed(names: list[str]) -> None:
    assert scopes.parse(names) == frozenset(names)


@pytest.mark.parametrize("name", ["write:workspace", "read:", "read", "READ:tasks", "read:tasks ", "*", ""])
def test_an_unknown_scope_is_refused_with_its_place(name: str) -> None:
    with pytest.raises(ApiError) as caught:
        scopes.parse(["read:tasks", name])
    assert (caught.value.code.code, caught.value.field) == ("invalid_enum_value", "scopes.1")
    assert "read:workspace" in caught.value.message


@given(st.frozensets(NAMES))
def test_the_shown_form_grants_the_same_in_catalogue_order(granted: frozenset[str]) -> None:
    shown = scopes.in_order(granted)
    assert [name for name in scopes.SCOPES if name in shown] == shown
    for needed in scopes.SCOPES:
        assert scopes.allows(frozenset(shown), needed) is scopes.allows(granted, needed)


def test_a_read_that_its_write_includes_is_not_shown() -> None:
    assert scopes.in_order(frozenset({"write:tasks", "read:tasks", "read:data"})) == [
        "write:tasks",
        "read:data",
    ]


def test_write_scopes_are_what_a_read_only_key_lacks() -> None:
    assert {name for name in scopes.SCOPES if scopes.is_write(name)} == {
        name for name in scopes.SCOPES if name.startswith("write:")
    }
