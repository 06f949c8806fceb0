"""An exact sliding window of 60 seconds, and the headers that tell a client where it stands.

A request is accepted when fewer than ``limit`` were accepted in the 60 seconds before it; one that is refused
does not count. Times are kept as whole microseconds: sums of floats would let a client that waits exactly as
long as it was told be refused once more.
"""

from array import array
from bisect import bisect_right
from functools import lru_cache

import msgspec

WINDOW_SECONDS = 60
_WINDOW = WINDOW_SECONDS * 1_000_000
_SECOND = 1_000_000
_COMPACT_AT = 64

Header = tuple[bytes, bytes]


class Decision(msgspec.Struct, frozen=True, gc=False):
    """The answer for one request.

    ``limit``: requests a window, 0 when the limit is off. ``remaining``: how many more would be accepted now.
    ``reset``: Unix second at which the window is empty again. ``t``: seconds until then. ``retry_after``:
    whole seconds, at least 1, until one request will be accepted; 0 when this one was.
    """

    allowed: bool
    limit: int
    remaining: int
    reset: int
    t: int
    retry_after: int


class Window:
    """The accepted requests of one key in the last 60 seconds, at 8 bytes each (at most twice that).

    ``limit`` may be changed at any time and counts from the next request on; 0 switches the limit off.
    """

    __slots__ = ("_head", "_times", "limit")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._times = array("q")
        # Entries before this index have left the window; they are removed many at a time.
        self._head = 0

    def hit(self, now: float) -> Decision:
        """Decide on one request at ``now`` (Unix seconds), and count it when it is accepted."""
        # The usual case by itself, since every request passes here: time goes on, and room is left.
        limit, times = self.limit, self._times
        if limit and self._head < len(times):
            moment = round(now * _SECOND)
            cut = moment - _WINDOW
            if cut < times[-1] <= moment:
                if times[self._head] <= cut:
                    self._forget(cut)
                used = len(times) - self._head
                if used < limit:
                    times.append(moment)
                    reset = -(-(moment + _WINDOW) // _SECOND)
                    return Decision(True, limit, limit - used - 1, reset, WINDOW_SECONDS, 0)
        return self._decide(now, counts=True)

    def charge(self, now: float, cost: int) -> Decision:
        """Count ``cost`` more for the request that was accepted last, or refuse it and count nothing of it.

        A cost that the limit could never bear is cut to what an empty window bears.
        """
        limit = self.limit
        moment = self._advance(round(now * _SECOND))
        if limit == 0 or cost == 0:
            return self._decide(now, counts=False, allowed=True)
        times = self._times
        cost = min(cost, limit - 1)
        excess = len(times) - self._head + cost - limit
        if excess <= 0:
            times.extend([moment] * cost)
            return self._decide(now, counts=False, allowed=True)
        times.pop()
        decision = self._decide(now, counts=False, allowed=False)
        # It fits once so many of the oldest have left.
        retry_after = _seconds(times[self._head + excess - 1] + _WINDOW - moment)
        return msgspec.structs.replace(decision, retry_after=max(1, retry_after))

    def peek(self, now: float) -> Decision:
        """What :meth:`hit` would decide, counting nothing."""
        return self._decide(now, counts=False)

    def _decide(self, now: float, *, counts: bool, allowed: bool | None = None) -> Decision:
        limit = self.limit
        moment = self._advance(round(now * _SECOND))
        if limit == 0:
            return Decision(True, 0, 0, _seconds(moment), 0, 0)
        times = self._times
        used = len(times) - self._head
        if allowed is None:
            allowed = used < limit
        if allowed and counts:
            times.append(moment)
            used += 1
        empty = times[-1] + _WINDOW if used else moment
        retry_after = 0
        if not allowed and used >= limit:
            # Fewer than `limit` remain once this one has left: the oldest, unless the limit was lowered.
            retry_after = _seconds(times[len(times) - limit] + _WINDOW - moment)
        return Decision(
            allowed, limit, max(limit - used, 0), _seconds(empty), _seconds(empty - moment), retry_after
        )

    def _advance(self, moment: int) -> int:
        """Drop what has left the window at ``moment`` (microseconds); the moment to count at.

        A clock that was set back by less than a window stands still until it has caught up, since times must
        not decrease; one set back further starts the window anew.
        """
        times, head = self._times, self._head
        if head == len(times):
            return moment
        newest = times[-1]
        cut = moment - _WINDOW
        if newest <= cut or newest - moment >= _WINDOW:
            self.clear()
            return moment
        if times[head] <= cut:
            self._forget(cut)
        return max(moment, newest)

    def _forget(self, cut: int) -> None:
        """Drop what is not younger than ``cut``: the oldest for sure, the newest never."""
        times = self._times
        head = self._head + 1
        if times[head] <= cut:
            head = bisect_right(times, cut, head)
        if head >= _COMPACT_AT and 2 * head >= len(times):
            del times[:head]
            head = 0
        self._head = head

    def is_idle(self, now: float) -> bool:
        """Whether nothing is left in the window at ``now``, so that it may be forgotten."""
        self._advance(round(now * _SECOND))
        return self._head == len(self._times)

    def clear(self) -> None:
        """Forget every request."""
        del self._times[:]
        self._head = 0


def _seconds(micros: int) -> int:
    """Microseconds as seconds, rounded up."""
    return -(-micros // _SECOND)


class Windows:
    """One window for each name, such as the id of a key. Idle windows are forgotten as time passes."""

    __slots__ = ("_swept", "_windows")

    def __init__(self) -> None:
        self._windows: dict[str, Window] = {}
        self._swept = 0.0

    def __len__(self) -> int:
        return len(self._windows)

    def hit(self, name: str, limit: int, now: float) -> Decision:
        """Decide on one request of ``name`` at ``now`` (Unix seconds) by its present ``limit`` (0 = off)."""
        if abs(now - self._swept) >= WINDOW_SECONDS:
            self._sweep(now)
        window = self._windows.get(name)
        if window is None:
            window = self._windows[name] = Window(limit)
        elif window.limit != limit:
            window.limit = limit
        return window.hit(now)

    def _sweep(self, now: float) -> None:
        self._swept = now
        for name in [name for name, window in self._windows.items() if window.is_idle(now)]:
            del self._windows[name]


def headers(decision: Decision) -> list[Header]:
    """The rate limit headers of an answer (a new list); none when the limit is off.

    ``X-RateLimit-*`` as most APIs send them, ``RateLimit-Policy`` and ``RateLimit`` as in revision 11 of the
    IETF draft "RateLimit header fields for HTTP", and ``Retry-After`` when the request was refused.
    """
    if decision.limit == 0:
        return []
    limit, policy = _of_limit(decision.limit)
    remaining = b"%d" % decision.remaining
    fields = [
        limit,
        (b"x-ratelimit-remaining", remaining),
        _of_reset(decision.reset),
        policy,
        (b"ratelimit", b'"default";r=%b;t=%d' % (remaining, decision.t)),
    ]
    if not decision.allowed:
        fields.append((b"retry-after", b"%d" % decision.retry_after))
    return fields


@lru_cache(maxsize=256)
def _of_limit(limit: int) -> tuple[Header, Header]:
    return (
        (b"x-ratelimit-limit", b"%d" % limit),
        (b"ratelimit-policy", b'"default";q=%d;w=%d' % (limit, WINDOW_SECONDS)),
    )


@lru_cache(maxsize=256)
def _of_reset(reset: int) -> Header:
    return b"x-ratelimit-reset", b"%d" % reset
