"""Conditions without a database."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pivotal_server.kit.errors import ApiError
from pivotal_server.templates.conditions import OPERATORS, check_condition, why_not

FACTS = {
    "status": "onboarding",
    "plan": "Scale",
    "tags": ["VIP", "retail"],
    "domain": None,
    "mrr": 5000.0,
    "monthly_orders": 0,
    "custom_fields.arr": 60_000,
    "custom_fields.signed": "2026-05-01",
    "custom_fields.pilot": True,
    "custom_fields.note": "  ",
}


def holds(condition: dict[str, Any] | None, facts: dict[str, Any]) -> bool:
    return why_not(condition, facts) is None


def one(field: str, operator: str, value: Any = None) -> dict[str, Any]:
    return {"all": [{"field": field, "operator": operator, "value": value}]}


@pytest.mark.parametrize(
    ("field", "operator", "value", "expected"),
    [
        ("plan", "equals", "Scale", True),
        ("plan", "equals", "scale", False),
        ("plan", "not_equals", "Free", True),
        ("plan", "not_equals", "Scale", False),
        ("plan", "any_of", ["Free", "Scale"], True),
        ("plan", "none_of", ["Free", "Scale"], False),
        ("plan", "contains", "CAL", True),
        ("plan", "is_set", None, True),
        ("plan", "is_empty", None, False),
        ("tags", "has_tag", "vip", True),
        ("tags", "has_tag", "vi", False),
        ("tags", "contains", "Retail", True),
        ("tags", "any_of", ["retail", "x"], True),
        ("tags", "equals", "retail", True),
        ("tags", "greater", 1, False),
        ("mrr", "greater", 4999, True),
        ("mrr", "greater", 5000, False),
        ("mrr", "less", 5000, False),
        ("mrr", "between", [5000, 6000], True),
        ("mrr", "between", [5001, 6000], False),
        ("mrr", "equals", 5000, True),
        ("mrr", "equals", "5000", False),
        ("monthly_orders", "is_set", None, True),
        ("monthly_orders", "equals", 0, True),
        ("monthly_orders", "equals", False, False),
        ("custom_fields.arr", "greater", 50_000, True),
        ("custom_fields.signed", "greater", "2026-04-30", True),
        ("custom_fields.signed", "between", ["2026-01-01", "2026-12-31"], True),
        ("custom_fields.signed", "greater", 3, False),
        ("custom_fields.signed", "between", [1, 3], False),
        ("custom_fields.pilot", "equals", True, True),
        ("custom_fields.pilot", "equals", 1, False),
        ("custom_fields.note", "is_empty", None, True),
    ],
)
def test_onb_tpl_2_operators(field: str, operator: str, value: Any, expected: bool) -> None:
    assert holds(one(field, operator, value), FACTS) is expected


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("field", ["domain", "custom_fields.gone"])
def test_onb_tpl_2_on_an_empty_field_only_negations_hold(field: str, operator: str) -> None:
    value = {"any_of": ["x"], "none_of": ["x"], "between": [1, 2]}.get(operator, "x")
    assert holds(one(field, operator, value), FACTS) is (operator in ("is_empty", "not_equals", "none_of"))


def test_all_and_any() -> None:
    right, wrong = one("plan", "is_set")["all"], one("mrr", "greater", 10_000)["all"]
    assert holds({"all": [*right, *right]}, FACTS)
    assert not holds({"all": [*right, *wrong]}, FACTS)
    assert holds({"any": [*wrong, *right]}, FACTS)
    assert not holds({"any": wrong}, FACTS)
    assert holds(None, FACTS)


def test_onb_tpl_3_the_reason_names_what_failed() -> None:
    assert why_not(one("custom_fields.arr", "greater", 100_000), FACTS) == "arr is not above 100,000"
    assert why_not(one("tags", "has_tag", "new"), FACTS) == "the tag new is missing"
    assert why_not(one("mrr", "between", [1, 2.5]), FACTS) == "mrr is not between 1 and 2.5"
    both = {"any": [*one("plan", "is_empty")["all"], *one("custom_fields.pilot", "equals", False)["all"]]}
    assert why_not(both, FACTS) == "plan is set and pilot is not no"
    assert why_not(one("plan", "none_of", ["Scale", "Free"]), FACTS) == "plan is one of Scale, Free"


@pytest.mark.parametrize(
    ("condition", "code", "field"),
    [
        ([], "invalid_type", "c"),
        ({}, "invalid_type", "c"),
        ({"all": [], "any": []}, "invalid_type", "c"),
        ({"none": []}, "unrecognized_keys", "c.none"),
        ({"all": {}}, "invalid_type", "c.all"),
        ({"all": []}, "too_small", "c.all"),
        ({"any": [1]}, "invalid_type", "c.any.0"),
        ({"all": [{"field": "plan"}]}, "missing_field", "c.all.0.operator"),
        ({"all": [{"operator": "is_set"}]}, "missing_field", "c.all.0.field"),
        (one("name", "is_set"), "invalid_enum_value", "c.all.0.field"),
        (one("custom_fields.", "is_set"), "invalid_enum_value", "c.all.0.field"),
        (one("plan", "like", "x"), "invalid_enum_value", "c.all.0.operator"),
        (one("plan", "has_tag", "x"), "invalid_enum_value", "c.all.0.operator"),
        (one("plan", "equals"), "missing_field", "c.all.0.value"),
        (one("plan", "equals", []), "invalid_type", "c.all.0.value"),
        (one("plan", "equals", ""), "too_small", "c.all.0.value"),
        (one("plan", "is_set", "x"), "invalid_type", "c.all.0.value"),
        (one("plan", "any_of", "x"), "invalid_type", "c.all.0.value"),
        (one("plan", "any_of", []), "too_small", "c.all.0.value"),
        (one("plan", "any_of", ["x"] * 51), "too_big", "c.all.0.value"),
        (one("mrr", "greater", True), "invalid_type", "c.all.0.value"),
        (one("mrr", "between", [1]), "too_small", "c.all.0.value"),
        (one("mrr", "between", [1, None]), "invalid_type", "c.all.0.value.1"),
        (one("plan", "contains", 3), "invalid_type", "c.all.0.value"),
        ({"all": [{**one("plan", "is_set")["all"][0], "not": 1}]}, "unrecognized_keys", "c.all.0.not"),
        ({"all": one("plan", "is_set")["all"] * 21}, "too_big", "c.all"),
    ],
    ids=str,
)
def test_a_wrong_condition_is_refused_at_its_place(condition: Any, code: str, field: str) -> None:
    with pytest.raises(ApiError) as caught:
        check_condition(condition, "c")
    assert (caught.value.code.code, caught.value.field) == (code, field)


VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.text(max_size=3)
    | st.lists(st.text(max_size=2), max_size=2)
)
CONDITIONS = st.fixed_dictionaries(
    {
        "field": st.sampled_from(["plan", "tags", "mrr", "custom_fields.a"]),
        "operator": st.sampled_from(OPERATORS),
        "value": VALUES | st.lists(st.integers(-5, 5), min_size=2, max_size=2),
    }
)


@given(
    comparisons=st.lists(CONDITIONS, min_size=1, max_size=3),
    facts=st.dictionaries(st.sampled_from(["plan", "tags", "mrr", "custom_fields.a"]), VALUES),
)
def test_whatever_is_accepted_can_be_evaluated(
    comparisons: list[dict[str, Any]], facts: dict[str, Any]
) -> None:
    for match in ("all", "any"):
        try:
            condition = check_condition({match: comparisons}, "c")
        except ApiError:
            continue
        assert check_condition(condition, "c") == condition
        each = [holds({"all": [one]}, facts) for one in (condition or {})[match]]
        assert holds(condition, facts) is (all(each) if match == "all" else any(each))
        assert bool(why_not(condition, facts)) is not holds(condition, facts)
