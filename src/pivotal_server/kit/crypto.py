"""Secrets at rest: encryption and signatures under the server's secret keys, and the making of the first one.

A text is sealed with AES-256-GCM (NIST SP 800-38D) under a key derived by HMAC-SHA256 from the first secret
key. The sealed form is ``v1.`` and, in URL-safe base64: 4 bytes that tell which key sealed it, a random nonce
of 12, the ciphertext and its tag of 16. The caller names a context, such as the row and column that will hold
the text; a sealed text copied to another place does not open there.

``cryptography`` is loaded with the first use of a box, since most servers at rest never need it.
"""

import base64
import binascii
import hashlib
import hmac
import os
import secrets
import tempfile
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pivotal_server.kit import base62

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_FILE = "secret.key"
SHORTEST_KEY = 32
"""Characters a secret key must have; a generated one has 43 (256 bits)."""

_VERSION = "v1."
_ID_BYTES = 4
_NONCE_BYTES = 12
_TAG_BYTES = 16


class BadSecretKey(Exception):
    """A secret key that cannot be used; the text is one line for the operator and holds no key."""


class CannotOpen(Exception):
    """A sealed text that no present key opens: another key, another context, or damage."""


class SecretBox:
    """Seals and opens texts under one or more secret keys joined by commas: the first seals, all open.

    Raises :class:`BadSecretKey` for an empty list or a key that is too short.
    """

    def __init__(self, secret_keys: str) -> None:
        keys = [key.strip() for key in secret_keys.split(",") if key.strip()]
        if not keys:
            raise BadSecretKey("no secret key is set")
        for place, key in enumerate(keys, start=1):
            if len(key) < SHORTEST_KEY:
                raise BadSecretKey(f"secret key {place} has fewer than {SHORTEST_KEY} characters")
        self._derived = {_key_id(key): _derive(key, b"pivotal secrets at rest 1") for key in reversed(keys)}
        self._signing = [_derive(key, b"pivotal signatures 1") for key in keys]
        self._first = _key_id(keys[0])

    @cached_property
    def _ciphers(self) -> dict[bytes, "AESGCM"]:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - see the module

        return {key_id: AESGCM(key) for key_id, key in self._derived.items()}

    def seal(self, text: str, context: str) -> str:
        """``text`` encrypted for ``context``; different at every call."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._ciphers[self._first].encrypt(nonce, text.encode(), context.encode())
        return _VERSION + base64.urlsafe_b64encode(self._first + nonce + sealed).decode("ascii")

    def open(self, sealed: str, context: str) -> str:
        """The text that :meth:`seal` was given for the same ``context``. Raises :class:`CannotOpen`."""
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - see the module

        data = _unpacked(sealed)
        cipher = self._ciphers.get(data[:_ID_BYTES])
        if cipher is None:
            raise CannotOpen("sealed under a secret key that is not set")
        body = data[_ID_BYTES:]
        try:
            return cipher.decrypt(body[:_NONCE_BYTES], body[_NONCE_BYTES:], context.encode()).decode()
        except InvalidTag:
            raise CannotOpen("the sealed text is damaged or belongs to another record") from None

    def sign(self, text: str, purpose: str) -> str:
        """A signature of ``text`` (HMAC-SHA256, RFC 2104) that holds for this ``purpose`` alone."""
        return _signature(self._signing[0], text, purpose)

    def is_signed(self, text: str, purpose: str, signature: str) -> bool:
        """Whether ``signature`` is what :meth:`sign` made of the same, under any of the secret keys."""
        given = signature.encode()
        made = [_signature(key, text, purpose).encode("ascii") for key in self._signing]
        return any(hmac.compare_digest(given, one) for one in made)

    def is_current(self, sealed: str) -> bool:
        """Whether ``sealed`` was sealed under the first key, so that turning keys need not touch it."""
        return _unpacked(sealed)[:_ID_BYTES] == self._first

    def reseal(self, sealed: str, context: str) -> str:
        """``sealed`` under the first key: itself if it is already, else opened and sealed anew."""
        return sealed if self.is_current(sealed) else self.seal(self.open(sealed, context), context)


def _unpacked(sealed: str) -> bytes:
    if not sealed.startswith(_VERSION):
        raise CannotOpen("not a sealed text")
    try:
        packed = sealed[len(_VERSION) :].encode("ascii")
        data = base64.urlsafe_b64decode(packed)
    except (UnicodeEncodeError, binascii.Error):
        raise CannotOpen("not a sealed text") from None
    # The decoder skips foreign characters and ignores spare bits; one text has one sealed form.
    if base64.urlsafe_b64encode(data) != packed:
        raise CannotOpen("not a sealed text")
    if len(data) < _ID_BYTES + _NONCE_BYTES + _TAG_BYTES:
        raise CannotOpen("the sealed text is cut off")
    return data


def _signature(key: bytes, text: str, purpose: str) -> str:
    digest = hmac.digest(key, f"{purpose}\n{text}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")


def _derive(key: str, purpose: bytes) -> bytes:
    return hmac.digest(key.encode(), purpose, hashlib.sha256)


def _key_id(key: str) -> bytes:
    return _derive(key, b"pivotal key id 1")[:_ID_BYTES]


def new_secret_key() -> str:
    """A new secret key: 256 random bits as 43 base62 characters."""
    return base62.encode(secrets.randbits(256), 43)


def secret_keys(configured: str, folder: Path, *, make: bool = True) -> str:
    """The secret keys of this server: ``configured``, or else those of the file ``secret.key`` in ``folder``.

    A missing file is made, unless ``make`` is false, readable by its owner alone. Of several processes that
    start at once one makes it and all read the same key. Raises ``OSError`` when the file is missing or the
    folder cannot be used, and :class:`BadSecretKey` when the file holds no key.
    """
    if configured.strip():
        return configured
    path = folder / KEY_FILE
    if make and not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _create(path, new_secret_key())
    try:
        keys = path.read_text("ascii").strip()
    except UnicodeDecodeError:
        raise BadSecretKey("the file is damaged; restore it from a backup") from None
    if not keys:
        raise BadSecretKey("the file is empty; restore it from a backup")
    if path.stat().st_mode & 0o077:
        # A copied or restored file; where the file system knows no modes there is nothing to close.
        with suppress(PermissionError):
            path.chmod(0o600)
    return keys


def _create(path: Path, key: str) -> None:
    """Write ``key`` to ``path`` unless it exists. Nobody finds half a file there, even after a crash."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # made with mode 0600
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(key + "\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            path.hardlink_to(temporary)
    finally:
        temporary.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
