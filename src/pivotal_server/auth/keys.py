"""API keys: their form, how one is made, read, hashed, and recognised again.

A key is ``pivotal_`` (live) or ``pivotal_test_`` (test), then base62 of fixed width: 8 digits of public id,
32 digits of secret (190 random bits), and 6 digits of the CRC-32 (ISO-HDLC, as in zlib) of all that stands
before them. CRC-32 finds every change of a single character, so a mistyped or cut-off key is refused
without a look at the database.
"""

import hashlib
import hmac
import secrets
import zlib
from dataclasses import dataclass, field
from typing import Literal

from pivotal_server.kit import base62

Mode = Literal["live", "test"]

LIVE_PREFIX = "pivotal_"
TEST_PREFIX = "pivotal_test_"
KEY_ID_LENGTH = 8
SECRET_LENGTH = 32
CHECKSUM_LENGTH = 6
_BODY_LENGTH = KEY_ID_LENGTH + SECRET_LENGTH + CHECKSUM_LENGTH
_LIVE_LENGTH = len(LIVE_PREFIX) + _BODY_LENGTH
_TEST_LENGTH = len(TEST_PREFIX) + _BODY_LENGTH

KEY_PATTERN = r"\bpivotal_(?:test_)?[0-9A-Za-z]{46}\b"
"""Regular expression, published for secret scanners, that finds keys in other text."""

ITERATIONS = 1000
"""PBKDF2 rounds: the secret cannot be guessed, so more would only slow the first check of a key."""
SALT_BYTES = 16

_DIGEST_KEY = secrets.token_bytes(32)


@dataclass(frozen=True, slots=True)
class ParsedKey:
    """A well-formed key taken apart. Its ``repr`` shows no secret."""

    mode: Mode
    key_id: str
    secret: str = field(repr=False)

    @property
    def prefix(self) -> str:
        """What may be shown of the key: :func:`shown_prefix`."""
        return shown_prefix(self.mode, self.key_id)


@dataclass(frozen=True, slots=True)
class NewKey(ParsedKey):
    """A key just made. ``text`` is the whole key, shown to its owner once and never stored."""

    text: str = field(repr=False)


def shown_prefix(mode: Mode, key_id: str) -> str:
    """The part of a key that lists and logs show, such as ``pivotal_abc1`` or ``pivotal_test_abc1``."""
    return (LIVE_PREFIX if mode == "live" else TEST_PREFIX) + key_id[:4]


def generate(mode: Mode) -> NewKey:
    """A new key from the system's random source. The public id is random too: store it under a unique key."""
    key_id = base62.encode(secrets.randbelow(62**KEY_ID_LENGTH), KEY_ID_LENGTH)
    secret = base62.encode(secrets.randbelow(62**SECRET_LENGTH), SECRET_LENGTH)
    body = (LIVE_PREFIX if mode == "live" else TEST_PREFIX) + key_id + secret
    return NewKey(mode, key_id, secret, body + _checksum(body))


def parse(text: str) -> ParsedKey | None:
    """Take ``text`` apart, or ``None`` when it is no key: wrong form, or a checksum that does not fit."""
    mode: Mode
    if len(text) == _LIVE_LENGTH and text.startswith(LIVE_PREFIX):
        mode = "live"
    elif len(text) == _TEST_LENGTH and text.startswith(TEST_PREFIX):
        mode = "test"
    else:
        return None
    body = text[-_BODY_LENGTH:]
    # `isalnum` alone would let other alphabets' letters and digits through.
    if not (body.isascii() and body.isalnum()):
        return None
    if text[-CHECKSUM_LENGTH:] != _checksum(text[:-CHECKSUM_LENGTH]):
        return None
    return ParsedKey(mode, body[:KEY_ID_LENGTH], body[KEY_ID_LENGTH:-CHECKSUM_LENGTH])


def _checksum(text: str) -> str:
    return base62.encode(zlib.crc32(text.encode("ascii")), CHECKSUM_LENGTH)


def new_salt() -> bytes:
    """A salt of 16 random bytes, one for each key."""
    return secrets.token_bytes(SALT_BYTES)


def hash_secret(secret: str, salt: bytes, iterations: int = ITERATIONS) -> bytes:
    """What is stored of a secret: 32 bytes of PBKDF2-HMAC-SHA256 (RFC 8018)."""
    return hashlib.pbkdf2_hmac("sha256", secret.encode("ascii"), salt, iterations)


def verify_secret(secret: str, salt: bytes, stored: bytes, iterations: int = ITERATIONS) -> bool:
    """Whether ``secret`` is the one that ``stored`` was made of, compared in constant time."""
    return hmac.compare_digest(hash_secret(secret, salt, iterations), stored)


def digest(text: str) -> bytes:
    """The name under which a verified key is remembered in this process: 16 bytes of keyed BLAKE2b.

    The BLAKE2 key is made anew by every process, so a digest that leaks from memory says nothing, and nobody
    can prepare two texts with the same digest. ``text`` may be anything a client sent.
    """
    return digest_of(text.encode("utf-8", "surrogatepass"))


def digest_of(key: bytes) -> bytes:
    """:func:`digest` of a key as it stands in a header."""
    return hashlib.blake2b(key, digest_size=16, key=_DIGEST_KEY).digest()
