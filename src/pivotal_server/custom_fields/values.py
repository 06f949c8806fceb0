"""Values of custom fields, checked against the definitions; no database."""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pivotal_server.custom_fields.repository import FieldRow
from pivotal_server.kit.codes import INVALID_ENUM_VALUE, UNRECOGNIZED_KEYS
from pivotal_server.kit.json import same
from pivotal_server.kit.text import bounded, clean, parse_day
from pivotal_server.kit.validation import number, wrong_type

LONGEST_TEXT = 1000


def _string(_field: FieldRow, value: Any, path: str) -> str | None:
    if not isinstance(value, str):
        raise wrong_type("string", value, path)
    return bounded(clean(value, path), path, None, LONGEST_TEXT) or None


def _number(_field: FieldRow, value: Any, path: str) -> int | float:
    found = float(number(value, path, None, None))
    return int(found) if found.is_integer() and math.fabs(found) < 2**53 else found


def _date(_field: FieldRow, value: Any, path: str) -> str:
    if not isinstance(value, str):
        raise wrong_type("string", value, path)
    return parse_day(value.strip(), path).isoformat()


def _select(field: FieldRow, value: Any, path: str) -> str:
    if not isinstance(value, str):
        raise wrong_type("string", value, path)
    wanted = clean(value, path).casefold()
    for option in field.options:
        if option.casefold() == wanted:
            return option
    expected = " | ".join(f"'{option}'" for option in field.options)
    raise INVALID_ENUM_VALUE(field=path, expected=expected, received=value[:100])


def _boolean(_field: FieldRow, value: Any, path: str) -> bool:
    if not isinstance(value, bool):
        raise wrong_type("boolean", value, path)
    return value


_CHECKS: Mapping[str, Callable[[FieldRow, Any, str], Any]] = {
    "string": _string,
    "number": _number,
    "date": _date,
    "select": _select,
    "boolean": _boolean,
}


def merged(stored: Mapping[str, Any], sent: Mapping[str, Any], fields: Iterable[FieldRow]) -> dict[str, Any]:
    """``stored`` values with those ``sent``: an absent key stays as it is, ``null`` clears.

    A key that no field has is refused with ``unrecognized_keys``; so is that of an archived field, unless it
    repeats the stored value, so that what was read can be sent back. Raises the codes of faulty values.
    """
    by_slug = {field.slug: field for field in fields}
    found = dict(stored)
    for slug, value in sent.items():
        path = f"custom_fields.{slug[:200]}"
        if slug in stored and same(stored[slug], value):
            continue
        field = by_slug.get(slug)
        if field is None or field.archived_at is not None:
            raise UNRECOGNIZED_KEYS(field=path, key=slug[:200])
        checked = None if value is None else _CHECKS[field.type](field, value, path)
        if checked is None:
            found.pop(slug, None)
        else:
            found[slug] = checked
    return found
