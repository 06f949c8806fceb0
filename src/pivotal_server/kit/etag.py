"""Entity tags (RFC 9110, section 8.8.3): a strong validator of the exact bytes of an answer."""

import hashlib
import re

_TAG = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')


def etag_of(body: bytes) -> str:
    """The tag of ``body``, quotes included: 64 bits of BLAKE2b in hex."""
    return f'"{hashlib.blake2b(body, digest_size=8).hexdigest()}"'


def matches(header: str, tag: str, *, weak: bool) -> bool:
    """Whether ``tag`` is among those of an ``If-Match`` or ``If-None-Match`` header, or that is ``*``.

    ``weak`` comparison, as If-None-Match asks for, also accepts tags marked ``W/``.
    """
    if header.strip() == "*":
        return True
    return any(found == tag and (weak or not mark) for mark, found in _TAG.findall(header))
