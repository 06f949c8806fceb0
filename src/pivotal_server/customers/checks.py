"""Checks and makers of customer fields, without a database."""

import re
from typing import Any
from urllib.parse import urlsplit

import idna
from anyascii import anyascii

from pivotal_server.kit.codes import INVALID_STRING, TOO_BIG
from pivotal_server.kit.text import clean, line, passage
from pivotal_server.kit.validation import wrong_type
from pivotal_server.limits.catalogue import TAGS_PER_CUSTOMER

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
RESERVED_SLUGS = frozenset({"import", "login", "new"})
SLUG_LENGTH = 100
_HOST_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def check_slug(value: Any, path: str) -> str:
    """A slug as a client sends it: lower-case words joined by hyphens, not digits alone, not reserved.

    Raises ``invalid_type``, ``too_small``, ``too_big`` or ``invalid_string``.
    """
    if not isinstance(value, str):
        raise wrong_type("string", value, path)
    slug = passage(value, path, 1, SLUG_LENGTH)
    if SLUG.fullmatch(slug) is None:
        raise INVALID_STRING(
            field=path, message=f"{path} may hold lower-case letters, digits and single hyphens"
        )
    if slug.isdigit():
        raise INVALID_STRING(field=path, message=f"{path} must not consist of digits alone")
    if slug in RESERVED_SLUGS:
        raise INVALID_STRING(field=path, message=f"{path} must not be '{slug}', which is reserved")
    return slug


def slug_of(name: str) -> str:
    """The slug made from ``name``: transliterated, lower case, words joined by hyphens.

    A name that leaves nothing gives ``customer``; a made slug is never reserved and never all digits.
    """
    words = re.findall(r"[a-z0-9]+", anyascii(name).lower().replace("'", "").replace("’", ""))
    # Room for the number that tells it from others of the same name.
    most = SLUG_LENGTH - 10
    slug = "-".join(words)[:most].rstrip("-") or "customer"
    if slug.isdigit() or slug in RESERVED_SLUGS:
        slug = f"customer-{slug}"[:most]
    return slug


def host_of(text: str) -> str:
    """The host of a pasted web address; anything else as it is."""
    text = text.strip()
    if "://" not in text and "/" not in text:
        return text
    try:
        host = urlsplit(text if "://" in text else f"//{text}").hostname or text
    except ValueError:
        return text
    return host.removeprefix("www.")


def check_domain(value: Any, path: str) -> str | None:
    """A host name, lower case; international names in their ASCII form. Empty means none.

    Raises ``invalid_string`` for a scheme, a path, a port, a trailing dot or anything that is no host name.
    """
    if value is None:
        return None
    if not isinstance(value, str):
        raise wrong_type("string", value, path)
    domain = clean(value, path).lower()
    if not domain:
        return None
    if len(domain) > 253:
        raise TOO_BIG(field=path, message=f"{path} must contain at most 253 characters")
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode("ascii")
        except idna.IDNAError:
            raise INVALID_STRING(field=path, message=f"{path} must be a domain such as acme.com") from None
    labels = domain.split(".")
    if len(labels) < 2 or labels[-1].isdigit() or not all(_HOST_LABEL.fullmatch(label) for label in labels):
        raise INVALID_STRING(field=path, message=f"{path} must be a domain such as acme.com")
    return domain


def check_tags(value: Any, path: str) -> list[str]:
    """Up to 50 tags of 1 to 50 characters without commas; a tag that differs only in case counts once.

    Raises ``invalid_type``, ``too_small``, ``too_big`` or ``invalid_string``.
    """
    if not isinstance(value, list):
        raise wrong_type("array", value, path)
    most = TAGS_PER_CUSTOMER.default
    if len(value) > most:
        raise TOO_BIG(field=path, message=f"{path} must contain at most {most} entries")
    found: dict[str, str] = {}
    for index, entry in enumerate(value):
        here = f"{path}.{index}"
        if not isinstance(entry, str):
            raise wrong_type("string", entry, here)
        if any(mark in entry.strip() for mark in ",\n\r\t"):
            raise INVALID_STRING(field=here, message=f"{here} must not contain a comma or a line break")
        tag = line(entry, here, 1, 50)
        found.setdefault(tag.casefold(), tag)
    return list(found.values())
