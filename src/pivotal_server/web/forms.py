"""From the texts of a form to the struct a service takes, with one message under each faulty field."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.validation import Body

Words = Mapping[tuple[str, str], str]
"""What a fault says in the app, by field and error code; others say what the API says."""


def sentence(field: str, fault: ApiError, words: Words) -> str:
    """The message under a field."""
    known = words.get((field, fault.code.code))
    if known is None and fault.code.code == "too_small":
        # A text of which nothing can be seen is as good as none.
        known = words.get((field, "missing_field"))
    if known is not None:
        return known
    text = fault.message.strip()
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "?", "!")) else f"{text}."


def check(body: Body, values: Mapping[str, Any], words: Words) -> tuple[Any, dict[str, str]]:
    """The struct of ``body`` for ``values``, and no messages; or ``None`` and a message by faulty field.

    Blank texts count as not given, so that defaults hold and a missing required field is named.
    """
    errors: dict[str, str] = {}
    found: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, str) and not value.strip():
            continue
        try:
            found[name] = body.fields[name](value, name)
        except ApiError as fault:
            errors[name] = sentence(name, fault, words)
    for name in body.required:
        if name not in found and name not in errors:
            errors[name] = words.get((name, "missing_field"), "Fill in this field.")
    return (None, errors) if errors else (body.struct(**found), errors)


class Overtaken(Exception):
    """Somebody else has changed fields that are to be saved; ``errors`` are the messages beside them."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__()
        self.errors = errors


def refuse_overtaken(
    changed: Iterable[str],
    typed: Mapping[str, str],
    seen: Mapping[str, str],
    stored: Mapping[str, str],
    same: Callable[[str, str, str], bool] = lambda _name, one, other: one == other,
) -> None:
    """Raise :class:`Overtaken` for fields that now hold neither what the form showed nor what was typed.

    ``stored`` are the texts of the locked record, ``same`` whether two texts of a named field mean
    the same.
    """
    errors = {
        name: f"Somebody changed this meanwhile to “{stored[name][:200]}”. Save again to keep yours."
        for name in changed
        if not same(name, seen[name], stored[name]) and typed[name] != stored[name]
    }
    if errors:
        raise Overtaken(errors)
