"""Checks of contact fields, without a database."""

from typing import Any

import email_validator

from pivotal_server.kit.codes import INVALID_STRING, TOO_BIG
from pivotal_server.kit.text import line, passage
from pivotal_server.kit.validation import wrong_type

# Reserved names such as .local are real on the networks where people host this themselves, and
# whether a mail server exists is not asked anyway.
email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()


def check_email(value: Any, path: str) -> str:
    """An e-mail address, lower case, at most 254 characters (RFC 5321 by way of email-validator).

    Raises ``invalid_type``, ``too_small``, ``too_big`` or ``invalid_string``.
    """
    if not isinstance(value, str):
        raise wrong_type("string", value, path)
    address = passage(value, path, 1, 254)
    try:
        found = email_validator.validate_email(
            address, check_deliverability=False, allow_smtputf8=True, globally_deliverable=False
        )
    except email_validator.EmailNotValidError:
        raise INVALID_STRING(field=path, message="Invalid email") from None
    return found.normalized.lower()


def check_labels(value: Any, path: str) -> list[str]:
    """Up to 20 labels of 1 to 50 characters; a label that differs only in case counts once."""
    if not isinstance(value, list):
        raise wrong_type("array", value, path)
    if len(value) > 20:
        raise TOO_BIG(field=path, message=f"{path} must contain at most 20 entries")
    found: dict[str, str] = {}
    for index, entry in enumerate(value):
        here = f"{path}.{index}"
        if not isinstance(entry, str):
            raise wrong_type("string", entry, here)
        label = line(entry, here, 1, 50)
        found.setdefault(label.casefold(), label)
    return list(found.values())
