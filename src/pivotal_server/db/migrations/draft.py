"""Drafts the next step from what `tables.py` says and the steps so far do not.

    python -m pivotal_server.db.migrations.draft "webhook endpoints"

Read and complete the draft before it is used: a renamed column looks like one dropped and one added, and what
happens to the rows is not in `tables.py`. Then let `./run fmt` tidy it.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from pivotal_server.db.migrate import alembic_config, migrate
from pivotal_server.db.revisions import known_revisions


def draft(message: str) -> Path:
    """Write the draft of the next step into `versions` and return its path."""
    number = f"{len(known_revisions()) + 1:04}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pivotal.db"
        migrate(path)
        engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
        with engine.connect() as connection:
            config = alembic_config(connection)
            config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
            script = command.revision(config, message, autogenerate=True, rev_id=number)
    known_revisions.cache_clear()
    if script is None or isinstance(script, list):
        raise RuntimeError("one step was asked for")
    return Path(script.path)


if __name__ == "__main__":
    sys.stdout.write(f"{draft(sys.argv[1])}\n")
