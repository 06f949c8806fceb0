"""The background jobs of customers."""

from functools import partial

from pivotal_server.bulk.running import run_rows
from pivotal_server.customers.bulk import ROWS
from pivotal_server.jobs.kinds import Kind

KINDS = (Kind(ROWS.kind, partial(run_rows, rows=ROWS), concurrency=1),)
