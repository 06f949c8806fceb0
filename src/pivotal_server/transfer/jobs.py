"""The background jobs of imports and exports."""

from pivotal_server.jobs.kinds import Kind
from pivotal_server.transfer import exporting, importing

KINDS = (
    Kind(importing.KIND, importing.run_import, concurrency=2),
    Kind(exporting.KIND, exporting.run_export, concurrency=2),
)
