"""Before a server runs: whether it can, and its data folder, secret key and database.

Everything that can be wrong is looked at before anything is written. What fails all the same (a full disk, a
migration) takes back what it has made, so that a first start can simply be tried again.
"""

import errno
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self

from pivotal_server.config import Config
from pivotal_server.db.engine import sqlite_path
from pivotal_server.db.migrate import current_revision, migrate, usable_revision
from pivotal_server.db.sqlite_lock import ServerLock, lock_file
from pivotal_server.kit.crypto import KEY_FILE, BadSecretKey, SecretBox, secret_keys
from pivotal_server.kit.errors import ApiError


class CannotStart(Exception):
    """The program cannot work; the text is one line for the operator. Nothing has been changed."""


class Start:
    """A start on the data of a configuration, from before anything of it exists.

        with Start(config) as start:
            start.check(check_first)
            box = start.prepare()
            ...
            start.keep()

    On an SQLite file one process at a time is inside the block. Left by an exception before :meth:`keep`, the
    data folder is as it was. Every method raises :class:`CannotStart`, or ``CannotOpen`` and
    ``MigrationFailed`` of the database, whose text is one line too.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._database = sqlite_path(config.database_url)
        self._lock: ServerLock | None = None
        self._undo = ExitStack()
        self._kept = False
        self._before: str | None = None

    def __enter__(self) -> Self:
        # A server that runs is the first thing to tell of, before its port turns out to be taken.
        if self._database is not None and _exists(lock_file(self._database)):
            self._take_lock(self._database)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None or self._kept:
            self._undo.pop_all()
        self._undo.close()
        if self._lock is not None:
            self._lock.release()

    def check(self, check_first: Callable[[], None] | None = None) -> None:
        """Look at settings, folder and database; ``check_first`` is called when there is no schema yet."""
        _check_folder(self._config)
        if not self._config.embedded:
            _check_keys(self._config, new=False)
        self._before = usable_revision(self._config.database_url)
        if self._before is None and check_first is not None:
            check_first()
        _check_keys(self._config, new=self._before is None)

    def prepare(self) -> SecretBox:
        """Make what is missing of folder and secret key, and bring the database to the newest schema."""
        if self._database is not None:
            self._make_folder()
            if self._lock is None:
                self._take_lock(self._database)
            # Whoever had the lock before may have made the database meanwhile.
            self._before = usable_revision(self._config.database_url)
            self._undo_files(self._database)
        box = open_box(self._config, make=self._before is None)
        migrate(self._config.database_url)
        return box

    def keep(self) -> None:
        """What was made stays: the start has succeeded."""
        self._kept = True

    def _make_folder(self) -> None:
        folder = self._config.data
        if folder.is_dir():
            return
        try:
            folder.mkdir()
        except FileExistsError:
            return
        except OSError as fault:
            _unusable(folder, fault)
        self._undo.callback(_remove_folder, folder)

    def _take_lock(self, database: Path) -> None:
        try:
            self._lock = ServerLock(database)
        except OSError as fault:
            _unusable(database.parent, fault)
        if self._lock.made:
            self._undo.callback(self._lock.remove)

    def _undo_files(self, database: Path) -> None:
        aside = [database.with_name(f"{database.name}{suffix}") for suffix in ("-wal", "-shm", "-journal")]
        for path in (database, *aside, self._config.data / KEY_FILE):
            if not path.exists():
                self._undo.callback(path.unlink, missing_ok=True)


def open_or_make(config: Config, check_first: Callable[[], None] | None = None) -> SecretBox:
    """The secrets of a server, made with its database where there is none; see :class:`Start`."""
    _check_folder(config)
    if current_revision(config.database_url) is not None:
        return open_existing(config)
    with Start(config) as start:
        start.check(check_first)
        return start.prepare()


def open_existing(config: Config) -> SecretBox:
    """The secrets of a server whose database exists; makes and changes nothing. Raises :class:`CannotStart`.

    What the schema is like is told when the database is opened.
    """
    database = sqlite_path(config.database_url)
    if config.secret_key:
        open_box(config, make=False)
    if database is not None:
        _check_folder(config)
        if not _exists(database):
            raise CannotStart(f"there is no workspace in {config.data} yet; `pivotal serve` makes the first")
    _check_keys(config, new=False)
    return open_box(config, make=False)


def open_box(config: Config, *, make: bool) -> SecretBox:
    """The secrets under the keys of this server; ``make`` a key where there is none."""
    try:
        return SecretBox(secret_keys(config.secret_key, config.data, make=make))
    except BadSecretKey as fault:
        where = "PIVOTAL_SECRET_KEY" if config.secret_key else config.data / KEY_FILE
        raise CannotStart(f"{where}: {fault}") from None
    except OSError as fault:
        _unusable(config.data, fault)


@contextmanager
def naming_options(**options: str) -> Iterator[None]:
    """Turn a refusal of a field into :class:`CannotStart` with the option of the command that gave it.

    The options are named as the fields are, apart from those that ``options`` names.
    """
    try:
        yield
    except ApiError as fault:
        if fault.field is None:
            raise
        name = options.get(fault.field, fault.field)
        raise CannotStart(f"--{name.replace('_', '-')}: {fault}") from None


def check_port(config: Config) -> str:
    """The IP address to listen on. Raises :class:`CannotStart` when that cannot be done."""
    try:
        found = socket.getaddrinfo(config.host, config.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(found[0], socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(found[4])
        return str(found[4][0])
    except socket.gaierror as fault:
        raise CannotStart(f"the host '{config.host}' cannot be used: {fault.strerror} (--host)") from None
    except OSError as fault:
        where = f"{config.host}:{config.port}"
        if fault.errno == errno.EADDRINUSE:
            raise CannotStart(f"{where} is in use; choose another with --port") from None
        raise CannotStart(f"{where} cannot be used: {fault.strerror or fault} (--host, --port)") from None


def _check_folder(config: Config) -> None:
    folder = config.data
    if not config.embedded:
        return
    if not _exists(folder):
        if not folder.parent.is_dir():
            raise CannotStart(
                f"cannot use the data folder {folder}: {folder.parent} does not exist (--data, PIVOTAL_DATA)"
            )
    elif not folder.is_dir():
        raise CannotStart(f"cannot use the data folder {folder}: it is no folder (--data, PIVOTAL_DATA)")
    database = sqlite_path(config.database_url)
    if database is not None:
        _exists(database)  # a folder that may not be searched is told of here


def _check_keys(config: Config, *, new: bool) -> None:
    if not config.embedded and not config.secret_key:
        raise CannotStart("set PIVOTAL_SECRET_KEY: over PostgreSQL every process needs the same one")
    file = config.data / KEY_FILE
    if config.secret_key or _exists(file):
        open_box(config, make=False)
    elif not new:
        raise CannotStart(
            f"{file} is missing, so nothing secret in the database could be read; "
            "restore it, or set PIVOTAL_SECRET_KEY"
        )


def _exists(path: Path) -> bool:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as fault:
        _unusable(path, fault)
    return True


def _remove_folder(folder: Path) -> None:
    with suppress(OSError):  # somebody has put something else into it
        folder.rmdir()


def _unusable(folder: Path, fault: OSError) -> NoReturn:
    reason = os.strerror(fault.errno) if fault.errno else str(fault)
    raise CannotStart(f"cannot use the data folder {folder}: {reason} (--data, PIVOTAL_DATA)") from None
