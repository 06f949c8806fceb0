"""What type a file is: by its first bytes where they tell, else as its sender calls it, within bounds."""

import mimetypes
import re

UNKNOWN = "application/octet-stream"

_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,62}/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}")
# PNG 1.2, section 3.1; GIF89a; JFIF; PDF 32000-1, section 7.5.2.
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"%PDF-", "application/pdf"),
)
_TOLD_BY_BYTES = frozenset({"image/png", "image/gif", "image/jpeg", "image/webp", "application/pdf"})
# Types in which a browser would run what a stranger wrote.
_ACTIVE = re.compile(
    r"(text|application)/(html|(x-)?(java|ecma|live)script.*|xsl.*)|.*[/+]xml.*|image/svg.*|multipart/.*|message/.*"
)


def media_type(head: bytes, declared: str, name: str) -> str:
    """The type of a file that begins with ``head``, lower case and without parameters.

    The types that browsers open in place are told by their bytes alone; for others ``declared`` counts when
    it is well formed, and then the ending of ``name``.
    """
    for signature, known in _SIGNATURES:
        if head.startswith(signature):
            return known
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":  # WebP Container Specification
        return "image/webp"
    guessed = mimetypes.guess_type(name, strict=True)[0] or UNKNOWN
    for candidate in (declared, guessed):
        if candidate != UNKNOWN and candidate not in _TOLD_BY_BYTES and _TYPE.fullmatch(candidate):
            return candidate
    return UNKNOWN


def served_type(stored: str) -> str:
    """The type to send a file with: one in which a browser could run it is not named."""
    return UNKNOWN if _ACTIVE.fullmatch(stored) else stored
