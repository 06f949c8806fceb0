"""From the cells of a CSV to the JSON data of the API: which column is which property, what a cell means."""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import inspect as types

from pivotal_server.contacts.schemas import ContactCreate
from pivotal_server.customers.schemas import CustomerCreate
from pivotal_server.kit.cells import unguarded
from pivotal_server.onboardings.schemas import OnboardingCreate, OnboardingUpdate
from pivotal_server.tasks.schemas import TaskCreate
from pivotal_server.transfer.reading import MARKS

Convert = Callable[[str], Any]

CUSTOM = "custom_fields."
"""How the column of a custom field begins; the rest is its slug."""

OF_CUSTOMER = (
    "customer_id",
    "customer_display_id",
    "customer_slug",
    "customer_external_id",
    "customer_domain",
)
"""Columns that name the customer of a record."""
OF_ONBOARDING = ("onboarding_id", "onboarding_display_id", "onboarding_external_id")
"""Columns that name the onboarding of a task."""
KEYS = ("id", "display_id")
"""Columns that name a record itself."""

_TRUE, _FALSE = frozenset({"true", "yes", "y", "1"}), frozenset({"false", "no", "n", "0"})


def _number(cell: str) -> Any:
    try:
        found = float(cell)
    except ValueError:
        return cell
    if not math.isfinite(found):
        return cell
    return int(found) if found.is_integer() and "e" not in cell.lower() and abs(found) < 2**53 else found


def _integer(cell: str) -> Any:
    return int(cell) if re.fullmatch(r"[+-]?[0-9]{1,18}", cell) else cell


def _flag(cell: str) -> Any:
    word = cell.lower()
    return True if word in _TRUE else False if word in _FALSE else cell


def _list(cell: str) -> Any:
    if cell.startswith("["):
        # Written so where an entry itself holds a semicolon.
        found = _json(cell)
        if isinstance(found, list):
            return found
    return [part.strip() for part in cell.split(";") if part.strip()]


def _json(cell: str) -> Any:
    try:
        return msgspec.json.decode(cell)
    except (msgspec.MsgspecError, UnicodeEncodeError):
        return cell


def _convert_of(kind: types.Type) -> Convert:
    if isinstance(kind, types.Metadata):
        return _convert_of(kind.type)
    if isinstance(kind, types.UnionType):
        rest = [one for one in kind.types if not isinstance(one, types.NoneType) and not _is_unset(one)]
        if any(isinstance(one, types.FloatType) for one in rest):
            return _number
        return _convert_of(rest[0])
    if isinstance(kind, types.IntType):
        return _integer
    if isinstance(kind, types.FloatType):
        return _number
    if isinstance(kind, types.BoolType):
        return _flag
    if isinstance(kind, types.ListType):
        return _json if isinstance(kind.item_type, types.StructType) else _list
    if isinstance(kind, types.DictType):
        return _json
    return str


def _is_unset(kind: types.Type) -> bool:
    return isinstance(kind, types.CustomType) and kind.cls is msgspec.UnsetType


def _fields(*structs: type[msgspec.Struct]) -> dict[str, Convert]:
    found: dict[str, Convert] = {}
    for struct in structs:
        info = types.type_info(struct)
        assert isinstance(info, types.StructType)
        for field in info.fields:
            found.setdefault(field.encode_name, _convert_of(field.type))
    return found


PRIMARY = ("contact_name", "contact_email", "contact_title", "contact_phone")
"""Columns of customers that make their primary contact."""
_TEXTS: dict[str, Convert] = dict.fromkeys((*KEYS, *OF_CUSTOMER), str)
FIELDS: Mapping[str, Mapping[str, Convert]] = {
    "customer": _fields(CustomerCreate) | dict.fromkeys((*KEYS, *PRIMARY), str),
    "contact": _fields(ContactCreate) | _TEXTS,
    "onboarding": _fields(OnboardingCreate, OnboardingUpdate) | _TEXTS,
    "task": _fields(TaskCreate)
    | dict.fromkeys((*KEYS, *OF_ONBOARDING, "parent_task_id", "parent_external_id"), str),
}
"""The columns of each resource and what their cells mean."""

REQUIRED: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "customer": (("name",),),
    "contact": (("name",), ("email",), OF_CUSTOMER),
    "onboarding": (OF_CUSTOMER,),
    "task": (("title",), (*OF_ONBOARDING, "parent_task_id", "parent_external_id")),
}
"""What a file of new records must have: of each of these groups one column."""


def known(resource: str, field: str) -> bool:
    """Whether a column of ``resource`` may stand for ``field``."""
    return field in FIELDS[resource] or (
        resource == "customer" and field.startswith(CUSTOM) and len(field) > len(CUSTOM)
    )


def match(resource: str, header: list[str], mapping: Mapping[str, str | None]) -> list[str | None]:
    """The property of each column of ``header``, ``None`` for one to pass over.

    ``mapping`` says it by the name of the column; others are matched by their name, whatever its case and
    with blanks for underscores.
    """
    found: list[str | None] = []
    for name in map(str.strip, header):
        if name in mapping:
            found.append(mapping[name])
            continue
        plain = re.sub(r"[\s-]+", "_", name.lower())
        field = name if name.startswith(CUSTOM) else plain
        found.append(field if plain not in MARKS and known(resource, field) else None)
    return found


def data_of(
    resource: str,
    fields: list[str | None],
    cells: list[str],
    custom: Mapping[str, str],
    *,
    clear_blanks: bool,
) -> dict[str, Any]:
    """The JSON object of a row. ``custom``: the type of each custom field by its slug.

    A blank cell leaves its property out, or clears it with ``clear_blanks``.
    """
    data: dict[str, Any] = {}
    values: dict[str, Any] = {}
    converts = FIELDS[resource]
    for field, cell in zip(fields, cells, strict=False):
        if field is None:
            continue
        text = unguarded(cell.replace("\r\n", "\n").replace("\r", "\n")).strip()
        blank = not text
        if blank and not clear_blanks:
            continue
        if field.startswith(CUSTOM):
            slug = field[len(CUSTOM) :]
            values[slug] = None if blank else _custom(custom.get(slug), text)
        elif blank:
            if field not in KEYS:
                data[field] = [] if converts[field] is _list else None
        else:
            data[field] = converts[field](text)
    if values:
        whole = data.get("custom_fields")
        data["custom_fields"] = {**whole, **values} if isinstance(whole, dict) else values
    return data


def _custom(kind: str | None, text: str) -> Any:
    if kind == "number":
        return _number(text)
    return _flag(text) if kind == "boolean" else text
