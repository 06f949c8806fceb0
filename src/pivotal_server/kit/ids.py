"""Identifiers: cuid for objects, KSUID-like ids for workspaces and events, request ids.

A cuid here is ``c``, eight base36 digits of Unix milliseconds, sixteen random base36 digits
(82 bits). It sorts by the time of its making and matches ``^c[a-z0-9]{24}$``.

Workspace and event ids are 160 bits in 27 base62 digits: 32 bits of seconds since
1,400,000,000 (the KSUID epoch), 20 bits of microseconds, 108 random bits.
"""

import os
import re
import struct
import threading
import time
from datetime import datetime
from functools import lru_cache
from os import urandom
from random import getrandbits

from pivotal_server.kit import base62
from pivotal_server.kit.clock import to_micros

CUID = re.compile(r"c[a-z0-9]{24}")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_PAIRS = [a + b for a in _DIGITS for b in _DIGITS]
_KSUID_EPOCH_SECONDS = 1_400_000_000


def _base36(number: int, pairs: int) -> str:
    parts: list[str] = []
    for _ in range(pairs):
        number, pair = divmod(number, 1296)
        parts.append(_PAIRS[pair])
    parts.reverse()
    return "".join(parts)


# 16 bits for each pair of digits leaves a bias below 2 %, which costs 0.02 bits a pair.
_PAIR_OF = [_PAIRS[number % 1296] for number in range(1 << 16)].__getitem__
_EIGHT = struct.Struct("8H").unpack


class _Bytes(threading.local):
    """Random bytes of a thread. The system is asked for many at once: a call costs more than an id."""

    AT_ONCE = 4096

    def __init__(self) -> None:
        self._drawn = b""
        self._at = 0

    def take(self, count: int) -> bytes:
        """The next ``count`` bytes."""
        at = self._at
        if at + count > len(self._drawn):
            self._drawn, at = urandom(self.AT_ONCE), 0
        self._at = at + count
        return self._drawn[at : self._at]

    def forget(self) -> None:
        """Draw anew from the next time on."""
        self._drawn = b""


_bytes = _Bytes()
# The child of a fork would make the ids of its parent.
os.register_at_fork(after_in_child=_bytes.forget)


@lru_cache(maxsize=1)
def _cuid_head(milliseconds: int) -> str:
    return "c" + _base36(milliseconds, 4)


def cuid() -> str:
    """A new object id."""
    return _cuid_head(int(time.time() * 1000)) + "".join(map(_PAIR_OF, _EIGHT(_bytes.take(16))))


def is_cuid(text: str) -> bool:
    """Whether ``text`` has the form of an object id."""
    return CUID.fullmatch(text) is not None


def request_id() -> str:
    """A new request id: ``req_``, 13 hex digits of Unix microseconds, 11 random ones.

    Ids that begin with their time lie side by side in an index, so that logging a request touches one page
    and not a random one. An id names a request and protects nothing.
    """
    return f"req_{int(time.time() * 1_000_000):013x}{getrandbits(44):011x}"


def _timed(moment: datetime) -> str:
    seconds, micros = divmod(to_micros(moment), 1_000_000)
    head = (seconds - _KSUID_EPOCH_SECONDS) << 20 | micros
    tail = int.from_bytes(_bytes.take(14)) >> 4
    return base62.encode(head << 108 | tail, 27)


def org_id(moment: datetime) -> str:
    """A new workspace id, ``org_…``."""
    return "org_" + _timed(moment)


def event_id(moment: datetime) -> str:
    """A new event id, ``evt_…``; ids of later ``moment``\\ s sort after earlier ones."""
    return "evt_" + _timed(moment)


def message_id(moment: datetime) -> str:
    """A new id of a delivery, ``msg_…``, which sorts as those of events do."""
    return "msg_" + _timed(moment)
