"""The queue's own work."""

from datetime import timedelta

from pivotal_server.jobs.keeping import drop_old_files
from pivotal_server.jobs.kinds import Periodic
from pivotal_server.jobs.periodic import prune

PERIODIC = (
    Periodic("jobs.prune", prune, timedelta(hours=1)),
    Periodic("jobs.files", drop_old_files, timedelta(hours=1)),
)
