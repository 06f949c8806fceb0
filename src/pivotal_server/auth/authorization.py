"""The ``Authorization`` header: ``Bearer <key>``, and a precise answer to everything else.

``missing_api_key`` means that no key came in a form this server reads at all; ``invalid_api_key`` that one
seems to have come, but wrongly written. No message repeats what may be a secret.
"""

import re

from pivotal_server.auth.keys import ParsedKey, parse
from pivotal_server.errors_catalogue import INVALID_API_KEY, MISSING_API_KEY
from pivotal_server.kit.errors import ApiError

PLAIN_BEARER = re.compile(rb"[Bb][Ee][Aa][Rr][Ee][Rr] ([0-9A-Za-z._~+/-]+=*)")
"""RFC 6750 section 2.1: the scheme, one space, a ``b64token``."""

_WORDS = re.compile(r"([^ \t]*)([ \t]*)(.*)", re.DOTALL)

_OTHER_SCHEMES = {
    name.lower(): name
    for name in ("Basic", "Digest", "Token", "ApiKey", "Api-Key", "Key", "JWT", "OAuth", "Negotiate", "DPoP")
}
"""Schemes that a message may name; any other first word could be a secret."""

_FORM = "Send 'Authorization: Bearer <key>'."


def read_bearer(header: bytes | str | None) -> str:
    """The key that an ``Authorization`` header carries, as text that still has to be parsed.

    Raises ``missing_api_key`` or ``invalid_api_key`` with a message that says what is wrong with the header.
    """
    if header is None:
        raise MISSING_API_KEY(message=f"The Authorization header is missing. {_FORM}")
    if isinstance(header, str):
        header = header.encode("utf-8", "surrogatepass")
    match = PLAIN_BEARER.fullmatch(header) or PLAIN_BEARER.fullmatch(header.strip(b" \t"))
    if match is None:
        raise _diagnose(header)
    return match[1].decode("ascii")


def require_key(text: str) -> ParsedKey:
    """:func:`~pivotal_server.auth.keys.parse`, raising ``invalid_api_key`` instead of answering ``None``."""
    parsed = parse(text)
    if parsed is not None:
        return parsed
    if not text.startswith("pivotal_"):
        raise INVALID_API_KEY(message="The API key is malformed: it does not begin with 'pivotal_'.")
    raise INVALID_API_KEY(
        message="The API key is malformed: it is incomplete or mistyped. Copy the whole key again."
    )


def _diagnose(header: bytes) -> ApiError:
    """The fault of a header that is not ``Bearer <key>``."""
    words = _WORDS.fullmatch(header.decode("utf-8", "replace").strip(" \t"))
    assert words is not None, "the pattern takes every text"
    scheme, gap, rest = words.groups()
    lowered = scheme.lower()
    if not scheme:
        return MISSING_API_KEY(message=f"The Authorization header is empty. {_FORM}")
    if lowered == "bearer":
        return _diagnose_key(gap, rest)
    if lowered.startswith("bearer:"):
        return INVALID_API_KEY(
            message="The Authorization header has a colon after 'Bearer'. "
            "Send 'Authorization: Bearer <key>', with a space there instead."
        )
    if not rest:
        return INVALID_API_KEY(message=f"The Authorization header has no 'Bearer ' before the key. {_FORM}")
    if lowered in _OTHER_SCHEMES:
        return MISSING_API_KEY(
            message=f"The Authorization scheme '{_OTHER_SCHEMES[lowered]}' is not supported. {_FORM}"
        )
    return MISSING_API_KEY(message=f"The Authorization scheme is not 'Bearer'. {_FORM}")


def _diagnose_key(gap: str, rest: str) -> ApiError:
    """The fault of what follows ``Bearer``: ``gap`` is the white space after it, ``rest`` all else."""
    if not rest:
        return MISSING_API_KEY(message=f"The Authorization header says 'Bearer' but holds no key. {_FORM}")
    if gap != " ":
        return INVALID_API_KEY(
            message="The Authorization header must have exactly one space between 'Bearer' and the key."
        )
    if any(mark in rest for mark in " \t,;"):
        return INVALID_API_KEY(
            message="The Authorization header has something after the key. Send the key alone, once."
        )
    if rest[0] in "\"'`<{[(":
        return INVALID_API_KEY(
            message="The API key stands in quotes or brackets in the Authorization header. Send it bare."
        )
    return INVALID_API_KEY(
        message="The Authorization header holds characters that no API key has. Copy the whole key again."
    )
