"""View models of clearing test data."""

import msgspec

from pivotal_server.test_data.service import Counts, TestRow
from pivotal_server.web.formats import count
from pivotal_server.web.view import Form

_ORDER = ("customer", "contact", "onboarding", "task", "comment", "attachment", "template")
_PLURAL = {"attachment": ("file", "files")}


class Kind(msgspec.Struct, frozen=True):
    """One kind of row: how many there are, in words, and what the first of them are called."""

    title: str
    names: tuple[str, ...]
    more: str


class ClearForm(msgspec.Struct, frozen=True):
    """Context ``page`` of ``test_data/clear.html``; the form has no fields."""

    form: Form
    kinds: tuple[Kind, ...]
    total: int


def clear_form(form: Form, counts: Counts, names: dict[str, list[TestRow]]) -> ClearForm:
    """The question, with every kind of which there is a row, in the order in which people think of them."""
    kinds = []
    for kind in _ORDER:
        number = getattr(counts, kind)
        shown = names.get(kind, [])
        if number:
            title = count(number, *_PLURAL.get(kind, (kind,)))
            left = number - len(shown)
            kinds.append(
                Kind(title, tuple(row.name for row in shown), f"and {left:,} more" if left > 0 else "")
            )
    return ClearForm(form, tuple(kinds), counts.total)
