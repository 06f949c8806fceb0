"""Wire types of custom fields."""

import re
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from pivotal_server.kit.codes import INVALID_STRING, TOO_BIG
from pivotal_server.kit.text import clean, line
from pivotal_server.kit.validation import BOUNDED_TEXT, checked, doc, wrong_type
from pivotal_server.kit.wire import DisplayId, Id, Moment, Page, optional_text

Type = Literal["string", "number", "date", "select", "boolean"]
SLUG = re.compile(r"[a-z][a-z0-9_]{0,39}")
MOST_OPTIONS = 500
LONGEST_OPTION = 100


def check_slug(value: Any, path: str) -> str:
    """The slug of a field: a lower-case letter, then letters, digits and underscores, 40 in all."""
    if not isinstance(value, str):
        raise wrong_type("string", value, path)
    slug = clean(value, path)
    if SLUG.fullmatch(slug) is None:
        raise INVALID_STRING(
            field=path,
            message=f"{path} begins with a lower-case letter and holds 40 letters, digits and _ at most",
        )
    return slug


def check_options(value: Any, path: str) -> list[str]:
    """The options of a select field: up to 500 texts; one that differs only in case counts once."""
    if not isinstance(value, list):
        raise wrong_type("array", value, path)
    if len(value) > MOST_OPTIONS:
        raise TOO_BIG(field=path, message=f"{path} must contain at most {MOST_OPTIONS} entries")
    found: dict[str, str] = {}
    for index, entry in enumerate(value):
        here = f"{path}.{index}"
        if not isinstance(entry, str):
            raise wrong_type("string", entry, here)
        option = line(entry, here, 1, LONGEST_OPTION)
        found.setdefault(option.casefold(), option)
    return list(found.values())


Label = Annotated[str, Meta(min_length=1, max_length=80), doc("What people read.", "Region")]
Slug = Annotated[
    str,
    checked(check_slug, INVALID_STRING),
    Meta(extra_json_schema={"pattern": "^[a-z][a-z0-9_]{0,39}$"}),
    doc("Key in `custom_fields`, and name in searches.", "region"),
]
TypeField = Annotated[Type, doc("What its values are. Cannot change.", "select")]
Group = Annotated[str | None, optional_text(80), doc("Heading under which it stands.", "Account")]
Help = Annotated[str | None, optional_text(500), doc("Explanation beside it.", "Where they are at home.")]
Options = Annotated[
    list[str],
    checked(check_options, *BOUNDED_TEXT),
    Meta(extra_json_schema={"maxItems": MOST_OPTIONS}),
    doc("The values of a select field.", ["emea", "apac"]),
]
AskWhenAdding = Annotated[bool, doc("Whether the form for new customers shows it.", False)]


class CustomField(Struct, tag_field="object", tag="custom_field", kw_only=True):
    """A field that the workspace has defined for its customers."""

    id: Id
    display_id: DisplayId
    slug: Annotated[str, doc("Key in `custom_fields` of a customer.", "region")]
    label: Annotated[str, doc("What people read.", "Region")]
    type: Annotated[
        Type, Meta(extra_json_schema={"x-extensible-enum": True}), doc("What its values are.", "select")
    ]
    group: Annotated[str | None, doc("Heading under which it stands.", "Account")]
    help: Annotated[str | None, doc("Explanation beside it.", None)]
    options: Annotated[list[str], doc("The values of a select field, else empty.", ["emea", "apac"])]
    ask_when_adding: AskWhenAdding
    archived: Annotated[bool, doc("Whether it takes no new values.", False)]
    created_at: Moment
    updated_at: Moment


class CustomFieldPage(Page[CustomField], kw_only=True):
    """All fields, in their order."""


class CustomFieldCreate(Struct, kw_only=True):
    """A new field."""

    label: Label
    slug: Slug | UnsetType = UNSET
    type: TypeField
    group: Group = None
    help: Help = None
    options: Options | UnsetType = UNSET
    ask_when_adding: AskWhenAdding = False


class CustomFieldUpdate(Struct, kw_only=True):
    """Changes to a field: an absent key stays as it is, ``null`` clears."""

    label: Label | UnsetType = UNSET
    group: Group | UnsetType = UNSET
    help: Help | UnsetType = UNSET
    options: Options | UnsetType = UNSET
    ask_when_adding: AskWhenAdding | UnsetType = UNSET
