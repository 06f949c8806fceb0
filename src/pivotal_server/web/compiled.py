"""Templates compiled ahead, so that the first page of a server does not wait for the compiler.

What was compiled is used as long as the text of the template is the same; else the template is compiled anew,
in memory alone.
"""

import hashlib
import os
import shutil
from pathlib import Path

from jinja2 import Environment
from jinja2.bccache import Bucket, FileSystemBytecodeCache

COMPILED = Path(__file__).parent / "dist" / "templates"
_SERVER = Path(__file__).parents[1]


class Compiled(FileSystemBytecodeCache):
    """The compiled templates. They are written only while ``writing``."""

    def __init__(self, folder: Path = COMPILED, *, writing: bool = False) -> None:
        super().__init__(str(folder))
        self._writing = writing

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """The place of a template within the server, wherever that is installed.

        Its name would not do: every room has templates of the same names.
        """
        place = name if filename is None else os.path.relpath(filename, _SERVER)
        return hashlib.sha256(place.encode()).hexdigest()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        if self._writing:
            super().dump_bytecode(bucket)


def compile_all(env: Environment, folder: Path = COMPILED) -> int:
    """Compile every template of an environment into ``folder``; how many there are."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    env.bytecode_cache = Compiled(folder, writing=True)
    assert env.cache is not None
    env.cache.clear()
    names = [name for name in env.list_templates() if name.endswith(".html")]
    for name in names:
        env.get_template(name)
    return len(names)
