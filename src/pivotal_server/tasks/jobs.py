"""The background jobs of tasks."""

from datetime import timedelta
from functools import partial

from pivotal_server.bulk.running import run_rows
from pivotal_server.jobs.kinds import Kind, Periodic
from pivotal_server.tasks.bulk import ROWS
from pivotal_server.tasks.reminding import remind_all

KINDS = (Kind(ROWS.kind, partial(run_rows, rows=ROWS), concurrency=1),)
# Zones differ from each other by quarters of an hour.
PERIODIC = (Periodic("tasks.remind", remind_all, timedelta(minutes=15)),)
