"""Many addresses typed or pasted at once (APP-INV-3)."""

import re
from collections.abc import Collection
from typing import Literal

import msgspec

from pivotal_server.contacts.checks import check_email
from pivotal_server.kit.errors import ApiError

Verdict = Literal["new", "double", "member", "pending", "faulty"]
_BETWEEN = re.compile(r"[\s,;]+")


class Address(msgspec.Struct, frozen=True):
    """One address: as typed, as it is stored (as typed where it is faulty), and what becomes of it."""

    text: str
    email: str
    verdict: Verdict


def read_batch(text: str, active: Collection[str], pending: Collection[str]) -> list[Address]:
    """The addresses in ``text``, split by comma, semicolon, space or line, in their order.

    ``active`` and ``pending`` are the addresses, in lower case, of members and of the invited.
    """
    found: list[Address] = []
    seen: set[str] = set()
    for word in filter(None, _BETWEEN.split(text)):
        try:
            email = check_email(word, "emails")
        except ApiError:
            found.append(Address(word, word, "faulty"))
            continue
        verdict: Verdict = "new"
        if email in seen:
            verdict = "double"
        elif email in active:
            verdict = "member"
        elif email in pending:
            verdict = "pending"
        seen.add(email)
        found.append(Address(word, email, verdict))
    return found
