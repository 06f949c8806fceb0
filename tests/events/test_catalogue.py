"""Which events a difference fires, and what they say about what was before."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pivotal_server.events.catalogue import previous_attributes, types_of

STATUSES = ("onboarding", "active", "at_risk", "churned", "archived")
STATES = ("active", "waiting", "at_risk", "paused", "done")
OBJECTS = st.dictionaries(
    st.sampled_from("ab"), st.sampled_from([None, True, 1, "x", [1], {"c": 1}]), max_size=2
)
CUSTOMERS = st.fixed_dictionaries(
    {
        "id": st.just("c1"),
        "plan": st.sampled_from([None, "a", "b"]),
        "tags": st.lists(st.sampled_from("xy"), max_size=2),
        "status": st.sampled_from(STATUSES),
        "metadata": OBJECTS,
        "custom_fields": OBJECTS,
        "updated_at": st.sampled_from(["1", "2"]),
        "previous_health_score": st.sampled_from([None, 5]),
        "owner_email": st.sampled_from([None, "a@b.c"]),
    }
).map(lambda row: {**row, "at_risk": row["status"] == "at_risk", "churned": row["status"] == "churned"})
COMPUTED = ("updated_at", "at_risk", "churned", "owner_email", "previous_health_score")


def text(value: Any) -> str:
    """A value written so that equal texts are equal JSON."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{key}:{text(value[key])}" for key in sorted(value)) + "}"
    return repr(value)


@given(CUSTOMERS, CUSTOMERS)
def test_a_change_of_a_stored_field_fires_updated_and_what_its_status_says(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    stored = any(text(before[key]) != text(after[key]) for key in before if key not in COMPUTED)
    expected = ["customer.updated"] if stored else []
    if before["status"] != after["status"]:
        expected.append("customer.status_changed")
        if after["status"] in ("at_risk", "churned", "archived"):
            expected.append(f"customer.{after['status']}")
    assert types_of("customer", before, after) == expected


@given(CUSTOMERS, CUSTOMERS)
def test_previous_attributes_undo_the_change(before: dict[str, Any], after: dict[str, Any]) -> None:
    previous = previous_attributes(before, after)
    assert "updated_at" not in previous
    assert "previous_health_score" not in previous
    assert list(previous) == [key for key in before if key in previous]
    for key, old in before.items():
        if key in ("updated_at", "previous_health_score"):
            continue
        assert (key in previous) == (text(old) != text(after[key]))
        if key in ("metadata", "custom_fields") and key in previous:
            assert previous[key], "a change of an object names what changed in it"
            new, told = after[key], previous[key]
            for name in {*old, *new}:
                same = name in old and name in new and text(old[name]) == text(new[name])
                assert (name in told) != same
            assert all(value == old.get(name) for name, value in told.items())
        elif key in previous:
            assert previous[key] == old


def onboarding(**changes: Any) -> dict[str, Any]:
    """An onboarding as events see it."""
    row = {"phase": "review", "target_launch_date": None, "state": "active", "launched_at": None, "name": "x"}
    return {**row, **changes}


@pytest.mark.parametrize("old", STATES)
@pytest.mark.parametrize("new", STATES)
def test_states_of_an_onboarding(old: str, new: str) -> None:
    expected = [] if old == new else ["onboarding.updated", "onboarding.state_changed"]
    if new == "at_risk" != old:
        expected.append("onboarding.at_risk")
    if old == "at_risk" and new in ("active", "waiting"):
        expected.append("onboarding.back_on_track")
    if new == "done" != old:
        expected.append("onboarding.completed")
    assert types_of("onboarding", onboarding(state=old), onboarding(state=new)) == expected


def test_everything_at_once_comes_in_the_documented_order() -> None:
    after = onboarding(phase="completed", target_launch_date="d", state="done", launched_at="now")
    assert types_of("onboarding", onboarding(), after) == [
        "onboarding.updated",
        "onboarding.phase_changed",
        "onboarding.target_date_changed",
        "onboarding.state_changed",
        "onboarding.launched",
        "onboarding.completed",
    ]
    # Clearing the launch fires nothing of its own.
    assert types_of("onboarding", onboarding(launched_at="then"), onboarding()) == ["onboarding.updated"]


@pytest.mark.parametrize("kind", ["customer", "contact", "onboarding", "task"])
def test_creation_and_deletion_fire_one_event_whatever_the_values(kind: str) -> None:
    row = onboarding(status="at_risk", done=True, state="done", launched_at="x")
    assert types_of(kind, None, row) == [f"{kind}.created"]
    assert types_of(kind, row, None) == [f"{kind}.deleted"]
    assert types_of(kind, row, dict(row)) == []


def test_a_contact_has_no_further_types() -> None:
    assert types_of("contact", {"is_primary": True}, {"is_primary": False}) == ["contact.updated"]
