"""The texts that the form of a customer's fields holds, and the values that its texts mean. No database."""

import math
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec

from pivotal_server.custom_fields.service import FieldRow
from pivotal_server.customers.checks import host_of
from pivotal_server.customers.repository import CustomerRow
from pivotal_server.kit.codes import INVALID_TYPE

FOREIGN_IDS = (
    ("external_id", "External id"),
    ("hubspot_company_id", "HubSpot company"),
    ("hubspot_deal_id", "HubSpot deal"),
    ("stripe_customer_id", "Stripe customer"),
    ("intercom_company_id", "Intercom company"),
    ("slack_channel_id", "Slack channel"),
)
AMOUNTS = ("mrr", "monthly_orders")
TEXTS = (
    *("name", "domain", "plan", "owner_id", "mrr", "monthly_orders", "tags", "slug"),
    *(name for name, _label in FOREIGN_IDS),
)
CUSTOM = "custom_"
"""Before the slug of a custom field, the name of its form field."""


def _number_text(value: float | None) -> str:
    if value is None:
        return ""
    return str(int(value)) if float(value).is_integer() else repr(value)


def _custom_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _number_text(value) if isinstance(value, int | float) else str(value)


def stored_texts(row: CustomerRow, fields: Sequence[FieldRow]) -> dict[str, str]:
    """What stands in the fields of the form: by name of the form field, for these custom fields too."""
    texts = {name: getattr(row, name) or "" for name in TEXTS if name not in (*AMOUNTS, "tags")}
    texts |= {name: _number_text(getattr(row, name)) for name in AMOUNTS}
    texts["tags"] = ", ".join(msgspec.json.decode(row.tags))
    values = msgspec.json.decode(row.custom_fields)
    texts |= {f"{CUSTOM}{field.slug}": _custom_text(values.get(field.slug)) for field in fields}
    return texts


_PLAIN = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_GROUPED = re.compile(r"[-+]?\d{1,3}([, ]\d{3})+(\.\d+)?")


def number_of(text: str, name: str) -> float | None:
    """The number that somebody typed, with or without commas or spaces between thousands; None for nothing.

    A decimal comma is refused rather than read as another number. Raises ``invalid_type``.
    """
    plain = text.strip().removeprefix("$").strip()
    if not plain:
        return None
    if plain.isascii() and _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "").replace(" ", "")
    found = float(plain) if plain.isascii() and _PLAIN.fullmatch(plain) else math.nan
    if not math.isfinite(found):
        raise INVALID_TYPE(field=name, message="Enter a number such as 4200")
    return found


def _custom_value(field: FieldRow, text: str, name: str) -> Any:
    if not text.strip():
        return None
    if field.type == "number":
        return number_of(text, name)
    return text == "yes" if field.type == "boolean" else text


def wanted(
    typed: Mapping[str, str], changed: Collection[str], fields: Sequence[FieldRow]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The values of the ``changed`` fields of the form as the API takes them, and those of custom fields.

    An emptied field means ``None``. Raises ``invalid_type`` for what is no number.
    """
    values: dict[str, Any] = {}
    for name in TEXTS:
        if name not in changed:
            continue
        text = typed[name]
        if name in AMOUNTS:
            values[name] = number_of(text, name)
        elif name == "tags":
            values[name] = [tag.strip() for tag in text.split(",") if tag.strip()]
        elif name == "domain":
            values[name] = host_of(text) or None
        elif name in ("name", "slug"):
            values[name] = text
        else:
            values[name] = text.strip() or None
    custom = {
        field.slug: _custom_value(field, typed[name], name)
        for field in fields
        if (name := f"{CUSTOM}{field.slug}") in changed
    }
    return values, custom
