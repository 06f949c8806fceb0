"""The background jobs of onboardings."""

from functools import partial

from pivotal_server.bulk.running import run_rows
from pivotal_server.jobs.kinds import Kind
from pivotal_server.onboardings.bulk import ROWS

KINDS = (Kind(ROWS.kind, partial(run_rows, rows=ROWS), concurrency=1),)
