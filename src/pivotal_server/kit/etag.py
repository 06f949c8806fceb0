"""Entity tags (RFC 9110, section 8.8.3): a strong validator of the exact bytes of an answer."""

import hashlib
import re

_TAG = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_EXPANDED = re.compile(r'"([0-9a-f]{16})-[0-9a-f]{16}"')


def etag_of(body: bytes) -> str:
    """The tag of ``body``, quotes included: 64 bits of BLAKE2b in hex."""
    return f'"{hashlib.blake2b(body, digest_size=8).hexdigest()}"'


def expanded_tag(tag: str, body: bytes) -> str:
    """The tag of an answer that adds further objects to the one that ``tag`` is of; ``body`` is all of it."""
    return f"{tag[:-1]}-{etag_of(body)[1:]}"


def without_expansion(header: str) -> str:
    """An ``If-Match`` header where the tags of expanded answers stand for the records themselves."""
    return _EXPANDED.sub(r'"\1"', header)


def matches(header: str, tag: str, *, weak: bool) -> bool:
    """Whether ``tag`` is among those of an ``If-Match`` or ``If-None-Match`` header, or that is ``*``.

    ``weak`` comparison, as If-None-Match asks for, also accepts tags marked ``W/``.
    """
    if header.strip() == "*":
        return True
    return any(found == tag and (weak or not mark) for mark, found in _TAG.findall(header))
