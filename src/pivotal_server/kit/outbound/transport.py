"""The guarded client: one attempt of one POST, to an address that has been looked up and judged here.

Nothing else resolves the name, no proxy stands in between, no redirect is followed, and nothing takes longer
than the deadline. Connections are kept for a while; one that turns out to be stale is replaced once.
"""

import asyncio
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from ipaddress import ip_address

import msgspec

from pivotal_server.kit.outbound.addresses import Policy, plain
from pivotal_server.kit.outbound.connection import Answer, BrokenAnswer, Connection, Lost
from pivotal_server.kit.outbound.urls import Target

TIMEOUT_SECONDS = 10.0
MOST_BODY = 20_000
IDLE_SECONDS = 60.0

_SWEEP_SECONDS = 5.0
_KEPT_PER_HOST = 50
_LOOKUP_THREADS = 32
# While further addresses are left, one that does not answer must not take the whole time.
_SHARE_OF_CONNECT = 3.0

Headers = Sequence[tuple[str, str]]
Lookup = Callable[[str, int], Awaitable[list[str]]]
"""Name and port to addresses; raises ``OSError``."""


class Exchange(msgspec.Struct):
    """What became of one attempt. Without an answer ``error_code`` and ``error_message`` say why.

    ``cut``: the body has more than is held here.
    """

    remote_ip: str | None = None
    status: int | None = None
    headers: list[tuple[str, str]] = []
    body: bytes = b""
    cut: bool = False
    error_code: str | None = None
    error_message: str | None = None
    duration_ms: int = 0


class _Failed(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Resolver:
    """Looks names up in threads, each name once at a time, so that a slow one holds one thread."""

    def __init__(self) -> None:
        self._running: dict[tuple[str, int], asyncio.Future[list[str]]] = {}

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(_LOOKUP_THREADS, thread_name_prefix="lookup")

    async def __call__(self, host: str, port: int) -> list[str]:
        """The addresses of a name, in the order of the system's preference. Raises ``OSError``."""
        key = (host, port)
        running = self._running.get(key)
        if running is None:
            loop = asyncio.get_running_loop()
            running = loop.run_in_executor(self._threads, _look_up, host, port)
            self._running[key] = running
            running.add_done_callback(lambda _: self._running.pop(key, None))
        return await asyncio.shield(running)

    def close(self) -> None:
        """Let go of the threads; one in the middle of a look-up ends by itself."""
        if "_threads" in self.__dict__:
            self._threads.shutdown(wait=False, cancel_futures=True)


def _look_up(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Transport:
    """Makes requests under one policy. ``resolve`` stands in for the system's look-up in tests."""

    def __init__(
        self, policy: Policy, *, resolve: Lookup | None = None, timeout: float = TIMEOUT_SECONDS
    ) -> None:
        self.policy = policy
        self.timeout = timeout
        self._resolver = Resolver()
        self._resolve: Lookup = self._resolver if resolve is None else resolve
        self._idle: dict[tuple[bool, str, int], list[Connection]] = {}
        self._sweeper: asyncio.TimerHandle | None = None

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        if self.policy.ca_file:
            context.load_verify_locations(self.policy.ca_file)
        return context

    async def post(self, target: Target, headers: Headers, body: bytes) -> Exchange:
        """Make one attempt. Never raises for what the other side does or is."""
        started = time.perf_counter()
        exchange = Exchange()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self.timeout
        request = _request(target, headers, body)
        try:
            async with asyncio.timeout_at(deadline):
                connection, answer = await self._first_bytes(target, request, exchange)
        except TimeoutError:
            exchange.error_code = "timeout"
            exchange.error_message = f"No answer within {self.timeout:g} seconds"
        except _Failed as fault:
            exchange.error_code, exchange.error_message = fault.code, str(fault)
        else:
            await self._rest(target, connection, answer, exchange, deadline)
        exchange.duration_ms = round((time.perf_counter() - started) * 1000)
        return exchange

    async def _first_bytes(
        self, target: Target, request: bytes, exchange: Exchange
    ) -> tuple[Connection, Answer]:
        """The head of the answer: over a kept connection, and once more over a new one if that is stale."""
        connection = self._kept(target)
        if connection is not None:
            exchange.remote_ip = connection.remote_ip
            try:
                return connection, await self._ask(connection, request)
            except Lost as fault:
                if fault.answered:
                    raise _lost(fault) from None
        connection = await self._connect(target, exchange)
        try:
            return connection, await self._ask(connection, request)
        except Lost as fault:
            raise _lost(fault) from None

    async def _ask(self, connection: Connection, request: bytes) -> Answer:
        try:
            return await connection.send(request, MOST_BODY)
        except BrokenAnswer as fault:
            raise _Failed("invalid_response", str(fault)) from None
        except BaseException:
            connection.close()
            raise

    async def _rest(
        self, target: Target, connection: Connection, answer: Answer, exchange: Exchange, deadline: float
    ) -> None:
        try:
            async with asyncio.timeout_at(deadline):
                await connection.body()
        except TimeoutError:
            answer.cut = True
        except BaseException:
            connection.close()
            raise
        exchange.status = answer.status
        exchange.headers = [
            (name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in answer.headers
        ]
        exchange.body, exchange.cut = bytes(answer.body), answer.cut
        if connection.release():
            self._keep(target, connection)

    # ── Connecting ─────────────────────────────────────────────────────────────────────────────
    async def _addresses(self, target: Target) -> list[str]:
        if target.literal:
            found = [target.host]
        else:
            try:
                found = await self._resolve(target.host, target.port)
            except OSError as fault:
                raise _Failed("dns_failure", f"{target.host} cannot be looked up: {_words(fault)}") from None
            if not found:
                raise _Failed("dns_failure", f"{target.host} has no address")
        allowed = [one for one in found if self.policy.allows(one, literal=target.literal)]
        if not allowed:
            raise _Failed("target_blocked", f"{target.host} leads to no public address")
        return allowed

    async def _connect(self, target: Target, exchange: Exchange) -> Connection:
        addresses = await self._addresses(target)
        for number, address in enumerate(addresses, start=1):
            exchange.remote_ip = address
            last = number == len(addresses)
            try:
                async with asyncio.timeout(None if last else _SHARE_OF_CONNECT):
                    sock = await self._open(address, target.port)
            except (TimeoutError, OSError) as fault:
                if not last:
                    continue
                if isinstance(fault, ConnectionRefusedError):
                    raise _Failed("connection_refused", f"{address} refused the connection") from None
                raise _Failed("connection_failed", f"{address} cannot be reached: {_words(fault)}") from None
            return await self._wrap(sock, target, address)
        raise AssertionError("there is an address")

    async def _open(self, address: str, port: int) -> socket.socket:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await asyncio.get_running_loop().sock_connect(sock, (address, port))
        except BaseException:
            sock.close()
            raise
        return sock

    async def _wrap(self, sock: socket.socket, target: Target, address: str) -> Connection:
        """The connection over a socket, after a look at who really is at its other end."""
        try:
            peer = str(sock.getpeername()[0])
            if plain(ip_address(peer)) != plain(ip_address(address)) or not self.policy.allows(
                peer, literal=target.literal
            ):
                raise _Failed("target_blocked", f"The connection to {address} ended up at {peer}")
            loop = asyncio.get_running_loop()
            _, connection = await loop.create_connection(
                lambda: Connection(loop),
                sock=sock,
                ssl=self._tls if target.secure else None,
                server_hostname=target.host if target.secure else None,
            )
        except ssl.SSLError as fault:
            sock.close()
            raise _Failed("tls_failure", _tls_words(fault)) from None
        except OSError as fault:
            sock.close()
            code = "tls_failure" if target.secure else "connection_failed"
            raise _Failed(code, f"The connection ended while it was set up: {_words(fault)}") from None
        except BaseException:
            sock.close()
            raise
        connection.remote_ip = address
        return connection

    # ── Keeping connections ────────────────────────────────────────────────────────────────────
    def _kept(self, target: Target) -> Connection | None:
        waiting = self._idle.get((target.secure, target.host, target.port))
        oldest = asyncio.get_running_loop().time() - IDLE_SECONDS
        while waiting:
            connection = waiting.pop()
            if connection.usable and connection.idle_since > oldest:
                return connection
            connection.close()
        return None

    def _keep(self, target: Target, connection: Connection) -> None:
        loop = asyncio.get_running_loop()
        waiting = self._idle.setdefault((target.secure, target.host, target.port), [])
        if len(waiting) >= _KEPT_PER_HOST:
            connection.close()
            return
        connection.idle_since = loop.time()
        waiting.append(connection)
        if self._sweeper is None:
            self._sweeper = loop.call_later(_SWEEP_SECONDS, self._sweep)

    def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        oldest = loop.time() - IDLE_SECONDS
        for key, waiting in list(self._idle.items()):
            for connection in waiting:
                if not connection.usable or connection.idle_since <= oldest:
                    connection.close()
            waiting[:] = [connection for connection in waiting if connection.usable]
            if not waiting:
                del self._idle[key]
        self._sweeper = loop.call_later(_SWEEP_SECONDS, self._sweep) if self._idle else None

    @property
    def idle(self) -> int:
        """How many connections are kept."""
        return sum(map(len, self._idle.values()))

    def close(self) -> None:
        """Close the kept connections."""
        if self._sweeper is not None:
            self._sweeper.cancel()
            self._sweeper = None
        for waiting in self._idle.values():
            for connection in waiting:
                connection.close()
        self._idle.clear()
        self._resolver.close()


def _request(target: Target, headers: Headers, body: bytes) -> bytes:
    lines = [f"POST {target.path} HTTP/1.1", f"host: {target.authority}"]
    lines += [f"{name}: {value}" for name, value in headers]
    lines += [f"content-length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def _lost(fault: Lost) -> _Failed:
    if fault.answered and not fault.reset:
        return _Failed("invalid_response", "The connection ended in the middle of the answer's head")
    return _Failed("connection_reset", "The connection ended before there was an answer")


def _words(fault: BaseException) -> str:
    return getattr(fault, "strerror", None) or str(fault) or type(fault).__name__


def _tls_words(fault: ssl.SSLError) -> str:
    if isinstance(fault, ssl.SSLCertVerificationError):
        return f"The certificate is not valid: {fault.verify_message}"
    return f"TLS failed: {fault.reason or _words(fault)}"
