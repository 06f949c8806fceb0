"""Random tokens that people carry in links and cookies, and the hashes that the database keeps of them."""

import hashlib
import secrets

from pivotal_server.kit import base62

TOKEN_LENGTH = 43
"""256 bits in base62."""


def new_token() -> str:
    """256 bits from the system's random source, as 43 base62 characters."""
    return base62.encode(secrets.randbits(256), TOKEN_LENGTH)


def is_token(text: str) -> bool:
    """Whether ``text`` has the form of a token, so that a look-up is worth its while."""
    return len(text) == TOKEN_LENGTH and text.isascii() and text.isalnum()


def hash_token(token: str) -> str:
    """What is stored of a token: its SHA-256 in hex. 256 random bits need neither salt nor stretching."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
