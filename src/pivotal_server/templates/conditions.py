"""Conditions on a customer as pure functions: checking, evaluating, saying why one fails (ONB-TPL-2, -3)."""

import re
from collections.abc import Mapping
from typing import Any

from pivotal_server.kit.codes import (
    INVALID_ENUM_VALUE,
    INVALID_TYPE,
    MISSING_FIELD,
    TOO_BIG,
    TOO_SMALL,
    UNRECOGNIZED_KEYS,
)
from pivotal_server.kit.text import line
from pivotal_server.kit.validation import choice, number, wrong_type

Facts = Mapping[str, Any]
"""Fields of a customer by name, custom ones as ``custom_fields.<slug>``; an empty one may be absent."""

Condition = Mapping[str, Any]
"""``{"all": […]}`` or ``{"any": […]}`` of comparisons ``{"field", "operator", "value"}``."""

CUSTOM = "custom_fields."
"""How the name of a custom field begins; the rest is its slug."""
FIELDS = ("status", "plan", "owner_id", "tags", "domain", "mrr", "monthly_orders")
OPERATORS = (
    *("equals", "not_equals", "any_of", "none_of", "greater", "less", "between"),
    *("contains", "has_tag", "is_set", "is_empty"),
)
MOST_COMPARISONS = 20
MOST_VALUES = 50
_CUSTOM = re.compile(r"custom_fields\.[a-z0-9][a-z0-9_-]{0,99}")
_UNARY = frozenset({"is_set", "is_empty"})
_ON_EMPTY = frozenset({"is_empty", "not_equals", "none_of"})
_KEYS = ("field", "operator", "value")


# ── Checking ─────────────────────────────────────────────────────────────────────────────────────
def check_condition(value: Any, path: str) -> dict[str, Any] | None:
    """A condition as it is stored. Raises the declared 400 errors at the place of the first fault."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise wrong_type("object", value, path)
    for key in value:
        if key not in ("all", "any"):
            raise UNRECOGNIZED_KEYS(field=f"{path}.{key[:200]}", key=key[:200])
    if len(value) != 1:
        raise INVALID_TYPE(field=path, message=f"{path} must hold either all or any")
    [(match, found)] = value.items()
    path = f"{path}.{match}"
    if not isinstance(found, list):
        raise wrong_type("array", found, path)
    if not found:
        raise TOO_SMALL(field=path, message=f"{path} must contain at least 1 entry")
    if len(found) > MOST_COMPARISONS:
        raise TOO_BIG(field=path, message=f"{path} must contain at most {MOST_COMPARISONS} entries")
    return {match: [_comparison(entry, f"{path}.{index}") for index, entry in enumerate(found)]}


def _comparison(entry: Any, path: str) -> dict[str, Any]:
    if not isinstance(entry, dict):
        raise wrong_type("object", entry, path)
    for key in entry:
        if key not in _KEYS:
            raise UNRECOGNIZED_KEYS(field=f"{path}.{key[:200]}", key=key[:200])
    for key in ("field", "operator"):
        if key not in entry:
            raise MISSING_FIELD(field=f"{path}.{key}", name=f"{path}.{key}")
    field = entry["field"]
    if not isinstance(field, str):
        raise wrong_type("string", field, f"{path}.field")
    if field not in FIELDS and _CUSTOM.fullmatch(field) is None:
        expected = " | ".join([*FIELDS, "custom_fields.<slug>"])
        raise INVALID_ENUM_VALUE(field=f"{path}.field", expected=expected, received=field[:100])
    operator = choice(entry["operator"], f"{path}.operator", OPERATORS)
    if operator == "has_tag" and field != "tags":
        raise INVALID_ENUM_VALUE(
            field=f"{path}.operator", message=f"{path}.operator has_tag goes with the field tags"
        )
    return {"field": field, "operator": operator, "value": _value(operator, entry, f"{path}.value")}


def _value(operator: str, entry: Mapping[str, Any], path: str) -> Any:
    value = entry.get("value")
    if operator in _UNARY:
        if value is not None:
            raise INVALID_TYPE(field=path, message=f"{path} must be left out with {operator}")
        return None
    if value is None:
        raise MISSING_FIELD(field=path, name=path)
    if operator in ("any_of", "none_of"):
        return _values(value, path, 1, MOST_VALUES)
    if operator == "between":
        return [_ordered(one, f"{path}.{at}") for at, one in enumerate(_values(value, path, 2, 2))]
    if operator in ("greater", "less"):
        return _ordered(value, path)
    if operator in ("contains", "has_tag") and not isinstance(value, str):
        raise wrong_type("string", value, path)
    return _scalar(value, path)


def _values(value: Any, path: str, least: int, most: int) -> list[Any]:
    if not isinstance(value, list):
        raise wrong_type("array", value, path)
    if len(value) < least:
        raise TOO_SMALL(field=path, message=f"{path} must contain at least {least} entries")
    if len(value) > most:
        raise TOO_BIG(field=path, message=f"{path} must contain at most {most} entries")
    return [_scalar(one, f"{path}.{at}") for at, one in enumerate(value)]


def _ordered(value: Any, path: str) -> Any:
    """A number, or a text such as a date."""
    if isinstance(value, bool):
        raise wrong_type("number", value, path)
    return _scalar(value, path)


def _scalar(value: Any, path: str) -> Any:
    if isinstance(value, str):
        return line(value, path, 1, 200)
    return value if isinstance(value, bool) else number(value, path, None, None)


def custom_slugs(condition: Condition | None) -> list[str]:
    """The custom fields that a condition asks for, as it does."""
    if condition is None:
        return []
    [comparisons] = condition.values()
    return [one["field"].removeprefix(CUSTOM) for one in comparisons if one["field"].startswith(CUSTOM)]


# ── Evaluating ───────────────────────────────────────────────────────────────────────────────────
def why_not(condition: Condition | None, facts: Facts) -> str | None:
    """Why a condition does not hold for a customer, such as "arr is not above 10,000".

    ``None`` when it does; no condition always holds.
    """
    if condition is None:
        return None
    [(match, comparisons)] = condition.items()
    failed = [one for one in comparisons if not _compare(one, facts.get(one["field"]))]
    if match == "all":
        return _words(failed[0]) if failed else None
    return " and ".join(map(_words, failed)) if len(failed) == len(comparisons) else None


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", []) or (isinstance(value, str) and not value.strip())


def _compare(comparison: Mapping[str, Any], actual: Any) -> bool:
    operator, wanted = comparison["operator"], comparison["value"]
    if _is_empty(actual):
        return operator in _ON_EMPTY
    match operator:
        case "is_set":
            return True
        case "is_empty":
            return False
        case "equals" | "any_of":
            return _is_one_of(actual, wanted if operator == "any_of" else [wanted])
        case "not_equals" | "none_of":
            return not _is_one_of(actual, wanted if operator == "none_of" else [wanted])
        case "contains" | "has_tag":
            return _contains(actual, wanted)
        case "greater":
            return _is_above(actual, wanted)
        case "less":
            return _is_above(wanted, actual)
        case _:
            low, high = wanted
            return not _is_above(low, actual) and not _is_above(actual, high) and _alike(low, actual)


def _is_one_of(actual: Any, wanted: list[Any]) -> bool:
    found = actual if isinstance(actual, list) else [actual]
    return any(_alike(one, other) and one == other for one in found for other in wanted)


def _contains(actual: Any, wanted: str) -> bool:
    text = wanted.casefold()
    if isinstance(actual, list):
        return any(str(one).casefold() == text for one in actual)
    return text in str(actual).casefold()


def _alike(one: Any, other: Any) -> bool:
    """Whether two values can be compared: numbers with numbers, texts with texts, flags with flags."""
    kinds = {_kind(one), _kind(other)}
    return len(kinds) == 1


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "flag"
    return "number" if isinstance(value, int | float) else type(value).__name__


def _is_above(one: Any, other: Any) -> bool:
    return _alike(one, other) and not isinstance(one, list | dict) and bool(one > other)


# ── In words ─────────────────────────────────────────────────────────────────────────────────────
_PATTERNS: Mapping[str, str] = {
    "equals": "{field} is not {value}",
    "not_equals": "{field} is {value}",
    "any_of": "{field} is none of {value}",
    "none_of": "{field} is one of {value}",
    "greater": "{field} is not above {value}",
    "less": "{field} is not below {value}",
    "between": "{field} is not between {value}",
    "contains": "{field} does not contain {value}",
    "has_tag": "the tag {value} is missing",
    "is_set": "{field} is empty",
    "is_empty": "{field} is set",
}


def _words(comparison: Mapping[str, Any]) -> str:
    operator, value = comparison["operator"], comparison["value"]
    joint = " and " if operator == "between" else ", "
    text = joint.join(map(_text, value)) if isinstance(value, list) else _text(value)
    field = comparison["field"].removeprefix(CUSTOM)
    return _PATTERNS[operator].format(field=field, value=text)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int | float) else str(value)
