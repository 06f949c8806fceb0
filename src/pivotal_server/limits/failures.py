"""How often a client address may fail to authenticate."""

from collections import OrderedDict

from pivotal_server.auth.addresses import neighbourhood
from pivotal_server.limits.catalogue import FAILED_AUTHENTICATIONS
from pivotal_server.limits.window import Window

CAPACITY = 4096
"""Addresses remembered at once: at most some 10 MB when every one of them fails as often as it may."""


class Failures:
    """Failed authentications of the last 60 seconds by client address, an IPv6 client counting as its /64.

    When more than ``capacity`` addresses fail at once, those that failed longest ago are forgotten. A valid
    key is never refused for the failures of its neighbours: ask only about requests that would get a 401.
    """

    __slots__ = ("_capacity", "_limit", "_windows")

    def __init__(self, limit: int = FAILED_AUTHENTICATIONS.default, capacity: int = CAPACITY) -> None:
        self._limit = limit
        self._capacity = capacity
        self._windows: OrderedDict[bytes, Window] = OrderedDict()

    def __len__(self) -> int:
        return len(self._windows)

    def record(self, address: str, now: float) -> int:
        """Count a request of ``address`` that gets a 401 at ``now`` (Unix seconds).

        Answers 0, or the whole seconds to wait when the address has failed too often: send 429 instead.
        """
        windows = self._windows
        name = neighbourhood(address)
        window = windows.get(name)
        if window is None:
            window = windows[name] = Window(self._limit)
            if len(windows) > self._capacity:
                windows.popitem(last=False)
        else:
            windows.move_to_end(name)
        return window.hit(now).retry_after

    def blocked(self, address: str, now: float) -> int:
        """What :meth:`record` would answer, counting nothing: ask before work is spent on an unknown key."""
        window = self._windows.get(neighbourhood(address))
        return 0 if window is None else window.peek(now).retry_after
