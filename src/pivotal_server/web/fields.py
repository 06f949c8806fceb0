"""The fields of a submitted form."""

import hashlib
from collections.abc import Iterable
from urllib.parse import parse_qsl

from starlette.requests import Request

from pivotal_server.errors_catalogue import BODY_TOO_LARGE, INVALID_CONTENT_TYPE, INVALID_STRING
from pivotal_server.limits.catalogue import BODY_BYTES

FORM_TYPE = "application/x-www-form-urlencoded"
MOST_FIELDS = 8_000
CSRF_FIELD = "csrf_token"
SUBMISSION_FIELD = "submission"
"""The token of one showing of a form, by which a repeat is known."""


class Fields:
    """Names and texts of a form, in the order sent; a name may come several times."""

    __slots__ = ("_values",)

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._values: dict[str, list[str]] = {}
        for name, text in pairs:
            self._values.setdefault(name, []).append(text)

    def text(self, name: str) -> str:
        """What stands in the field; empty when it was not sent."""
        found = self._values.get(name)
        return found[0] if found else ""

    def has(self, name: str) -> bool:
        """Whether the field was sent, be it empty."""
        return name in self._values

    def all(self, name: str) -> list[str]:
        """Every text sent under the name: the ticked boxes of a group."""
        return list(self._values.get(name, ()))

    def ticked(self, name: str) -> bool:
        """Whether the box is ticked."""
        return bool(self.text(name))

    def texts(self, *names: str) -> dict[str, str]:
        """The texts of these fields by name, to show them again."""
        return {name: self.text(name) for name in names}

    def pairs(self) -> list[tuple[str, str]]:
        """Every name with each of its texts, to be sent once more."""
        return [(name, text) for name, texts in self._values.items() for text in texts]

    @property
    def submission(self) -> str:
        """What a repeat of this submission has in common with it: the token of its form, and its content.

        Empty when the form has no token. Content changed since (after Back, or where no answer came) makes
        another submission, so that nothing typed is dropped unsaid.
        """
        token = self.text(SUBMISSION_FIELD)
        if not token:
            return ""
        digest = hashlib.sha256()
        for name in sorted(self._values.keys() - {CSRF_FIELD}):
            for part in (name, *self._values[name]):
                digest.update(b"%d:%s" % (len(part), part.encode()))
            digest.update(b";")
        return digest.hexdigest()


async def read_fields(request: Request) -> Fields:
    """The form in the body of a request; none when there is no body.

    Raises ``invalid_content_type``, ``body_too_large`` past 1 MiB, ``invalid_string`` for what is no form.
    """
    body = await _body(request)
    if not body:
        return Fields()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM_TYPE:
        raise INVALID_CONTENT_TYPE(expected=FORM_TYPE, received=kind or "nothing")
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS
        )
    except ValueError:
        raise INVALID_STRING(message="The form is not well formed") from None
    return Fields(pairs)


async def _body(request: Request) -> bytes:
    limit = BODY_BYTES.default
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise BODY_TOO_LARGE(limit=limit)
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise BODY_TOO_LARGE(limit=limit)
        parts.append(part)
    return b"".join(parts)
