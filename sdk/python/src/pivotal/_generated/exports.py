"""Methods of `exports`. Generated; do not edit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pivotal._calls import Operation
from pivotal._client import Resource
from pivotal._generated.models.imports import Job
from pivotal._model import OMIT, Omit

CREATE = Operation("POST", "/exports", body=("type", "q"), keyed=True)


class Exports(Resource):
    """`exports`."""

    def create(
        self,
        *,
        type: Literal["activity", "contacts", "customers", "onboardings", "tasks", "workspace"],
        q: str | Omit | None = OMIT,
        idempotency_key: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Job:
        """Export records.

        Writes a CSV file of the customers, contacts, onboardings or tasks that lists show, or of the
        activity stream with one row for each changed field; all of them, or those that `q` finds. The
        type `workspace` gives a ZIP of every table, deleted and test rows included, and of the uploaded
        files, as they are at one moment; no secret is in it. The job has the link to the file, which is
        kept for 7 days. The key needs the read scope of what it exports too; a whole workspace takes a
        live key with every read scope.
        """
        return self._call(CREATE, Job, locals())
