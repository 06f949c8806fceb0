"""The background jobs of imports and exports."""

from pivotal_server.jobs.kinds import Kind
from pivotal_server.transfer import checking, drafts, exporting, importing

KINDS = (
    Kind(importing.KIND, importing.run_import, concurrency=2),
    Kind(checking.KIND, checking.run_check, concurrency=1),
    Kind(drafts.KIND, drafts.count_rows, concurrency=2),
    Kind(exporting.KIND, exporting.run_export, concurrency=2),
)
